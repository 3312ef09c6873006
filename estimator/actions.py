"""Every step in the life of an estimate: one conditional update each, so it happens once or not.

queued ──claim──▶ running ──succeed──▶ succeeded
  │                │  ▲ └──fail──────▶ failed
  │                └──┘ claim again, when the lease ran out
  └──cancel────────┴─────────────────▶ cancelled
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from designer.accounts.access import Actor
from designer.designs.actions import model_key
from designer.document import Design as Document
from estimator.engine import ENGINE_VERSION
from estimator.prices import book

from .models import OPEN, Estimate, Result, Simulation, Status, WhatIf
from .runs import leases, life
from .runs.life import Subject

Ring = Callable[[str], None]


def _doorbell() -> Ring:
    from .tasks import ring  # tasks imports this module.

    return ring


def result_key(document: Document, price_date: str) -> str:
    """Return the hash of everything that a report depends on."""
    return life.digest(model_key(document), ENGINE_VERSION, price_date)


@transaction.atomic
def request_estimate(*, by: Actor | None, **subject: Unpack[Subject]) -> Estimate:
    """Return a new run: waiting for a worker, or done at once if this was asked before."""
    document = subject["document"]
    price_date = str(book(document.model.region).date)
    key = result_key(document, price_date)
    stored = life.stored_result(subject["workspace_id"], key)
    estimate = life.create(
        Estimate, by=by, subject=subject, price_date=price_date, key=key, stored=stored
    )
    if stored is None:
        ring = _doorbell()
        transaction.on_commit(lambda: ring(estimate.pk))
    return estimate


def claim(*, estimate_id: str) -> Estimate | None:
    """Return the run, now held by the caller under a fresh attempt number, or None."""
    started = Coalesce("started_at", timezone.now())
    return leases.claim(Estimate, estimate_id, started_at=started)


def succeed(*, estimate: Estimate, report: dict[str, Any]) -> bool:
    """Keep the report and end the run; return False, with nothing kept, if it is not held."""
    return life.keep_report(
        leases.held(estimate),
        estimate,
        key=estimate.result_key,
        report=report,
        headline=report["headline"],
        changes=life.succeeded(),
    )


def fail(*, estimate: Estimate, error: dict[str, Any]) -> bool:
    """End the run with a problem; return False if it is not held."""
    return bool(
        leases.held(estimate).update(
            status=Status.FAILED, error=error, lease_until=None, finished_at=timezone.now()
        )
    )


def cancel(*, by: Actor, estimate: Estimate) -> Estimate:
    """Return the run, cancelled; one that was cancelled before is answered as it is.

    Raises:
        ApiError: 409, it had ended.
    """
    rows = Estimate.objects.filter(pk=estimate.pk, status__in=OPEN)
    ended = {"status": Status.CANCELLED, "lease_until": None, "finished_at": timezone.now()}
    return life.cancel(by=by, run=estimate, end=lambda: bool(rows.update(**ended)))


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
        error=life.neutral_problem(
            "worker-lost",
            f"The worker stopped in the middle of this run {settings.MAX_ATTEMPTS} times. "
            "The run may need more memory than a worker has.",
        ),
    )
    waiting = Estimate.objects.filter(leases.claimable(), life.quiet()).order_by("created_at")
    rung = 0
    for pk in list(waiting.values_list("pk", flat=True)[:at_most]):
        # Noted first, so that two sweepers do not both ring.
        if life.note_bell(Estimate, pk):
            ring(pk)
            rung += 1
    return rung, gave_up


def purge_runs() -> int:
    """Delete runs that ended long ago, except the newest of each design; return how many."""
    limit = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    with transaction.atomic():
        runs = sum(life.purge(kind) for kind in (Estimate, Simulation, WhatIf))
        unused = Result.objects.filter(
            estimates=None, simulations=None, whatifs=None, created_at__lt=limit
        )
        unused.delete()
    return runs
