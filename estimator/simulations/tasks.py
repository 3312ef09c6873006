"""The task of a simulation: its message names the simulation; who hears it takes a part."""

from __future__ import annotations

import functools
import logging
import os
import socket
import time

from django.conf import settings

from designer import document as documents
from designer.errors import UserError
from estimator.actions import neutral_problem, problem_for_user
from estimator.celery import app
from estimator.engine.simulation import Job, prepare, replicate, write
from estimator.hold import Hold
from estimator.models import Simulation, SimulationPart, Status
from estimator.prices import book

from . import actions, parts

log = logging.getLogger(__name__)

# Messages for one simulation at a time; who takes one of more parts rings again. Few where
# files carry them: those of a cancelled run are in the way of the next.
MOST_BELLS = 64 if settings.REDIS_URL else 6


def ring(simulation_id: str, times: int = 1) -> None:
    """Tell workers that there are parts to take; if that fails, the sweeper tells them later."""
    try:
        for _ in range(min(times, MOST_BELLS)):
            run_part.apply_async(args=[simulation_id], retry=False)
    except Exception:
        log.warning("cannot ring for %s; the sweeper will", simulation_id, exc_info=True)


def worker_name() -> str:
    """Return what a part says of who ran it."""
    return f"{socket.gethostname()[:60]} {os.getpid()}"


@functools.lru_cache(maxsize=2)
def _job(simulation_id: str) -> Job:
    """Return what all parts of a simulation have in common; the row never changes in this."""
    row = Simulation.objects.only("document", "options", "traces").get(pk=simulation_id)
    return prepare(documents.load(row.document), {**row.options, "traces": row.traces or {}})


@app.task(name="estimator.simulations.tasks.run_part")  # type: ignore[untyped-decorator]
def run_part(simulation_id: str) -> None:
    """Run one replication that waits or was abandoned, and merge when it was the last."""
    part = parts.take(simulation_id=simulation_id, worker=worker_name())
    try:
        if part is not None:
            _run(part)
        _merge(simulation_id)
    except UserError as error:
        actions.stop(simulation_id, Status.FAILED, problem_for_user(error))
    except Exception:
        log.exception("simulation %s failed", simulation_id)
        problem = neutral_problem(
            "internal-error",
            "Something went wrong on the server. Quote the id of this run when you report it.",
            "The simulation failed",
        )
        actions.stop(simulation_id, Status.FAILED, problem)
        raise


def _run(part: SimulationPart) -> None:
    """Run one replication that is held."""
    log.info("simulation %s, part %d, attempt %d", part.simulation_id, part.number, part.attempt)
    begun = time.monotonic()
    with Hold(f"{part.simulation_id} part {part.number}", lambda s: parts.renew(part, s)) as hold:
        outcome = replicate(_job(part.simulation_id), part.number, hold.told)
    if hold.lost or outcome.stopped == "cancelled":
        log.info("simulation %s, part %d stopped", part.simulation_id, part.number)
    elif not parts.keep(part, outcome, time.monotonic() - begun):
        log.info("simulation %s, part %d is no longer ours", part.simulation_id, part.number)
    if part.simulation.replications > MOST_BELLS:
        waiting = SimulationPart.objects.filter(simulation=part.simulation_id, status=Status.QUEUED)
        if waiting.exists():
            ring(part.simulation_id)


def _merge(simulation_id: str) -> None:
    """Merge and report, if all parts are done or the simulation was stopped with some that are."""
    simulation = parts.take_merging(simulation_id=simulation_id)
    if simulation is None:
        return
    with Hold(simulation.pk, lambda _: parts.renew_merging(simulation)):
        job = _job(simulation_id)
        prices = book(job.design.model.region, simulation.price_date)
        why = None
        if simulation.report_due:
            failed = simulation.status == Status.FAILED
            why = "a replication failed" if failed else "cancelled"
        report = write(job, parts.outcomes(simulation), prices, stopped=why)
    if not parts.finish(simulation, report):
        log.info("simulation %s is no longer ours to merge", simulation_id)
