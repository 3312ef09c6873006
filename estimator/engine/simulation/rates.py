"""Rates of the account that several nodes or arrows draw from: which may be used up together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from designer.catalog.base import Cap, Per

from .limits import Draft, clump_of, load_on, out_of_reach, weight_of
from .plan import Bucket, Shared, Stage


def pooled_rates(draft: Draft) -> frozenset[str]:
    """Return the names of the account's rates that their users might reach together."""
    users: dict[str, list[tuple[Cap, list[int], float]]] = {}
    for cap, edges, whole in _caps(draft):
        weight = weight_of(draft, cap, edges, whole)
        if cap.pool and weight > 0.0:
            users.setdefault(cap.pool, []).append((cap, edges, weight))
    found = set()
    for name, mine in users.items():
        load = sum(load_on(draft, cap, edges) for cap, edges, _ in mine)
        clump = max(clump_of(draft, edges) * weight for _, edges, weight in mine)
        cap = mine[0][0]
        if len(mine) > 1 and (draft.troubled or not out_of_reach(cap, load, cap.value, clump)):
            found.add(name)
    return frozenset(found)


def _caps(draft: Draft) -> Iterator[tuple[Cap, list[int], bool]]:
    """Yield each rate of the account that is whole: the arrows on it, and whether as requests."""
    for node in draft.network.nodes:
        yield from ((cap, node.ins, True) for cap in node.station.caps if _is_rate(cap))
    for edge in draft.network.edges:
        yield from ((cap, [edge.index], False) for cap in edge.hop.caps if _is_rate(cap))


def _is_rate(cap: Cap) -> bool:
    return bool(cap.pool) and cap.per not in (Per.BUSY, Per.HELD) and cap.meets * cap.share >= 1.0


def shared_rates(draft: Draft, stages: Sequence[Stage]) -> tuple[Shared, ...]:
    """Return the account's rates that are watched, with the stages that draw from them."""
    users: dict[str, list[tuple[int, Bucket]]] = {}
    for i, stage in enumerate(stages):
        for bucket in stage.own_buckets:
            if bucket.pool:
                users.setdefault(bucket.pool, []).append((i, bucket))
    titles = {cap.pool: cap.limit.title for cap, _, _ in _caps(draft)}
    return tuple(
        Shared(name, titles[name], 0, tuple(dict.fromkeys(i for i, _ in mine)), mine[0][1].rate)
        for name, mine in users.items()
        if len(mine) > 1
    )
