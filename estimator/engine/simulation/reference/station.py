"""One stage: its places, its limits, and what leaves it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from heapq import heappush
from typing import Any

from designer.catalog.base import Lognormal
from designer.catalog.base.flow import Z99

from .. import drawn, draws
from ..ledger import StageLedger
from ..plan import Route, Stage
from ..record import Outcome
from ..workflow import REFUSED, Walker
from .calls import Born, Work
from .executions import Running
from .inlet import Inlet
from .lanes import LanePlaces
from .parts import DEPART, FINISH, FLUSH, RELEASE, Key, Limiter, Places
from .plain import plain_batch, plain_places
from .shared import Account, SharedPlaces
from .ways import Sink, sink_of


class Engine:
    """The heap, and the time until which it runs."""

    def __init__(self, until: float) -> None:
        self.heap: list[tuple[Any, ...]] = []
        self.number = itertools.count().__next__
        self.until = until
        self.now = 0.0

    def push(self, t: float, order: int, action: Any, b: Any, note: Any) -> None:
        heappush(self.heap, (t, order, self.number(), action, b, note))


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
            if any(call.live for calls in plan.tasks.values() for call in calls):
                self.serve = self.execute_live
        self.executed = 0
        self.by_edge = {r.edge: r for r in plan.routes}
        self._free(mine)
        staged = len(self.inlets) > 1 and any(f.batched or f.limiter for f in self.inlets)
        for one in self.inlets:
            lanes = one.plan.batch is not None and one.plan.batch.lanes > 1
            one.staged = staged or lanes
        plain = self.plain = not self.limiter and all(
            not f.limiter and not f.batched for f in self.inlets
        )
        if self.places is not None:
            self.places.plain_end = not self.fails and not any(f.batched for f in self.inlets)
        at_once = plan.pool is None and self.timeless and plan.program is None
        calm = plan.pool is not None and not any(f.refuse for f in plan.feeders)
        self.ledger.measured = plain and not self.fails and not plan.faults and (at_once or calm)
        limiters = (self.limiter, *(f.limiter for f in self.inlets))
        self.keeps_order = (
            len(self.inlets) == 1 and plan.arrivals is None and plan.pool is None
            and self.in_order and not self.fails and not self.inlets[0].batched
            and all(b.meets >= 1.0 and not b.pool for one in limiters for b in one.buckets)
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
            b.fate = REFUSED
            b.left(t)
        many = 1 if single or not inlet.batched else len(note)
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

    def execute_live(self, t: float, inlet: Inlet, b: float, note: Any, arrived: float) -> None:
        """Run a workflow whose calls take as long as they really take."""
        if self.answer is not None:
            age = t + self.answer()
            if inlet.plan.response:
                inlet.ledger.response.append(age - b)
            self.accept(age, b)
        Running(self, self.executed, t, inlet, b, note)
        self.executed += 1

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
        born = [x for x, _ in note] if inlet.batched else [b]
        for i, route in self.early:
            when = start
            if route.call >= 0:
                when = max(start, start + took - parts[route.call])
            if route.offset is not None:
                when += route.offset.mean_s
            for one in born:
                self.follow(i, route, when, one)

    def held(self, t: float) -> float:
        """Return when what ends at a time may be seen by whom comes next."""
        for draw in self.holds:
            t += draw()
        return t

    def send(self, t: float, b: float, ways: list[tuple[int, Route]]) -> None:
        """Send an event on by all arrows that take it."""
        t = self.held(t)
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
