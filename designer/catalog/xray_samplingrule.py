"""X-Ray traces: a share of the requests is followed through the system.

Quotas:  https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
Pricing: https://aws.amazon.com/xray/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Connection,
    Constant,
    Context,
    Excess,
    Finding,
    Grant,
    Hop,
    Link,
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
    Usage,
    flag,
    monthly,
    number,
    quantity,
    ratio,
    sub,
)

SAMPLING = Source(
    "X-Ray developer guide, sampling rules",
    "https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html",
    "2026-11-21",
)
TRACE_ACTIONS = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
# Where tracing is switched on, by source.
SWITCHES: dict[str, tuple[str, tuple[str, ...], Any]] = {
    "lambda_function": ("", ("Properties", "TracingConfig"), {"Mode": "Active"}),
    "sfn_state_machine": ("", ("Properties", "TracingConfiguration"), {"Enabled": True}),
}
MUCH_PER_S, MUCH_RATIO = 10.0, 0.5
RULE_NAME_MAX = 32

TOO_MUCH = Rule(
    "xray-samples-most",
    Severity.WARNING,
    "Most requests are traced",
    "X-Ray is paid by the trace recorded; a few percent show where time goes as well as all do.",
    SAMPLING,
)
BLIND = Rule(
    "xray-samples-nothing",
    Severity.NOTE,
    "No request is traced",
    "A rule without reservoir and rate records nothing.",
    SAMPLING,
)


class XraySamplingRule(Service):
    type: Literal["xray_samplingrule"] = "xray_samplingrule"
    title: ClassVar = "X-Ray traces"
    aliases: ClassVar = ("xray", "x-ray", "trace", "tracing", "observability", "sampling")
    category: ClassVar = "Management"
    summary: ClassVar = "Follows a sample of the requests through the system."
    docs_url: ClassVar = SAMPLING.url
    pricing_url: ClassVar = "https://aws.amazon.com/xray/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::XRay::SamplingRule"
    id_base: ClassVar = "traces"
    rules: ClassVar = (TOO_MUCH, BLIND)

    reservoir_per_s: int = quantity(
        "1/s",
        1,
        "Requests of every second that are traced before the rate applies.",
        title="Reservoir",
        ge=0,
        le=100_000,
        source=SAMPLING,
    )
    sample_ratio: float = ratio(
        0.05,
        "Share of the requests above the reservoir that are traced.",
        title="Rate",
        group="Basics",
        assumed=False,
        source=SAMPLING,
    )
    insights: bool = flag(
        False, "X-Ray looks for anomalies in the traces (insights, paid by the trace)."
    )
    read_per_month: float = quantity(
        "traces",
        0,
        "Traces retrieved and scanned by people and tools each month.",
        title="Traces read a month",
        ge=0,
        le=1e12,
        group="Reading",
        assumed=True,
    )

    def station(self, ctx: Context) -> Station:
        return Station(service=Constant(0.0), service_label="Sampling", service_assumed=False)

    def sampled_per_s(self, flow: NodeFlow) -> float:
        """Return traces per second, hour by hour: the reservoir first, then the rate."""
        hours = flow.requests_by_hour or (flow.requests_per_s,)
        taken = (
            min(rate, self.reservoir_per_s)
            + self.sample_ratio * max(0.0, rate - self.reservoir_per_s)
            for rate in hours
        )
        return sum(taken) / len(hours)

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        per_s = self.sampled_per_s(flow)
        if per_s > 0:
            origin = (
                f"{number(self.reservoir_per_s)}/s and {number(self.sample_ratio * 100)} % of the "
                f"rest of {number(flow.requests_per_s)} requests/s"
            )
            yield monthly("xray.traces_recorded", "trace", per_s, ctx.month_s, origin)
            if self.insights:
                origin = f"Traces looked at by insights, {number(per_s)}/s"
                yield monthly("xray.insights_traces", "trace", per_s, ctx.month_s, origin)
        if self.read_per_month:
            read = f"{number(self.read_per_month)} traces retrieved and scanned"
            meter = "xray.traces_retrieved_or_scanned"
            yield Usage(meter, self.read_per_month, "trace", read)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if self.sample_ratio >= MUCH_RATIO and view.flow.requests_per_s > MUCH_PER_S:
            yield TOO_MUCH.found(
                f"{view.name} records {number(self.sampled_per_s(view.flow))} traces/s.",
                "Lower the rate to a few percent.",
                field="sample_ratio",
                value=0.05,
            )
        if not self.sample_ratio and not self.reservoir_per_s:
            yield BLIND.found(
                f"{view.name} has neither reservoir nor rate.",
                "Give it a reservoir of one request a second.",
                field="reservoir_per_s",
                value=1,
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        name = site.placed.id[:RULE_NAME_MAX]
        everything = ("Host", "HTTPMethod", "ResourceARN", "ServiceName", "ServiceType", "URLPath")
        rule: dict[str, Any] = {
            "RuleName": name,
            "Priority": 1_000,
            "Version": 1,
            "ReservoirSize": self.reservoir_per_s,
            "FixedRate": self.sample_ratio,
            **dict.fromkeys(everything, "*"),
        }
        yield Resource("AWS::XRay::SamplingRule", {"SamplingRule": rule})
        if self.insights:
            group = {
                "GroupName": sub("${AWS::StackName}-" + name),
                "InsightsConfiguration": {"InsightsEnabled": True, "NotificationsEnabled": False},
            }
            yield Resource("AWS::XRay::Group", group, "Group")


class Tracing(Connection):
    type: Literal["xray_tracing"] = "xray_tracing"
    title: ClassVar = "Tracing"
    summary: ClassVar = "A sample of the requests is traced; draw it where a request begins."
    sources: ClassVar = frozenset(
        {"lambda_function", "sfn_state_machine", "ecs_service", "autoscaling_group"}
    )
    targets: ClassVar = frozenset({"xray_samplingrule"})
    docs_url: ClassVar = SAMPLING.url

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        # A trace is one request from end to end, whatever it passes; the sender waits for nothing.
        return Hop(Mechanism.PUSH, op="trace", per_request=True, excess=Excess.REFUSE)

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(source, "tracing", False):
            return (
                "The function records its traces itself: switch its tracing off, or leave the "
                "arrow out, or each trace would be paid twice."
            )
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("source", TRACE_ACTIONS, ("*",))

    def patches(self, link: Link) -> Iterable[Patch]:
        switch = SWITCHES.get(link.source.service.type)
        if switch:
            suffix, path, value = switch
            yield Patch(f"{link.source.logical_id}{suffix}", path, value)

    def remarks(self, link: Link) -> Iterable[str]:
        if link.source.service.type not in SWITCHES:
            yield (
                f"{link.source.label} sends traces by the X-Ray daemon or the OpenTelemetry "
                "collector beside its code, which the template does not install."
            )


SERVICES = (XraySamplingRule,)
CONNECTIONS = (Tracing,)
