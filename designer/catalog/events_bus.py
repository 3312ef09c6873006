"""Amazon EventBridge event bus: matches each event against rules and delivers to their targets.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Cap,
    Connection,
    Context,
    Excess,
    Finding,
    Hop,
    Kind,
    Limit,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Per,
    Role,
    Rule,
    Service,
    Severity,
    Source,
    Station,
    Usage,
    choice,
    chunks,
    latency_fields,
    latency_item,
    monthly,
    number,
    quantity,
    ratio,
    text,
)

QUOTAS = Source(
    "EventBridge quotas",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (EventBridge measured again in February 2023)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
PUT_EVENTS = Limit(
    "eb.putevents",
    "PutEvents requests",
    1_200,
    "requests/s",
    QUOTAS,
    adjustable=True,
    by_region={
        "us-east-1": 10_000,
        "eu-west-1": 10_000,
        "eu-central-1": 2_400,
        "sa-east-1": 600,
    },
    note="Account and region, all buses; a request carries up to ten entries.",
)
INVOCATIONS = Limit(
    "eb.invocations",
    "Target invocations",
    2_250,
    "invocations/s",
    QUOTAS,
    adjustable=True,
    by_region={
        "us-east-1": 18_750,
        "eu-west-1": 18_750,
        "eu-central-1": 4_500,
        "sa-east-1": 1_100,
    },
    note="Above it deliveries are delayed, not lost.",
)
TARGETS = Limit("eb.targets", "Targets per rule", 5, "targets", QUOTAS)
RULES = Limit("eb.rules", "Rules per bus", 300, "rules", QUOTAS, adjustable=True)
ENTRY_MAX = Limit(
    "eb.payload", "Event entry", 1_024, "KiB", QUOTAS, note="256 KiB until January 2026."
)
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of an event is one event.
PUT_P50_S, PUT_P99_S = 0.015, 0.070  # Assumption: an API call inside the region.

TOO_MANY_TARGETS = Rule(
    "events-targets-per-rule",
    Severity.ERROR,
    "More than five targets on a rule",
    "EventBridge refuses a sixth target; the quota is hard.",
    QUOTAS,
)
NO_RULE = Rule(
    "events-no-rule",
    Severity.WARNING,
    "No rule matches",
    "A bus does not store: an event that no rule matches is gone.",
    QUOTAS,
)
THROTTLED = Rule(
    "events-put-throttled",
    Severity.ERROR,
    "PutEvents over the quota",
    "Above the quota the producer gets a throttling error.",
    QUOTAS,
)
PAYLOAD = Rule(
    "events-payload-over-limit",
    Severity.ERROR,
    "Event larger than the bus takes",
    "EventBridge refuses larger entries.",
    QUOTAS,
)


class EventsBus(Service):
    type: Literal["events_bus"] = "events_bus"
    title: ClassVar = "EventBridge bus"
    aliases: ClassVar = ("eventbridge", "event bus", "bus", "cloudwatch events", "router")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Matches events against rules and delivers them to targets."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/eventbridge/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::Events::EventBus"
    id_base: ClassVar = "bus"
    limits: ClassVar = (PUT_EVENTS, INVOCATIONS, TARGETS, RULES, ENTRY_MAX)
    rules: ClassVar = (TOO_MANY_TARGETS, NO_RULE, THROTTLED, PAYLOAD)

    kind: Literal["custom", "default"] = choice(
        "custom",
        "A custom bus of its own, or the account's default bus, which also gets AWS's own events.",
        titles={"custom": "Custom bus", "default": "Default bus"},
    )
    source_name: str = text(
        "weir.app",
        "Value of `source` in the events, used by the rules' patterns.",
        title="Event source",
        pattern=r"^[A-Za-z0-9._\-/]+$",
    )

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(PUT_P50_S, PUT_P99_S),
            service_label="PutEvents call",
            caps=(
                Cap(
                    PUT_EVENTS,
                    Per.REQUEST,
                    ctx.value(PUT_EVENTS),
                    pool="eb.putevents",
                    ops=frozenset({"write", "call"}),
                ),
            ),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            billed = chunks(edge.size_kib, BILLED_KIB)
            aws_own = edge.op == "aws"
            meter = "eb.bus.aws_management_events" if aws_own else "eb.bus.custom_events"
            origin = f"Events from {edge.peer}, {billed} × 64 KiB each"
            yield monthly(meter, "64 KB chunk", edge.events_per_s * billed, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        names = Counter(
            e.connection.rule_name
            for e in view.outbound
            if isinstance(e.connection, BusRule) and e.connection.rule_name
        )
        for name, count in names.items():
            if count > TARGETS.value:
                yield TOO_MANY_TARGETS.found(
                    f"Rule {name} of {view.name} has {count} targets.",
                    "Give some of the arrows another rule name; the pattern may be the same.",
                )
        if not view.outbound and view.flow.events_per_s > 0:
            yield NO_RULE.found(
                f"{number(view.flow.events_per_s)} events/s reach {view.name} and no rule matches.",
                "Draw an arrow to a target.",
            )
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} events/s to {view.name} are refused.",
                "Put ten entries into one request, or ask AWS for a higher quota.",
            )
        for edge in view.flow.inbound:
            if edge.size_kib > ENTRY_MAX.value:
                yield PAYLOAD.found(
                    f"Events of {number(edge.size_kib)} KiB; {view.name} takes "
                    f"{number(ENTRY_MAX.value)} KiB.",
                    "Keep the payload in S3 and send its key.",
                )


_P50, _P99 = latency_fields(148, 387, "from PutEvents until the target starts", MEASURED)


class BusRule(Connection):
    type: Literal["events_rule_target"] = "events_rule_target"
    title: ClassVar = "Rule"
    summary: ClassVar = "Events that match the rule's pattern are delivered to the target."
    sources: ClassVar = frozenset({"events_bus"})
    targets: ClassVar = frozenset(
        {
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "sfn_state_machine",
            "firehose_stream",
            "events_bus",
        }
    )
    cloudformation: ClassVar = "AWS::Events::Rule"
    docs_url: ClassVar = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html"
    limits: ClassVar = (INVOCATIONS,)

    match_ratio: float = ratio(
        1.0,
        "Share of the bus's events that the pattern matches.",
        title="Rule matches",
        gt=0,
    )
    detail_type: str = text(
        "",
        "Value of `detail-type` that the pattern asks for; empty matches all.",
        title="Detail type",
    )
    rule_name: str = text(
        "",
        "Arrows with the same name share one rule (at most five targets).",
        title="Rule name",
        pattern=r"^([A-Za-z][A-Za-z0-9]{0,40})?$",
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size after the input transformer; empty keeps the size.",
        title="Payload",
        gt=0,
        le=1_024,
    )
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        item = latency_item(
            Kind.NETWORK, "EventBridge delivery", self.latency_p50_ms, self.latency_p99_ms, MEASURED
        )
        asynchronous = target.type == "lambda_function"
        return Hop(
            Mechanism.PUSH,
            ratio=self.match_ratio,
            op="event" if asynchronous else "bus" if target.type == "events_bus" else "write",
            payload_kib=self.payload_kib,
            latency=(item,),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
        )


SERVICES = (EventsBus,)
CONNECTIONS = (BusRule,)
