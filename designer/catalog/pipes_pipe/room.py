"""The room of AWS::Pipes::Pipe."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Cap,
    Connection,
    Context,
    Finding,
    Link,
    Mechanism,
    NodeFlow,
    NodeView,
    Per,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    call_law,
    chunks,
    latency_fields,
    monthly,
    number,
    quantity,
    ratio,
    text,
)
from .edges import stream_arn
from .facts import (
    BILLED_KIB,
    CONCURRENCY,
    DOCS,
    EXECUTION,
    PAYLOAD,
    SHAPE,
    STATE_MACHINE_INPUT,
    TOO_LARGE,
    TOO_LONG,
)

_P50, _P99 = latency_fields(20, 150, "the pipe adds", title="Overhead", le=60_000)


class PipesPipe(Service):
    type: Literal["pipes_pipe"] = "pipes_pipe"
    title: ClassVar = "EventBridge pipe"
    aliases: ClassVar = ("pipe", "pipes", "filter", "enrichment", "eventbridge", "integration")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Reads a queue or stream, filters, enriches, and hands to one target."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/eventbridge/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::Pipes::Pipe"
    principal: ClassVar = "pipes.amazonaws.com"
    id_base: ClassVar = "pipe"
    limits: ClassVar = (CONCURRENCY, EXECUTION, PAYLOAD, STATE_MACHINE_INPUT)
    rules: ClassVar = (SHAPE, TOO_LARGE, TOO_LONG)
    calls_per_batch: ClassVar = True

    batch_size: int = quantity(
        "events", 10, "Most events in one batch (FIFO queue: 10).", ge=1, le=10_000, source=DOCS
    )
    window_s: float = quantity(
        "s",
        0,
        "How long the pipe gathers events before it goes on (not for FIFO queues).",
        title="Batching window",
        ge=0,
        le=300,
        source=DOCS,
    )
    pass_ratio: float = ratio(
        1.0,
        "Share of the events that the filter lets through; the rest is read and costs no request.",
        title="Filter passes",
        gt=0,
    )
    filter_key: str = text(
        "", "Key in the message's body that the filter asks for; empty means no filter."
    )
    filter_values: str = text("", "Accepted values of the key, separated by commas.")
    overhead_p50_ms: float = _P50
    overhead_p99_ms: float = _P99

    def station(self, ctx: Context) -> Station:
        cap = Cap(CONCURRENCY, Per.BUSY, ctx.value(CONCURRENCY), pool="pipes.concurrency")
        return Station(
            service=call_law(self.overhead_p50_ms, self.overhead_p99_ms),
            service_label="Pipe",
            caps=(cap,),
            timeout_s=EXECUTION.value,
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        # Batches form behind the filter, and no larger than what comes next takes.
        ahead = [e.batch for e in flow.outbound if e.mechanism is Mechanism.CALL]
        batch = max([1.0, *ahead])
        for edge in flow.inbound:
            passed_per_s = edge.events_per_s * self.pass_ratio
            billed = chunks(edge.size_kib * batch, BILLED_KIB)
            origin = f"Batches of {number(batch)} from {edge.peer}, {billed} × 64 KiB each"
            per_s = passed_per_s / batch * billed
            yield monthly("eb.pipes.requests", "64 KB chunk", per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        counts = _counts(e.connection for e in (*view.inbound, *view.outbound))
        if counts["source"] != 1 or counts["target"] != 1 or counts["enrichment"] > 1:
            yield SHAPE.found(
                f"{view.name} has {counts['source']} sources, {counts['enrichment']} enrichments "
                f"and {counts['target']} targets.",
                "Keep one source, one target, and no or one enrichment.",
            )
        for edge in view.outbound:
            small = edge.target.type == "sfn_state_machine"
            most = STATE_MACHINE_INPUT if small else PAYLOAD
            if edge.flow.request_kib > most.value:
                yield TOO_LARGE.found(
                    f"Batches of {number(edge.flow.request_kib)} KiB for {edge.target_name}; it "
                    f"gets {number(most.value)} KiB at most.",
                    "Set a smaller batch.",
                    field="batch_size",
                    value=max(1, math.floor(most.value / max(edge.flow.size_kib, 1e-9))),
                )
        if view.flow.service_s > EXECUTION.value:
            yield TOO_LONG.found(
                f"An execution of {view.name} takes {number(view.flow.service_s)} s.",
                "Hand over without waiting, or enrich less.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        parts = {e.connection.type: e for e in (*site.inbound, *site.outbound)}
        source, target = parts.get("pipes_source"), parts.get("pipes_target")
        properties: dict[str, Any] = {"RoleArn": site.placed.role_arn}
        if source is not None:
            properties["Source"] = stream_arn(source)
            properties["SourceParameters"] = dict(self._source(source))
        if "pipes_enrichment" in parts:
            properties["Enrichment"] = parts["pipes_enrichment"].target.arn
        if target is not None:
            properties["Target"] = target.target.arn
            found = _target(target)
            if found:
                properties["TargetParameters"] = found
        # The pipe asks at once whether its role may read the source.
        yield Resource(
            "AWS::Pipes::Pipe", properties, attributes={"DependsOn": [site.placed.policy_id]}
        )

    def _source(self, link: Link) -> Iterable[tuple[str, Any]]:
        batch: dict[str, Any] = {"BatchSize": self.batch_size}
        if self.window_s > 0:
            batch["MaximumBatchingWindowInSeconds"] = math.ceil(self.window_s)
        queue = link.source.service.type == "sqs_queue"
        if queue:
            yield "SqsQueueParameters", batch
        else:
            factor = getattr(link.connection, "parallelization_factor", 1)
            more = {"StartingPosition": "LATEST", "ParallelizationFactor": factor}
            table = link.source.service.type == "dynamodb_table"
            kind = "DynamoDBStreamParameters" if table else "KinesisStreamParameters"
            yield kind, {**more, **batch}
        if self.filter_key:
            part = "body" if queue else "data"
            asked: dict[str, Any] = {part: {self.filter_key: self.accepted_values}}
            if link.source.service.type == "dynamodb_table":
                values = {"S": self.accepted_values}
                asked = {"dynamodb": {"NewImage": {self.filter_key: values}}}
            yield "FilterCriteria", {"Filters": [{"Pattern": json.dumps(asked)}]}

    @property
    def accepted_values(self) -> list[str]:
        return [value.strip() for value in self.filter_values.split(",") if value.strip()]

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        counts = _counts(e.connection for e in (*site.inbound, *site.outbound))
        if counts["source"] != 1 or counts["target"] != 1 or counts["enrichment"] > 1:
            message = (
                f"{site.placed.label} has {counts['source']} sources, {counts['enrichment']} "
                f"enrichments and {counts['target']} targets; a pipe has one source, one target "
                "and at most one enrichment."
            )
            yield (), message
        if self.filter_key and not self.accepted_values:
            message = f'The filter on "{self.filter_key}" accepts no value: name at least one.'
            yield ("filter_values",), message

    def remarks(self, site: Site) -> Iterable[str]:
        if self.pass_ratio < 1 and not self.filter_key:
            yield (
                f"{site.placed.label} passes {number(self.pass_ratio * 100)} % of its events in "
                "the drawing, and all of them by the template: no filter key is given."
            )


def _counts(connections: Iterable[Connection]) -> dict[str, int]:
    kinds = [connection.type for connection in connections]
    return {part: kinds.count(f"pipes_{part}") for part in ("source", "enrichment", "target")}


def _target(link: Link) -> dict[str, Any]:
    kind, service = link.target.service.type, link.target.service
    if kind == "sqs_queue" and getattr(service, "fifo", False):
        return {"SqsQueueParameters": {"MessageGroupId": link.source.id}}
    if kind == "events_bus":
        named = {"DetailType": "Event", "Source": getattr(service, "source_name", "weir.pipe")}
        return {"EventBridgeEventBusParameters": named}
    if kind == "sfn_state_machine":
        return {"StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}}
    if kind == "lambda_function":
        return {"LambdaFunctionParameters": {"InvocationType": "REQUEST_RESPONSE"}}
    if kind == "kinesis_stream":
        return {"KinesisStreamParameters": {"PartitionKey": "$.eventID"}}
    return {}
