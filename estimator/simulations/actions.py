"""The life of a simulation: asked for, stopped, swept; its parts and their merging are in parts.

    queued ──first part taken──▶ running ──all parts merged──▶ succeeded
      │                            └──a part fails──────────▶ failed
      └──cancel────────────────────┴────────────────────────▶ cancelled

What failed or was cancelled keeps a report of the replications that were done by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
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
from designer.errors import Problem
from estimator.actions import neutral_problem
from estimator.engine import ENGINE_VERSION
from estimator.engine.simulation import Options, OptionsError, prepare
from estimator.models import OPEN, Result, Simulation, SimulationPart, Status
from estimator.prices import book

Ring = Callable[[str, int], None]

MOST_OPEN = 100  # Of one workspace.
MOST_OUTCOMES = 20_000  # Nodes times replications: some 10 kB each are kept until all are merged.


def _doorbell() -> Ring:
    from .tasks import ring  # tasks imports this module.

    return ring


def result_key(document: Document, options: dict[str, Any], price_date: str) -> str:
    """Return the hash of everything that the report of a simulation depends on."""
    parts = [
        "simulation", document.name, model_key(document), options, ENGINE_VERSION, price_date
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def checked(document: Document, options: Any) -> Options:
    """Return the options, after a look at whether the simulation can be run at all.

    Raises:
        OptionsError: With pointers into the body of the request.
        Unstable: A loop multiplies its events.
    """
    try:
        read = prepare(document, options).options
        most = max(1, MOST_OUTCOMES // max(1, len(document.model.nodes)))
        if read.replications > most:
            message = (
                f"{read.replications:,} replications of {len(document.model.nodes):,} nodes are "
                f"more than can be kept; take at most {most:,}"
            )
            raise OptionsError([Problem("/replications", "too-many", message)])
        return read
    except OptionsError as error:
        raise OptionsError(
            Problem(f"/options{p.pointer}", p.code, p.message, p.nearest) for p in error.problems
        ) from None


@transaction.atomic
def request_simulation(
    *,
    by: Actor | None,
    workspace_id: str,
    document: Document,
    options: Any = None,
    design: Design | None = None,
    revision: Revision | None = None,
) -> Simulation:
    """Return a new simulation: waiting for workers, or done at once if this was asked before.

    Raises:
        OptionsError: The options are not valid, or ask for more than can be answered.
        ApiError: 409, too many of the workspace wait already.
    """
    read = checked(document, options).model_dump(mode="json")
    price_date = str(book(document.model.region).date)
    key = result_key(document, read, price_date)
    stored = Result.objects.filter(workspace_id=workspace_id, key=key).defer("report").first()
    if stored is None:
        _refuse_crowd(workspace_id)
    now = timezone.now()
    traces = read.pop("traces")
    simulation = Simulation.objects.create(
        workspace_id=workspace_id,
        design=design,
        revision=revision,
        requested_by=by.user if by else None,
        document=documents.dump(document),
        options=read,
        traces=traces or None,
        replications=read["replications"],
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
        action="simulation.request",
        object_id=simulation.pk,
        workspace_id=workspace_id,
        after=simulation.model_hash,
    )
    if stored is None:
        SimulationPart.objects.bulk_create(
            SimulationPart(simulation=simulation, number=n) for n in range(simulation.replications)
        )
        ring = _doorbell()
        transaction.on_commit(lambda: ring(simulation.pk, simulation.replications))
    return simulation


def _refuse_crowd(workspace_id: str) -> None:
    waiting = Simulation.objects.filter(workspace_id=workspace_id, status__in=OPEN).count()
    if waiting >= MOST_OPEN:
        raise ApiError(
            409,
            "too-many-runs",
            f"{waiting} simulations of this workspace wait or run; cancel some, or ask again when "
            "they are done.",
            headers={"Retry-After": "10"},
        )


def stop(simulation_id: str, status: Status, error: dict[str, Any] | None = None) -> bool:
    """End a simulation early, and let workers report the replications that are done.

    Returns:
        False if it had ended.
    """
    with transaction.atomic():
        ended = Simulation.objects.filter(pk=simulation_id, status__in=OPEN).update(
            status=status, error=error, lease_until=None, finished_at=timezone.now()
        )
        if not ended:
            return False
        parts = SimulationPart.objects.filter(simulation_id=simulation_id)
        parts.filter(status__in=OPEN).update(status=Status.CANCELLED, lease_until=None)
        if parts.filter(status=Status.SUCCEEDED).exists():
            Simulation.objects.filter(pk=simulation_id).update(report_due=True, attempt=0)
            ring = _doorbell()
            transaction.on_commit(lambda: ring(simulation_id, 1))
    return True


@transaction.atomic
def cancel(*, by: Actor, simulation: Simulation) -> Simulation:
    """Return the simulation, cancelled; one that was cancelled before is answered as it is.

    Raises:
        ApiError: 409, it had ended.
    """
    cancelled = stop(simulation.pk, Status.CANCELLED)
    simulation.refresh_from_db()
    if cancelled:
        audit.record(
            by,
            action="simulation.cancel",
            object_id=simulation.pk,
            workspace_id=simulation.workspace_id,
        )
    elif simulation.status != Status.CANCELLED:
        raise ApiError(
            409, "already-finished", f"The run has {simulation.status}; it cannot be cancelled."
        )
    return simulation


def sweep(*, ring: Ring, at_most: int = 100) -> tuple[int, int]:
    """Ring again for simulations nobody works on; give up those that lost too many workers.

    Returns:
        How many were rung for and how many were given up.
    """
    now = timezone.now()
    lost = Q(lease_until__lt=now, attempt__gte=settings.MAX_ATTEMPTS)
    parts = SimulationPart.objects.filter(lost, status=Status.RUNNING)
    doomed = set(parts.values_list("simulation_id", flat=True).distinct()[:at_most])
    doomed |= set(
        Simulation.objects.filter(lost, status=Status.RUNNING).values_list("pk", flat=True)
    )
    problem = neutral_problem(
        "worker-lost",
        f"The worker stopped in the middle of a replication {settings.MAX_ATTEMPTS} times. The "
        "simulation may need more memory than a worker has: shorten it or lower the rate.",
        "The simulation failed",
    )
    gave_up = sum(stop(pk, Status.FAILED, problem) for pk in sorted(doomed))
    Simulation.objects.filter(lost, report_due=True).update(report_due=False, lease_until=None)
    return _ring_again(ring, at_most), gave_up


def _ring_again(ring: Ring, at_most: int) -> int:
    """Ring for what has a part, or a merging, that no worker holds."""
    now = timezone.now()
    quiet = Q(rung_at=None) | Q(rung_at__lt=now - timedelta(seconds=settings.RING_AGAIN_AFTER_S))
    asleep = Q(status__in=OPEN) | Q(report_due=True)
    rung = 0
    for simulation in (
        Simulation.objects.filter(asleep, quiet)
        .defer("document", "traces")
        .order_by("created_at")[:at_most]
    ):
        free = SimulationPart.objects.filter(free_parts(), simulation=simulation).count()
        held = SimulationPart.objects.filter(simulation=simulation, status=Status.RUNNING).count()
        if not free and held:
            continue
        # Noted first, so that two sweepers do not both ring.
        if Simulation.objects.filter(quiet, pk=simulation.pk).update(rung_at=now):
            ring(simulation.pk, max(1, free))
            rung += 1
    return rung


def free_parts() -> Q:
    """Return the condition under which a worker may take a part.

    On the part's own row alone, so that a database judges it anew under the lock of the row.
    """
    abandoned = Q(status=Status.RUNNING, lease_until__lt=timezone.now())
    return (Q(status=Status.QUEUED) | abandoned) & Q(attempt__lt=settings.MAX_ATTEMPTS)


def purge() -> int:
    """Delete simulations that ended long ago, except the newest of each design; return how many."""
    limit = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    newest = Simulation.objects.filter(design=OuterRef("design")).order_by("-created_at", "-pk")
    superseded = Q(design=None) | ~Q(pk=Subquery(newest.values("pk")[:1]))
    _, each = Simulation.objects.filter(superseded, finished_at__lt=limit).delete()
    return each.get("estimator.Simulation", 0)
