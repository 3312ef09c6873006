"""What an edge does to the flow: its mechanism, what the source waits for, where excess goes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from .laws import Item
from .stations import Cap


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
        groups: Events are handed out in order within each of so many groups, the next when the last
            is done with: one that failed holds back its group. 0 knows no order.
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
    groups: float = 0.0

    @property
    def dies(self) -> bool:
        """Whether what is given up here is dead letters of the source."""
        return self.mechanism is Mechanism.POLL or self.dead_letters
