"""How a resource treats the flow: stations (nodes), hops (edges), laws of time, usage.

A declaration, not a computation: the flow solver and the simulator both read it.

Words: an *event* is one message, record or call of a producer; a *request* is one delivery, that
is, one batch of events; an *answer* is what a synchronous caller waits for.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .limits import Limit, Source

Z99 = 2.3263478740408408  # 99th percentile of the standard normal law.


class Role(StrEnum):
    PRODUCER = "producer"
    ROUTER = "router"
    CONSUMER = "consumer"
    STORE = "store"


# ---- Laws of time ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Constant:
    """Always the same time."""

    value_s: float

    @property
    def mean_s(self) -> float:
        return self.value_s


@dataclass(frozen=True)
class Uniform:
    """Equally likely anywhere between two times: the wait for a timer that runs anyway."""

    low_s: float
    high_s: float

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.high_s) / 2


@dataclass(frozen=True)
class Gathering:
    """Wait in a gathering that ends a fixed time after its first member came.

    The first waits all of it, the others anything up to it.

    Attributes:
        first_ratio: Share of the members that come first.
    """

    high_s: float
    first_ratio: float

    @property
    def mean_s(self) -> float:
        return self.high_s * (1 + self.first_ratio) / 2


@dataclass(frozen=True)
class Exponential:
    """Memoryless time with a mean."""

    mean_s: float


@dataclass(frozen=True)
class Lognormal:
    """Time known by its median and its 99th percentile."""

    p50_s: float
    p99_s: float

    @functools.cached_property
    def sigma(self) -> float:
        if self.p50_s <= 0 or self.p99_s <= self.p50_s:
            return 0.0
        return math.log(self.p99_s / self.p50_s) / Z99

    @functools.cached_property
    def mean_s(self) -> float:
        return self.p50_s * math.exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class Maybe:
    """A time that only a share of the events meets; zero for the others."""

    share_ratio: float
    law: Constant | Uniform | Gathering | Exponential | Lognormal

    @functools.cached_property
    def mean_s(self) -> float:
        return self.share_ratio * self.law.mean_s


Law = Constant | Uniform | Gathering | Exponential | Lognormal | Maybe


def law_of_mean(mean_s: float, kind: str, tail: float = 3.0) -> Law:
    """Return a time with this mean: "constant", "exponential", or lognormal.

    Args:
        tail: 99th percentile over median of the lognormal time.
    """
    if kind == "constant":
        return Constant(mean_s)
    if kind == "exponential":
        return Exponential(mean_s)
    unit = Lognormal(1.0, tail)
    p50_s = mean_s / unit.mean_s
    return Lognormal(p50_s, tail * p50_s)


class Kind(StrEnum):
    """What a stretch of latency is made of."""

    SERVICE = "service"
    COLD = "cold start"
    WAIT = "wait"
    WINDOW = "batch window"
    BUFFER = "buffer"
    POLL = "poll"
    HOLD = "hold"
    NETWORK = "network"
    RETRY = "retry"


@dataclass(frozen=True)
class Item:
    """One line of a latency: a named time with its law."""

    kind: Kind
    label: str
    law: Law
    source: Source | None = None
    assumed: bool = False


# ---- Stations -------------------------------------------------------------------------------


class Per(StrEnum):
    """What a cap counts."""

    EVENT = "event"  # events per second
    REQUEST = "request"  # requests per second
    KIB = "kib"  # KiB per second
    UNIT = "unit"  # ceil(size / unit_kib) units per event, per second
    BUSY = "busy"  # requests in progress: rate times time (Little's law)
    HELD = "held"  # events in progress: each of a batch counts


@dataclass(frozen=True)
class Cap:
    """A rate or a concurrency that a station cannot exceed.

    Attributes:
        value: The cap in the unit of `per`.
        ops: Kinds of operation it counts; None counts all.
        pool: Name of an account-wide pool that several nodes draw from; None is the node's own.
        share: Part of the load that falls on what is capped: one shard of a stream.
        meets: Share of the events that meet such a cap; what is over is cut from these only.
        over_day: It counts the mean over the day: an allowance of a day or longer.
    """

    limit: Limit
    per: Per
    value: float
    ops: frozenset[str] | None = None
    unit_kib: float = 1.0
    pool: str | None = None
    share: float = 1.0
    meets: float = 1.0
    over_day: bool = False


@dataclass(frozen=True)
class Buffer:
    """Events are kept until a size or an age is reached, whichever comes first.

    Attributes:
        record_sigma: Spread of the records' sizes (of a lognormal law); 0 is all the same.
    """

    size_kib: float
    interval_s: float
    record_sigma: float = 0.0


@dataclass(frozen=True)
class Environments:
    """Execution environments: made when none is idle, kept for a while, then gone.

    Attributes:
        idle_s: How long an idle one is kept.
        provisioned: How many are always there and warm.
        starts_per_s, starts_burst: How many may start, as a token bucket.
    """

    idle_s: float
    provisioned: int = 0
    starts_per_s: float = math.inf
    starts_burst: float = math.inf


@dataclass(frozen=True)
class Pulse:
    """A rate that is higher at the end of every period; the mean stays.

    Attributes:
        factor: The rate then, over the rate before.
        every_s: Length of a period.
        for_s: How long it is higher.
    """

    factor: float
    every_s: float
    for_s: float


@dataclass(frozen=True)
class Servers:
    """Machines that run whether or not requests come; more of them run under load.

    Requests that find all slots busy wait in line, instead of being refused as by a function.

    Attributes:
        least: How many always run.
        most: How many run at most.
        slots: Requests in progress on one of them.
        target_ratio: Share of the slots that scaling keeps busy.
        backlog: Messages per server that scaling lets stand in the queue; None scales on load.
        unit: What one is called: "tasks", "instances".
    """

    least: float
    most: float
    slots: float
    target_ratio: float = 1.0
    backlog: float | None = None
    unit: str = "servers"


@dataclass(frozen=True)
class Closed:
    """Users who each wait for an answer and think before they ask again.

    Attributes:
        users: How many there are, by hour of the day (1 or 24 values).
        think_s: Mean time from an answer to the next call.
    """

    users: tuple[float, ...]
    think_s: float


@dataclass(frozen=True)
class Step:
    """One state of a workflow, as a simulation goes through it.

    Attributes:
        own: Time of the state itself before anything else: the transition, a wait.
        lasts: Time from its call to its end where that is known; None is the call's own time.
        task: Name of the call that it makes and waits for; None makes none.
        ways: (share, index of the next state); what is left ends the run.
        branches: Programs that run side by side (Parallel), or the one of each item (Map).
        items, at_once: Items of a Map, and how many run at a time.
        error: Share of the attempts that fail.
        retries: Waits before the further attempts, in seconds.
        caught: Index of the state that takes what failed for good; None ends the run.
        fails: The run ends here as failed.
    """

    own: Law = Constant(0.0)
    lasts: Law | None = None
    task: str | None = None
    ways: tuple[tuple[float, int], ...] = ()
    branches: tuple[Program, ...] = ()
    items: float = 1.0
    at_once: float = math.inf
    error: float = 0.0
    retries: tuple[float, ...] = ()
    caught: int | None = None
    fails: bool = False


@dataclass(frozen=True)
class Program:
    """A workflow: its steps, of which the first is where it starts.

    Attributes:
        start: From the request to the first step.
    """

    steps: tuple[Step, ...]
    start: Law = Constant(0.0)


@dataclass(frozen=True)
class Station:
    """What a node does to the requests that reach it.

    Attributes:
        service: Time to serve one request, without the calls it waits for.
        answer: What a synchronous caller waits for, where that is not the whole service.
        per_event_s: Further time for each event of a batch after the first.
        caps: Rates and concurrency it cannot exceed.
        holds: Times that every event is kept, whatever the load.
        buffer: Where events are gathered before they go on.
        cold: Start-up time that a share of the requests meets.
        error_ratio: Share of the requests that fail.
        timeout_s: A synchronous caller gets an error after this time.
        sources: Events per second that it produces by itself, by hour of the day (1 or 24 values).
        scales: Whether the workload's scale multiplies `sources`.
        servers: The machines behind `caps`, where they exist before the requests do.
        drains: Caps on what all who poll it have at a time, together.
        closed: Who calls, where a slow answer slows the calls; then `sources` is found by solving.
        environments: What is behind `cold`, for the simulation.
        pulse: How `sources` swings within the hour, for the simulation.
        program: The steps behind the service of a workflow, for the simulation.
    """

    service: Law = Constant(0.0)
    answer: Law | None = None
    per_event_s: float = 0.0
    caps: tuple[Cap, ...] = ()
    holds: tuple[Item, ...] = ()
    buffer: Buffer | None = None
    cold: Maybe | None = None
    error_ratio: float = 0.0
    timeout_s: float | None = None
    sources: tuple[float, ...] = ()
    payload_kib: float = 1.0
    scales: bool = True
    servers: Servers | None = None
    closed: Closed | None = None
    drains: tuple[Cap, ...] = ()
    environments: Environments | None = None
    pulse: Pulse | None = None
    program: Program | None = None
    service_label: str = "Service time"
    service_source: Source | None = None
    service_assumed: bool = True


# ---- Hops -----------------------------------------------------------------------------------


class Mechanism(StrEnum):
    CALL = "call"  # the source calls an API of the target
    PUSH = "push"  # AWS delivers to the target, asynchronously
    POLL = "poll"  # the target fetches from the source
    SCHEDULE = "schedule"  # a timer starts the target
    FAILURE = "failure"  # what could not be handled


class Waits(StrEnum):
    """What the source waits for before it goes on."""

    ANSWER = "answer"
    ACCEPT = "accept"
    NOTHING = "nothing"


class Excess(StrEnum):
    """What happens to what the target cannot take."""

    REFUSE = "refuse"  # the sender gets an error (429, ThrottlingException)
    HOLD = "hold"  # it stays in the source; a backlog grows
    RETRY = "retry"  # AWS tries again until the event is too old


class Outcome(StrEnum):
    """Which of a node's events an edge carries."""

    SUCCESS = "success"
    FAILURE = "failure"  # asynchronous events given up by the source node
    DEAD = "dead"  # messages that were given up on the way out of the source


@dataclass(frozen=True)
class Hop:
    """What an edge does to the events it carries.

    Attributes:
        ratio: Events passed for each event of the source (filters, calls per event).
        split: The source's events are shared among its split edges instead of copied to each.
        share: This edge's part when `split`; None takes an equal part of what is left.
        op: What the event is for the target ("event", "read", "write", ...).
        reacts_to: Operations on the source that make it emit; None is all.
        batch_max: Most events in one request.
        batch_fixed: The sender always fills batches (a library call); else they fill by time.
        batch_window_s: How long a batch may wait for its first event's company.
        payload_kib: Size of an event on this edge; None keeps the size that came in.
        payload_factor: Size on this edge over the size that came in (compression).
        per_request: One event per request (file) of the source instead of per event.
        buffered: Batches are filled by the source station's buffer.
        accept: What the source waits for when `waits` is ACCEPT.
        latency: From leaving the source to starting at the target.
        attempts_max: Deliveries of an event before it is given up; inf tries until it is too old.
            On a redrive: receives before the message is moved.
        retry_wait_s: Mean time between two deliveries of one event.
        caps: Caps of the edge itself, counted on its requests at the target.
        pollers: Pollers that ask the source even when it is empty.
        poll_wait_s: How long an empty poll waits (long polling).
        task: Name of the step of the source that makes the call (a workflow state).
        until_done: The caller waits for the end of the work, not only for the answer.
        dead_letters: What is given up here goes to the source's dead-letter queue, as what is
            polled from a queue always does.
        lanes: Batches fill apart in this many lanes (shards, times batches at a time per shard).
        read_every_s: Each lane is read at this interval, and what is there is one batch.
        hot: Share of the events on the busiest shard, and the lanes that it has; None is even.
    """

    mechanism: Mechanism
    waits: Waits = Waits.NOTHING
    ratio: float = 1.0
    split: bool = False
    share: float | None = None
    op: str = "event"
    reacts_to: frozenset[str] | None = None
    outcome: Outcome = Outcome.SUCCESS
    batch_max: float = 1.0
    batch_fixed: bool = False
    batch_window_s: float = 0.0
    batch_kib_max: float = math.inf
    payload_kib: float | None = None
    payload_factor: float = 1.0
    buffered: bool = False
    per_request: bool = False
    accept: Item | None = None
    latency: tuple[Item, ...] = ()
    attempts_max: float = 1.0
    retry_wait_s: float = 0.0
    excess: Excess = Excess.REFUSE
    caps: tuple[Cap, ...] = ()
    pollers: float = 0.0
    poll_wait_s: float = 20.0
    task: str | None = None
    until_done: bool = False
    dead_letters: bool = False
    lanes: float = 1.0
    read_every_s: float = 0.0
    hot: tuple[float, float] | None = None

    @property
    def dies(self) -> bool:
        """Whether what is given up here is dead letters of the source."""
        return self.mechanism is Mechanism.POLL or self.dead_letters


@dataclass(frozen=True)
class CallWait:
    """One kind of call that a node makes and waits for.

    Attributes:
        calls: Calls per request of the caller.
        answer_s: Mean time until the answer, in seconds.
        task: Step of the caller that makes it, where the caller is a workflow.
        error_ratio: Share of the calls that fail.
    """

    edge: str
    calls: float
    answer_s: float
    task: str | None = None
    error_ratio: float = 0.0


# ---- What the solver found, as a room sees it -------------------------------------------------


@dataclass(frozen=True)
class EdgeFlow:
    """Mean traffic of one edge over the month, after caps.

    Attributes:
        events_per_s: Events handled.
        requests_per_s: Requests made, deliveries again included.
        attempts: Deliveries per event.
        passed_ratio: Events passed per event of the source: below 1, a filter dropped the rest.
        denied_ratio: Share of the source's events that the arrow's guard turns away.
    """

    edge: str
    peer: str
    peer_type: str
    op: str
    mechanism: Mechanism
    events_per_s: float
    offered_per_s: float
    requests_per_s: float
    size_kib: float
    batch: float
    attempts: float
    throttled_per_s: float = 0.0
    pollers: float = 0.0
    poll_wait_s: float = 20.0
    passed_ratio: float = 1.0
    denied_ratio: float = 0.0

    @property
    def request_kib(self) -> float:
        """Payload of one request, in KiB."""
        return self.size_kib * self.batch


@dataclass(frozen=True)
class NodeFlow:
    """Mean traffic of one node over the month.

    Attributes:
        service_s: Mean time of one request, the calls it waits for included.
        busy: Mean number of requests in progress.
        servers: Mean number of servers that run, where the station has servers.
        measures: Further figures of the room itself (transitions of a workflow, ...).
        requests_by_hour, busy_by_hour: The same by hour of the day (1 or 24 values).
    """

    node: str
    inbound: tuple[EdgeFlow, ...]
    outbound: tuple[EdgeFlow, ...]
    events_per_s: float
    requests_per_s: float
    size_kib: float
    service_s: float
    busy: float
    measures: Mapping[str, float] = field(default_factory=dict)
    requests_by_hour: tuple[float, ...] = ()
    busy_by_hour: tuple[float, ...] = ()
    servers: float = 0.0

    @property
    def denied_ratio(self) -> float:
        """Share of the events that an authorizer turns away."""
        return max((edge.denied_ratio for edge in self.outbound), default=0.0)

    def ins(self, *ops: str) -> tuple[EdgeFlow, ...]:
        """Return the inbound edges of some operations; without a name, all."""
        return tuple(e for e in self.inbound if not ops or e.op in ops)


@dataclass(frozen=True)
class Usage:
    """A metered quantity of one month.

    Attributes:
        meter: Key in the price book.
        quantity: In `unit`.
        unit: The price book's unit, word for word.
        formula: Where the quantity comes from, with its numbers, for people.
        allowed: Whether the meter's free allowance covers it.
        least: The meter's quantity in the whole design is billed as at least this (a commitment).
        with_meters: Meters whose quantities count towards `least` too.
    """

    meter: str
    quantity: float
    unit: str
    formula: str
    allowed: bool = True
    least: float = 0.0
    with_meters: tuple[str, ...] = ()


def expm1(value: float) -> float:
    """Return exp(value) − 1, also of a figure over many scenarios, which knows its own."""
    own = getattr(value, "expm1", None)
    return float(math.expm1(value)) if own is None else own()


def chunks(size_kib: float, of_kib: float) -> int:
    """Return how many billed chunks a payload is: every started chunk counts, at least one.

    >>> chunks(1, 64), chunks(64, 64), chunks(64.1, 64)
    (1, 1, 2)
    """
    return max(1, math.ceil(round(size_kib / of_kib, 9)))


def number(value: float) -> str:
    """Return a number for a formula: thousands apart, no noise digits.

    >>> number(2628000.0), number(0.25), number(1234.5678)
    ('2,628,000', '0.25', '1,234.57')
    """
    if not isinstance(value, int | float):
        return f"{value}"  # Of many scenarios at once: no one text says them.
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        shown = f"{value:,.2f}"
    else:
        shown = f"{value:.6g}"
        if "e" in shown:
            return shown
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def monthly(meter: str, unit: str, per_s: float, month_s: float, origin: str) -> Usage:
    """Return the usage of a meter that runs at a mean rate, with its formula."""
    formula = f"{origin}: {number(per_s)}/s × {number(month_s)} s"
    return Usage(meter, per_s * month_s, unit, formula)
