"""What deserves attention about a stream's sources, processing and buffer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import Context, Finding, NodeView, number
from . import facts

if TYPE_CHECKING:
    from .room import FirehoseStream


def findings(stream: FirehoseStream, view: NodeView, ctx: Context) -> Iterable[Finding]:
    sources = [e for e in view.inbound if e.connection.type == "firehose_kinesis_source"]
    if sources and len(view.inbound) > 1:
        names = ", ".join(e.source_name for e in view.inbound)
        yield facts.TWO_SOURCES.found(
            f"{view.name} gets records from {names}.",
            "Let all producers write to one data stream, or draw a second Firehose stream.",
        )
    yield from _buffer(stream, view)
    if stream.dynamic_partitioning:
        yield from _partitions(stream, view, ctx)


def _buffer(stream: FirehoseStream, view: NodeView) -> Iterable[Finding]:
    large = stream.dynamic_partitioning or stream.format_conversion != "none"
    if large and stream.buffer_size_mib < facts.LARGE_BUFFER_MIB:
        yield facts.BUFFER.found(
            f"{view.name} has a buffer of {number(stream.buffer_size_mib)} MiB.",
            f"Set the buffer to {facts.LARGE_BUFFER_MIB} MiB or more.",
            field="buffer_size_mib",
            value=facts.LARGE_BUFFER_MIB,
        )
    for edge in view.outbound:
        most_mib, _ = facts.BOUNDS.get(edge.target.type, facts.BOUNDS["s3_bucket"])
        if edge.connection.type == "firehose_destination" and stream.buffer_size_mib > most_mib:
            yield facts.BUFFER.found(
                f"{view.name} has a buffer of {number(stream.buffer_size_mib)} MiB; "
                f"{edge.target_name} takes {most_mib} MiB at most.",
                f"Set the buffer to {most_mib} MiB or less.",
                field="buffer_size_mib",
                value=most_mib,
            )


def _partitions(stream: FirehoseStream, view: NodeView, ctx: Context) -> Iterable[Finding]:
    most = ctx.value(facts.PARTITIONS)
    if stream.partitions > most:
        yield facts.PARTITIONS_OVER.found(
            f"{view.name} has {number(stream.partitions)} active partitions; it may have "
            f"{number(most)}.",
            "Choose a key with fewer values, or ask AWS for a higher quota.",
            field="partitions",
        )
    for edge in view.flow.outbound:
        if edge.op == "file" and 0 < edge.request_kib < 1_024:
            yield facts.SMALL_FILES.found(
                f"Files of {number(edge.request_kib)} KiB on average go to {edge.peer}.",
                "Raise the buffer interval, or choose a key with fewer values.",
                field="buffer_interval_s",
                value=900 if stream.buffer_interval_s < 900 else None,
            )
