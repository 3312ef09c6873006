"""CloudWatch log group: keeps log events, and passes them on by subscription filters.

Quotas:  https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
Pricing: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    COMPRESSED,
    KIB_PER_GB,
    Access,
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
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    arn,
    choice,
    get_att,
    kept_log,
    latency_fields,
    latency_item,
    monthly,
    number,
    quantity,
    ratio,
    sub,
    text,
)

QUOTAS = Source(
    "CloudWatch Logs quotas",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    "2026-11-21",
)
EVENT_MAX = Limit("cw.logs_event_max", "Largest log event", 1_024, "KiB", QUOTAS)
OVERHEAD_KIB = 26 / 1024  # Added to each event before it is counted (PutLogEvents).
PAYLOAD = Rule(
    "logs-event-over-limit",
    Severity.ERROR,
    "Event larger than a log takes",
    "CloudWatch Logs takes events of 1 MiB at most.",
    QUOTAS,
)
SUBSCRIBING = Source(
    "CloudWatch Logs user guide, real-time processing with subscriptions",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html",
    "2026-11-21",
)
FILTERS_MAX = Limit(
    "cw.logs_subscription_filters", "Subscription filters of a log group", 2, "filters", QUOTAS
)
LOOP = Rule(
    "logs-subscription-loop",
    Severity.ERROR,
    "Function logs into what starts it",
    "Each run writes lines that start the next run.",
    SUBSCRIBING,
)
LOGS = frozenset({"log"})  # What a function itself writes: vended logs.
BASE64 = 4 / 3
PRINCIPALS = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]


class CloudwatchLogGroup(Service):
    type: Literal["cloudwatch_log_group"] = "cloudwatch_log_group"
    title: ClassVar = "CloudWatch log group"
    aliases: ClassVar = ("logs", "log group", "cloudwatch", "audit", "trace", "subscription")
    category: ClassVar = "Storage"
    summary: ClassVar = "Keeps log events to be looked up, and passes them on by filters."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/cloudwatch/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::Logs::LogGroup"
    principal: ClassVar = "logs.amazonaws.com"
    id_base: ClassVar = "log"
    limits: ClassVar = (EVENT_MAX, FILTERS_MAX)
    rules: ClassVar = (PAYLOAD, LOOP)

    retention_days: Literal["1", "7", "14", "30", "90", "365"] = choice(
        "30",
        "How long CloudWatch keeps an event.",
        title="Retention",
        titles={k: f"{k} days" for k in ("1", "7", "14", "30", "90", "365")},
    )
    log_class: Literal["STANDARD", "INFREQUENT_ACCESS"] = choice(
        "STANDARD",
        "Infrequent access costs half to write and lacks metrics, alarms and live tail.",
        title="Class",
        titles={"STANDARD": "Standard", "INFREQUENT_ACCESS": "Infrequent access"},
    )

    scanned_gb_per_month: float = quantity(
        "GB a month",
        0,
        "Data that Logs Insights queries scan each month.",
        title="Scanned by queries",
        ge=0,
        le=1e9,
        group="Assumptions",
        assumed=True,
    )

    def station(self, ctx: Context) -> Station:
        return Station(service=Lognormal(0.01, 0.08), service_label="PutLogEvents call")

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        gb_per_s = 0.0
        for edge in flow.inbound:
            kind = "vended_standard" if edge.op in LOGS else "custom_standard"
            if self.log_class != "STANDARD":
                kind = "custom_infrequent"
            each_kib = edge.size_kib + OVERHEAD_KIB
            written = edge.events_per_s * each_kib / KIB_PER_GB
            gb_per_s += written
            origin = f"Events of {edge.peer}, {number(each_kib)} KiB each"
            yield monthly(f"cw.logs.ingest.{kind}", "GB", written, ctx.month_s, origin)
        if gb_per_s > 0:
            each = f"{number(gb_per_s * 86_400)} GB/day"
            yield kept_log(gb_per_s, int(self.retention_days), ctx, each)
        if self.scanned_gb_per_month:
            scanned = f"{number(self.scanned_gb_per_month)} GB scanned by queries"
            yield Usage("cw.logs.insights_scan", self.scanned_gb_per_month, "GB", scanned)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for edge in view.flow.inbound:
            if edge.size_kib > EVENT_MAX.value:
                yield PAYLOAD.found(
                    f"Events of {number(edge.size_kib)} KiB arrive at {view.name}.",
                    "Cut them by the rule's input transformer.",
                )
        writers = {e.source_name for e in view.inbound}
        for out in view.outbound:
            if isinstance(out.connection, Subscription) and out.target_name in writers:
                yield LOOP.found(
                    f"{out.target_name} is started by {view.name} and writes to it.",
                    "Let it write to a log group of its own.",
                )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        # EventBridge asks for this prefix.
        properties: dict[str, Any] = {
            "LogGroupName": sub(f"/aws/events/${{AWS::StackName}}/{site.placed.id}"),
            "RetentionInDays": int(self.retention_days),
        }
        if self.log_class != "STANDARD":
            properties["LogGroupClass"] = self.log_class
        kept = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        yield Resource("AWS::Logs::LogGroup", properties, attributes=kept)
        if site.deliveries:
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": PRINCIPALS},
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"${{{site.logical_id}.Arn}}",
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            name = sub(f"${{AWS::StackName}}-{site.placed.id}")
            document = {"PolicyName": name, "PolicyDocument": sub(policy)}
            yield Resource("AWS::Logs::ResourcePolicy", document, "LogPolicy")

    def arn(self, logical_id: str) -> Any:
        return arn("logs", f"log-group:${{{logical_id}}}")  # GetAtt would end in ":*".

    def access(self, logical_id: str, operation: str) -> Access:
        streams = arn("logs", f"log-group:${{{logical_id}}}:*")
        return Access(("logs:CreateLogStream", "logs:PutLogEvents"), (streams,))


_P50, _P99 = latency_fields(1_000, 10_000, "from the log event until the target gets it", None)


class Subscription(Connection):
    type: Literal["logs_subscription"] = "logs_subscription"
    title: ClassVar = "Subscription filter"
    summary: ClassVar = "The log group sends the log events that match a pattern to the target."
    sources: ClassVar = frozenset({"cloudwatch_log_group"})
    targets: ClassVar = frozenset({"lambda_function", "kinesis_stream", "firehose_stream"})
    cloudformation: ClassVar = "AWS::Logs::SubscriptionFilter"
    docs_url: ClassVar = SUBSCRIBING.url

    filter_pattern: str = text(
        "", "Filter pattern; empty sends every log event.", max_length=1_024, widget="textarea"
    )
    match_ratio: float = ratio(
        1.0, "Share of the log events that match the pattern.", title="Events that match", gt=0
    )
    batch_events: int = quantity(
        "events",
        20,
        "Log events that CloudWatch packs into one record or call.",
        title="Events per record",
        ge=1,
        le=10_000,
        group="Assumptions",
        assumed=True,
    )
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        to_function = target.type == "lambda_function"
        packed = self.batch_events
        waits = latency_item(
            Kind.NETWORK, "Subscription filter", self.latency_p50_ms, self.latency_p99_ms, None
        )
        return Hop(
            Mechanism.PUSH,
            # A stream gets one compressed record for many log events; a function a call.
            ratio=self.match_ratio if to_function else self.match_ratio / packed,
            op="event" if to_function else "write",
            batch_max=packed if to_function else 1,
            batch_fixed=to_function,
            payload_factor=COMPRESSED * BASE64 if to_function else COMPRESSED * packed,
            latency=(waits,),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if to_function else 1.0,
            retry_wait_s=90.0 if to_function else 0.0,
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(source, "log_class", "STANDARD") != "STANDARD":
            return "Log groups of infrequent access have no subscription filters: take Standard."
        return None

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        properties: dict[str, Any] = {
            "LogGroupName": link.source.ref,
            "FilterPattern": self.filter_pattern,
            "DestinationArn": link.target.arn,
        }
        waits = f"{link.logical_id}Permission"
        if link.target.service.type != "lambda_function":
            properties["RoleArn"] = link.source.role_arn
            waits = link.source.policy_id
        # CloudWatch tries the target when the filter is made.
        yield Resource("AWS::Logs::SubscriptionFilter", properties, "", {"DependsOn": [waits]})

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type != "lambda_function":
            access = link.target.service.access(link.target.logical_id, "write")
            yield Grant("source", access.actions, access.resources)

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type != "lambda_function":
            return None
        return Delivery("logs.amazonaws.com", get_att(link.source.logical_id, "Arn"))

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        drawn = [s.id for s in link.siblings if isinstance(s.connection, Subscription)]
        if link.id in drawn[int(FILTERS_MAX.value) :]:
            yield (
                (),
                (
                    f"{link.source.label} has {len(drawn)} subscription filters; a log group takes "
                    f"{number(FILTERS_MAX.value)}: send to a data stream that several read."
                ),
            )

    def remarks(self, link: Link) -> Iterable[str]:
        if self.match_ratio < 1 and not self.filter_pattern:
            yield (
                f"{link.target.label} gets {number(self.match_ratio * 100)} % of the log events of "
                f"{link.source.label} in the drawing, and all by the template: no pattern is given."
            )


SERVICES = (CloudwatchLogGroup,)
CONNECTIONS = (Subscription,)
