"""Places of which single arrows, or the shards of a stream, have only some: event by event."""

from __future__ import annotations

import math
from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from ..plan import LANE_BIT, LANES, TRIES, Fault, Feeder, Pool
from .parts import BEGIN, Key, Members, Places

if TYPE_CHECKING:
    from .inlet import Inlet
    from .station import Station


Row = tuple[int, tuple[Any, ...], float]  # number of arrival, request, what it adds to another


class Lane:
    """Requests of one arrow, of one shard or of one group, in line for its own places.

    Attributes:
        back: Those that failed and came again, before all others.
        owed: How many failed and did not come again yet: nothing else starts until then.
    """

    __slots__ = ("back", "most", "owed", "places", "queue", "running")

    def __init__(self, feeder: Feeder) -> None:
        self.places = feeder.places or math.inf
        grows = (feeder.joins or feeder.ordered) and feeder.batch is not None
        self.most = feeder.batch.most if grows and feeder.batch is not None else 0
        self.running = self.owed = 0
        self.queue: deque[Row] = deque()
        self.back: deque[Row] = deque()

    @property
    def first(self) -> Row | None:
        """Who is next in turn; None where nobody may start."""
        if self.back:
            return self.back[0]
        return self.queue[0] if self.queue and not self.owed else None

    def take(self) -> Row:
        return self.back.popleft() if self.back else self.queue.popleft()


class Lanes(dict[int, Lane]):
    """The lanes of an arrow, made when they are needed."""

    def __init__(self, feeder: Feeder) -> None:
        self.feeder = feeder
        self.apart = feeder.places > 0 and feeder.lanes > 1

    def __missing__(self, number: int) -> Lane:
        lane = self[number] = Lane(self.feeder)
        return lane


class LanePlaces(Places):
    """Places with lanes: who has waited longest starts first, if its lane is free."""

    def __init__(self, station: Station, pool: Pool, faults: tuple[Fault, ...], key: Key) -> None:
        super().__init__(station, pool, faults, key)
        self.single = False
        self.lanes = [Lanes(f) for f in station.plan.feeders]
        self.ready: list[Row] = []  # Those whose lane is free, by arrival.
        self.arrivals = 0
        self.together = station.plan.ordered  # Who comes at the same time starts together.
        self.begins = -math.inf

    def lane_of(self, inlet: Inlet, note: Any) -> Lane:
        lanes = self.lanes[inlet.index]
        return lanes[note.lane if lanes.apart else 0]

    def owe(self, inlet: Inlet, lane: int) -> None:
        self.lanes[inlet.index][lane].owed += 1

    @property
    def waiting(self) -> int:
        return sum(len(x.queue) + len(x.back) for lanes in self.lanes for x in lanes.values())

    def able(self, now: float) -> bool:
        """Tell whether there is an environment, or one may start."""
        if self.kept > 0 or (self.idle and now - self.idle[-1] <= self.idle_s):
            return True
        return self.gap == 0.0 or self.allowed - self.slack <= now

    def free(self, now: float) -> bool:
        """Tell whether a request could start now, as far as the pool goes."""
        places, _, until = self.limits(now)
        return until <= now and self.running < places and self.able(now)

    def serve(self, t: float, inlet: Inlet, b: float, note: Any, arrived: float) -> None:
        """Take a request that arrives: it starts, waits, or is refused."""
        took, parts = self.station.times(note)
        lane = self.lane_of(inlet, note)
        if inlet.plan.refuse and not (self.free(t) and lane.running < lane.places):
            self.station.refuse(t, inlet, note, b)
            return
        self.arrivals += 1
        more = self.growth(note, parts) if lane.most else 0.0
        before, line = lane.first, lane.queue
        if inlet.plan.ordered and note[0][1] & TRIES:
            lane.owed -= 1
            line = lane.back
        line.append((self.arrivals, (inlet, b, note, arrived, took, parts), more))
        if before is None and lane.first is not None and lane.running < lane.places:
            heappush(self.ready, lane.first)
        self.attempt(t)

    def attempt(self, now: float) -> None:
        """Start those who wait, or do so when all that come at this time are there."""
        if not self.together:
            self.go_on(now)
        elif self.begins != now:
            self.begins = now
            self.engine.push(now, self.station.order(BEGIN), self.begin_together, 0.0, 0)

    def begin_together(self, t: float, _b: float, _note: Any) -> None:
        self.begins = -math.inf
        self.go_on(t)

    def go_on(self, now: float) -> None:
        """Start those who wait, as far as it can be done now; else come back."""
        while self.ready and self.free(now):
            self.begin(now)
        if self.ready:
            self.wait(now)

    def begin(self, now: float) -> None:
        """Start the request that has waited longest among those whose lane is free."""
        _, request, _ = heappop(self.ready)
        lane = self.lane_of(request[0], request[2])
        if request[0].plan.ordered:
            self.start(now, self.limits(now)[1], self.gathered(request, lane))
            return
        lane.take()
        lane.running += 1
        if lane.most:
            request = self.grown(request, lane)
        if lane.queue and lane.running < lane.places:
            heappush(self.ready, lane.queue[0])
        self.start(now, self.limits(now)[1], request)

    def gathered(self, request: tuple[Any, ...], lane: Lane) -> tuple[Any, ...]:
        """Return an event that starts, in one request with those that go with it.

        They are those behind it in its lane; what failed goes alone in a shard, and with those
        behind it, and of other groups, in a queue.
        """
        inlet, b, note, arrived, took, parts = request
        again, most, mixes = bool(lane.back), lane.most, inlet.plan.mixes
        inlet.requests += 1
        events = list(note)
        lane.take()
        lane.running += 1
        while True:
            while len(events) < most and lane.first and (mixes or bool(lane.back) == again):
                took += self.joined(lane.take(), parts, events)
            if not mixes or len(events) >= most or not self.ready:
                break
            other = self.ready[0][1]
            if other[0] is not inlet:
                break
            heappop(self.ready)
            lane = self.lane_of(inlet, other[2])
            lane.running += 1
            took += self.joined(lane.take(), parts, events)
        return inlet, b, Members(note.lane, *events), arrived, took, parts

    def joined(self, row: Row, parts: list[float], events: list[Any]) -> float:
        """Add an event to a request; return the time that this takes."""
        _, (_, _, its, _, _, its_parts), more = row
        for k, (call, _, _) in enumerate(self.station.calls):
            if not call.once:
                parts[k] += its_parts[k]
        events += its
        return more

    def growth(self, note: Any, parts: list[float]) -> float:
        """Return what the events of a request add to the time of one that they join."""
        more: float = self.station.plan.per_event_s * len(note)
        for (call, _, _), one in zip(self.station.calls, parts, strict=True):
            if not call.once:
                more += one
        return more

    def grown(self, request: tuple[Any, ...], lane: Lane) -> tuple[Any, ...]:
        """Return a request with the events of those behind it, as many as it takes."""
        inlet, b, note, arrived, took, parts = request
        events = list(note)
        while lane.queue and len(events) < lane.most:
            number, (_, its_b, its, came, its_took, its_parts), more = lane.queue[0]
            taken = min(len(its), lane.most - len(events))
            share = taken / len(its)
            for k, (call, _, _) in enumerate(self.station.calls):
                if not call.once:
                    x = its_parts[k] * share
                    parts[k] += x
                    its_parts[k] -= x
            part = more * share
            took += part
            events += its[:taken]
            if share < 1.0:
                rest = Members(its.lane, *its[taken:])
                left = inlet, its_b, rest, came, its_took - part, its_parts
                lane.queue[0] = number, left, more - part
                break
            lane.queue.popleft()
            inlet.requests -= 1
        return inlet, b, Members(note.lane, *events), arrived, took, parts

    def wait(self, now: float) -> None:
        """Come back when a fault begins or ends, and when a new environment may start."""
        marks = [m for f in self.faults for m in (f.begin_s, f.end_s) if m > now]
        allowed = self.allowed - self.slack
        if self.gap > 0.0 and allowed > now:
            marks.append(allowed)
        at = min(marks, default=math.inf)
        if at < math.inf and (at < self.wakes or self.wakes <= now):
            self.wakes = at
            self.wake(at)

    def finish(self, t: float, b: float, request: Any) -> None:
        """Free the place of a request that ended, and hand on what it did."""
        inlet, note = request[:2]
        if not inlet.plan.ordered:
            self.release(self.lane_of(inlet, note))
            super().finish(t, b, request)
            self.attempt(t)
            return
        super().finish(t, b, request)
        lanes = self.lanes[inlet.index]
        for number in dict.fromkeys(n >> LANE_BIT & LANES for _, n in note):
            self.release(lanes[number])
        self.attempt(t)

    def release(self, lane: Lane) -> None:
        """Free the place of a lane, and let its next one come, if there is any."""
        if lane.first is not None and lane.running == lane.places:
            heappush(self.ready, lane.first)
        lane.running -= 1
