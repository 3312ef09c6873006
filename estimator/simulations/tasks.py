"""The task of a simulation: run a replication, or merge them all."""

from __future__ import annotations

import functools
import logging
from typing import Any

from designer import document as documents
from estimator.celery import app
from estimator.engine.simulation import Job, prepare, replicate, write
from estimator.models import Simulation, SimulationPart
from estimator.prices import book
from estimator.runs import life, parted

from .parts import SIMULATIONS, outcomes, pack

log = logging.getLogger(__name__)


def ring(simulation_id: str, times: int = 1) -> None:
    """Tell workers that there are parts to take."""
    life.ring(run_part, simulation_id, min(times, parted.MOST_BELLS))


@functools.lru_cache(maxsize=2)
def _job(simulation_id: str) -> Job:
    """Return what all parts of a simulation have in common; the row never changes in this."""
    row = Simulation.objects.only("document", "options", "traces").get(pk=simulation_id)
    return prepare(documents.load(row.document), {**row.options, "traces": row.traces or {}})


@app.task(name="estimator.simulations.tasks.run_part")  # type: ignore[untyped-decorator]
def run_part(simulation_id: str) -> None:
    """Run one replication that waits or was abandoned, and merge when it was the last."""
    SIMULATIONS.take_and_work(simulation_id, _run, _merge)


def _run(part: SimulationPart) -> None:
    """Run one replication that is held."""

    def answer(told: parted.Told) -> dict[str, Any] | None:
        outcome = replicate(_job(part.run_id), part.number, told)
        return None if outcome.stopped == "cancelled" else {"outcome": pack(outcome)}

    SIMULATIONS.work(part, answer)


def _merge(simulation_id: str) -> None:
    """Merge and report, if all parts are done or the simulation was stopped with some that are."""
    simulation = SIMULATIONS.take_summing(simulation_id)
    if simulation is None:
        return
    with SIMULATIONS.hold_summing(simulation):
        job = _job(simulation_id)
        prices = book(job.design.model.region, simulation.price_date)
        why = SIMULATIONS.why_partial(simulation)
        report = write(job, outcomes(simulation), prices, stopped=why)
    if not SIMULATIONS.finish(simulation, report, report["headline"], outcome=None):
        log.info("simulation %s is no longer ours to merge", simulation_id)
