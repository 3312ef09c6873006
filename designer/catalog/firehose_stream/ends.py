"""Where a stream delivers, and where it keeps what it could not deliver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    KIB_PER_GB,
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
    Outcome,
    Service,
    Uniform,
    Usage,
    choice,
    flag,
    monthly,
    number,
    quantity,
    sub,
    text,
    within,
)
from .facts import BACKUP_TYPE, BUCKET_ACTIONS, DELIVERY, INTERVAL, RETRY, RETRY_EVERY_S
from .room import FirehoseStream

PREFIX = r"^[A-Za-z0-9!_.*'()/=:{}\-]*$"


def retry_field(default: int) -> int:
    """Return the field of how long one destination is tried."""
    found: int = quantity(
        "s",
        default,
        "How long a delivery is tried again; then its records go to the backup bucket. S3 is "
        "tried for 24 h, whatever is set here.",
        title="Retried for",
        ge=0,
        le=7_200,
        source=DELIVERY,
    )
    return found


class Delivering(Connection):
    """What every kind of destination does to the flow."""

    type: str
    sources: ClassVar = frozenset({"firehose_stream"})
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    docs_url: ClassVar = DELIVERY.url
    limits: ClassVar = (RETRY, INTERVAL)

    retry_s: int = retry_field(300)

    @property
    def attempts_max(self) -> float:
        return 1.0 + self.retry_s // RETRY_EVERY_S

    def compressed(self, target: Service) -> bool:
        """Tell whether what arrives is compressed as the stream's form says."""
        return target.type in ("s3_bucket", "http_endpoint")

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        size, kept, before = transformed(ctx)
        if isinstance(source, FirehoseStream) and self.compressed(target):
            size *= source.stored_ratio
        s3 = target.type == "s3_bucket"
        return Hop(
            Mechanism.PUSH,
            ratio=kept,
            op="file" if s3 else "write",
            payload_factor=size,
            buffered=True,
            latency=before,
            lanes=getattr(source, "lanes", 1),
            attempts_max=1.0 if s3 else self.attempts_max,
            retry_wait_s=0.0 if s3 else RETRY_EVERY_S,
            excess=Excess.RETRY,
            dead_letters=not s3,
        )


def transformed(ctx: Context) -> tuple[float, float, tuple[Item, ...]]:
    """Return size and share of the records after the stream's function, and the time it takes."""
    found = next((c for c in ctx.siblings if c.type == "firehose_transform"), None)
    if found is None:
        return 1.0, 1.0, ()
    law = Uniform(0.0, float(found.buffer_interval_s))
    before = (
        Item(Kind.WINDOW, "Batch for the transformation", law, DELIVERY),
        Item(Kind.NETWORK, "Transformation", Lognormal(0.2, 1.0), None, True),
    )
    return float(found.size_factor), float(found.kept_ratio), before


class FirehoseDestination(Delivering):
    type: Literal["firehose_destination"] = "firehose_destination"
    title: ClassVar = "Destination"
    summary: ClassVar = "The stream delivers each time its buffer is full or old."
    targets: ClassVar = frozenset({"s3_bucket", "http_endpoint"})

    prefix: str = text("events/", "Prefix of the files.", pattern=PREFIX)

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        yield from sent_outside(flow, target, ctx)

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type == "s3_bucket":
            yield bucket_grant(link.target.arn)


def sent_outside(flow: EdgeFlow, target: Service, ctx: Context) -> Iterable[Usage]:
    if getattr(target, "outside", False):
        gb_per_s = flow.events_per_s * flow.attempts * flow.size_kib / KIB_PER_GB
        yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, "Sent by Firehose")


def bucket_grant(bucket: object) -> Grant:
    return Grant("source", BUCKET_ACTIONS, (bucket, sub(f"{within(bucket)}/*")))


class SearchDestination(Delivering):
    type: Literal["firehose_search_destination"] = "firehose_search_destination"
    title: ClassVar = "OpenSearch destination"
    summary: ClassVar = "The stream indexes its records as documents, by bulk requests."
    targets: ClassVar = frozenset({"opensearch_domain"})

    index: str = text("events", "Index.", pattern=r"^[a-z][a-z0-9_.\-]{0,79}$", max_length=80)
    rotation: Literal["NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"] = choice(
        "OneDay",
        "How often a new index is begun; old ones can then be deleted whole.",
        titles={
            "NoRotation": "Never",
            "OneHour": "Every hour",
            "OneDay": "Every day",
            "OneWeek": "Every week",
            "OneMonth": "Every month",
        },
    )

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        zones = int(getattr(target, "delivery_zones", 0))
        if not zones:
            return
        gb_per_s = flow.events_per_s * flow.attempts * flow.size_kib / KIB_PER_GB
        yield monthly(
            "firehose.vpc.gb", "GB", gb_per_s, ctx.month_s, f"Into the VPC of {flow.peer}"
        )
        formula = f"{zones} zones × {number(ctx.month_h)} h"
        yield Usage("firehose.vpc.az_hour", zones * ctx.month_h, "AZ-hour", formula)

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "write")
        yield Grant("source", access.actions, access.resources)
        if getattr(link.target.service, "in_vpc", False):
            yield Grant("source", VPC_ACTIONS, ("*",))


VPC_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcs",
)


class WarehouseDestination(Delivering):
    type: Literal["firehose_warehouse_destination"] = "firehose_warehouse_destination"
    title: ClassVar = "Redshift destination"
    summary: ClassVar = "The stream writes files to a staging bucket and has Redshift copy them."
    targets: ClassVar = frozenset({"redshift_cluster"})

    table: str = text("events", "Table, which must exist.", pattern=r"^[a-z][a-z0-9_.]{0,126}$")
    columns: str = text(
        "", "Columns that are filled, with commas between; empty fills all.", max_length=500
    )
    options: str = text(
        "json 'auto'", "Options of the COPY command; gzip is added.", title="COPY options"
    )
    retry_s: int = retry_field(3_600)
    staged_days: int = quantity(
        "days",
        1,
        "Age at which staged files are deleted; Firehose itself never deletes them.",
        title="Staged files of the last",
        ge=1,
        le=3_650,
    )

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        yield monthly(
            "s3.requests.put_copy_post_list",
            "request",
            flow.requests_per_s / max(1.0, flow.attempts),
            ctx.month_s,
            f"Files staged for {flow.peer}",
        )
        ratio = source.stored_ratio if isinstance(source, FirehoseStream) else 1.0
        gb_per_day = flow.events_per_s * flow.size_kib * ratio * 86_400 / KIB_PER_GB
        formula = f"Staged: {number(gb_per_day)} GB/day × {number(self.staged_days)} days"
        if gb_per_day > 0:
            yield Usage("s3.storage.standard", gb_per_day * self.staged_days, "GB-month", formula)

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "write")
        yield Grant("source", access.actions, access.resources)


class SplunkDestination(Delivering):
    type: Literal["firehose_splunk_destination"] = "firehose_splunk_destination"
    title: ClassVar = "Splunk destination"
    summary: ClassVar = "The stream sends its records to an event collector of Splunk."
    targets: ClassVar = frozenset({"splunk_endpoint"})

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        yield from sent_outside(flow, target, ctx)

    def grants(self, link: Link) -> Iterable[Grant]:
        yield secret_grant(link)


class SnowflakeDestination(Delivering):
    type: Literal["firehose_snowflake_destination"] = "firehose_snowflake_destination"
    title: ClassVar = "Snowflake destination"
    summary: ClassVar = "The stream writes its records as rows of a Snowflake table."
    targets: ClassVar = frozenset({"snowflake_table"})

    retry_s: int = retry_field(60)

    def grants(self, link: Link) -> Iterable[Grant]:
        yield secret_grant(link)


def secret_grant(link: Link) -> Grant:
    secret = {"Ref": f"{link.target.logical_id}Secret"}
    return Grant("source", ("secretsmanager:GetSecretValue",), (secret,))


class IcebergDestination(Delivering):
    type: Literal["firehose_iceberg_destination"] = "firehose_iceberg_destination"
    title: ClassVar = "Iceberg destination"
    summary: ClassVar = "The stream commits its records as rows of an Iceberg table."
    targets: ClassVar = frozenset({"glue_table"})

    append_only: bool = flag(
        True,
        "Rows are only added; then AWS raises the stream's throughput by itself.",
        title="Append only",
    )
    unique_key: str = text(
        "id",
        "Column by which rows are updated and deleted.",
        pattern=r"^[a-z_][a-z0-9_]{0,126}$",
        show_if=("append_only", False),
    )

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "write")
        yield Grant("source", access.actions, access.resources)


class Backup(Connection):
    type: Literal["firehose_backup"] = "firehose_backup"
    title: ClassVar = "Backup"
    summary: ClassVar = "What could not be delivered, or all that came, goes to a bucket."
    sources: ClassVar = frozenset({"firehose_stream"})
    targets: ClassVar = frozenset({"s3_bucket"})
    second_choice: ClassVar = True
    cloudformation: ClassVar = "AWS::KinesisFirehose::DeliveryStream"
    docs_url: ClassVar = DELIVERY.url

    records: Literal["failed", "all"] = choice(
        "failed",
        "Only what was given up, or every record as it came, before it is transformed.",
        title="Keeps",
        titles={"failed": "What could not be delivered", "all": "All records"},
    )
    prefix: str = text("backup/", "Prefix of the files.", pattern=PREFIX)

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        size = 1.0
        interval_s = 300.0
        if isinstance(source, FirehoseStream):
            size, interval_s = source.compressed_size, source.buffer_interval_s
        if self.records == "all":
            return Hop(
                Mechanism.PUSH,
                op="file",
                payload_factor=size,
                buffered=True,
                excess=Excess.RETRY,
            )
        return Hop(
            Mechanism.FAILURE,
            outcome=Outcome.DEAD,
            op="file",
            batch_max=1e9,
            batch_window_s=interval_s,
            attempts_max=1.0,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        yield bucket_grant(link.target.arn)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        backups = [e for e in link.siblings if e.connection.type == BACKUP_TYPE]
        if len(backups) > 1:
            yield (), f"{link.source.label} has {len(backups)} backup buckets; it has one."
        files = any(
            e.connection.type == "firehose_destination" and e.target.service.type == "s3_bucket"
            for e in link.siblings
        )
        if files and self.records == "failed":
            yield (
                ("records",),
                (
                    f"{link.source.label} tries S3 for 24 h and writes what it cannot process "
                    "under errors/ of the same bucket: keep all records, or no backup."
                ),
            )


DESTINATIONS = (
    FirehoseDestination,
    SearchDestination,
    WarehouseDestination,
    SplunkDestination,
    SnowflakeDestination,
    IcebergDestination,
)
