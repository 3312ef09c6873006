"""CloudWatch alarm: watches a metric and tells others when it crosses a threshold.

Quotas:  https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
Pricing: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Connection,
    Context,
    Delivery,
    Excess,
    Finding,
    Hop,
    Item,
    Kind,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Patch,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Uniform,
    Usage,
    choice,
    get_att,
    number,
    quantity,
    ref,
    sub,
    text,
)

DOCS = Source(
    "CloudWatch user guide, using alarms",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    "2026-11-21",
)
DAY_S = 86_400
ANOMALY_METRICS = 3  # The metric and both edges of its band: pricing page.
# Namespace, metric, dimension and its value of what an alarm can watch without a word more.
WATCHED = {
    "lambda_function": ("AWS/Lambda", "Errors", "FunctionName", ""),
    "sqs_queue": ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "QueueName"),
    "dynamodb_table": ("AWS/DynamoDB", "ThrottledRequests", "TableName", ""),
    "kinesis_stream": ("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", ""),
    "sfn_state_machine": ("AWS/States", "ExecutionsFailed", "StateMachineArn", ""),
    "sns_topic": ("AWS/SNS", "NumberOfNotificationsFailed", "TopicName", "TopicName"),
    "firehose_stream": (
        "AWS/Firehose",
        "DeliveryToS3.DataFreshness",
        "DeliveryStreamName",
        "",
    ),
}
NO_ACTION = Rule(
    "alarm-without-action",
    Severity.WARNING,
    "The alarm tells nobody",
    "An alarm without an action changes its state in the console only.",
    DOCS,
)
FAST_ON_SLOW = Rule(
    "alarm-period-below-minute",
    Severity.NOTE,
    "Looks more often than a minute",
    "AWS's own metrics come once a minute: only custom metrics of high resolution tell more, and "
    "the alarm costs three times as much.",
    DOCS,
)
KINDS = {
    "standard": "Standard resolution",
    "high_resolution": "High resolution (10 or 30 s)",
    "anomaly": "Anomaly detection",
    "composite": "Composite of other alarms",
}


class CloudwatchAlarm(Service):
    type: Literal["cloudwatch_alarm"] = "cloudwatch_alarm"
    title: ClassVar = "CloudWatch alarm"
    aliases: ClassVar = ("alarm", "cloudwatch", "alert", "threshold", "monitoring")
    category: ClassVar = "Management"
    summary: ClassVar = "Watches a metric and tells others when it crosses a threshold."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/cloudwatch/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::CloudWatch::Alarm"
    id_base: ClassVar = "alarm"
    rules: ClassVar = (NO_ACTION, FAST_ON_SLOW)

    kind: Literal["standard", "high_resolution", "anomaly", "composite"] = choice(
        "standard", "What kind of alarm; it sets the price.", titles=KINDS
    )
    alarms: int = quantity("alarms", 1, "Alarms like this one.", ge=1, le=100_000)
    metrics_per_alarm: int = quantity(
        "metrics",
        1,
        "Metrics that one alarm looks at (metric math); each is paid.",
        title="Metrics of an alarm",
        ge=1,
        le=10,
    )
    namespace: str = text(
        "", "Namespace of the metric; empty takes it from the arrow.", max_length=255
    )
    metric_name: str = text(
        "", "Metric; empty takes that of what the arrow comes from.", max_length=255
    )
    threshold: float = quantity(
        "value", 0, "The alarm rings above this.", ge=-1e15, le=1e15, group="Behaviour"
    )
    period_s: Literal["10", "30", "60", "300", "900", "3600"] = choice(
        "60",
        "How often the metric is looked at; below a minute only in high resolution.",
        title="Period",
        titles={k: f"{k} s" for k in ("10", "30", "60", "300", "900", "3600")},
        group="Behaviour",
    )
    periods: int = quantity(
        "periods",
        1,
        "Periods above the threshold before the alarm rings.",
        ge=1,
        le=100,
        group="Behaviour",
    )
    rings_per_day: float = quantity(
        "1/day",
        1.0,
        "How often one alarm rings.",
        title="Rings",
        ge=0,
        le=8_640,
        group="Assumptions",
        assumed=True,
    )

    @property
    def every_s(self) -> int:
        return int(self.period_s)

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.every_s < 60 and self.kind != "high_resolution":
            yield ("period_s",), "Below a minute only alarms of high resolution look: set 60 s."
        if self.every_s * self.periods > DAY_S:
            yield ("periods",), "Period times periods is at most a day: set fewer periods."

    def station(self, ctx: Context) -> Station:
        return Station(
            sources=(self.alarms * self.rings_per_day / DAY_S,), payload_kib=1.0, scales=False
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        alarms = f"{number(self.alarms)} alarm(s)"
        if self.kind == "composite":
            yield Usage("cw.alarm.composite", self.alarms, "alarm-month", alarms)
            return
        metrics = ANOMALY_METRICS if self.kind == "anomaly" else self.metrics_per_alarm
        kind = "high_resolution" if self.kind == "high_resolution" else "standard"
        formula = f"{alarms} × {metrics} metric(s)"
        yield Usage(f"cw.alarm.{kind}", self.alarms * metrics, "alarm metric-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if not view.outbound:
            yield NO_ACTION.found(
                f"{view.name} has no action.", "Draw an arrow to a topic or a function."
            )
        own = [e for e in view.inbound if e.source.type in WATCHED]
        if self.kind == "high_resolution" and own:
            yield FAST_ON_SLOW.found(
                f"{view.name} looks every {self.every_s} s at a metric of {own[0].source_name}.",
                "Take standard resolution with 60 s.",
                field="kind",
            )

    # ---- The template ----

    def _watch(self, site: Site) -> dict[str, Any]:
        """Return namespace, name and dimension of the metric."""
        found: dict[str, Any] = {"Namespace": self.namespace, "MetricName": self.metric_name}
        for link in site.inbound:
            service, own_id = link.source.service, link.source.logical_id
            if service.type in WATCHED:
                namespace, metric, dimension, attribute = WATCHED[service.type]
                value = get_att(own_id, attribute) if attribute else ref(own_id)
                found["Dimensions"] = [{"Name": dimension, "Value": value}]
            else:
                namespace = getattr(service, "namespace", "")
                metric = getattr(service, "metric_name", "")
            found["Namespace"] = self.namespace or namespace
            found["MetricName"] = self.metric_name or metric
        return found

    def resources(self, site: Site) -> Iterable[Resource]:
        if self.kind == "composite":
            rings = " OR ".join(f'ALARM("${{{k.source.logical_id}}}")' for k in site.inbound)
            name = sub(f"${{AWS::StackName}}-{site.placed.id}")
            yield Resource(
                "AWS::CloudWatch::CompositeAlarm", {"AlarmName": name, "AlarmRule": sub(rings)}
            )
            return
        properties: dict[str, Any] = {
            "AlarmDescription": site.placed.label,
            "EvaluationPeriods": self.periods,
            "TreatMissingData": "notBreaching",
        }
        watched = self._watch(site)
        if self.kind == "anomaly":
            properties |= self._band(watched)
        else:
            properties |= {
                **watched,
                "Statistic": "Maximum",
                "Period": self.every_s,
                "Threshold": self.threshold,
                "ComparisonOperator": "GreaterThanThreshold",
            }
        yield Resource("AWS::CloudWatch::Alarm", properties)

    def _band(self, watched: dict[str, Any]) -> dict[str, Any]:
        stat = {"Metric": watched, "Period": self.every_s, "Stat": "Average"}
        band = "ANOMALY_DETECTION_BAND(m1, 2)"
        return {
            "Metrics": [
                {"Id": "m1", "MetricStat": stat, "ReturnData": True},
                {"Id": "band", "Expression": band, "Label": "Expected", "ReturnData": True},
            ],
            "ThresholdMetricId": "band",
            "ComparisonOperator": "GreaterThanUpperThreshold",
        }

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.kind == "composite" and not site.inbound:
            yield (), f"{site.placed.label} combines no alarms: draw arrows from them."
        if self.kind != "composite" and not all(self._watch(site)[k] for k in NAMED):
            yield (
                ("metric_name",),
                (
                    f"{site.placed.label} watches nothing: draw an arrow from what it watches, or "
                    "name namespace and metric."
                ),
            )
        if self.kind != "composite" and len(site.inbound) > 1:
            names = " and ".join(link.source.label for link in site.inbound)
            yield (), f"{site.placed.label} watches {names}: one alarm watches one of them."

    def remarks(self, site: Site) -> Iterable[str]:
        if self.alarms > 1:
            yield f"{site.placed.label} stands for {self.alarms} alarms; the template makes one."

    def arn(self, logical_id: str) -> Any:
        return get_att(logical_id, "Arn")


NAMED = ("Namespace", "MetricName")


class Watch(Connection):
    type: Literal["cloudwatch_watch"] = "cloudwatch_watch"
    title: ClassVar = "Watched by"
    summary: ClassVar = "The alarm looks at a metric of the source; no event passes."
    sources: ClassVar = frozenset({*WATCHED, "cloudwatch_metrics", "cloudwatch_alarm"})
    targets: ClassVar = frozenset({"cloudwatch_alarm"})
    cloudformation: ClassVar = "AWS::CloudWatch::Alarm"
    docs_url: ClassVar = DOCS.url
    second_choice: ClassVar = True
    itself: ClassVar = "An alarm watches a metric or other alarms, not itself."

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(Mechanism.PUSH, ratio=0.0, op="metric", excess=Excess.REFUSE)

    def refusal(self, source: Service, target: Service) -> str | None:
        combines = getattr(target, "kind", "") == "composite"
        if combines != (source.type == "cloudwatch_alarm"):
            return (
                "A composite alarm combines other alarms: draw the arrow from an alarm."
                if combines
                else "Only a composite alarm combines others: set its kind to composite."
            )
        return None


class AlarmAction(Connection):
    type: Literal["cloudwatch_alarm_action"] = "cloudwatch_alarm_action"
    title: ClassVar = "Alarm action"
    summary: ClassVar = "The alarm tells the target that it rings."
    sources: ClassVar = frozenset({"cloudwatch_alarm"})
    targets: ClassVar = frozenset({"sns_topic", "lambda_function", "events_bus"})
    cloudformation: ClassVar = "AWS::CloudWatch::Alarm"
    docs_url: ClassVar = DOCS.url

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        asynchronous = target.type == "lambda_function"
        every_s = float(getattr(source, "every_s", 60))
        periods = int(getattr(source, "periods", 1))
        seen = Uniform(every_s * (periods - 1), every_s * periods)
        return Hop(
            Mechanism.PUSH,
            op="event" if asynchronous else "aws" if target.type == "events_bus" else "write",
            payload_kib=2.0,
            latency=(
                Item(Kind.WAIT, "Until the periods are over", seen, DOCS),
                Item(Kind.NETWORK, "Alarm action", Lognormal(1.0, 10.0), None, True),
            ),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(target, "fifo", False):
            return "An alarm does not send to a FIFO topic: use a standard one."
        if target.type == "events_bus" and getattr(target, "kind", "") != "default":
            return "Alarms tell the default bus only: set the bus to default."
        return None

    def patches(self, link: Link) -> Iterable[Patch]:
        if link.target.service.type != "events_bus":  # It hears of every alarm by itself.
            path = ("Properties", "AlarmActions")
            yield Patch(link.source.logical_id, path, [link.target.arn])

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type == "events_bus":
            return None
        by_function = link.target.service.type == "lambda_function"
        principal = "lambda.alarms.cloudwatch" if by_function else "cloudwatch"
        return Delivery(f"{principal}.amazonaws.com", source_arn=link.source.arn)


SERVICES = (CloudwatchAlarm,)
CONNECTIONS = (Watch, AlarmAction)
