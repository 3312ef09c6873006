"""A what-if from end to end: read the question, ask for points in rounds, sum up.

A study never evaluates by itself: it says which changes it wants, takes the points, and says
whether it wants more. So the same study runs on one thread here or in parts on many workers, and
answers the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from designer import document
from designer.document import Design
from estimator.prices import PriceBook

from ..simulation import prepare as prepare_simulation
from .breakeven import BreakEvenStudy
from .errors import WhatIfError
from .numbers import Change
from .optimise import OptimiseStudy
from .points import Point, Setting, Tell, evaluate
from .ranges import RangesStudy
from .sensitivity import SensitivityStudy
from .sweep import SweepStudy

KINDS = ("sweep", "sensitivity", "ranges", "optimise", "breakeven")
ENGINES = ("flow", "simulation")


class Study(Protocol):
    """One question about a design."""

    @property
    def setting(self) -> Setting:
        """What all its points share."""

    @property
    def most(self) -> int:
        """How many points it asks for at most."""

    def first(self) -> list[Change]:
        """Return the changes to evaluate first."""

    def more(self, points: Sequence[Point]) -> list[Change]:
        """Return further changes, with all points so far known; empty when there is enough."""

    def result(self, points: Sequence[Point], stopped: str | None = None) -> dict[str, Any]:
        """Return the answer as JSON values, from the points there are."""


_MAKE: dict[str, Callable[[Setting, Any], Study]] = {
    "sweep": SweepStudy.make,
    "sensitivity": SensitivityStudy.make,
    "ranges": RangesStudy.make,
    "optimise": OptimiseStudy.make,
    "breakeven": BreakEvenStudy.make,
}


def prepare(
    design: Design,
    book: PriceBook,
    kind: str,
    spec: Any,
    *,
    engine: str = "flow",
    options: dict[str, Any] | None = None,
) -> Study:
    """Return a question that is checked and ready.

    Args:
        kind: One of KINDS.
        spec: The question's own body, as JSON values.
        engine: "flow", or "simulation" for every point.
        options: Of the simulation of each point; its seed is common to all.

    Raises:
        WhatIfError: The question cannot be answered as asked; with what to change.
    """
    if kind not in KINDS:
        raise WhatIfError(f'there is no what-if "{kind}"; known are: {", ".join(KINDS)}')
    if engine not in ENGINES:
        raise WhatIfError(f'there is no engine "{engine}"; known are: {", ".join(ENGINES)}')
    if options and engine == "flow":
        raise WhatIfError('options are those of a simulation; ask the engine "simulation"')
    if engine == "simulation":
        prepare_simulation(design, options)  # Refused now rather than at every point.
    return _MAKE[kind](
        Setting(document.dump(design), design, book, (), engine, options or {}), spec
    )


def run(study: Study, tell: Tell | None = None) -> dict[str, Any]:
    """Return the answer, worked out here.

    Args:
        tell: Told the share of the points known so far; answers False to stop with what there is.
    """
    points: list[Point] = []
    ahead = study.first()
    while ahead:
        found = evaluate(study.setting, ahead, tell)
        points += found
        if len(found) < len(ahead):
            return study.result(points, "cancelled")
        ahead = study.more(points)
    return study.result(points)
