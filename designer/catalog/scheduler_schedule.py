"""EventBridge Scheduler: starts one target by the clock, once or again and again, by the million.

Quotas:  https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    NO_DEAD_LETTERS,
    RETRY_AGE,
    RETRY_ATTEMPTS,
    Cap,
    Connection,
    Context,
    Excess,
    Finding,
    Grant,
    Hop,
    Item,
    Kind,
    Limit,
    Link,
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
    Uniform,
    Usage,
    fires_per_day,
    monthly,
    number,
    quantity,
    retry_properties,
    rule_refusal,
    text,
    without_dead_letters,
)

QUOTAS = Source(
    "EventBridge Scheduler quotas",
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html",
    "2026-11-21",
)
DOCS = Source(
    "EventBridge Scheduler user guide, schedule types",
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
    "2026-11-21",
)
SCHEDULES = Limit(
    "scheduler.schedules",
    "Schedules",
    10_000_000,
    "schedules",
    QUOTAS,
    adjustable=True,
    note="Account and region; 1 million when the service began in 2022.",
)
INVOCATIONS = Limit(
    "scheduler.invocations",
    "Invocations of the account",
    1_000,
    "invocations/s",
    QUOTAS,
    adjustable=True,
    note="What is over it starts later. Regions with fewer users start with less.",
)
PAYLOAD_MAX = Limit("scheduler.payload", "Payload of a schedule", 256, "KiB", QUOTAS)
PRECISION_S = 60.0  # DOCS: a schedule starts within the minute that it names.
MOST_RETRIES = 185
AT = re.compile(r"^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$")

ONE_TARGET = Rule(
    "scheduler-one-target",
    Severity.ERROR,
    "A schedule has exactly one target",
    "Unlike a rule, a schedule of EventBridge Scheduler starts one target.",
    DOCS,
)
TOO_MANY = Rule(
    "scheduler-too-many-schedules",
    Severity.ERROR,
    "More schedules than the account may have",
    "Scheduler refuses further schedules above the quota.",
    QUOTAS,
)


class SchedulerSchedule(Service):
    type: Literal["scheduler_schedule"] = "scheduler_schedule"
    title: ClassVar = "EventBridge Scheduler"
    aliases: ClassVar = ("schedule", "cron", "rate", "at", "timer", "one-time", "reminder")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Starts one target by the clock, once or again and again, by the million."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/eventbridge/pricing/"
    role: ClassVar = Role.PRODUCER
    cloudformation: ClassVar = "AWS::Scheduler::Schedule"
    principal: ClassVar = "scheduler.amazonaws.com"
    id_base: ClassVar = "scheduler"
    limits: ClassVar = (SCHEDULES, INVOCATIONS, PAYLOAD_MAX)
    rules: ClassVar = (ONE_TARGET, TOO_MANY, NO_DEAD_LETTERS)

    schedule: str = text(
        "rate(1 hour)",
        "rate(5 minutes), cron(minutes hours day-of-month month day-of-week year), or once: "
        "at(2027-01-31T08:00:00).",
        title="Schedule expression",
        max_length=100,
    )
    schedules: int = quantity(
        "schedules",
        1,
        "Schedules like this one; of one-time schedules those that fire in a month.",
        ge=1,
        le=1_000_000_000,
    )
    timezone: str = text(
        "UTC",
        "Time zone of the expression, for instance Europe/Berlin; follows its summer time.",
        title="Time zone",
        pattern=r"^[A-Za-z0-9_+\-/]+$",
    )
    flexible_window_min: float = quantity(
        "min",
        0,
        "Scheduler starts the target at any time within this window; 0 starts it in the minute.",
        title="Flexible window",
        ge=0,
        le=1_440,
        source=DOCS,
    )
    payload_kib: float = quantity(
        "KiB", 1.0, "Size of the input handed to the target.", title="Payload", gt=0, le=256
    )

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        try:
            self._fires_per_day(30.0)
        except ValueError as error:
            yield ("schedule",), f"{error}, or at(2027-01-31T08:00:00)"

    def _fires_per_day(self, month_days: float) -> float:
        if AT.match(self.schedule.strip()):
            return self.schedules / month_days
        return self.schedules * fires_per_day(self.schedule)

    def station(self, ctx: Context) -> Station:
        per_s = self._fires_per_day(ctx.month_h / 24) / 86_400
        # Schedules by the thousand belong to users, and more users make more of them.
        return Station(sources=(per_s,), payload_kib=self.payload_kib, scales=self.schedules > 1)

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.outbound:
            if edge.mechanism is Mechanism.SCHEDULE:
                origin = f"Starts of {edge.peer}"
                per_s = edge.offered_per_s
                yield monthly("eb.scheduler.invocations", "invocation", per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        targets = [e for e in view.outbound if isinstance(e.connection, SchedulerTarget)]
        if len(targets) != 1:
            yield ONE_TARGET.found(
                f"{view.name} has {len(targets)} targets.",
                "Draw one arrow; for several targets draw several schedules, or a topic or bus.",
            )
        if self.schedules > ctx.value(SCHEDULES):
            yield TOO_MANY.found(
                f"{number(self.schedules)} schedules; the account may have "
                f"{number(ctx.value(SCHEDULES))}.",
                "Ask AWS for a higher quota.",
            )

        kinds = frozenset({"scheduler_target"})
        yield from without_dead_letters(view.name, "schedule", view.outbound, kinds)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        window: dict[str, Any] = {"Mode": "OFF"}
        if self.flexible_window_min > 0:
            minutes = math.ceil(self.flexible_window_min)
            window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes}
        targets = [e for e in site.outbound if isinstance(e.connection, SchedulerTarget)]
        yield Resource(
            "AWS::Scheduler::Schedule",
            {
                "Description": site.placed.label,
                "ScheduleExpression": self.schedule.strip(),
                "ScheduleExpressionTimezone": self.timezone,
                "FlexibleTimeWindow": window,
                "State": "ENABLED",
                "Target": dict(_target(targets[0])) if targets else {},
            },
        )

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        targets = [e for e in site.outbound if isinstance(e.connection, SchedulerTarget)]
        if len(targets) != 1:
            message = (
                f"{site.placed.label} has {len(targets)} targets; a schedule has exactly one: "
                "draw one arrow."
            )
            yield (), message

    def remarks(self, site: Site) -> Iterable[str]:
        if self.schedules > 1:
            yield (
                f"{site.placed.label} stands for {number(self.schedules)} schedules; the template "
                "makes one: your code makes the others (scheduler:CreateSchedule)."
            )


def _target(link: Link) -> Iterable[tuple[str, Any]]:
    yield "Arn", link.target.arn
    yield "RoleArn", link.source.role_arn
    kind = link.target.service.type
    if kind == "sqs_queue" and getattr(link.target.service, "fifo", False):
        yield "SqsParameters", {"MessageGroupId": link.source.id}
    if kind == "kinesis_stream":
        yield "KinesisParameters", {"PartitionKey": link.source.id}
    if kind == "events_bus":
        source = getattr(link.target.service, "source_name", "scheduler")
        yield "EventBridgeParameters", {"DetailType": "Scheduled Event", "Source": source}
    yield from retry_properties(link).items()


class SchedulerTarget(Connection):
    type: Literal["scheduler_target"] = "scheduler_target"
    title: ClassVar = "Target of the schedule"
    summary: ClassVar = "Scheduler starts the target and tries again when that fails."
    sources: ClassVar = frozenset({"scheduler_schedule"})
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
    cloudformation: ClassVar = "AWS::Scheduler::Schedule"
    docs_url: ClassVar = DOCS.url
    limits: ClassVar = (INVOCATIONS, RETRY_ATTEMPTS, RETRY_AGE)

    retry_attempts: int = quantity(
        "retries", MOST_RETRIES, "Retries of a start that fails.", ge=0, le=185, group="Retries"
    )
    max_age_s: float = quantity(
        "s",
        86_400,
        "Age at which a start is given up.",
        title="Oldest event",
        ge=60,
        le=86_400,
        group="Retries",
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        late = [Item(Kind.WAIT, "Start within the minute", Uniform(0.0, PRECISION_S), DOCS)]
        window_s = float(getattr(source, "flexible_window_min", 0)) * 60
        if window_s > 0:
            late.append(Item(Kind.HOLD, "Flexible window", Uniform(0.0, window_s), DOCS))
        asynchronous = target.type == "lambda_function"
        pace = Cap(INVOCATIONS, Per.EVENT, ctx.value(INVOCATIONS), pool="scheduler.invocations")
        return Hop(
            Mechanism.SCHEDULE,
            op="event" if asynchronous else "write",
            latency=tuple(late),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
            caps=(pace,),
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        return rule_refusal(target)

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "start")
        yield Grant("source", access.actions, access.resources)

    def remarks(self, link: Link) -> Iterable[str]:
        if getattr(link.target.service, "fifo", False):
            yield (
                f"All starts of {link.source.label} enter {link.target.label} as one message "
                f'group "{link.source.id}".'
            )


SERVICES = (SchedulerSchedule,)
CONNECTIONS = (SchedulerTarget,)
