"""CloudWatch log group: keeps the events that rules deliver, for people who look them up.

Quotas:  https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
Pricing: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    Access,
    Context,
    Finding,
    Limit,
    Lognormal,
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
    monthly,
    number,
    sub,
)

QUOTAS = Source(
    "CloudWatch Logs quotas",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    "2026-11-21",
)
EVENT_MAX = Limit("cw.logs_event_max", "Largest log event", 1_024, "KiB", QUOTAS)
OVERHEAD_KIB = 26 / 1024  # Added to each event before it is counted (PutLogEvents).
COMPRESSED = 0.2  # Archived log volume over ingested: 30 GB to 6 GB in AWS's pricing example.
PAYLOAD = Rule(
    "logs-event-over-limit",
    Severity.ERROR,
    "Event larger than a log takes",
    "CloudWatch Logs takes events of 1 MiB at most.",
    QUOTAS,
)
PRINCIPALS = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]


class CloudwatchLogGroup(Service):
    type: Literal["cloudwatch_log_group"] = "cloudwatch_log_group"
    title: ClassVar = "CloudWatch log group"
    aliases: ClassVar = ("logs", "log group", "cloudwatch", "audit", "trace")
    category: ClassVar = "Storage"
    summary: ClassVar = "Keeps the events that rules deliver, to be looked up."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/cloudwatch/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::Logs::LogGroup"
    id_base: ClassVar = "log"
    limits: ClassVar = (EVENT_MAX,)
    rules: ClassVar = (PAYLOAD,)

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

    def station(self, ctx: Context) -> Station:
        return Station(service=Lognormal(0.01, 0.08), service_label="PutLogEvents call")

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        kind = "custom_standard" if self.log_class == "STANDARD" else "custom_infrequent"
        gb_per_s = 0.0
        for edge in flow.inbound:
            each_kib = edge.size_kib + OVERHEAD_KIB
            written = edge.events_per_s * each_kib / KIB_PER_GB
            gb_per_s += written
            origin = f"Events of {edge.peer}, {number(each_kib)} KiB each"
            yield monthly(f"cw.logs.ingest.{kind}", "GB", written, ctx.month_s, origin)
        if gb_per_s > 0:
            days = int(self.retention_days)
            kept = gb_per_s * 86_400 * days * COMPRESSED
            each = f"{number(gb_per_s * 86_400)} GB/day"
            formula = f"{each} kept {days} days, compressed to {number(COMPRESSED)}"
            yield Usage("cw.logs.storage", kept, "GB-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for edge in view.flow.inbound:
            if edge.size_kib > EVENT_MAX.value:
                yield PAYLOAD.found(
                    f"Events of {number(edge.size_kib)} KiB arrive at {view.name}.",
                    "Cut them by the rule's input transformer.",
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


SERVICES = (CloudwatchLogGroup,)
CONNECTIONS = ()
