"""What the solver found, as a room sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .hops import Mechanism


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
