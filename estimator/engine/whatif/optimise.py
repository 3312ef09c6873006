"""Optimise: settings within bounds, the Pareto front of one figure against another, the best.

A setting that loses more of the events than the design as drawn is cheaper by the work it does not
do; it is shown, but is neither on the front nor the best.

A coarse grid first; then, round by round, the values between those of the front and their
neighbours, until nothing lies between or the points are used up.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from designer.errors import Problem

from . import spec
from .errors import WhatIfError
from .numbers import Change, Number, checked, find
from .outputs import OUTPUTS, wanted
from .points import Point, Setting
from .sweep import heading

USUAL_POINTS = {"flow": 400, "simulation": 60}
USUAL_STEPS = 5
NARROW = 1e-3  # of an input's range: closer values are not told apart


LOST = {"flow": ("throttled_per_s", "backlog_growth_per_h"), "simulation": ("refused", "dead")}
MORE = 1e-6  # relative; less than this is no further loss


@dataclass(frozen=True)
class OptimiseStudy:
    """Settings of some numbers, searched.

    Attributes:
        values: Grid of each input, rising; refined between them unless the values were listed.
        tries: Points to evaluate at most, the design as drawn aside.
    """

    setting: Setting
    inputs: tuple[Number, ...]
    values: tuple[tuple[float, ...], ...]
    listed: tuple[bool, ...]
    minimise: str
    target: spec.Target
    tries: int

    @classmethod
    def make(cls, setting: Setting, data: Any) -> OptimiseStudy:
        asked = spec.read(spec.Optimise, data)
        inputs = find(setting.design, [one.pointer for one in asked.inputs])
        most = asked.points or USUAL_POINTS[setting.engine]
        if most > spec.MOST[setting.engine]:
            message = (
                f'{most:,} points; with the engine "{setting.engine}" at most '
                f'{spec.MOST[setting.engine]:,} are answered: lower "points"'
            )
            raise WhatIfError([Problem("/spec/points", "too-many-points", message)])
        steps = _steps(most, len(inputs))
        full = tuple(
            one if one.values or one.steps else one.model_copy(update={"steps": steps})
            for one in asked.inputs
        )
        counts = [one.count for one in full]
        spec.refuse_many(setting.engine, counts, [n.title for n in inputs])
        if math.prod(counts) > most:
            if asked.points is not None:
                message = f"the grid alone has {math.prod(counts):,} points: lower steps or values"
                raise WhatIfError([Problem("/spec/points", "too-many-points", message)])
            most = math.prod(counts)
        values = [sorted(v) for v in spec.grids(inputs, full)]
        checked(setting.design, setting.base, list(zip(inputs, values, strict=True)))
        pair = wanted([asked.minimise], setting.engine, "minimise")
        pair += wanted([asked.target.output], setting.engine, "target")
        if pair[0] == pair[1]:
            raise WhatIfError('"minimise" and the target\'s "output" must be two figures')
        outputs = wanted([*pair, *asked.outputs, *LOST[setting.engine]], setting.engine)
        return cls(
            replace(setting, outputs=outputs), tuple(inputs), tuple(map(tuple, values)),
            tuple(one.values is not None for one in full), asked.minimise, asked.target, most,
        )  # fmt: skip

    @property
    def most(self) -> int:
        if all(self.listed):  # Nothing lies between listed values.
            return 1 + math.prod(len(v) for v in self.values)
        return 1 + self.tries

    def first(self) -> list[Change]:
        ways = itertools.product(*self.values)
        return [{}, *(self._change(way) for way in ways)]

    def more(self, points: Sequence[Point]) -> list[Change]:
        left = self.most - len(points)
        if left <= 0:
            return []
        known = {tuple(p.change.values()) for p in points}
        axes = [sorted({p.change[n.pointer] for p in points if p.change}) for n in self.inputs]
        fresh: dict[tuple[float, ...], None] = {}
        front = self.front(points)
        for index in sorted(front, key=lambda i: not self.meets(points[i], points[0])):
            if points[index].change:
                for way in self._between(tuple(points[index].change.values()), axes):
                    if way not in known:
                        fresh.setdefault(way)
        return [self._change(way) for way in itertools.islice(fresh, left)]

    def _between(
        self, at: tuple[float, ...], axes: list[list[float]]
    ) -> Iterator[tuple[float, ...]]:
        """Yield settings halfway from this one to its neighbours, one input at a time."""
        for i, (number, axis) in enumerate(zip(self.inputs, axes, strict=True)):
            if self.listed[i]:
                continue
            position, width = axis.index(at[i]), axis[-1] - axis[0]
            for beside in (position - 1, position + 1):
                if not 0 <= beside < len(axis) or abs(axis[beside] - at[i]) < NARROW * width:
                    continue
                middle = number.fit(float(f"{(axis[beside] + at[i]) / 2:.12g}"))
                if middle not in axis:
                    yield (*at[:i], middle, *at[i + 1 :])

    def result(self, points: Sequence[Point], stopped: str | None = None) -> dict[str, Any]:
        shown = [
            {
                "values": list(p.change.values()),
                "patch": [{"pointer": k, "value": _plain(v)} for k, v in p.change.items()],
                "outputs": p.outputs,
                "error": p.error,
                "carries": self.carries(p, points[0]),
                "meets": self.meets(p, points[0]),
            }
            for p in points
        ]
        front = self.front(points)
        good = [i for i in front if self.meets(points[i], points[0])]
        best = min(good, key=lambda i: self._pair(points[i]) or (0.0, 0.0), default=None)
        return {
            **heading("optimise", self.setting, stopped),
            "inputs": [
                {**n.to_dict(), "values": list(v)}
                for n, v in zip(self.inputs, self.values, strict=True)
            ],
            "minimise": self.minimise,
            "target": self.target.model_dump(),
            "base": points[0].outputs if points else {},
            "points": shown,
            "front": front,
            "best": best,
        }

    def carries(self, point: Point, drawn: Point) -> bool:
        """Tell whether a point loses no more of the events than the design as drawn."""
        for name in LOST[self.setting.engine]:
            here, there = point.outputs.get(name), drawn.outputs.get(name) or 0.0
            if here is None or here > there * (1 + MORE) + MORE:
                return False
        return True

    def meets(self, point: Point, drawn: Point) -> bool:
        """Tell whether a point reaches the target and carries the load."""
        if not self.carries(point, drawn):
            return False
        value = point.outputs.get(self.target.output)
        if value is None:
            return False
        low, high = self.target.at_least, self.target.at_most
        return (high is None or value <= high) and (low is None or value >= low)

    def front(self, points: Sequence[Point]) -> list[int]:
        """Return the points that no other beats in both figures, cheapest first."""
        pairs = [
            (pair, i)
            for i, p in enumerate(points)
            if self.carries(p, points[0]) and (pair := self._pair(p)) is not None
        ]
        kept, least = list[int](), float("inf")
        for (_, second), i in sorted(pairs):
            if second < least:
                kept.append(i)
                least = second
        return kept

    def _pair(self, point: Point) -> tuple[float, float] | None:
        """Return both figures so that less is better."""
        first, second = (point.outputs.get(n) for n in (self.minimise, self.target.output))
        if first is None or second is None:
            return None
        sign = 1 if OUTPUTS[self.target.output].less else -1
        return (first if OUTPUTS[self.minimise].less else -first), sign * second

    def _change(self, way: Sequence[float]) -> Change:
        return dict(zip((n.pointer for n in self.inputs), way, strict=True))


def _steps(most: int, inputs: int) -> int:
    """Return how many values of each input make a first grid of about half the points."""
    steps = 2
    while (steps + 1) ** inputs <= most / 2 and steps < 4 * USUAL_STEPS:
        steps += 1
    return steps


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
