"""Event source mappings of streams: Lambda reads every shard in order, some batches at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar, Literal

from ..base import (
    CHANGES,
    Cap,
    Connection,
    Context,
    EdgeView,
    Excess,
    Finding,
    Grant,
    Hop,
    Kind,
    Limit,
    Link,
    Mechanism,
    NodeView,
    Outcome,
    Patch,
    Per,
    Resource,
    Rule,
    Service,
    change_size,
    choice,
    flag,
    get_att,
    latency_item,
    number,
    quantity,
    ratio,
    shard_caps,
    text,
)
from .export import called
from .stream_facts import (
    BATCH_KIB,
    DROPPED,
    DYNAMODB_DOCS,
    DYNAMODB_READ,
    ERRORS_DOCS,
    FAN_OUT_READ,
    KINESIS_DOCS,
    KINESIS_READ,
    LARGE_WINDOW,
    LATENCY_MS,
    MEASURED,
    NOTICE_KIB,
    POISON,
    READ_EVERY_S,
    RETRY_WAIT_S,
    SHARD_BUSY,
    SHARD_CONCURRENCY,
    SHARED_READ,
)
from .wiring import destination_grants


class StreamEventSource(Connection):
    """What mappings of Kinesis and DynamoDB streams share."""

    title: ClassVar = "Event source mapping"
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::Lambda::EventSourceMapping"
    limits: ClassVar[tuple[Limit, ...]] = (SHARD_CONCURRENCY,)
    rules: ClassVar[tuple[Rule, ...]] = (POISON, SHARD_BUSY, LARGE_WINDOW)

    batch_size: int = quantity(
        "records", 100, "Most records in one call.", ge=1, le=10_000, source=KINESIS_DOCS
    )
    window_s: float = quantity(
        "s",
        0,
        "How long Lambda gathers records of a shard before it calls.",
        title="Batching window",
        ge=0,
        le=300,
        source=KINESIS_DOCS,
    )
    parallelization_factor: int = quantity(
        "batches",
        1,
        "Batches of one shard that are handled at the same time; order holds per partition key.",
        ge=1,
        le=10,
        source=KINESIS_DOCS,
    )
    starting_position: Literal["LATEST", "TRIM_HORIZON"] = choice(
        "LATEST",
        "Where a new mapping begins to read.",
        titles={"LATEST": "New records", "TRIM_HORIZON": "Oldest record"},
    )
    pass_ratio: float = ratio(
        1.0,
        "Share of the records that the filter lets through; the rest are read and not billed as "
        "calls.",
        title="Filter passes",
        gt=0,
    )
    filter_pattern: str = text(
        "",
        'Filter pattern as JSON, for instance {"data":{"kind":["order"]}}; empty means no filter.',
        max_length=4_096,
        widget="textarea",
    )
    retry_attempts: int | None = quantity(
        "retries",
        None,
        "Retries of a failed batch; empty tries until its records expire.",
        ge=0,
        le=10_000,
        group="Errors",
        source=ERRORS_DOCS,
    )
    max_record_age_s: int | None = quantity(
        "s",
        None,
        "Oldest record that is still tried; empty sets no age.",
        title="Oldest record",
        ge=60,
        le=604_800,
        group="Errors",
        source=ERRORS_DOCS,
    )
    bisect_on_error: bool = flag(
        False, "Split a failed batch in two and try the halves.", group="Errors"
    )
    report_failures: bool = flag(
        True,
        "The handler names the first record that failed, so that only the rest is tried again.",
        group="Errors",
    )
    read_every_s: float | None = quantity(
        "s",
        None,
        "Time between two reads of a shard; empty takes 1 s for Kinesis, 0.25 s for DynamoDB and "
        "0.07 s with enhanced fan-out.",
        title="Read interval",
        gt=0,
        le=60,
        group="Assumptions",
        assumed=True,
    )

    def _way(self) -> str:
        raise NotImplementedError

    def _stream_hop(self, source: Service, ctx: Context, caps: tuple[Cap, ...] = ()) -> Hop:
        way = self._way()
        shards = float(getattr(source, "shard_count", 1))
        hot: float | None = getattr(source, "hot_ratio", None)
        busy = Cap(SHARD_CONCURRENCY, Per.BUSY, self.parallelization_factor)
        p50_ms, p99_ms = LATENCY_MS[way]
        retries = math.inf if self.retry_attempts is None else float(self.retry_attempts)
        return Hop(
            Mechanism.POLL,
            ratio=self.pass_ratio,
            op="fan_out" if way == "fan_out" else "record",
            batch_max=self.batch_size,
            batch_window_s=self.window_s,
            batch_kib_max=BATCH_KIB,
            latency=(latency_item(Kind.POLL, "Read and invoke", p50_ms, p99_ms, MEASURED),),
            attempts_max=1.0 + retries,
            retry_wait_s=RETRY_WAIT_S,
            excess=Excess.HOLD,
            caps=(*shard_caps(busy, shards, hot), *caps),
            lanes=shards * self.parallelization_factor,
            read_every_s=self.read_every_s or READ_EVERY_S[way],
            hot=(hot, self.parallelization_factor) if hot is not None and shards > 1 else None,
        )

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        unlimited = self.retry_attempts is None and self.max_record_age_s is None
        if unlimited:
            yield POISON.found(
                f"{view.target_name} tries a failed batch of {view.source_name} until its records "
                "expire.",
                "Limit the retries, split failed batches, and draw an on-failure destination.",
                field="retry_attempts",
                value=3,
            )
        behind = view.flow.offered_per_s - view.flow.events_per_s
        if behind > 1e-6 * max(1.0, view.flow.offered_per_s):
            most = self.parallelization_factor
            yield SHARD_BUSY.found(
                f"{view.target_name} handles {number(view.flow.events_per_s)} of "
                f"{number(view.flow.offered_per_s)} records/s of {view.source_name}.",
                "Handle more batches of a shard at a time, raise the batch, use more shards, or "
                "shorten the handler.",
                field="parallelization_factor" if most < 10 else "batch_size",
                value=min(10, most * 2) if most < 10 else None,
            )
        by_size = BATCH_KIB / max(view.flow.size_kib, 1e-9)
        if by_size < self.batch_size and view.flow.batch > 0.9 * by_size:
            yield LARGE_WINDOW.found(
                f"Batches of {self.batch_size} records of {number(view.flow.size_kib)} KiB are cut "
                f"at {number(math.floor(by_size))} records.",
                f"Set the batch to {max(1, math.floor(by_size))}.",
                field="batch_size",
                value=max(1, math.floor(by_size)),
            )

    # ---- The template ----

    def _mapping(self, link: Link, stream_arn: Any) -> Resource:
        properties: dict[str, Any] = {
            "EventSourceArn": stream_arn,
            "FunctionName": called(link.target),
            "BatchSize": self.batch_size,
            "StartingPosition": self.starting_position,
            "ParallelizationFactor": self.parallelization_factor,
            "BisectBatchOnFunctionError": self.bisect_on_error,
        }
        if self.report_failures:
            properties["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
        if self.window_s > 0:
            properties["MaximumBatchingWindowInSeconds"] = math.ceil(self.window_s)
        if self.filter_pattern:
            properties["FilterCriteria"] = {"Filters": [{"Pattern": self.filter_pattern}]}
        if self.retry_attempts is not None:
            properties["MaximumRetryAttempts"] = self.retry_attempts
        if self.max_record_age_s is not None:
            properties["MaximumRecordAgeInSeconds"] = self.max_record_age_s
        ends = [o for o in link.onward if isinstance(o.connection, StreamOnFailure)]
        if ends:
            destination = {"Destination": ends[0].target.arn}
            properties["DestinationConfig"] = {"OnFailure": destination}
        # Lambda asks at once whether the role may read the stream.
        attributes = {"DependsOn": [link.target.policy_id]}
        return Resource("AWS::Lambda::EventSourceMapping", properties, "Mapping", attributes)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        ends = [o.target.label for o in link.onward if isinstance(o.connection, StreamOnFailure)]
        if len(ends) > 1:
            yield (
                (),
                (
                    f"Failed batches of {link.source.label} go to {' and '.join(ends)}; a mapping "
                    "has one on-failure destination: fan out by a topic."
                ),
            )

    def remarks(self, link: Link) -> Iterable[str]:
        if self.pass_ratio < 1 and not self.filter_pattern:
            yield (
                f"{link.target.label} gets {number(self.pass_ratio * 100)} % of the records of "
                f"{link.source.label} in the drawing, and all of them by the template: no filter "
                "pattern is given."
            )


class KinesisEventSource(StreamEventSource):
    type: Literal["lambda_kinesis_mapping"] = "lambda_kinesis_mapping"
    summary: ClassVar = "Lambda reads the stream's shards and calls the function with batches."
    sources: ClassVar = frozenset({"kinesis_stream"})
    docs_url: ClassVar = KINESIS_DOCS.url
    limits: ClassVar = (SHARD_CONCURRENCY, SHARED_READ)

    fan_out: bool = flag(
        False,
        "A read throughput of its own, 2 MiB a second per shard, billed by the hour and the GB.",
        title="Enhanced fan-out",
    )

    def _way(self) -> str:
        return "fan_out" if self.fan_out else "shared"

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        beside = 1
        if not self.fan_out:
            sharing = [c for c in ctx.siblings if not getattr(c, "fan_out", False)]
            beside = max(1, len(sharing))
        # What the filter drops is read too.
        kib = SHARED_READ.value / beside * self.pass_ratio
        shards = float(getattr(source, "shard_count", 1))
        hot: float | None = getattr(source, "hot_ratio", None)
        read = shard_caps(Cap(SHARED_READ, Per.KIB, kib), shards, hot)
        if getattr(source, "capacity", "") != "provisioned":
            read = ()  # On demand AWS splits shards before their reads run out.
        return self._stream_hop(source, ctx, read)

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        if not self.fan_out:
            yield self._mapping(link, link.source.arn)
            return
        name = f"{link.target.id}-{link.id}"[:128]
        consumer = {"ConsumerName": name, "StreamARN": link.source.arn}
        yield Resource("AWS::Kinesis::StreamConsumer", consumer, "Consumer")
        yield self._mapping(link, {"Ref": f"{link.logical_id}Consumer"})

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", KINESIS_READ, (link.source.arn,))
        if self.fan_out:
            consumer = {"Ref": f"{link.logical_id}Consumer"}
            actions = (FAN_OUT_READ, "kinesis:DescribeStreamConsumer")
            yield Grant("target", actions, (consumer,))


class DynamodbEventSource(StreamEventSource):
    type: Literal["lambda_dynamodb_mapping"] = "lambda_dynamodb_mapping"
    summary: ClassVar = "Lambda reads the table's stream of changes and calls the function."
    sources: ClassVar = frozenset({"dynamodb_table"})
    docs_url: ClassVar = DYNAMODB_DOCS.url
    max_record_age_s: int | None = quantity(
        "s",
        None,
        "Oldest change that is still tried; empty tries for 24 h, when the stream forgets it.",
        title="Oldest record",
        ge=60,
        le=86_400,
        group="Errors",
        source=ERRORS_DOCS,
    )

    def _way(self) -> str:
        return "dynamodb"

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        item_kib: float | None = getattr(source, "item_kib", None)
        size, factor = change_size(getattr(source, "stream_view", ""), item_kib)
        hop = self._stream_hop(source, ctx)
        return replace(hop, reacts_to=CHANGES, payload_kib=size, payload_factor=factor)

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        yield self._mapping(link, get_att(link.source.logical_id, "StreamArn"))

    def patches(self, link: Link) -> Iterable[Patch]:
        view = getattr(link.source.service, "stream_view", "NEW_AND_OLD_IMAGES")
        value = {"StreamViewType": view}
        yield Patch(link.source.logical_id, ("Properties", "StreamSpecification"), value)

    def grants(self, link: Link) -> Iterable[Grant]:
        stream = get_att(link.source.logical_id, "StreamArn")
        yield Grant("target", DYNAMODB_READ, (stream,))
        yield Grant("target", ("dynamodb:ListStreams",), ("*",))


class StreamOnFailure(Connection):
    type: Literal["lambda_stream_on_failure"] = "lambda_stream_on_failure"
    title: ClassVar = "Failed stream batches"
    summary: ClassVar = "For each stream batch that fails for the last time, a note goes here."
    sources: ClassVar = frozenset({"lambda_function"})
    targets: ClassVar = frozenset({"sqs_queue", "sns_topic", "s3_bucket"})
    cloudformation: ClassVar = "AWS::Lambda::EventSourceMapping"
    docs_url: ClassVar = ERRORS_DOCS.url

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.FAILURE,
            outcome=Outcome.FAILURE,
            op="write",
            reacts_to=frozenset({"record", "fan_out"}),
            per_request=True,
            payload_kib=NOTICE_KIB,
            latency=(latency_item(Kind.NETWORK, "Destination", 30, 150, None),),
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(target, "fifo", False):
            return "An on-failure destination must be a standard queue or topic, not a FIFO one."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        return destination_grants(link)


def dropped(view: NodeView) -> Iterable[Finding]:
    """Yield a finding for each stream whose failed batches end without a trace."""
    if any(isinstance(e.connection, StreamOnFailure) for e in view.outbound):
        return
    for edge in view.inbound:
        mapping = edge.connection
        if isinstance(mapping, StreamEventSource) and mapping.retry_attempts is not None:
            yield DROPPED.found(
                f"{view.name} skips a batch of {edge.source_name} after "
                f"{mapping.retry_attempts} retries and tells nobody.",
                "Draw an arrow for failed stream batches to a queue or a topic.",
            )
