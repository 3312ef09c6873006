"""Load on every cap over many scales at once, when everything is let through.

Without caps the rates grow in proportion to the producers', so two solutions on floats give them
at every scale; batches and loads then follow for all arrows and all scales in one pass. Where one
event is made per request (a file per flush) rates bend with the batches, and where hours are told
apart loads last into the next one: there the arrays of `flow` are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from designer.catalog.base import Cap

from . import lean
from .flow import Array, solve
from .network import Network


@dataclass
class Loads:
    """Loads by cap, as arrays over (caps, scales, hours).

    Attributes:
        caps: (index of the node, the cap, what is over it waits) of each row.
    """

    caps: list[tuple[int, Cap, bool]]
    load: Array
    floor: Array


def measure(network: Network) -> Callable[[Array], Loads]:
    """Return what tells the load on every cap at given scales.

    Raises:
        Unstable: A loop multiplies its events (gain of one or more).
    """
    bends = any(edge.hop.per_request for edge in network.edges)
    if network.hours > 1 or bends or not network.edges:
        return lambda scales: _by_arrays(network, scales)
    return Grid(network).loads


def _by_arrays(network: Network, scales: Array) -> Loads:
    flow = solve(network, scales, capped=False)
    found = [(n.index, one) for n in network.nodes for one in flow.caps[n.index]]
    shape = (len(found), len(scales), network.hours)
    load, floor = np.empty(shape), np.empty(shape)
    for row, (_, one) in enumerate(found):
        load[row], floor[row] = one.load, one.floor
    return Loads([(n, one.cap, one.held_only) for n, one in found], load, floor)


class Grid:
    """A network without hours whose rates are straight lines over the scale."""

    def __init__(self, network: Network) -> None:
        if network.lean is None:
            network.lean = lean.lay_out(network)
        idle, drawn = (lean.Solution(network.lean, scale) for scale in (0.0, 1.0))
        idle.run(capped=False)
        drawn.run(capped=False)
        self.still = np.array(idle.offered)
        self.grows = np.array(drawn.offered) - self.still
        kib = np.array(idle.size)
        self.still_kib = self.still * kib
        self.grows_kib = np.array(drawn.offered) * np.array(drawn.size) - self.still_kib
        self.idle_size = np.array(drawn.size)
        spots = network.lean.spots
        self.arrows = sorted((a for s in spots for a in s.ins), key=lambda a: a.index)
        self.caps = [(s.index, one) for s in spots for one in s.counted]
        pairs = [
            (row, one, spots[node], a)
            for row, (node, one) in enumerate(self.caps)
            for a in one.arrows
        ]
        self.rows = np.array([p[0] for p in pairs], dtype=int)
        self.edges = np.array([p[3].index for p in pairs], dtype=int)
        self.kinds = np.array([p[1].kind for p in pairs], dtype=int)
        self.units = np.array([[p[1].unit_kib] for p in pairs])
        self.shares = np.array([[p[1].share] for p in pairs])
        self.once_s = np.array([[p[2].once_s] for p in pairs])
        self.each_s = np.array([[p[2].each_s] for p in pairs])

    def loads(self, scales: Array) -> Loads:
        """Return the load on every cap at every scale."""
        rates = self.still[:, None] + self.grows[:, None] * scales
        kib = self.still_kib[:, None] + self.grows_kib[:, None] * scales
        whole = np.broadcast_to(self.idle_size[:, None], kib.shape).copy()
        sizes = np.divide(kib, rates, out=whole, where=rates > 0)
        batches, full = self._batches(rates, sizes)
        column: Any = np.array([[a.attempts] for a in self.arrows]).reshape(-1, 1)
        tries = rates * column
        load = self._sum(tries, sizes, batches)
        floor = load if full is batches else self._sum(tries, sizes, full)
        caps = [(node, one.cap, one.held) for node, one in self.caps]
        return Loads(caps, load[:, :, None], floor[:, :, None])

    def _batches(self, rates: Array, sizes: Array) -> tuple[Array, Array]:
        """Return the batches that form at these rates, and the largest ones."""
        arrows = self.arrows

        def column(values: list[float]) -> Array:
            return np.array(values, dtype=float).reshape(-1, 1)

        sized = np.maximum(sizes, 1e-9)
        most = np.minimum(
            column([a.edge.hop.batch_max for a in arrows]),
            column([a.edge.hop.batch_kib_max for a in arrows]) / sized,
        )
        most = np.maximum(1.0, most)
        fills = rates / column([a.lanes for a in arrows]) * column([a.every_s for a in arrows])
        how = np.array([a.how for a in arrows])
        batches = np.minimum(most, 1.0 + fills)
        if (read := np.flatnonzero(how == lean.READ)).size:
            expected = np.maximum(fills[read], 1e-12)
            batches[read] = np.minimum(most[read], expected / -np.expm1(-expected))
        fixed = how == lean.FIXED
        batches[fixed] = most[fixed]
        batches[how == lean.ALONE] = 1.0
        if (kept := np.flatnonzero(how == lean.BUFFERED)).size:
            raw = np.maximum(sizes[kept] / column([arrows[i].factor_kib for i in kept]), 1e-9)
            by_size = column([arrows[i].most_kib for i in kept]) / raw
            batches[kept] = np.maximum(1.0, np.minimum(by_size, fills[kept]))
        grows = np.array([a.grows for a in arrows], dtype=bool)
        if not grows.any():
            return batches, batches
        return batches, np.where(grows[:, None], most, batches)

    def _sum(self, tries: Array, sizes: Array, batches: Array) -> Array:
        """Return the load of each cap: what it counts of each arrow, added up."""
        edges, kinds = self.edges, self.kinds
        total = np.zeros((len(self.caps), tries.shape[1]))
        if not edges.size:
            return total
        counts = tries[edges]
        batch = batches[edges]
        per_request = np.isin(kinds, (lean.REQUEST, lean.UNIT, lean.BUSY))
        counts[per_request] /= batch[per_request]
        by_kib = kinds == lean.KIB
        counts[by_kib] *= sizes[edges[by_kib]]
        if (units := kinds == lean.UNIT).any():
            started = np.ceil(np.round(sizes[edges[units]] / self.units[units], 9))
            counts[units] *= np.maximum(1.0, started)
        timed = np.isin(kinds, (lean.HELD, lean.BUSY))
        counts[timed] *= self.once_s[timed] + self.each_s[timed] * (batch[timed] - 1.0)
        counts *= self.shares
        first = np.flatnonzero(np.diff(self.rows, prepend=-1))
        total[self.rows[first]] = np.add.reduceat(counts, first, axis=0)
        return total
