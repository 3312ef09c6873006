"""Amazon DynamoDB table: stores and returns items, on demand or with provisioned capacity.

Quotas:  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
Pricing: https://aws.amazon.com/dynamodb/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Access,
    Cap,
    Context,
    Finding,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Per,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    choice,
    flag,
    number,
    quantity,
    ratio,
    text,
)
from . import export, metering
from .facts import (
    CLASS_FOR_READ,
    EXPIRY,
    HOT_PARTITION,
    INDEXES,
    INDEXES_MAX,
    ITEM_MAX,
    ITEM_TOO_LARGE,
    NEW_TABLE_PARTITIONS,
    P50_S,
    P99_S,
    PARTITION_READS,
    PARTITION_WRITES,
    PROVISIONED_READS,
    PROVISIONED_WRITES,
    QUOTAS,
    READ_ACTIONS,
    READ_KIB,
    READS,
    SCALED_OUT,
    SCALING,
    STREAM_READERS,
    TABLE_READS,
    TABLE_WRITES,
    THROTTLED,
    TOO_MANY_READERS,
    WRITE_ACTIONS,
    WRITE_KIB,
    WRITES,
)


class DynamodbTable(Service):
    type: Literal["dynamodb_table"] = "dynamodb_table"
    title: ClassVar = "DynamoDB table"
    aliases: ClassVar = ("dynamodb", "table", "database", "nosql", "ddb")
    category: ClassVar = "Database"
    summary: ClassVar = "Stores and returns items by key."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/dynamodb/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::DynamoDB::Table"
    id_base: ClassVar = "table"
    limits: ClassVar = (
        TABLE_WRITES,
        TABLE_READS,
        PROVISIONED_WRITES,
        PROVISIONED_READS,
        PARTITION_WRITES,
        ITEM_MAX,
        STREAM_READERS,
        INDEXES_MAX,
    )
    rules: ClassVar = (
        THROTTLED,
        ITEM_TOO_LARGE,
        HOT_PARTITION,
        TOO_MANY_READERS,
        SCALED_OUT,
        CLASS_FOR_READ,
    )

    billing: Literal["on_demand", "provisioned"] = choice(
        "on_demand",
        "How capacity is bought.",
        title="Capacity",
        titles={"on_demand": "On demand", "provisioned": "Provisioned"},
    )
    write_units: int = quantity(
        "WCU",
        5,
        "Provisioned writes of 1 KB per second; with auto scaling the least.",
        title="Write capacity",
        ge=1,
        le=1_000_000,
        show_if=("billing", "provisioned"),
    )
    read_units: int = quantity(
        "RCU",
        5,
        "Provisioned strongly consistent reads of 4 KB per second; with auto scaling the least.",
        title="Read capacity",
        ge=1,
        le=1_000_000,
        show_if=("billing", "provisioned"),
    )
    auto_scaling: bool = flag(
        False,
        "Application Auto Scaling follows the load between the capacity above and the most below.",
        show_if=("billing", "provisioned"),
    )
    max_write_units: int = quantity(
        "WCU",
        100,
        "Most writes of 1 KB per second that auto scaling provisions.",
        title="Most write capacity",
        ge=1,
        le=1_000_000,
        show_if=("auto_scaling", True),
    )
    max_read_units: int = quantity(
        "RCU",
        100,
        "Most reads of 4 KB per second that auto scaling provisions.",
        title="Most read capacity",
        ge=1,
        le=1_000_000,
        show_if=("auto_scaling", True),
    )
    target_ratio: float = quantity(
        "ratio",
        0.7,
        "Use of the capacity that auto scaling aims at.",
        title="Target utilisation",
        ge=0.2,
        le=0.9,
        source=SCALING,
        show_if=("auto_scaling", True),
    )
    table_class: Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"] = choice(
        "STANDARD",
        "Infrequent access stores for less and charges more for each request.",
        title="Table class",
        titles={"STANDARD": "Standard", "STANDARD_INFREQUENT_ACCESS": "Infrequent access"},
    )
    consistent_reads: bool = flag(False, "Strongly consistent reads cost twice as much.")
    transactional: bool = flag(False, "Transactional requests cost twice as much.")
    partition_key: str = text(
        "id", "Name of the partition key.", pattern=r"^[A-Za-z0-9_.\-]{1,255}$", max_length=255
    )
    item_kib: float | None = quantity(
        "KiB",
        None,
        "Size of an item; empty takes the size that is written.",
        title="Item size",
        gt=0,
        le=400,
    )
    stored_gb: float = quantity("GB", 0, "Data in the table.", title="Stored data", ge=0, le=1e9)
    ttl_days: float | None = quantity(
        "days",
        None,
        "Items expire after this time, and deleting them costs nothing; what is written in it is "
        "counted as stored. Empty counts the stored data only.",
        title="Time to live",
        gt=0,
        le=36_500,
        source=EXPIRY,
    )
    indexes: int = quantity(
        "indexes",
        0,
        "Global secondary indexes: each stores its copy and takes a write of its own for a write "
        "to the table.",
        title="Secondary indexes",
        ge=0,
        le=20,
        group="Indexes",
        source=INDEXES,
    )
    index_projection: Literal["ALL", "KEYS_ONLY"] = choice(
        "ALL",
        "What an index copies of an item.",
        title="Projection",
        group="Indexes",
        titles={"ALL": "The whole item", "KEYS_ONLY": "Keys"},
    )
    index_writes_ratio: float = ratio(
        1.0,
        "Writes to one index for each write to the table: less than all where items lack its key "
        "or its attributes do not change, more where its key changes (a delete and a put).",
        title="Writes that touch an index",
        group="Indexes",
        le=2.0,
    )
    point_in_time_recovery: bool = flag(
        False, "Continuous backups of the last 35 days.", group="Backups"
    )
    backups: int = quantity(
        "backups",
        0,
        "Full backups on demand that are kept.",
        title="Backups kept",
        ge=0,
        le=10_000,
        group="Backups",
    )
    stream_view: Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] = choice(
        "NEW_AND_OLD_IMAGES",
        "What the table's stream tells of a change; the stream is on when something reads it.",
        title="Stream view",
        group="Stream",
        titles={
            "KEYS_ONLY": "Keys",
            "NEW_IMAGE": "New item",
            "OLD_IMAGE": "Old item",
            "NEW_AND_OLD_IMAGES": "New and old item",
        },
    )
    hot_ratio: float | None = ratio(
        None,
        "Share of the writes on the busiest partition key; empty spreads them evenly.",
        title="Share of the hottest key",
        gt=0,
    )
    partitions: int | None = quantity(
        "partitions",
        None,
        "Partitions, each with one shard of the stream; empty derives them from capacity and size.",
        ge=1,
        le=1_000_000,
        group="Assumptions",
        assumed=True,
    )

    @property
    def shard_count(self) -> int:
        """Shards of the table's stream: one per partition of 1,000 WCU, 3,000 RCU or 10 GB."""
        if self.partitions is not None:
            return self.partitions
        by_size = math.ceil(self.stored_gb / 10)
        if self.billing == "on_demand":
            return max(NEW_TABLE_PARTITIONS, by_size)
        writes, reads = self.most_units
        used = writes / PARTITION_WRITES.value + reads / PARTITION_READS
        return max(1, math.ceil(used), by_size)

    @property
    def scales(self) -> bool:
        """Whether auto scaling sets the capacity."""
        return self.billing == "provisioned" and self.auto_scaling

    @property
    def most_units(self) -> tuple[int, int]:
        """Most provisioned (write, read) units."""
        if self.scales:
            return self.max_write_units, self.max_read_units
        return self.write_units, self.read_units

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not self.scales:
            return
        for least, most in (("write_units", "max_write_units"), ("read_units", "max_read_units")):
            if getattr(self, most) < getattr(self, least):
                yield (
                    (most,),
                    (
                        f"The most is {getattr(self, most)} and the least {getattr(self, least)}: "
                        "set it to the least or more."
                    ),
                )

    def station(self, ctx: Context) -> Station:
        if self.billing == "provisioned":
            most_writes, most_reads = self.most_units
            factor = 2 if self.transactional else 1
            writes = Cap(PROVISIONED_WRITES, Per.UNIT, most_writes / factor, WRITES, WRITE_KIB)
            reads = Cap(PROVISIONED_READS, Per.UNIT, most_reads / self.read_factor, READS, READ_KIB)
        else:
            writes = Cap(TABLE_WRITES, Per.UNIT, ctx.value(TABLE_WRITES), WRITES, WRITE_KIB)
            reads = Cap(
                TABLE_READS, Per.UNIT, ctx.value(TABLE_READS) / self.read_factor, READS, READ_KIB
            )
        caps: tuple[Cap, ...] = (writes, reads)
        if self.hot_ratio is not None:
            hot = self.hot_ratio
            units = PARTITION_WRITES.value / (2 if self.transactional else 1)
            key = Cap(PARTITION_WRITES, Per.UNIT, units, WRITES, WRITE_KIB, share=hot, meets=hot)
            caps += (key,)
        return Station(service=Lognormal(P50_S, P99_S), service_label="DynamoDB request", caps=caps)

    @property
    def read_factor(self) -> float:
        """Read units per 4 KB: half for eventual, one for strong, two for transactional."""
        if self.transactional:
            return 2.0
        return 1.0 if self.consistent_reads else 0.5

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        return metering.usage(self, flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        readers = [e for e in view.outbound if e.flow.mechanism is Mechanism.POLL]
        if len(readers) > STREAM_READERS.value:
            yield TOO_MANY_READERS.found(
                f"{len(readers)} consumers read the stream of {view.name}.",
                "Let one function pass the changes on, for instance to a topic.",
            )
        if view.utilisation.get(PARTITION_WRITES.id, 0.0) > 1:
            yield HOT_PARTITION.found(
                f"The busiest key of {view.name} needs "
                f"{number(view.utilisation[PARTITION_WRITES.id] * 1000)} write units a second.",
                "Spread it over several keys by a suffix; more capacity does not help.",
                field="hot_ratio",
            )
        elif view.throttled_per_s > 0:
            provisioned = self.billing == "provisioned"
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} requests/s to {view.name} are refused.",
                "Provision more, or switch to on demand."
                if provisioned
                else "Ask AWS for a higher table quota, or spread over tables.",
                field="billing" if provisioned else None,
                value="on_demand" if provisioned else None,
            )
        yield from self._remarks_on_capacity(view)
        for edge in view.flow.inbound:
            if edge.op in WRITES and (self.item_kib or edge.size_kib) > ITEM_MAX.value:
                yield ITEM_TOO_LARGE.found(
                    f"Items of {number(self.item_kib or edge.size_kib)} KiB are written to "
                    f"{view.name}.",
                    "Keep the payload in S3 and its key in the item.",
                )

    def _remarks_on_capacity(self, view: NodeView) -> Iterable[Finding]:
        for limit, name, most in (
            (PROVISIONED_WRITES, "max_write_units", self.max_write_units),
            (PROVISIONED_READS, "max_read_units", self.max_read_units),
        ):
            used = view.utilisation.get(limit.id, 0.0)
            if self.scales and self.target_ratio < used <= 1:
                yield SCALED_OUT.found(
                    f"{view.name} uses {number(used * 100)} % of its {most} units ({limit.title}); "
                    f"the target is {number(self.target_ratio * 100)} %.",
                    "Raise the most that auto scaling provisions.",
                    field=name,
                    value=min(1_000_000, math.ceil(round(used * most / self.target_ratio, 6))),
                )
        infrequent = self.table_class == "STANDARD_INFREQUENT_ACCESS"
        requests = view.flow.requests_per_s * 2_628_000
        if infrequent and requests > 1e6 * max(1.0, self.stored_gb):
            yield CLASS_FOR_READ.found(
                f"{view.name} gets {number(requests)} requests a month on {number(self.stored_gb)} "
                "GB.",
                "Take the standard class.",
                field="table_class",
                value="STANDARD",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.resources(self, site)

    def remarks(self, site: Site) -> Iterable[str]:
        yield f"{site.placed.label} is kept when the stack is deleted, with its data."

    def access(self, logical_id: str, operation: str) -> Access:
        names = READ_ACTIONS if operation == "read" else WRITE_ACTIONS
        return Access(tuple(f"dynamodb:{name}" for name in names), (self.arn(logical_id),))
