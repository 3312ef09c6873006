"""The room of AWS::SNS::Topic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Access,
    Address,
    Cap,
    Context,
    Finding,
    Mechanism,
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
    chunks,
    flag,
    key_resource,
    key_usage,
    monthly,
    number,
    quantity,
    ref,
    sub,
    text,
)
from .facts import (
    BILLED_KIB,
    CALL_MS,
    FIFO_ACCOUNT,
    FIFO_GROUP,
    FIFO_PUBLISH,
    FIFO_SIZE,
    FIFO_SUFFIX,
    FILTERS,
    GB_DECIMAL_KIB,
    KEY_REUSE_S,
    MANAGED_KEY,
    MESSAGE_MAX,
    NO_DEAD_LETTERS,
    NO_SUBSCRIPTION,
    PAYLOAD,
    PUBLISH,
    QUOTAS,
    SUBSCRIPTIONS_FIFO,
    THROTTLED,
    TWO_DEAD_LETTER_QUEUES,
)

PUSHED = (Mechanism.PUSH, Mechanism.SCHEDULE)

# What a delivery is metered as, by subscriber: meter and unit.
DELIVERIES = {
    "lambda_function": ("sns.delivery.lambda", "notification"),
    "sqs_queue": ("sns.delivery.sqs", "notification"),
    "firehose_stream": ("sns.delivery.firehose", "notification"),
    "http_endpoint": ("sns.delivery.http", "notification"),
    "email_recipient": ("sns.delivery.email", "notification"),
    "mobile_endpoint": ("sns.delivery.mobile_push", "notification"),
    "sms_recipient": ("sns.delivery.sms", "message"),
}

_CALL_P50, _CALL_P99 = call_fields(*CALL_MS, "a Publish call", None)


class SnsTopic(Service):
    type: Literal["sns_topic"] = "sns_topic"
    title: ClassVar = "SNS topic"
    aliases: ClassVar = ("topic", "sns", "fan-out", "publish", "notification")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Copies every message to each subscription."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/sns/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::SNS::Topic"
    principal: ClassVar = "sns.amazonaws.com"
    id_base: ClassVar = "topic"
    limits: ClassVar = (
        PUBLISH,
        FIFO_PUBLISH,
        FIFO_SIZE,
        FIFO_ACCOUNT,
        FIFO_GROUP,
        SUBSCRIPTIONS_FIFO,
        FILTERS,
        MESSAGE_MAX,
    )
    rules: ClassVar = (
        PAYLOAD,
        NO_SUBSCRIPTION,
        THROTTLED,
        TWO_DEAD_LETTER_QUEUES,
        NO_DEAD_LETTERS,
        FIFO_SUFFIX,
        MANAGED_KEY,
    )

    fifo: bool = flag(
        False, "Ordered, without duplicates; delivers to SQS queues only.", title="FIFO"
    )
    message_groups: int = quantity(
        "groups",
        100,
        "Distinct message groups active at the same time.",
        ge=1,
        le=1_000_000,
        assumed=True,
        show_if=("fifo", True),
    )
    fifo_scope: Literal["Topic", "MessageGroup"] = choice(
        "Topic",
        "What a FIFO topic's throughput is counted on.",
        title="Throughput scope",
        titles={
            "Topic": "The topic: 3,000 messages/s or 20 MB/s",
            "MessageGroup": "Each message group: up to the account's rate",
        },
        show_if=("fifo", True),
    )
    max_message_kib: Literal["256", "1024"] = choice(
        "256",
        "Largest message the topic takes.",
        title="Largest message",
        titles={"256": "256 KiB", "1024": "1,024 KiB (attribute since September 2026)"},
    )
    encryption: Literal["kms", "none"] = choice(
        "none",
        "Encryption at rest. Calls of KMS are billed.",
        titles={"kms": "KMS key", "none": "None"},
        group="Security",
    )
    own_key: bool = flag(
        False,
        "A key of your own, billed by the month, whose policy lets AWS services in; else the AWS "
        "managed key aws/sns.",
        title="Key of your own",
        group="Security",
        show_if=("encryption", "kms"),
    )
    topic_name: str = text(
        "",
        "Name in AWS; empty makes one of the stack's name. A FIFO topic's name ends in .fifo.",
        title="Name in AWS",
        pattern=r"^[A-Za-z0-9_\-]*(\.fifo)?$",
        max_length=256,
    )
    open_to_account: str = text(
        "",
        "Another AWS account that may subscribe to the topic; empty keeps it to this account.",
        title="Open to account",
        pattern=r"^([0-9]{12})?$",
        group="Security",
    )

    call_p50_ms: float = _CALL_P50
    call_p99_ms: float = _CALL_P99

    def station(self, ctx: Context) -> Station:
        return Station(
            service=call_law(self.call_p50_ms, self.call_p99_ms),
            service_label="Publish call",
            caps=self._caps(ctx),
        )

    def _caps(self, ctx: Context) -> tuple[Cap, ...]:
        if not self.fifo:
            return (Cap(PUBLISH, Per.EVENT, ctx.value(PUBLISH), pool="sns.publish"),)
        groups = ctx.value(FIFO_GROUP) * self.message_groups
        if self.fifo_scope == "MessageGroup":
            account = ctx.value(FIFO_ACCOUNT)
            return (
                Cap(FIFO_ACCOUNT, Per.EVENT, account, pool="sns.publish_fifo"),
                Cap(FIFO_GROUP, Per.EVENT, groups),
            )
        return (
            Cap(FIFO_PUBLISH, Per.EVENT, min(ctx.value(FIFO_PUBLISH), groups)),
            Cap(FIFO_SIZE, Per.KIB, FIFO_SIZE.value),
        )

    @property
    def name_fault(self) -> str:
        """Return what is wrong about the name in AWS; empty where nothing is."""
        suffixed = self.topic_name.endswith(".fifo")
        if self.topic_name and self.fifo and not suffixed:
            return f'A FIFO topic is called "{self.topic_name}": its name must end in .fifo.'
        if suffixed and not self.fifo:
            return f'A standard topic is called "{self.topic_name}": only FIFO topics end in .fifo.'
        return ""

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        if self.encryption == "kms":
            senders = [e.requests_per_s for e in flow.inbound]
            yield from key_usage(senders, [], KEY_REUSE_S, self.own_key, ctx)
        for edge in flow.inbound:
            billed = chunks(edge.request_kib, BILLED_KIB)
            if self.fifo:
                per_s = edge.requests_per_s
                origin = f"Publishes from {edge.peer}"
                yield monthly("sns.fifo.publish_request", "request", per_s, ctx.month_s, origin)
                gb_per_s = edge.events_per_s * edge.size_kib / GB_DECIMAL_KIB
                origin = f"Payload from {edge.peer}"
                yield monthly("sns.fifo.publish_payload", "GB", gb_per_s, ctx.month_s, origin)
            else:
                per_s = edge.requests_per_s * billed
                origin = f"Publishes from {edge.peer}, {billed} × 64 KiB each"
                yield monthly("sns.publish.standard", "request", per_s, ctx.month_s, origin)
        for edge in flow.outbound:
            if edge.mechanism is Mechanism.FAILURE:
                continue  # Dead letters are deliveries that were counted before.
            if self.fifo:
                per_s = edge.requests_per_s
                origin = f"Deliveries to {edge.peer}"
                yield monthly(
                    "sns.fifo.subscription_message", "message", per_s, ctx.month_s, origin
                )
                gb_per_s = per_s * edge.size_kib / GB_DECIMAL_KIB
                yield monthly("sns.fifo.subscription_payload", "GB", gb_per_s, ctx.month_s, origin)
            elif edge.peer_type in DELIVERIES:
                meter, unit = DELIVERIES[edge.peer_type]
                origin = f"Deliveries to {edge.peer}"  # Failed attempts count as well.
                yield monthly(meter, unit, edge.requests_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for edge in view.flow.inbound:
            if edge.size_kib > float(self.max_message_kib):
                yield PAYLOAD.found(
                    f"Messages of {number(edge.size_kib)} KiB arrive; {view.name} takes at most "
                    f"{self.max_message_kib} KiB.",
                    "Send a smaller payload, keep it in S3 and send its key, or raise the topic's "
                    "largest message.",
                    field="max_message_kib",
                    value="1024" if edge.size_kib <= 1024 else None,
                )
        yield from self._setting_findings(view)
        dead = [e for e in view.outbound if e.flow.mechanism is Mechanism.FAILURE]
        if len(dead) > 1:
            yield TWO_DEAD_LETTER_QUEUES.found(
                f"{view.name} has {len(dead)} dead-letter queues.",
                "Keep one; its messages say which subscription they are of.",
            )
        failing = [e for e in view.outbound if getattr(e.target, "error_ratio", 0) > 0]
        failing = [e for e in failing if e.target.type == "http_endpoint"]
        if failing and not dead:
            yield NO_DEAD_LETTERS.found(
                f"What {failing[0].target_name} refuses after the last retry is gone.",
                "Draw a dead-letter arrow from the topic to a queue.",
            )
        if not view.flow.outbound and view.flow.events_per_s > 0:
            yield NO_SUBSCRIPTION.found(
                f"{number(view.flow.events_per_s)} messages/s reach {view.name} and nobody is "
                "subscribed.",
                "Draw an arrow to a queue, a function or a stream.",
            )
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} messages/s to {view.name} are refused.",
                "Ask AWS for a higher publish quota, or spread over regions; for FIFO use "
                "throughput scope per message group.",
                field="fifo_scope" if self.fifo and self.fifo_scope == "Topic" else None,
                value="MessageGroup" if self.fifo and self.fifo_scope == "Topic" else None,
            )

    def _setting_findings(self, view: NodeView) -> Iterable[Finding]:
        if self.name_fault:
            name = self.topic_name.removesuffix(".fifo")
            yield FIFO_SUFFIX.found(
                self.name_fault,
                "Correct the name, or leave it empty.",
                field="topic_name",
                value=f"{name[:251]}.fifo" if self.fifo else name,
            )
        pushed = [e for e in view.inbound if e.flow.mechanism in PUSHED]
        if self.encryption == "kms" and not self.own_key and pushed:
            yield MANAGED_KEY.found(
                f"{pushed[0].source_name} publishes to {view.name} by itself and may not use "
                "aws/sns.",
                "Encrypt with a key of your own.",
                field="own_key",
                value=True,
            )

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.name_fault:
            yield ("topic_name",), self.name_fault

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {}
        if self.fifo:
            # CloudFormation names queues with ".fifo", topics it does not.
            name = self.topic_name or sub(f"${{AWS::StackName}}-{site.placed.id}.fifo")
            properties |= {"TopicName": name, "FifoTopic": True, "ContentBasedDeduplication": True}
            if self.fifo_scope != "Topic":
                properties["FifoThroughputScope"] = self.fifo_scope
        elif self.topic_name:
            properties["TopicName"] = self.topic_name
        if self.max_message_kib != "256":
            properties["MaximumMessageSize"] = int(self.max_message_kib) * 1024
        if self.encryption == "kms":
            own = ref(f"{site.logical_id}Key")
            properties["KmsMasterKeyId"] = own if self.own_key else "alias/aws/sns"
        yield Resource("AWS::SNS::Topic", properties)
        if self.encryption == "kms" and self.own_key:
            yield key_resource(site, "sns")
        statements = [d.statement("sns:Publish", site.placed.ref) for _, d in site.deliveries]
        if self.open_to_account:
            other = sub(f"arn:${{AWS::Partition}}:iam::{self.open_to_account}:root")
            statements.append(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": other},
                    "Action": ["sns:Subscribe", "sns:GetTopicAttributes"],
                    "Resource": site.placed.ref,
                }
            )
        if statements:
            policy = {"Version": "2012-10-17", "Statement": statements}
            properties = {"Topics": [site.placed.ref], "PolicyDocument": policy}
            yield Resource("AWS::SNS::TopicPolicy", properties, "TopicPolicy")

    def remarks(self, site: Site) -> Iterable[str]:
        if self.encryption == "kms" and not self.own_key:
            for link, delivery in site.deliveries:
                yield (
                    f"{site.placed.label} uses the AWS managed key, whose policy keeps "
                    f"{delivery.principal} out: what {link.source.label} sends is refused until "
                    "the topic has a key of your own or none."
                )

    def arn(self, logical_id: str) -> Any:
        return ref(logical_id)

    def address(self, logical_id: str) -> Address:
        return Address("ARN", ref(logical_id), "ARN of the topic")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("sns:Publish",), (self.arn(logical_id),))


SERVICES = (SnsTopic,)
