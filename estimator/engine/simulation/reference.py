"""The reference engine: one event after another from a heap, in plain Python.

It runs the same plan with the same draws as the compiled sample paths and counts the same, to the
bit: the tests' oracle. It is also what runs where Numba is missing, and where a loop has no least
delay, so that no window of time can be cut out of it.

Stages that nothing can make wait pass events straight on, also ahead of the clock: their order is
that of their one source.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any

from designer.catalog.base import Lognormal
from designer.catalog.base.flow import Z99

from . import drawn, draws
from .draws import key_of
from .ledger import EdgeLedger, StageLedger
from .plan import REST, Feeder, Plan, Route, Stage, horizon_s
from .record import Outcome, empty
from .reference_calls import Born, Work, follow
from .reference_lanes import LanePlaces
from .reference_parts import (
    ARRIVE,
    CLOSE,
    DEPART,
    FINISH,
    FLUSH,
    RELEASE,
    REQUEST,
    Gatherer,
    Key,
    Limiter,
    Places,
)
from .reference_plain import plain_batch, plain_places
from .reference_shared import Account, SharedPlaces
from .reference_source import begin
from .reference_ways import Sink, heap_way, sink_of, straight_way
from .shared import Peak
from .workflow import Walker

MOST_WAITING = 2_000_000
MOST_STRAIGHT = 40  # stages in a row that are passed without the heap
SETTLE = 1 << 15  # events between two counts
POISON = 1 << 40
TRIES = (1 << 16) - 1


class Engine:
    """The heap, and the time until which it runs."""

    def __init__(self, until: float) -> None:
        self.heap: list[tuple[Any, ...]] = []
        self.number = itertools.count().__next__
        self.until = until
        self.now = 0.0

    def push(self, t: float, order: int, action: Any, b: Any, note: Any) -> None:
        heappush(self.heap, (t, order, self.number(), action, b, note))


class Inlet:
    """One inbound arrow of a stage while the simulation runs."""

    def __init__(self, station: Station, index: int, plan: Feeder, name: str, key: Key) -> None:
        self.station, self.index, self.plan, self.engine = station, index, plan, station.engine
        self.counts = station.outcome.edges[plan.edge]
        self.ledger = EdgeLedger(plan.edge, self.counts, station.outcome)
        self.arrived_count = self.again_count = 0
        self.requests_are_arrivals = False
        self.late = 0  # that arrive after the end
        self.put: Sink = self.put_at_length
        self.requests = self.refused = self.dead = self.passed_count = 0

        def mine(purpose: int, part: int) -> int:
            return key(name, purpose, part)

        self.delays: list[list[Any]] = [
            [drawn.times(mine(draws.DELAY, i), law), plan.grouped and drawn.fixed(law) is None,
             math.nan, 0.0]
            for i, law in enumerate(plan.delays)
        ]  # fmt: skip
        self.in_order = all(drawn.fixed(law) is not None for law in plan.delays)
        self.limiter = Limiter(plan.buckets, mine)
        self.gatherer = Gatherer(self, plan.batch, mine) if plan.batch is not None else None
        self.fail = drawn.uniforms(mine(draws.FAIL, 0))
        self.tries = plan.tries if plan.retried else 1.0
        self.order, self.close_order = station.order(ARRIVE, index), station.order(CLOSE, index)
        self.request_order = station.order(REQUEST, index)
        self.straight = False  # settled when all stages are there
        self.through = False
        self.plainly = False  # with only places between it and its way on
        self.sinks: list[Callable[[float, float], None]] = []
        self.staged = False
        self.ordered = False  # Its source sends in order of time.
        self.poison: list[float] = []
        self.ways: list[tuple[int, Route]] = []
        self.answers = False

    # ---- In ----

    def put_at_length(self, t: float, b: float) -> None:
        """Send an event on its way here."""
        for delay in self.delays:
            draw, grouped, group, took = delay
            if not grouped or t != group:
                took = draw()
                delay[2], delay[3] = t, took
            t += took
        if not self.straight:
            engine = self.engine
            heappush(engine.heap, (t, self.order, engine.number(), self.arrive, b, 0))
        elif t < self.engine.until:
            self.arrive(t, b, 0)
        else:
            self.late += 1

    def choose(self, at_once: bool) -> None:
        """Settle how events are sent here, when all stages are there.

        Args:
            at_once: Whether its source sends in order of time.
        """
        fixed = [drawn.fixed(law) for law in self.plan.delays]
        delay = fixed[0] if fixed else 0.0
        if not at_once or len(fixed) > 1 or delay is None:
            return
        if not self.straight:
            self.put = heap_way(self, delay)
        elif self.station.direct and self.station.answer is None:
            self.through = self.station.timeless and self.station.plain
            self.through = self.through and not self.station.leaf
            self.through = self.through and (not self.answers or len(self.sinks) == 1)
            self.put = straight_way(self, delay)

    def arrive(self, t: float, b: float, note: int) -> None:
        """Take an event that arrives for the first time."""
        self.arrived_count += 1
        station = self.station
        station.ledger.arrived.append(t)
        if self.poison and t >= self.poison[0]:
            note |= POISON
            while self.poison and t >= self.poison[0]:
                self.poison.pop(0)
        if station.plain:
            self.requests += 1
            station.serve(t, self, b, note, t)
        else:
            self.enter(t, b, note)

    def arrive_plainly(self, t: float, b: float, note: int) -> None:
        """Take an event that arrives where only places are between it and its way on."""
        self.arrived_count += 1
        self.requests += 1
        station = self.station
        station.ledger.arrived.append(t)
        station.serve(t, self, b, note, t)

    def arrive_again(self, t: float, b: float, note: int) -> None:
        """Take an event that comes again after a failure."""
        self.again_count += 1
        self.enter(t, b, note)

    def enter(self, t: float, b: float, note: int) -> None:
        """Pass the arrow's own limits and batches."""
        limiter = self.limiter
        if not limiter.rows:
            self.gathered(t, b, note, t)
            return
        at = limiter.passed(t, self.plan.refuse)
        if at == math.inf:
            self.station.refuse(t, self, note, b, single=True)
        elif self.straight:
            if at < self.engine.until:
                self.gathered(at, b, note, t)
        elif at > t or limiter.pending:
            limiter.pending += 1
            self.engine.push(at, self.order + 2, self.released, b, (note, t))
        else:
            self.gathered(t, b, note, t)

    def released(self, t: float, b: float, note: Any) -> None:
        self.limiter.pending -= 1
        self.gathered(t, b, note[0], note[1])

    def gathered(self, t: float, b: float, note: int, arrived: float) -> None:
        if self.gatherer is not None:
            self.gatherer.join(t, b, note)
        else:
            self.request(t, b, note, arrived, 0)

    def request(self, t: float, b: float, note: Any, arrived: float, lane: int) -> None:
        """Hand a request to the stage; in line with those of other feeders at the same time."""
        self.requests += 1
        if self.staged:
            self.engine.push(t, self.request_order + lane, self.present, b, (note, arrived))
        else:
            self.station.enter(t, self, b, note, arrived)

    def present(self, t: float, b: float, note: Any) -> None:
        self.station.enter(t, self, b, note[0], note[1])

    # ---- Out ----

    def ended(self, t: float, b: float, start: float, note: Any) -> None:
        """Take a request that ended: its events pass, come again, or are given up."""
        station = self.station
        events = [(b, note)] if self.gatherer is None else note
        if not station.fails:
            for born, _ in events:
                self.passed(t, born)
            return
        error, fail, left = station.error_at(start), self.fail, station.ledger.left.append
        short = station.direct and not (station.leaf or self.answers or self.plan.nested)
        onward = self.sinks if short else None
        for born, tries in events:
            if fail() < error or tries & POISON:
                self._failed(t, born, start, tries)
            elif onward is None:
                self.passed(t, born)
            else:
                self.passed_count += 1
                left(t)
                for put in onward:
                    put(t, born)

    def _failed(self, t: float, b: float, start: float, note: int) -> None:
        """Send an event again, or give it up."""
        if (note & TRIES) + 1 >= self.tries:
            self.dead += 1
            station = self.station
            station.ledger.dead.append(t)
            station.ledger.left.append(t)
            for route in self.plan.lost:
                station.ahead[route.stage].inlets[route.feeder].put(t, b)
            if type(b) is Born and self.plan.nested:
                b.left(t)
        else:
            pause = self.plan.again_s
            again = max(start + pause, t + REST * pause) if self.plan.from_start else t + pause
            self.engine.push(again, self.order + 1, self.arrive_again, b, note + 1)

    def passed(self, t: float, b: float) -> None:
        """Let an event go on from the stage."""
        self.passed_count += 1
        station = self.station
        if self.answers:
            self.ledger.response.append(t - b)
        station.ledger.left.append(t)
        if station.leaf:
            self.ledger.completion.append(t - b)
        elif station.direct:
            for put in self.sinks:
                put(t, b)
        elif self.ways or station.holds or station.split:
            station.send(t, b, self.ways)

    def close(self) -> None:
        """Write the counts of the arrow, when those of its stage are settled."""
        c = self.counts
        if self.through:
            count = self.station.ledger.passed_through
            self.arrived_count = self.requests = self.passed_count = count
        if self.plainly:
            self.arrived_count, self.passed_count = (
                self.station.ledger.came,
                self.station.ledger.counts.left,
            )
        if self.requests_are_arrivals or self.plainly:
            self.requests = self.arrived_count
        c.arrived += self.arrived_count
        c.again += self.again_count
        c.delivered += self.arrived_count + self.again_count
        c.requests += self.requests
        c.refused += self.refused
        c.dead += self.dead
        c.passed += self.passed_count
        c.underway += self.late
        c.inside += self.arrived_count - self.refused - self.dead - self.passed_count
        self.ledger.settle()


class Station:
    """One stage while the simulation runs."""

    def __init__(
        self, engine: Engine, plan: Stage, rank: int, edges: list[str], outcome: Outcome, key: Key
    ) -> None:
        self.engine, self.plan, self.rank, self.outcome = engine, plan, rank, outcome
        self.ledger = StageLedger(outcome.stages[plan.node])
        self.ahead: list[Station] = []
        self.finish_order, self.depart_order = self.order(FINISH), self.order(DEPART)

        def mine(purpose: int, part: int = 0) -> int:
            return key(plan.id, purpose, part)

        self.inlets = [Inlet(self, i, f, edges[f.edge], key) for i, f in enumerate(plan.feeders)]
        self.limiter = Limiter(plan.buckets, mine)
        self.service = drawn.times(mine(draws.SERVICE), plan.service)
        self.answer = drawn.times(mine(draws.SERVICE, 1), plan.answer) if plan.answer else None
        self.extra = [drawn.times(mine(draws.COLD, 1 + i), law) for i, law in enumerate(plan.extra)]
        self.calls = [
            (c, [drawn.times(key(edges[c.edge], draws.CALL, i), law)
                 for i, law in enumerate(c.laws)],
             drawn.uniforms(key(edges[c.edge], draws.MAYBE, 7)))
            for c in plan.calls
        ]  # fmt: skip
        self.simple = not (self.extra or self.calls or plan.per_event_s)
        self.holds = [drawn.times(mine(draws.HOLD, i), law) for i, law in enumerate(plan.holds)]
        self.chosen = drawn.uniforms(mine(draws.ROUTE, 0))
        self.copies = [drawn.uniforms(key(edges[r.edge], draws.ROUTE, 1)) for r in plan.routes]
        self.early = [(i, r) for i, r in enumerate(plan.routes) if r.at_start]
        self.split = any(
            (r.low, r.high) != (0.0, 1.0) and not r.at_start and not r.buffered for r in plan.routes
        )
        self.buffered = [(i, r) for i, r in enumerate(plan.routes) if r.buffered]
        self.sent = [math.nan] * len(plan.routes)
        self.fails = bool(plan.error > 0 or plan.poison_at_s) or any(
            f.error > 0 for f in plan.faults
        )
        self.leaf = plan.leaf
        self.places: Places | None = None
        if plan.pool is not None:
            kind = LanePlaces if plan.in_lanes else Places
            self.places = kind(self, plan.pool, plan.faults, mine)
        if self.places is not None and any(c.nested or c.faults for c in plan.calls):
            self.places.works = Work
        self.serve: Callable[..., None] = (
            self.places.serve if self.places is not None else self.serve_freely
        )
        self.walker: Walker | None = None
        if plan.program is not None:
            self.walker = Walker(plan.program, dict(plan.tasks), mine(draws.SERVICE, 2))
            self.serve = self.execute
        self.executed = 0
        self.by_edge = {r.edge: r for r in plan.routes}
        self._free(mine)
        staged = len(self.inlets) > 1 and any(
            f.gatherer is not None or f.limiter for f in self.inlets
        )
        for one in self.inlets:
            lanes = one.plan.batch is not None and one.plan.batch.lanes > 1
            one.staged = staged or lanes
        plain = self.plain = not self.limiter and all(
            not f.limiter and f.gatherer is None for f in self.inlets
        )
        if self.places is not None:
            self.places.plain_end = not self.fails and all(f.gatherer is None for f in self.inlets)
        at_once = plan.pool is None and self.timeless and plan.program is None
        calm = plan.pool is not None and not any(f.refuse for f in plan.feeders)
        self.ledger.measured = plain and not self.fails and not plan.faults and (at_once or calm)
        limiters = (self.limiter, *(f.limiter for f in self.inlets))
        self.keeps_order = (
            len(self.inlets) == 1 and plan.arrivals is None and plan.pool is None
            and self.in_order and not self.fails and self.inlets[0].gatherer is None
            and all(row[4] >= 1.0 for one in limiters for row in one.rows)
        )  # fmt: skip
        if plan.poison_at_s and self.inlets:
            hit = next((f for f in self.inlets if f.plan.retried), self.inlets[0])
            hit.poison = sorted(plan.poison_at_s)

    def _free(self, mine: Key) -> None:
        """Settle how requests are served that need no place, and the buffer."""
        plan = self.plan
        absorbed = [f.plan.absorbed for f in self.inlets]
        constant = drawn.fixed(plan.service)
        self.direct = False
        self.sinks: list[Sink] = []
        self.flushed: list[Sink] = []
        self.timeless = all(absorbed) or (constant == 0.0 and not plan.extra and not plan.calls)
        fixed = all(absorbed) or (constant is not None and self.simple)
        self.in_order = fixed and len(set(absorbed)) <= 1 and not plan.faults
        self.in_order = self.in_order and plan.program is None
        self.grouped = len(self.inlets) == 1 and self.inlets[0].plan.grouped
        self.group, self.group_took = math.nan, (0.0, [0.0])
        self.kib: Callable[[], float] | None = None
        if plan.buffer_kib and plan.record_sigma > 0:
            median = plan.record_kib / draws.power(plan.record_sigma**2 / 2)
            law = Lognormal(median, median * draws.power(plan.record_sigma * Z99))
            self.kib = drawn.times(mine(draws.SIZE), law)
        self.kept: list[float] = []
        self.filled = self.opened = 0.0

    def share(self, account: Account, key: Key) -> None:
        """Take places from the account's pool as well."""

        def mine(purpose: int, part: int = 0) -> int:
            return key(self.plan.id, purpose, part)

        pool, before = self.plan.pool, self.places
        assert pool is not None
        assert before is not None
        self.places = SharedPlaces(self, pool, self.plan.faults, mine, account)
        self.places.plain_end, self.places.works = before.plain_end, before.works
        self.serve = self.places.serve

    def hindered(self, t: float, parts: list[float]) -> float:
        """Return what faults of those that are called at once add to a request, in seconds."""
        more = 0.0
        for (call, _, _), one in zip(self.calls, parts, strict=True):
            for f in call.faults:
                if f.begin_s <= t < f.end_s and not f.stopped:
                    more += one * (f.slower - 1.0)
        return more

    def order(self, phase: int, index: int = 0) -> int:
        """Return the place of a kind of event among those at the same time."""
        return ((self.rank * 8 + phase) * 4096 + index) << 24

    def connect(self, stations: list[Station]) -> None:
        """Learn the stages ahead; settle what each arrow's events set off."""
        self.ahead = stations
        routes = [(i, r) for i, r in enumerate(self.plan.routes) if not r.at_start]
        if self.walker is not None:  # Its calls are made on the way.
            routes = []
        later = any(stations[r.stage].inlets[r.feeder].plan.response for r in self.plan.routes)
        for one in self.inlets:
            one.ways = [(i, r) for i, r in routes if r.ops is None or one.plan.op in r.ops]
            one.answers = one.plan.response and self.answer is None and not later
        self.ways = routes
        self.direct = not (self.holds or self.split) and not any(r.per_request for _, r in routes)
        if any(f.nested for s in stations for f in s.plan.feeders):
            return  # Who waits for an event has to be told at every step.
        for one in self.inlets:
            gatherer = one.gatherer
            if gatherer is not None and not (gatherer.lane_of or one.limiter or one.poison):
                one.arrive = plain_batch(gatherer, one)  # type: ignore[assignment,method-assign]
        if self.places is not None and self.places.common and self.plain and self.direct:
            one = self.inlets[0]
            one.arrive = plain_places(self.places, one)  # type: ignore[assignment,method-assign]
            one.plainly = True

    def aim(self) -> None:
        """Settle where events go, when all know how they take them."""
        for one in self.inlets:
            one.sinks[:] = self._sinks(one.ways)
        self.sinks = self._sinks(self.ways)
        self.flushed = self._sinks([(i, replace(r, buffered=False)) for i, r in self.buffered])

    def _sinks(self, ways: list[tuple[int, Route]]) -> list[Sink]:
        """Return what takes an event on each way; the buffer last."""
        found = [
            sink_of(self.ahead[r.stage].inlets[r.feeder].put, r.copies, self.copies[i])
            for i, r in ways
            if not r.buffered
        ]
        return [*found, self.keep] if any(r.buffered for _, r in ways) else found

    # ---- In ----

    def enter(self, t: float, inlet: Inlet, b: float, note: Any, arrived: float) -> None:
        """Pass the stage's own limits."""
        limiter = self.limiter
        if not limiter.rows:
            self.serve(t, inlet, b, note, arrived)
            return
        at = limiter.passed(t, inlet.plan.refuse)
        if at == math.inf:
            self.refuse(t, inlet, note, b)
        elif inlet.straight:
            if at < self.engine.until:
                self.serve(at, inlet, b, note, arrived)
        elif at > t or limiter.pending:
            limiter.pending += 1
            self.engine.push(at, self.order(RELEASE), self.released, b, (inlet, note, arrived))
        else:
            self.serve(t, inlet, b, note, arrived)

    def released(self, t: float, b: float, note: Any) -> None:
        self.limiter.pending -= 1
        self.serve(t, note[0], b, note[1], note[2])

    def refuse(
        self, t: float, inlet: Inlet, note: Any, b: float = 0.0, *, single: bool = False
    ) -> None:
        """Count a request that got an error instead of a token or a place."""
        if type(b) is Born and inlet.plan.nested:
            b.left(t)
        many = 1 if single or inlet.gatherer is None else len(note)
        inlet.refused += many
        self.ledger.refused.extend([t] * many)
        self.ledger.left.extend([t] * many)

    # ---- Service ----

    def times(self, note: Any) -> tuple[float, list[float]]:
        """Return how long a request takes, and its calls one by one."""
        total = self.service()
        if self.simple:
            return total, []
        for draw in self.extra:
            total += draw()
        many = len(note) if isinstance(note, list) else 1
        if self.plan.per_event_s:
            total += self.plan.per_event_s * (many - 1)
        parts = []
        for call, laws, seldom in self.calls:
            one = laws[0]() if laws else 0.0
            for draw in laws[1:]:
                one += draw()
            if call.times < 1.0:
                if seldom() >= call.times:
                    one = 0.0
            elif call.times != 1.0:
                one *= call.times
            if not call.once:
                one *= many
            total += one
            parts.append(one)
        return total, parts

    def serve_freely(self, t: float, inlet: Inlet, b: float, note: Any, arrived: float) -> None:
        """Serve a request that needs no place: it takes its time."""
        if self.answer is not None:
            age = t + self.answer()
            if inlet.plan.response:
                inlet.ledger.response.append(age - b)
            self.accept(age, b)
        start, took = t, 0.0
        parts: list[float] = []
        if not self.timeless:
            if not self.grouped:
                took, parts = self.times(note)
            elif t == self.group:
                took, parts = self.group_took
            else:
                self.group, (took, parts) = t, self.times(note)
                self.group_took = took, parts
            if inlet.plan.absorbed:
                took = 0.0
        for f in self.plan.faults:
            if f.begin_s <= start < f.end_s:
                if not f.stopped:
                    took *= f.slower
                elif all(one.plan.refuse for one in self.inlets):
                    self.refuse(start, inlet, note, b)
                    return
                else:
                    start = f.end_s
        if self.early:
            self.send_early(start, took, parts, inlet, b, note)
        if not self.timeless or self.plan.faults:
            self.ledger.took.append(took)
        finish = start + took
        if not self.in_order:
            self.engine.push(
                finish, self.depart_order + inlet.index, self.depart, b, (inlet, start, note)
            )
        elif finish < self.engine.until:
            inlet.ended(finish, b, start, note)

    def execute(self, t: float, inlet: Inlet, b: float, note: Any, arrived: float) -> None:
        """Run a workflow: its calls leave in between, the rest when it ends."""
        assert self.walker is not None
        if self.answer is not None:
            age = t + self.answer()
            if inlet.plan.response:
                inlet.ledger.response.append(age - b)
            self.accept(age, b)
        one = self.walker.run(self.executed)
        self.executed += 1
        for edge, begun, done in one.calls:
            route = self.by_edge[edge]
            target = self.ahead[route.stage].inlets[route.feeder]
            target.put(t + (done if target.plan.absorbed else begun), b)
        self.ledger.took.append(one.duration_s)
        self.ledger.starts.append(t)
        order = self.depart_order + inlet.index
        self.engine.push(t + one.duration_s, order, self.depart, b, (inlet, t, note))

    def accept(self, t: float, b: float) -> None:
        """Answer one who waits for the acceptance alone."""
        if type(b) is Born and not b.until_done:
            done, b.done = b.done, nobody
            self.engine.push(t, self.depart_order, lambda at, _b, _note: done(at), 0.0, 0)

    def depart(self, t: float, b: float, request: Any) -> None:
        inlet, start, note = request
        inlet.ended(t, b, start, note)

    def error_at(self, t: float) -> float:
        """Return the share of events that fail when they are served from `t` on."""
        error = self.plan.error
        for f in self.plan.faults:
            if f.error >= 0.0 and f.begin_s <= t < f.end_s:
                error = f.error
        return error

    # ---- Out ----

    def send_early(
        self, start: float, took: float, parts: list[float], inlet: Inlet, b: float, note: Any
    ) -> None:
        """Send what leaves before the end: calls whose target is not quick, steps of workflows."""
        born = [x for x, _ in note] if inlet.gatherer is not None else [b]
        for i, route in self.early:
            when = start
            if route.call >= 0:
                when = max(start, start + took - parts[route.call])
            if route.offset is not None:
                when += route.offset.mean_s
            for one in born:
                self.follow(i, route, when, one)

    def send(self, t: float, b: float, ways: list[tuple[int, Route]]) -> None:
        """Send an event on by all arrows that take it."""
        for draw in self.holds:
            t += draw()
        u = self.chosen() if self.split else 0.0
        full = False
        for i, route in ways:
            if route.buffered:
                full = True
                continue
            if not route.low <= u < route.high:
                continue
            if route.per_request:
                if t == self.sent[i]:
                    continue
                self.sent[i] = t
            if route.copies == 1.0:
                self.ahead[route.stage].inlets[route.feeder].put(t, b)
            else:
                self.follow(i, route, t, b)
        if full:
            self.keep(t, b)

    def follow(self, i: int, route: Route, t: float, b: float) -> None:
        """Send an event by one arrow: as many copies as it passes."""
        whole = int(route.copies)
        rest = route.copies - whole
        if rest > 1e-12 and self.copies[i]() < rest:
            whole += 1
        put = self.ahead[route.stage].inlets[route.feeder].put
        for _ in range(whole):
            put(t, b)

    # ---- The buffer ----

    def keep(self, t: float, b: float) -> None:
        """Put a record into the buffer; empty it when it is full."""
        if self.kept and t > self.opened + self.plan.buffer_s:  # It came ahead of the clock.
            self.flush(self.opened + self.plan.buffer_s)
        if not self.kept:
            self.opened = t
            at = t + self.plan.buffer_s
            self.engine.push(at, self.order(FLUSH), self.expire, 0.0, self.kept)
        self.kept.append(b)
        self.filled += self.kib() if self.kib is not None else self.plan.record_kib
        if self.filled >= self.plan.buffer_kib:
            self.flush(t)

    def expire(self, t: float, _b: float, kept: Any) -> None:
        if kept is self.kept and kept:
            self.flush(t)

    def flush(self, t: float) -> None:
        kept, self.kept, self.filled = self.kept, [], 0.0
        self.ledger.counts.flushes += 1
        for sink in self.flushed:
            for b in kept:
                sink(t, b)

    def settle(self) -> None:
        self.ledger.settle()
        for one in self.inlets:
            one.ledger.settle()


def nobody(_t: float) -> None:
    """Wait for nothing any more."""


def _mark_straight(stations: list[Station]) -> None:
    """Find the arrows whose events may be treated at once, ahead of the clock."""
    length = [0] * len(stations)
    live = any(f.nested for s in stations for f in s.plan.feeders)
    at = {id(s): i for i, s in enumerate(stations)}
    for s in sorted(stations, key=lambda s: s.rank):
        random = any(drawn.fixed(law) is None for law in s.plan.holds)
        for r in (*s.plan.routes, *(r for f in s.plan.feeders for r in f.lost)):
            ahead = stations[r.stage]
            one = ahead.inlets[r.feeder]
            ordered = not random and not r.at_start and s.walker is None and one.in_order
            near = length[at[id(s)]] < MOST_STRAIGHT
            one.straight = ordered and near and ahead.rank > s.rank and ahead.keeps_order
            one.straight = one.straight and not live
            if one.straight:
                length[r.stage] = length[at[id(s)]] + 1
            one.ordered = ordered
    for s in sorted(stations, key=lambda s: -s.rank):  # What is ahead first.
        s.aim()
        for one in s.inlets:
            one.choose(one.ordered)
    for one in (x for s in stations for x in s.inlets if x.plan.nested):
        follow(one)
    for s in stations:  # And once more, for loops and what was not settled yet.
        s.aim()


def run(
    plan: Plan,
    names: tuple[list[str], list[str]],
    *,
    seed: int,
    replication: int = 0,
    duration_s: float,
    messages: int | None = None,
    drain: bool = False,
    tell: Callable[[float], bool] | None = None,
    joined: bool = False,
) -> Outcome:
    """Run one replication, event by event; arguments as for the compiled sample paths.

    Args:
        joined: Stages that share a pool of the account have one; else each has its own.

    Returns:
        The same outcome to the bit, where pools are not joined.
    """

    def key(name: str, purpose: int, part: int = 0) -> int:
        return key_of(seed, replication, name, purpose, part)

    outcome = empty(len(names[0]), len(names[1]), duration_s)
    engine = Engine(horizon_s(duration_s, drain=drain))
    ranks = {at: rank for rank, at in enumerate(plan.order)}
    stations = [
        Station(engine, s, ranks[i], names[1], outcome, key) for i, s in enumerate(plan.stages)
    ]
    peaks = _share(plan, stations, key, joined=joined)
    for station in stations:
        station.connect(stations)
    _mark_straight(stations)
    for station in stations:
        if station.plan.arrivals is not None:
            begin(station, station.plan.arrivals, key, duration_s, messages)
    outcome.stopped = _follow_time(engine, stations, duration_s, tell, peaks)
    inlets = {
        f: one for s in stations for one in s.inlets for f in (one.arrive, one.arrive_plainly)
    }
    for _, _, _, action, _, _ in engine.heap:
        if action in inlets:
            inlets[action].late += 1
    for station in stations:
        station.settle()
        for one in station.inlets:
            one.close()
    for group, peak in zip(plan.shared, peaks, strict=True):
        peak.advance(engine.until)
        outcome.peaks[group.name] = peak.most
    outcome.joined = int(joined)
    outcome.duration_s = duration_s
    return outcome


def _share(plan: Plan, stations: list[Station], key: Key, *, joined: bool) -> list[Peak]:
    """Watch the account's pools, and join the places of the stages that draw from them."""
    peaks = []
    for group in plan.shared:
        peak, account = Peak(), Account(group.places)
        peaks.append(peak)
        for station in (stations[i] for i in group.stages):
            station.ledger.peak = peak
            if joined:
                station.share(account, key)
    return peaks


def _follow_time(
    engine: Engine,
    stations: list[Station],
    duration_s: float,
    tell: Callable[[float], bool] | None,
    peaks: list[Peak],
) -> str | None:
    """Take one event after another; return why it stopped early."""
    heap = engine.heap
    heappush(heap, (engine.until, -1, 0, _end, 0.0, 0))
    try:
        while True:
            for _ in itertools.repeat(None, SETTLE):
                t, _, _, action, b, note = heappop(heap)
                engine.now = t
                action(t, b, note)
            for station in stations:
                station.settle()
            for peak in peaks:
                peak.advance(engine.now)
            if tell is not None and not tell(min(1.0, engine.now / duration_s)):
                return "cancelled"
            waiting = sum(s.places.waiting for s in stations if s.places is not None)
            if len(heap) + waiting > MOST_WAITING:
                return "too many messages wait"
    except _EndError:
        return None


class _EndError(Exception):
    """The time until which the engine runs."""


def _end(_t: float, _b: float, _note: Any) -> None:
    raise _EndError
