"""Asking for a simulation. Its life is that of every run in parts."""

from __future__ import annotations

from typing import Any, Unpack

from django.db import transaction

from designer.accounts.access import Actor
from designer.designs.actions import model_key
from designer.document import Design as Document
from designer.errors import Problem
from estimator.engine import ENGINE_VERSION
from estimator.engine.simulation import Options, OptionsError, prepare
from estimator.models import Simulation, SimulationPart
from estimator.prices import book
from estimator.runs.life import Subject, digest

from . import scenarios
from .parts import SIMULATIONS
from .recordings import Kept

MOST_OUTCOMES = 20_000  # Nodes times replications: some 10 kB each are kept until all are merged.


def result_key(document: Document, options: dict[str, Any], price_date: str) -> str:
    """Return the hash of everything that the report of a simulation depends on."""
    model = model_key(document)
    return digest("simulation", document.name, model, options, ENGINE_VERSION, price_date)


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
    *, by: Actor | None, options: Any = None, **subject: Unpack[Subject]
) -> Simulation:
    """Return a new simulation: waiting for workers, or done at once if this was asked before.

    Raises:
        OptionsError: The options are not valid, or ask for more than can be answered.
        ApiError: 409, too many of the workspace wait already.
    """
    document, design = subject["document"], subject.get("design")
    if design is not None and isinstance(options, dict):
        options = Kept(lambda: scenarios.of(design)[0]).filled(options, "/options")
    read = checked(document, options).model_dump(mode="json")
    price_date = str(book(document.model.region).date)
    key = result_key(document, read, price_date)
    traces = read.pop("traces")
    simulation = SIMULATIONS.ask(
        by=by,
        subject=subject,
        price_date=price_date,
        key=key,
        options=read,
        traces=traces or None,
        replications=read["replications"],
    )
    if not simulation.cached:
        numbers = range(simulation.replications)
        SIMULATIONS.add(
            simulation, [SimulationPart(simulation=simulation, number=n) for n in numbers]
        )
    return simulation
