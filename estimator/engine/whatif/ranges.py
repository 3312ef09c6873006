"""Ranges: what is uncertain about the inputs, carried to the outputs by sampling.

Latin hypercube: each input's law is cut into as many strata of equal chance as there are samples,
and every stratum is met once; which strata meet is shuffled by the seed.

Source: McKay, Beckman and Conover, A comparison of three methods for selecting values of input
    variables (1979).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from designer.errors import Problem, pointer

from ..flow import Array
from ..laws import normal_quantile
from . import spec
from .errors import WhatIfError
from .numbers import Change, Number, checked, find
from .outputs import wanted
from .points import Point, Setting
from .sweep import heading
from .vector import together

USUAL_SAMPLES = {"flow": 1_000, "simulation": 50}
BINS = 30
NOISE = 1e-9  # relative; closer values are told apart by rounding only
Z99 = 2.3263478740408408  # standard normal quantile of 0.99


@dataclass(frozen=True)
class RangesStudy:
    setting: Setting
    inputs: tuple[Number, ...]
    laws: tuple[spec.Range, ...]
    samples: int
    seed: int

    @classmethod
    def make(cls, setting: Setting, data: Any) -> RangesStudy:
        asked = spec.read(spec.Ranges, data)
        inputs = find(setting.design, [one.pointer for one in asked.inputs])
        samples = asked.samples or USUAL_SAMPLES[setting.engine]
        most = spec.MOST[setting.engine]
        if samples > most:
            message = (
                f'{samples:,} samples; with the engine "{setting.engine}" at most {most:,} are '
                "answered, and a thousand already place the 5th and 95th percentile well: lower "
                '"samples"'
            )
            raise WhatIfError([Problem("/spec/samples", "too-many-points", message)])
        problems = [
            Problem(pointer("spec", "inputs", i), "invalid", text)
            for i, one in enumerate(asked.inputs)
            if (text := _fault(one)) is not None
        ]
        if problems:
            raise WhatIfError(problems)
        ends = [
            (number, [number.fit(v) if one.law == "lognormal" or number.integer else v
                      for v in _quantiles(one, np.array([1e-9, 1 - 1e-9])).tolist()])
            for number, one in zip(inputs, asked.inputs, strict=True)
        ]  # fmt: skip
        checked(setting.design, setting.base, ends)
        setting = replace(setting, outputs=wanted(asked.outputs, setting.engine))
        study = cls(setting, tuple(inputs), asked.inputs, samples, asked.seed)
        at_once = together(setting, ends, study.first())
        return replace(study, setting=replace(setting, together=at_once))

    @property
    def most(self) -> int:
        return 1 + self.samples

    def first(self) -> list[Change]:
        columns = []
        for i, (number, law) in enumerate(zip(self.inputs, self.laws, strict=True)):
            random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, i])))
            u = (random.permutation(self.samples) + random.random(self.samples)) / self.samples
            u = np.clip(u, 1e-12, 1 - 1e-12)
            columns.append(number.fitted(_quantiles(law, u)).tolist())
        places = [n.pointer for n in self.inputs]
        rows = zip(*columns, strict=True)
        return [{}, *(dict(zip(places, row, strict=True)) for row in rows)]

    def more(self, points: Sequence[Point]) -> list[Change]:
        return []

    def result(self, points: Sequence[Point], stopped: str | None = None) -> dict[str, Any]:
        drawn = points[1:]
        return {
            **heading("ranges", self.setting, stopped),
            "inputs": [
                {**n.to_dict(), **law.model_dump(exclude={"pointer"}, exclude_none=True)}
                for n, law in zip(self.inputs, self.laws, strict=True)
            ],
            "samples": len(drawn),
            "failed": sum(p.error is not None for p in drawn),
            "seed": self.seed,
            "base": points[0].outputs if points else {},
            "distributions": {name: self._spread(name, drawn) for name in self.setting.outputs},
        }

    def _spread(self, name: str, points: Sequence[Point]) -> dict[str, Any] | None:
        known = [p for p in points if p.outputs.get(name) is not None]
        if not known:
            return None
        values = np.array([p.outputs[name] for p in known], dtype=float)
        p5, p25, p50, p75, p95 = (
            float(q) for q in np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))
        )
        wide = values.max() - values.min() > NOISE * np.abs(values).max()
        counts, edges = np.histogram(values, bins=BINS if wide else 1)
        return {
            "samples": len(known),
            "mean": math.fsum(values.tolist()) / len(known),
            "least": float(values.min()),
            "p5": p5, "p25": p25, "p50": p50, "p75": p75, "p95": p95,
            "most": float(values.max()),
            "histogram": [
                {"from": float(a), "to": float(b), "count": int(c)}
                for a, b, c in zip(edges, edges[1:], counts, strict=False)
            ],
            "drivers": self._drivers(values, known),
        }  # fmt: skip

    def _drivers(self, values: Array, points: Sequence[Point]) -> list[dict[str, Any]]:
        """Return Spearman's rank correlation of each input with an output, strongest first."""
        if len(points) < 3:
            return []
        ranks = _ranks(values)
        found = []
        for number in self.inputs:
            mine = _ranks(np.array([p.change[number.pointer] for p in points]))
            both = float(np.std(ranks) * np.std(mine))
            share = (
                float(np.mean((ranks - ranks.mean()) * (mine - mine.mean()))) / both
                if both
                else 0.0
            )
            found.append({"pointer": number.pointer, "title": number.title, "correlation": share})
        return sorted(found, key=lambda one: -abs(one["correlation"]))


def _fault(one: spec.Range) -> str | None:
    """Return what is wrong with an input's law, or None."""
    if one.law == "lognormal":
        if one.p50 is None or one.p99 is None:
            return 'a lognormal law needs "p50" and "p99"'
        return None if 0 < one.p50 <= one.p99 else "0 < p50 ≤ p99 must hold"
    if one.low is None or one.high is None:
        return f'a {one.law} law needs "low" and "high"'
    if one.low >= one.high:
        return f'"low" ({one.low:g}) must be below "high" ({one.high:g})'
    if one.law == "triangular":
        if one.expected is None:
            return 'a triangular law needs "expected", its most likely value'
        if not one.low <= one.expected <= one.high:
            return f'"expected" ({one.expected:g}) must be between "low" and "high"'
    return None


def _quantiles(one: spec.Range, u: Array) -> Array:
    """Return the values of an input at the probabilities `u`, 0 < u < 1."""
    if one.p50 is not None and one.p99 is not None and one.law == "lognormal":
        sigma = math.log(one.p99 / one.p50) / Z99
        found: Array = one.p50 * np.exp(sigma * normal_quantile(u))
        return found
    low, high = one.low or 0.0, one.high or 0.0
    if one.law == "uniform":
        return low + (high - low) * u
    mode = one.expected if one.expected is not None else low
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u * (high - low) < mode - low, rising, falling)


def _ranks(values: Array) -> Array:
    """Return ranks from 0; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Array = ((last - counts + last - 1) / 2)[inverse]
    return ranks
