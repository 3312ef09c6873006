"""The room of AWS::KinesisFirehose::DeliveryStream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Access,
    Address,
    Buffer,
    Cap,
    Context,
    Finding,
    Grant,
    NodeFlow,
    NodeView,
    Parameter,
    Per,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    call_fields,
    call_law,
    choice,
    flag,
    number,
    quantity,
    ref,
    text,
)
from . import advice, bill, export
from .facts import (
    BILLED_KIB,
    BUFFER,
    BYTES,
    DELIVERY,
    GIVEN_UP,
    INTERVAL,
    NO_BACKUP,
    NO_DESTINATION,
    NOT_REAL_TIME,
    OVERLOADED,
    PARTITIONS,
    PARTITIONS_OVER,
    PAYLOAD,
    PUT_MAX,
    PUT_P50_MS,
    PUT_P99_MS,
    QUOTAS,
    RECORD_MAX,
    RECORDS,
    REQUEST,
    REQUESTS,
    SHORT_RETRY,
    SLOW_COPY,
    SMALL_FILES,
    SMALL_RECORDS,
    THROTTLED,
    TWO_BACKUPS,
    TWO_SOURCES,
)

DIRECT = frozenset({"write"})


_CALL_P50, _CALL_P99 = call_fields(PUT_P50_MS, PUT_P99_MS, "a PutRecord call", None)


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
    limits: ClassVar = (RECORDS, REQUESTS, BYTES, RECORD_MAX, PUT_MAX, INTERVAL, PARTITIONS)
    rules: ClassVar = (
        THROTTLED,
        NOT_REAL_TIME,
        NO_DESTINATION,
        SMALL_RECORDS,
        PAYLOAD,
        TWO_SOURCES,
        BUFFER,
        PARTITIONS_OVER,
        SMALL_FILES,
        NO_BACKUP,
        SHORT_RETRY,
        OVERLOADED,
        SLOW_COPY,
        TWO_BACKUPS,
        REQUEST,
        GIVEN_UP,
    )

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
    )
    format_conversion: Literal["none", "parquet", "orc"] = choice(
        "none",
        "Turn JSON records into columns (S3 only); billed by the GB that came in.",
        titles={"none": "None", "parquet": "Parquet", "orc": "ORC"},
        group="Processing",
    )
    dynamic_partitioning: bool = flag(
        False,
        "Sort records into prefixes by a key in them (S3 only); billed by GB and by object.",
        group="Processing",
    )
    partition_key: str = text(
        "kind",
        "Field of the record that names its partition.",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,60}$",
        group="Processing",
        show_if=("dynamic_partitioning", True),
    )
    partitions: int = quantity(
        "partitions",
        10,
        "Partitions that get records at the same time.",
        title="Active partitions",
        ge=1,
        le=100_000,
        group="Processing",
        assumed=True,
        show_if=("dynamic_partitioning", True),
    )
    jq_h: float = quantity(
        "h",
        0,
        "Hours of JQ processing a month, by which keys are read from the records: measure it.",
        title="JQ processing",
        ge=0,
        le=1e6,
        group="Processing",
        assumed=True,
        show_if=("dynamic_partitioning", True),
    )

    record_spread: float = quantity(
        "ratio",
        0.0,
        "How much the sizes of records vary: sigma of a lognormal law; 0 is all the same.",
        title="Variation of sizes",
        ge=0,
        le=3,
        group="Assumptions",
        assumed=True,
    )
    call_p50_ms: float = _CALL_P50
    call_p99_ms: float = _CALL_P99

    @property
    def stored_ratio(self) -> float:
        """Size delivered over size that came in; columns are compressed by their own."""
        converted = self.format_conversion != "none"
        return self.compressed_ratio if converted or self.compression == "GZIP" else 1.0

    @property
    def compressed_size(self) -> float:
        """Size of records as they came, in a file, over the size that came in."""
        return self.compressed_ratio if self.compression == "GZIP" else 1.0

    @property
    def lanes(self) -> int:
        """Buffers that fill apart."""
        return self.partitions if self.dynamic_partitioning else 1

    def station(self, ctx: Context) -> Station:
        return Station(
            service=call_law(self.call_p50_ms, self.call_p99_ms),
            service_label="PutRecord call",
            caps=(
                # A data stream as the source has no quota here.
                Cap(RECORDS, Per.EVENT, ctx.value(RECORDS), DIRECT),
                Cap(REQUESTS, Per.REQUEST, ctx.value(REQUESTS), DIRECT),
                Cap(BYTES, Per.KIB, ctx.value(BYTES), DIRECT),
            ),
            buffer=Buffer(self.buffer_size_mib * 1024, self.buffer_interval_s, self.record_spread),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        return bill.usage(self, flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} records/s to {view.name} are refused.",
                "Ask AWS for higher Direct PUT quotas, or put records in batches.",
            )
        yield from advice.findings(self, view, ctx)
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
        return export.resources(self, site)

    def parameters(self, site: Site) -> Iterable[Parameter]:
        return export.parameters(self, site)

    def grants(self, site: Site) -> Iterable[Grant]:
        return export.grants(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return export.obstacles(self, site)

    def remarks(self, site: Site) -> Iterable[str]:
        return export.remarks(self, site)

    def address(self, logical_id: str) -> Address:
        return Address("NAME", ref(logical_id), "Name of the stream")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("firehose:PutRecord", "firehose:PutRecordBatch"), (self.arn(logical_id),))
