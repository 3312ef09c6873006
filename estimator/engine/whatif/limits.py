"""The most that each of many scenarios carries: `capacity.bottlenecks`, the first of them only.

Batches lie between those of the smallest and of the largest scale, and so does what each limit
counts per unit of scale. That leaves few limits that can be the first one, and few steps of the
scale at which each of them can be reached: only one where batches do not follow the rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..capacity import COARSE, FINE, LARGEST, SMALLEST
from ..flow import Array
from ..following import follows
from ..lean import Table
from ..network import Network
from .many import CannotFollow
from .passing import Passed, carried

BEYOND = 1.0 + 1e-9
ROOM = 1.0 + 1e-6  # Bounds are that much wider than they are worked out.
STEP = (LARGEST / SMALLEST) ** (1 / (COARSE - 1))
NEAR = STEP * STEP  # times the nearest limit: those up to there are looked at closely

Places = NDArray[np.intp]


def first_limits(network: Network, passed: Passed | None) -> Array:
    """Return at which multiple of its load each scenario reaches its first limit; inf is never.

    Args:
        network: With arrays over (scenarios, 1) where they differ.
        passed: What it carries when everything is let through.

    Raises:
        CannotFollow: Rates are no straight lines over the load.
    """
    if passed is None or not network.edges:
        raise CannotFollow("rates bend with the load")
    if follows(network):
        raise CannotFollow("batches that follow others are worked out one by one")
    count = passed.rates.shape[1]
    if not any(n.station.sources and n.station.scales for n in network.nodes):
        return np.full(count, np.inf)
    limits = _limits(passed, _lines(network, passed), count)
    coarse = np.broadcast_to(np.geomspace(SMALLEST, LARGEST, COARSE)[:, None], (COARSE, count))
    rough = [one.reached(coarse) for one in limits]
    nearest = np.min(rough, axis=0, initial=np.inf)
    least = np.full(count, np.inf)
    for one, at in zip(limits, rough, strict=True):
        close = np.flatnonzero(np.isfinite(at) & (at <= nearest * NEAR))
        if close.size:
            around = at[close]
            exact = one.of(close).reached(np.linspace(around / STEP, around * STEP, FINE))
            exact = np.where(np.isfinite(exact), exact, around)
            least[close] = np.minimum(least[close], exact)
    return least


# ---- What a limit counts -------------------------------------------------------------------------


class _Used(Protocol):
    """Load over limit in some scenarios, as batches are and with full ones."""

    def of(self, which: Places) -> _Used:
        """Return the same of some of the scenarios."""

    def at(self, scales: Array) -> tuple[Array, Array]:
        """Return both at a scale of each scenario."""


@dataclass(frozen=True)
class _Straight:
    """In proportion to the scale."""

    used: Array
    full: Array

    def of(self, which: Places) -> _Straight:
        return _Straight(self.used[which], self.full[which])

    def at(self, scales: Array) -> tuple[Array, Array]:
        return self.used * scales, self.full * scales


@dataclass(frozen=True)
class _Lines:
    """Rates and sizes over the scale, as arrays over (arrows, scenarios, 1).

    Attributes:
        still: Rates at the scale zero with their KiB; None where nothing flows then.
        grows: Further rates at the scale one with their KiB.
        whole_kib: Sizes at the scale one.
    """

    still: tuple[Array, Array] | None
    grows: tuple[Array, Array]
    whole_kib: Array

    def of(self, arrows: Places | slice, which: Places | slice) -> _Lines:
        def part(values: Array) -> Array:
            return values[arrows][:, which]

        still, grows = self.still, self.grows
        return _Lines(
            None if still is None else (part(still[0]), part(still[1])),
            (part(grows[0]), part(grows[1])),
            part(self.whole_kib),
        )

    def at(self, scales: Array) -> tuple[Array, Array]:
        """Return rates and sizes at a scale of each scenario."""
        rates = self.grows[0] * scales
        if self.still is None:
            return rates, self.whole_kib
        rates = self.still[0] + rates
        kib = self.still[1] + self.grows[1] * scales
        return rates, np.divide(kib, rates, out=self.whole_kib.copy(), where=rates > 0)


@dataclass(frozen=True)
class _Bent:
    """Of arrows whose batches follow the rate, or that carry something at the scale zero."""

    table: Table
    lines: _Lines

    def of(self, which: Places) -> _Bent:
        return _Bent(self.table.of(which), self.lines.of(slice(None), which))

    def at(self, scales: Array) -> tuple[Array, Array]:
        rates, sizes = self.lines.at(scales[:, None])
        _, load, floor = self.table.measured(rates, sizes)
        value = self.table.values[0]
        return (load.sum(axis=0) / value)[:, 0], (floor.sum(axis=0) / value)[:, 0]


# ---- Where it is reached -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Limit:
    """A limit, or a pool that several share.

    Attributes:
        earliest, latest: Scales between which each scenario reaches it.
    """

    used: _Used
    earliest: Array
    latest: Array

    def of(self, which: Places) -> _Limit:
        """Return the limit of some of the scenarios."""
        if len(which) == len(self.earliest):
            return self
        return _Limit(self.used.of(which), self.earliest[which], self.latest[which])

    def reached(self, grid: Array) -> Array:
        """Return the scale at which it is reached: on a line between two points of the grid.

        Args:
            grid: Ascending scales, as an array over (points, scenarios).
        """
        points = len(grid)
        below = np.count_nonzero(grid < self.earliest, axis=0) - 1
        above = points - np.count_nonzero(grid > self.latest, axis=0)
        each = np.arange(grid.shape[1])
        while (open_ := above - below > 1).any():
            middle = np.where(open_, (above + below) // 2, 0)
            over = _pressed(*self.used.at(grid[middle, each])) > BEYOND
            above = np.where(open_ & over, middle, above)
            below = np.where(open_ & ~over, middle, below)
        low, high = grid[np.maximum(below, 0), each], grid[np.minimum(above, points - 1), each]
        used, full = self.used.at(low)
        used, later = _pressed(used, full), self.used.at(high)
        growing = used >= 1.0 - 1e-12  # Batches grow: the load with full ones tells how far.
        left, right = np.where(growing, full, used), np.where(growing, later[1], _pressed(*later))
        rise = right - left
        part = np.divide(1.0 - left, rise, out=np.zeros_like(rise), where=rise > 0)
        at = low + np.clip(part, 0.0, 1.0) * (high - low)
        at = np.where(above == 0, low / used, at)
        return np.where(above < points, at, np.inf)


def _pressed(used: Array, full: Array) -> Array:
    return np.where(used <= 1.0, used, np.maximum(1.0, full))


def _lines(network: Network, passed: Passed) -> _Lines:
    rates, whole_kib, count = passed.rates, passed.sizes, passed.rates.shape[1]
    kib = rates * whole_kib
    if all(node.station.scales or not node.station.sources for node in network.nodes):
        return _Lines(None, (rates, kib), whole_kib)
    pairs = zip(network.nodes, passed.produced, strict=True)
    still = [own * 0.0 if node.station.scales else own for node, own in pairs]
    idle, sizes = carried(passed.lean, still, count)
    return _Lines((idle, idle * sizes), (rates - idle, kib - idle * sizes), whole_kib)


def _limits(passed: Passed, lines: _Lines, count: int) -> list[_Limit]:
    """Return the limits that may be the first one in some scenario."""
    table = passed.table
    groups: dict[str | int, list[int]] = {}
    for row, (_, one) in enumerate(table.caps):
        groups.setdefault(row if one.pool is None else one.pool, []).append(row)
    if lines.still is not None:
        never, always = np.full(count, np.inf), np.zeros(count)
        bent = (_bent(table, rows, lines) for rows in groups.values())
        return [_Limit(one, always, never) for one in bent]
    loads, floors = _ends(table, lines)
    ends = [(how(*loads), how(*floors)) for how in (np.minimum, np.maximum)]
    found: list[tuple[list[int], Array, Array]] = []
    for rows in groups.values():
        value = table.values[rows[0], :, 0]
        least, most = (
            np.minimum(load[rows].sum(axis=0), floor[rows].sum(axis=0)) / value
            for load, floor in ends
        )
        found.append((rows, 1.0 / (most * ROOM), ROOM / least))
    bound = np.min([latest for _, _, latest in found], axis=0, initial=np.inf)
    bound = np.where(bound < LARGEST / STEP, bound, np.inf) * STEP * STEP * NEAR
    kept = []
    for rows, earliest, latest in found:
        if not (earliest <= bound).any():
            continue
        if all(np.array_equal(a[rows], b[rows]) for a, b in (loads, floors)):
            value = table.values[rows[0], :, 0]
            load, floor = (one[rows].sum(axis=0) / value for one in ends[0])
            kept.append(_Limit(_Straight(load, floor), earliest, latest))
        else:
            kept.append(_Limit(_bent(table, rows, lines), earliest, latest))
    return kept


def _ends(table: Table, lines: _Lines) -> tuple[list[Array], list[Array]]:
    """Return loads and floors of each cap per unit of scale, at the least and the greatest scale.

    Both as arrays over (caps, scenarios). A load moves one way while batches grow.
    """
    rates, sizes = lines.grows[0], lines.whole_kib
    loads, floors = [], []
    for scale in (SMALLEST, LARGEST):
        batches, full = table.batches(rates * scale, sizes)
        loads.append(table.loads(rates, sizes, batches)[:, :, 0])
        floors.append(loads[-1] if full is batches else table.loads(rates, sizes, full)[:, :, 0])
    return loads, floors


def _bent(table: Table, rows: list[int], lines: _Lines) -> _Bent:
    """Return what some caps of a table count."""
    part = table.only(rows)
    return _Bent(part, lines.of(part.arrows, slice(None)))
