"""Objects that move to colder classes with age, and are deleted in the end.

The storage of a month is that of the steady state: what is written in a day, times the days that
it spends in each class. Data that is there already is counted in Standard.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..base import (
    KIB_PER_GB,
    Context,
    EdgeFlow,
    Finding,
    NodeFlow,
    NodeView,
    Usage,
    monthly,
    number,
)
from .facts import (
    ARCHIVED_READS,
    ARCHIVED_STANDARD_KIB,
    CLASSES,
    INFREQUENT_MIN_DAYS,
    MOVED_MIN,
    READS,
    SHORT_STAY,
    SMALL_STAY,
    WRITES,
    StorageClass,
)

if TYPE_CHECKING:
    from .room import S3Bucket

DAY_S = 86_400


@dataclass(frozen=True)
class Stay:
    """How long objects are in a class.

    Attributes:
        days: Until they move on, are deleted, or the data counted ends.
        leaves: Whether they move on or are deleted then, so that the class's minimum is billed.
    """

    into: StorageClass
    after_days: float
    days: float
    leaves: bool

    @property
    def billed_days(self) -> float:
        return max(self.days, self.into.least_days) if self.leaves else self.days


def moves(bucket: S3Bucket) -> list[tuple[float, StorageClass]]:
    """Return (age in days, class) of the bucket's transitions, the youngest first."""
    asked = (
        (bucket.infrequent_after_days, bucket.infrequent_class),
        (bucket.archive_after_days, bucket.archive_class),
    )
    return [(float(days), CLASSES[name]) for days, name in asked if days is not None]


def stays(bucket: S3Bucket) -> list[Stay]:
    """Return the colder classes that objects reach within the data that is counted."""
    end = bucket.retention_days or bucket.kept_days
    reached = [(days, into) for days, into in moves(bucket) if days < end]
    found = []
    for i, (days, into) in enumerate(reached):
        next_days = reached[i + 1][0] if i + 1 < len(reached) else end
        leaves = i + 1 < len(reached) or bucket.retention_days is not None
        found.append(Stay(into, days, next_days - days, leaves))
    return found


def problems(bucket: S3Bucket) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """Yield what S3 refuses."""
    infrequent, archive = bucket.infrequent_after_days, bucket.archive_after_days
    if infrequent is not None and archive is not None:
        least = infrequent + INFREQUENT_MIN_DAYS
        if archive < least:
            yield (
                ("archive_after_days",),
                (
                    f"Objects are in the infrequent-access class for {INFREQUENT_MIN_DAYS} days at "
                    f"least: set {least} or more."
                ),
            )
    last = max((days for days, _ in moves(bucket)), default=0.0)
    if bucket.retention_days is not None and bucket.retention_days <= last:
        yield (
            ("retention_days",),
            (
                f"Objects would be deleted before they move at {number(last)} days: delete them "
                "later, or leave the move out."
            ),
        )


def object_kib(edge: EdgeFlow) -> float:
    """Return the size of one object: a file of many events, or the event itself."""
    if edge.op == "file" and edge.requests_per_s > 0:
        return edge.events_per_s * edge.size_kib / edge.requests_per_s
    return edge.size_kib


def _objects_per_s(edge: EdgeFlow) -> float:
    return edge.requests_per_s if edge.op == "file" else edge.events_per_s


def storage(bucket: S3Bucket, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield storage by class, and the transitions."""
    writes = [e for e in flow.inbound if e.op in WRITES]
    large = [e for e in writes if object_kib(e) >= MOVED_MIN.value]
    end = bucket.retention_days or bucket.kept_days
    days_in = stays(bucket)
    first = days_in[0].after_days if days_in else end
    gb_a_day = sum(e.events_per_s * e.size_kib for e in writes) / KIB_PER_GB * DAY_S
    cold_gb_a_day = sum(e.events_per_s * e.size_kib for e in large) / KIB_PER_GB * DAY_S
    objects_a_day = sum(_objects_per_s(e) for e in large) * DAY_S
    stay_gb_a_day = gb_a_day - cold_gb_a_day
    gb = bucket.stored_gb + gb_a_day * min(first, end) + stay_gb_a_day * max(0.0, end - first)
    formula = (
        f"{number(bucket.stored_gb)} GB stored + {number(gb_a_day)} GB/day × "
        f"{number(min(first, end))} days"
    )
    if days_in and stay_gb_a_day > 0:
        formula += f" + {number(stay_gb_a_day)} GB/day of small objects × {number(end - first)}"
    if gb > 0:
        yield Usage("s3.storage.standard", gb, "GB-month", formula)
    if cold_gb_a_day <= 0:
        return
    for stay in days_in:
        yield from _stay(stay, cold_gb_a_day, objects_a_day, ctx)


def _stay(stay: Stay, gb_a_day: float, objects_a_day: float, ctx: Context) -> Iterable[Usage]:
    into, days = stay.into, stay.billed_days
    more_gb_a_day = objects_a_day * into.overhead_kib / KIB_PER_GB
    formula = f"{number(gb_a_day + more_gb_a_day)} GB/day × {number(days)} days"
    if days > stay.days:
        formula += f" (the minimum; they stay {number(stay.days)})"
    if into.overhead_kib:
        formula += f", {number(into.overhead_kib)} KiB more per object"
    meter = f"s3.storage.{into.meter}"
    yield Usage(meter, (gb_a_day + more_gb_a_day) * days, "GB-month", formula)
    if into.overhead_kib:
        kept = objects_a_day * ARCHIVED_STANDARD_KIB / KIB_PER_GB * stay.days
        names = f"{number(ARCHIVED_STANDARD_KIB)} KiB of each archived object, in Standard"
        yield Usage("s3.storage.standard", kept, "GB-month", names)
    per_s = objects_a_day / DAY_S
    origin = f"Objects that move to {into.title} after {number(stay.after_days)} days"
    yield monthly(f"s3.transition.{into.meter}", "request", per_s, ctx.month_s, origin)


def reads(bucket: S3Bucket, edge: EdgeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield the requests of a reader, and what reading colder objects costs."""
    into = next((s.into for s in stays(bucket) if not s.into.restored), None)
    share = bucket.colder_reads_ratio if into else 0.0
    warm_per_s = edge.requests_per_s * (1 - share)
    origin = f"Reads by {edge.peer}"
    if warm_per_s > 0 or not share:
        yield monthly("s3.requests.get_and_other", "request", warm_per_s, ctx.month_s, origin)
    if into is None or not share:
        return
    per_s = edge.requests_per_s * share
    kind = "glacier_instant" if into.meter == "glacier_instant" else "infrequent"
    origin = f"Reads by {edge.peer} in {into.title}"
    yield monthly(f"s3.requests.get_{kind}", "request", per_s, ctx.month_s, origin)
    gb_per_s = per_s * bucket.read_kib / KIB_PER_GB
    origin = f"Objects of {number(bucket.read_kib)} KiB from {into.title}"
    yield monthly(f"s3.retrieval.{into.meter}", "GB", gb_per_s, ctx.month_s, origin)


def findings(bucket: S3Bucket, view: NodeView) -> Iterable[Finding]:
    """Yield what the lifecycle does not do, or costs more than it saves."""
    asked = moves(bucket)
    if not asked:
        return
    for edge in view.flow.inbound:
        if edge.op in WRITES and edge.events_per_s > 0 and object_kib(edge) < MOVED_MIN.value:
            yield SMALL_STAY.found(
                f"{edge.peer} writes objects of {number(object_kib(edge))} KiB to {view.name}.",
                "Gather them into larger objects, or leave the move out.",
            )
    for stay in stays(bucket):
        if stay.billed_days > stay.days:
            yield SHORT_STAY.found(
                f"Objects of {view.name} are in {stay.into.title} for {number(stay.days)} days and "
                f"billed for {stay.into.least_days}.",
                "Keep them longer, or leave the move out.",
                field="retention_days" if stay.into.name == asked[-1][1].name else None,
                value=stay.after_days + stay.into.least_days
                if stay.into.name == asked[-1][1].name
                else None,
            )
    restored = next((into for _, into in asked if into.restored), None)
    if restored and any(e.op in READS and e.events_per_s > 0 for e in view.flow.inbound):
        yield ARCHIVED_READS.found(
            f"{view.name} is read, and its objects move to {restored.title}.",
            "Take Glacier Instant Retrieval, or make sure that only young objects are read.",
            field="archive_class",
            value="GLACIER_IR",
        )


def rule(bucket: S3Bucket) -> dict[str, Any] | None:
    """Return the bucket's lifecycle rule; None where nothing moves or is deleted."""
    transitions = [
        {"StorageClass": into.name, "TransitionInDays": math.ceil(days)}
        for days, into in moves(bucket)
    ]
    if not transitions and bucket.retention_days is None:
        return None
    made: dict[str, Any] = {"Id": "lifecycle", "Status": "Enabled"}
    if transitions:
        made["Transitions"] = transitions
    else:
        made["Id"] = "delete-after-retention"
    if bucket.retention_days is not None:
        made["ExpirationInDays"] = math.ceil(bucket.retention_days)
    return made
