"""How a simulation and the steady answer compare, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from ..following import follows
from ..network import Network
from .record import Outcome
from .run import Job

# Two-sided 95 % quantiles of Student's t by degrees of freedom; beyond, the normal one.
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
       2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)  # fmt: skip
# Measured over hundreds of random designs, a simulated day each: flow and simulation may differ by
# this much, besides the confidence.
STATED_ERROR = 0.01
GATHERED_ERROR = 0.03  # Times over batches and buffers that single events fill.
ROUGH_ERROR = 0.10  # Where batches fill others, grow in line, or lie behind a limit that refuses.
NEARLY_FULL = 0.8  # Batches grow in line where so much of a limit is used.
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
            error = _error(job, index)
            title, mean_s = path["title"], path["flow"]["mean_s"]
            row(f"{kind} time", title, mean_s, values, "s", error=error)
    return rows


def _error(job: Job, last: int) -> float:
    """Return the stated error of times on all ways that end with an arrow."""
    edges = _upstream(job.network, last)
    nodes = {n for i in edges for n in (job.network.edges[i].source, job.network.edges[i].target)}
    gathered = gathering(job) & {job.network.nodes[n].id for n in nodes}
    refused = any(float(job.flow.throttled[i][0, job.hour]) > 0 for i in edges)
    full = any(_fullest(job, n) > NEARLY_FULL for n in nodes if job.network.nodes[n].id in gathered)
    if refused or full or edges & follows(job.network).keys():
        return ROUGH_ERROR
    return GATHERED_ERROR if gathered else STATED_ERROR


def usage_error(job: Job) -> float:
    """Return the stated error of what a design uses, by any meter."""
    network = job.network
    full = any(_fullest(job, n.index) > NEARLY_FULL for n in network.nodes)
    refused = any(float(rate.max()) > 0 for rate in job.flow.throttled)
    if refused or full or follows(network) or _meeting(network):
        return ROUGH_ERROR
    return GATHERED_ERROR


def _fullest(job: Job, node: int) -> float:
    loads = (float(one.utilisation[0, job.hour]) for one in job.flow.caps[node])
    return max(loads, default=0.0)


def _upstream(network: Network, last: int) -> set[int]:
    """Return an arrow and all that lead to it."""
    found, todo = set[int](), [last]
    while todo:
        if (edge := todo.pop()) not in found:
            found.add(edge)
            todo += network.nodes[network.edges[edge].source].ins
    return found


def _meeting(network: Network) -> bool:
    """Tell whether copies of an event meet again, at nearly the same time."""
    for node in network.nodes:
        seen = set[int]()
        for i in node.ins:
            above = {network.edges[j].source for j in _upstream(network, i)}
            if above & seen:
                return True
            seen |= above
    return False


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
