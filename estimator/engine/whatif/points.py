"""Points: a design with some of its numbers changed, and the figures it then has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from designer import document
from designer.document import Design
from designer.errors import UserError
from estimator.prices import PriceBook

from ..simulation import prepare, replicate
from ..simulation.report import write
from .numbers import Change, changed
from .outputs import Figures, figures, simulated

Tell = Callable[[float], bool]  # takes the share that is done, answers whether to go on


class OnePass(Protocol):
    """What answers many points at once."""

    def evaluate(self, changes: Sequence[Change], tell: Tell | None = None) -> list[Point]:
        """Return the points of these changes, in order; fewer when `tell` answers False."""


@dataclass(frozen=True)
class Setting:
    """What all points of a what-if share.

    Attributes:
        base: The document as drawn.
        options: Of the simulation; one seed for all points, so that they differ by the change.
        together: Answers all points in one pass, where that can be.
    """

    base: dict[str, Any]
    design: Design
    book: PriceBook
    outputs: tuple[str, ...]
    engine: str = "flow"
    options: dict[str, Any] = field(default_factory=dict)
    together: OnePass | None = None


@dataclass(frozen=True)
class Point:
    """A design with changed numbers.

    Attributes:
        change: Value by pointer; empty is the design as drawn.
        outputs: Figures by name; empty where there is an error.
        error: Why this point has no answer, as a problem's code and message.
    """

    change: Change
    outputs: Figures
    error: dict[str, str] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"change": self.change, "outputs": self.outputs, "error": self.error}

    @classmethod
    def read(cls, data: dict[str, Any]) -> Point:
        return cls(data["change"], data["outputs"], data["error"])


def evaluate(setting: Setting, changes: Sequence[Change], tell: Tell | None = None) -> list[Point]:
    """Return the points of these changes, in order; fewer when `tell` answers False.

    A point's figures depend on its own change only, so changes may be spread over workers in any
    way.
    """
    if setting.together is not None:
        return setting.together.evaluate(changes, tell)
    found: list[Point] = []
    for number, change in enumerate(changes):
        if tell is not None and not tell(number / len(changes)):
            break

        def told(share: float, number: int = number) -> bool:
            return tell is None or tell((number + share) / len(changes))

        point = _point(setting, change, told)
        if point is None:
            break
        found.append(point)
    return found


def _point(setting: Setting, change: Change, tell: Tell) -> Point | None:
    """Return a point; None when it was stopped in the middle of a simulation."""
    try:
        design = document.load(changed(setting.base, change)) if change else setting.design
        outputs = _figures(setting, design, tell)
        return None if outputs is None else Point(change, outputs)
    except UserError as error:
        first = error.problems[0]
        return Point(change, {}, {"code": first.code, "message": str(error)})


def _figures(setting: Setting, design: Design, tell: Tell) -> Figures | None:
    if setting.engine == "flow":
        return figures(design, setting.book, setting.outputs)
    job = prepare(design, setting.options)
    outcomes, count = [], job.options.replications
    for k in range(count):

        def told(share: float, k: int = k) -> bool:
            return tell((k + share) / count)

        outcomes.append(replicate(job, k, told))
        if outcomes[-1].stopped == "cancelled":
            return None
    return simulated(write(job, outcomes, setting.book), setting.outputs)
