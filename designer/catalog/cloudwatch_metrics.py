"""CloudWatch custom metrics: code puts measurements, dashboards and alarms look at them.

Quotas:  https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
Pricing: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    Access,
    Address,
    Cap,
    Constant,
    Context,
    Finding,
    Limit,
    Lognormal,
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
    monthly,
    number,
    quantity,
    sub,
    text,
)

QUOTAS = Source(
    "CloudWatch quotas",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html",
    "2026-11-21",
)
CONCEPTS = Source(
    "CloudWatch user guide, metrics concepts",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html",
    "2026-11-21",
)
PUTS = Limit(
    "cw.put_metric_data",
    "PutMetricData calls",
    500,
    "calls/s",
    QUOTAS,
    adjustable=True,
    note="Per account and region, from memory; AWS raises it on request.",
)
METRICS_MAX = Limit("cw.metrics_per_call", "Metrics in one call", 1_000, "metrics", QUOTAS)
OVERHEAD_KIB = 26 / 1024  # Added to each log event before it is counted.
MANY = 10_000

UNBATCHED = Rule(
    "metrics-one-per-call",
    Severity.WARNING,
    "One metric in each call",
    "PutMetricData is paid by the call and takes 1,000 metrics; the embedded metric format needs "
    "no call at all.",
    QUOTAS,
)
CARDINALITY = Rule(
    "metrics-high-cardinality",
    Severity.WARNING,
    "A metric for each value of a dimension",
    "Every combination of dimension values is a metric of its own, paid by the hour: an order or a "
    "user as dimension makes one for each.",
    CONCEPTS,
)


class CloudwatchMetrics(Service):
    type: Literal["cloudwatch_metrics"] = "cloudwatch_metrics"
    title: ClassVar = "CloudWatch metrics"
    aliases: ClassVar = ("cloudwatch", "metric", "custom metric", "dashboard", "monitoring", "emf")
    category: ClassVar = "Management"
    summary: ClassVar = "Keeps the measurements that code puts."
    docs_url: ClassVar = CONCEPTS.url
    pricing_url: ClassVar = "https://aws.amazon.com/cloudwatch/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::CloudWatch::Dashboard"
    id_base: ClassVar = "metrics"
    limits: ClassVar = (PUTS, METRICS_MAX)
    rules: ClassVar = (UNBATCHED, CARDINALITY)

    namespace: str = text(
        "Weir", "Namespace of the metrics.", pattern=r"^[A-Za-z0-9_.\-/#:]{1,255}$", max_length=255
    )
    metric_name: str = text(
        "Latency", "Metric that alarms on these metrics look at.", max_length=255, pattern=r"^.+$"
    )
    metrics: int = quantity(
        "metrics",
        10,
        "Distinct metrics: names times combinations of dimension values.",
        ge=1,
        le=100_000_000,
        source=CONCEPTS,
    )
    delivery: Literal["api", "embedded"] = choice(
        "api",
        "PutMetricData calls, or log lines in the embedded metric format that CloudWatch turns "
        "into metrics: those pay for the log instead of the call.",
        title="Sent as",
        titles={"api": "PutMetricData calls", "embedded": "Embedded metric format"},
    )
    dashboards: int = quantity(
        "dashboards", 0, "Dashboards in the account.", ge=0, le=5_000, group="Reading"
    )
    read_per_month: float = quantity(
        "metrics",
        0,
        "Metrics fetched by GetMetricData each month: tools that read CloudWatch from outside.",
        title="Metrics read a month",
        ge=0,
        le=1e12,
        group="Reading",
        assumed=True,
    )

    def station(self, ctx: Context) -> Station:
        if self.delivery == "embedded":  # A line of the log that is written anyway.
            return Station(service=Constant(0.0), service_label="Log line", service_assumed=False)
        cap = Cap(PUTS, Per.REQUEST, ctx.value(PUTS), pool=PUTS.id)
        return Station(
            service=Lognormal(0.02, 0.1), service_label="PutMetricData call", caps=(cap,)
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        metrics = f"{number(self.metrics)} metrics"
        yield Usage("cw.custom_metrics", self.metrics, "metric-month", metrics)
        for edge in flow.inbound:
            if self.delivery == "api":
                origin = f"PutMetricData by {edge.peer}"
                per_s = edge.requests_per_s
                yield monthly("cw.api_requests", "request", per_s, ctx.month_s, origin)
            else:
                each_kib = edge.size_kib + OVERHEAD_KIB
                per_s = edge.events_per_s * each_kib / KIB_PER_GB
                origin = f"Embedded metrics of {edge.peer}, {number(each_kib)} KiB each"
                meter = (
                    "cw.logs.ingest.vended_standard"
                    if edge.peer_type == "lambda_function"
                    else "cw.logs.ingest.custom_standard"
                )
                yield monthly(meter, "GB", per_s, ctx.month_s, origin)
        if self.dashboards:
            shown = f"{self.dashboards} dashboard(s)"
            yield Usage("cw.dashboard", self.dashboards, "dashboard-month", shown)
        if self.read_per_month:
            read = f"{number(self.read_per_month)} metrics read"
            yield Usage("cw.get_metric_data", self.read_per_month, "metric", read)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for edge in view.flow.inbound:
            if self.delivery == "api" and edge.batch < 2 and edge.requests_per_s > 1:
                yield UNBATCHED.found(
                    f"{edge.peer} makes {number(edge.requests_per_s)} PutMetricData calls/s to "
                    f"{view.name}, one metric in each.",
                    "Gather metrics in one call, or send them in the embedded metric format.",
                    field="delivery",
                    value="embedded",
                )
        if self.metrics > MANY:
            yield CARDINALITY.found(
                f"{view.name} holds {number(self.metrics)} metrics.",
                "Put orders and users into logs and query them there; keep dimensions few.",
                field="metrics",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        if not self.dashboards:
            return
        widget = {
            "type": "metric",
            "x": 0,
            "y": 0,
            "width": 12,
            "height": 6,
            "properties": {
                "title": site.placed.label,
                "region": "${AWS::Region}",
                "metrics": [[self.namespace, self.metric_name]],
                "view": "timeSeries",
                "stat": "Average",
                "period": 60,
            },
        }
        body = json.dumps({"widgets": [widget]}, ensure_ascii=True)
        yield Resource("AWS::CloudWatch::Dashboard", {"DashboardBody": sub(body)})

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"{site.placed.label}: metrics come into being when code puts them in the namespace "
            f"{self.namespace}; the template makes none."
        )
        if self.dashboards > 1:
            yield f"{site.placed.label}: the template makes one of {self.dashboards} dashboards."

    def arn(self, logical_id: str) -> Any:
        return "*"

    def address(self, logical_id: str) -> Address:
        return Address("NAMESPACE", self.namespace, "Namespace of the metrics")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("cloudwatch:PutMetricData",), ("*",))  # IAM knows no ARN of metrics.


SERVICES = (CloudwatchMetrics,)
CONNECTIONS = ()
