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


def register(source: Source) -> None:
    """Name the function that measures."""
    _sources[:] = [source]


def of(workspace_id: str, before: Design, after: Design) -> dict[str, Any] | None:
    """Return what changes, or None when nobody can tell."""
    return _sources[0](workspace_id, before, after) if _sources else None
