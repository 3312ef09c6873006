"""How a simulation and the steady answer compare, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from .record import Outcome
from .run import Job

# Two-sided 95 % quantiles of Student's t by degrees of freedom; beyond, the normal one.
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
       2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)  # fmt: skip
STATED_ERROR = 0.02  # Flow and simulation may differ by this much, besides the confidence.
RARE = 3.0  # Standard deviations of a count that chance alone explains.


def half_width(values: Sequence[float]) -> float | None:
    """Return half the 95 % confidence interval of a mean; None for fewer than two values."""
    n = len(values)
    if n < 2:
        return None
    t = T95[n - 2] if n - 2 < len(T95) else 1.96
    return t * stdev(values) / math.sqrt(n)


def agreement(job: Job, whole: Outcome, paths: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return how simulation and steady answer compare, figure by figure."""
    if job.options.faults or job.options.traces:
        return []
    rows = []

    def row(
        what: str, name: str, flow: float, values: list[float], unit: str, chance: float = 0.0
    ) -> None:
        mean = fmean(values)
        allowed = STATED_ERROR * abs(flow) + max(half_width(values) or 0.0, chance)
        rows.append(
            {
                "what": what,
                "name": name,
                "unit": unit,
                "flow": flow,
                "simulation": mean,
                "confidence": half_width(values),
                "within": abs(mean - flow) <= allowed + 1e-12,
            }
        )

    for edge in job.network.edges:
        flow = float(job.flow.offered[edge.index][0, job.hours].mean())
        values = whole.means[f"rate {edge.index}"]
        source, target = job.network.nodes[edge.source].name, job.network.nodes[edge.target].name
        seconds = whole.duration_s * whole.replications
        chance = (
            RARE * math.sqrt(flow * seconds) + RARE
        ) / seconds  # Of counts as in a Poisson law.
        row("rate", f"{source} → {target}", flow, values, "1/s", chance)
    for path in paths:
        if path["flow"] is not None:
            kind, index = path["kind"], job.names[1].index(path["edge"])
            values = whole.means[f"{kind} {index} mean"]
            row(f"{kind} time", path["title"], path["flow"]["mean_s"], values, "s")
    return rows
