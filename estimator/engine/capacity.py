"""The most the design carries, and what gives way first and next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Cap

from .flow import Array
from .network import Network
from .uncapped import Loads, measure

SMALLEST, LARGEST = 1e-6, 1e6
COARSE, FINE = 73, 33
NEAR = 4  # that are looked at closely
ROWS = 512  # caps at a time: as many as a cache holds
SCALES = np.geomspace(SMALLEST, LARGEST, COARSE)


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
    measured = measure(network)
    loads = measured(SCALES)
    pools = _pools(loads)
    near = _first(loads, pools, SCALES)
    if not near:
        return []
    step = (LARGEST / SMALLEST) ** (1 / (COARSE - 1))
    places = np.array([at for at, _ in near])
    fine = np.linspace(places / step, places * step, FINE, axis=1)
    closer = measured(fine.ravel())
    nodes = np.array([node for node, _, _ in loads.caps])
    refined: list[Bottleneck] = []
    for k, (at, row) in enumerate(near):
        node, cap, _ = loads.caps[row]
        part = slice(k * FINE, (k + 1) * FINE)
        here = Loads(loads.caps, closer.load[:, part], closer.floor[:, part])
        rows, reached = _crossings(here, pools, fine[k], np.flatnonzero(nodes == node))
        again = min(zip(reached, rows, strict=True), default=(at, row))
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
    every = np.arange(len(loads.caps))
    first: dict[int, tuple[float, int]] = {}
    for begin in range(0, len(every), ROWS):
        rows, places = _crossings(loads, pools, scales, every[begin : begin + ROWS])
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
    loads: Loads, pools: dict[str, list[int]], scales: Array, which: NDArray[np.intp]
) -> tuple[list[int], list[float]]:
    """Return which caps are reached (rows) and at which scale, interpolated on a line.

    While batches grow the utilisation stays at 1; there the load with full batches tells when
    growing no longer helps. The caps of a pool are added up.

    Args:
        which: The rows to look at.
    """
    caps = [loads.caps[row] for row in which.tolist()]
    value = np.array([cap.value for _, cap, _ in caps]).reshape(-1, 1, 1)
    full, used = _pooled(loads.floor, caps, pools, which), _pooled(loads.load, caps, pools, which)
    full /= value
    used /= value
    used = np.where(used <= 1.0, used, np.maximum(1.0, full))
    if used.shape[2] > 1:
        held = np.array([waits for _, _, waits in caps], dtype=bool)[:, None]
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


def _pooled(
    values: Array,
    caps: list[tuple[int, Cap, bool]],
    pools: dict[str, list[int]],
    which: NDArray[np.intp],
) -> Array:
    """Return the values of some rows, with those of a pool's caps added up."""
    found: Array = values[which]
    sums: dict[str, Array] = {}
    for place, (_, cap, _) in enumerate(caps):
        if cap.pool is not None and len(pools[cap.pool]) > 1:
            if cap.pool not in sums:
                sums[cap.pool] = values[pools[cap.pool]].sum(axis=0)
            found[place] = sums[cap.pool]
    return found


def _heaviest(loads: Loads, rows: list[int]) -> int:
    """Return the node that uses most of a pool at the largest scale."""
    most = loads.load[rows, -1].mean(axis=1).tolist()
    mine = {loads.caps[row][0]: load for row, load in zip(rows, most, strict=True)}
    return max(mine, key=lambda node: mine[node])
