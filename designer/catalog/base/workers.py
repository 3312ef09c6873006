"""Workers on servers that fetch messages from a queue by themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

from .fields import quantity, ratio
from .findings import Finding, Rule, Severity
from .flow import Excess, Hop, Kind, Mechanism, number
from .limits import Context, Source
from .resources import Grant, Link
from .service import Connection, EdgeView, Service, latency_fields, latency_item

SQS_POLLING = Source(
    "SQS Developer Guide, short and long polling",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html",
    "2026-11-21",
)
SQS_VISIBILITY = Source(
    "SQS Developer Guide, visibility timeout",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html",
    "2026-11-21",
)
QUEUE_ACTIONS = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
)
RECEIVE_MAX = 10  # Messages per receive call: quota of SQS.

WORKER_VISIBILITY = Rule(
    "worker-visibility-below-work",
    Severity.ERROR,
    "Visibility timeout below the time of the work",
    "A message becomes visible again while a worker still works on it, and is processed twice.",
    SQS_VISIBILITY,
)
WORKER_SHORT_POLLING = Rule(
    "worker-short-polling",
    Severity.WARNING,
    "Workers poll without waiting",
    "A receive with a wait of 0 s returns empty at once and is asked again; each one is billed.",
    SQS_POLLING,
)
_P50, _P99 = latency_fields(
    16.2, 105, "from sending until a worker that waits gets the message", SQS_POLLING
)


class WorkerPoll(Connection):
    """Workers on servers fetch messages from a queue (subclasses name the servers)."""

    type: str
    title: ClassVar = "Workers poll"
    summary: ClassVar = "Workers fetch messages by long polling, work them off and delete them."
    sources: ClassVar = frozenset({"sqs_queue"})
    docs_url: ClassVar = SQS_POLLING.url
    rules: ClassVar = (WORKER_VISIBILITY, WORKER_SHORT_POLLING)

    batch_size: int = quantity(
        "messages",
        10,
        "Most messages of one receive call.",
        ge=1,
        le=RECEIVE_MAX,
        source=SQS_POLLING,
    )
    wait_s: float = quantity(
        "s", 20, "Long polling: how long a receive waits for messages.", ge=0, le=20
    )
    share: float | None = ratio(
        None,
        "Part of the messages that these workers get; empty shares equally.",
        title="Share of messages",
        group="Behaviour",
        gt=0,
    )
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        servers = target.station(ctx).servers
        receivers = servers.least * servers.slots if servers else 1.0
        return Hop(
            Mechanism.POLL,
            split=True,
            share=self.share,
            op="message",
            batch_max=self.batch_size,
            latency=(
                latency_item(
                    Kind.POLL,
                    "Receive",
                    self.latency_p50_ms,
                    self.latency_p99_ms,
                    SQS_POLLING,
                ),
            ),
            retry_wait_s=float(getattr(source, "visibility_timeout_s", 30.0)),
            attempts_max=math.inf,
            excess=Excess.HOLD,
            payload_kib=getattr(source, "handed_kib", None),
            pollers=receivers,
            # A receive that does not wait comes back after the time of a call.
            poll_wait_s=self.wait_s or 0.015,
            groups=float(getattr(source, "groups", 0.0)),
        )

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        visibility_s = float(getattr(view.source, "visibility_timeout_s", 0))
        work_s = float(getattr(view.target, "duration_ms", 0.0)) / 1000 * self.batch_size
        if visibility_s < work_s:
            yield WORKER_VISIBILITY.found(
                f"{view.source_name} hides a message {number(visibility_s)} s; "
                f"{self.batch_size} messages take {view.target_name} {number(work_s)} s and more.",
                f"Raise the visibility timeout of {view.source_name}, or fetch fewer at a time.",
                field="source.visibility_timeout_s",
                value=min(43_200.0, math.ceil(3 * work_s)),
            )
        if self.wait_s < 1:
            yield WORKER_SHORT_POLLING.found(
                f"Workers of {view.target_name} ask {view.source_name} without waiting.",
                "Set the wait to 20 s.",
                field="wait_s",
                value=20,
            )

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", QUEUE_ACTIONS, (link.source.arn,))
        payloads = link.source.service.access(link.source.logical_id, "payload")
        if "s3:GetObject" in payloads.actions:
            yield Grant("target", payloads.actions, payloads.resources)
