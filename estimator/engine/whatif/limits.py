"""The most that each of many scenarios carries: `capacity.bottlenecks`, the first of them only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..capacity import COARSE, FINE, LARGEST, SMALLEST
from ..flow import Array, solve
from ..lean import Table, lay_out
from ..network import Network
from .many import CannotFollow

CLOSE = 3  # limits that are looked at closely
STRIDE = 8  # every so many scales are tried first; divides COARSE - 1 and FINE - 1
BEYOND = 1.0 + 1e-9
CELLS = 20_000  # scenarios at a time times caps; bounds memory
STEP = (LARGEST / SMALLEST) ** (1 / (COARSE - 1))


def first_limits(network: Network, produced: list[Array], count: int) -> Array:
    """Return at which multiple of its load each scenario reaches its first limit; inf is never.

    Args:
        network: With arrays over (scenarios, 1) where they differ.
        produced: What each node produces, as arrays over (scenarios, hours).

    Raises:
        CannotFollow: Rates are no straight lines over the load.
    """
    if network.hours > 1 or not network.edges or any(e.hop.per_request for e in network.edges):
        raise CannotFollow("rates bend with the load")
    if not any(n.station.sources and n.station.scales for n in network.nodes):
        return np.full(count, np.inf)
    return _Lines(network, produced, count).first()


class _Lines:
    """Rates as straight lines over the scale: arrays over (arrows, scenarios)."""

    def __init__(self, network: Network, produced: list[Array], count: int) -> None:
        still = [
            values * 0.0 if node.station.scales else values
            for node, values in zip(network.nodes, produced, strict=True)
        ]
        ones = np.ones(count)
        idle = solve(network, ones, capped=False, produced=still)
        drawn = solve(network, ones, capped=False, produced=produced)
        self.count = count
        self.still = np.array(idle.offered)[:, :, 0]
        self.grows = np.array(drawn.offered)[:, :, 0] - self.still
        self.whole_kib = np.array(drawn.size_kib)[:, :, 0]
        self.still_kib = self.still * np.array(idle.size_kib)[:, :, 0]
        self.grows_kib = np.array(drawn.offered)[:, :, 0] * self.whole_kib - self.still_kib
        self.table = Table(lay_out(network).spots, count)
        self.pools: dict[str, list[int]] = {}
        for row, (_, one) in enumerate(self.table.caps):
            if one.pool is not None:
                self.pools.setdefault(one.pool, []).append(row)
        self.again = [row for rows in self.pools.values() for row in rows[1:]]

    def first(self) -> Array:
        """Return the least scale at which a limit is reached, by scenario."""
        coarse = np.geomspace(SMALLEST, LARGEST, COARSE)
        rows = max(1, CELLS // max(1, len(self.table.caps)))
        found = [
            self._of(np.arange(at, min(at + rows, self.count)), coarse)
            for at in range(0, self.count, rows)
        ]
        return np.concatenate(found)

    def _of(self, which: NDArray[np.intp], coarse: Array) -> Array:
        every = np.broadcast_to(coarse, (len(which), COARSE))
        rough = np.any(self._over(which, every[:, ::STRIDE]), axis=0)
        reached = self._reached(which, _window(every, rough, 2))
        reached[self.again] = np.inf  # A pool is one limit.
        order = np.argsort(reached, axis=0, kind="stable")[:CLOSE]
        least = np.full(len(which), np.inf)
        nearest = np.take_along_axis(reached, order[:1], axis=0)[0]
        for rows in order:
            at = reached[rows, np.arange(len(which))]
            close = np.flatnonzero(np.isfinite(at) & (at <= nearest * STEP * STEP))
            if not close.size:
                break
            exact = self._closely(which[close], rows[close], at[close])
            least[close] = np.minimum(least[close], np.where(np.isfinite(exact), exact, at[close]))
        return least

    def _closely(self, which: NDArray[np.intp], rows: NDArray[np.intp], at: Array) -> Array:
        """Return the scale at which one cap of each scenario is reached, on a fine grid."""
        mine = rows, np.arange(len(which))
        fine = np.linspace(at / STEP, at * STEP, FINE, axis=1)
        rough = np.asarray(self._over(which, fine[:, ::STRIDE])[mine])
        return self._reached(which, _window(fine, rough, 0))[mine]

    def _used(self, which: NDArray[np.intp], scales: Array) -> tuple[Array, Array]:
        """Return load over limit of each cap, as batches are and with full ones."""
        load, floor = self._loads(which, scales)
        value = self.table.values
        value = value[:, which] if value.shape[1] > 1 else value
        for rows in self.pools.values():
            if len(rows) > 1:
                load[rows], floor[rows] = load[rows].sum(axis=0), floor[rows].sum(axis=0)
        full, used = floor / value, load / value
        return np.where(used <= 1.0, used, np.maximum(1.0, full)), full

    def _over(self, which: NDArray[np.intp], scales: Array) -> NDArray[np.bool_]:
        return self._used(which, scales)[0] > BEYOND

    def _reached(self, which: NDArray[np.intp], scales: Array) -> Array:
        """Return the scale at which each cap is reached, as an array over (caps, scenarios)."""
        used, full = self._used(which, scales)
        over = used > BEYOND
        after = over.argmax(axis=2)
        before = np.maximum(after - 1, 0)
        growing = _at(used, before) >= 1.0 - 1e-12
        left = np.where(growing, _at(full, before), _at(used, before))
        right = np.where(growing, _at(full, after), _at(used, after))
        rise = right - left
        part = np.divide(1.0 - left, rise, out=np.zeros_like(rise), where=rise > 0)
        each = np.arange(len(which))[None, :]
        low, high = scales[each, before], scales[each, after]
        at = low + np.clip(part, 0.0, 1.0) * (high - low)
        at = np.where(after == 0, scales[:, 0] / used[:, :, 0], at)
        return np.where(over.any(axis=2), at, np.inf)

    def _loads(self, which: NDArray[np.intp], scales: Array) -> tuple[Array, Array]:
        def lines(still: Array, grows: Array) -> Array:
            return still[:, which, None] + grows[:, which, None] * scales

        table = self.table.of(which)
        rates = lines(self.still, self.grows)
        kib = lines(self.still_kib, self.grows_kib)
        whole = np.broadcast_to(self.whole_kib[:, which, None], kib.shape).copy()
        sizes = np.divide(kib, rates, out=whole, where=rates > 0)
        batches, full = table.batches(rates, sizes)
        load = table.loads(rates, sizes, batches)
        return load, load.copy() if full is batches else table.loads(rates, sizes, full)


def _window(scales: Array, over: Any, beyond: int) -> Array:
    """Return the scales around the first of every STRIDE-th that is over a limit, by scenario."""
    first = np.where(over.any(axis=1), over.argmax(axis=1), over.shape[1] - 1) * STRIDE
    last = np.minimum(first + beyond, scales.shape[1] - 1)
    begin = np.maximum(last - STRIDE - beyond, 0)
    index = begin[:, None] + np.arange(STRIDE + beyond + 1)
    found: Array = scales[np.arange(len(scales))[:, None], index]
    return found


def _at(values: Array, index: NDArray[np.intp]) -> Array:
    found: Array = np.take_along_axis(values, index[:, :, None], axis=2)[:, :, 0]
    return found
