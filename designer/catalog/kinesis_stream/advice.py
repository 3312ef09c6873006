"""What deserves attention about a stream."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import Context, Finding, Mechanism, NodeView, number
from . import facts
from .bill import readers

if TYPE_CHECKING:
    from .room import KinesisStream

HEADROOM = 1.25  # Shards proposed over shards needed at the busiest hour.


def findings(stream: KinesisStream, view: NodeView, ctx: Context) -> Iterable[Finding]:
    yield from _records(stream, view)
    yield from _consumers(stream, view)
    if stream.capacity == "provisioned":
        yield from _shards(stream, view, ctx)
    else:
        yield from _on_demand(stream, view)


def _peak(view: NodeView) -> float:
    """Return the load of the fullest shard over its limit, at the busiest hour."""
    used = view.utilisation
    return max(used.get(facts.SHARD_RECORDS.id, 0.0), used.get(facts.SHARD_BYTES.id, 0.0))


def _refused_per_s(view: NodeView) -> float:
    """Return records a second that do not get in at the first try."""
    return max(
        view.throttled_per_s,
        sum(max(0.0, e.offered_per_s - e.events_per_s) for e in view.flow.inbound),
    )


def _records(stream: KinesisStream, view: NodeView) -> Iterable[Finding]:
    for edge in view.flow.inbound:
        if edge.mechanism is Mechanism.CALL and edge.request_kib > facts.PUT_MAX.value:
            yield facts.REQUEST.found(
                f"{edge.peer} puts {number(edge.batch)} records of {number(edge.size_kib)} KiB in "
                f"one request: {number(edge.request_kib / facts.MIB)} MiB.",
                f"Put {max(1, int(facts.PUT_MAX.value / edge.size_kib))} records into one request.",
            )
        if edge.size_kib > stream.max_record_kib:
            fits = edge.size_kib <= facts.RECORD_MAX.value
            yield facts.PAYLOAD.found(
                f"Records of {number(edge.size_kib)} KiB from {edge.peer}; {view.name} takes "
                f"{number(stream.max_record_kib)} KiB.",
                "Raise the stream's largest record, and keep such records rare."
                if fits
                else "Keep the payload in S3 and its key in the record.",
                field="max_record_kib" if fits else None,
                value=math.ceil(edge.size_kib) if fits else None,
            )
        elif stream.capacity != "provisioned" and 0 < edge.size_kib < 0.5:
            yield facts.ROUNDED.found(
                f"Records of {number(edge.size_kib)} KiB from {edge.peer} are billed as 1 KB.",
                "Put several events into one record.",
            )


def _consumers(stream: KinesisStream, view: NodeView) -> Iterable[Finding]:
    shared, enhanced = readers(view.flow)
    if not shared and not enhanced and view.flow.events_per_s > 0:
        yield facts.NO_CONSUMER.found(
            f"{number(view.flow.events_per_s)} records/s arrive at {view.name} and nothing reads "
            "them.",
            "Draw a consumer, for instance a Lambda function or a Firehose stream.",
        )
    bytes_used = min(1.0, view.utilisation.get(facts.SHARD_BYTES.id, 0.0))
    read_kib = bytes_used * facts.SHARD_BYTES.value * len(shared)
    if len(shared) > facts.SHARD_READS.value or read_kib > facts.SHARD_READ.value:
        names = ", ".join(e.peer for e in shared)
        yield facts.SHARED_READERS.found(
            f"{len(shared)} consumers of {view.name} ({names}) share 5 reads and 2 MiB a second of "
            f"each shard; they need {len(shared)} reads and {number(read_kib / facts.MIB)} MiB.",
            "Give consumers enhanced fan-out, or let one consumer pass the records on.",
        )
    most = facts.FAN_OUT_MAX_ADVANTAGE if stream.capacity == "advantage" else facts.FAN_OUT_MAX
    if len(enhanced) > most.value:
        yield facts.FAN_OUT_OVER.found(
            f"{len(enhanced)} enhanced consumers; {view.name} takes {number(most.value)}.",
            "Let some consumers share the read throughput.",
        )
    for edge in view.flow.outbound:
        behind = edge.offered_per_s - edge.events_per_s
        if edge.mechanism is Mechanism.POLL and behind > 1e-6 * max(1.0, edge.offered_per_s):
            yield facts.BEHIND.found(
                f"{edge.peer} reads {number(behind)} records/s too few; what waits longer than "
                f"{number(stream.retention_h)} h is lost.",
                "Raise the consumer's batch or its batches at a time, or shorten its work; more "
                "retention only postpones the loss.",
            )


def _shards(stream: KinesisStream, view: NodeView, ctx: Context) -> Iterable[Finding]:
    quota = ctx.value(facts.SHARD_QUOTA)
    if stream.shards > quota:
        yield facts.OVER_QUOTA.found(
            f"{view.name} has {number(stream.shards)} shards; the account may have "
            f"{number(quota)}.",
            "Ask AWS for a higher quota, or use on-demand capacity.",
            field="shards",
            value=int(quota),
        )
    even = 1 / stream.shards
    hot = max(even, stream.hot_ratio or 0.0)
    peak = _peak(view)
    needed = max(1, math.ceil(round(peak / hot * HEADROOM, 6)))
    refused = _refused_per_s(view)
    if refused > 0 and peak > 1:
        helps = hot <= even * (1 + 1e-9)
        yield facts.THROTTLED.found(
            f"The fullest shard of {view.name} gets {number(peak * 100)} % of what it takes: "
            f"{number(refused)} records/s are refused.",
            f"Use {needed} shards, or on-demand capacity."
            if helps
            else "Choose a partition key that spreads the records; more shards do not help a key "
            "that is too frequent.",
            field="shards" if helps else None,
            value=needed if helps else None,
        )
    elif peak < 0.4 and needed < stream.shards and view.flow.events_per_s > 0:
        yield facts.OVERSIZED.found(
            f"The fullest of {number(stream.shards)} shards of {view.name} is used to "
            f"{number(peak * 100)} % at the busiest hour.",
            f"{needed} shards carry the load with a quarter to spare.",
            field="shards",
            value=needed,
        )
    if stream.hot_ratio is not None and stream.hot_ratio > 2 * even:
        yield facts.HOT_SHARD.found(
            f"The hottest shard of {view.name} gets {number(stream.hot_ratio * 100)} % of the "
            f"records; an even part is {number(even * 100)} %.",
            "Choose a partition key with more values, or add a suffix to the frequent ones.",
            field="hot_ratio",
        )


def _on_demand(stream: KinesisStream, view: NodeView) -> Iterable[Finding]:
    yield from _on_demand_load(stream, view)
    yield from _on_demand_price(stream, view)
    if stream.automatic:
        yield facts.NO_ORDER.found(
            f"{view.name} spreads records without regard to their partition key.",
            "Distribute by partition key where consumers need the order of a key.",
            field="distribution",
            value="key",
        )
    if stream.warm_mib_per_s > 0 and stream.capacity != "advantage":
        yield facts.WARM_ONLY.found(
            f"{view.name} asks for {number(stream.warm_mib_per_s)} MiB/s of warm throughput.",
            "Use on-demand advantage, or set no warm throughput.",
            field="warm_mib_per_s",
            value=0,
        )


def _on_demand_load(stream: KinesisStream, view: NodeView) -> Iterable[Finding]:
    kib_per_s = view.flow.events_per_s * view.flow.size_kib
    records = view.flow.events_per_s
    refused = _refused_per_s(view)
    if refused > 0:
        hot = _peak(view) > 1
        yield facts.THROTTLED.found(
            f"{view.name} refuses {number(refused)} records/s: "
            + (
                "its hottest partition key is over what one shard takes."
                if hot
                else "they are over the on-demand quota."
            ),
            "Choose a partition key that spreads the records."
            if hot
            else "Ask AWS for a higher on-demand quota.",
        )
    needed = math.ceil(
        max(records / facts.SHARD_RECORDS.value, kib_per_s / facts.SHARD_BYTES.value) - 1e-9
    )
    warm = stream.warm_mib_per_s if stream.capacity == "advantage" else 0
    if needed > max(4, warm):
        yield facts.FIRST_PEAK.found(
            f"{view.name} gets {number(kib_per_s / facts.MIB)} MiB and {number(records)} records a "
            "second; a new on-demand stream takes 4 MiB and 4,000.",
            "Create it with provisioned shards and switch later, let the load grow slowly, or set "
            "warm throughput with on-demand advantage.",
        )
    if needed > stream.open_shards:
        yield facts.OPEN_SHARDS.found(
            f"{number(records)} records/s need at least {needed} shards; "
            f"{number(stream.open_shards)} are assumed.",
            f"Assume {needed} open shards or more.",
            field="open_shards",
            value=needed,
        )


def _on_demand_price(stream: KinesisStream, view: NodeView) -> Iterable[Finding]:
    mib_per_s = view.flow.events_per_s * view.flow.size_kib / facts.MIB
    if stream.capacity == "advantage" and 0 < mib_per_s < facts.BREAK_EVEN_MIB:
        yield facts.COMMITTED.found(
            f"{view.name} gets {number(mib_per_s)} MiB/s; 25 MiB/s in and out are billed.",
            "Use on-demand standard, unless other streams of the account use the commitment.",
            field="capacity",
            value="on_demand",
        )
    elif stream.capacity == "on_demand" and mib_per_s > facts.BREAK_EVEN_MIB:
        yield facts.CHEAPER.found(
            f"{view.name} alone gets {number(mib_per_s)} MiB/s.",
            "Compare with on-demand advantage.",
            field="capacity",
            value="advantage",
        )
