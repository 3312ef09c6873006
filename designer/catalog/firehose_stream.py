"""Amazon Data Firehose stream: gathers records until a size or an age is reached, then delivers.

Quotas:  https://docs.aws.amazon.com/firehose/latest/dev/limits.html
Pricing: https://aws.amazon.com/firehose/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Access,
    Address,
    Buffer,
    Cap,
    Connection,
    Context,
    Excess,
    Finding,
    Grant,
    Hop,
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
    choice,
    chunks,
    get_att,
    log_group,
    monthly,
    number,
    quantity,
    ref,
    sub,
    text,
    within,
)

QUOTAS = Source(
    "Data Firehose quotas",
    "https://docs.aws.amazon.com/firehose/latest/dev/limits.html",
    "2026-11-21",
)
DELIVERY = Source(
    "Data Firehose delivery, buffering hints",
    "https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html",
    "2026-11-21",
)
BIG = ("us-east-1", "eu-west-1")
RECORDS = Limit(
    "firehose.direct_put.records",
    "Direct PUT records",
    100_000,
    "records/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 500_000.0),
    note="The three Direct PUT quotas are raised together.",
)
REQUESTS = Limit(
    "firehose.direct_put.requests",
    "Direct PUT requests",
    1_000,
    "requests/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 2_000.0),
)
BYTES = Limit(
    "firehose.direct_put.kib",
    "Direct PUT data",
    1_024,
    "KiB/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 5_120.0),
)
RECORD_MAX = Limit("firehose.record_max", "Largest record", 1_000, "KiB", QUOTAS)
INTERVAL = Limit(
    "firehose.buffer_interval",
    "Longest buffer interval",
    900,
    "s",
    DELIVERY,
    note="AWS's own default is 300 s; the shortest was 60 s until December 2023, 0 s since.",
)
BILLED_KIB = 5.0  # Pricing: each record is rounded up to the next 5 KB (5,120 bytes).
KIB_PER_GB = 1024.0 * 1024.0
PUT_P50_S, PUT_P99_S = 0.020, 0.100  # Assumption: an API call inside the region.
LOG_DAYS = 30
BUCKET_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:PutObject",
)

THROTTLED = Rule(
    "firehose-put-throttled",
    Severity.ERROR,
    "Firehose refuses records",
    "Above the Direct PUT quotas the producer gets ServiceUnavailable.",
    QUOTAS,
)
NOT_REAL_TIME = Rule(
    "firehose-holds-records",
    Severity.NOTE,
    "Firehose holds records",
    "Records wait until the buffer's size or age is reached: near real time, not real time.",
    DELIVERY,
)
NO_DESTINATION = Rule(
    "firehose-no-destination",
    Severity.ERROR,
    "The stream delivers nowhere",
    "A stream cannot be created without a destination.",
    DELIVERY,
)
SMALL_RECORDS = Rule(
    "firehose-small-records",
    Severity.NOTE,
    "Small records are billed as 5 KB",
    "Every record is rounded up to the next 5 KB.",
    QUOTAS,
)
PAYLOAD = Rule(
    "firehose-record-over-limit",
    Severity.ERROR,
    "Record larger than the stream takes",
    "Firehose refuses larger records.",
    QUOTAS,
)


class FirehoseStream(Service):
    type: Literal["firehose_stream"] = "firehose_stream"
    title: ClassVar = "Firehose stream"
    aliases: ClassVar = ("firehose", "kinesis firehose", "data firehose", "delivery stream")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Gathers records and delivers them in files."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/firehose/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    principal: ClassVar = "firehose.amazonaws.com"
    id_base: ClassVar = "firehose"
    limits: ClassVar = (RECORDS, REQUESTS, BYTES, RECORD_MAX, INTERVAL)
    rules: ClassVar = (THROTTLED, NOT_REAL_TIME, NO_DESTINATION, SMALL_RECORDS, PAYLOAD)

    buffer_interval_s: float = quantity(
        "s",
        60,
        "Oldest a record gets before it is delivered (AWS's own default is 300 s).",
        title="Buffer interval",
        ge=0,
        le=900,
        source=DELIVERY,
    )
    buffer_size_mib: float = quantity(
        "MiB",
        5,
        "Size at which the buffer is delivered before its interval ends.",
        title="Buffer size",
        ge=1,
        le=128,
        source=DELIVERY,
    )
    compression: Literal["GZIP", "UNCOMPRESSED"] = choice(
        "GZIP",
        "Compression of the delivered files.",
        titles={"GZIP": "gzip", "UNCOMPRESSED": "None"},
    )
    compressed_ratio: float = quantity(
        "ratio",
        0.25,
        "Size of a file after compression over before.",
        title="Compressed to",
        gt=0,
        le=1,
        group="Assumptions",
        assumed=True,
        show_if=("compression", "GZIP"),
    )

    @property
    def stored_ratio(self) -> float:
        return self.compressed_ratio if self.compression == "GZIP" else 1.0

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(PUT_P50_S, PUT_P99_S),
            service_label="PutRecord call",
            caps=(
                Cap(RECORDS, Per.EVENT, ctx.value(RECORDS)),
                Cap(REQUESTS, Per.REQUEST, ctx.value(REQUESTS)),
                Cap(BYTES, Per.KIB, ctx.value(BYTES)),
            ),
            buffer=Buffer(self.buffer_size_mib * 1024, self.buffer_interval_s),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            billed_kib = chunks(edge.size_kib, BILLED_KIB) * BILLED_KIB
            gb_per_s = edge.events_per_s * edge.attempts * billed_kib / KIB_PER_GB
            origin = (
                f"{number(edge.events_per_s)} records/s from {edge.peer} × "
                f"{number(billed_kib)} KB billed each"
            )
            meter = "firehose.ingest.direct_put_or_kds"
            yield monthly(meter, "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} records/s to {view.name} are refused.",
                "Ask AWS for higher Direct PUT quotas, or put records in batches.",
            )
        if not view.outbound:
            yield NO_DESTINATION.found(
                f"{view.name} has no destination.", "Draw an arrow to an S3 bucket."
            )
        kib_per_s = view.flow.events_per_s * view.flow.size_kib
        if view.flow.events_per_s > 0:
            fills_s = self.buffer_size_mib * 1024 / kib_per_s
            hold_s = min(self.buffer_interval_s, fills_s)
            by = "its interval" if fills_s > self.buffer_interval_s else "its size"
            yield NOT_REAL_TIME.found(
                f"{view.name} holds records up to {number(hold_s)} s: the buffer goes out by {by}.",
                "Shorten the interval, or send what is urgent by a queue or a function.",
                field="buffer_interval_s",
            )
        for edge in view.flow.inbound:
            if edge.size_kib > RECORD_MAX.value:
                yield PAYLOAD.found(
                    f"Records of {number(edge.size_kib)} KiB; {view.name} takes "
                    f"{number(RECORD_MAX.value)} KiB.",
                    "Split the records, or write the objects to S3 directly.",
                )
            elif 0 < edge.size_kib < BILLED_KIB / 2:
                yield SMALL_RECORDS.found(
                    f"Records of {number(edge.size_kib)} KiB are billed as 5 KB.",
                    "Put several events into one record.",
                )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        if not site.outbound:
            return  # Refused by `obstacles`.
        link = site.outbound[0]
        yield log_group("Logs", LOG_DAYS)
        logs = ref(f"{site.logical_id}Logs")
        stream = {"LogGroupName": logs, "LogStreamName": "delivery"}
        yield Resource("AWS::Logs::LogStream", stream, "LogStream")
        prefix = getattr(link.connection, "prefix", "")
        destination: dict[str, Any] = {
            "BucketARN": link.target.arn,
            "RoleARN": site.placed.role_arn,
            "Prefix": prefix,
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "BufferingHints": {
                "IntervalInSeconds": math.ceil(self.buffer_interval_s),
                "SizeInMBs": math.ceil(self.buffer_size_mib),
            },
            "CompressionFormat": self.compression,
            "CloudWatchLoggingOptions": {
                "Enabled": True,
                "LogGroupName": logs,
                "LogStreamName": ref(f"{site.logical_id}LogStream"),
            },
        }
        if not prefix:
            del destination["Prefix"]
        yield Resource(
            "AWS::KinesisFirehose::DeliveryStream",
            {
                "DeliveryStreamType": "DirectPut",
                "ExtendedS3DestinationConfiguration": destination,
            },
            attributes={"DependsOn": [site.placed.policy_id]},
        )

    def grants(self, site: Site) -> Iterable[Grant]:
        logs = get_att(f"{site.logical_id}Logs", "Arn")
        yield Grant("source", ("logs:PutLogEvents",), (logs,))

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not site.outbound:
            yield (
                (),
                (
                    f"{site.placed.label} has no destination and cannot be created: draw an "
                    "arrow to an S3 bucket."
                ),
            )
        if len(site.outbound) > 1:
            names = " and ".join(link.target.label for link in site.outbound)
            yield (), f"{site.placed.label} delivers to {names}; a stream has one destination."

    def address(self, logical_id: str) -> Address:
        return Address("NAME", ref(logical_id), "Name of the stream")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("firehose:PutRecord", "firehose:PutRecordBatch"), (self.arn(logical_id),))


class FirehoseDestination(Connection):
    type: Literal["firehose_destination"] = "firehose_destination"
    title: ClassVar = "Destination"
    summary: ClassVar = "The stream writes a file each time its buffer is full or old."
    sources: ClassVar = frozenset({"firehose_stream"})
    targets: ClassVar = frozenset({"s3_bucket"})
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    docs_url: ClassVar = DELIVERY.url

    prefix: str = text("events/", "Prefix of the files.", pattern=r"^[A-Za-z0-9!_.*'()/=:{}\-]*$")

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        stored = source.stored_ratio if isinstance(source, FirehoseStream) else 1.0
        return Hop(
            Mechanism.PUSH,
            op="file",
            payload_factor=stored,
            buffered=True,
            excess=Excess.RETRY,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        bucket = link.target.arn
        yield Grant("source", BUCKET_ACTIONS, (bucket, sub(f"{within(bucket)}/*")))


SERVICES = (FirehoseStream,)
CONNECTIONS = (FirehoseDestination,)
