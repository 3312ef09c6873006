"""Amazon EventBridge scheduled rule: starts its targets by the clock.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
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
    quantity,
    rule_delivery,
    rule_grants,
    rule_obstacles,
    rule_remarks,
    rule_target,
    text,
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
RATE = re.compile(r"^rate\((\d+) (minute|minutes|hour|hours|day|days)\)$")
CRON = re.compile(r"^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$")
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
DAYS_PER_MONTH, DAYS_PER_YEAR = 365 / 12, 365.0


class EventsRule(Service):
    type: Literal["events_rule"] = "events_rule"
    title: ClassVar = "Schedule"
    aliases: ClassVar = ("eventbridge", "cron", "rate", "timer", "scheduled rule", "rule")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Starts its targets by the clock."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/eventbridge/pricing/"
    role: ClassVar = Role.PRODUCER
    cloudformation: ClassVar = "AWS::Events::Rule"
    principal: ClassVar = "events.amazonaws.com"
    id_base: ClassVar = "schedule"
    limits: ClassVar = (TARGETS,)
    rules: ClassVar = (TOO_MANY_TARGETS, NO_TARGET)

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
        if len(view.outbound) > TARGETS.value:
            yield TOO_MANY_TARGETS.found(
                f"{view.name} has {len(view.outbound)} targets.",
                "Add a second schedule with the same expression.",
            )
        if not view.outbound:
            yield NO_TARGET.found(f"{view.name} has no target.", "Draw an arrow to what it starts.")

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {
            "Description": site.placed.label,
            "ScheduleExpression": self.schedule.strip(),
            "State": "ENABLED",
        }
        if site.outbound:
            properties["Targets"] = [rule_target(link) for link in site.outbound]
        yield Resource("AWS::Events::Rule", properties)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if len(site.outbound) > TARGETS_PER_RULE:
            yield (
                (),
                (
                    f"{site.placed.label} has {len(site.outbound)} targets; a rule takes "
                    f"{TARGETS_PER_RULE}. Add a second schedule with the same expression."
                ),
            )


def fires_per_day(expression: str) -> float:
    """Return how often a schedule fires on an average day.

    Cron fields may be numbers, lists, ranges, steps, names of months and days, `*` and `?`; a
    field with `L`, `W` or `#` counts as one day of the month or week.

    Raises:
        ValueError: With what to write instead.
    """
    rate = RATE.match(expression.strip())
    if rate:
        count, unit = int(rate[1]), rate[2]
        if count < 1 or (count == 1) == unit.endswith("s"):
            raise ValueError(f'"{expression}": write rate(1 hour), rate(5 minutes)')
        return 86_400 / (count * SECONDS[unit.removesuffix("s")])
    cron = CRON.match(expression.strip())
    if not cron:
        raise ValueError(
            f'"{expression}" is no schedule: write rate(5 minutes) or cron(0 2 * * ? *)'
        )
    minutes, hours, day, month, weekday, _year = cron.groups()
    if (day == "?") == (weekday == "?"):
        raise ValueError(
            f'"{expression}": exactly one of day-of-month and day-of-week is "?", as in '
            "cron(0 2 * * ? *)"
        )
    per_day = _values(minutes, 0, 59) * _values(hours, 0, 23)
    months = _values(
        month,
        1,
        12,
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    )
    if weekday != "?":
        share = _values(weekday, 1, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]) / 7
        if "#" in weekday or "L" in weekday.replace("JUL", ""):
            share = 12 / DAYS_PER_YEAR
    else:
        share = min(1.0, _values(day, 1, 31) / DAYS_PER_MONTH) if day != "*" else 1.0
    return per_day * share * months / 12


def _values(field: str, low: int, high: int, names: list[str] | None = None) -> int:
    """Return how many values a cron field stands for."""
    names = names or []

    def at(word: str) -> int:
        value = names.index(word.upper()) + low if word.upper() in names else int(word)
        if not low <= value <= high:
            raise ValueError(f"{word} is not between {low} and {high}")
        return value

    found: set[int] = set()
    for part in field.split(","):
        body, _, step = part.partition("/")
        try:
            if body in ("*", "?", ""):
                first, last = low, high
            elif any(c in body for c in "LW#") and body.upper() not in names:
                first = last = low
            elif "-" in body:
                left, right = body.split("-", 1)
                first, last = at(left), at(right)
            else:
                first = at(body)
                last = high if step else first
            if first > last:
                raise ValueError(f"{body} runs backwards")
            found.update(range(first, last + 1, int(step) if step else 1))
        except ValueError as error:
            raise ValueError(f'"{field}" in the schedule: {error}') from error
    return len(found)


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

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return rule_obstacles(link)

    def remarks(self, link: Link) -> Iterable[str]:
        return rule_remarks(link)


SERVICES = (EventsRule,)
CONNECTIONS = (ScheduleTarget,)
