"""The most the design carries, and what gives way first and next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .flow import Array
from .network import Network
from .uncapped import Loads, measure

SMALLEST, LARGEST = 1e-6, 1e6
COARSE, FINE = 73, 33
NEAR = 4  # that are looked at closely


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
    measured = measure(network)
    loads = measured(scales)
    pools = _pools(loads)
    near = _first(loads, pools, scales)
    if not near:
        return []
    step = (LARGEST / SMALLEST) ** (1 / (COARSE - 1))
    fine = [np.linspace(at / step, at * step, FINE) for at, _ in near]
    closer = measured(np.concatenate(fine))
    load, floor = _pooled(closer.load, pools), _pooled(closer.floor, pools)
    refined: list[Bottleneck] = []
    for k, (at, row) in enumerate(near):
        node, cap, _ = loads.caps[row]
        part = slice(k * FINE, (k + 1) * FINE)
        beside = np.array([r for r, one in enumerate(loads.caps) if one[0] == node])
        rows, places = _crossings(closer, load[:, part], floor[:, part], fine[k], beside)
        again = min(zip(places, rows, strict=True), default=(at, row))
        if again[1] == row:
            at = again[0]
        if cap.pool is not None:  # A shared pool is one bottleneck, named at who uses most.
            node = _heaviest(loads, pools[cap.pool])
        refined.append(Bottleneck(node, cap.limit.id, cap.limit.title, at))
    refined.sort(key=lambda b: (float(f"{b.scale:.9g}"), b.node))
    return refined


def _pools(loads: Loads) -> dict[str, list[int]]:
    """Return the rows of each pool."""
    pools: dict[str, list[int]] = {}
    for row, (_, cap, _) in enumerate(loads.caps):
        if cap.pool is not None:
            pools.setdefault(cap.pool, []).append(row)
    return pools


def _first(loads: Loads, pools: dict[str, list[int]], scales: Array) -> list[tuple[float, int]]:
    """Return (scale, row) of the caps that are reached first, one per node and per pool."""
    load, floor = _pooled(loads.load, pools), _pooled(loads.floor, pools)
    rows, places = _crossings(loads, load, floor, scales, np.arange(len(loads.caps)))
    first: dict[int, tuple[float, int]] = {}
    for row, at in zip(rows, places, strict=True):
        node = loads.caps[row][0]
        if node not in first or at < first[node][0]:
            first[node] = at, row
    kept, seen = list[tuple[float, int]](), set[str]()
    for at, row in sorted(first.values(), key=lambda one: (float(f"{one[0]:.9g}"), one[1])):
        pool = loads.caps[row][1].pool
        if pool is not None and pool in seen:
            continue
        if pool is not None:
            seen.add(pool)
        kept.append((at, row))
        if len(kept) == NEAR:
            break
    return kept


def _crossings(
    loads: Loads, load: Array, floor: Array, scales: Array, which: NDArray[np.intp]
) -> tuple[list[int], list[float]]:
    """Return which caps are reached (rows) and at which scale, interpolated on a line.

    While batches grow the utilisation stays at 1; there the load with full batches tells when
    growing no longer helps.

    Args:
        load, floor: With the caps of a pool added up.
        which: The rows to look at.
    """
    value = np.array([loads.caps[row][1].value for row in which]).reshape(-1, 1, 1)
    full = floor[which] / value
    used = load[which] / value
    used = np.where(used <= 1.0, used, np.maximum(1.0, full))
    if load.shape[2] > 1:
        held = np.array([loads.caps[row][2] for row in which], dtype=bool)[:, None]
        used = np.where(held, used.mean(axis=2), used.max(axis=2))
        full = np.where(held, full.mean(axis=2), full.max(axis=2))
    else:
        used, full = used[:, :, 0], full[:, :, 0]
    over = used > 1.0 + 1e-9
    found = np.flatnonzero(over.any(axis=1))
    after = over[found].argmax(axis=1)
    before = np.maximum(after - 1, 0)
    growing = used[found, before] >= 1.0 - 1e-12
    left = np.where(growing, full[found, before], used[found, before])
    right = np.where(growing, full[found, after], used[found, after])
    rise = right - left
    part = np.divide(1.0 - left, rise, out=np.zeros_like(rise), where=rise > 0)
    at = scales[before] + np.clip(part, 0.0, 1.0) * (scales[after] - scales[before])
    at = np.where(after == 0, scales[0] / used[found, 0], at)
    return which[found].tolist(), at.tolist()


def _pooled(values: Array, pools: dict[str, list[int]]) -> Array:
    """Return the values with those of a pool's caps added up."""
    shared = [rows for rows in pools.values() if len(rows) > 1]
    if shared:
        values = values.copy()
        for rows in shared:
            values[rows] = values[rows].sum(axis=0)
    return values


def _heaviest(loads: Loads, rows: list[int]) -> int:
    """Return the node that uses most of a pool at the largest scale."""
    mine = {loads.caps[row][0]: float(loads.load[row, -1].mean()) for row in rows}
    return max(mine, key=lambda node: mine[node])
