"""Amazon SNS topic: copies every published message to each of its subscriptions.

Quotas:  https://docs.aws.amazon.com/general/latest/gr/sns.html
Pricing: https://aws.amazon.com/sns/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Access,
    Address,
    Cap,
    Connection,
    Context,
    Delivery,
    Excess,
    Finding,
    Grant,
    Hop,
    Kind,
    Limit,
    Link,
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
    latency_fields,
    latency_item,
    monthly,
    number,
    quantity,
    ratio,
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

PROTOCOLS = {"lambda_function": "lambda", "sqs_queue": "sqs", "firehose_stream": "firehose"}


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
    limits: ClassVar = (PUBLISH, FIFO_PUBLISH, FIFO_GROUP, MESSAGE_MAX)
    rules: ClassVar = (PAYLOAD, NO_SUBSCRIPTION, THROTTLED)

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

    def station(self, ctx: Context) -> Station:
        if self.fifo:
            groups = ctx.value(FIFO_GROUP) * self.message_groups
            cap = Cap(FIFO_PUBLISH, Per.EVENT, min(ctx.value(FIFO_PUBLISH), groups))
        else:
            cap = Cap(PUBLISH, Per.EVENT, ctx.value(PUBLISH), pool="sns.publish")
        return Station(
            service=Lognormal(PUBLISH_P50_S, PUBLISH_P99_S),
            service_label="Publish call",
            caps=(cap,),
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
            if self.fifo:
                per_s = edge.requests_per_s
                origin = f"Deliveries to {edge.peer}"
                yield monthly(
                    "sns.fifo.subscription_message", "message", per_s, ctx.month_s, origin
                )
                gb_per_s = per_s * edge.size_kib / GB_DECIMAL_KIB
                yield monthly("sns.fifo.subscription_payload", "GB", gb_per_s, ctx.month_s, origin)
            elif edge.peer_type in PROTOCOLS:
                meter = f"sns.delivery.{PROTOCOLS[edge.peer_type]}"
                origin = f"Deliveries to {edge.peer}"
                yield monthly(meter, "notification", edge.requests_per_s, ctx.month_s, origin)

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
            )

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {}
        if self.fifo:
            # CloudFormation names queues with ".fifo", topics it does not.
            name = sub(f"${{AWS::StackName}}-{site.placed.id}.fifo")
            properties |= {"TopicName": name, "FifoTopic": True, "ContentBasedDeduplication": True}
        if self.max_message_kib != "256":
            properties["MaximumMessageSize"] = int(self.max_message_kib) * 1024
        if self.encryption == "kms":
            properties["KmsMasterKeyId"] = "alias/aws/sns"
        yield Resource("AWS::SNS::Topic", properties)
        statements = [d.statement("sns:Publish", site.placed.ref) for _, d in site.deliveries]
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


_P50, _P99 = latency_fields(30, 150, "from publish until the subscriber has the message", None)


class Subscription(Connection):
    type: Literal["sns_subscription"] = "sns_subscription"
    title: ClassVar = "Subscription"
    summary: ClassVar = "The topic delivers a copy of each message that passes the filter."
    sources: ClassVar = frozenset({"sns_topic"})
    targets: ClassVar = frozenset(PROTOCOLS)
    cloudformation: ClassVar = "AWS::SNS::Subscription"
    docs_url: ClassVar = "https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html"

    pass_ratio: float = ratio(
        1.0,
        "Share of the messages that the filter policy lets through.",
        title="Filter passes",
        gt=0,
    )
    filter_key: str = text(
        "", "Message attribute of the filter policy; empty means no filter.", max_length=100
    )
    filter_values: str = text(
        "",
        "Accepted values of the attribute, separated by commas.",
    )
    raw_delivery: bool = flag(True, "Deliver the message without the SNS envelope.")
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        from_latency = latency_item(
            Kind.NETWORK, "SNS delivery", self.latency_p50_ms, self.latency_p99_ms, None
        )
        asynchronous = target.type == "lambda_function"
        return Hop(
            Mechanism.PUSH,
            ratio=self.pass_ratio,
            op="event" if asynchronous else "write",
            latency=(from_latency,),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        topic_fifo, target_fifo = getattr(source, "fifo", False), getattr(target, "fifo", False)
        if topic_fifo and target.type != "sqs_queue":
            return (
                "A FIFO topic delivers to SQS queues only: put a queue between them, or use a "
                "standard topic."
            )
        if not topic_fifo and target_fifo:
            return (
                "A standard topic cannot deliver to a FIFO queue: make the topic FIFO, or the "
                "queue standard."
            )
        return None

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        properties: dict[str, Any] = {
            "TopicArn": link.source.ref,
            "Protocol": PROTOCOLS[link.target.service.type],
            "Endpoint": link.target.arn,
        }
        if self.raw_delivery and link.target.service.type != "lambda_function":
            properties["RawMessageDelivery"] = True  # Lambda always gets the envelope.
        if self.filter_key:
            properties["FilterPolicy"] = {self.filter_key: self.accepted_values}
        attributes = {}
        if link.target.service.type == "firehose_stream":
            properties["SubscriptionRoleArn"] = link.source.role_arn
            attributes["DependsOn"] = [link.source.policy_id]
        yield Resource("AWS::SNS::Subscription", properties, "Subscription", attributes)

    @property
    def accepted_values(self) -> list[str]:
        return [value.strip() for value in self.filter_values.split(",") if value.strip()]

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type == "firehose_stream":
            actions = ("firehose:DescribeDeliveryStream", "firehose:ListDeliveryStreams")
            target = link.target.service.access(link.target.logical_id, "write")
            yield Grant("source", (*target.actions, *actions), target.resources)

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type == "firehose_stream":
            return None
        return Delivery("sns.amazonaws.com", link.source.ref)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.filter_key and not self.accepted_values:
            yield (
                ("filter_values",),
                (
                    f'The filter on "{self.filter_key}" accepts no value: name at least one, or '
                    "empty the filter key."
                ),
            )

    def remarks(self, link: Link) -> Iterable[str]:
        if self.pass_ratio < 1 and not self.filter_key:
            yield (
                f"{link.target.label} gets {number(self.pass_ratio * 100)} % of the messages of "
                f"{link.source.label} in the drawing, and all of them by the template: no filter "
                "key is given."
            )


SERVICES = (SnsTopic,)
CONNECTIONS = (Subscription,)
