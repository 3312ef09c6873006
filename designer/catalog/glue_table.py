"""An Apache Iceberg table in the Glue Data Catalog: rows in Parquet files of a bucket of its own.

Quotas:  https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination.html
Pricing: https://aws.amazon.com/firehose/pricing/, https://aws.amazon.com/glue/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    ACCOUNT,
    KIB_PER_GB,
    Access,
    Address,
    Context,
    Finding,
    Limit,
    Lognormal,
    NodeFlow,
    NodeView,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    arn,
    get_att,
    monthly,
    number,
    quantity,
    ratio,
    ref,
    sub,
    text,
)

DOCS = Source(
    "Data Firehose, Apache Iceberg tables as the destination",
    "https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination.html",
    "2026-11-21",
)
CATALOG = Source(
    "AWS Glue, optimizing Iceberg tables",
    "https://docs.aws.amazon.com/glue/latest/dg/table-optimizers.html",
    "2026-11-21",
)
SMALL = Limit(
    "iceberg.small_file",
    "File below which compaction pays",
    98_304,
    "KiB",
    CATALOG,
    note="From memory: three quarters of the 128 MB that a compacted file has at least.",
)
METADATA_FILES = 3  # Each commit writes table metadata, a manifest list and a manifest.
CATALOG_CALLS = 2  # Assumption: each commit reads the table once and writes it once.
P50_S, P99_S = 2.0, 10.0  # Assumption: Parquet file and commit.
ACTIONS = ("glue:GetDatabase", "glue:GetTable", "glue:UpdateTable")
OBJECTS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:PutObject",
)

SMALL_FILES = Rule(
    "iceberg-small-files",
    Severity.WARNING,
    "Every delivery commits a small file",
    "Queries open every file and every commit keeps a snapshot: small files make both slow until "
    "they are compacted, which is billed apart.",
    CATALOG,
)


class GlueTable(Service):
    type: Literal["glue_table"] = "glue_table"
    title: ClassVar = "Iceberg table"
    aliases: ClassVar = ("iceberg", "glue", "lakehouse", "athena", "parquet", "s3 tables")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Keeps rows in files of S3 that queries see as one table."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/glue/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::Glue::Table"
    id_base: ClassVar = "table"
    limits: ClassVar = (SMALL,)
    rules: ClassVar = (SMALL_FILES,)

    database: str = text(
        "events", "Glue database, made with the table.", pattern=r"^[a-z][a-z0-9_]{0,126}$"
    )
    table: str = text("events", "Name of the table.", pattern=r"^[a-z][a-z0-9_]{0,126}$")
    columns: str = text(
        "id string, kind string, at timestamp",
        "Columns: a name and an Iceberg type each, with commas between them.",
        pattern=r"^[a-z_][a-z0-9_]* [a-z0-9]+(, [a-z_][a-z0-9_]* [a-z0-9]+)*$",
        max_length=1_000,
    )
    stored_ratio: float = ratio(0.25, "Size in Parquet over the size that came.", gt=0)
    kept_days: float = quantity(
        "days",
        30,
        "Age of the data that the monthly storage is counted for.",
        title="Data of the last",
        gt=0,
        le=36_500,
        group="Assumptions",
        assumed=True,
    )
    error_ratio: float = ratio(0.0, "Share of the commits that fail.", title="Errors", lt=1)

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="Parquet file and commit",
            error_ratio=self.error_ratio,
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        gb_per_day = 0.0
        for edge in flow.inbound:
            files, calls = 1 + METADATA_FILES, CATALOG_CALLS
            per_s = edge.requests_per_s
            yield monthly(
                "s3.requests.put_copy_post_list",
                "request",
                per_s * files,
                ctx.month_s,
                f"Commits by {edge.peer}, {files} files each",
            )
            yield monthly(
                "glue.catalog_requests",
                "request",
                per_s * calls,
                ctx.month_s,
                f"Commits by {edge.peer}, {calls} calls each",
            )
            gb_per_day += edge.events_per_s * edge.size_kib * 86_400 / KIB_PER_GB
        gb = gb_per_day * self.stored_ratio * self.kept_days
        if gb > 0:
            formula = (
                f"{number(gb_per_day * self.stored_ratio)} GB/day × {number(self.kept_days)} days"
            )
            yield Usage("s3.storage.standard", gb, "GB-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for edge in view.flow.inbound:
            kib = edge.request_kib * self.stored_ratio
            if 0 < kib < SMALL.value:
                yield SMALL_FILES.found(
                    f"{edge.peer} commits files of {number(kib / 1024)} MiB to {view.name}.",
                    "Lengthen the sender's buffer interval and enlarge its buffer, or switch on "
                    "compaction in Glue.",
                )

    # ---- The template ----

    @property
    def fields(self) -> list[dict[str, Any]]:
        pairs = [one.split(" ") for one in self.columns.split(", ")]
        return [
            {"Id": i, "Name": name, "Type": kind, "Required": False}
            for i, (name, kind) in enumerate(pairs, 1)
        ]

    def resources(self, site: Site) -> Iterable[Resource]:
        own = site.logical_id
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        yield Resource("AWS::S3::Bucket", {}, "Files", kept)
        database = {"CatalogId": ACCOUNT, "DatabaseInput": {"Name": self.database}}
        yield Resource("AWS::Glue::Database", database, "Database")
        table = {
            "Location": sub(f"s3://${{{own}Files}}/{self.table}"),
            "Schema": {"Type": "struct", "Fields": self.fields},
        }
        properties = {
            "CatalogId": ACCOUNT,
            "DatabaseName": ref(f"{own}Database"),
            "Name": self.table,
            "OpenTableFormatInput": {
                "IcebergInput": {
                    "MetadataOperation": "CREATE",
                    "Version": "2",
                    "IcebergTableInput": table,
                }
            },
        }
        yield Resource("AWS::Glue::Table", properties)

    def remarks(self, site: Site) -> Iterable[str]:
        yield f"The files of {site.placed.label} are kept when the stack is deleted."

    def arn(self, logical_id: str) -> Any:
        return arn("glue", f"table/${{{logical_id}Database}}/{self.table}")

    def address(self, logical_id: str) -> Address:
        return Address("NAME", sub(f"${{{logical_id}Database}}.{self.table}"), "Name of the table")

    def access(self, logical_id: str, operation: str) -> Access:
        found = (
            arn("glue", "catalog"),
            arn("glue", f"database/${{{logical_id}Database}}"),
            self.arn(logical_id),
            get_att(f"{logical_id}Files", "Arn"),
            sub(f"${{{logical_id}Files.Arn}}/*"),
        )
        return Access((*ACTIONS, *OBJECTS), found)


SERVICES = (GlueTable,)
CONNECTIONS = ()
