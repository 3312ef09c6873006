"""Batches and loads of all arrows and caps at once, as columns of numbers.

What is linear (rates, sizes) is known by then; what each arrow batches and each cap counts follows
from that without an order, so NumPy does it in a few passes, for one scenario or for many.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..gathering import kept, members, per_reads
from .kinds import ALONE, BUFFERED, BUSY, FIXED, HELD, KIB, READ, REQUEST, UNIT

if TYPE_CHECKING:
    from .layout import Counted, Spot

Array = NDArray[np.float64]


class Table:
    """A network's arrows and caps in columns; arrays are over (arrows or caps, scales).

    Of many scenarios, whose figures are arrays over (scenarios, 1), arrays are over (arrows or
    caps, scenarios, scales).

    Attributes:
        arrows: Index of the edge of each arrow.
        caps: (index of the node, what it counts) of each row, by node.
        first: Row of the first cap of each node, and behind it the number of rows.
    """

    def __init__(self, spots: list[Spot], scenarios: int | None = None) -> None:
        self.scenarios = scenarios
        _column = self._column
        arrows = sorted((a for s in spots for a in s.ins), key=lambda a: a.index)
        self.arrows = np.array([a.index for a in arrows], dtype=int)
        place = {a.index: k for k, a in enumerate(arrows)}
        times = {spot.index: (spot.once_s, spot.each_s) for spot in spots}
        self.caps: list[tuple[int, Counted]] = []
        self.first = [0]
        for spot in spots:
            self.caps += [(spot.index, one) for one in spot.counted]
            self.first.append(len(self.caps))
        self.attempts = _column([a.attempts for a in arrows])
        self.given_up = _column([a.given_up for a in arrows])
        self.most = _column([a.edge.hop.batch_max for a in arrows])
        self.most_kib = _column([a.edge.hop.batch_kib_max for a in arrows])
        self.lanes = _column([a.lanes for a in arrows])
        self.every_s = _column([a.every_s for a in arrows])
        how = np.array([a.how for a in arrows], dtype=int)
        self.alone, self.fixed = how == ALONE, how == FIXED
        self.read, self.kept = np.flatnonzero(how == READ), np.flatnonzero(how == BUFFERED)
        self.kept_factor = _column([arrows[i].factor_kib for i in self.kept])
        self.kept_sigma = _column([arrows[i].sigma for i in self.kept])
        self.kept_kib = _column([arrows[i].most_kib for i in self.kept])
        grows = np.array([a.grows for a in arrows], dtype=bool)
        self.grows = grows.reshape(-1, *self._ones) if grows.any() else None
        self.values = _column([one.value for _, one in self.caps])
        self.cap_shares = _column([one.share for _, one in self.caps])
        names: dict[str, int] = {}
        pooled = [row for row, (_, one) in enumerate(self.caps) if one.pool is not None]
        pools = [names.setdefault(self.caps[row][1].pool or "", len(names)) for row in pooled]
        self.pooled, self.pools = np.array(pooled, dtype=int), np.array(pools, dtype=int)
        self.pool_names = list(names)
        self.pool_values = np.zeros(len(names))
        if scenarios is None:
            self.pool_values[self.pools] = self.values[self.pooled, 0]
        pairs = [
            (row, place[a.index], one.kind, one.unit_kib, *times[node])
            for row, (node, one) in enumerate(self.caps)
            for a in one.arrows
        ]
        rows, edges, kinds, units, once_s, each_s = zip(*pairs, strict=True) if pairs else [()] * 6
        self.edges, kind = np.array(edges, dtype=int), np.array(kinds, dtype=int)
        self.starts = np.flatnonzero(np.diff(np.array(rows, dtype=int), prepend=-1))
        self.counting = np.array(rows, dtype=int)[self.starts]
        self.by_request = np.flatnonzero(np.isin(kind, (REQUEST, UNIT, BUSY)))
        self.by_kib = np.flatnonzero(kind == KIB)
        self.by_unit = np.flatnonzero(kind == UNIT)
        self.unit_kib = _column(units)[self.by_unit]
        self.timed = np.flatnonzero(np.isin(kind, (HELD, BUSY)))
        self.once_s = _column(once_s)[self.timed]
        self.each_s = _column(each_s)[self.timed]

    @property
    def _ones(self) -> tuple[int, ...]:
        return (1,) if self.scenarios is None else (1, 1)

    def _column(self, values: Sequence[Any]) -> Array:
        if not any(isinstance(value, np.ndarray) for value in values):
            return np.array(values, dtype=float).reshape(-1, *self._ones)
        return np.array([np.broadcast_to(value, (self.scenarios or 1, 1)) for value in values])

    def of(self, which: NDArray[np.intp]) -> Table:
        """Return the table of some of the scenarios."""
        part = copy.copy(self)
        part.scenarios = len(which)
        for name, column in vars(self).items():
            if isinstance(column, np.ndarray) and column.ndim == 3 and column.shape[1] > 1:
                setattr(part, name, column[:, which])
        return part

    def batches(self, rates: Array, sizes: Array) -> tuple[Array, Array]:
        """Return the batches that form at these rates, and the largest ones under a backlog."""
        most = np.minimum(self.most, self.most_kib / np.maximum(sizes, 1e-9))
        most = np.maximum(1.0, most)
        fills = rates / self.lanes * self.every_s
        batches = members(most, fills)
        if self.read.size:
            batches[self.read] = per_reads(most[self.read], fills[self.read])
        batches[self.fixed] = most[self.fixed]
        batches[self.alone] = 1.0
        if self.kept.size:
            raw = np.maximum(sizes[self.kept] / self.kept_factor, 1e-9)
            batches[self.kept] = kept(self.kept_kib / raw, self.kept_sigma, fills[self.kept])
        return batches, batches if self.grows is None else np.where(self.grows, most, batches)

    def loads(self, rates: Array, sizes: Array, batches: Array) -> Array:
        """Return the load of each cap: what it counts of each arrow, added up."""
        total = np.zeros((len(self.caps), *rates.shape[1:]))
        if not self.edges.size:
            return total
        edges = self.edges
        counts = (rates * self.attempts)[edges]
        counts[self.by_request] /= batches[edges[self.by_request]]
        counts[self.by_kib] *= sizes[edges[self.by_kib]]
        if self.by_unit.size:
            started = np.ceil(np.round(sizes[edges[self.by_unit]] / self.unit_kib, 9))
            counts[self.by_unit] *= np.maximum(1.0, started)
        further = batches[edges[self.timed]] - 1.0
        counts[self.timed] *= self.once_s + self.each_s * further
        total[self.counting] = np.add.reduceat(counts, self.starts, axis=0)
        return total * self.cap_shares

    def pool(self, load: Array) -> Array:
        """Return the load of each pool, in the order of `pool_names`; of one scenario."""
        rows = load[self.pooled, 0]
        found: Array = np.bincount(self.pools, rows, len(self.pool_names)).astype(float)
        return found

    def over(self, load: Array, pools: Array) -> bool:
        """Tell whether the load is over the limit of any cap, or of a pool with another's."""
        limits = self.values[self.pooled, 0]
        return bool((load > self.values).any() or (pools[self.pools] > limits).any())
