"""What a stream reads, what transforms its records, and where it delivers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
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
    Per,
    Service,
    Uniform,
    Usage,
    latency_item,
    monthly,
    quantity,
    ratio,
    shard_caps,
    sub,
    text,
    within,
)
from .facts import BUCKET_ACTIONS, DELIVERY, KIB_PER_GB, SOURCE_READ
from .room import FirehoseStream

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


class FirehoseDestination(Connection):
    type: Literal["firehose_destination"] = "firehose_destination"
    title: ClassVar = "Destination"
    summary: ClassVar = "The stream delivers each time its buffer is full or old."
    sources: ClassVar = frozenset({"firehose_stream"})
    targets: ClassVar = frozenset({"s3_bucket", "http_endpoint"})
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    docs_url: ClassVar = DELIVERY.url

    prefix: str = text("events/", "Prefix of the files.", pattern=r"^[A-Za-z0-9!_.*'()/=:{}\-]*$")

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        transform = next((c for c in ctx.siblings if isinstance(c, Transform)), None)
        stored = source.stored_ratio if isinstance(source, FirehoseStream) else 1.0
        kept, before = 1.0, list[Item]()
        if transform is not None:
            stored *= transform.size_factor
            kept = transform.kept_ratio
            law = Uniform(0.0, float(transform.buffer_interval_s))
            before.append(Item(Kind.WINDOW, "Batch for the transformation", law, DELIVERY))
            run = Lognormal(0.2, 1.0)
            before.append(Item(Kind.NETWORK, "Transformation", run, None, True))
        return Hop(
            Mechanism.PUSH,
            ratio=kept,
            op="file" if target.type == "s3_bucket" else "write",
            payload_factor=stored,
            buffered=True,
            latency=tuple(before),
            lanes=getattr(source, "lanes", 1),
            # To others than S3 it tries for 300 s by default, with growing pauses: an assumption.
            attempts_max=1.0 if target.type == "s3_bucket" else 5.0,
            retry_wait_s=0.0 if target.type == "s3_bucket" else 60.0,
            excess=Excess.RETRY,
        )

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        if getattr(target, "outside", False):
            gb_per_s = flow.events_per_s * flow.attempts * flow.size_kib / KIB_PER_GB
            yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, "Sent by Firehose")

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type == "s3_bucket":
            bucket = link.target.arn
            yield Grant("source", BUCKET_ACTIONS, (bucket, sub(f"{within(bucket)}/*")))


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
