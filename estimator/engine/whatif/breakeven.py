"""Break-even between two designs over load, as a what-if."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from designer import document
from designer.document import Design
from designer.errors import Problem
from estimator.prices import PriceBook, book

from .. import breakeven
from ..alwayson import always_on
from . import spec
from .errors import WhatIfError
from .numbers import Change
from .points import Point, Setting
from .sweep import heading


@dataclass(frozen=True)
class BreakEvenStudy:
    """Crossings are found by bisection, one point after the other: nothing to spread."""

    setting: Setting
    asked: spec.BreakEven
    right: tuple[Design, PriceBook]
    notes: tuple[str, ...]

    @classmethod
    def make(cls, setting: Setting, data: Any) -> BreakEvenStudy:
        asked = spec.read(spec.BreakEven, data)
        if setting.engine != "flow":
            raise WhatIfError('a break-even is answered by the engine "flow"')
        if (asked.right.document is None) != asked.right.always_on:
            message = 'give one of "document" and "always_on"'
            raise WhatIfError([Problem("/spec/right", "invalid", message)])
        if asked.low >= asked.high:
            raise WhatIfError([Problem("/spec/to_factor", "invalid", "must be above from_factor")])
        if asked.right.document is not None:
            right, notes = document.load(asked.right.document), list[str]()
        else:
            right, notes = always_on(setting.design, up_to=max(1.0, asked.high))
        return cls(setting, asked, (right, book(right.model.region)), tuple(notes))

    @property
    def most(self) -> int:
        return 0

    def first(self) -> list[Change]:
        return []

    def more(self, points: Sequence[Point]) -> list[Change]:
        return []

    def result(self, points: Sequence[Point], stopped: str | None = None) -> dict[str, Any]:
        found = breakeven.compare(
            (self.setting.design, self.setting.book), self.right,
            low=self.asked.low, high=self.asked.high, points=self.asked.points,
        )  # fmt: skip
        derived = document.dump(self.right[0]) if self.asked.right.always_on else None
        notes = [*found["notes"], *self.notes]
        return {
            **heading("breakeven", self.setting, stopped),
            **found, "notes": notes, "document": derived,
        }  # fmt: skip
