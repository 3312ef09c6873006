"""The life of a run, of whatever kind: asked for, rung for, ended, purged.

The row is the job; the message in the broker is only a doorbell.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NotRequired, TypedDict, TypeVar

from celery import Task
from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from designer import document as documents
from designer.accounts import audit
from designer.accounts.access import Actor
from designer.api.problems import ApiError
from designer.designs.actions import model_key
from designer.designs.models import Design, Revision
from designer.document import Design as Document
from estimator.engine import ENGINE_VERSION
from estimator.models import Result, Run, Status

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Run)


class Subject(TypedDict):
    """What a run is about, and where it is kept."""

    workspace_id: str
    document: Document
    design: NotRequired[Design | None]
    revision: NotRequired[Revision | None]


# ---- Asking -------------------------------------------------------------------------------------


def digest(*depends_on: Any) -> str:
    """Return the hash of everything that a result depends on."""
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()


def stored_result(workspace_id: str, key: str) -> Result | None:
    """Return what was answered to the same question before."""
    return Result.objects.filter(workspace_id=workspace_id, key=key).defer("report").first()


def create(
    model: type[R],
    *,
    by: Actor | None,
    subject: Subject,
    price_date: str,
    key: str,
    stored: Result | None,
    **own: Any,
) -> R:
    """Return a new run: waiting for workers, or done at once with the stored result.

    The prices in force now are fixed in the row, so that a run that waits over a price change
    still answers what was asked.
    """
    document, now = subject["document"], timezone.now()
    done = stored is not None
    run = model._default_manager.create(
        workspace_id=subject["workspace_id"],
        design=subject.get("design"),
        revision=subject.get("revision"),
        requested_by=by.user if by else None,
        document=documents.dump(document),
        model_hash=documents.design_hash(document),
        model_key=model_key(document),
        price_date=price_date,
        engine_version=ENGINE_VERSION,
        result_key=key,
        result=stored,
        cached=done,
        status=Status.SUCCEEDED if done else Status.QUEUED,
        progress=1.0 if done else 0.0,
        created_at=now,
        started_at=now if done else None,
        finished_at=now if done else None,
        rung_at=now,
        **own,
    )
    _record(by, run, "request", after=run.model_hash)
    return run


def _record(by: Actor | None, run: Run, done: str, **more: Any) -> None:
    action = f"{run._meta.model_name}.{done}"
    audit.record(by, action=action, object_id=run.pk, workspace_id=run.workspace_id, **more)


# ---- Ringing ------------------------------------------------------------------------------------


def ring(task: Task, run_id: str, times: int = 1) -> None:
    """Tell the workers that there is work; if that fails, the sweeper tells them later."""
    try:
        for _ in range(times):
            task.apply_async(args=[run_id], retry=False)
    except Exception:
        log.warning("cannot ring for %s; the sweeper will", run_id, exc_info=True)


def quiet() -> Q:
    """Return the condition under which the workers were not told of a run for long enough."""
    before = timezone.now() - timedelta(seconds=settings.RING_AGAIN_AFTER_S)
    return Q(rung_at=None) | Q(rung_at__lt=before)


def note_bell(model: type[Run], run_id: str) -> bool:
    """Note that the workers are told; return False if another sweeper was faster."""
    waiting = model._default_manager.filter(quiet(), pk=run_id)
    return bool(waiting.update(rung_at=timezone.now()))


# ---- Ending -------------------------------------------------------------------------------------


class _LostError(Exception):
    """The run is no longer held; undoes the transaction."""


def succeeded() -> dict[str, Any]:
    """Return what changes in a run that has its whole result."""
    now = timezone.now()
    return {
        "status": Status.SUCCEEDED,
        "progress": 1.0,
        "started_at": Coalesce("started_at", now),
        "finished_at": now,
    }


def keep_report(
    held: QuerySet[R],
    run: R,
    *,
    key: str,
    report: dict[str, Any],
    headline: dict[str, Any],
    changes: dict[str, Any],
) -> bool:
    """Keep the report of a run and let go of it; return False, keeping nothing, if not held."""
    try:
        with transaction.atomic():
            result, _ = Result.objects.get_or_create(
                workspace_id=run.workspace_id,
                key=key,
                defaults={"report": report, "headline": headline},
            )
            if not held.update(result=result, lease_until=None, **changes):
                raise _LostError
    except _LostError:
        return False
    return True


@transaction.atomic
def cancel(*, by: Actor, run: R, end: Callable[[], bool]) -> R:
    """Return the run, cancelled; one that was cancelled before is answered as it is.

    Args:
        by: Who cancels.
        run: Which run.
        end: Ends it; returns False if it had ended.

    Raises:
        ApiError: 409, it had ended.
    """
    cancelled = end()
    run.refresh_from_db(fields=["status", "lease_until", "finished_at", "progress", "attempt"])
    if cancelled:
        _record(by, run, "cancel")
    elif run.status != Status.CANCELLED:
        raise ApiError(
            409, "already-finished", f"The run has {run.status}; it cannot be cancelled."
        )
    return run


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


def our_problem(title: str = "The estimate failed") -> dict[str, Any]:
    """Return what a run says that failed on a mistake of ours."""
    return neutral_problem(
        "internal-error",
        "Something went wrong on the server. Quote the id of this run when you report it.",
        title,
    )


def purge(model: type[Run]) -> int:
    """Delete runs that ended long ago, except the newest of each design; return how many."""
    limit = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    rows = model._default_manager
    newest = rows.filter(design=OuterRef("design")).order_by("-created_at", "-pk")
    superseded = Q(design=None) | ~Q(pk=Subquery(newest.values("pk")[:1]))
    _, each = rows.filter(superseded, finished_at__lt=limit).delete()
    return each.get(model._meta.label, 0)
