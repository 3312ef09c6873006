"""A Snowflake table: Firehose writes records into it by Snowpipe Streaming.

Quotas:  https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html
Pricing: Firehose's own meter for Snowflake; Snowflake bills its credits itself:
         https://aws.amazon.com/firehose/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Context,
    External,
    Limit,
    Parameter,
    Site,
    Source,
    Station,
    call_law,
    choice,
    latency_fields,
    ratio,
    text,
)

DOCS = Source(
    "Data Firehose, Snowflake as the destination",
    "https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html",
    "2026-11-21",
)
BUFFER = Limit(
    "snowflake.buffer",
    "Largest buffer of a Snowflake destination",
    131_072,
    "KiB",
    DOCS,
    note="1 to 128 MB and 0 to 900 s since July 2024; AWS's own default is 0 s.",
)
NAME = r"^[A-Za-z_][A-Za-z0-9_$]{0,254}$"
_P50, _P99 = latency_fields(1_000, 5_000, "until rows can be queried", title="Queryable", le=6e5)


class SnowflakeTable(External):
    type: Literal["snowflake_table"] = "snowflake_table"
    title: ClassVar = "Snowflake table"
    aliases: ClassVar = ("snowflake", "warehouse", "snowpipe")
    summary: ClassVar = "Takes rows from Firehose, in a Snowflake account."
    docs_url: ClassVar = DOCS.url
    id_base: ClassVar = "snowflake"
    parameter: ClassVar = "AccountUrl"
    asked: ClassVar = "Account address (https://…snowflakecomputing.com)"
    limits: ClassVar = (BUFFER,)

    database: str = text("EVENTS", "Database.", pattern=NAME, max_length=255)
    schema_name: str = text("PUBLIC", "Schema.", title="Schema", pattern=NAME, max_length=255)
    table: str = text("EVENTS", "Table, which must exist.", pattern=NAME, max_length=255)
    loading: Literal[
        "JSON_MAPPING", "VARIANT_CONTENT_MAPPING", "VARIANT_CONTENT_AND_METADATA_MAPPING"
    ] = choice(
        "JSON_MAPPING",
        "Keys of the JSON record become columns, or the record is one VARIANT column.",
        titles={
            "JSON_MAPPING": "A column for each key",
            "VARIANT_CONTENT_MAPPING": "One VARIANT column",
            "VARIANT_CONTENT_AND_METADATA_MAPPING": "VARIANT columns of content and metadata",
        },
    )
    error_ratio: float = ratio(0.0, "Share of the requests that fail.", title="Errors", lt=1)
    insert_p50_ms: float = _P50
    insert_p99_ms: float = _P99

    def station(self, ctx: Context) -> Station:
        return Station(
            service=call_law(self.insert_p50_ms, self.insert_p99_ms),
            service_label="Until rows can be queried",
            error_ratio=self.error_ratio,
        )

    def parameters(self, site: Site) -> Iterable[Parameter]:
        yield from super().parameters(site)
        if site.inbound:
            label = site.placed.label
            yield Parameter(
                f"{site.logical_id}Secret",
                f"ARN of the secret with user and private key for {label}.",
            )

    def remarks(self, site: Site) -> Iterable[str]:
        yield f"Snowflake bills the credits of {site.placed.label} itself: not in this bill."


SERVICES = (SnowflakeTable,)
CONNECTIONS = ()
