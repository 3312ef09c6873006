"""Parts of the reference engine: limits, batches, places, each as plain Python that follows time.

An event on the heap is (time, order, number, action, birth, note). The order settles ties: first
the stage by its rank, then the phase, then the feeder; so simultaneous events are treated as the
compiled paths treat them, which see a whole feeder before the next.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from heapq import heappush
from typing import TYPE_CHECKING, Any

from .. import drawn, draws
from ..plan import Batch, Bucket, Fault, Pool
from ..shared import Rate

if TYPE_CHECKING:
    from .inlet import Inlet
    from .station import Station

Key = Callable[..., int]

# Phases of one stage at one time.
FINISH, WAKE, ARRIVE, CLOSE, REQUEST, RELEASE, DEPART, FLUSH = range(8)
BEGIN = DEPART  # Of places, when all that come at this time are there.
COLDS = 1024  # Cold starts are drawn from as many times, again and again.


class Limiter:
    """Token buckets in a row, by virtual scheduling."""

    def __init__(self, buckets: tuple[Bucket, ...], key: Key) -> None:
        self.rows: list[list[Any]] = []
        self.buckets = [b for b in buckets if b.weight > 0]
        for i, b in enumerate(self.buckets):
            draw = drawn.uniforms(key(draws.LANE, 100 + i)) if b.meets < 1.0 else None
            self.rows.append([[-1e18], b.gap_s, b.slack_s, draw, b.meets, None])
        self.pending = 0  # messages that wait for a token

    def __bool__(self) -> bool:
        return bool(self.rows)

    def passed(self, t: float, refuse: bool) -> float:
        """Return when a request at `t` goes on; inf when it is refused."""
        gone = False
        for row in self.rows:
            token, gap, slack, draw, meets, watch = row
            if draw is not None and draw() >= meets:
                continue
            if gone:
                continue
            if watch is not None:
                watch(t, refuse)
            at = token[0] - slack
            if at > t and refuse:
                gone = True
                continue
            token[0] = max(token[0], t) + gap
            t = max(t, at)
        return math.inf if gone else t

    def watch(self, name: str, rate: Rate) -> None:
        """Let a rate of the account see what is asked of it here."""
        for bucket, row in zip(self.buckets, self.rows, strict=True):
            if bucket.pool == name:
                row[5] = _noted(rate, rate.user(bucket.gap_s, bucket.slack_s))

    def join(self, name: str, token: list[float]) -> None:
        """Take the tokens of a rate of the account, of which others take, too."""
        for bucket, row in zip(self.buckets, self.rows, strict=True):
            if bucket.pool == name:
                row[0] = token


def _noted(rate: Rate, who: int) -> Callable[[float, bool], None]:
    def note(t: float, refuse: bool) -> None:
        rate.rows.append((t, who, refuse))

    return note


class Members(list[tuple[float, int]]):
    """A batch: births and notes of its events, and the lane in which it was gathered."""

    __slots__ = ("lane",)

    def __init__(self, lane: int, *events: tuple[float, int]) -> None:
        super().__init__(events)
        self.lane = lane


class Gatherer:
    """Batches that close by count, by age of their first event, or at regular reads."""

    def __init__(self, inlet: Inlet, plan: Batch, key: Key) -> None:
        self.inlet, self.plan = inlet, plan
        self.most = plan.most
        self.lane_of = drawn.uniforms(key(draws.LANE, 0)) if plan.lanes > 1 else None
        self.open: list[Members | None] = [None] * plan.lanes
        self.opened = [0.0] * plan.lanes
        clock = drawn.uniforms(key(draws.LANE, 1))
        arrow = inlet.plan.edge
        self.reads = [plan.reads(arrow, lane, clock()) for lane in range(plan.lanes)]

    def join(self, t: float, b: float, note: int) -> None:
        """Put an event into its batch; hand the batch on when it is full."""
        lane = 0
        if self.lane_of is not None:
            lane = self.plan.lane_of(self.lane_of())
        batch = self.open[lane]
        if batch is None:
            batch = self.open[lane] = Members(lane, (b, note))
            self.opened[lane] = t
            if self.most > 1:
                inlet = self.inlet
                engine = inlet.engine
                engine.push(self.due(lane), inlet.close_order + lane, self.expire, lane, batch)
        else:
            batch.append((b, note))
        if len(batch) == self.most:
            self.fill(t, lane)

    def fill(self, t: float, lane: int) -> None:
        """Hand on a full batch: at once, or when the next read finds it."""
        if not self.plan.grid:
            self.close(t, lane)
            return
        batch, self.open[lane] = self.open[lane], None
        inlet, due = self.inlet, self.due(lane)
        inlet.engine.push(due, inlet.close_order + lane, self.hand_on, lane, batch)

    def due(self, lane: int) -> float:
        """Return when the open batch of a lane closes by age."""
        (window, phase), opened = self.reads[lane], self.opened[lane]
        if self.plan.grid:
            return max(opened, (math.floor((opened - phase) / window) + 1.0) * window + phase)
        return opened + window

    def expire(self, t: float, lane: Any, batch: Any) -> None:
        """Close a batch by age unless it was closed by count."""
        if self.open[lane] is batch:
            self.close(t, lane)

    def hand_on(self, t: float, lane: Any, batch: Any) -> None:
        self.inlet.request(t, t, batch, t, lane)

    def close(self, t: float, lane: int) -> None:
        batch, self.open[lane] = self.open[lane], None
        self.inlet.request(t, t, batch, t, lane)


class Places:
    """Places for requests: first come first served, environments last idle first used."""

    def __init__(self, station: Station, pool: Pool, faults: tuple[Fault, ...], key: Key) -> None:
        self.station, self.engine, self.pool, self.faults = station, station.engine, pool, faults
        self.running, self.most = 0, pool.places
        self.single = (
            pool.places == 1 and pool.cold is None and not faults
            and not any(f.refuse for f in station.plan.feeders) and not pool.account
        )  # fmt: skip
        self.kept = pool.places if pool.cold is None else pool.provisioned
        self.idle: list[float] = []
        self.idle_s = pool.idle_s
        self.queue: deque[tuple[Any, ...]] = deque()
        self.last = -math.inf  # the latest start that was promised to one who waits
        self.wakes = -math.inf
        self.colds: list[float] = []
        if pool.cold is not None:
            draw = drawn.times(key(draws.COLD), pool.cold)
            self.colds = [draw() for _ in range(COLDS)]
        self.cold = 0
        self.gap = self.slack = 0.0
        if math.isfinite(pool.starts_per_s):
            self.gap = 1.0 / pool.starts_per_s
            self.slack = max(0.0, pool.starts_burst - 1.0) / pool.starts_per_s
        self.allowed = -1e18
        self.works: Callable[..., Any] | None = None  # where requests wait for others
        self.plain_end = False  # settled by the stage: no batches, no errors

    @property
    def common(self) -> bool:
        """Whether requests of one arrow only wait for a place, which all are alike."""
        station, pool = self.station, self.pool
        return (
            type(self) is Places and not self.works and self.plain_end
            and station.simple and not station.early
            and len(station.inlets) == 1 and not station.inlets[0].plan.refuse
            and not station.inlets[0].poison and not self.faults
            and (pool.cold is None or pool.provisioned == 0)
        )  # fmt: skip

    def owe(self, inlet: Inlet, lane: int) -> None:
        """Note that what failed holds back its lane; here are no lanes."""

    @property
    def waiting(self) -> int:
        """Requests in line."""
        return len(self.queue)

    def limits(self, now: float) -> tuple[int, float, float]:
        """Return (places, factor on times, time until which nothing starts) at a time."""
        places, slower, until = self.pool.places, 1.0, now
        for f in self.faults:
            if f.begin_s <= now < f.end_s:
                if f.stopped:
                    until = max(until, f.end_s)
                else:
                    slower *= f.slower
                    places = max(1, int(self.pool.places * f.places))
        return places, slower, until

    def serve(self, t: float, inlet: Inlet, b: float, note: Any, arrived: float) -> None:
        """Take a request that arrives: it starts, waits, or is refused."""
        station = self.station
        took, parts = (station.service(), ()) if station.simple else station.times(note)
        request = (inlet, b, note, arrived, took, parts)
        if not self.faults and self.running < self.most and not self.queue and t >= self.last:
            if self.start(t, 1.0, request):
                return
        elif self.queue or t < self.last:
            if inlet.plan.refuse:
                self.station.refuse(t, inlet, note, b)
            else:
                self.queue.append(request)
                if len(self.queue) == 1:
                    self.attempt(t)
            return
        places, slower, until = self.limits(t) if self.faults else (self.pool.places, 1.0, t)
        if until <= t and self.running < places and self.start(t, slower, request):
            return
        if inlet.plan.refuse:
            self.station.refuse(t, inlet, note, b)
            return
        self.queue.append(request)
        self.attempt(t)

    def attempt(self, now: float) -> None:
        """Start those who wait, as far as it can be done now; else come back."""
        queue = self.queue
        while queue:
            if self.last > now:
                self.wake(self.last)
                return
            places, slower, until = (
                self.limits(now) if self.faults else (self.pool.places, 1.0, now)
            )
            if until > now:
                self.wake(until)
                return
            if self.running >= places:
                for f in self.faults:
                    if f.begin_s <= now < f.end_s:
                        self.wake(f.end_s)
                return
            if not self.start(now, slower, queue[0]):
                return
            queue.popleft()

    def wake(self, at: float) -> None:
        self.engine.push(at, self.station.order(WAKE), self.woken, 0.0, 0)

    def woken(self, t: float, _b: float, _note: Any) -> None:
        self.attempt(t)

    def start(self, now: float, slower: float, request: tuple[Any, ...]) -> bool:
        """Start a request; False when it may not start a new environment, or ever."""
        inlet, b, note, arrived, took, parts = request
        if slower != 1.0:
            took = took * slower
        warm = False
        if self.kept > 0:
            self.kept -= 1
            warm = True
        elif self.idle and now - self.idle[-1] <= self.idle_s:
            self.idle.pop()
        else:
            begin = now
            if self.gap > 0.0:
                begin = max(now, self.allowed - self.slack)
                if begin > now and inlet.plan.refuse:
                    return False
            if begin >= self.engine.until:
                self.last = begin
                return False
            now = begin
            if self.gap > 0.0:
                self.allowed = max(self.allowed, now) + self.gap
            self.idle.clear()
            took = took + self.colds[self.cold & (COLDS - 1)] * slower
            self.cold += 1
            self.station.ledger.cold.append(now)
        self.running += 1
        station = self.station
        if not inlet.plan.refuse:
            self.last = now
        ledger = station.ledger
        if not self.single:
            ledger.starts.append(now)
        if self.works:
            took += station.hindered(now, parts)
            self.works(self, now, took, request, warm)
            return True
        ledger.took.append(took)
        if station.early:
            station.send_early(now, took, parts, inlet, b, note)
        engine = self.engine
        event = (inlet, note, now, arrived, warm)
        order = station.finish_order + inlet.index
        heappush(engine.heap, (now + took, order, engine.number(), self.finish, b, event))
        return True

    def finish(self, t: float, b: float, request: Any) -> None:
        """Free the place of a request that ended, and hand on what it did."""
        inlet, note, start, arrived, warm = request
        self.running -= 1
        if warm:
            self.kept += 1
        else:
            self.idle.append(t)
        ledger = self.station.ledger
        if not self.single:
            ledger.ends.append(t)
        ledger.time.append(t - arrived)
        if self.plain_end:
            inlet.passed(t, b)
        else:
            inlet.ended(t, b, start, note)
        if self.queue:
            self.attempt(t)
