"""The room of AWS::SQS::Queue."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Access,
    Address,
    Cap,
    Connection,
    Constant,
    Context,
    EdgeFlow,
    Finding,
    Hop,
    Item,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Outcome,
    Patch,
    Per,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    choice,
    chunks,
    flag,
    monthly,
    number,
    quantity,
    ref,
)
from . import export

QUOTAS = Source(
    "SQS Developer Guide, message quotas",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html",
    "2026-11-21",
)
DLQ_DOCS = Source(
    "SQS Developer Guide, dead-letter queues",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    "2026-11-21",
)
POLLING_DOCS = Source(
    "SQS Developer Guide, short and long polling",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html",
    "2026-11-21",
)

FIFO_CALLS = Limit(
    "sqs.fifo_api_tps",
    "FIFO API calls",
    300,
    "calls/s",
    QUOTAS,
    adjustable=False,
    note="Per action (send, receive, delete); 3,000 messages/s in batches of ten.",
)
FIFO_HIGH_CALLS = Limit(
    "sqs.fifo_ht_tps",
    "FIFO API calls, high throughput",
    2_400,
    "calls/s",
    QUOTAS,
    adjustable=True,
    by_region={
        "us-east-1": 70_000,
        "eu-west-1": 70_000,
        "eu-central-1": 19_000,
        "ap-southeast-2": 9_000,
        "ap-northeast-1": 9_000,
        "sa-east-1": 4_500,
    },
    note="Needs many message groups: one group stays at 300 calls/s.",
)
MESSAGE_MAX = Limit(
    "sqs.max_message_bytes",
    "Largest message",
    1024,
    "KiB",
    QUOTAS,
    note="Raised from 256 KiB in August 2025; older queues keep their configured 256 KiB.",
)
RETENTION_MAX = Limit("sqs.retention_max", "Longest retention", 1_209_600, "s", QUOTAS)
VISIBILITY_MAX = Limit("sqs.visibility_max", "Longest visibility timeout", 43_200, "s", QUOTAS)
DELAY_MAX = Limit("sqs.delay_max", "Longest delay", 900, "s", QUOTAS)
IN_FLIGHT = Limit(
    "sqs.inflight",
    "Messages in flight",
    120_000,
    "messages",
    QUOTAS,
    note="FIFO queues had 20,000 until November 2024.",
)
CALL_MESSAGES = 10  # Messages per send, receive or delete call: QUOTAS.
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of a request's payload is one request.
SEND_P50_S, SEND_P99_S = 0.012, 0.060  # Assumption: typical API call 10-20 ms, tens of ms worst.

FIFO_CAPPED = Rule(
    "sqs-fifo-throughput",
    Severity.ERROR,
    "FIFO queue refuses messages",
    "A FIFO queue takes a limited number of API calls per second and throttles the rest: the "
    "sender gets an error, nothing is stored.",
    QUOTAS,
)
PAYLOAD = Rule(
    "sqs-payload-over-limit",
    Severity.ERROR,
    "Message larger than the queue takes",
    "SQS refuses a message over the maximum size.",
    QUOTAS,
)
NO_CONSUMER = Rule(
    "sqs-no-consumer",
    Severity.WARNING,
    "Nothing reads the queue",
    "Messages are stored until the retention ends, then they are gone.",
    DLQ_DOCS,
)
DEAD_LETTERS_PILE_UP = Rule(
    "sqs-dead-letters-unread",
    Severity.NOTE,
    "Dead letters wait for somebody",
    "A dead-letter queue without a reader needs an alarm and a redrive by hand.",
    DLQ_DOCS,
)
NO_DEAD_LETTERS = Rule(
    "sqs-no-dead-letter-queue",
    Severity.WARNING,
    "No dead-letter queue",
    "A message that always fails comes back until its retention ends and is paid for each time.",
    DLQ_DOCS,
)
DLQ_RETENTION = Rule(
    "sqs-dlq-retention-shorter",
    Severity.WARNING,
    "Dead letters expire early",
    "On a standard queue a dead letter keeps its original enqueue time, so a dead-letter queue "
    "with the shorter retention deletes it before anyone looks.",
    DLQ_DOCS,
)


class SqsQueue(Service):
    type: Literal["sqs_queue"] = "sqs_queue"
    title: ClassVar = "SQS queue"
    aliases: ClassVar = ("queue", "sqs", "fifo", "dlq", "dead-letter queue", "buffer")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Keeps messages until a consumer fetches them."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/sqs/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::SQS::Queue"
    id_base: ClassVar = "queue"
    limits: ClassVar = (
        FIFO_CALLS,
        FIFO_HIGH_CALLS,
        MESSAGE_MAX,
        RETENTION_MAX,
        VISIBILITY_MAX,
        DELAY_MAX,
        IN_FLIGHT,
    )
    rules: ClassVar = (
        FIFO_CAPPED,
        PAYLOAD,
        NO_CONSUMER,
        DEAD_LETTERS_PILE_UP,
        NO_DEAD_LETTERS,
    )

    fifo: bool = flag(False, "Ordered per message group and without duplicates.", title="FIFO")
    high_throughput: bool = flag(
        False, "Throughput limit per message group instead of per queue.", show_if=("fifo", True)
    )
    message_groups: int = quantity(
        "groups",
        100,
        "Distinct message groups active at the same time; each is handled in order.",
        ge=1,
        le=1_000_000,
        assumed=True,
        show_if=("fifo", True),
    )
    visibility_timeout_s: float = quantity(
        "s",
        30,
        "How long a fetched message is hidden from other consumers.",
        ge=0,
        le=43_200,
        source=QUOTAS,
    )
    delay_s: float = quantity(
        "s",
        0,
        "How long every message stays hidden before its first delivery.",
        title="Delay",
        ge=0,
        le=900,
        source=QUOTAS,
    )
    retention_s: float = quantity(
        "s",
        345_600,
        "How long an unread message is kept.",
        title="Retention",
        ge=60,
        le=1_209_600,
        source=QUOTAS,
    )
    receive_wait_s: float = quantity(
        "s",
        0,
        "Long-polling time of consumers that do not state their own (Lambda states 20 s).",
        title="Receive wait",
        ge=0,
        le=20,
        source=POLLING_DOCS,
    )
    max_message_kib: float = quantity(
        "KiB",
        1024,
        "Largest message the queue takes.",
        title="Largest message",
        ge=1,
        le=1024,
        source=QUOTAS,
    )
    fair: bool = flag(
        False,
        "Senders name a message group (a tenant), so that a busy tenant does not delay the others; "
        "each such send has a surcharge. Rules, topics and pipes name no group.",
        title="Fair queue",
        show_if=("fifo", False),
    )
    alarm: bool = flag(
        False,
        "A CloudWatch alarm that rings as soon as a message waits: made for dead-letter queues.",
        title="Alarm",
        group="Monitoring",
    )
    encryption: Literal["sqs", "none"] = choice(
        "sqs",
        "Encryption at rest.",
        titles={"sqs": "SQS-managed keys", "none": "None"},
        group="Security",
    )

    def station(self, ctx: Context) -> Station:
        caps: tuple[Cap, ...] = ()
        if self.fifo:
            limit = FIFO_HIGH_CALLS if self.high_throughput else FIFO_CALLS
            calls_per_s = ctx.value(limit)
            if self.high_throughput:
                calls_per_s = min(calls_per_s, FIFO_CALLS.value * self.message_groups)
            caps = (Cap(limit, Per.REQUEST, calls_per_s),)
        holds: tuple[Item, ...] = ()
        if self.delay_s:
            holds = (Item(Kind.HOLD, "Queue delay", Constant(self.delay_s), QUOTAS),)
        return Station(
            service=Lognormal(SEND_P50_S, SEND_P99_S),
            service_label="SendMessage call",
            caps=caps,
            holds=holds,
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        meter = "sqs.requests.fifo" if self.fifo else "sqs.requests.standard"

        def requests(per_s: float, payload_kib: float, what: str) -> Usage:
            billed = chunks(payload_kib, BILLED_KIB)
            origin = f"{what}, {billed} × 64 KiB each" if billed > 1 else what
            return monthly(meter, "request", per_s * billed, ctx.month_s, origin)

        for edge in flow.inbound:
            yield requests(edge.requests_per_s, edge.request_kib, f"Sends from {edge.peer}")
            if self.fair and not self.fifo and edge.mechanism is Mechanism.CALL:
                per_s = edge.requests_per_s * chunks(edge.request_kib, BILLED_KIB)
                origin = f"Sends with a group from {edge.peer}"
                meter_fair = "sqs.requests.fair_queue_surcharge"
                yield monthly(meter_fair, "request", per_s, ctx.month_s, origin)
        if self.alarm:
            yield Usage("cw.alarm.standard", 1, "alarm metric-month", "One alarm on one metric")
        for edge in flow.outbound:
            if edge.mechanism is not Mechanism.POLL:
                continue
            # A filter of the mapping drops messages after they were received.
            received_per_s = edge.requests_per_s / edge.passed_ratio
            # Receives bring ten at most: full ones and one with the rest, each rounded up alone.
            full, rest = divmod(round(edge.batch, 9), CALL_MESSAGES)
            kib = edge.request_kib / edge.batch
            calls = received_per_s * (full + (rest > 0))
            if full:
                per_s, what = received_per_s * full, f"Receives by {edge.peer}"
                yield requests(per_s, CALL_MESSAGES * kib, what)
            if rest or not full:
                what = (
                    f"Receives of the rest by {edge.peer}" if full else f"Receives by {edge.peer}"
                )
                yield requests(received_per_s, rest * kib, what)
            yield requests(calls, 0, f"Deletes by {edge.peer}")
            yield requests(empty_receives_per_s(edge), 0, f"Empty receives by {edge.peer}")

    def _cap_findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        limit = FIFO_HIGH_CALLS if self.high_throughput else FIFO_CALLS
        if not self.fifo or view.utilisation.get(limit.id, 0.0) <= 1:
            return
        refused = view.throttled_per_s
        happens = f"{number(refused)} messages/s are refused at the sender"
        if refused <= 0:
            over = sum(e.offered_per_s - e.events_per_s for e in view.flow.inbound)
            happens = f"{number(over)} messages/s stay with the sender, which tries again"
        yield FIFO_CAPPED.found(
            f"{view.name} is capped at {number(ctx.value(limit))} calls/s: {happens}.",
            "Send in batches of ten, switch on high throughput with enough message groups, or "
            "use a standard queue.",
            field=None if self.high_throughput else "high_throughput",
            value=None if self.high_throughput else True,
        )

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        flow = view.flow
        for edge in flow.inbound:
            if edge.size_kib > self.max_message_kib:
                yield PAYLOAD.found(
                    f"Messages of {number(edge.size_kib)} KiB arrive; {view.name} takes at most "
                    f"{number(self.max_message_kib)} KiB.",
                    "Send a smaller payload, or keep it in S3 and send its key.",
                    field="max_message_kib",
                )
        yield from self._cap_findings(view, ctx)
        polled = any(e.mechanism is Mechanism.POLL for e in flow.outbound)
        is_dlq = any(isinstance(e.connection, Redrive) for e in view.inbound) or any(
            e.flow.mechanism is Mechanism.FAILURE for e in view.inbound
        )
        if not polled and is_dlq and not self.alarm:
            yield DEAD_LETTERS_PILE_UP.found(
                f"Nothing reads {view.name}.",
                "Alarm on ApproximateNumberOfMessagesVisible and plan the redrive.",
                field="alarm",
                value=True,
            )
        elif not polled and not is_dlq and flow.events_per_s > 0:
            yield NO_CONSUMER.found(
                f"{number(flow.events_per_s)} messages/s arrive at {view.name} and nothing reads "
                "them.",
                "Draw a consumer, for instance a Lambda function.",
            )
        redriven = any(isinstance(e.connection, Redrive) for e in view.outbound)
        if polled and not redriven and not is_dlq:
            yield NO_DEAD_LETTERS.found(
                f"{view.name} has no dead-letter queue: a poisoned message is delivered again "
                f"every {number(self.visibility_timeout_s)} s for "
                f"{number(self.retention_s / 86_400)} days.",
                "Draw a redrive arrow to a second queue.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.queue_resources(self, site)

    def address(self, logical_id: str) -> Address:
        return Address("URL", ref(logical_id), "URL of the queue")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("sqs:SendMessage",), (self.arn(logical_id),))


def empty_receives_per_s(edge: EdgeFlow) -> float:
    """Return how many receives per second find nothing.

    Each of `pollers` asks with a wait of w seconds. With Poisson arrivals at rate a per poller, a
    cycle ends at the first arrival or after w: cycles run at a / (1 - exp(-a w)), and exp(-a w) of
    them are empty. For an idle queue this is pollers / w.
    """
    if edge.pollers <= 0 or edge.poll_wait_s <= 0:
        return 0.0
    expected = edge.requests_per_s / edge.pollers * edge.poll_wait_s
    if expected < 1e-9:
        return edge.pollers / edge.poll_wait_s
    if expected > 700:
        return 0.0
    return edge.pollers / edge.poll_wait_s * expected / math.expm1(expected)


class Redrive(Connection):
    type: Literal["sqs_redrive"] = "sqs_redrive"
    title: ClassVar = "Dead-letter redrive"
    summary: ClassVar = "After too many receives a message moves to the dead-letter queue."
    sources: ClassVar = frozenset({"sqs_queue"})
    targets: ClassVar = frozenset({"sqs_queue"})
    cloudformation: ClassVar = "AWS::SQS::Queue"
    docs_url: ClassVar = DLQ_DOCS.url
    rules: ClassVar = (DLQ_RETENTION,)
    itself: ClassVar = "A queue cannot be its own dead-letter queue: draw a second queue."

    max_receive_count: int = quantity(
        "receives",
        5,
        "Deliveries of a message before it is moved.",
        ge=1,
        le=1000,
        source=DLQ_DOCS,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        receives = float(self.max_receive_count)
        return Hop(Mechanism.FAILURE, outcome=Outcome.DEAD, op="dead", attempts_max=receives)

    def refusal(self, source: Service, target: Service) -> str | None:
        if _fifo(source) != _fifo(target):
            kind = "FIFO" if _fifo(source) else "standard"
            return f"The dead-letter queue of a {kind} queue must be a {kind} queue too."
        return None

    def findings(self, view: Any, ctx: Context) -> Iterable[Finding]:
        source_s, target_s = view.source.retention_s, view.target.retention_s
        if not _fifo(view.source) and target_s <= source_s and target_s < RETENTION_MAX.value:
            yield DLQ_RETENTION.found(
                f"{view.target_name} keeps messages {number(target_s)} s, {view.source_name} "
                f"{number(source_s)} s.",
                f"Raise the retention of {view.target_name} above {number(source_s)} s, best to "
                f"{number(RETENTION_MAX.value)} s.",
            )

    def patches(self, link: Link) -> Iterable[Patch]:
        yield export.redrive_patch(link, self.max_receive_count)


def _fifo(queue: Service) -> bool:
    return bool(getattr(queue, "fifo", False))


SERVICES = (SqsQueue,)
CONNECTIONS = (Redrive,)
