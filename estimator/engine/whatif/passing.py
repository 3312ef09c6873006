"""What many scenarios without hours carry when everything is let through.

Rates and sizes follow the graph edge by edge, batches and loads then for all edges and limits at
once (`lean.Table`). Where no limit is reached, that is the solution.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..flow import CONVERGED, MAX_SWEEPS, Array, Flow
from ..lean import Lean, Table, lay_out
from ..lean.layout import Spot
from ..lean.solution import EXTRAPOLATIONS
from ..network import Network
from ..solved import Caps


@dataclass(frozen=True)
class Passed:
    """Rates, batches and loads when everything is let through.

    Attributes:
        produced: By node, as arrays over (scenarios, 1).
        rates, sizes: By edge, as arrays over (edges, scenarios, 1).
        batches: The same.
        load, floor: Of each cap, as batches are and with full ones.
    """

    lean: Lean
    table: Table
    produced: Sequence[Array]
    rates: Array
    sizes: Array
    batches: Array
    load: Array
    floor: Array

    @classmethod
    def of(cls, network: Network, produced: Sequence[Array], count: int) -> Passed | None:
        """Return it, or None where hours are told apart or events are made per request.

        Args:
            network: With arrays over (scenarios, 1) where they differ.
            produced: What each node produces, as arrays over (scenarios, hours).

        Raises:
            Unstable: A loop multiplies its events (gain of one or more).
        """
        if network.hours > 1 or any(edge.hop.per_request for edge in network.edges):
            return None
        lean = lay_out(network)
        table = Table(lean.spots, count)
        rates, sizes = carried(lean, produced, count)
        return cls(lean, table, produced, rates, sizes, *table.measured(rates, sizes))

    @functools.cached_property
    def over(self) -> NDArray[np.bool_]:
        """Tell of each scenario whether the load is over a limit, or over that of a pool."""
        table = self.table
        limits = table.values[table.pooled[table.pool_starts]]
        found = np.zeros(self.rates.shape[1], dtype=bool)
        for load in (self.load, self.floor):
            found |= (load > table.values).any(axis=(0, 2))
            found |= (table.pool(load) > limits).any(axis=(0, 2))
        return found

    def flow(self) -> Flow:
        """Return the flow of scenarios none of which is over a limit."""
        table, shape = self.table, self.rates.shape
        none = np.broadcast_to(0.0, shape)
        pools = zip(table.pool(self.load), table.pool(self.floor), strict=True)
        return Flow(
            offered=self.rates,
            served=self.rates,
            requests=self.rates * table.attempts / self.batches,
            batch=np.broadcast_to(self.batches, shape),
            size_kib=self.sizes,
            attempts=np.broadcast_to(table.attempts, shape),
            given_up=np.broadcast_to(table.given_up, shape),
            throttled=none,
            backlog=none,
            produced=list(self.produced),
            caps=Caps(table, self.load, self.floor),
            pools={
                name: (load, floor, table.caps[row][1].value)
                for name, (load, floor), row in zip(
                    table.pool_names, pools, table.pooled[table.pool_starts].tolist(), strict=True
                )
            },
        )


def carried(lean: Lean, produced: Sequence[Array], count: int) -> tuple[Array, Array]:
    """Return rates and sizes by edge, as arrays over (edges, scenarios, 1)."""
    shape = (len(lean.given_up), count, 1)
    found = _Way(lean, produced, np.zeros(shape), np.ones(shape))
    for spots, back in lean.steps:
        if back is None:
            found.sweep(spots)
        else:
            found.settle(spots, back)
    return found.rates, found.sizes


@dataclass(frozen=True)
class _Way:
    """Rates and sizes edge by edge: `lean.Solution` of many scenarios, without limits."""

    lean: Lean
    produced: Sequence[Array]
    rates: Array
    sizes: Array

    def sweep(self, spots: list[Spot]) -> None:
        """Pass on what comes to some nodes."""
        rates, sizes = self.rates, self.sizes
        for spot in spots:
            for i, single, part, gain, stated, factor, own, _, parts in spot.outs:
                if single >= 0:
                    events, kib = rates[single] * part, sizes[single]
                else:
                    events, kib = self._joined(spot, own, parts)
                np.multiply(events, gain, out=rates[i])
                sizes[i] = np.where(events > 0, kib, 1.0) * factor if stated is None else stated
            for i, around in spot.dead:
                gone = [(k, self.lean.given_up[k]) for k in around]
                rates[i], kib = self._sum(np.zeros_like(rates[i]), 0.0, gone)
                sizes[i] = np.where(rates[i] > 0, kib, 1.0)

    def _joined(self, spot: Spot, own: bool, parts: list[tuple[int, float]]) -> tuple[Array, Array]:
        events = self.produced[spot.index] if own else np.zeros_like(self.rates[0])
        return self._sum(events, spot.payload_kib, parts)

    def _sum(
        self, events: Array, kib: float, parts: list[tuple[int, float]]
    ) -> tuple[Array, Array]:
        """Return events with parts of those of some edges, and their mean size."""
        weight = events * kib
        for j, part in parts:
            passed = self.rates[j] * part
            events = events + passed
            weight = weight + passed * self.sizes[j]
        return events, weight / events

    def settle(self, spots: list[Spot], back: list[int]) -> None:
        """Sweep a loop to its fixed point, with the same guesses of the rest of the way."""
        trail, jumps = [self._state(back)], 0
        for _ in range(MAX_SWEEPS):
            self.sweep(spots)
            before, now = trail[-1], self._state(back)
            if not (np.abs(now - before) >= CONVERGED * (1e-12 + now)).any():
                return
            if len(trail) < 2 or jumps == EXTRAPOLATIONS:
                trail = [before, now]
            else:
                jumps += 1
                trail = [self._jump(back, _aitken(trail[0], before, now))]

    def _state(self, back: list[int]) -> Array:
        rates = self.rates[back]
        return np.concatenate((rates, rates * self.sizes[back]))

    def _jump(self, back: list[int], state: Array) -> Array:
        rates, kib = np.split(state, 2)
        self.rates[back] = rates
        self.sizes[back] = np.where(rates > 0, kib / rates, self.sizes[back])
        return state


def _aitken(first: Array, second: Array, third: Array) -> Array:
    """Return the limits of values that approach geometrically."""
    step = third - second
    guess = third - step * step / (step - (second - first))
    return np.where(np.isfinite(guess) & (guess >= 0), guess, third)
