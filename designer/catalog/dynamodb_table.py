"""Amazon DynamoDB table: stores and returns items, on demand or with provisioned capacity.

Quotas:  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
Pricing: https://aws.amazon.com/dynamodb/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Access,
    Cap,
    Context,
    EdgeFlow,
    Finding,
    Limit,
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
    flag,
    monthly,
    number,
    quantity,
    ratio,
    text,
)

QUOTAS = Source(
    "DynamoDB quotas",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
    "2026-11-21",
)
TABLE_WRITES = Limit(
    "ddb.table_writes", "Table write units", 40_000, "WCU", QUOTAS, adjustable=True
)
TABLE_READS = Limit("ddb.table_reads", "Table read units", 40_000, "RCU", QUOTAS, adjustable=True)
PROVISIONED_WRITES = Limit("ddb.provisioned_writes", "Provisioned write units", 5, "WCU", QUOTAS)
PROVISIONED_READS = Limit("ddb.provisioned_reads", "Provisioned read units", 5, "RCU", QUOTAS)
PARTITION_WRITES = Limit("ddb.partition_writes", "Writes to one partition", 1_000, "WCU", QUOTAS)
STREAM_READERS = Limit(
    "ddb.stream_readers",
    "Readers of a stream's shard",
    2,
    "readers",
    QUOTAS,
    note="One where the table is replicated between regions.",
)
NEW_TABLE_PARTITIONS = 4  # A new on-demand table takes 4,000 writes a second: 4 partitions.
PARTITION_READS = 3_000.0
ITEM_MAX = Limit("ddb.item_max", "Largest item", 400, "KiB", QUOTAS)
WRITE_KIB, READ_KIB = 1.0, 4.0  # Pricing: units of 1 KB written, 4 KB read.
P50_S, P99_S = 0.005, 0.020  # "Single-digit milliseconds": AWS; the p99 is an assumption.
KIB_PER_GB = 1024.0 * 1024.0
WRITES, READS = frozenset({"write", "call", "event"}), frozenset({"read"})
READ_ACTIONS = ("GetItem", "BatchGetItem", "Query")
WRITE_ACTIONS = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")

THROTTLED = Rule(
    "dynamodb-throttled",
    Severity.ERROR,
    "Table throttles",
    "Above its capacity the table refuses requests with ProvisionedThroughputExceeded.",
    QUOTAS,
)
ITEM_TOO_LARGE = Rule(
    "dynamodb-item-over-limit",
    Severity.ERROR,
    "Item larger than DynamoDB takes",
    "An item has at most 400 KB.",
    QUOTAS,
)
HOT_PARTITION = Rule(
    "dynamodb-hot-partition",
    Severity.ERROR,
    "One partition key gets too many writes",
    "A partition takes 1,000 write units a second, whatever the table's capacity.",
    QUOTAS,
)
TOO_MANY_READERS = Rule(
    "dynamodb-stream-too-many-readers",
    Severity.ERROR,
    "More than two readers of the table's stream",
    "A shard of the stream takes two readers at the same time; more are throttled.",
    QUOTAS,
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
    )
    rules: ClassVar = (THROTTLED, ITEM_TOO_LARGE, HOT_PARTITION, TOO_MANY_READERS)

    billing: Literal["on_demand", "provisioned"] = choice(
        "on_demand",
        "How capacity is bought.",
        title="Capacity",
        titles={"on_demand": "On demand", "provisioned": "Provisioned"},
    )
    write_units: int = quantity(
        "WCU",
        5,
        "Provisioned writes of 1 KB per second.",
        title="Write capacity",
        ge=1,
        le=1_000_000,
        show_if=("billing", "provisioned"),
    )
    read_units: int = quantity(
        "RCU",
        5,
        "Provisioned strongly consistent reads of 4 KB per second.",
        title="Read capacity",
        ge=1,
        le=1_000_000,
        show_if=("billing", "provisioned"),
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
        used = self.write_units / PARTITION_WRITES.value + self.read_units / PARTITION_READS
        return max(1, math.ceil(used), by_size)

    def station(self, ctx: Context) -> Station:
        if self.billing == "provisioned":
            writes = Cap(PROVISIONED_WRITES, Per.UNIT, self.write_units, WRITES, WRITE_KIB)
            reads = Cap(
                PROVISIONED_READS, Per.UNIT, self.read_units / self._read_factor, READS, READ_KIB
            )
        else:
            writes = Cap(TABLE_WRITES, Per.UNIT, ctx.value(TABLE_WRITES), WRITES, WRITE_KIB)
            reads = Cap(
                TABLE_READS, Per.UNIT, ctx.value(TABLE_READS) / self._read_factor, READS, READ_KIB
            )
        caps: tuple[Cap, ...] = (writes, reads)
        if self.hot_ratio is not None:
            hot = self.hot_ratio
            units = PARTITION_WRITES.value / (2 if self.transactional else 1)
            key = Cap(PARTITION_WRITES, Per.UNIT, units, WRITES, WRITE_KIB, share=hot, meets=hot)
            caps += (key,)
        return Station(service=Lognormal(P50_S, P99_S), service_label="DynamoDB request", caps=caps)

    @property
    def _read_factor(self) -> float:
        """Read units per 4 KB: half for eventual, one for strong, two for transactional."""
        if self.transactional:
            return 2.0
        return 1.0 if self.consistent_reads else 0.5

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        if self.billing == "provisioned":
            for meter, units, unit in (
                ("ddb.provisioned.wcu_hour", self.write_units, "WCU-hour"),
                ("ddb.provisioned.rcu_hour", self.read_units, "RCU-hour"),
            ):
                formula = f"{number(units)} × {number(ctx.month_h)} h"
                yield Usage(meter, units * ctx.month_h, unit, formula)
        else:
            for edge in flow.inbound:
                yield self._on_demand(edge, ctx)
        if self.stored_gb > 0:
            yield Usage(
                "ddb.storage.standard", self.stored_gb, "GB-month", f"{number(self.stored_gb)} GB"
            )

    def _on_demand(self, edge: EdgeFlow, ctx: Context) -> Usage:
        size_kib = self.item_kib or edge.size_kib
        if edge.op in READS:
            units = chunks(size_kib, READ_KIB) * self._read_factor
            meter, unit, what = "ddb.ondemand.rru", "read request unit", "Reads by"
        else:
            units = chunks(size_kib, WRITE_KIB) * (2 if self.transactional else 1)
            meter, unit, what = "ddb.ondemand.wru", "write request unit", "Writes by"
        origin = f"{what} {edge.peer}, {number(units)} units each"
        return monthly(meter, unit, edge.requests_per_s * units, ctx.month_s, origin)

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
        for edge in view.flow.inbound:
            if edge.op in WRITES and (self.item_kib or edge.size_kib) > ITEM_MAX.value:
                yield ITEM_TOO_LARGE.found(
                    f"Items of {number(self.item_kib or edge.size_kib)} KiB are written to "
                    f"{view.name}.",
                    "Keep the payload in S3 and its key in the item.",
                )

    def resources(self, site: Site) -> Iterable[Resource]:
        provisioned = self.billing == "provisioned"
        properties: dict[str, Any] = {
            "BillingMode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": self.partition_key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": self.partition_key, "KeyType": "HASH"}],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        }
        if provisioned:
            properties["ProvisionedThroughput"] = {
                "ReadCapacityUnits": self.read_units,
                "WriteCapacityUnits": self.write_units,
            }
        # Data outlives the stack.
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        yield Resource("AWS::DynamoDB::Table", properties, attributes=kept)

    def remarks(self, site: Site) -> Iterable[str]:
        yield f"{site.placed.label} is kept when the stack is deleted, with its data."

    def access(self, logical_id: str, operation: str) -> Access:
        names = READ_ACTIONS if operation == "read" else WRITE_ACTIONS
        return Access(tuple(f"dynamodb:{name}" for name in names), (self.arn(logical_id),))


SERVICES = (DynamodbTable,)
CONNECTIONS = ()
