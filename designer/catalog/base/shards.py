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
