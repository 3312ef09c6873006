"""Places of which single arrows, or the shards of a stream, have only some: event by event."""

from __future__ import annotations

import math
from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from ..plan import Fault, Feeder, Pool
from .parts import Key, Members, Places

if TYPE_CHECKING:
    from .inlet import Inlet
    from .station import Station


class Lane:
    """Requests of one arrow, or of one shard, in line for its own places."""

    __slots__ = ("most", "places", "queue", "running")

    def __init__(self, feeder: Feeder) -> None:
        self.places = feeder.places or math.inf
        self.most = feeder.batch.most if feeder.joins and feeder.batch is not None else 0
        self.running = 0
        self.queue: deque[tuple[int, tuple[Any, ...], float]] = deque()


class LanePlaces(Places):
    """Places with lanes: who has waited longest starts first, if its lane is free."""

    def __init__(self, station: Station, pool: Pool, faults: tuple[Fault, ...], key: Key) -> None:
        super().__init__(station, pool, faults, key)
        self.single = False
        feeders = station.plan.feeders
        self.lanes = [[Lane(f) for _ in range(f.lanes if f.places else 1)] for f in feeders]
        self.ready: list[
            tuple[int, tuple[Any, ...], float]
        ] = []  # Those whose lane is free, by arrival.
        self.arrivals = 0

    def lane_of(self, inlet: Inlet, note: Any) -> Lane:
        lanes = self.lanes[inlet.index]
        return lanes[note.lane] if len(lanes) > 1 else lanes[0]

    @property
    def waiting(self) -> int:
        return sum(len(lane.queue) for lanes in self.lanes for lane in lanes)

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
        lane.queue.append((self.arrivals, (inlet, b, note, arrived, took, parts), more))
        if len(lane.queue) == 1 and lane.running < lane.places:
            heappush(self.ready, lane.queue[0])
        self.attempt(t)

    def attempt(self, now: float) -> None:
        """Start those who wait, as far as it can be done now; else come back."""
        while self.ready and self.free(now):
            self.begin(now)
        if self.ready:
            self.wait(now)

    def begin(self, now: float) -> None:
        """Start the request that has waited longest among those whose lane is free."""
        _, request, _ = heappop(self.ready)
        lane = self.lane_of(request[0], request[2])
        lane.queue.popleft()
        lane.running += 1
        if lane.most:
            request = self.grown(request, lane)
        if lane.queue and lane.running < lane.places:
            heappush(self.ready, lane.queue[0])
        self.start(now, self.limits(now)[1], request)

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
        lane = self.lane_of(request[0], request[1])
        if lane.queue and lane.running == lane.places:
            heappush(self.ready, lane.queue[0])
        lane.running -= 1
        super().finish(t, b, request)
        self.attempt(t)
