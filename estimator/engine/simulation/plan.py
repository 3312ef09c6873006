"""From a compiled design to what a simulation runs: stages, feeders, routes. No draw is made here.

A *stage* is a node: requests come in by *feeders* (its inbound arrows), pass token buckets, wait
for and occupy a place in the *pool*, and their events leave by *routes* (its outgoing arrows).
Both engines run the same plan with the same draws: the compiled sample paths, and the reference.

What a caller waits for while it keeps its place (a function that calls a table) is part of its own
time: its mean-time law is drawn with the caller, and what was called passes the event on when the
caller is done. The flow solver counts the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from designer.catalog.base import (
    Law,
    Program,
)

from .workflow import TaskCall

DAY_S = 86_400.0
BURST_S = 1.0  # Assumption: a rate limit lets one second's worth through at once.
REST = 0.1  # of its visibility timeout: least time between a late failure and the next delivery
HEADROOM = 5.0  # Limits this far above any load are not simulated, unless something goes wrong.
DEVIATIONS = 6.0  # Nor are those this many standard deviations of a second's load above it,
FEW_CLUMPS = 20.0  # whose burst takes this many clumps.
ALWAYS_FULL = 3.0  # Batches close by count where this many fill within the window.
DRIFT = 0.02  # Intervals of regular reads differ by up to this part from one another.
FOREVER = math.inf
POISON = 1 << 40  # Marks a message that always fails; below it stand its deliveries,
TRIES = (1 << 20) - 1  # in these bits,
LANE_BIT = 20  # and above them, where order counts, the lane that it belongs to,
LANES = (1 << 20) - 1  # in these bits.
LONGEST_DRAIN_S = DAY_S  # What goes round for ever, or drains this slowly, is left then.


def horizon_s(duration_s: float, *, drain: bool) -> float:
    """Return the time at which a run ends, however much is left."""
    return duration_s + LONGEST_DRAIN_S if drain else duration_s


@dataclass(frozen=True)
class Bucket:
    """A token bucket: a rate, a burst, and the tokens that one request takes.

    Attributes:
        meets: Share of the requests that meet it (those of one shard); the others pass.
        pool: Name of the account's rate that others draw from, too; empty has its own.
    """

    limit: str
    rate: float
    burst: float
    weight: float
    meets: float = 1.0
    pool: str = ""

    @property
    def gap_s(self) -> float:
        """Time in which the tokens of one request come."""
        return self.weight / self.rate

    @property
    def slack_s(self) -> float:
        """Time by which a request may come before its tokens."""
        return (self.burst - self.weight) / self.rate


@dataclass(frozen=True)
class Pool:
    """Places for requests in progress.

    Attributes:
        places: How many at most.
        cold: Start-up law of a new environment; None where places simply exist.
        idle_s: An environment that was idle for longer is gone.
        provisioned: Environments that are always there and warm.
        starts_per_s, starts_burst: New environments that may start.
        account: Name of the account-wide pool that its places are taken from; empty has its own.
    """

    places: int
    cold: Law | None = None
    idle_s: float = FOREVER
    provisioned: int = 0
    starts_per_s: float = FOREVER
    starts_burst: float = FOREVER
    account: str = ""


@dataclass(frozen=True)
class Batch:
    """Events gathered into requests: closed by count or by age; at fixed reads where `grid`.

    Attributes:
        window_s: Age at which it closes; 0 gathers only what comes at the same time.
        lanes: They gather apart in so many shards.
        hot, hot_lanes: Share of the events in the first lanes, the busiest shard's, and how many.
    """

    most: int
    window_s: float
    grid: bool = False
    lanes: int = 1
    hot: float = 0.0
    hot_lanes: int = 0

    def reads(self, arrow: int, lane: int, u: float) -> tuple[float, float]:
        """Return interval and phase of a lane's regular reads; 0 <= u < 1 is drawn.

        Nobody keeps time with anybody: reads begin anywhere, and their clocks differ by up to one
        percent, so that no two of them meet at the same distance for ever. Multiples of irrational
        numbers keep the clocks of a few arrows well apart.
        """
        if not self.grid:
            return self.window_s, 0.0
        apart = (arrow * 0.6180339887498949 + lane * 0.7548776662466927) % 1.0
        return self.window_s * (1.0 + DRIFT * (apart - 0.5)), self.window_s * u

    def lane_of(self, u: float) -> int:
        """Return the lane of an event that drew `u`, 0 <= u < 1."""
        if u < self.hot:
            return int(u / self.hot * self.hot_lanes)
        rest = self.lanes - self.hot_lanes
        return self.hot_lanes + int((u - self.hot) / (1.0 - self.hot) * rest)

    def lanes_of(self, u: Any) -> Any:
        """Return the same of an array."""
        rest = self.lanes - self.hot_lanes
        even = self.hot_lanes + ((u - self.hot) / (1.0 - self.hot) * rest).astype(np.int64)
        if not self.hot:
            return even
        return np.where(u < self.hot, (u / self.hot * self.hot_lanes).astype(np.int64), even)


@dataclass(frozen=True)
class Feeder:
    """An inbound arrow of a stage.

    Attributes:
        delays: Times between leaving the source and arriving here.
        absorbed: The caller's own time held the service already.
        refuse: What finds no place or no token gets an error; else it waits.
        tries: Deliveries before an event is given up.
        again_s: Time until the next delivery, from the start of the last one where `from_start`.
        retried: Whether a failed event comes again at all (a caller gets the error instead).
        response: A synchronous caller of a producer gets its answer here.
        grouped: Events come in groups of equal times: the files of a buffer.
        per_call: Events carried by one request where the sender fills batches itself.
        places: Requests of one lane of this arrow that are served at once; 0 sets no limit.
        nested: Somebody keeps a place while calls on this arrow last, and waits for their end.
        joins: Batches grow up to their full size while they wait for a place, as polled ones do.
        ordered: Each lane hands on its next events when the last ones are done with: what failed
            comes again before anything behind it.
        mixes: A request takes events of several lanes (of groups), if one has too few.
    """

    edge: int
    op: str
    delays: tuple[Law, ...] = ()
    batch: Batch | None = None
    buckets: tuple[Bucket, ...] = ()
    absorbed: bool = False
    refuse: bool = False
    tries: float = 1.0
    again_s: float = 0.0
    from_start: bool = False
    retried: bool = False
    response: bool = False
    grouped: bool = False
    per_call: float = 1.0
    places: int = 0
    joins: bool = False
    ordered: bool = False
    mixes: bool = False
    nested: bool = False
    lost: tuple[Route, ...] = ()

    @property
    def lanes(self) -> int:
        """Over how many lanes its requests are spread, each with `places` of its own."""
        return self.batch.lanes if self.batch is not None else 1

    @property
    def gathers(self) -> bool:
        """Whether events wait for the others of their batch before they stand in line."""
        batch = self.batch
        return batch is not None and not (self.ordered and batch.window_s <= 0.0)


@dataclass(frozen=True)
class Route:
    """An outgoing arrow of a stage.

    Attributes:
        stage, feeder: Where it leads, as indices into the plan.
        copies: Events passed per event, filters included; below 1 with that chance.
        low, high: Interval of the stage's own draw that chooses among split arrows.
        ops: Operations that it reacts to; None is all.
        at_start: Leaves at this many laws after the start, instead of at the end.
        before_end: Index of the call whose time is taken off the end (with `at_start`).
    """

    edge: int
    stage: int
    feeder: int
    copies: float = 1.0
    low: float = 0.0
    high: float = 1.0
    ops: frozenset[str] | None = None
    per_request: bool = False
    buffered: bool = False
    at_start: bool = False
    call: int = -1
    offset: Law | None = None


@dataclass(frozen=True)
class Call:
    """A call that the stage makes and waits for: its time, and how often per event.

    Attributes:
        once: It carries the whole batch.
        nested: It is waited for as long as it takes: its laws are empty.
        until_done: Its answer comes at the end of what was called, not at its start.
        faults: What goes wrong at a callee whose time is drawn here.
    """

    edge: int
    laws: tuple[Law, ...]
    times: float
    once: bool = False
    nested: bool = False
    until_done: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Arrivals:
    """Events a producer makes: a rate that is constant between breakpoints.

    Attributes:
        starts: Beginning of each stretch in seconds, the first 0.
        rates: Events per second in it.
        law: "poisson" or "constant".
        times: Recorded arrival times; then the rates count for nothing.
        period_s: After this time the rates begin again.
    """

    starts: tuple[float, ...]
    rates: tuple[float, ...]
    law: str = "poisson"
    times: tuple[float, ...] | None = None
    period_s: float = 86_400.0


@dataclass(frozen=True)
class Fault:
    """What goes wrong at a stage between two times.

    Attributes:
        stopped: It takes nothing.
        error: Share of the events that fail instead of the drawn one; negative keeps it.
        slower: Its times are this many times as long.
        places: Share of the places that are left.
    """

    begin_s: float
    end_s: float
    stopped: bool = False
    error: float = -1.0
    slower: float = 1.0
    places: float = 1.0


@dataclass(frozen=True)
class Stage:
    """One node as both engines run it.

    Attributes:
        pause_s: Least time after which a failed event comes again: what comes again within the
            stage allows it no longer windows.
    """

    node: int
    name: str
    id: str
    arrivals: Arrivals | None
    feeders: tuple[Feeder, ...]
    buckets: tuple[Bucket, ...]
    pool: Pool | None
    service: Law
    answer: Law | None
    per_event_s: float
    extra: tuple[Law, ...]
    calls: tuple[Call, ...]
    holds: tuple[Law, ...]
    buffer_kib: float
    buffer_s: float
    record_kib: float
    record_sigma: float
    error: float
    routes: tuple[Route, ...]
    faults: tuple[Fault, ...] = ()
    poison_at_s: tuple[float, ...] = ()
    program: Program | None = None
    tasks: Mapping[str, tuple[TaskCall, ...]] = field(default_factory=dict)
    pause_s: float = FOREVER

    @property
    def leaf(self) -> bool:
        """Whether events end here when all is well."""
        return not self.routes

    @property
    def own_buckets(self) -> tuple[Bucket, ...]:
        """All that requests meet here, of the stage first, then of each arrow."""
        return (*self.buckets, *(b for f in self.feeders for b in f.buckets))

    @property
    def in_lanes(self) -> bool:
        """Whether arrows have places of their own within the pool, or batches that grow in line."""
        return self.pool is not None and any(f.places or f.joins for f in self.feeders)

    @property
    def ordered(self) -> bool:
        """Whether some of its lanes keep an order."""
        return any(f.ordered for f in self.feeders)


@dataclass(frozen=True)
class Shared:
    """Places or a rate of the account that several stages draw from, and may use up together.

    Attributes:
        title: What the limit is called.
        places: At most in progress; of a rate, requests that may find no token (none).
        stages: Indices of the stages.
        rate_per_s: Of a rate, its tokens in a second.
    """

    name: str
    title: str
    places: int
    stages: tuple[int, ...]
    rate_per_s: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A whole simulation, ready to run.

    Attributes:
        order: Stages sources first; a route to an earlier stage closes a loop.
        lookahead_s: Least delay around any loop of several stages; inf without loops.
        blockers: Why sample paths cannot run this and events must, in words.
        notes: What was simplified.
        shared: Pools of the account that are watched.
        waits: Why calls should be followed while their callers keep a place, in words.
        drawn: The same of calls whose times are drawn all the same, as if nothing were full.
    """

    stages: tuple[Stage, ...]
    order: tuple[int, ...]
    lookahead_s: float
    events_per_s: float
    blockers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shared: tuple[Shared, ...] = ()
    waits: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
