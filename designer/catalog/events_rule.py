"""Amazon EventBridge scheduled rule: starts its targets by the clock.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    NO_DEAD_LETTERS,
    TARGETS_PER_RULE,
    Connection,
    Context,
    Delivery,
    Excess,
    Finding,
    Grant,
    Hop,
    Item,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeView,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    fires_per_day,
    quantity,
    rule_delivery,
    rule_grants,
    rule_refusal,
    rule_remarks,
    rule_target,
    text,
    without_dead_letters,
)

DOCS = Source(
    "EventBridge user guide, scheduled rules",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html",
    "2026-11-21",
)
TARGETS = Limit("eb.schedule_targets", "Targets of a scheduled rule", 5, "targets", DOCS)
TOO_MANY_TARGETS = Rule(
    "events-schedule-targets",
    Severity.ERROR,
    "More than five targets on a schedule",
    "EventBridge refuses a sixth target; the quota is hard.",
    DOCS,
)
NO_TARGET = Rule(
    "events-schedule-without-target",
    Severity.WARNING,
    "The schedule starts nothing",
    "A rule without targets does nothing.",
    DOCS,
)


class EventsRule(Service):
    type: Literal["events_rule"] = "events_rule"
    title: ClassVar = "Schedule"
    aliases: ClassVar = (
        "eventbridge",
        "cron",
        "rate",
        "timer",
        "scheduled rule",
        "rule",
        "cloudwatch events",
    )
    category: ClassVar = "Application integration"
    summary: ClassVar = "Starts its targets by the clock."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/eventbridge/pricing/"
    role: ClassVar = Role.PRODUCER
    cloudformation: ClassVar = "AWS::Events::Rule"
    principal: ClassVar = "events.amazonaws.com"
    id_base: ClassVar = "schedule"
    limits: ClassVar = (TARGETS,)
    rules: ClassVar = (TOO_MANY_TARGETS, NO_TARGET, NO_DEAD_LETTERS)

    schedule: str = text(
        "rate(1 hour)",
        "rate(5 minutes), or cron(minutes hours day-of-month month day-of-week year) in UTC.",
        title="Schedule expression",
        max_length=100,
    )
    payload_kib: float = quantity(
        "KiB", 1.0, "Size of the event handed to the targets.", title="Payload", gt=0, le=1_024
    )

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        try:
            fires_per_day(self.schedule)
        except ValueError as error:
            yield ("schedule",), str(error)

    def station(self, ctx: Context) -> Station:
        return Station(
            sources=(fires_per_day(self.schedule) / 86_400,),
            payload_kib=self.payload_kib,
            scales=False,
        )

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        targets = [e for e in view.outbound if isinstance(e.connection, ScheduleTarget)]
        if len(targets) > TARGETS.value:
            yield TOO_MANY_TARGETS.found(
                f"{view.name} has {len(targets)} targets.",
                "Add a second schedule with the same expression.",
            )
        if not targets:
            yield NO_TARGET.found(f"{view.name} has no target.", "Draw an arrow to what it starts.")
        kinds = frozenset({"events_schedule_target"})
        yield from without_dead_letters(view.name, "schedule", view.outbound, kinds)

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {
            "Description": site.placed.label,
            "ScheduleExpression": self.schedule.strip(),
            "State": "ENABLED",
        }
        targets = _targets(site)
        if targets:
            properties["Targets"] = [rule_target(link) for link in targets]
        yield Resource("AWS::Events::Rule", properties)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if len(_targets(site)) > TARGETS_PER_RULE:
            yield (
                (),
                (
                    f"{site.placed.label} has {len(_targets(site))} targets; a rule takes "
                    f"{TARGETS_PER_RULE}. Add a second schedule with the same expression."
                ),
            )


def _targets(site: Site) -> list[Link]:
    return [link for link in site.outbound if isinstance(link.connection, ScheduleTarget)]


class ScheduleTarget(Connection):
    type: Literal["events_schedule_target"] = "events_schedule_target"
    title: ClassVar = "Schedule target"
    summary: ClassVar = "The schedule starts the target."
    sources: ClassVar = frozenset({"events_rule"})
    targets: ClassVar = frozenset(
        {
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "sfn_state_machine",
            "kinesis_stream",
            "firehose_stream",
            "events_api_destination",
            "cloudwatch_log_group",
        }
    )
    cloudformation: ClassVar = "AWS::Events::Rule"
    docs_url: ClassVar = DOCS.url

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        asynchronous = target.type == "lambda_function"
        late = Item(Kind.NETWORK, "Start after the minute", Lognormal(2.0, 15.0), None, True)
        return Hop(
            Mechanism.SCHEDULE,
            op="event" if asynchronous else "write",
            latency=(late,),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        return rule_grants(link)

    def delivery(self, link: Link) -> Delivery | None:
        return rule_delivery(link, link.source.arn)

    def refusal(self, source: Service, target: Service) -> str | None:
        return rule_refusal(target)

    def remarks(self, link: Link) -> Iterable[str]:
        return rule_remarks(link)


SERVICES = (EventsRule,)
CONNECTIONS = (ScheduleTarget,)
