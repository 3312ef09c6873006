"""Whether two outcomes are equal to the bit, and where they differ."""

from __future__ import annotations

from typing import Any

from estimator.engine.simulation import paths, reference
from estimator.engine.simulation.record import Outcome
from estimator.engine.simulation.run import Job


def differences(job: Job, one: Outcome, other: Outcome) -> list[str]:
    """Return what differs between two outcomes of a job, in words."""
    found: list[str] = []
    mine, its = one.dump(), other.dump()
    names = [s.name for s in job.plan.stages]
    for kind in ("stages", "edges"):
        rows = zip(mine[kind], its[kind], strict=True)
        titles = names if kind == "stages" else job.names[1]
        for title, (a, b) in zip(titles, rows, strict=False):
            found += _in_values(f"{title}", a, b)
    for kind in ("completion", "response"):
        found += _in_values(kind, mine[kind], its[kind])
    if mine["stopped"] != its["stopped"]:
        found.append(f"stopped: {mine['stopped']} and {its['stopped']}")
    return found


def both(job: Job, chunks: tuple[int, ...], **known: Any) -> Outcome:
    """Run both engines and return their outcome, the same of either and for all chunks."""
    slow = reference.run(job.plan, job.names, **known)
    for chunk in chunks:
        fast = paths.run(job.plan, job.names, chunk=chunk, **known)
        assert differences(job, fast, slow) == []
        assert fast.peaks == slow.peaks
    return fast


def _in_values(where: str, a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    found = []
    for key in sorted(set(a) | set(b)):
        x, y = a.get(key), b.get(key)
        if x != y:
            found.append(f"{where}, {key}: {str(x)[:120]} and {str(y)[:120]}")
    return found
