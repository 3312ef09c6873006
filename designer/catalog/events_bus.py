"""Amazon EventBridge event bus: matches each event against rules and delivers to their targets.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal

from .base import (
    TARGETS_PER_RULE,
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
    arn,
    choice,
    chunks,
    get_att,
    latency_fields,
    latency_item,
    monthly,
    number,
    pascal,
    quantity,
    ratio,
    ref,
    rule_delivery,
    rule_grants,
    rule_obstacles,
    rule_remarks,
    rule_target,
    sub,
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
    principal: ClassVar = "events.amazonaws.com"
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

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        if self.kind == "custom":
            name = sub(f"${{AWS::StackName}}-{site.placed.id}")  # A bus has no name of its own.
            yield Resource("AWS::Events::EventBus", {"Name": name})
        rules: dict[str, list[Link]] = {}
        for link in site.outbound:
            rules.setdefault(rule_id(link), []).append(link)
        for logical_id, links in rules.items():
            properties: dict[str, Any] = {
                "EventPattern": self._pattern(site, links),
                "State": "ENABLED",
                "Targets": [rule_target(link) for link in links],
            }
            if self.kind == "custom":
                properties = {"EventBusName": site.placed.ref, **properties}
            yield Resource("AWS::Events::Rule", properties, logical_id=logical_id)

    def _pattern(self, site: Site, links: Sequence[Link]) -> dict[str, Any]:
        detail_type = getattr(links[0].connection, "detail_type", "")
        notified = [e for e in site.inbound if e.connection.type == "s3_notification"]
        if notified and len(notified) == len(site.inbound):
            return {
                "source": ["aws.s3"],
                "detail-type": [detail_type or "Object Created"],
                "detail": _objects(notified),
            }
        # What another bus passes on keeps the source that it had there.
        passed = (getattr(e.source.service, "source_name", "") for e in site.inbound)
        names = dict.fromkeys([self.source_name, *(name for name in passed if name)])
        pattern: dict[str, Any] = {"source": [*names, *(["aws.s3"] if notified else [])]}
        if detail_type:
            pattern["detail-type"] = [detail_type]
        return pattern

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        shared: dict[str, list[BusRule]] = {}
        for link in site.outbound:
            if isinstance(link.connection, BusRule) and link.connection.rule_name:
                shared.setdefault(rule_id(link), []).append(link.connection)
        for rules in shared.values():
            name = rules[0].rule_name
            if len(rules) > TARGETS_PER_RULE:
                yield (
                    (),
                    (
                        f"Rule {name} of {site.placed.label} has {len(rules)} targets; a rule "
                        f"takes {TARGETS_PER_RULE}. Give some of the arrows another rule name."
                    ),
                )
            asked = list(dict.fromkeys(rule.detail_type for rule in rules))
            if len(asked) > 1:
                shown = " and ".join(f'"{one}"' if one else "any" for one in asked)
                yield (
                    (),
                    (
                        f"The arrows of rule {name} of {site.placed.label} ask for different "
                        f"detail types ({shown}), but a rule has one pattern: give them different "
                        "rule names."
                    ),
                )

    def arn(self, logical_id: str) -> Any:
        if self.kind == "default":
            return arn("events", "event-bus/default")
        return get_att(logical_id, "Arn")

    def address(self, logical_id: str) -> Address:
        name = "default" if self.kind == "default" else ref(logical_id)
        return Address("NAME", name, "Name of the event bus")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("events:PutEvents",), (self.arn(logical_id),))


def rule_id(link: Link) -> str:
    """Return the logical id of the rule that an arrow belongs to."""
    name = getattr(link.connection, "rule_name", "")
    return f"{link.source.logical_id if name else link.logical_id}{pascal(name)}Rule"


def _objects(notified: Sequence[Link]) -> dict[str, Any]:
    """Return the part of a pattern that asks for the buckets' new objects."""
    detail: dict[str, Any] = {"bucket": {"name": [e.source.ref for e in notified]}}
    if len(notified) == 1:
        prefix = getattr(notified[0].connection, "prefix", "")
        suffix = getattr(notified[0].connection, "suffix", "")
        if prefix and suffix:
            detail["object"] = {"key": [{"wildcard": f"{prefix}*{suffix}"}]}
        elif prefix or suffix:
            asked = {"prefix": prefix} if prefix else {"suffix": suffix}
            detail["object"] = {"key": [asked]}
    return detail


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
            "kinesis_stream",
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

    # ---- The template ----

    def grants(self, link: Link) -> Iterable[Grant]:
        return rule_grants(link)

    def delivery(self, link: Link) -> Delivery | None:
        return rule_delivery(link, get_att(rule_id(link), "Arn"))

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        yield from rule_obstacles(link)
        both = (getattr(link.source.service, "kind", ""), getattr(link.target.service, "kind", ""))
        if link.source.id == link.target.id or both == ("default", "default"):
            yield (), f"A rule cannot send events back to its own bus, {link.source.label}."

    def remarks(self, link: Link) -> Iterable[str]:
        yield from rule_remarks(link)
        if self.match_ratio < 1 and not self.detail_type:
            yield (
                f"{link.target.label} gets {number(self.match_ratio * 100)} % of the events of "
                f"{link.source.label} in the drawing, and all of them by the template: no detail "
                "type is given."
            )


SERVICES = (EventsBus,)
CONNECTIONS = (BusRule,)
