"""One scenario without hours, solved on plain floats: the same equations as `flow`, without arrays.

An array of one value costs fifty times what a float costs. What never changes while a network is
solved (retries, limits of batches, which cap counts which arrow) is laid out once; the arithmetic
is that of `flow`, in its order, so both give the same figures (a test holds them together).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from designer.catalog.base import Cap, Excess, Mechanism, Outcome, Per

from .loops import refuse_gain
from .network import EdgePlan, Network, NodePlan

CONVERGED = 1e-10
MAX_SWEEPS = 2_000
MAX_VISITS = 200_000
MAX_POOL_ROUNDS = 60
EXTRAPOLATIONS = 8

EVENT, REQUEST, KIB, UNIT, HELD, BUSY = range(6)
_KIND = {
    Per.EVENT: EVENT, Per.REQUEST: REQUEST, Per.KIB: KIB, Per.UNIT: UNIT, Per.HELD: HELD,
    Per.BUSY: BUSY,
}  # fmt: skip
ALONE, BUFFERED, FIXED, READ, WINDOW = range(5)


@dataclass(slots=True)
class Arrow:
    """What one edge needs to be solved.

    Attributes:
        attempts, given_up: Deliveries per event and share given up, for independent errors.
        how: How its batches form.
        most, most_kib: Events and KiB of its largest batch.
        every_s: Window or interval in which a batch fills.
        grows: Polled batches grow under a backlog.
        loads: Places of the caps on its way among those of its target; with what each cuts.
        partial: Some of these caps meet only a part of the events.
    """

    index: int
    source: int
    attempts: float
    given_up: float
    how: int
    most: float
    most_kib: float
    every_s: float
    lanes: float
    factor_kib: float
    grows: bool
    refuse: bool
    edge: EdgePlan
    loads: list[int] = field(default_factory=list)
    partial: bool = False


@dataclass(slots=True)
class Counted:
    """What one cap counts: (arrow, start of request time, further time of each event)."""

    cap: Cap
    kind: int
    value: float
    share: float
    unit_kib: float
    pool: str | None
    arrows: list[Arrow]
    edge: int | None
    held: bool
    grows: bool


@dataclass(slots=True)
class Onward:
    """An edge out of a node, with the edges in whose events it carries on."""

    index: int
    ratio: float
    share: float
    per_request: bool
    failed: bool
    factor: float
    stated: float | None
    own: bool
    ins: list[int]


@dataclass(slots=True)
class Spot:
    """What one node needs to be solved.

    Attributes:
        once_s, each_s: Time of a request of one event, and of each further event.
        dead: (dead-letter edge, edges whose given-up events it takes).
    """

    index: int
    ins: list[Arrow]
    outs: list[Onward]
    counted: list[Counted]
    dead: list[tuple[int, list[int]]]
    once_s: float
    each_s: float
    payload_kib: float


@dataclass
class Lean:
    """A network laid out for floats; times and sources are read anew by each solution."""

    network: Network
    spots: list[Spot]
    given_up: list[float]
    attempts: list[float]
    loops: list[bool]


def lay_out(network: Network) -> Lean:
    """Return the network laid out for `Solution`.

    Raises:
        Unstable: A loop multiplies its events (gain of one or more).
    """
    loops = [
        len(c) > 1 or any(network.edges[i].target == c[0] for i in network.nodes[c[0]].outs)
        for c in network.order
    ]
    for component, loop in zip(network.order, loops, strict=True):
        if loop:
            refuse_gain(network, component)
    spots = [_spot(network, node) for node in network.nodes]
    edges = len(network.edges)
    given_up, attempts = [0.0] * edges, [1.0] * edges
    for spot in spots:
        for arrow in spot.ins:
            given_up[arrow.index], attempts[arrow.index] = arrow.given_up, arrow.attempts
    return Lean(network, spots, given_up, attempts, loops)


def _spot(network: Network, node: NodePlan) -> Spot:
    station = node.station
    ins = [_arrow(network, network.edges[i], station.error_ratio) for i in node.ins]
    outs = [_onward(network, node, i) for i in node.outs if not _is_dead(network.edges[i])]
    refusing = any(arrow.refuse for arrow in ins)
    counted = [_counted(cap, ins, None, not refusing) for cap in station.caps]
    for arrow in ins:
        own = arrow.edge.hop.caps
        counted += [_counted(cap, [arrow], arrow.index, not arrow.refuse) for cap in own]
    for arrow in ins:
        for k, one in enumerate(counted):
            counts = one.cap.ops is None or arrow.edge.hop.op in one.cap.ops
            if one.edge in (None, arrow.index) and counts:
                arrow.loads.append(k)
                arrow.partial = arrow.partial or one.cap.meets < 1.0
    dead = []
    for j in node.ins:
        around = network.nodes[network.edges[j].source].outs
        gone = [k for k in around if network.edges[k].hop.dies]
        dead += [(i, gone) for i in around if _is_dead(network.edges[i])]
    cold_s = station.cold.mean_s if station.cold else 0.0
    return Spot(
        node.index, ins, outs, counted, dead, cold_s + node.request_s, node.event_s,
        station.payload_kib,
    )  # fmt: skip


def _is_dead(edge: EdgePlan) -> bool:
    return edge.hop.outcome is Outcome.DEAD


def _arrow(network: Network, edge: EdgePlan, error: float) -> Arrow:
    hop = edge.hop
    attempts, given_up = 1.0, 0.0
    if error > 0:
        given_up = 0.0 if math.isinf(edge.give_up) else error**edge.give_up
        attempts = (1 - given_up) / (1 - error)
    how, most, most_kib = WINDOW, hop.batch_max, hop.batch_kib_max
    every_s, factor_kib = hop.batch_window_s, 1.0
    if hop.buffered:
        buffer = network.nodes[edge.source].station.buffer
        how = ALONE if buffer is None else BUFFERED
        if buffer is not None:
            factor_kib = max(hop.payload_factor, 1e-9)
            every_s = buffer.interval_s
            most_kib = buffer.size_kib
    elif hop.batch_fixed:
        how = FIXED
    elif hop.read_every_s > hop.batch_window_s:
        how, every_s = READ, hop.read_every_s
    grows = hop.mechanism is Mechanism.POLL and hop.batch_max > 1 and not hop.batch_fixed
    return Arrow(
        edge.index, edge.source, attempts, given_up, how, most, most_kib, every_s,
        max(1.0, hop.lanes), factor_kib, grows, hop.excess is Excess.REFUSE, edge,
    )  # fmt: skip


def _counted(cap: Cap, ins: list[Arrow], edge: int | None, held: bool) -> Counted:
    on = [a for a in ins if cap.ops is None or a.edge.hop.op in cap.ops]
    return Counted(
        cap, _KIND[cap.per], cap.value, cap.share, cap.unit_kib, cap.pool, on, edge, held,
        any(a.grows for a in on),
    )  # fmt: skip


def _onward(network: Network, node: NodePlan, index: int) -> Onward:
    edge = network.edges[index]
    hop = edge.hop
    failed = hop.outcome is Outcome.FAILURE
    ins = []
    for j in node.ins:
        came = network.edges[j].hop
        reacts = hop.reacts_to is None or came.op in hop.reacts_to
        if reacts and not (failed and came.mechanism is Mechanism.CALL):
            ins.append(j)
    own = not failed and bool(node.station.sources)
    return Onward(
        index, hop.ratio, edge.share, hop.per_request, failed, hop.payload_factor, hop.payload_kib,
        own, ins,
    )  # fmt: skip


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
        self.produced = [
            (scale * network.scale if n.station.scales else 1.0)
            * (float(n.station.sources[0]) if n.station.sources else 0.0)
            for n in network.nodes
        ]
        # Load and load with full batches of each cap of a node.
        self.loads: list[list[tuple[float, float]]] = [[] for _ in network.nodes]
        self.pools: Pools = {}
        self.limited = False

    # ---- Over the graph ----

    def run(self, capped: bool) -> None:
        """Sweep the graph until loops and account-wide pools have settled."""
        for _ in range(MAX_POOL_ROUNDS):
            for component, loop in zip(self.lean.network.order, self.lean.loops, strict=True):
                if loop:
                    self._settle(component, capped)
                else:
                    self._visit(self.lean.spots[component[0]], capped)
            before, self.pools = self.pools, self._pool_loads()
            if not capped or not _moved(before, self.pools):
                break

    def _visit(self, spot: Spot, capped: bool) -> None:
        self._handle(spot, capped)
        self._pass_on(spot)
        if spot.dead:
            self._redrive(spot)

    def _settle(self, component: list[int], capped: bool) -> None:
        """Sweep a loop to its fixed point; while no cap bites, the rest of the way is guessed.

        Events that come round come round in equal parts, so the rates approach their limit
        geometrically: Aitken's extrapolation jumps there, and the next sweeps prove it.
        """
        spots = [self.lean.spots[n] for n in component]
        outs = [i for n in component for i in self.lean.network.nodes[n].outs]
        offered = self.offered
        trail: list[list[float]] = []
        jumps = 0
        for _ in range(max(50, min(MAX_SWEEPS, MAX_VISITS // len(component)))):
            before = [offered[i] for i in outs]
            self.limited = False
            for spot in spots:
                self._visit(spot, capped)
            change = max(
                (
                    abs(offered[i] - b) / (1e-12 + abs(offered[i]))
                    for i, b in zip(outs, before, strict=True)
                ),
                default=0.0,
            )
            if change < CONVERGED:
                break
            if self.limited:
                trail.clear()
                continue
            trail.append([offered[i] for i in outs])
            if len(trail) == 3 and jumps < EXTRAPOLATIONS:
                jumps += 1
                for i, value in zip(outs, _aitken(*trail), strict=True):
                    offered[i] = value
                trail.clear()

    # ---- One node: the arithmetic of flow._handle ----

    def _handle(self, spot: Spot, capped: bool) -> None:
        offered, size, batch = self.offered, self.size, self.batch
        full: dict[int, float] = {}
        for arrow in spot.ins:
            i = arrow.index
            batch[i] = _smallest(arrow, offered[i], size[i])
            if arrow.grows:
                full[i] = _largest(arrow, size[i])
        loads = self.loads[spot.index] = [self._load(one, spot, full) for one in spot.counted]
        for arrow in spot.ins:
            i = arrow.index
            wanted = floor = 0.0
            for k in arrow.loads:
                one = spot.counted[k]
                load, least = loads[k]
                if one.pool is not None:
                    load, least, _ = self.pools.get(one.pool, (0.0, 0.0, 1.0))
                wanted = max(wanted, load / one.value)
                if one.cap.meets >= 1.0:
                    floor = max(floor, least / one.value)
            if arrow.grows and capped and wanted > 1.0:
                batch[i] = min(full[i], batch[i] * wanted)
                self.limited = True
            rate = offered[i]
            self.served[i] = rate
            self.requests[i] = rate * arrow.attempts / batch[i]
            self.throttled[i] = self.backlog[i] = 0.0
            if capped:
                factor = 1.0 / max(1.0, floor)
                if arrow.partial:
                    factor = self._partial(arrow, spot, loads, factor)
                if factor < 1.0:
                    self._limit(arrow, factor)

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

    def _pass_on(self, spot: Spot) -> None:
        served, size, given_up = self.served, self.size, self.lean.given_up
        own = self.produced[spot.index]
        for ahead in spot.outs:
            events = weight = 0.0
            if ahead.own:
                events, weight = own, own * spot.payload_kib
            for j in ahead.ins:
                passed = served[j] * (given_up[j] if ahead.failed else 1.0 - given_up[j])
                if ahead.per_request:
                    passed /= self.batch[j]
                events += passed
                weight += passed * size[j]
            i = ahead.index
            self.offered[i] = events * ahead.ratio * ahead.share
            if ahead.stated is not None:
                size[i] = ahead.stated
            else:
                size[i] = (weight / events if events > 0 else 1.0) * ahead.factor

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
        by_size = arrow.most_kib / max(size_kib / arrow.factor_kib, 1e-9)
        return max(1.0, min(by_size, rate / arrow.lanes * arrow.every_s))
    most = _largest(arrow, size_kib)
    if how == FIXED or most == 1.0:
        return most
    if how == READ:
        expected = max(rate / arrow.lanes * arrow.every_s, 1e-12)
        return min(most, expected / -math.expm1(-expected))
    return min(most, 1.0 + rate / arrow.lanes * arrow.every_s)


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


def columns(values: list[float]) -> list[Any]:
    """Return each value as an array over (one scenario, one hour)."""
    return list(np.array(values, dtype=float).reshape(-1, 1, 1))
