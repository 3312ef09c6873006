"""EventBridge pipe: polls one source, drops what its filter drops, enriches, hands to one target.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
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
    Waits,
    chunks,
    monthly,
    number,
    quantity,
    ratio,
    shard_caps,
    text,
)

QUOTAS = Source(
    "EventBridge quotas, pipes",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    "2026-11-21",
)
DOCS = Source(
    "EventBridge user guide, pipes: batching and concurrency",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html",
    "2026-11-21",
)
CONCURRENCY = Limit(
    "pipes.concurrency",
    "Pipe executions at a time",
    1_000,
    "executions",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 3_000, "eu-west-1": 3_000},
    note="Account and region, all pipes; what is over it waits in the source.",
)
SQS_CONCURRENCY = Limit(
    "pipes.sqs_concurrency", "Executions at a time of one queue", 1_250, "executions", DOCS
)
SHARD_CONCURRENCY = Limit(
    "pipes.shard_concurrency",
    "Batches at a time per shard",
    1,
    "batches",
    DOCS,
    note="The pipe's parallelization factor, 1 to 10.",
)
EXECUTION = Limit("pipes.timeout", "Longest execution of a pipe", 300, "s", QUOTAS)
PAYLOAD = Limit("pipes.payload", "Payload of an execution", 6_144, "KiB", QUOTAS)
STATE_MACHINE_INPUT = Limit("pipes.sfn_input", "Batch for a state machine", 256, "KiB", QUOTAS)
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of a batch, after the filter, is one request.
# Most events that a target takes from a pipe at once; others take the whole batch.
TARGET_BATCH = {"sqs_queue": 10, "sns_topic": 10, "events_bus": 10, "events_api_destination": 1}
QUEUE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
STREAM_ACTIONS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)

SHAPE = Rule(
    "pipes-one-source-one-target",
    Severity.ERROR,
    "A pipe has one source and one target",
    "A pipe reads one source and hands to one target, with one enrichment at most; a bus or a "
    "topic behind it fans out.",
    DOCS,
)
TOO_LARGE = Rule(
    "pipes-batch-over-limit",
    Severity.ERROR,
    "Batch larger than the target takes",
    "A pipe carries 6 MB at a time, and 256 KB to a state machine.",
    QUOTAS,
)
TOO_LONG = Rule(
    "pipes-execution-too-long",
    Severity.ERROR,
    "The pipe waits longer than it may",
    "Enrichment and target together have five minutes.",
    QUOTAS,
)


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
    overhead_p50_ms: float = quantity(
        "ms",
        20,
        "Median time the pipe adds.",
        title="Overhead, median",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )
    overhead_p99_ms: float = quantity(
        "ms",
        150,
        "99th percentile of the time the pipe adds.",
        title="Overhead, p99",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )

    def station(self, ctx: Context) -> Station:
        p50_s = self.overhead_p50_ms / 1000
        cap = Cap(CONCURRENCY, Per.BUSY, ctx.value(CONCURRENCY), pool="pipes.concurrency")
        return Station(
            service=Lognormal(p50_s, max(p50_s, self.overhead_p99_ms / 1000)),
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
            properties["Source"] = source.source.arn
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
            yield "KinesisStreamParameters", {**more, **batch}
        if self.filter_key:
            asked = {"body" if queue else "data": {self.filter_key: self.accepted_values}}
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


class PipeSource(Connection):
    type: Literal["pipes_source"] = "pipes_source"
    title: ClassVar = "Source of a pipe"
    summary: ClassVar = "The pipe reads the queue or stream in batches."
    sources: ClassVar = frozenset({"sqs_queue", "kinesis_stream"})
    targets: ClassVar = frozenset({"pipes_pipe"})
    cloudformation: ClassVar = "AWS::Pipes::Pipe"
    docs_url: ClassVar = DOCS.url
    limits: ClassVar = (SQS_CONCURRENCY, SHARD_CONCURRENCY)

    share: float | None = ratio(
        None,
        "Part of a queue's messages that this pipe gets; empty shares equally.",
        title="Share of messages",
        group="Behaviour",
        gt=0,
    )
    parallelization_factor: int = quantity(
        "batches", 1, "Batches of one shard of a stream at the same time.", ge=1, le=10
    )
    idle_pollers: int = quantity(
        "pollers",
        2,
        "Pollers that long-poll a queue even when it is empty, as Lambda's do.",
        ge=1,
        le=1_000,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        batch = float(getattr(target, "batch_size", 1))
        window_s = float(getattr(target, "window_s", 0))
        poll = Item(Kind.POLL, "Poll by the pipe", Lognormal(0.02, 0.12), None, True)
        if source.type == "sqs_queue":
            return Hop(
                Mechanism.POLL,
                split=True,
                share=self.share,
                op="message",
                batch_max=batch,
                batch_window_s=window_s,
                batch_kib_max=PAYLOAD.value,
                payload_kib=getattr(source, "handed_kib", None),
                latency=(poll,),
                retry_wait_s=float(getattr(source, "visibility_timeout_s", 30.0)),
                attempts_max=math.inf,
                excess=Excess.HOLD,
                caps=(Cap(SQS_CONCURRENCY, Per.BUSY, SQS_CONCURRENCY.value),),
                pollers=self.idle_pollers,
                poll_wait_s=20.0,
            )
        shards = float(getattr(source, "shard_count", 1))
        hot: float | None = getattr(source, "hot_ratio", None)
        busy = Cap(SHARD_CONCURRENCY, Per.BUSY, self.parallelization_factor)
        return Hop(
            Mechanism.POLL,
            op="record",
            batch_max=batch,
            batch_window_s=window_s,
            batch_kib_max=PAYLOAD.value,
            latency=(Item(Kind.POLL, "Read by the pipe", Lognormal(0.627, 1.58), None, True),),
            attempts_max=math.inf,
            retry_wait_s=1.0,
            excess=Excess.HOLD,
            caps=shard_caps(busy, shards, hot),
            lanes=shards * self.parallelization_factor,
            read_every_s=1.0,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        queue = link.source.service.type == "sqs_queue"
        yield Grant("target", QUEUE_ACTIONS if queue else STREAM_ACTIONS, (link.source.arn,))

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        fifo = getattr(link.source.service, "fifo", False)
        batch = getattr(link.target.service, "batch_size", 1)
        window_s = getattr(link.target.service, "window_s", 0)
        if fifo and (batch > 10 or window_s > 0):
            message = f"A FIFO queue gives {link.target.label} batches of at most 10, at once."
            yield (), message
        elif batch > 10 and window_s < 1 and link.source.service.type == "sqs_queue":
            message = f"Batches of {batch} messages need a batching window of at least 1 s."
            yield (), message


def _batched(source: Service, target: Service) -> Hop:
    """Return the hop of a call that a pipe makes with a batch and waits for."""
    most = float(getattr(source, "batch_size", 1))
    return Hop(
        Mechanism.CALL,
        waits=Waits.ANSWER,
        ratio=float(getattr(source, "pass_ratio", 1.0)),
        op="call" if target.type == "lambda_function" else "write",
        batch_max=min(most, TARGET_BATCH.get(target.type, most)),
        batch_window_s=float(getattr(source, "window_s", 0)),
        batch_kib_max=PAYLOAD.value,
        latency=(Item(Kind.NETWORK, "Call from the pipe", Lognormal(0.008, 0.03), None, True),),
        excess=Excess.RETRY,
    )


class PipeEnrichment(Connection):
    type: Literal["pipes_enrichment"] = "pipes_enrichment"
    title: ClassVar = "Enrichment of a pipe"
    summary: ClassVar = "The pipe asks for more about each batch before it hands it on."
    second_choice: ClassVar = True
    sources: ClassVar = frozenset({"pipes_pipe"})
    targets: ClassVar = frozenset(
        {"lambda_function", "sfn_state_machine", "events_api_destination"}
    )
    cloudformation: ClassVar = "AWS::Pipes::Pipe"
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html"
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return _batched(source, target)

    def refusal(self, source: Service, target: Service) -> str | None:
        if target.type == "sfn_state_machine" and getattr(target, "kind", "") != "EXPRESS":
            return "A pipe is enriched by Express workflows only: set the workflow's kind."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "write")
        waits = link.target.service.type == "sfn_state_machine"
        actions = ("states:StartSyncExecution",) if waits else access.actions
        yield Grant("source", actions, access.resources)


class PipeTarget(Connection):
    type: Literal["pipes_target"] = "pipes_target"
    title: ClassVar = "Target of a pipe"
    summary: ClassVar = "The pipe hands each batch to the target, and tries again when that fails."
    sources: ClassVar = frozenset({"pipes_pipe"})
    targets: ClassVar = frozenset(
        {
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "events_bus",
            "sfn_state_machine",
            "kinesis_stream",
            "firehose_stream",
            "events_api_destination",
            "cloudwatch_log_group",
        }
    )
    cloudformation: ClassVar = "AWS::Pipes::Pipe"
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html"
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return _batched(source, target)

    def refusal(self, source: Service, target: Service) -> str | None:
        if target.type == "sns_topic" and getattr(target, "fifo", False):
            return "A pipe does not deliver to FIFO topics: use a standard topic or a FIFO queue."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "start")
        yield Grant("source", access.actions, access.resources)


SERVICES = (PipesPipe,)
CONNECTIONS = (PipeSource, PipeEnrichment, PipeTarget)
