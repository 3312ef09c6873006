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
    Limit,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
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
    sub,
    text,
)

QUOTAS = Source(
    "AWS General Reference, SNS endpoints and quotas",
    "https://docs.aws.amazon.com/general/latest/gr/sns.html",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
FIFO_DOCS = Source(
    "SNS Developer Guide, message delivery for FIFO topics",
    "https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html",
    "2026-11-21",
)
DEAD_LETTERS = Source(
    "SNS Developer Guide, dead-letter queues",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
    "2026-11-21",
)
PUBLISH = Limit(
    "sns.publish_rate_standard",
    "Published messages",
    1_500,
    "messages/s",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 30_000, "eu-west-1": 9_000, "sa-east-1": 300},
    note="Account and region; counted in messages, so batches do not raise it.",
)
FIFO_PUBLISH = Limit(
    "sns.fifo_topic_default",
    "Messages of a FIFO topic",
    3_000,
    "messages/s",
    FIFO_DOCS,
    note="Throughput scope Topic; also 20 MB/s, and 300 messages/s per message group.",
)
FIFO_SIZE = Limit(
    "sns.fifo_topic_size",
    "Payload of a FIFO topic",
    19_531.25,
    "KiB/s",
    FIFO_DOCS,
    note="20 MB/s, with throughput scope Topic.",
)
FIFO_ACCOUNT = Limit(
    "sns.publish_rate_fifo",
    "Published messages, FIFO",
    3_000,
    "messages/s",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 30_000, "eu-west-1": 9_000},
    note="Account and region; a topic gets at it with throughput scope MessageGroup (2025).",
)
SUBSCRIPTIONS_FIFO = Limit(
    "sns.fifo_subscriptions", "Subscriptions of a FIFO topic", 100, "subscriptions", QUOTAS
)
FILTERS = Limit(
    "sns.filter_policies", "Filter policies of a topic", 200, "policies", QUOTAS, adjustable=True
)
FIFO_GROUP = Limit("sns.fifo_group_limit", "Messages of one group", 300, "messages/s", QUOTAS)
MESSAGE_MAX = Limit(
    "sns.max_message_bytes",
    "Largest message",
    256,
    "KiB",
    QUOTAS,
    note="Up to 1,024 KiB by a topic attribute since September 2026.",
)
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of a publish is one request.
PUBLISH_P50_S, PUBLISH_P99_S = 0.015, 0.070  # Assumption: an API call inside the region.
GB_DECIMAL_KIB = 1_000_000.0  # FIFO payload is billed in decimal GB (calculator capture).

PAYLOAD = Rule(
    "sns-payload-over-limit",
    Severity.ERROR,
    "Message larger than the topic takes",
    "SNS refuses a message over the maximum size.",
    QUOTAS,
)
NO_SUBSCRIPTION = Rule(
    "sns-no-subscription",
    Severity.WARNING,
    "Nobody is subscribed",
    "A topic does not store: without a subscription every message is gone.",
    QUOTAS,
)
THROTTLED = Rule(
    "sns-publish-throttled",
    Severity.ERROR,
    "Publish rate over the quota",
    "Above the quota the publisher gets a throttling error.",
    QUOTAS,
)

TWO_DEAD_LETTER_QUEUES = Rule(
    "sns-two-dead-letter-queues",
    Severity.ERROR,
    "Two dead-letter queues on one topic",
    "A subscription has one dead-letter queue; which of the two would get a message is not said.",
    DEAD_LETTERS,
)
NO_DEAD_LETTERS = Rule(
    "sns-no-dead-letter-queue",
    Severity.NOTE,
    "Messages that an endpoint refuses are lost",
    "SNS tries an endpoint outside AWS a few times and then drops the message, unless the "
    "subscription has a dead-letter queue.",
    DEAD_LETTERS,
)

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
        "Encryption at rest.",
        titles={"kms": "AWS managed key", "none": "None"},
        group="Security",
    )
    open_to_account: str = text(
        "",
        "Another AWS account that may subscribe to the topic; empty keeps it to this account.",
        title="Open to account",
        pattern=r"^([0-9]{12})?$",
        group="Security",
    )

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(PUBLISH_P50_S, PUBLISH_P99_S),
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

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
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

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {}
        if self.fifo:
            # CloudFormation names queues with ".fifo", topics it does not.
            name = sub(f"${{AWS::StackName}}-{site.placed.id}.fifo")
            properties |= {"TopicName": name, "FifoTopic": True, "ContentBasedDeduplication": True}
            if self.fifo_scope != "Topic":
                properties["FifoThroughputScope"] = self.fifo_scope
        if self.max_message_kib != "256":
            properties["MaximumMessageSize"] = int(self.max_message_kib) * 1024
        if self.encryption == "kms":
            properties["KmsMasterKeyId"] = "alias/aws/sns"
        yield Resource("AWS::SNS::Topic", properties)
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
        if self.encryption == "kms":
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
