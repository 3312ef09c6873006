"""The most the design carries, and what gives way first and next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .flow import Array, CapLoad, Flow, Pool, pool_loads, pressure, solve
from .network import Network

SMALLEST, LARGEST = 1e-6, 1e6
COARSE, FINE = 73, 33


@dataclass(frozen=True)
class Bottleneck:
    """A cap that is reached at `scale` times the drawn rates."""

    node: int
    cap_id: str
    title: str
    scale: float


def bottlenecks(network: Network) -> list[Bottleneck]:
    """Return the caps in the order in which growing producers reach them, one per node.

    Everything is let through and the load of each cap is followed over the scale of all producers;
    caps that only fill a backlog count with their mean over the day, caps that refuse with their
    busiest hour. A cap that is not reached at 10⁶ times the drawn rates is left out.
    """
    if not any(n.station.sources and n.station.scales for n in network.nodes):
        return []
    scales = np.geomspace(SMALLEST, LARGEST, COARSE)
    found = _crossings(network, scales)
    refined: list[Bottleneck] = []
    for one in found[:4]:
        step = (LARGEST / SMALLEST) ** (1 / (COARSE - 1))
        low = one.scale / step
        fine = np.linspace(low, one.scale * step, FINE)
        again = [c for c in _crossings(network, fine) if _key(c) == _key(one)]
        refined.append(again[0] if again else one)
    refined.sort(key=lambda b: b.scale)
    return refined


def _key(one: Bottleneck) -> tuple[int, str]:
    return one.node, one.cap_id


def _crossings(network: Network, scales: Array) -> list[Bottleneck]:
    flow = solve(network, scales, capped=False)
    pools = pool_loads(flow)
    first: dict[int, Bottleneck] = {}
    seen_pools: set[str] = set()
    for node in network.nodes:
        for one in flow.caps[node.index]:
            at = _first_over(scales, *_used(one, pools))
            if at is None:
                continue
            found = Bottleneck(node.index, one.cap.limit.id, one.cap.limit.title, at)
            if node.index not in first or at < first[node.index].scale:
                first[node.index] = found
    ordered = sorted(first.values(), key=lambda b: b.scale)
    kept = []
    for found in ordered:  # A shared pool is one bottleneck, named at the node that uses most.
        pool = _pool_of(flow, found)
        if pool is not None:
            if pool in seen_pools:
                continue
            seen_pools.add(pool)
            found = _heaviest(flow, found, pool)
        kept.append(found)
    return kept


def _used(one: CapLoad, pools: dict[str, Pool]) -> tuple[Array, Array]:
    """Return the utilisation by scenario, and what it would be with full batches."""
    load, floor = pools[one.cap.pool][:2] if one.cap.pool else (one.load, one.floor)
    used, full = pressure(load, floor, one.cap.value), floor / one.cap.value
    if one.held_only:
        return used.mean(axis=1), full.mean(axis=1)
    return used.max(axis=1), full.max(axis=1)


def _first_over(scales: Array, used: Array, full: Array) -> float | None:
    """Return the scale at which the load first exceeds the cap, interpolated on a line.

    While batches grow the utilisation stays at 1; there the load with full batches tells when
    growing no longer helps.
    """
    over = np.nonzero(used > 1.0 + 1e-9)[0]
    if over.size == 0:
        return None
    k = int(over[0])
    if k == 0:
        return float(scales[0] / used[0])
    series = full if used[k - 1] >= 1.0 - 1e-12 else used
    left, right = series[k - 1], series[k]
    part = (1.0 - left) / (right - left) if right > left else 0.0
    return float(scales[k - 1] + min(1.0, max(0.0, part)) * (scales[k] - scales[k - 1]))


def _pool_of(flow: Flow, found: Bottleneck) -> str | None:
    for one in flow.caps[found.node]:
        if one.cap.limit.id == found.cap_id:
            return one.cap.pool
    return None


def _heaviest(flow: Flow, found: Bottleneck, pool: str) -> Bottleneck:
    loads = {
        i: float(one.load[-1].mean())
        for i, caps in enumerate(flow.caps)
        for one in caps
        if one.cap.pool == pool
    }
    node = max(loads, key=lambda i: loads[i])
    return Bottleneck(node, found.cap_id, found.title, found.scale)
