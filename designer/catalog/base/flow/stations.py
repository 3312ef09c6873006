"""What a node does to the flow: its role, and what a station holds, caps and runs on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from ..limits import Limit, Source
from .laws import NO_TIME, Item, Law, Maybe


class Role(StrEnum):
    PRODUCER = "producer"
    ROUTER = "router"
    CONSUMER = "consumer"
    STORE = "store"


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

    own: Law = NO_TIME
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
    start: Law = NO_TIME


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

    service: Law = NO_TIME
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
