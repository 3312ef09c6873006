"""The room of AWS::SQS::Queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Access,
    Address,
    Cap,
    Constant,
    Context,
    Finding,
    Item,
    Kind,
    Lognormal,
    Maybe,
    NodeFlow,
    NodeView,
    Per,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    call_fields,
    call_law,
    choice,
    flag,
    quantity,
    ratio,
    ref,
    sub,
    text,
)
from . import advice, bill, export
from .facts import (
    CALL_MS,
    DEAD_LETTERS_PILE_UP,
    DELAY_MAX,
    EXTENDED_DOCS,
    EXTENDED_MAX,
    FIFO_CALLS,
    FIFO_CAPPED,
    FIFO_HIGH_CALLS,
    FIFO_MESSAGE_DELAY,
    FIFO_SUFFIX,
    IN_FLIGHT,
    IN_FLIGHT_FULL,
    KEYS,
    MANAGED_KEY,
    MESSAGE_MAX,
    NO_CONSUMER,
    NO_DEAD_LETTERS,
    PAYLOAD,
    PAYLOAD_THROUGH_S3,
    POINTER_KIB,
    POLLING_DOCS,
    QUOTAS,
    RETENTION_MAX,
    S3_P50_S,
    S3_P99_S,
    TIMERS,
    VISIBILITY_MAX,
)
from .redrive import Redrive

_CALL_P50, _CALL_P99 = call_fields(*CALL_MS, "a SendMessage call", None)


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
        EXTENDED_MAX,
    )
    rules: ClassVar = (
        FIFO_CAPPED,
        PAYLOAD,
        NO_CONSUMER,
        DEAD_LETTERS_PILE_UP,
        NO_DEAD_LETTERS,
        FIFO_MESSAGE_DELAY,
        FIFO_SUFFIX,
        IN_FLIGHT_FULL,
        PAYLOAD_THROUGH_S3,
        MANAGED_KEY,
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
    message_delay_s: float | None = quantity(
        "s",
        None,
        "Delay that senders state for single messages, in place of the queue's own; standard "
        "queues only.",
        title="Delay of single messages",
        ge=0,
        le=900,
        source=TIMERS,
    )
    delayed_ratio: float = ratio(
        1.0, "Share of the messages that state a delay of their own.", title="Messages with it"
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
        "Largest message the queue takes (256 KiB on queues from before August 2025).",
        title="Largest message",
        ge=1,
        le=1024,
        source=QUOTAS,
    )
    payload_in_s3: bool = flag(
        False,
        "Senders and consumers use the extended client library, always through S3: the payload is "
        "put to a bucket, its key is sent, and who receives the key gets the payload.",
        title="Payload in S3",
        group="Large messages",
    )
    payload_days: float = quantity(
        "days",
        1,
        "How long a payload stays in the bucket; consumers of the library delete it when they are "
        "done.",
        title="Payload kept",
        ge=0,
        le=14,
        group="Large messages",
        assumed=True,
        show_if=("payload_in_s3", True),
    )
    in_flight_max: Literal["120000", "20000"] = choice(
        "120000",
        "Most messages that are received and not yet deleted.",
        title="In flight, most",
        titles={"120000": "120,000", "20000": "20,000 (FIFO until November 2024)"},
        group="Limits",
        show_if=("fifo", True),
    )
    queue_name: str = text(
        "",
        "Name in AWS; empty lets CloudFormation choose one. A FIFO queue's name ends in .fifo.",
        title="Name in AWS",
        pattern=r"^[A-Za-z0-9_\-]*(\.fifo)?$",
        max_length=80,
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
    encryption: Literal["sqs", "kms", "none"] = choice(
        "sqs",
        "Encryption at rest. Calls of KMS are billed, SQS-managed keys are not.",
        titles={"sqs": "SQS-managed keys", "kms": "KMS key", "none": "None"},
        group="Security",
    )
    own_key: bool = flag(
        True,
        "A key of your own, billed by the month, whose policy lets AWS services in; else the AWS "
        "managed key aws/sqs.",
        title="Key of your own",
        group="Security",
        show_if=("encryption", "kms"),
    )
    key_reuse_s: float = quantity(
        "s",
        300,
        "How long SQS uses a data key before it calls KMS again.",
        title="Data key reused",
        ge=60,
        le=86_400,
        group="Security",
        source=KEYS,
        show_if=("encryption", "kms"),
    )

    call_p50_ms: float = _CALL_P50
    call_p99_ms: float = _CALL_P99

    def station(self, ctx: Context) -> Station:
        caps: tuple[Cap, ...] = ()
        if self.fifo:
            limit = FIFO_HIGH_CALLS if self.high_throughput else FIFO_CALLS
            calls_per_s = ctx.value(limit)
            if self.high_throughput:
                calls_per_s = min(calls_per_s, FIFO_CALLS.value * self.message_groups)
            caps = (Cap(limit, Per.REQUEST, calls_per_s),)
        put_p50_s, put_p99_s = (S3_P50_S, S3_P99_S) if self.payload_in_s3 else (0.0, 0.0)
        return Station(
            service=call_law(
                self.call_p50_ms + 1000 * put_p50_s, self.call_p99_ms + 1000 * put_p99_s
            ),
            service_label="S3 put and SendMessage" if self.payload_in_s3 else "SendMessage call",
            caps=caps,
            holds=tuple(self._holds()),
            drains=(Cap(IN_FLIGHT, Per.HELD, self.most_in_flight),),
        )

    @property
    def most_in_flight(self) -> float:
        return float(self.in_flight_max) if self.fifo else IN_FLIGHT.value

    @property
    def groups(self) -> float:
        """Groups that are handed out in order; 0 where there is no order."""
        return float(self.message_groups) if self.fifo else 0.0

    @property
    def name_fault(self) -> str:
        """Return what is wrong about the name in AWS; empty where nothing is."""
        suffixed = self.queue_name.endswith(".fifo")
        if self.queue_name and self.fifo and not suffixed:
            return f'A FIFO queue is called "{self.queue_name}": its name must end in .fifo.'
        if suffixed and not self.fifo:
            return f'A standard queue is called "{self.queue_name}": only FIFO queues end in .fifo.'
        return ""

    @property
    def handed_kib(self) -> float | None:
        """Size of what a consumer receives, where it is not what was sent."""
        return POINTER_KIB if self.payload_in_s3 else None

    def _holds(self) -> Iterable[Item]:
        """Yield the delay as one law: messages with a delay of their own, and the others."""
        own_s = self.delay_s if self.message_delay_s is None or self.fifo else self.message_delay_s
        every_s, more_s = min(self.delay_s, own_s), abs(own_s - self.delay_s)
        share = self.delayed_ratio if own_s > self.delay_s else 1 - self.delayed_ratio
        if every_s > 0:
            yield Item(Kind.HOLD, "Queue delay", Constant(every_s), QUOTAS)
        if more_s > 0 and share > 0:
            yield Item(
                Kind.HOLD, "Delay of single messages", Maybe(share, Constant(more_s)), TIMERS
            )
        if self.payload_in_s3:
            got = Lognormal(S3_P50_S, S3_P99_S)
            yield Item(Kind.HOLD, "S3 get of the payload", got, EXTENDED_DOCS, True)

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        return bill.usage(self, flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        return advice.findings(self, view, ctx)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.queue_resources(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.name_fault:
            yield ("queue_name",), self.name_fault

    def remarks(self, site: Site) -> Iterable[str]:
        return export.queue_remarks(self, site)

    def address(self, logical_id: str) -> Address:
        return Address("URL", ref(logical_id), "URL of the queue")

    def access(self, logical_id: str, operation: str) -> Access:
        objects = sub(f"${{{logical_id}Payloads.Arn}}/*")
        if operation == "payload":
            reads = ("s3:GetObject", "s3:DeleteObject")
            return Access(reads, (objects,)) if self.payload_in_s3 else Access((), ())
        if self.payload_in_s3 and operation == "write":
            return Access(("sqs:SendMessage", "s3:PutObject"), (self.arn(logical_id), objects))
        return Access(("sqs:SendMessage",), (self.arn(logical_id),))


SERVICES = (SqsQueue,)
CONNECTIONS = (Redrive,)
