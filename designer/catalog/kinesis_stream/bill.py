"""What a stream is billed for: three ways of paying, each with its own rounding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..base import (
    KIB_PER_GB,
    Context,
    EdgeFlow,
    Mechanism,
    NodeFlow,
    Usage,
    chunks,
    monthly,
    number,
)
from .facts import COMMITMENT, MIB

if TYPE_CHECKING:
    from .room import KinesisStream

UNIT_KIB = 25.0  # Pricing: a PUT payload unit is 25 KB of one record.
RECORD_KIB = 1.0  # Pricing: on demand each record is rounded up to the next 1 KB.
DAY_H, WEEK_H = 24.0, 168.0


def readers(flow: NodeFlow) -> tuple[list[EdgeFlow], list[EdgeFlow]]:
    """Return the consumers that share the read throughput, and those with enhanced fan-out."""
    polled = [e for e in flow.outbound if e.mechanism is Mechanism.POLL]
    return [e for e in polled if e.op != "fan_out"], [e for e in polled if e.op == "fan_out"]


def usage(stream: KinesisStream, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    if stream.capacity == "provisioned":
        yield from _provisioned(stream, flow, ctx)
    elif stream.capacity == "on_demand":
        yield from _standard(stream, flow, ctx)
    else:
        yield from _advantage(stream, flow, ctx)


def _gb_per_s(flow: NodeFlow) -> float:
    return flow.events_per_s * flow.size_kib / KIB_PER_GB


def _kept(meter: str, flow: NodeFlow, from_h: float, until_h: float) -> Iterable[Usage]:
    """Yield the GB-months of data between two ages, in the steady state."""
    if until_h <= from_h:
        return
    kept_gb = _gb_per_s(flow) * (until_h - from_h) * 3600
    formula = f"Data {number(from_h)} h to {number(until_h)} h old: {number(kept_gb)} GB"
    yield Usage(meter, kept_gb, "GB-month", formula)


def _provisioned(stream: KinesisStream, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    hours = stream.shards * ctx.month_h
    formula = f"{number(stream.shards)} shards × {number(ctx.month_h)} h"
    yield Usage("kds.provisioned.shard_hour", hours, "shard-hour", formula)
    for edge in flow.inbound:
        units = chunks(edge.size_kib, UNIT_KIB)
        origin = f"Records from {edge.peer}, {units} × 25 KB each"
        per_s = edge.events_per_s * edge.attempts * units
        meter = "kds.provisioned.put_payload_unit"
        yield monthly(meter, "payload unit", per_s, ctx.month_s, origin)
    if stream.retention_h > DAY_H:
        kept = f"{formula} kept over 24 h"
        yield Usage("kds.provisioned.extended_retention", hours, "shard-hour", kept)
    meter = "kds.provisioned.long_term_retention"
    yield from _kept(meter, flow, WEEK_H, stream.retention_h)
    if stream.replay_gb > 0:
        formula = f"{number(stream.replay_gb)} GB older than 7 days read again"
        yield Usage("kds.provisioned.long_term_retrieval", stream.replay_gb, "GB", formula)
    for edge in readers(flow)[1]:
        formula = f"{edge.peer}: {number(stream.shards)} shards × {number(ctx.month_h)} h"
        meter = "kds.provisioned.efo_consumer_shard_hour"
        yield Usage(meter, hours, "consumer-shard-hour", formula)
        origin = f"Data to {edge.peer}"
        yield monthly("kds.provisioned.efo_data", "GB", _gb_per_s(flow), ctx.month_s, origin)


def _ingest(meter: str, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    for edge in flow.inbound:
        billed_kib = chunks(edge.size_kib, RECORD_KIB) * RECORD_KIB
        gb_per_s = edge.events_per_s * edge.attempts * billed_kib / KIB_PER_GB
        origin = (
            f"{number(edge.events_per_s)} records/s from {edge.peer} × "
            f"{number(billed_kib)} KB billed each"
        )
        yield monthly(meter, "GB", gb_per_s, ctx.month_s, origin)


def _reads(kind: str, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield what each consumer reads: all of the records, whatever its filter keeps."""
    shared, enhanced = readers(flow)
    for found, meter in ((shared, "data_out"), (enhanced, "efo_data_out")):
        for edge in found:
            origin = f"Data to {edge.peer}"
            yield monthly(f"{kind}.{meter}", "GB", _gb_per_s(flow), ctx.month_s, origin)


def _standard(stream: KinesisStream, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    kind = "kds.ondemand_standard"
    formula = f"1 stream × {number(ctx.month_h)} h"
    yield Usage(f"{kind}.stream_hour", ctx.month_h, "stream-hour", formula)
    yield from _ingest(f"{kind}.data_in", flow, ctx)
    yield from _reads(kind, flow, ctx)
    week_h = min(stream.retention_h, WEEK_H)
    yield from _kept(f"{kind}.extended_retention", flow, DAY_H, week_h)
    yield from _kept(f"{kind}.long_term_retention", flow, WEEK_H, stream.retention_h)


def _advantage(stream: KinesisStream, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield the usage, at least the commitment: once for the account, however many streams."""
    kind = "kds.ondemand_advantage"
    least_gb = COMMITMENT.value * MIB * ctx.month_s / KIB_PER_GB
    came = list(_ingest(f"{kind}.data_in", flow, ctx))
    yield from _at_least(came, f"{kind}.data_in", least_gb)
    read = list(_reads(kind, flow, ctx))
    shared = [one for one in read if one.meter == f"{kind}.data_out"]
    enhanced = f"{kind}.efo_data_out"
    yield from _at_least(shared, f"{kind}.data_out", least_gb, enhanced)
    yield from (one for one in read if one.meter == enhanced)
    yield from _kept(f"{kind}.retention", flow, DAY_H, stream.retention_h)


def _at_least(found: list[Usage], meter: str, least: float, *others: str) -> Iterable[Usage]:
    """Yield the usage of a meter with the commitment on it, also where there is none."""
    first, *rest = found or [Usage(meter, 0.0, "GB", "Nothing of the commitment is used")]
    yield replace(first, least=least, with_meters=others)
    yield from rest
