"""What an application reads, and where it writes its results."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Cap,
    Connection,
    Context,
    Excess,
    Grant,
    Hop,
    Kind,
    Limit,
    Link,
    Mechanism,
    Per,
    Service,
    Source,
    flag,
    latency_item,
    quantity,
    shard_caps,
    sub,
)
from .room import SCALING

SOURCE_ACTIONS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
FAN_OUT_ACTIONS = (
    "kinesis:DescribeStreamConsumer",
    "kinesis:RegisterStreamConsumer",
    "kinesis:SubscribeToShard",
)
SQL = "kinesisanalytics_application"  # The discontinued one read and wrote the same way.

SHARED_READ = Limit(
    "flink.shard_read_kib",
    "Part of a shard's read throughput",
    2_048,
    "KiB/s",
    Source(
        "Kinesis Data Streams quotas",
        "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
        "2026-11-21",
    ),
    note="2 MiB a second of each shard, divided among the consumers without enhanced fan-out.",
)


class FlinkSource(Connection):
    type: Literal["flink_kinesis_source"] = "flink_kinesis_source"
    title: ClassVar = "Source of Flink"
    summary: ClassVar = "The application reads the stream's shards."
    sources: ClassVar = frozenset({"kinesis_stream"})
    targets: ClassVar = frozenset({"kinesisanalyticsv2_application", SQL})
    docs_url: ClassVar = SCALING.url
    limits: ClassVar = (SHARED_READ,)

    fan_out: bool = flag(
        False,
        "A read throughput of its own, 2 MiB a second per shard, billed by the hour and the GB.",
        title="Enhanced fan-out",
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        sharing = [c for c in ctx.siblings if not getattr(c, "fan_out", False)]
        # Shared reads: 200 ms with one consumer, 1,000 ms with five, which share five reads.
        beside = min(5, max(1, len(sharing)))
        p50_ms, p99_ms = (70.0, 150.0) if self.fan_out else (200.0 * beside, 400.0 * beside)
        shards = float(getattr(source, "shard_count", 1))
        hot: float | None = getattr(source, "hot_ratio", None)
        kib = SHARED_READ.value / (1 if self.fan_out else max(1, len(sharing)))
        fixed = getattr(source, "capacity", "") == "provisioned"
        return Hop(
            Mechanism.POLL,
            op="fan_out" if self.fan_out else "record",
            latency=(latency_item(Kind.POLL, "Read by Flink", p50_ms, p99_ms, None),),
            attempts_max=math.inf,
            excess=Excess.HOLD,
            # On demand AWS splits shards before their reads run out.
            caps=shard_caps(Cap(SHARED_READ, Per.KIB, kib), shards, hot) if fixed else (),
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if target.type == SQL and self.fan_out:
            return "A SQL application reads without enhanced fan-out: switch it off."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", SOURCE_ACTIONS, (link.source.arn,))
        if self.fan_out:
            consumers = sub(f"${{{link.source.logical_id}.Arn}}/consumer/*")
            yield Grant("target", FAN_OUT_ACTIONS, (link.source.arn, consumers))


class FlinkSink(Connection):
    type: Literal["flink_sink"] = "flink_sink"
    title: ClassVar = "Sink of Flink"
    summary: ClassVar = "The application writes its results in batches."
    sources: ClassVar = frozenset({"kinesisanalyticsv2_application", SQL})
    targets: ClassVar = frozenset({"kinesis_stream", "firehose_stream", "s3_bucket"})
    docs_url: ClassVar = SCALING.url

    results_per_event: float = quantity(
        "events",
        1.0,
        "Results for each record that is read; far below 1 where windows count.",
        title="Results per record",
        gt=0,
        le=10_000,
    )
    batch_size: int = quantity(
        "records", 500, "Most results in one call (streams).", ge=1, le=500, source=SCALING
    )
    flush_s: float = quantity(
        "s",
        5,
        "Oldest a result gets before it is written; files are closed with a checkpoint.",
        title="Written every",
        gt=0,
        le=3_600,
        group="Assumptions",
        assumed=True,
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size of a result; empty keeps the size that came in.",
        title="Payload",
        gt=0,
        le=10_240,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        file = target.type == "s3_bucket"
        return Hop(
            Mechanism.CALL,
            ratio=self.results_per_event,
            op="file" if file else "write",
            batch_max=1e9 if file else self.batch_size,
            batch_window_s=60.0 if file else self.flush_s,
            payload_kib=self.payload_kib,
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if source.type == SQL and target.type == "s3_bucket":
            return "A SQL application writes to streams and functions: put Firehose between them."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "write")
        yield Grant("source", access.actions, access.resources)
