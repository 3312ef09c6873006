"""Batches and loads of all arrows and caps at once, as columns of numbers.

What is linear (rates, sizes) is known by then; what each arrow batches and each cap counts follows
from that without an order, so NumPy does it in a few passes, for one scenario or for many.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..following import formed_by_cell
from ..gathering import kept, members, per_reads
from .kinds import BUFFERED, BUSY, FIXED, HELD, KIB, READ, REQUEST, UNIT, WINDOW

if TYPE_CHECKING:
    from .layout import Arrow, Counted, Spot

Array = NDArray[np.float64]
KINDS = np.arange(6)
BY_REQUEST, TIMED = np.isin(KINDS, (REQUEST, UNIT, BUSY)), np.isin(KINDS, (HELD, BUSY))
CELLS, FEW = 4_000, 12  # Batches that follow others: in all, and at least of each arrow.


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
        self._spots = {spot.index: spot for spot in spots}
        self.caps: list[tuple[int, Counted]] = []
        self.first = [0]
        for spot in spots:
            self.caps += [(spot.index, one) for one in spot.counted]
            self.first.append(len(self.caps))
        arrows = sorted((a for s in spots for a in s.ins), key=lambda a: a.index)
        self.arrows = np.array([a.index for a in arrows], dtype=int)
        self._arrows = {arrow.index: arrow for arrow in arrows}
        self._place = {edge: k for k, edge in enumerate(self._arrows)}
        self._lay_arrows(arrows)
        self.values = self._column([one.value for _, one in self.caps])
        self._lay_pools()
        self._lay_pairs()

    def _lay_arrows(self, arrows: list[Arrow]) -> None:
        """Fill the columns by arrow: how each batches."""
        _column = self._column
        self.attempts = _column([a.attempts for a in arrows])
        self.given_up = _column([a.given_up for a in arrows])
        self.most = _column([a.edge.hop.batch_max for a in arrows])
        self.most_kib = _column([a.edge.hop.batch_kib_max for a in arrows])
        self.lanes = _column([a.lanes for a in arrows])
        self.every_s = _column([a.every_s for a in arrows])
        how = np.array([a.how for a in arrows], dtype=int)
        self.fixed = (how == FIXED).reshape(-1, *self._ones)
        waits = (self.every_s > 0).any(axis=self._further)
        self.gather = np.flatnonzero((how == WINDOW) & waits)
        self.read, self.kept = np.flatnonzero(how == READ), np.flatnonzero(how == BUFFERED)
        self.kept_factor = _column([arrows[i].factor_kib for i in self.kept])
        self.kept_sigma = _column([arrows[i].sigma for i in self.kept])
        self.kept_kib = _column([arrows[i].most_kib for i in self.kept])
        self.after = sorted((a for a in arrows if a.after), key=lambda a: a.turn)
        grows = np.array([a.grows for a in arrows], dtype=bool)
        self.grows = grows.reshape(-1, *self._ones) if grows.any() else None

    def _lay_pools(self) -> None:
        """Fill the columns by pool: the rows of its caps, one pool after the other."""
        pools: dict[str, list[int]] = {}
        for row, (_, one) in enumerate(self.caps):
            if one.pool is not None:
                pools.setdefault(one.pool, []).append(row)
        self.pool_names = list(pools)
        self.pooled = np.array([row for rows in pools.values() for row in rows], dtype=int)
        counts = [len(rows) for rows in pools.values()]
        self.pool_starts = np.cumsum([0, *counts], dtype=int)[:-1]
        values = self.values.min(axis=self._further, initial=np.inf)
        self.pool_values = np.minimum.reduceat(values[self.pooled], self.pool_starts)

    def _lay_pairs(self) -> None:
        """Fill the columns by cap and arrow that it counts."""
        times = {node: (spot.once_s, spot.each_s) for node, spot in self._spots.items()}
        _column = self._column
        pairs = [
            (
                row,
                self._place[a.index],
                one.kind,
                one.unit_kib,
                a.attempts * one.share,
                *times[node],
            )
            for row, (node, one) in enumerate(self.caps)
            for a in one.arrows
        ]
        rows, edges, kinds, units, tries, once_s, each_s = (
            zip(*pairs, strict=True) if pairs else [()] * 7
        )
        self.edges, kind = np.array(edges, dtype=int), np.array(kinds, dtype=int)
        self.starts = np.flatnonzero(np.diff(np.array(rows, dtype=int), prepend=-1))
        self.counting = np.array(rows, dtype=int)[self.starts]
        self.tries = _column(tries)
        self.by_request = BY_REQUEST[kind].reshape(-1, *self._ones)
        self.by_kib = np.flatnonzero(kind == KIB)
        self.by_unit = np.flatnonzero(kind == UNIT)
        self.unit_kib = _column(units)[self.by_unit]
        timed = TIMED[kind].reshape(-1, *self._ones)
        each = _column(each_s)
        self.once_s = np.where(timed, _column(once_s) - each, 1.0)  # Besides its members' times.
        self.each_s = np.where(timed, each, 0.0)

    @property
    def _ones(self) -> tuple[int, ...]:
        return (1,) if self.scenarios is None else (1, 1)

    @property
    def _further(self) -> tuple[int, ...]:
        """The axes besides that of the arrows or caps."""
        return (1,) if self.scenarios is None else (1, 2)

    def _column(self, values: Sequence[Any]) -> Array:
        if self.scenarios is None or not any(isinstance(v, np.ndarray) for v in values):
            return np.array(values, dtype=float).reshape(-1, *self._ones)
        return np.array([np.broadcast_to(value, (self.scenarios, 1)) for value in values])

    def of(self, which: NDArray[np.intp]) -> Table:
        """Return the table of some of the scenarios."""
        part = copy.copy(self)
        part.scenarios = len(which)
        for name, column in vars(self).items():
            if isinstance(column, np.ndarray) and column.ndim == 3 and column.shape[1] > 1:
                setattr(part, name, column[:, which])
        return part

    def only(self, rows: Sequence[int]) -> Table:
        """Return the table of some of the caps, and of the arrows that they count."""
        caps: dict[int, list[Counted]] = {}
        arrows: dict[int, dict[int, Arrow]] = {}
        for node, one in (self.caps[row] for row in rows):
            caps.setdefault(node, []).append(one)
            arrows.setdefault(node, {}).update((a.index, a) for a in one.arrows)
        todo = [a for mine in arrows.values() for a in mine.values() if a.after]
        while todo:  # What batches follow is needed to tell them.
            for lead in (one.before for one in todo.pop().after):
                arrow = self._arrows[lead]
                mine = arrows.setdefault(arrow.edge.target, {})
                if lead not in mine:
                    mine[lead] = arrow
                    todo += [arrow] if arrow.after else []
        spots = [
            replace(self._spots[node], ins=list(mine.values()), counted=caps.get(node, []))
            for node, mine in arrows.items()
        ]
        return Table(spots, self.scenarios)

    def batches(self, rates: Array, sizes: Array) -> tuple[Array, Array]:
        """Return the batches that form at these rates, and the largest ones under a backlog."""
        most = np.minimum(self.most, self.most_kib / np.maximum(sizes, 1e-9))
        most = np.maximum(1.0, most)
        batches = np.where(self.fixed, most, 1.0)
        if self.gather.size:
            batches[self.gather] = members(most[self.gather], self._fills(rates, self.gather))
        if self.read.size:
            batches[self.read] = per_reads(most[self.read], self._fills(rates, self.read))
        if self.kept.size:
            raw = np.maximum(sizes[self.kept] / self.kept_factor, 1e-9)
            fills = self._fills(rates, self.kept)
            batches[self.kept] = kept(self.kept_kib / raw, self.kept_sigma, fills)
        for arrow in self.after:
            self._follow(arrow, rates, sizes, batches)
        return batches, batches if self.grows is None else np.where(self.grows, most, batches)

    def _fills(self, rates: Array, which: NDArray[np.intp]) -> Array:
        """Return how many events come to some arrows while a batch gathers."""
        return rates[which] / self.lanes[which] * self.every_s[which]

    def _follow(self, arrow: Arrow, rates: Array, sizes: Array, batches: Array) -> None:
        """Write the batches of an arrow that follow others.

        At every scale, or where many arrows do, at some: between them on a line over the rate.
        """
        shape, at = arrow.shape, self._place[arrow.index]
        assert shape is not None
        leads = [(one.before, self._place[one.before]) for one in arrow.after]
        sent, held = ({i: values[k] for i, k in leads} for values in (rates, batches))
        most = max(FEW, CELLS // len(self.after)) if rates.ndim == 2 else None
        batches[at] = formed_by_cell(shape, arrow.after, rates[at], sizes[at], sent, held, most)

    def loads(self, rates: Array, sizes: Array, batches: Array) -> Array:
        """Return the load of each cap: what it counts of each arrow, added up."""
        if not self.edges.size:
            return np.zeros((len(self.caps), *batches.shape[1:]))
        edges = self.edges
        tries = rates[edges] * self.tries
        if self.by_kib.size:
            tries[self.by_kib] *= sizes[edges[self.by_kib]]
        if self.by_unit.size:
            started = np.ceil(np.round(sizes[edges[self.by_unit]] / self.unit_kib, 9))
            tries[self.by_unit] *= np.maximum(1.0, started)
        batch = batches[edges]
        counts = tries * (self.once_s + self.each_s * batch)
        np.divide(counts, batch, out=counts, where=self.by_request)
        added: Array = np.add.reduceat(counts, self.starts, axis=0)
        if len(added) == len(self.caps):
            return added
        total = np.zeros((len(self.caps), *added.shape[1:]))
        total[self.counting] = added
        return total

    def measured(self, rates: Array, sizes: Array) -> tuple[Array, Array, Array]:
        """Return batches, and each cap's load with them and under a backlog, at one scale."""
        batches, full = self.batches(rates, sizes)
        if full is batches:
            load = self.loads(rates, sizes, batches)
            return batches, load, load
        both = self.loads(rates, sizes, np.concatenate((batches, full), axis=-1))
        return batches, both[..., :1], both[..., 1:]

    def pool(self, loads: Array) -> Array:
        """Return the load of each pool, in the order of `pool_names`."""
        if not self.pooled.size:
            return loads[:0]
        found: Array = np.add.reduceat(loads[self.pooled], self.pool_starts, axis=0)
        return found
