"""The room of AWS::Events::Rule on a bus: who gets which events, and what if it fails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    RETRY_AGE,
    RETRY_ATTEMPTS,
    Ban,
    Connection,
    Context,
    Delivery,
    EdgeFlow,
    EdgeView,
    Excess,
    Finding,
    Grant,
    Hop,
    Kind,
    Limit,
    Link,
    Mechanism,
    Outcome,
    Refused,
    Rule,
    Service,
    Severity,
    Source,
    Usage,
    chunks,
    flag,
    get_att,
    latency_fields,
    latency_item,
    monthly,
    number,
    pascal,
    quantity,
    ratio,
    rule_delivery,
    rule_grants,
    rule_refusal,
    rule_remarks,
    structure,
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
BILLED_KIB = 64.0
# What another bus passes on is not passed on again.
FIRST_HOP = frozenset({"write", "call", "event", "aws", "read"})
RULE_TYPE = "events_rule_target"


def rule_id(link: Link) -> str:
    """Return the logical id of the rule that an arrow belongs to."""
    name = getattr(link.connection, "rule_name", "")
    return f"{link.source.logical_id if name else link.logical_id}{pascal(name)}Rule"


TRANSFORMER = Source(
    "EventBridge user guide, input transformation",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html",
    "2026-11-21",
)
# Names that EventBridge explains itself.
RESERVED = frozenset(
    {
        "aws.events.rule-arn",
        "aws.events.rule-name",
        "aws.events.event.ingestion-time",
        "aws.events.event",
        "aws.events.event.json",
    }
)
UNKNOWN_NAME = Rule(
    "events-transformer-unknown-name",
    Severity.ERROR,
    "Input template names what no input path explains",
    "EventBridge refuses a rule whose template has a name that is not in the input paths.",
    TRANSFORMER,
)
DEAD_LETTER_FIFO = Ban(
    "events-dead-letter-fifo",
    "Dead letters into a FIFO queue",
    "EventBridge sends what it cannot deliver to standard queues only.",
    RETRY_AGE.source,
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
            "kinesis_stream",
            "firehose_stream",
            "events_bus",
            "events_api_destination",
            "cloudwatch_log_group",
        }
    )
    cloudformation: ClassVar = "AWS::Events::Rule"
    docs_url: ClassVar = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html"
    limits: ClassVar = (INVOCATIONS, RETRY_ATTEMPTS, RETRY_AGE)
    rules: ClassVar = (UNKNOWN_NAME,)
    itself: ClassVar = "A rule cannot send events back to its own bus: draw a second bus."

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
    pattern: dict[str, Any] = structure(
        {},
        'Further conditions of the event pattern, as in {"detail": {"total": [{"numeric": [">", '
        "100]}]}}; arrows of one rule state the same.",
        widget="json",
        title="Pattern",
    )
    input_paths: dict[str, str] = structure(
        {},
        'Input transformer: names for parts of the event, as in {"order": "$.detail.id"}.',
        widget="json",
        title="Input paths",
        group="Input transformer",
        max_length=100,
    )
    input_template: str = text(
        "",
        'What the target gets, with names in angle brackets, as in {"id": <order>}; empty hands on '
        "the event as it is.",
        title="Input template",
        max_length=8_192,
        group="Input transformer",
        widget="textarea",
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size after the input transformer; empty keeps the size.",
        title="Payload",
        gt=0,
        le=1_024,
    )
    cross_account: bool = flag(
        False,
        "The target is in another account: a bus there is paid like a custom event, any other "
        "target at a small price for each delivery.",
        title="In another account",
    )
    retry_attempts: int = quantity(
        "retries",
        185,
        "Retries of a delivery that fails; an API destination's call states its own.",
        ge=0,
        le=185,
        group="Retries",
        source=RETRY_ATTEMPTS.source,
    )
    max_age_s: float = quantity(
        "s",
        86_400,
        "Age at which a delivery is given up.",
        title="Oldest event",
        ge=60,
        le=86_400,
        group="Retries",
        source=RETRY_AGE.source,
    )
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        item = latency_item(
            Kind.NETWORK, "EventBridge delivery", self.latency_p50_ms, self.latency_p99_ms, MEASURED
        )
        asynchronous = target.type == "lambda_function"
        to_bus = target.type == "events_bus"
        return Hop(
            Mechanism.PUSH,
            ratio=self.match_ratio,
            op="event" if asynchronous else self._bus_op if to_bus else "write",
            reacts_to=FIRST_HOP if to_bus else None,
            payload_kib=self.payload_kib,
            latency=(item,),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
        )

    @property
    def unknown_names(self) -> list[str]:
        """Names in the input template that no input path explains."""
        named = re.findall(r"<([A-Za-z0-9_.\-]+)>", self.input_template)
        return [n for n in dict.fromkeys(named) if n not in self.input_paths and n not in RESERVED]

    @property
    def _bus_op(self) -> str:
        return "foreign" if self.cross_account else "bus"

    def refusal(self, source: Service, target: Service) -> str | None:
        kinds = (getattr(source, "kind", ""), getattr(target, "kind", ""))
        if kinds == ("default", "default") and not self.cross_account:
            return "An account has one default bus: a rule cannot send events back to it."
        return rule_refusal(target)

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        if self.cross_account:
            kind = "bus" if target.type == "events_bus" else "target"
            billed = chunks(flow.size_kib, BILLED_KIB)
            origin = f"Events to {flow.peer} in another account, {billed} × 64 KiB each"
            meter = f"eb.bus.cross_account_{kind}_delivery"
            yield monthly(meter, "64 KB chunk", flow.events_per_s * billed, ctx.month_s, origin)

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        if self.unknown_names:
            yield UNKNOWN_NAME.found(
                f"The input template for {view.target_name} has <{self.unknown_names[0]}>; the "
                f"input paths name {', '.join(self.input_paths) or 'nothing'}.",
                "Add an input path of that name, or correct the template.",
                field="input_paths",
            )

    # ---- The template ----

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.unknown_names:
            message = f"The input template names <{self.unknown_names[0]}>, but no input path does."
            yield ("input_template",), message

    def grants(self, link: Link) -> Iterable[Grant]:
        return rule_grants(link)

    def delivery(self, link: Link) -> Delivery | None:
        return rule_delivery(link, get_att(rule_id(link), "Arn"))

    def remarks(self, link: Link) -> Iterable[str]:
        yield from rule_remarks(link)
        if self.cross_account:
            yield (
                f"{link.target.label} is in another account in the drawing and in the same one by "
                "the template: deploy it there and open its policy to this account."
            )
        if self.match_ratio < 1 and not self.detail_type and not self.pattern:
            yield (
                f"{link.target.label} gets {number(self.match_ratio * 100)} % of the events of "
                f"{link.source.label} in the drawing, and all of them by the template: neither "
                "detail type nor pattern is given."
            )


class DeadLetters(Connection):
    type: Literal["events_dead_letters"] = "events_dead_letters"
    title: ClassVar = "Dead letters of rules"
    summary: ClassVar = "What could not be delivered to a target after its last retry."
    second_choice: ClassVar = True
    sources: ClassVar = frozenset(
        {"events_bus", "events_rule", "events_api_destination", "scheduler_schedule"}
    )
    targets: ClassVar = frozenset({"sqs_queue"})
    cloudformation: ClassVar = "AWS::Events::Rule"
    docs_url: ClassVar = RETRY_AGE.source.url
    bans: ClassVar = (DEAD_LETTER_FIFO,)

    rule_name: str = text(
        "",
        "Only for targets of the rule of this name; empty is for all that have none of their own.",
        title="Rule name",
        pattern=r"^([A-Za-z][A-Za-z0-9]{0,40})?$",
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(Mechanism.FAILURE, outcome=Outcome.DEAD, op="dead", attempts_max=1.0)

    def refusal(self, source: Service, target: Service) -> Refused | None:
        if getattr(target, "fifo", False):
            return DEAD_LETTER_FIFO.refused(
                "EventBridge takes standard queues only for dead letters, not FIFO ones: switch "
                "its FIFO off."
            )
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.source.service.type == "scheduler_schedule":  # It sends by its own role.
            access = link.target.service.access(link.target.logical_id, "write")
            yield Grant("source", access.actions, access.resources)

    def delivery(self, link: Link) -> Delivery | None:
        kind = link.source.service.type
        if kind == "scheduler_schedule":
            return None
        if kind == "events_rule":
            return Delivery("events.amazonaws.com", link.source.arn)
        rules = [rule_id(e) for e in link.siblings if e.connection.type == RULE_TYPE]
        arns = [get_att(one, "Arn") for one in dict.fromkeys(rules)]
        return Delivery("events.amazonaws.com", arns or None, account=not arns)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        dead = [e.connection for e in link.siblings if e.connection.type == self.type]
        same = [one for one in dead if getattr(one, "rule_name", "") == self.rule_name]
        if len(same) > 1:
            message = f"{link.source.label} has {len(same)} dead-letter queues; a target has one."
            yield (), message


CONNECTIONS = (BusRule, DeadLetters)
