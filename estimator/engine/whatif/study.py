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
from designer.errors import Problem
from estimator.prices import PriceBook

from ..simulation import Job, OptionsError
from ..simulation import prepare as prepare_simulation
from ..simulation.options import MOST_MESSAGES
from .breakeven import BreakEvenStudy
from .errors import WhatIfError
from .numbers import Change
from .optimise import OptimiseStudy
from .points import Point, Setting, Tell, evaluate
from .ranges import RangesStudy
from .sensitivity import SensitivityStudy
from .sweep import SweepStudy

MOST_WORK = 4_000_000  # nodes and arrows times points that are worked out one by one; an hour
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
    study = _MAKE[kind](
        Setting(document.dump(design), design, book, (), engine, options or {}), spec
    )
    _refuse_long(study)
    return study


def _refuse_long(study: Study) -> None:
    """Refuse what would keep workers busy for hours, before any point is worked out.

    Raises:
        WhatIfError: With how many points, or how much simulated time, can be answered.
        OptionsError: The simulation of each point is not valid.
    """
    setting, points = study.setting, study.most
    if setting.engine == "simulation":
        job = _simulation(setting)
        each = job.plan.events_per_s * job.options.duration_s * job.options.replications
        if each * points > MOST_MESSAGES:
            message = (
                f"about {each:,.0f} messages for each of {points:,} points; at most "
                f"{MOST_MESSAGES:,} are simulated in all: ask for {MOST_MESSAGES / each:,.0f} "
                f"points, or simulate {job.options.duration_s * MOST_MESSAGES / each / points:,.0f}"
                " s of each"
            )
            raise WhatIfError([Problem("/options/duration_s", "too-many-messages", message)])
    elif setting.together is None:
        size = len(setting.design.model.nodes) + len(setting.design.model.edges)
        if size * points > MOST_WORK:
            message = (
                f"{points:,} points of a design with {size:,} nodes and arrows take too long: ask "
                f"for at most {MOST_WORK // size:,} points"
            )
            raise WhatIfError([Problem("/spec", "too-many-points", message)])


def _simulation(setting: Setting) -> Job:
    """Return the simulation of the design as drawn; problems point into the options."""
    try:
        return prepare_simulation(setting.design, setting.options)
    except OptionsError as error:
        raise OptionsError(
            Problem(f"/options{p.pointer}", p.code, p.message, p.nearest) for p in error.problems
        ) from None


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
