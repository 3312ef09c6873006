"""Sweep: the design at every combination of some values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import spec
from .numbers import Change, Number, checked, find
from .outputs import OUTPUTS, wanted
from .points import Point, Setting
from .vector import together


@dataclass(frozen=True)
class SweepStudy:
    setting: Setting
    inputs: tuple[Number, ...]
    values: tuple[tuple[float, ...], ...]

    @classmethod
    def make(cls, setting: Setting, data: Any) -> SweepStudy:
        """Read and check a sweep.

        Raises:
            WhatIfError: See its problems.
        """
        asked = spec.read(spec.Sweep, data)
        inputs = find(setting.design, [one.pointer for one in asked.inputs])
        counts = [one.count for one in asked.inputs]
        spec.refuse_many(setting.engine, counts, [n.title for n in inputs])
        values = spec.grids(inputs, asked.inputs)
        checked(setting.design, setting.base, list(zip(inputs, values, strict=True)))
        setting = replace(setting, outputs=wanted(asked.outputs, setting.engine))
        study = cls(setting, tuple(inputs), tuple(map(tuple, values)))
        pairs = list(zip(inputs, values, strict=True))
        at_once = together(setting, pairs, study.first())
        return replace(study, setting=replace(setting, together=at_once))

    @property
    def most(self) -> int:
        return 1 + math.prod(len(v) for v in self.values)

    def first(self) -> list[Change]:
        places = [n.pointer for n in self.inputs]
        ways = itertools.product(*self.values)
        return [{}, *(dict(zip(places, way, strict=True)) for way in ways)]

    def more(self, points: Sequence[Point]) -> list[Change]:
        return []

    def result(self, points: Sequence[Point], stopped: str | None = None) -> dict[str, Any]:
        return {
            **heading("sweep", self.setting, stopped),
            "inputs": [
                {**n.to_dict(), "values": list(v)}
                for n, v in zip(self.inputs, self.values, strict=True)
            ],
            "base": points[0].outputs if points else {},
            "points": [
                {"values": list(p.change.values()), "outputs": p.outputs, "error": p.error}
                for p in points[1:]
            ],
        }


def heading(kind: str, setting: Setting, stopped: str | None) -> dict[str, Any]:
    """Return what every answer begins with."""
    return {
        "kind": kind,
        "engine": setting.engine,
        "design_name": setting.design.name,
        "region": setting.design.model.region,
        "price_date": str(setting.book.date),
        "currency": setting.book.currency,
        "stopped": stopped,
        "outputs": [OUTPUTS[name].to_dict() for name in setting.outputs],
    }
