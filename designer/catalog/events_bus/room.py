"""The room of AWS::Events::EventBus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    NO_DEAD_LETTERS,
    RETRY_AGE,
    Access,
    Address,
    Cap,
    Context,
    EdgeFlow,
    EdgeView,
    Finding,
    Limit,
    NodeFlow,
    NodeView,
    Parameter,
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
    call_fields,
    call_law,
    choice,
    chunks,
    flag,
    get_att,
    monthly,
    number,
    quantity,
    ratio,
    ref,
    text,
    without_dead_letters,
)
from . import export
from .rule import INVOCATIONS, QUOTAS, TARGETS, BusRule

CROSS_BUS = Source(
    "EventBridge user guide, events between buses",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html",
    "2026-11-21",
)
PUT_EVENTS_API = Source(
    "EventBridge API Reference, PutEvents",
    "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html",
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
RULES = Limit("eb.rules", "Rules per bus", 300, "rules", QUOTAS, adjustable=True)
ENTRY_MAX = Limit(
    "eb.payload", "Event entry", 1_024, "KiB", QUOTAS, note="256 KiB until January 2026."
)
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of an event is one event.
DISCOVERED_KIB = 8.0  # Pricing: every started 8 KiB of an event is one discovered event.
FROM_OTHER_ACCOUNT = "foreign"
PARTNER = "aws.partner/"
# Assumption: an API call inside the region.
_CALL_P50, _CALL_P99 = call_fields(15, 70, "a PutEvents call", None)

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
SECOND_HOP = Rule(
    "events-second-bus-hop",
    Severity.WARNING,
    "Events do not pass a second bus",
    "EventBridge does not forward an event that came from another bus to a third bus; such events "
    "are left out of the rates behind it.",
    CROSS_BUS,
)
TWO_DEAD_LETTER_QUEUES = Rule(
    "events-two-dead-letter-queues",
    Severity.ERROR,
    "Two dead-letter queues on one bus",
    "A target has one dead-letter queue; which of the two would get an event is not said.",
    RETRY_AGE.source,
)
PAYLOAD = Rule(
    "events-payload-over-limit",
    Severity.ERROR,
    "Event larger than the bus takes",
    "EventBridge refuses larger entries.",
    QUOTAS,
)


RESERVED_SOURCE = Rule(
    "events-source-reserved",
    Severity.ERROR,
    "Source that only AWS and partners may use",
    'PutEvents refuses entries whose source begins with "aws.".',
    PUT_EVENTS_API,
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
    rules: ClassVar = (
        TOO_MANY_TARGETS,
        NO_RULE,
        THROTTLED,
        PAYLOAD,
        SECOND_HOP,
        TWO_DEAD_LETTER_QUEUES,
        NO_DEAD_LETTERS,
        RESERVED_SOURCE,
    )

    kind: Literal["custom", "default", "partner"] = choice(
        "custom",
        "A bus of your own; the account's default bus, which also gets AWS's own events (formerly "
        "CloudWatch Events); or a bus that a SaaS partner puts its events on.",
        titles={"custom": "Custom bus", "default": "Default bus", "partner": "Partner bus"},
    )
    source_name: str = text(
        "weir.app",
        "Value of `source` in the events, used by the rules' patterns; on a partner bus the name "
        "of the partner's event source, aws.partner/….",
        title="Event source",
        pattern=r"^[A-Za-z0-9._\-/]+$",
    )
    archive: bool = flag(
        False, "Keep events so that they can be replayed.", group="Archive and replay"
    )
    archive_ratio: float = ratio(
        1.0,
        "Share of the events that the archive's pattern matches.",
        title="Archive matches",
        group="Archive and replay",
        show_if=("archive", True),
    )
    archive_days: float = quantity(
        "days",
        30,
        "How long the archive keeps an event; also the age that its storage is counted for.",
        title="Archive keeps",
        ge=1,
        le=3_650,
        group="Archive and replay",
        show_if=("archive", True),
    )
    replays_ratio: float = ratio(
        0.0,
        "Share of a month's archived events that is replayed: paid as events again, beside the "
        "PutEvents quota. Replays are in the bill, not in the rates.",
        title="Replayed",
        group="Archive and replay",
        le=100,
        show_if=("archive", True),
    )
    schema_discovery: bool = flag(
        False, "Find the events' schemas; paid by the event.", group="Archive and replay"
    )

    call_p50_ms: float = _CALL_P50
    call_p99_ms: float = _CALL_P99

    def station(self, ctx: Context) -> Station:
        put = Cap(
            PUT_EVENTS,
            Per.REQUEST,
            ctx.value(PUT_EVENTS),
            pool="eb.putevents",
            ops=frozenset({"write", "call"}),
        )
        return Station(
            service=call_law(self.call_p50_ms, self.call_p99_ms),
            service_label="PutEvents call",
            caps=() if self.kind == "partner" else (put,),  # A partner's puts are not ours.
        )

    def closed_to(self, source: Service) -> str | None:
        if self.kind == "partner" and source.type != "client":
            return (
                "Only a partner puts events on a partner bus: draw the partner as a client, or "
                "make the bus a custom one."
            )
        return None

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            billed = chunks(edge.size_kib, BILLED_KIB)
            meter = self._meter(edge)
            if meter is None:
                continue
            origin = f"Events from {edge.peer}, {billed} × 64 KiB each"
            yield monthly(meter, "64 KB chunk", edge.events_per_s * billed, ctx.month_s, origin)
            if self.schema_discovery:
                seen = chunks(edge.size_kib, DISCOVERED_KIB)
                origin = f"Schemas of events from {edge.peer}, {seen} × 8 KiB each"
                per_s = edge.events_per_s * seen
                yield monthly("eb.schema_discovery", "8 KB chunk", per_s, ctx.month_s, origin)
        if self.archive and self.archive_ratio > 0:
            yield from self._archive_usage(flow, ctx)

    def _meter(self, edge: EdgeFlow) -> str | None:
        """Return what an event that comes in is metered as; None where the sender pays."""
        if edge.op == FROM_OTHER_ACCOUNT:
            return None
        if edge.op == "aws":
            data = edge.peer_type == "s3_bucket"  # Objects are data events: not free.
            return "eb.bus.opt_in_data_events" if data else "eb.bus.aws_management_events"
        return "eb.bus.partner_events" if self.kind == "partner" else "eb.bus.custom_events"

    def _archive_usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        gb_per_s = sum(e.events_per_s * e.size_kib for e in flow.inbound) / KIB_PER_GB
        gb_per_s *= self.archive_ratio
        origin = f"Archived, {number(self.archive_ratio * 100)} % of the events"
        yield monthly("eb.archive.processing", "GB", gb_per_s, ctx.month_s, origin)
        kept = gb_per_s * 86_400 * self.archive_days
        formula = f"{number(gb_per_s * 86_400)} GB/day kept {number(self.archive_days)} days"
        yield Usage("eb.archive.storage", kept, "GB-month", formula)
        if self.replays_ratio > 0:
            part = self.archive_ratio * self.replays_ratio
            per_s = sum(e.events_per_s * chunks(e.size_kib, BILLED_KIB) for e in flow.inbound)
            origin = f"Replayed, {number(part * 100)} % of the events"
            yield monthly("eb.bus.custom_events", "64 KB chunk", per_s * part, ctx.month_s, origin)

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
        put = [e for e in view.inbound if e.flow.op in ("write", "call")]
        if self.kind != "partner" and self.source_name.startswith("aws.") and put:
            yield RESERVED_SOURCE.found(
                f'{put[0].source_name} puts events with the source "{self.source_name}".',
                'Name a source of your own, or make it a partner bus where it is "aws.partner/…".',
                field="source_name",
                value=self.source_name.removeprefix("aws."),
            )
        rules = [e for e in view.outbound if isinstance(e.connection, BusRule)]
        yield from self._shape_findings(view, rules)
        if not rules and view.flow.events_per_s > 0:
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

    def _shape_findings(self, view: NodeView, rules: Sequence[EdgeView]) -> Iterable[Finding]:
        came = [e for e in view.inbound if e.source.type == "events_bus"]
        ahead = [e for e in rules if e.target.type == "events_bus"]
        if came and ahead:
            yield SECOND_HOP.found(
                f"{view.name} gets events of {came[0].source_name} and passes events on to "
                f"{ahead[0].target_name}: those of {came[0].source_name} stop here.",
                f"Draw a rule from {came[0].source_name} to {ahead[0].target_name}.",
            )
        queues = Counter(
            getattr(e.connection, "rule_name", "") for e in view.outbound if e not in rules
        )
        for rule, dead in queues.items():
            if dead > 1:
                whose = f"Rule {rule} of {view.name}" if rule else view.name
                yield TWO_DEAD_LETTER_QUEUES.found(
                    f"{whose} has {dead} dead-letter queues.",
                    "Keep one of them, or name the rule that each is for.",
                )
        yield from without_dead_letters(
            view.name, "rules", view.outbound, frozenset({"events_rule_target"})
        )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.bus_resources(self, site)

    def parameters(self, site: Site) -> Iterable[Parameter]:
        if self.kind == "partner":
            name = f"{site.logical_id}EventSource"
            stated = self.source_name if self.source_name.startswith(PARTNER) else None
            asked = f"Name of the partner's event source: {site.placed.label}."
            yield Parameter(name, asked, stated)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return export.bus_obstacles(site)

    def remarks(self, site: Site) -> Iterable[str]:
        if self.kind == "default":
            yield (
                f"{site.placed.label} is the account's default bus, formerly CloudWatch Events: "
                "its rules are the same resources under either name."
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


SERVICES = (EventsBus,)
