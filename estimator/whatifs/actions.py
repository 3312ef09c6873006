"""The life of a what-if: asked for, stopped, swept; its parts and their summing up are in parts.

    queued ──first part taken──▶ running ──summed up──────▶ succeeded
      │                            └──a part fails────────▶ failed
      └──cancel────────────────────┴──────────────────────▶ cancelled

What failed or was cancelled keeps an answer from the points that were known by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from designer import document as documents
from designer.accounts import audit
from designer.accounts.access import Actor
from designer.api.problems import ApiError
from designer.designs.actions import model_key
from designer.designs.models import Design, Revision
from designer.document import Design as Document
from estimator.actions import neutral_problem
from estimator.engine import ENGINE_VERSION
from estimator.engine.whatif import Change, prepare
from estimator.models import OPEN, Result, Status, WhatIf, WhatIfPart
from estimator.prices import book

Ring = Callable[[str, int], None]

MOST_OPEN = 100  # Of one workspace.
#: Points of a part: a second or two, so that a cancel is heard and a lost worker costs little.
PART_POINTS = {"flow": 50, "simulation": 1}
TOGETHER_POINTS = 2_000  # where one pass answers them


def _doorbell() -> Ring:
    from .tasks import ring  # tasks imports this module.

    return ring


def result_key(document: Document, question: list[Any], price_date: str) -> str:
    """Return the hash of everything that an answer depends on."""
    known = ["whatif", document.name, model_key(document), question, ENGINE_VERSION, price_date]
    # Pointers name nodes by their place, which the model's key does not tell.
    order = [[n.id for n in document.model.nodes], [e.id for e in document.model.edges]]
    return hashlib.sha256(json.dumps([known, order], sort_keys=True).encode()).hexdigest()


@transaction.atomic
def request_whatif(
    *,
    by: Actor | None,
    workspace_id: str,
    document: Document,
    kind: str,
    spec: dict[str, Any],
    engine: str = "flow",
    options: dict[str, Any] | None = None,
    design: Design | None = None,
    revision: Revision | None = None,
) -> WhatIf:
    """Return a new what-if: waiting for workers, or done at once if this was asked before.

    Raises:
        WhatIfError: It cannot be answered as asked; with pointers into the body.
        ApiError: 409, too many of the workspace wait already.
    """
    prices = book(document.model.region)
    study = prepare(document, prices, kind, spec, engine=engine, options=options)
    key = result_key(document, [kind, spec, engine, options or {}], str(prices.date))
    stored = Result.objects.filter(workspace_id=workspace_id, key=key).defer("report").first()
    if stored is None:
        _refuse_crowd(workspace_id)
    now = timezone.now()
    whatif = WhatIf.objects.create(
        workspace_id=workspace_id,
        design=design,
        revision=revision,
        requested_by=by.user if by else None,
        document=documents.dump(document),
        question=kind,
        engine=engine,
        spec=spec,
        options=options or {},
        points=study.most,
        model_hash=documents.design_hash(document),
        model_key=model_key(document),
        price_date=str(prices.date),
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
        action="whatif.request",
        object_id=whatif.pk,
        workspace_id=workspace_id,
        after=whatif.model_hash,
    )
    if stored is None:
        size = TOGETHER_POINTS if study.setting.together else PART_POINTS[engine]
        add_parts(whatif, study.first(), size)
    return whatif


def add_parts(whatif: WhatIf, changes: Sequence[Change], size: int) -> None:
    """Cut changes into parts for workers, and ring for them; without any, for the summing up."""
    begin = WhatIfPart.objects.filter(whatif=whatif).count()
    cuts = [list(changes[i : i + size]) for i in range(0, len(changes), size)]
    WhatIfPart.objects.bulk_create(
        WhatIfPart(whatif=whatif, number=begin + n, size=len(cut), asked=cut)
        for n, cut in enumerate(cuts)
    )
    ring, times = _doorbell(), max(1, len(cuts))
    transaction.on_commit(lambda: ring(whatif.pk, times))


def _refuse_crowd(workspace_id: str) -> None:
    waiting = WhatIf.objects.filter(workspace_id=workspace_id, status__in=OPEN).count()
    if waiting >= MOST_OPEN:
        raise ApiError(
            409,
            "too-many-runs",
            f"{waiting} what-ifs of this workspace wait or run; cancel some, or ask again when "
            "they are done.",
            headers={"Retry-After": "10"},
        )


def stop(whatif_id: str, status: Status, error: dict[str, Any] | None = None) -> bool:
    """End a what-if early, and let workers sum up the points that are known.

    Returns:
        False if it had ended.
    """
    with transaction.atomic():
        ended = WhatIf.objects.filter(pk=whatif_id, status__in=OPEN).update(
            status=status, error=error, lease_until=None, finished_at=timezone.now()
        )
        if not ended:
            return False
        parts = WhatIfPart.objects.filter(whatif_id=whatif_id)
        parts.filter(status__in=OPEN).update(status=Status.CANCELLED, lease_until=None)
        if parts.filter(number=0, status=Status.SUCCEEDED).exists():
            WhatIf.objects.filter(pk=whatif_id).update(report_due=True, attempt=0)
            ring = _doorbell()
            transaction.on_commit(lambda: ring(whatif_id, 1))
    return True


@transaction.atomic
def cancel(*, by: Actor, whatif: WhatIf) -> WhatIf:
    """Return the what-if, cancelled; one that was cancelled before is answered as it is.

    Raises:
        ApiError: 409, it had ended.
    """
    cancelled = stop(whatif.pk, Status.CANCELLED)
    whatif.refresh_from_db()
    if cancelled:
        audit.record(
            by, action="whatif.cancel", object_id=whatif.pk, workspace_id=whatif.workspace_id
        )
    elif whatif.status != Status.CANCELLED:
        raise ApiError(
            409, "already-finished", f"The run has {whatif.status}; it cannot be cancelled."
        )
    return whatif


def sweep(*, ring: Ring, at_most: int = 100) -> tuple[int, int]:
    """Ring again for what-ifs nobody works on; give up those that lost too many workers.

    Returns:
        How many were rung for and how many were given up.
    """
    now = timezone.now()
    lost = Q(lease_until__lt=now, attempt__gte=settings.MAX_ATTEMPTS)
    parts = WhatIfPart.objects.filter(lost, status=Status.RUNNING)
    doomed = set(parts.values_list("whatif_id", flat=True).distinct()[:at_most])
    doomed |= set(WhatIf.objects.filter(lost, status=Status.RUNNING).values_list("pk", flat=True))
    problem = neutral_problem(
        "worker-lost",
        f"The worker stopped in the middle of some points {settings.MAX_ATTEMPTS} times. They may "
        "need more memory than a worker has: ask for less.",
        "The what-if failed",
    )
    gave_up = sum(stop(pk, Status.FAILED, problem) for pk in sorted(doomed))
    WhatIf.objects.filter(lost, report_due=True).update(report_due=False, lease_until=None)
    return _ring_again(ring, at_most), gave_up


def _ring_again(ring: Ring, at_most: int) -> int:
    """Ring for what has a part, or a summing up, that no worker holds."""
    quiet = Q(rung_at=None) | Q(
        rung_at__lt=timezone.now() - timedelta(seconds=settings.RING_AGAIN_AFTER_S)
    )
    asleep = Q(status__in=OPEN) | Q(report_due=True)
    rung = 0
    for whatif in WhatIf.objects.filter(asleep, quiet).order_by("created_at").only("pk")[:at_most]:
        parts = WhatIfPart.objects.filter(whatif=whatif)
        free = parts.filter(free_parts()).count()
        if not free and parts.filter(status=Status.RUNNING).exists():
            continue
        # Noted first, so that two sweepers do not both ring.
        if WhatIf.objects.filter(quiet, pk=whatif.pk).update(rung_at=timezone.now()):
            ring(whatif.pk, max(1, free))
            rung += 1
    return rung


def free_parts() -> Q:
    """Return the condition under which a worker may take a part, on the part's own row alone."""
    abandoned = Q(status=Status.RUNNING, lease_until__lt=timezone.now())
    return (Q(status=Status.QUEUED) | abandoned) & Q(attempt__lt=settings.MAX_ATTEMPTS)


def purge() -> int:
    """Delete what-ifs that ended long ago, except the newest of each design; return how many."""
    limit = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    newest = WhatIf.objects.filter(design=OuterRef("design")).order_by("-created_at", "-pk")
    superseded = Q(design=None) | ~Q(pk=Subquery(newest.values("pk")[:1]))
    _, each = WhatIf.objects.filter(superseded, finished_at__lt=limit).delete()
    return each.get("estimator.WhatIf", 0)
