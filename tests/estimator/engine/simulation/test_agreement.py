"""Random calm designs: steady answer and simulation agree on rates, usage and mean times.

Every figure of the comparison that a result shows is checked, times over batches and buffers too,
and every meter of the bill. Three half widths of the replications' 95 % confidence are allowed,
because many figures are looked at, and the error that the product states. Designs whose backlog
grows have no steady answer; their figures are not compared.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings

from designer.document import Design
from estimator.engine import estimate
from estimator.engine.errors import Unstable
from estimator.engine.latency import View
from estimator.engine.simulation import OptionsError, prepare, replicate
from estimator.engine.simulation.agreement import usage_error
from estimator.engine.simulation.report import write
from estimator.engine.simulation.run import Job
from estimator.prices import book

from .random_designs import designs

OPTIONS = {"duration_s": 1_200, "replications": 4}
SECONDS = 4_800.0
MONTH_S = 730 * 3_600.0
UNSETTLED = 0.1  # A mean that varies by more from run to run is that of no steady state yet.
CLUMP = 10.0  # events of a batch, at most
FILES_S = 60.0  # What a buffer holds at the end is in no file yet.


def near(row: dict[str, Any]) -> bool:
    """Tell whether two figures agree within stated error, confidence and, for rates, chance."""
    allowed = row["error"] * row["flow"] + 3 * (row["confidence"] or 0.0) + 0.01
    if row["what"] == "rate":  # Of clumps, as counts of a Poisson law; of whole files.
        allowed += 3 * math.sqrt(CLUMP * row["flow"] / SECONDS) + row["flow"] * FILES_S / 1_200
    return bool(abs(row["flow"] - row["simulation"]) <= allowed)


def stable(job: Job) -> bool:
    """Tell whether nothing waits for ever, so that there is a steady answer."""
    paths, _ = View(job.network, job.flow, job.hour).path_list()
    return all(path.unbounded is None for path in paths)


def used(lines: list[dict[str, Any]]) -> dict[str, float]:
    return {x["meter"]: float(x["quantity"]) for x in lines}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(designs(calm=True))
def test_steady_answer_and_simulation_agree(drawn: Design) -> None:
    try:
        job = prepare(drawn, OPTIONS)
    except (Unstable, OptionsError):
        return
    if not stable(job):
        return
    prices = book(drawn.model.region)
    result = write(job, [replicate(job, k) for k in range(4)], prices)
    for row in result["agreement"]:
        settled = (row["confidence"] or 0.0) <= UNSETTLED * row["simulation"]
        assert near(row) or not settled, row
    steady, counted = used(estimate(drawn, prices)["bill"]["lines"]), used(result["bill"]["lines"])
    for meter in steady.keys() | counted.keys():
        a, b = steady.get(meter, 0.0), counted.get(meter, 0.0)
        events = max(1.0, max(a, b) * SECONDS / MONTH_S)
        chance = 3 * math.sqrt(CLUMP / events) if events > CLUMP else 1.0
        assert abs(a - b) <= (usage_error(job) + chance) * max(a, b), (meter, a, b)
