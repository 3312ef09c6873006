"""Source, enrichment and target of a pipe."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    CHANGES,
    Cap,
    Connection,
    Context,
    EdgeFlow,
    Excess,
    Grant,
    Hop,
    Item,
    Kind,
    Link,
    Lognormal,
    Mechanism,
    Patch,
    Per,
    Service,
    Usage,
    Waits,
    change_size,
    get_att,
    monthly,
    number,
    quantity,
    ratio,
    shard_caps,
)
from .facts import (
    DOCS,
    PAYLOAD,
    QUEUE_ACTIONS,
    READ_S,
    SHARD_CONCURRENCY,
    SQS_CONCURRENCY,
    STREAM_ACTIONS,
    TABLE_ACTIONS,
    TABLE_READS_PER_S,
    TARGET_BATCH,
)

ACTIONS = {
    "sqs_queue": QUEUE_ACTIONS,
    "kinesis_stream": STREAM_ACTIONS,
    "dynamodb_table": TABLE_ACTIONS,
}


def stream_arn(link: Link) -> Any:
    """Return what a pipe reads: of a table its stream."""
    if link.source.service.type == "dynamodb_table":
        return get_att(link.source.logical_id, "StreamArn")
    return link.source.arn


class PipeSource(Connection):
    type: Literal["pipes_source"] = "pipes_source"
    title: ClassVar = "Source of a pipe"
    summary: ClassVar = "The pipe reads the queue or stream in batches."
    sources: ClassVar = frozenset({"sqs_queue", "kinesis_stream", "dynamodb_table"})
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
                groups=float(getattr(source, "groups", 0.0)),
            )
        return self._stream_hop(source, batch, window_s)

    def _stream_hop(self, source: Service, batch: float, window_s: float) -> Hop:
        table = source.type == "dynamodb_table"
        size, factor = None, 1.0
        if table:
            item_kib: float | None = getattr(source, "item_kib", None)
            size, factor = change_size(getattr(source, "stream_view", ""), item_kib)
        shards = float(getattr(source, "shard_count", 1))
        hot: float | None = getattr(source, "hot_ratio", None)
        busy = Cap(SHARD_CONCURRENCY, Per.BUSY, self.parallelization_factor)
        return Hop(
            Mechanism.POLL,
            op="record",
            batch_max=batch,
            batch_window_s=window_s,
            batch_kib_max=PAYLOAD.value,
            reacts_to=CHANGES if table else None,
            payload_kib=size,
            payload_factor=factor,
            latency=(
                Item(Kind.POLL, "Read by the pipe", Lognormal(*READ_S[source.type]), None, True),
            ),
            attempts_max=math.inf,
            retry_wait_s=1.0,
            excess=Excess.HOLD,
            caps=shard_caps(busy, shards, hot),
            hot=(hot, self.parallelization_factor) if hot is not None and shards > 1 else None,
            lanes=shards * self.parallelization_factor,
            read_every_s=1 / TABLE_READS_PER_S if table else 1.0,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        actions = ACTIONS[link.source.service.type]
        yield Grant("target", actions, (stream_arn(link),))
        if actions is TABLE_ACTIONS:
            yield Grant("target", ("dynamodb:ListStreams",), ("*",))

    def patches(self, link: Link) -> Iterable[Patch]:
        if link.source.service.type == "dynamodb_table":  # The stream is on when it is read.
            view = getattr(link.source.service, "stream_view", "NEW_AND_OLD_IMAGES")
            value = {"StreamViewType": view}
            yield Patch(link.source.logical_id, ("Properties", "StreamSpecification"), value)

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        if source.type == "dynamodb_table":  # Only Lambda's own reads are free.
            shards = float(getattr(source, "shard_count", 1))
            origin = f"Reads of {number(shards)} shards by a pipe"
            per_s = shards * TABLE_READS_PER_S
            yield monthly("ddb.streams.read_request", "call", per_s, ctx.month_s, origin)

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
