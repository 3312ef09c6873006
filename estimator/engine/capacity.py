"""The most the design carries, and what gives way first and next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .flow import Array
from .network import Network
from .uncapped import Loads, measure

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
    measured = measure(network)
    found = _named(measured(scales), scales)
    step = (LARGEST / SMALLEST) ** (1 / (COARSE - 1))
    near = found[:4]
    fine = [np.linspace(one.scale / step, one.scale * step, FINE) for one in near]
    closer = measured(np.concatenate(fine)) if fine else None
    refined: list[Bottleneck] = []
    for k, one in enumerate(near):
        assert closer is not None
        part = slice(k * FINE, (k + 1) * FINE)
        again = _named(closer, fine[k], part)
        refined.append(next((c for c in again if _key(c) == _key(one)), one))
    refined.sort(key=lambda b: (float(f"{b.scale:.9g}"), b.node))
    return refined


def _key(one: Bottleneck) -> tuple[int, str]:
    return one.node, one.cap_id


def _named(loads: Loads, scales: Array, part: slice = slice(None)) -> list[Bottleneck]:
    """Return the first cap of each node that is reached, in the order of the scale."""
    load, floor = loads.load[:, part], loads.floor[:, part]
    first: dict[int, tuple[float, int]] = {}
    for row, at in zip(*_crossings(loads, load, floor, scales), strict=True):
        node = loads.caps[row][0]
        if node not in first or at < first[node][0]:
            first[node] = at, row
    kept, seen = list[Bottleneck](), set[str]()
    for at, row in sorted(first.values(), key=lambda one: (float(f"{one[0]:.9g}"), one[1])):
        node, cap, _ = loads.caps[row]
        if cap.pool is not None:  # A shared pool is one bottleneck, named at who uses most.
            if cap.pool in seen:
                continue
            seen.add(cap.pool)
            node = _heaviest(loads, load, cap.pool)
        kept.append(Bottleneck(node, cap.limit.id, cap.limit.title, at))
    return kept


def _crossings(
    loads: Loads, load: Array, floor: Array, scales: Array
) -> tuple[list[int], list[float]]:
    """Return the caps that are reached (rows) and at which scale, interpolated on a line.

    While batches grow the utilisation stays at 1; there the load with full batches tells when
    growing no longer helps.
    """
    load, floor = _pooled(loads, load), _pooled(loads, floor)
    value = np.array([cap.value for _, cap, _ in loads.caps]).reshape(-1, 1, 1)
    full = floor / value
    used = load / value
    used = np.where(used <= 1.0, used, np.maximum(1.0, full))
    held = np.array([waits for _, _, waits in loads.caps], dtype=bool)[:, None]
    if load.shape[2] > 1:
        used = np.where(held, used.mean(axis=2), used.max(axis=2))
        full = np.where(held, full.mean(axis=2), full.max(axis=2))
    else:
        used, full = used[:, :, 0], full[:, :, 0]
    over = used > 1.0 + 1e-9
    rows = [int(row) for row in np.flatnonzero(over.any(axis=1))]
    return rows, [_reached(scales, used[r], full[r], int(np.argmax(over[r]))) for r in rows]


def _reached(scales: Array, used: Array, full: Array, k: int) -> float:
    if k == 0:
        return float(scales[0] / used[0])
    series = full if used[k - 1] >= 1.0 - 1e-12 else used
    left, right = float(series[k - 1]), float(series[k])
    part = (1.0 - left) / (right - left) if right > left else 0.0
    return float(scales[k - 1] + min(1.0, max(0.0, part)) * (scales[k] - scales[k - 1]))


def _pooled(loads: Loads, values: Array) -> Array:
    """Return the values with those of a pool's caps added up."""
    pools: dict[str, list[int]] = {}
    for row, (_, cap, _) in enumerate(loads.caps):
        if cap.pool is not None:
            pools.setdefault(cap.pool, []).append(row)
    if any(len(rows) > 1 for rows in pools.values()):
        values = values.copy()
        for rows in pools.values():
            values[rows] = values[rows].sum(axis=0)
    return values


def _heaviest(loads: Loads, load: Array, pool: str) -> int:
    """Return the node that uses most of a pool at the largest scale."""
    mine = {
        node: float(load[row, -1].mean())
        for row, (node, cap, _) in enumerate(loads.caps)
        if cap.pool == pool
    }
    return max(mine, key=lambda node: mine[node])
