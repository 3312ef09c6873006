"""Sensitivity: each number a little less and a little more, and how far the answers move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from designer.errors import Problem

from . import spec
from .errors import WhatIfError
from .numbers import Change, Number, find, numbers
from .outputs import Figures, wanted
from .points import Point, Setting
from .sweep import heading

NOISE = 1e-9  # relative; what moves less is rounding


@dataclass(frozen=True)
class SensitivityStudy:
    """Each number is moved by a share of itself, within its bounds, the others as drawn."""

    setting: Setting
    share: float
    moved: tuple[tuple[Number, float, float], ...]

    @classmethod
    def make(cls, setting: Setting, data: Any) -> SensitivityStudy:
        asked = spec.read(spec.Sensitivity, data)
        if asked.pointers:
            chosen = find(setting.design, list(asked.pointers), "pointers")
        else:
            chosen = [n for n in numbers(setting.design) if n.assumed or not asked.assumed]
        moved = []
        for number in chosen:
            if number.value:  # What is open or zero has no share to be moved by.
                low = number.fit(number.value * (1 - asked.change))
                high = number.fit(number.value * (1 + asked.change))
                if number.integer and low == high:
                    low, high = number.fit(number.value - 1), number.fit(number.value + 1)
                moved.append((number, low, high))
        most = spec.MOST[setting.engine]
        if 2 * len(moved) + 1 > most:
            message = (
                f"{len(moved):,} numbers make {2 * len(moved) + 1:,} points; with the engine "
                f'"{setting.engine}" at most {most:,} are answered: name at most '
                f'{(most - 1) // 2:,} numbers in "pointers", or set "assumed"'
            )
            raise WhatIfError([Problem("/spec/pointers", "too-many-points", message)])
        outputs = wanted(asked.outputs, setting.engine)
        return cls(replace(setting, outputs=outputs), asked.change, tuple(moved))

    @property
    def most(self) -> int:
        return 1 + 2 * len(self.moved)

    def first(self) -> list[Change]:
        sides = [{n.pointer: v} for n, *both in self.moved for v in both]
        return [{}, *sides]

    def more(self, points: Sequence[Point]) -> list[Change]:
        return []

    def result(self, points: Sequence[Point], stopped: str | None = None) -> dict[str, Any]:
        base = points[0].outputs if points else {}
        rows, still = [], 0
        for i, (number, low, high) in enumerate(self.moved):
            pair = points[1 + 2 * i : 3 + 2 * i]
            if len(pair) < 2:
                break
            row = {
                **number.to_dict(),
                "low_value": low,
                "high_value": high,
                "low": pair[0].outputs,
                "high": pair[1].outputs,
                "base": base,
                "error": pair[0].error or pair[1].error,
            }
            if row["error"] is None and not any(swing(row, n) for n in self.setting.outputs):
                still += 1
            else:
                rows.append(row)
        first = self.setting.outputs[0]
        rows.sort(key=lambda row: (row["error"] is not None, -swing(row, first)))
        return {
            **heading("sensitivity", self.setting, stopped),
            "change": self.share,
            "base": base,
            "rows": rows,
            "unmoved": still,
        }


def swing(row: dict[str, Any], name: str) -> float:
    """Return how far an output moves between the two sides of a row and the design as drawn."""
    sides: list[Figures] = [row["low"], row["high"], row["base"]]
    values = [v for side in sides if (v := side.get(name)) is not None]
    if len(values) < len(sides):  # An answer appears or goes away: that is the most it can move.
        return math.inf if values else 0.0
    width = max(values) - min(values)
    return width if width > NOISE * max(abs(v) for v in values) else 0.0
