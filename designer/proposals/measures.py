"""What a change changes in cost, time and rate, asked without knowing who knows it.

The estimator registers its answer when it starts; without it nothing can be measured, and no limit
on numbers can be kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from designer.document import Design

#: (workspace id, before, after) -> deltas, or {"problem": …} where a side has no estimate.
Source = Callable[[str, Design, Design], dict[str, Any]]

_sources: list[Source] = []
SIDES = ("before", "after")


def register(source: Source) -> None:
    """Name the function that measures."""
    _sources[:] = [source]


def of(workspace_id: str, before: Design, after: Design) -> dict[str, Any] | None:
    """Return what changes, or None when nobody can tell."""
    return _sources[0](workspace_id, before, after) if _sources else None


def numbers(workspace_id: str, before: Design, after: Design) -> dict[str, Any] | None:
    """Return the figures that somebody decides on, to be kept with what they decided.

    Each side is {cost, complete, response_p99_s, completion_p99_s, max_rate_per_s,
    error_findings}, or None where it has no estimate.
    """
    found = of(workspace_id, before, after)
    if found is None:
        return None
    sides = {side: _figures(found[side]) if found.get(side) else None for side in SIDES}
    known = found.get("after") or found.get("before") or {}
    problem = found["problem"] and str(found["problem"].get("detail", ""))
    dated = {key: known.get(key) for key in ("price_date", "engine_version")}
    return {**sides, **dated, "problem": problem}


def _figures(about: dict[str, Any]) -> dict[str, Any]:
    head = about["headline"]
    p99 = {kind: head[kind] and head[kind]["p99_s"] for kind in ("response", "completion")}
    return {
        "cost": head["monthly_cost"],
        "complete": head["cost_complete"],
        "response_p99_s": p99["response"],
        "completion_p99_s": p99["completion"],
        "max_rate_per_s": head["max_rate_per_s"],
        "error_findings": about["findings"]["error"],
    }
