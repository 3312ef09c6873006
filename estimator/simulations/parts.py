"""Replications and their merging: each step one conditional update, so it happens once or not.

A worker holds a part, or the merging, by a lease and an attempt number. Whoever lost the lease may
go on computing but can no longer write. Outcomes are merged in the order of their numbers, so that
neither the number of workers nor a part that was run twice changes a bit of the report.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from estimator.engine.simulation import Outcome
from estimator.models import OPEN, Result, Simulation, SimulationPart, Status

from .actions import free_parts

CANDIDATES = 16


def _lease_until() -> Any:
    return timezone.now() + timedelta(seconds=settings.LEASE_S)


def take(*, simulation_id: str, worker: str) -> SimulationPart | None:
    """Return the first part that nobody works on, now held by the caller; None if there is none."""
    while True:
        free = SimulationPart.objects.filter(free_parts(), simulation_id=simulation_id)
        waiting = list(free.order_by("number").values_list("pk", flat=True)[:CANDIDATES])
        if not waiting:
            return None
        for pk in waiting:
            part = _claim(pk, worker)
            if part is not None:
                Simulation.objects.filter(pk=simulation_id, status=Status.QUEUED).update(
                    status=Status.RUNNING, started_at=timezone.now()
                )
                return part


@transaction.atomic
def _claim(pk: int, worker: str) -> SimulationPart | None:
    taken = SimulationPart.objects.filter(free_parts(), pk=pk).update(
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        progress=0.0,
        lease_until=_lease_until(),
        worker=worker[:80],
    )
    # The row stays locked until this transaction ends, so the number read is the one just given.
    if not taken:
        return None
    return (
        SimulationPart.objects.select_related("simulation")
        .defer("simulation__document", "simulation__traces")
        .get(pk=pk)
    )


def _held(part: SimulationPart) -> QuerySet[SimulationPart]:
    return SimulationPart.objects.filter(pk=part.pk, attempt=part.attempt, status=Status.RUNNING)


def renew(part: SimulationPart, progress: float | None = None) -> bool:
    """Keep the lease; return False when the part was cancelled or is somebody else's by now."""
    changes: dict[str, Any] = {"lease_until": _lease_until()}
    if progress is not None:
        changes["progress"] = min(max(progress, 0.0), 1.0)
    return bool(_held(part).update(**changes))


def pack(outcome: Outcome) -> bytes:
    """Return an outcome as it is stored."""
    return zlib.compress(json.dumps(outcome.dump(), separators=(",", ":")).encode(), 3)


def unpack(stored: bytes) -> Outcome:
    return Outcome.load(json.loads(zlib.decompress(stored)))


def keep(part: SimulationPart, outcome: Outcome, seconds: float) -> bool:
    """Store the outcome of a part and end it; return False, keeping nothing, if it is not held."""
    return bool(
        _held(part).update(
            status=Status.SUCCEEDED,
            outcome=pack(outcome),
            progress=1.0,
            lease_until=None,
            seconds=seconds,
        )
    )


# ---- Merging ------------------------------------------------------------------------------------


def take_merging(*, simulation_id: str) -> Simulation | None:
    """Return a simulation whose outcomes are to be merged, held by the caller; None if none are."""
    parts = SimulationPart.objects.filter(simulation_id=simulation_id)
    # Parts that are done stay done, so this need not be judged under a lock.
    complete = not parts.exclude(status=Status.SUCCEEDED).exists()
    due = Q(report_due=True)
    if complete:
        due |= Q(status__in=OPEN)
    free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    with transaction.atomic():
        taken = Simulation.objects.filter(
            due, free, pk=simulation_id, attempt__lt=settings.MAX_ATTEMPTS
        ).update(attempt=F("attempt") + 1, lease_until=_lease_until())
        return Simulation.objects.get(pk=simulation_id) if taken else None


def _held_merging(simulation: Simulation) -> QuerySet[Simulation]:
    """Return the row, while it is in the state in which it was taken and by the same worker."""
    return Simulation.objects.filter(
        pk=simulation.pk,
        attempt=simulation.attempt,
        status=simulation.status,
        report_due=simulation.report_due,
    )


def renew_merging(simulation: Simulation) -> bool:
    return bool(_held_merging(simulation).update(lease_until=_lease_until()))


def outcomes(simulation: Simulation) -> Iterator[Outcome]:
    """Yield what the replications found, one at a time, in the order of their numbers."""
    done = SimulationPart.objects.filter(simulation=simulation, status=Status.SUCCEEDED)
    for stored in done.order_by("number").values_list("outcome", flat=True).iterator(chunk_size=1):
        if stored is not None:
            yield unpack(bytes(stored))


class _LostError(Exception):
    """The merging is no longer held; undoes the transaction."""


def finish(simulation: Simulation, report: dict[str, Any]) -> bool:
    """Keep the report, end the simulation, and let go of the outcomes; False if it is not held."""
    partial = simulation.report_due
    changes: dict[str, Any] = {"report_due": False}
    if not partial:
        now = timezone.now()
        changes = {"status": Status.SUCCEEDED, "progress": 1.0, "finished_at": now}
        changes["started_at"] = Coalesce("started_at", now)
    try:
        with transaction.atomic():
            result, _ = Result.objects.get_or_create(
                workspace_id=simulation.workspace_id,
                # What is not whole answers nobody else's question.
                key=simulation.pk if partial else simulation.result_key,
                defaults={"report": report, "headline": report["headline"]},
            )
            if not _held_merging(simulation).update(result=result, lease_until=None, **changes):
                raise _LostError
            SimulationPart.objects.filter(simulation=simulation).update(outcome=None)
    except _LostError:
        return False
    return True
