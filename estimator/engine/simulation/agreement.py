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
GATHERED_ERROR = 0.05  # The same for times over batches and buffers, which may follow others.
FULL_ERROR = 0.15  # The same where batches grow because their consumer is nearly full:
NEARLY_FULL = 0.8  # so much of a limit is used.
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
        what: str, name: str, flow: float, values: list[float], unit: str, chance: float = 0.0,
        error: float = STATED_ERROR,
    ) -> None:  # fmt: skip
        mean = fmean(values)
        allowed = error * abs(flow) + max(half_width(values) or 0.0, chance)
        rows.append(
            {
                "what": what,
                "name": name,
                "unit": unit,
                "flow": flow,
                "simulation": mean,
                "confidence": half_width(values),
                "error": error,
                "within": abs(mean - flow) <= allowed + 1e-12,
            }
        )

    for edge in job.network.edges:
        flow = float(job.flow.offered[edge.index][0, job.hours].mean())
        values = whole.means[f"rate {edge.index}"]
        source, target = job.network.nodes[edge.source].name, job.network.nodes[edge.target].name
        seconds = whole.duration_s * whole.replications
        clump = _clump(job, edge.index)
        # Of counts as in a Poisson law, of clumps that come together.
        chance = (RARE * math.sqrt(flow * seconds * clump) + RARE * clump) / seconds
        row("rate", f"{source} → {target}", flow, values, "1/s", chance)
    for path in paths:
        if path["flow"] is not None:
            kind, index = path["kind"], job.names[1].index(path["edge"])
            values = whole.means[f"{kind} {index} mean"]
            error = _error(job, path["nodes"])
            title, mean_s = path["title"], path["flow"]["mean_s"]
            row(f"{kind} time", title, mean_s, values, "s", error=error)
    return rows


def _error(job: Job, nodes: list[str]) -> float:
    """Return the stated error of a time on a way over some nodes."""
    gathered = gathering(job)
    if not gathered & set(nodes):
        return STATED_ERROR
    full = {
        node.id
        for node in job.network.nodes
        for one in job.flow.caps[node.index]
        if float(one.utilisation[0, job.hour]) > NEARLY_FULL
    }
    return FULL_ERROR if full & gathered & set(nodes) else GATHERED_ERROR


def gathering(job: Job) -> set[str]:
    """Return the ids of the nodes where events wait for others: batches, buffers, files."""
    return {
        stage.id
        for stage in job.plan.stages
        if stage.buffer_kib or any(f.batch is not None or f.grouped for f in stage.feeders)
    }


def _clump(job: Job, edge: int) -> float:
    """Return how many events come together over an edge: files, and what batches set off."""
    source = job.network.nodes[job.network.edges[edge].source]
    sizes = [float(job.flow.batch[i].max()) for i in source.ins]
    if job.network.edges[edge].hop.buffered:
        sizes.append(float(job.flow.batch[edge].max()))
    return max([1.0, *sizes])
