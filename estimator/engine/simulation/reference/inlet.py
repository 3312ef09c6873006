"""One inbound arrow of a stage: what meets messages before the stage has them."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappush
from typing import TYPE_CHECKING, Any

from .. import drawn, draws
from ..ledger import EdgeLedger
from ..plan import LANE_BIT, LANES, POISON, REST, TRIES, Feeder, Route
from ..workflow import DEAD
from .calls import Born
from .parts import ARRIVE, CLOSE, REQUEST, Gatherer, Key, Limiter, Members
from .ways import Sink, heap_way, straight_way

if TYPE_CHECKING:
    from .station import Station


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
        self.gatherer: Gatherer | None = None
        self.lane_of: Callable[[], float] | None = None
        if plan.batch is not None and plan.gathers:
            self.gatherer = Gatherer(self, plan.batch, mine)
        elif plan.lanes > 1:
            self.lane_of = drawn.uniforms(mine(draws.LANE, 0))
        self.batched = plan.batch is not None
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
        if self.plan.ordered and note & TRIES:
            self.single(t, b, note, arrived)
        elif self.gatherer is not None:
            self.gatherer.join(t, b, note)
        elif self.plan.ordered:
            lane = 0
            if self.lane_of is not None and self.plan.batch is not None:
                lane = self.plan.batch.lane_of(self.lane_of())
            self.single(t, b, note | lane << LANE_BIT, arrived)
        else:
            self.request(t, b, note, arrived, 0)

    def single(self, t: float, b: float, note: int, arrived: float) -> None:
        """Hand on an event of a lane that keeps an order: batches are made when they start."""
        lane = note >> LANE_BIT & LANES
        self._present(t, b, Members(lane, (b, note)), arrived, lane)

    def request(self, t: float, b: float, note: Any, arrived: float, lane: int) -> None:
        """Hand a request to the stage, or its events one by one where order counts."""
        if self.plan.ordered:
            for born, one in note:
                self.single(t, born, one | lane << LANE_BIT, arrived)
            return
        self.requests += 1
        self._present(t, b, note, arrived, lane)

    def _present(self, t: float, b: float, note: Any, arrived: float, lane: int) -> None:
        """Hand on a request, in line with those of other feeders at the same time."""
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
        events = note if self.batched else [(b, note)]
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
                b.fate = DEAD
                b.left(t)
        else:
            pause = self.plan.again_s
            again = max(start + pause, t + REST * pause) if self.plan.from_start else t + pause
            if self.plan.ordered and self.station.places is not None:
                self.station.places.owe(self, note >> LANE_BIT & LANES)
            note += note & TRIES < TRIES
            self.engine.push(again, self.order + 1, self.arrive_again, b, note)

    def passed(self, t: float, b: float) -> None:
        """Let an event go on from the stage."""
        self.passed_count += 1
        station = self.station
        if self.answers:
            self.ledger.response.append(t - b)
        station.ledger.left.append(t)
        if station.leaf:
            self.ledger.completion.append(station.held(t) - b)
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
