"""Batches by count or age, and regular reads: closed forms against plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest

from estimator.engine.gathering import (
    buffered,
    closing_scv,
    gathered,
    kept,
    members,
    per_read,
    per_reads,
)
from estimator.engine.whatif.many import Many

CASES = [(10, 1.0, 9.0), (10, 1.0, 3.0), (10, 1.0, 40.0), (100, 2.0, 50.0), (2, 0.5, 1.0),
         (1, 5.0, 3.0), (3, 20.0, 0.01)]  # fmt: skip


def counted(most: int, window_s: float, rate: float) -> tuple[float, float, float]:
    """Return members, wait and share by age of many batches of Poisson arrivals."""
    random = np.random.Generator(np.random.PCG64(1))
    n = 40_000
    further = np.cumsum(random.exponential(1 / rate, (n, max(1, most - 1))), axis=1)
    if most == 1:
        return 1.0, 0.0, 0.0
    closes = np.minimum(window_s, further[:, -1])
    inside = further <= closes[:, None]
    size = 1 + inside.sum(axis=1)
    waits = closes + np.where(inside, closes[:, None] - further, 0.0).sum(axis=1)
    return size.mean(), waits.sum() / size.sum(), (further[:, -1] > window_s).mean()


@pytest.mark.parametrize(("most", "window_s", "rate"), CASES)
def test_a_batch_is_what_renewal_theory_says(most: int, window_s: float, rate: float) -> None:
    found = gathered(most, window_s, rate)
    size, wait_s, aged = counted(most, window_s, rate)
    assert found.members == pytest.approx(size, rel=0.01)
    assert found.wait_s == pytest.approx(wait_s, rel=0.01, abs=1e-12)
    assert found.aged_ratio == pytest.approx(aged, abs=0.01)


def test_figures_of_many_scenarios_are_those_of_each() -> None:
    random = np.random.Generator(np.random.PCG64(2))
    most = random.choice([1.0, 2.0, 5.0, 10.0, 100.0, 10_000.0, math.inf], 500)
    window_s = random.choice([0.0, 0.1, 1.0, 5.0, 300.0], 500)
    rate = np.append(10.0 ** random.uniform(-4, 4, 480), np.zeros(20))
    found = gathered(Many(most), Many(window_s), Many(rate))  # type: ignore[arg-type]
    rows = np.stack((most, window_s, rate), axis=1).tolist()
    each = [gathered(*row) for row in rows]
    for mine, alone in zip(found, zip(*each, strict=True), strict=True):
        np.testing.assert_allclose(mine.values, alone, rtol=1e-8, atol=1e-14)


def test_arrays_and_floats_are_the_same() -> None:
    most = np.array([1.0, 2.0, 10.0, 10.5, 100.0, 10_000.0, 1e18])
    for expected in (1e-9, 0.3, 9.0, 95.0, 9_900.0, 1e6):
        column = np.full(most.shape, expected)
        alone = [gathered(m, 2.0, expected / 2.0).members for m in most]
        assert members(most, column) == pytest.approx(np.array(alone), rel=1e-9)
        reads = [per_read(m, expected) for m in most]
        assert per_reads(most, column) == pytest.approx(np.array(reads), rel=1e-9)


@pytest.mark.parametrize(("most", "mean"), [(10, 9.0), (10, 95.0), (2, 0.4), (100, 20_000.0)])
def test_a_read_is_cut_into_batches(most: int, mean: float) -> None:
    random = np.random.Generator(np.random.PCG64(2))
    found = random.poisson(mean, 200_000)
    batches = np.ceil(found / most).sum()
    assert per_read(most, mean) == pytest.approx(found.sum() / batches, rel=0.005)


def test_ends_join_without_a_step() -> None:
    """Where one end becomes certain, the short way gives what the sum gives."""
    for most in (50, 5_000):
        edge = most - 10 * math.sqrt(most) - 40
        low, high = (gathered(most, 1.0, max(0.1, edge * f)).members for f in (0.9999, 1.0001))
        assert high == pytest.approx(low, rel=1e-3)


@pytest.mark.parametrize(("parts", "window_s", "rate", "sigma"), [
    (14.6, 1e6, 40.0, 0.3), (14.6, 1e6, 40.0, 0.5), (14.6, 1e6, 40.0, 1.0), (3.2, 1e6, 10.0, 0.5),
    (40.0, 1.0, 38.0, 0.5), (40.0, 1.0, 38.0, 1.0), (40.0, 1.0, 5.0, 0.5),
])  # fmt: skip
def test_a_buffer_of_uneven_records_is_what_sampling_gives(
    parts: float, window_s: float, rate: float, sigma: float
) -> None:
    random = np.random.Generator(np.random.PCG64(4))
    n, most = 40_000, int(3 * parts + 30)
    sizes = np.exp(random.normal(-sigma * sigma / 2, sigma, (n, most)))
    times = np.cumsum(random.exponential(1 / rate, (n, most)), axis=1)
    times -= times[:, :1]
    filled = np.cumsum(sizes, axis=1) >= parts
    assert filled.any(axis=1).all()
    by_size = np.take_along_axis(times, filled.argmax(axis=1)[:, None], axis=1)[:, 0]
    closes = np.minimum(window_s, by_size)
    inside = (times <= closes[:, None]) & (np.cumsum(filled, axis=1) - filled == 0)
    size = inside.sum(axis=1)
    waits = np.where(inside, closes[:, None] - times, 0.0).sum(axis=1)
    found = buffered(parts, sigma, window_s, rate)
    assert found.members == pytest.approx(size.mean(), rel=0.012 if sigma < 1.0 else 0.04)
    assert found.wait_s == pytest.approx(waits.sum() / size.sum(), rel=0.03)
    alone = kept(np.array([parts]), np.array([sigma]), np.array([rate * window_s]))
    assert alone[0] == pytest.approx(found.members, rel=1e-9)


def test_a_buffer_of_equal_records_is_full_at_a_whole_number() -> None:
    assert buffered(14.6, 0.0, 1e6, 40.0) == gathered(15.0, 1e6, 40.0)
    assert kept(np.array([14.6]), np.zeros(1), np.array([1e9]))[0] == 15.0


@pytest.mark.parametrize(("most", "window_s", "rate"), CASES)
def test_times_between_batches_vary_as_counted(most: int, window_s: float, rate: float) -> None:
    random = np.random.Generator(np.random.PCG64(5))
    n = 200_000
    first = random.exponential(1 / rate, n)
    full = random.gamma(max(1, most - 1), 1 / rate, n) if most > 1 else np.zeros(n)
    between = first + np.minimum(window_s, full)
    assert closing_scv(most, window_s, rate) == pytest.approx(
        between.var() / between.mean() ** 2, rel=0.02
    )
