"""The one shape of an API call, for every room whose code calls others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .fields import choice, quantity
from .findings import Rule
from .flow import Excess, Hop, Mechanism, Waits
from .limits import Context
from .resources import Grant, Link
from .service import Connection, Service

# Types that can be read as well as written.
READABLE = frozenset({"s3_bucket", "dynamodb_table", "opensearch_domain"})

# Most entries of one batch call, by target. Quotas of each service.
BATCH_MAX = {
    "sqs_queue": 10,
    "sns_topic": 10,
    "events_bus": 10,
    "firehose_stream": 500,
    "kinesis_stream": 500,
    "cloudwatch_metrics": 1_000,
    "cloudwatch_log_group": 10_000,
    "opensearch_domain": 500,  # A bulk request: bounded by its size, not by AWS.
}


class ApiCall(Connection):
    """Code calls the target's API and waits for the answer (subclasses name the caller)."""

    type: str
    rules: ClassVar[tuple[Rule, ...]] = ()

    operation: Literal["write", "read"] = choice(
        "write",
        "Whether the call writes (sends, starts, puts) or reads (gets, loads a page).",
        titles={"write": "Write, send or start", "read": "Read"},
    )
    calls_per_event: float = quantity(
        "events",
        1.0,
        "Events sent for each event handled; below 1 when only a share leads to a call.",
        title="Events per event",
        gt=0,
        le=10_000,
    )
    batch_size: int = quantity(
        "events",
        1,
        "Events put into one call (SendMessageBatch, PutEvents, PutRecords).",
        title="Events per call",
        ge=1,
        le=500,
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size of one event; empty keeps the size that came in.",
        title="Payload",
        gt=0,
        le=102_400,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=self.calls_per_event,
            op=self.operation,
            batch_max=self.batch_size,
            batch_fixed=True,
            payload_kib=self.payload_kib,
            excess=Excess.REFUSE,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, self.operation)
        if access.actions:  # A load balancer asks for none.
            yield Grant("source", access.actions, access.resources)

    def refusal(self, source: Service, target: Service) -> str | None:
        if self.operation == "read" and target.type not in READABLE:
            return f"{target.title} is not read by a call: set the operation to write."
        most = BATCH_MAX.get(target.type, 1)
        if self.batch_size > most:
            return (
                f"{self.batch_size} events per call: {target.title} takes at most {most} "
                f"in one call; set {most} or less."
            )
        return None
