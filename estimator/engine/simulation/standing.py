"""What stands where over time: backlogs by node, and how long the largest takes to drain."""

from __future__ import annotations

from typing import Any

import numpy as np

from designer.catalog.base import Mechanism

from .record import Outcome, StageCounts
from .run import Job

DRAINED = 0.05  # of what stood above the usual
BURST = 3.0  # A backlog this many times the usual one is a burst worth a time to drain.
LEAST = 10.0  # messages


def difference(stage: StageCounts, more: str, less: str) -> Any:
    """Return what one line is ahead of another at the end of each bucket of time."""
    zero = np.zeros(stage.buckets, np.int64)
    return np.cumsum(stage.lines.get(more, zero) - stage.lines.get(less, zero))


def backlogs(job: Job, whole: Outcome) -> list[Any]:
    """Return messages standing in each node at the end of each bucket, per replication.

    What waits to be polled stands in the queue, not at its consumer, although it is the consumer's
    stage that lets it wait.
    """
    n = whole.replications
    found = [difference(s, "arrived", "left") / n for s in whole.stages]
    for node in job.network.nodes:
        sources = {job.network.edges[i].source for i in node.ins}
        stage = whole.stages[node.index]
        if len(sources) != 1 or "starts" not in stage.lines or not _polls(job, node.index):
            continue
        counts = [whole.edges[i] for i in node.ins]
        requests = sum(c.requests for c in counts)
        batch = sum(c.delivered for c in counts) / requests if requests else 1.0
        at_work = difference(stage, "starts", "ends") / n * batch
        waiting = np.maximum(found[node.index] - at_work, 0.0)
        found[node.index] = found[node.index] - waiting
        source = sources.pop()
        found[source] = found[source] + waiting
    return found


def _polls(job: Job, node: int) -> bool:
    ins = job.network.nodes[node].ins
    return all(job.network.edges[i].hop.mechanism is Mechanism.POLL for i in ins)


def can_hold(job: Job, node: int) -> bool:
    """Tell whether messages can stand in line in a node, instead of only being in work."""
    plan = job.plan.stages[node]
    outs = job.network.nodes[node].outs
    polled = any(job.network.edges[i].hop.mechanism is Mechanism.POLL for i in outs)
    limited = bool(plan.buckets) or any(f.buckets for f in plan.feeders)
    return polled or limited or plan.pool is not None


def drain_s(backlog: Any, peak: int, width_s: float) -> float | None:
    """Return the time from the largest backlog until it is nearly back to the usual one."""
    if not backlog.size:
        return None
    usual = float(np.median(backlog))
    if backlog[peak] < max(LEAST, BURST * usual):
        return None
    after = np.flatnonzero(backlog[peak:] <= usual + max(1.0, DRAINED * (backlog[peak] - usual)))
    return float(after[0] * width_s) if after.size else None
