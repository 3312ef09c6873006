"""Parts of a what-if and their summing up: each step one conditional update.

A worker holds a part, or the summing up, by a lease and an attempt number. Whoever lost the lease
may go on computing but can no longer write. Points are put together in the order of the parts'
numbers, so the answer does not depend on who worked them out, or how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from estimator.engine.whatif import Change, Point
from estimator.models import OPEN, Result, Status, WhatIf, WhatIfPart

from .actions import PART_POINTS, add_parts, free_parts

CANDIDATES = 16


def _lease_until() -> Any:
    return timezone.now() + timedelta(seconds=settings.LEASE_S)


def take(*, whatif_id: str, worker: str) -> WhatIfPart | None:
    """Return the first part that nobody works on, now held by the caller; None if there is none."""
    while True:
        free = WhatIfPart.objects.filter(free_parts(), whatif_id=whatif_id)
        waiting = list(free.order_by("number").values_list("pk", flat=True)[:CANDIDATES])
        if not waiting:
            return None
        for pk in waiting:
            part = _claim(pk, worker)
            if part is not None:
                WhatIf.objects.filter(pk=whatif_id, status=Status.QUEUED).update(
                    status=Status.RUNNING, started_at=timezone.now()
                )
                return part


@transaction.atomic
def _claim(pk: int, worker: str) -> WhatIfPart | None:
    taken = WhatIfPart.objects.filter(free_parts(), pk=pk).update(
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        progress=0.0,
        lease_until=_lease_until(),
        worker=worker[:80],
    )
    # The row stays locked until this transaction ends, so the number read is the one just given.
    return WhatIfPart.objects.get(pk=pk) if taken else None


def _held(part: WhatIfPart) -> QuerySet[WhatIfPart]:
    return WhatIfPart.objects.filter(pk=part.pk, attempt=part.attempt, status=Status.RUNNING)


def renew(part: WhatIfPart, progress: float | None = None) -> bool:
    """Keep the lease; return False when the part was cancelled or is somebody else's by now."""
    changes: dict[str, Any] = {"lease_until": _lease_until()}
    if progress is not None:
        changes["progress"] = min(max(progress, 0.0), 1.0)
    return bool(_held(part).update(**changes))


def keep(part: WhatIfPart, points: Sequence[Point], seconds: float) -> bool:
    """Store the points of a part and end it; return False, keeping nothing, if it is not held."""
    return bool(
        _held(part).update(
            status=Status.SUCCEEDED,
            found=[p.to_dict() for p in points],
            progress=1.0,
            lease_until=None,
            seconds=seconds,
        )
    )


# ---- Summing up ---------------------------------------------------------------------------------


def take_summing(*, whatif_id: str) -> WhatIf | None:
    """Return a what-if whose points are all known, held by the caller; None if they are not."""
    parts = WhatIfPart.objects.filter(whatif_id=whatif_id)
    complete = not parts.exclude(status=Status.SUCCEEDED).exists()
    due = Q(report_due=True)
    if complete:
        due |= Q(status__in=OPEN)
    free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    with transaction.atomic():
        taken = WhatIf.objects.filter(
            due, free, pk=whatif_id, attempt__lt=settings.MAX_ATTEMPTS
        ).update(attempt=F("attempt") + 1, lease_until=_lease_until())
        if not taken:
            return None
        # Another worker may have asked for further parts since they were counted.
        if complete and parts.exclude(status=Status.SUCCEEDED).exists():
            WhatIf.objects.filter(pk=whatif_id).update(attempt=F("attempt") - 1, lease_until=None)
            return None
        return WhatIf.objects.get(pk=whatif_id)


def _held_summing(whatif: WhatIf) -> QuerySet[WhatIf]:
    """Return the row, while it is in the state in which it was taken and by the same worker."""
    return WhatIf.objects.filter(
        pk=whatif.pk,
        attempt=whatif.attempt,
        status=whatif.status,
        report_due=whatif.report_due,
    )


def renew_summing(whatif: WhatIf) -> bool:
    return bool(_held_summing(whatif).update(lease_until=_lease_until()))


def points(whatif: WhatIf) -> list[Point]:
    """Return the points that are known, in order, up to the first part that is not."""
    found: list[Point] = []
    rows = WhatIfPart.objects.filter(whatif=whatif).order_by("number")
    for status, known in rows.values_list("status", "found").iterator(chunk_size=20):
        if status != Status.SUCCEEDED:
            break
        found += [Point.read(data) for data in known or []]
    return found


class _LostError(Exception):
    """The summing up is no longer held; undoes the transaction."""


def ask_more(whatif: WhatIf, changes: Sequence[Change]) -> bool:
    """Add parts for further changes; False if the summing up is not held."""
    with transaction.atomic():
        if not _held_summing(whatif).update(attempt=0, lease_until=None, rung_at=timezone.now()):
            return False
        add_parts(whatif, changes, PART_POINTS[whatif.engine])
    return True


def finish(whatif: WhatIf, answer: dict[str, Any]) -> bool:
    """Keep the answer, end the what-if, and let go of its points; False if it is not held."""
    partial = whatif.report_due
    changes: dict[str, Any] = {"report_due": False}
    if not partial:
        now = timezone.now()
        changes = {"status": Status.SUCCEEDED, "progress": 1.0, "finished_at": now}
        changes["started_at"] = Coalesce("started_at", now)
    try:
        with transaction.atomic():
            result, _ = Result.objects.get_or_create(
                workspace_id=whatif.workspace_id,
                # What is not whole answers nobody else's question.
                key=whatif.pk if partial else whatif.result_key,
                defaults={"report": answer, "headline": {"base": answer.get("base")}},
            )
            if not _held_summing(whatif).update(result=result, lease_until=None, **changes):
                raise _LostError
            WhatIfPart.objects.filter(whatif=whatif).update(found=None, asked=[])
    except _LostError:
        return False
    return True
