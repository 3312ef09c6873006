"""The room of AWS::Kinesis::Stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Access,
    Address,
    Cap,
    Context,
    Finding,
    NodeFlow,
    NodeView,
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
    number,
    quantity,
    ratio,
    ref,
    shard_caps,
)
from . import advice, bill, facts

# Assumption: an API call inside the region.
_CALL_P50, _CALL_P99 = call_fields(15, 80, "a PutRecord call", None)


class KinesisStream(Service):
    type: Literal["kinesis_stream"] = "kinesis_stream"
    title: ClassVar = "Kinesis data stream"
    aliases: ClassVar = ("kinesis", "kds", "data stream", "shards", "streaming", "log")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Keeps records in order per shard, for several consumers."
    docs_url: ClassVar = facts.QUOTAS.url
    pricing_url: ClassVar = facts.PRICING.url
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::Kinesis::Stream"
    id_base: ClassVar = "stream"
    limits: ClassVar = facts.LIMITS
    rules: ClassVar = facts.RULES

    capacity: Literal["provisioned", "on_demand", "advantage"] = choice(
        "on_demand",
        "How capacity is bought. Advantage is a setting of the account and region: it commits to "
        "25 MiB a second in and out and has no stream-hour.",
        title="Capacity mode",
        titles={
            "provisioned": "Provisioned shards",
            "on_demand": "On-demand standard",
            "advantage": "On-demand advantage",
        },
    )
    shards: int = quantity(
        "shards",
        1,
        "Provisioned shards; each takes 1,000 records and 1 MiB a second.",
        ge=1,
        le=20_000,
        source=facts.QUOTAS,
        show_if=("capacity", "provisioned"),
    )
    retention_h: int = quantity(
        "h",
        24,
        "How long records can be read; above 24 h it is billed.",
        title="Retention",
        ge=24,
        le=8_760,
        source=facts.RETENTION_DOCS,
    )
    max_record_kib: int = quantity(
        "KiB",
        1_024,
        "Largest record the stream takes (1 MiB until October 2025, then up to 10 MiB).",
        title="Largest record",
        ge=1_024,
        le=10_240,
        source=facts.QUOTAS,
    )
    hot_ratio: float | None = ratio(
        None,
        "Share of the records on the hottest shard (on demand: with the hottest partition key); "
        "empty spreads them evenly.",
        title="Share of the hottest shard",
        gt=0,
    )
    distribution: Literal["key", "auto"] = choice(
        "key",
        "On demand, since September 2026: automatic spreads records without regard to their key.",
        title="Records go to shards by",
        titles={"key": "Partition key", "auto": "Automatic distribution"},
    )
    warm_mib_per_s: int = quantity(
        "MiB/s",
        0,
        "Throughput that the stream takes from the first second; 0 begins with 4 MiB a second.",
        title="Warm throughput",
        ge=0,
        le=10_240,
        source=facts.QUOTAS,
        show_if=("capacity", "advantage"),
    )
    open_shards: int = quantity(
        "shards",
        4,
        "Open shards of an on-demand stream, for its consumers: a new one has 4, and AWS splits "
        "them as the load grows.",
        title="Open shards on demand",
        ge=1,
        le=100_000,
        group="Assumptions",
        assumed=True,
        source=facts.QUOTAS,
    )
    replay_gb: float = quantity(
        "GB",
        0,
        "Data older than 7 days that is read again each month (provisioned: billed).",
        title="Read again after 7 days",
        ge=0,
        le=1e9,
        group="Assumptions",
        assumed=True,
    )

    @property
    def shard_count(self) -> int:
        """Shards that consumers find."""
        return self.shards if self.capacity == "provisioned" else self.open_shards

    @property
    def automatic(self) -> bool:
        """Whether AWS spreads the records without regard to their key."""
        return self.distribution == "auto" and self.capacity != "provisioned"

    call_p50_ms: float = _CALL_P50
    call_p99_ms: float = _CALL_P99

    def station(self, ctx: Context) -> Station:
        records = Cap(facts.SHARD_RECORDS, Per.EVENT, facts.SHARD_RECORDS.value)
        kib = Cap(facts.SHARD_BYTES, Per.KIB, facts.SHARD_BYTES.value)
        if self.capacity == "provisioned":
            caps = (
                *shard_caps(records, self.shards, self.hot_ratio),
                *shard_caps(kib, self.shards, self.hot_ratio),
            )
        else:
            whole = Cap(facts.ON_DEMAND_BYTES, Per.KIB, ctx.value(facts.ON_DEMAND_BYTES))
            caps = (whole,)
            if self.hot_ratio is not None and not self.automatic:
                # No split helps a single key: it stays on one shard.
                caps += (
                    shard_caps(records, 1e9, self.hot_ratio)[0],
                    shard_caps(kib, 1e9, self.hot_ratio)[0],
                )
        return Station(
            service=call_law(self.call_p50_ms, self.call_p99_ms),
            service_label="PutRecord call",
            caps=caps,
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        return bill.usage(self, flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        return advice.findings(self, view, ctx)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        provisioned = self.capacity == "provisioned"
        mode = "PROVISIONED" if provisioned else "ON_DEMAND"
        properties: dict[str, Any] = {
            "StreamModeDetails": {"StreamMode": mode},
            "RetentionPeriodHours": self.retention_h,
        }
        if provisioned:
            properties["ShardCount"] = self.shards
        if self.automatic:
            properties["RecordDistributionStrategy"] = "AUTO"
        if self.capacity == "advantage" and self.warm_mib_per_s > 0:
            properties["WarmThroughputMiBps"] = self.warm_mib_per_s
        if self.max_record_kib > 1_024:
            properties["MaxRecordSizeInKiB"] = self.max_record_kib
        yield Resource("AWS::Kinesis::Stream", properties)

    def remarks(self, site: Site) -> Iterable[str]:
        if self.capacity == "advantage":
            yield (
                f"{site.placed.label} is billed with on-demand advantage, which no template can "
                "switch on: it is a setting of the account and region (UpdateAccountSettings), "
                f"with {number(facts.COMMITMENT.value)} MiB a second committed."
            )

    def address(self, logical_id: str) -> Address:
        return Address("NAME", ref(logical_id), "Name of the stream")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("kinesis:PutRecord", "kinesis:PutRecords"), (self.arn(logical_id),))


SERVICES = (KinesisStream,)
CONNECTIONS = ()
