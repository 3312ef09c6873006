"""Percentiles of sums in many scenarios are those of sorting every scenario's samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from designer.catalog.base import (
    Constant,
    Exponential,
    Gathering,
    Law,
    Lognormal,
    Maybe,
    Uniform,
)
from estimator.engine.laws import SAMPLES, samples
from estimator.engine.whatif.many import Many, mapped
from estimator.engine.whatif.quantiles import percentiles

COUNT = 150
SHARES = (0.5, 0.9, 0.99)


def drawn(seed: int, low: float, high: float) -> Any:
    return Many(np.random.Generator(np.random.PCG64(seed)).uniform(low, high, COUNT))


FIXED: list[Law] = [Lognormal(0.1, 0.4), Maybe(0.01, Lognormal(0.3, 0.9)), Constant(0.02)]
MOVING: dict[str, list[Law]] = {
    "constant": [Constant(drawn(1, 0.0, 1.0))],
    "uniform": [Uniform(drawn(1, 0.0, 0.1), drawn(2, 0.1, 2.0))],
    "gathering": [Gathering(drawn(1, 0.1, 3.0), drawn(2, 0.0, 1.0))],
    "exponential": [Exponential(drawn(1, 0.001, 2.0))],
    "lognormal": [Lognormal(drawn(1, 0.01, 0.2), drawn(2, 0.2, 5.0))],
    "share": [Maybe(drawn(1, 0.001, 0.999), Lognormal(0.2, drawn(2, 0.3, 0.9)))],
    "all": [
        Exponential(drawn(1, 0.001, 2.0)),
        Maybe(drawn(2, 0.0, 0.3), Exponential(drawn(3, 0.1, 4.0))),
        Lognormal(drawn(4, 0.01, 0.2), drawn(5, 0.2, 5.0)),
        Uniform(0.0, drawn(6, 0.1, 2.0)),
    ],
    "none": [],
}  # fmt: skip


@pytest.mark.parametrize("name", MOVING)
def test_percentiles_are_those_of_sorting_every_sample(name: str) -> None:
    laws = [*FIXED, *MOVING[name]]
    found = percentiles(laws, SHARES, COUNT)
    for row in range(COUNT):
        alone = [mapped(law, lambda many, row=row: float(many.values[row])) for law in laws]
        total = sum(samples(law, place) for place, law in enumerate(alone))
        mine = [column[row] for column in found]
        assert mine == pytest.approx(np.quantile(total, SHARES), rel=1e-10)


def test_equal_scenarios_have_one_percentile() -> None:
    same = Many(np.full(3 * SAMPLES, 0.25) * (1.0 + 1e-16 * np.arange(3 * SAMPLES)))
    found = percentiles([Exponential(same), Constant(1.0)], (0.99,), 3 * SAMPLES)[0]
    assert found == pytest.approx(np.full(3 * SAMPLES, found[0]), rel=1e-12)
    assert found[0] == pytest.approx(1.0 + 0.25 * np.log(100), rel=0.02)
