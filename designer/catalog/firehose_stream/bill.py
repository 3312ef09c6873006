"""What a stream is billed for: by source, by destination, and what it does on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import KIB_PER_GB, Context, EdgeFlow, NodeFlow, Usage, chunks, monthly, number
from .facts import BILLED_KIB, INGEST, OWN_INGEST

if TYPE_CHECKING:
    from .room import FirehoseStream


def usage(stream: FirehoseStream, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    own = next((OWN_INGEST[e.peer_type] for e in flow.outbound if e.peer_type in OWN_INGEST), None)
    for edge in flow.inbound:
        meter, rounded = INGEST, True
        if own is not None:
            # A data stream is polled; all else puts. These two are billed to the byte.
            meter, rounded = own[1 if edge.op == "record" else 0], False
        per_s, origin = _gb_per_s(edge, rounded)
        yield monthly(meter, "GB", per_s, ctx.month_s, origin)
        if stream.format_conversion != "none":
            found = f"Converted: {origin}"
            yield monthly("firehose.format_conversion", "GB", per_s, ctx.month_s, found)
        if stream.dynamic_partitioning:
            found = f"Partitioned: {origin}"
            yield monthly("firehose.dynamic_partitioning.gb", "GB", per_s, ctx.month_s, found)
    if stream.dynamic_partitioning:
        yield from _partitions(stream, flow, ctx)


def _gb_per_s(edge: EdgeFlow, rounded: bool) -> tuple[float, str]:
    """Return what comes in on an edge as it is billed, and where that is from."""
    records = f"{number(edge.events_per_s)} records/s from {edge.peer}"
    kib = chunks(edge.size_kib, BILLED_KIB) * BILLED_KIB if rounded else edge.size_kib
    origin = f"{records} × {number(kib)} KB" + (" billed each" if rounded else "")
    return edge.events_per_s * edge.attempts * kib / KIB_PER_GB, origin


def _partitions(stream: FirehoseStream, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    for edge in flow.outbound:
        if edge.op == "file":
            meter, origin = "firehose.dynamic_partitioning.objects", f"Files to {edge.peer}"
            yield monthly(meter, "object", edge.requests_per_s, ctx.month_s, origin)
    if stream.jq_h > 0:
        formula = f"{number(stream.jq_h)} h of JQ"
        yield Usage("firehose.dynamic_partitioning.jq_hour", stream.jq_h, "hour", formula)
