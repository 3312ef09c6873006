"""Every step in the life of a run: one conditional update each, so it happens once or not at all.

    queued ──claim──▶ running ──succeed──▶ succeeded
      │                │  ▲ └──fail──────▶ failed
      │                └──┘ claim again, when the lease ran out
      └──cancel────────┴─────────────────▶ cancelled

A worker holds a run by a lease and an attempt number. Whoever lost the lease may go on computing,
but can no longer write: every update names the attempt it belongs to.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from designer import document as documents
from designer.accounts import audit
from designer.accounts.access import Actor
from designer.api.problems import ApiError, user_error_body
from designer.designs.actions import model_key
from designer.designs.models import Design, Revision
from designer.document import Design as Document
from designer.errors import UserError
from estimator.engine import ENGINE_VERSION
from estimator.prices import book

from .models import OPEN, Estimate, Result, Status

log = logging.getLogger(__name__)

Ring = Callable[[str], None]


def _doorbell() -> Ring:
    from .tasks import ring  # tasks imports this module.

    return ring


def result_key(document: Document, price_date: str) -> str:
    """Return the hash of everything that a report depends on."""
    parts = [model_key(document), ENGINE_VERSION, price_date]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@transaction.atomic
def request_estimate(
    *,
    by: Actor | None,
    workspace_id: str,
    document: Document,
    design: Design | None = None,
    revision: Revision | None = None,
) -> Estimate:
    """Return a new run: waiting for a worker, or done at once if this was asked before.

    The prices in force now are fixed in the row, so that a run that waits over a price change
    still answers what was asked.
    """
    price_date = str(book(document.model.region).date)
    key = result_key(document, price_date)
    stored = Result.objects.filter(workspace_id=workspace_id, key=key).defer("report").first()
    now = timezone.now()
    estimate = Estimate.objects.create(
        workspace_id=workspace_id,
        design=design,
        revision=revision,
        requested_by=by.user if by else None,
        document=documents.dump(document),
        model_hash=documents.design_hash(document),
        model_key=model_key(document),
        price_date=price_date,
        engine_version=ENGINE_VERSION,
        result_key=key,
        result=stored,
        cached=stored is not None,
        status=Status.SUCCEEDED if stored else Status.QUEUED,
        progress=1.0 if stored else 0.0,
        created_at=now,
        started_at=now if stored else None,
        finished_at=now if stored else None,
        rung_at=now,
    )
    audit.record(
        by,
        action="estimate.request",
        object_id=estimate.pk,
        workspace_id=workspace_id,
        after=estimate.model_hash,
    )
    if stored is None:
        ring = _doorbell()
        transaction.on_commit(lambda: ring(estimate.pk))
    return estimate


def _lease_until() -> Any:
    return timezone.now() + timedelta(seconds=settings.LEASE_S)


def claimable() -> Q:
    """Return the condition under which a worker may take a run."""
    abandoned = Q(status=Status.RUNNING, lease_until__lt=timezone.now())
    return (Q(status=Status.QUEUED) | abandoned) & Q(attempt__lt=settings.MAX_ATTEMPTS)


@transaction.atomic
def claim(*, estimate_id: str) -> Estimate | None:
    """Return the run, now held by the caller under a fresh attempt number, or None."""
    taken = Estimate.objects.filter(claimable(), pk=estimate_id).update(
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        progress=0.0,
        lease_until=_lease_until(),
        started_at=Coalesce("started_at", timezone.now()),
    )
    # The row stays locked until this transaction ends, so the number read is the one just given.
    return Estimate.objects.get(pk=estimate_id) if taken else None


def _held(estimate_id: str, attempt: int) -> QuerySet[Estimate]:
    return Estimate.objects.filter(pk=estimate_id, attempt=attempt, status=Status.RUNNING)


def renew(*, estimate_id: str, attempt: int, progress: float | None = None) -> bool:
    """Keep the lease; return False when the run was cancelled or is somebody else's by now."""
    changes: dict[str, Any] = {"lease_until": _lease_until()}
    if progress is not None:
        changes["progress"] = min(max(progress, 0.0), 1.0)
    return bool(_held(estimate_id, attempt).update(**changes))


class _LostError(Exception):
    """The run is no longer held; undoes the transaction."""


def succeed(*, estimate: Estimate, report: dict[str, Any]) -> bool:
    """Keep the report and end the run; return False, with nothing kept, if it is not held."""
    try:
        with transaction.atomic():
            result, _ = Result.objects.get_or_create(
                workspace_id=estimate.workspace_id,
                key=estimate.result_key,
                defaults={"report": report, "headline": report["headline"]},
            )
            ended = _held(estimate.pk, estimate.attempt).update(
                status=Status.SUCCEEDED,
                result=result,
                progress=1.0,
                lease_until=None,
                finished_at=timezone.now(),
            )
            if not ended:
                raise _LostError
    except _LostError:
        return False
    return True


def fail(*, estimate: Estimate, error: dict[str, Any]) -> bool:
    """End the run with a problem; return False if it is not held."""
    return bool(
        _held(estimate.pk, estimate.attempt).update(
            status=Status.FAILED, error=error, lease_until=None, finished_at=timezone.now()
        )
    )


def problem_for_user(error: UserError) -> dict[str, Any]:
    """Return what a person can mend, to be kept with the run."""
    return user_error_body(error)


def neutral_problem(code: str, detail: str, title: str = "The estimate failed") -> dict[str, Any]:
    """Return a problem that is not the user's to mend."""
    return {
        "type": f"/api/v1/problems#{code}",
        "title": title,
        "status": 500,
        "detail": detail,
        "instance": None,
        "code": code,
        "errors": [],
        "request_id": None,
    }


@transaction.atomic
def cancel(*, by: Actor, estimate: Estimate) -> Estimate:
    """Return the run, cancelled; one that was cancelled before is answered as it is.

    Raises:
        ApiError: 409, it had ended.
    """
    cancelled = Estimate.objects.filter(pk=estimate.pk, status__in=OPEN).update(
        status=Status.CANCELLED, lease_until=None, finished_at=timezone.now()
    )
    estimate.refresh_from_db(fields=["status", "lease_until", "finished_at", "progress", "attempt"])
    if cancelled:
        audit.record(
            by,
            action="estimate.cancel",
            object_id=estimate.pk,
            workspace_id=estimate.workspace_id,
        )
    elif estimate.status != Status.CANCELLED:
        raise ApiError(
            409, "already-finished", f"The run has {estimate.status}; it cannot be cancelled."
        )
    return estimate


def sweep(*, ring: Ring, at_most: int = 100) -> tuple[int, int]:
    """Ring again for runs nobody works on, and give up those that lost too many workers.

    Returns:
        How many were rung for and how many were given up.
    """
    now = timezone.now()
    gave_up = Estimate.objects.filter(
        status=Status.RUNNING, lease_until__lt=now, attempt__gte=settings.MAX_ATTEMPTS
    ).update(
        status=Status.FAILED,
        lease_until=None,
        finished_at=now,
        error=neutral_problem(
            "worker-lost",
            f"The worker stopped in the middle of this run {settings.MAX_ATTEMPTS} times. "
            "The run may need more memory than a worker has.",
        ),
    )
    quiet = Q(rung_at=None) | Q(rung_at__lt=now - timedelta(seconds=settings.RING_AGAIN_AFTER_S))
    waiting = Estimate.objects.filter(claimable(), quiet).order_by("created_at")
    rung = 0
    for pk in list(waiting.values_list("pk", flat=True)[:at_most]):
        # Noted first, so that two sweepers do not both ring.
        if Estimate.objects.filter(quiet, pk=pk).update(rung_at=now):
            ring(pk)
            rung += 1
    return rung, gave_up


def purge_runs() -> int:
    """Delete runs that ended long ago, except the newest of each design; return how many."""
    limit = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    newest = Estimate.objects.filter(design=OuterRef("design")).order_by("-created_at", "-pk")
    superseded = Q(design=None) | ~Q(pk=Subquery(newest.values("pk")[:1]))
    from .simulations import actions as simulations  # Both import this module.
    from .whatifs import actions as whatifs

    with transaction.atomic():
        runs, _ = Estimate.objects.filter(superseded, finished_at__lt=limit).delete()
        runs += simulations.purge() + whatifs.purge()
        unused = Result.objects.filter(
            estimates=None, simulations=None, whatifs=None, created_at__lt=limit
        )
        unused.delete()
    return runs
