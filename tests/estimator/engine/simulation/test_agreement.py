"""Random calm designs: the steady answer and the simulation agree on rates, usage and means.

The steady answer takes a batch or a buffer to be closed either by count or by age, and events to
come one by one; where both ends happen, or batches follow batches, it is rough. So times over
gatherings are not compared here, and usage only where nothing is gathered. Three half widths of
the replications' 95 % confidence are allowed, because many figures are looked at, and the stated
error.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings

from designer.document import Design
from estimator.engine import estimate
from estimator.engine.errors import Unstable
from estimator.engine.simulation import OptionsError, prepare, replicate
from estimator.engine.simulation.agreement import STATED_ERROR
from estimator.engine.simulation.report import write
from estimator.engine.simulation.run import Job
from estimator.prices import book

from .random_designs import designs

OPTIONS = {"duration_s": 1_200, "replications": 4}


def gathering(job: Job) -> set[str]:
    """Return the names of the nodes where events wait for others."""
    return {
        stage.name
        for stage in job.plan.stages
        if stage.buffer_kib or any(f.batch is not None for f in stage.feeders)
    }


def near(row: dict[str, Any]) -> bool:
    """Tell whether two figures agree within error, confidence and, for rates, chance."""
    allowed = STATED_ERROR * row["flow"] + 3 * (row["confidence"] or 0.0) + 0.01
    if row["what"] == "rate":  # Of clumps of up to ten, as counts of a Poisson law.
        seconds = OPTIONS["duration_s"] * OPTIONS["replications"]
        allowed += 3 * math.sqrt(10 * row["flow"] / seconds)
    return bool(abs(row["flow"] - row["simulation"]) <= allowed)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(designs(calm=True))
def test_steady_answer_and_simulation_agree(drawn: Design) -> None:
    try:
        job = prepare(drawn, OPTIONS)
    except (Unstable, OptionsError):
        return
    prices = book(drawn.model.region)
    result = write(job, [replicate(job, k) for k in range(4)], prices)
    gathered = gathering(job)
    for row in result["agreement"]:
        if row["what"] == "rate" or not gathered & set(row["name"].split(" → ")):
            assert near(row), row
    if not gathered:
        steady = {
            x["meter"]: float(x["quantity"]) for x in estimate(drawn, prices)["bill"]["lines"]
        }
        for line in result["bill"]["lines"]:
            if line["meter"].endswith("requests"):
                counted = float(line["quantity"])
                assert abs(counted - steady[line["meter"]]) <= 0.1 * counted, line["meter"]
