"""What a table is billed for: requests or capacity, indexes, storage, backups."""

from __future__ import annotations

from collections.abc import Iterable
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
from .facts import ITEM_OVERHEAD_KIB, KEYS_KIB, READ_KIB, READS, WRITE_KIB

if TYPE_CHECKING:
    from .room import DynamodbTable


def usage(table: DynamodbTable, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield the month's metered quantities of a table."""
    if table.billing == "provisioned":
        yield from _provisioned(table, flow, ctx)
    else:
        for edge in flow.inbound:
            yield from _on_demand(table, edge, ctx)
    yield from _stored(table, flow)
    yield from _captured(table, flow, ctx)


def _suffix(table: DynamodbTable) -> str:
    return "" if table.table_class == "STANDARD" else "_ia"


def write_units(table: DynamodbTable, edge: EdgeFlow) -> float:
    """Return write units of one request to the table itself."""
    size_kib = table.item_kib or edge.size_kib
    return chunks(size_kib, WRITE_KIB) * (2 if table.transactional else 1)


def index_units(table: DynamodbTable, edge: EdgeFlow) -> float:
    """Return write units of one request to all indexes; a transaction does not double them."""
    size_kib = table.item_kib or edge.size_kib
    copied_kib = size_kib if table.index_projection == "ALL" else KEYS_KIB
    return table.indexes * table.index_writes_ratio * chunks(copied_kib, WRITE_KIB)


def read_units(table: DynamodbTable, edge: EdgeFlow) -> float:
    """Return read units of one request."""
    return chunks(table.item_kib or edge.size_kib, READ_KIB) * table.read_factor


def _on_demand(table: DynamodbTable, edge: EdgeFlow, ctx: Context) -> Iterable[Usage]:
    if edge.op in READS:
        units = read_units(table, edge)
        meter, unit, what = f"ddb.ondemand.rru{_suffix(table)}", "read request unit", "Reads by"
    else:
        units = write_units(table, edge)
        meter, unit, what = f"ddb.ondemand.wru{_suffix(table)}", "write request unit", "Writes by"
    origin = f"{what} {edge.peer}, {number(units)} units each"
    yield monthly(meter, unit, edge.requests_per_s * units, ctx.month_s, origin)
    copied = 0.0 if edge.op in READS else index_units(table, edge)
    if copied:
        origin = f"Writes by {edge.peer} to {table.indexes} index(es), {number(copied)} units each"
        yield monthly(meter, unit, edge.requests_per_s * copied, ctx.month_s, origin)


def _provisioned(table: DynamodbTable, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    copies = 1 + table.indexes
    for kind, unit, least, most in (
        ("wcu", "WCU-hour", table.write_units, table.max_write_units),
        ("rcu", "RCU-hour", table.read_units, table.max_read_units),
    ):
        meter = f"ddb.provisioned.{kind}_hour{_suffix(table)}"
        units, formula = float(least), number(least)
        if table.scales:
            units = _scaled(table, flow, kind, least, most)
            formula = (
                f"mean {number(units)} of {number(least)} to {number(most)} at "
                f"{number(table.target_ratio * 100)} % use"
            )
        formula += f" × {number(ctx.month_h)} h"
        yield Usage(meter, units * ctx.month_h, unit, formula)
        if table.indexes:
            formula += f" × {copies - 1} index(es) with the table's capacity"
            yield Usage(meter, units * (copies - 1) * ctx.month_h, unit, formula)


def _scaled(table: DynamodbTable, flow: NodeFlow, kind: str, least: int, most: int) -> float:
    """Return the mean capacity over the hours of the day."""
    if kind == "wcu":
        edges = [e for e in flow.inbound if e.op not in READS]
        used = sum(e.requests_per_s * write_units(table, e) for e in edges)
    else:
        used = sum(e.requests_per_s * read_units(table, e) for e in flow.ins(*READS))
    hours = flow.requests_by_hour or (flow.requests_per_s,)
    mean = sum(hours) / len(hours)
    shape = [hour / mean if mean else 0.0 for hour in hours]
    capacity = [min(float(most), max(float(least), used * h / table.target_ratio)) for h in shape]
    return sum(capacity) / len(capacity)


def _stored(table: DynamodbTable, flow: NodeFlow) -> Iterable[Usage]:
    gb, formula = table.stored_gb, f"{number(table.stored_gb)} GB"
    indexed_gb = gb
    if table.ttl_days is not None:
        written = [e for e in flow.inbound if e.op not in READS]
        per_day = 86_400 / KIB_PER_GB
        gb_a_day = sum(
            e.events_per_s * ((table.item_kib or e.size_kib) + ITEM_OVERHEAD_KIB) * per_day
            for e in written
        )
        gb += gb_a_day * table.ttl_days
        indexed_gb = gb
        formula += f" + {number(gb_a_day)} GB/day × {number(table.ttl_days)} days to live"
    if gb <= 0:
        return
    meter = "ddb.storage.ia" if _suffix(table) else "ddb.storage.standard"
    yield Usage(meter, gb, "GB-month", formula)
    if table.indexes and table.index_projection == "ALL":
        yield Usage(
            meter,
            indexed_gb * table.indexes,
            "GB-month",
            f"{table.indexes} index(es) with the whole items: {number(indexed_gb)} GB each",
        )
    if table.point_in_time_recovery:
        yield Usage("ddb.pitr", gb, "GB-month", f"Continuous backup of {number(gb)} GB")
    if table.backups:
        kept = f"{table.backups} backup(s) of {number(gb)} GB"
        yield Usage("ddb.ondemand_backup", gb * table.backups, "GB-month", kept)


def _captured(table: DynamodbTable, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield changes sent to a Kinesis stream: a unit for each started KB of the item."""
    for edge in flow.outbound:
        if edge.mechanism is Mechanism.PUSH and edge.peer_type == "kinesis_stream":
            units = chunks(table.item_kib or flow.size_kib, WRITE_KIB)
            origin = f"Changes sent to {edge.peer}, {units} unit(s) each"
            per_s = edge.events_per_s * units
            unit = "change data capture unit"
            yield monthly("ddb.cdc_to_kinesis", unit, per_s, ctx.month_s, origin)
