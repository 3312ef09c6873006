"""What deserves attention about a stream's sources, processing and buffer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import Context, EdgeView, Finding, Mechanism, NodeView, number
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
    for flow in view.flow.inbound:
        if flow.mechanism is Mechanism.CALL and flow.request_kib > facts.PUT_MAX.value:
            yield facts.REQUEST.found(
                f"{flow.peer} puts {number(flow.batch)} records of {number(flow.size_kib)} KiB in "
                f"one request: {number(flow.request_kib / 1024)} MiB.",
                f"Put {max(1, int(facts.PUT_MAX.value / flow.size_kib))} records into one request.",
            )
    yield from _delivery(stream, view, ctx)
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
    for edge in _ends(view):
        yield from _bounds(stream, view, edge)


def _bounds(stream: FirehoseStream, view: NodeView, edge: EdgeView) -> Iterable[Finding]:
    most_mib, most_s = facts.BOUNDS[edge.target.type]
    most_mib = min(most_mib, int(getattr(edge.target, "payload_mib", most_mib)))
    if stream.buffer_size_mib > most_mib:
        yield facts.BUFFER.found(
            f"{view.name} has a buffer of {number(stream.buffer_size_mib)} MiB; "
            f"{edge.target_name} takes {most_mib} MiB at most.",
            f"Set the buffer to {most_mib} MiB or less.",
            field="buffer_size_mib",
            value=most_mib,
        )
    if stream.buffer_interval_s > most_s:
        yield facts.BUFFER.found(
            f"{view.name} holds records for {number(stream.buffer_interval_s)} s; for "
            f"{edge.target_name} it may for {most_s} s.",
            f"Set the interval to {most_s} s or less.",
            field="buffer_interval_s",
            value=most_s,
        )


def _ends(view: NodeView) -> list[EdgeView]:
    return [e for e in view.outbound if e.connection.type in facts.DESTINATION_TYPES]


def _delivery(stream: FirehoseStream, view: NodeView, ctx: Context) -> Iterable[Finding]:
    backups = [e for e in view.outbound if e.connection.type == facts.BACKUP_TYPE]
    if len(backups) > 1:
        yield facts.TWO_BACKUPS.found(
            f"{view.name} backs up to {' and '.join(e.target_name for e in backups)}.",
            "Keep one of them.",
        )
    ends = _ends(view)
    if not ends:
        yield facts.NO_DESTINATION.found(
            f"{view.name} has no destination.",
            "Draw an arrow to an S3 bucket, an OpenSearch domain or another destination.",
        )
    for edge in ends:
        if edge.target.type == "s3_bucket":
            continue  # Tried for 24 h.
        if not backups:
            yield facts.NO_BACKUP.found(
                f"{view.name} delivers to {edge.target_name} and no backup bucket is drawn.",
                "Draw an arrow from the stream to a bucket: its backup.",
            )
        yield from _failures(view, edge, ctx)
        yield from _copies(stream, view, edge)


def _failures(view: NodeView, edge: EdgeView, ctx: Context) -> Iterable[Finding]:
    """Yield what does not arrive at the destination, or not at once."""
    retry_s = getattr(edge.connection, "retry_s", facts.RETRY_EVERY_S)
    if retry_s < facts.RETRY_EVERY_S:
        yield facts.SHORT_RETRY.found(
            f"{view.name} tries {edge.target_name} for {number(retry_s)} s.",
            "Set 300 s or more on the arrow.",
        )
    behind = edge.flow.offered_per_s - edge.flow.events_per_s
    if behind > 1e-6 * max(1.0, edge.flow.offered_per_s):
        yield facts.OVERLOADED.found(
            f"{edge.target_name} takes {number(behind)} records/s fewer than {view.name} delivers.",
            "Enlarge the destination, or transform and drop records before.",
        )
    error = float(getattr(edge.target, "error_ratio", 0.0))
    tries = float(getattr(edge.connection, "attempts_max", 1.0))
    lost_per_month = edge.flow.events_per_s * error**tries * ctx.month_s
    if lost_per_month >= 1:
        yield facts.GIVEN_UP.found(
            f"{number(lost_per_month)} records a month fail at all {number(tries)} tries at "
            f"{edge.target_name}.",
            "Try for longer (7,200 s at most), and load the backup again by a function.",
        )


def _copies(stream: FirehoseStream, view: NodeView, edge: EdgeView) -> Iterable[Finding]:
    copy_s = getattr(edge.target, "copy_p50_s", 0.0)
    if copy_s * edge.flow.requests_per_s > 1:
        yield facts.SLOW_COPY.found(
            f"{view.name} writes a file each {number(1 / edge.flow.requests_per_s)} s; a COPY into "
            f"{edge.target_name} takes {number(copy_s)} s.",
            "Lengthen the buffer interval and enlarge the buffer.",
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
