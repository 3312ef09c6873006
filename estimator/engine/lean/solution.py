"""The equations of `flow` on floats, in its order of arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from ..following import formed_after
from ..gathering import buffered, gathered, per_read
from .kinds import ALONE, BUFFERED, BUSY, EVENT, FIXED, KIB, READ, REQUEST, UNIT
from .layout import Arrow, Counted, Lean, Spot

CONVERGED = 1e-10
MAX_SWEEPS = 2_000
MAX_VISITS = 200_000
MAX_POOL_ROUNDS = 60
EXTRAPOLATIONS = 8
Pools = dict[str, tuple[float, float, float]]


class Solution:
    """Rates of one scenario, as floats by edge and by node."""

    def __init__(self, lean: Lean, scale: float) -> None:
        network = lean.network
        self.lean = lean
        count = len(network.edges)
        self.offered = [0.0] * count
        self.served = [0.0] * count
        self.requests = [0.0] * count
        self.batch = [1.0] * count
        self.size = [1.0] * count
        self.throttled = [0.0] * count
        self.backlog = [0.0] * count
        self.produced = [0.0] * len(network.nodes)
        for n in lean.producers:
            station = network.nodes[n].station
            factor = scale * network.scale if station.scales else 1.0
            self.produced[n] = factor * float(station.sources[0])
        # Load and load with full batches of each cap of a node.
        self.loads: list[list[tuple[float, float]]] = [[] for _ in network.nodes]
        self.pools: Pools = {}
        self.limited = False

    # ---- Over the graph ----

    def pass_through(self) -> None:
        """Let everything through: find what each edge carries and how large its events are."""
        self.served = self.offered
        for spots, back in self.lean.steps:
            if back is None:
                self._pass_on(spots)
            else:
                self._settle(spots, back, self._pass_on)

    def run(self) -> None:
        """Sweep the graph until loops and account-wide pools have settled."""
        for _ in range(MAX_POOL_ROUNDS):
            for spots, back in self.lean.steps:
                if back is None:
                    self._visit(spots)
                else:
                    self._settle(spots, back, self._visit)
            before, self.pools = self.pools, self._pool_loads()
            if not _moved(before, self.pools):
                break

    def _visit(self, spots: list[Spot]) -> None:
        for spot in spots:
            self._handle(spot)
            self._pass_on((spot,))

    def _settle(
        self, spots: list[Spot], back: list[int], visit: Callable[[list[Spot]], None]
    ) -> None:
        """Sweep a loop to its fixed point; while no cap bites, the rest of the way is guessed.

        What a sweep starts from is what comes back: events and KiB on the edges against its order.
        They come round in equal parts, so they approach their limit geometrically: Aitken's
        extrapolation jumps there, and the next sweep proves it.
        """
        trail = [self._state(back)]
        jumps = 0
        for _ in range(max(50, min(MAX_SWEEPS, MAX_VISITS // len(spots)))):
            self.limited = False
            visit(spots)
            before, now = trail[-1], self._state(back)
            for a, b in zip(now, before, strict=True):
                if abs(a - b) >= CONVERGED * (1e-12 + a):
                    break
            else:
                return
            if self.limited:
                trail = [now]
            elif len(trail) < 2 or jumps == EXTRAPOLATIONS:
                trail = [before, now]
            else:
                jumps += 1
                trail = [self._jump(back, _aitken(trail[0], before, now))]

    def _state(self, back: list[int]) -> list[float]:
        offered, size = self.offered, self.size
        if len(back) == 1:
            i = back[0]
            return [offered[i], offered[i] * size[i]]
        return [*[offered[i] for i in back], *[offered[i] * size[i] for i in back]]

    def _jump(self, back: list[int], state: list[float]) -> list[float]:
        for k, i in enumerate(back):
            rate = self.offered[i] = state[k]
            if rate > 0:
                self.size[i] = state[k + len(back)] / rate
        return state

    # ---- One node: the arithmetic of flow._handle ----

    def _handle(self, spot: Spot) -> None:
        offered, size, batch = self.offered, self.size, self.batch
        full: dict[int, float] = {}
        for arrow in spot.ins:
            i = arrow.index
            batch[i] = self._smallest(arrow)
            if arrow.grows:
                full[i] = _largest(arrow, size[i])
        loads = self.loads[spot.index] = [self._load(one, spot, full) for one in spot.counted]
        for arrow in spot.ins:
            i = arrow.index
            grown, floor = 1.0, 0.0
            for k in arrow.loads:
                one = spot.counted[k]
                load, least = loads[k]
                if one.pool is not None:
                    load, least, _ = self.pools.get(one.pool, (0.0, 0.0, 1.0))
                if arrow.grows and load > one.value:
                    grown = max(grown, _growth(load, least, one.value, full[i] / batch[i]))
                if one.cap.meets >= 1.0:
                    floor = max(floor, least / one.value)
            if grown > 1.0:
                batch[i] = min(full[i], batch[i] * grown)
                self.limited = True
            rate = offered[i]
            self.served[i] = rate
            self.requests[i] = rate * arrow.attempts / batch[i]
            self.throttled[i] = self.backlog[i] = 0.0
            factor = 1.0 / max(1.0, floor)
            if arrow.partial:
                factor = self._partial(arrow, spot, loads, factor)
            if factor < 1.0:
                self._limit(arrow, factor)

    def _smallest(self, arrow: Arrow) -> float:
        """Return the batch at this rate when nothing waits for a server."""
        i = arrow.index
        rate, size = self.offered[i], self.size[i]
        if arrow.shape is None:
            return _smallest(arrow, rate, size)
        rates, batches = self.offered, self.batch
        return formed_after(arrow.shape, arrow.after, rate, size, rates, batches).members

    def _load(self, one: Counted, spot: Spot, full: dict[int, float]) -> tuple[float, float]:
        load = self._counts(one, spot, self.batch)
        if not one.grows:
            return load * one.share, load * one.share
        batches = {a.index: full.get(a.index, self.batch[a.index]) for a in one.arrows}
        return load * one.share, self._counts(one, spot, batches) * one.share

    def _counts(self, one: Counted, spot: Spot, batches: Any) -> float:
        total, kind, offered = 0.0, one.kind, self.offered
        for arrow in one.arrows:
            i = arrow.index
            tries = offered[i] * arrow.attempts
            if kind == EVENT:
                total += tries
            elif kind == REQUEST:
                total += tries / batches[i]
            elif kind == BUSY:
                total += tries / batches[i] * (spot.once_s + spot.each_s * (batches[i] - 1.0))
            elif kind == KIB:
                total += tries * self.size[i]
            elif kind == UNIT:
                units = max(1.0, float(math.ceil(round(self.size[i] / one.unit_kib, 9))))
                total += tries / batches[i] * units
            else:
                total += tries * (spot.once_s + spot.each_s * (batches[i] - 1.0))
        return total

    def _partial(
        self, arrow: Arrow, spot: Spot, loads: list[tuple[float, float]], factor: float
    ) -> float:
        """Return the part that gets through where some caps meet only some of the events."""
        parts: dict[tuple[int | None, float, float], float] = {}
        for k in arrow.loads:
            one, (_, least) = spot.counted[k], loads[k]
            if one.cap.meets < 1.0:
                if one.pool is not None:
                    least = self.pools.get(one.pool, (0.0, 0.0, 1.0))[1]
                key = one.edge, one.share, one.cap.meets
                parts[key] = max(parts.get(key, 0.0), least / one.value)
        for owner in {key[0] for key in parts}:
            mine = ((key[2], over) for key, over in parts.items() if key[0] == owner)
            cut = sum(meets * (1.0 - 1.0 / max(1.0, over)) for meets, over in mine)
            factor = min(factor, 1.0 - cut)
        return factor

    def _limit(self, arrow: Arrow, factor: float) -> None:
        i = arrow.index
        self.limited = True
        rate = self.offered[i]
        served = self.served[i] = rate * factor
        if arrow.refuse:
            self.throttled[i] = rate - served
        else:
            self.backlog[i] = rate - served
        if rate > 0:
            self.requests[i] *= served / rate

    # ---- What goes on ----

    def _pass_on(self, spots: Iterable[Spot]) -> None:
        offered, served, size = self.offered, self.served, self.size
        for spot in spots:
            if spot.by_batch and served is offered:
                for arrow in spot.ins:
                    self.batch[arrow.index] = self._smallest(arrow)
            for i, single, part, gain, stated, factor, own, per_request, parts in spot.outs:
                if single >= 0:
                    events = served[single] * part
                    kib = size[single] if events > 0 else 1.0
                else:
                    events, kib = self._carried(spot, own, per_request, parts)
                offered[i] = events * gain
                size[i] = kib * factor if stated is None else stated
            if spot.dead:
                self._redrive(spot)

    def _carried(
        self, spot: Spot, own: bool, per_request: bool, parts: list[tuple[int, float]]
    ) -> tuple[float, float]:
        """Return how many events go on, and their mean size."""
        served, size = self.served, self.size
        events = self.produced[spot.index] if own else 0.0
        weight = events * spot.payload_kib
        for j, part in parts:
            passed = served[j] * part
            if per_request:
                passed /= self.batch[j]
            events += passed
            weight += passed * size[j]
        return events, weight / events if events > 0 else 1.0

    def _redrive(self, spot: Spot) -> None:
        for i, around in spot.dead:
            dead = weight = 0.0
            for k in around:
                gone = self.served[k] * self.lean.given_up[k]
                dead += gone
                weight += gone * self.size[k]
            self.offered[i] = dead
            self.size[i] = weight / dead if dead > 0 else 1.0

    # ---- Account-wide pools ----

    def _pool_loads(self) -> Pools:
        pools: Pools = {}
        for spot, loads in zip(self.lean.spots, self.loads, strict=True):
            for one, (load, floor) in zip(spot.counted, loads, strict=False):
                if one.pool is not None:
                    a, b, _ = pools.get(one.pool, (0.0, 0.0, 0.0))
                    pools[one.pool] = (a + load, b + floor, one.value)
        return pools


def _smallest(arrow: Arrow, rate: float, size_kib: float) -> float:
    """Return the batch at this rate when nothing waits for a server."""
    how = arrow.how
    if how == ALONE:
        return 1.0
    if how == BUFFERED:
        parts = arrow.most_kib / max(size_kib / arrow.factor_kib, 1e-9)
        return buffered(parts, arrow.sigma, arrow.every_s, rate / arrow.lanes).members
    most = _largest(arrow, size_kib)
    if how == FIXED or most == 1.0:
        return most
    if how == READ:
        return per_read(most, rate / arrow.lanes * arrow.every_s)
    return gathered(most, arrow.every_s, rate / arrow.lanes).members


def _growth(load: float, floor: float, capacity: float, most: float) -> float:
    """Return `solved.growth` where the load is over capacity."""
    wide = max(most, 1.0 + 1e-9)
    shrinks = (load - floor) * wide / (wide - 1.0) if most > 1.0 else load
    room = capacity - (load - shrinks)
    return shrinks / room if room > 0.0 else math.inf


def _largest(arrow: Arrow, size_kib: float) -> float:
    if arrow.how in (ALONE, BUFFERED):
        hop = arrow.edge.hop
        return max(1.0, min(hop.batch_max, hop.batch_kib_max / max(size_kib, 1e-9)))
    return max(1.0, min(arrow.most, arrow.most_kib / max(size_kib, 1e-9)))


def _aitken(first: list[float], second: list[float], third: list[float]) -> list[float]:
    """Return the limits of three values each that approach geometrically."""
    found = []
    for a, b, c in zip(first, second, third, strict=True):
        step, bend = c - b, (c - b) - (b - a)
        guess = c - step * step / bend if bend else c
        found.append(guess if math.isfinite(guess) and guess >= 0 else c)
    return found


def _moved(before: Pools, after: Pools) -> bool:
    """Return whether an overdrawn pool changed, so that the flow has to be solved again."""
    for pool, (load, floor, capacity) in after.items():
        old_load, old_floor, _ = before.get(pool, (0.0, 0.0, capacity))
        for new, old in ((load, old_load), (floor, old_floor)):
            if max(new, old) > capacity and abs(new - old) > 1e-9 * capacity:
                return True
    return False
