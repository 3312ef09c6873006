"""Streams that spread their records over shards: caps hold for each shard, not for the stream."""

from __future__ import annotations

from dataclasses import replace

from .flow import Cap


def loads(shards: float, hot_ratio: float | None) -> tuple[tuple[float, float], ...]:
    """Return (share of the records on one shard, share of the records on such shards).

    Even without a hot shard; else the hottest one and each of the others. A stated ratio below
    the even one is read as even.

    >>> loads(4, None), loads(4, 0.4)
    (((0.25, 1.0),), ((0.4, 0.4), (0.19999999999999998, 0.6)))
    """
    if shards <= 1:
        return ((1.0, 1.0),)
    if hot_ratio is None or hot_ratio <= 1 / shards + 1e-12:
        return ((1 / shards, 1.0),)
    if hot_ratio >= 1:
        return ((1.0, 1.0),)
    return ((hot_ratio, hot_ratio), ((1 - hot_ratio) / (shards - 1), 1 - hot_ratio))


def shard_caps(cap: Cap, shards: float, hot_ratio: float | None) -> tuple[Cap, ...]:
    """Return a shard's cap as the caps of a stream: of its hottest shard and of the others."""
    return tuple(
        replace(cap, share=share, meets=meets) for share, meets in loads(shards, hot_ratio)
    )


# Images of the item in one change of a table's stream, by its view.
IMAGES = {"KEYS_ONLY": 0.0, "NEW_IMAGE": 1.0, "OLD_IMAGE": 1.0, "NEW_AND_OLD_IMAGES": 2.0}
KEYS_KIB = 0.5  # Assumption: keys and what the stream says of a change.
CHANGES = frozenset({"write", "call", "event"})  # Reads change nothing.


def change_size(view: str, item_kib: float | None) -> tuple[float | None, float]:
    """Return (size in KiB where it is known, factor on the size of the write) of a change."""
    images = IMAGES.get(view, 1.0)
    size = KEYS_KIB if images == 0 else images * item_kib if item_kib else None
    return size, images or 1.0
