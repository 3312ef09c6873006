"""What a stream reads, and what transforms its records."""

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
    Link,
    Mechanism,
    Per,
    Service,
    latency_item,
    quantity,
    ratio,
    shard_caps,
)
from .facts import DELIVERY, SOURCE_READ

SOURCE_ACTIONS = (
    "kinesis:DescribeStream",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)


class Transform(Connection):
    type: Literal["firehose_transform"] = "firehose_transform"
    title: ClassVar = "Transformation"
    summary: ClassVar = "A function changes or drops records before they are delivered."
    sources: ClassVar = frozenset({"firehose_stream"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    docs_url: ClassVar = "https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html"

    buffer_size_mb: float = quantity(
        "MB",
        1,
        "Records given to the function at once (0.2 to 3 MB).",
        title="Batch size",
        ge=0.2,
        le=3,
        source=DELIVERY,
    )
    buffer_interval_s: int = quantity(
        "s",
        60,
        "Oldest a record gets before the function is called.",
        title="Batch interval",
        ge=0,
        le=900,
        source=DELIVERY,
    )
    kept_ratio: float = ratio(
        1.0, "Share of the records that the function keeps.", title="Records kept", gt=0
    )
    size_factor: float = quantity(
        "ratio",
        1.0,
        "Size of a record after the function over before.",
        title="Size after",
        gt=0,
        le=100,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        # Firehose calls and waits by itself: no caller does, and it tries three times again.
        return Hop(
            Mechanism.CALL,
            op="call",
            batch_max=1e9,
            batch_window_s=self.buffer_interval_s,
            batch_kib_max=self.buffer_size_mb * 1024,
            attempts_max=4.0,
            retry_wait_s=1.0,
            excess=Excess.RETRY,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        function = link.target.arn
        actions = ("lambda:InvokeFunction", "lambda:GetFunctionConfiguration")
        yield Grant("source", actions, (function,))


class KinesisSource(Connection):
    type: Literal["firehose_kinesis_source"] = "firehose_kinesis_source"
    title: ClassVar = "Source of Firehose"
    summary: ClassVar = "Firehose reads the data stream's shards, without a quota of its own."
    sources: ClassVar = frozenset({"kinesis_stream"})
    targets: ClassVar = frozenset({"firehose_stream"})
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html"
    )
    limits: ClassVar = (SOURCE_READ,)

    read_every_s: float = quantity(
        "s",
        1.0,
        "Time between two reads of a shard.",
        title="Read interval",
        gt=0,
        le=60,
        group="Assumptions",
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        sharing = [c for c in ctx.siblings if not getattr(c, "fan_out", False)]
        kib = SOURCE_READ.value / max(1, len(sharing))
        fixed = getattr(source, "capacity", "") == "provisioned"
        shards = float(getattr(source, "shard_count", 1))
        hot: float | None = getattr(source, "hot_ratio", None)
        p50_ms = self.read_every_s * 500
        return Hop(
            Mechanism.POLL,
            op="record",
            batch_max=10_000,
            hot=(hot, 1.0) if hot is not None and shards > 1 else None,
            lanes=shards,
            read_every_s=self.read_every_s,
            latency=(latency_item(Kind.POLL, "Read by Firehose", p50_ms, 2 * p50_ms, None),),
            attempts_max=math.inf,
            excess=Excess.HOLD,
            # On demand AWS splits shards before their reads run out.
            caps=shard_caps(Cap(SOURCE_READ, Per.KIB, kib), shards, hot) if fixed else (),
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", SOURCE_ACTIONS, (link.source.arn,))
