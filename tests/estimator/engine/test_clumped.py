"""Batches of members that come in clumps against plain counting, which knows no formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from estimator.engine.clumped import found_ratio, gathered_in_clumps, read_in_clumps
from estimator.engine.gathering import gathered, met, per_read

N = 120_000


def clump_times(rate: float, scv: float, n: int = N) -> np.ndarray:
    random = np.random.Generator(np.random.PCG64(7))
    c = math.sqrt(scv)
    return np.cumsum((1 - c) / rate + random.exponential(c / rate, n))


def counted(
    most: int, window_s: float, rate: float, clump: int, scv: float
) -> tuple[float, float, float]:
    """Return members, wait and others met, following one event after another."""
    sizes, waits, opened, held = list[int](), 0.0, 0.0, list[float]()
    for t in clump_times(rate / clump, scv):
        if held and t > opened + window_s:
            sizes.append(len(held))
            waits += sum(opened + window_s - x for x in held)
            held = []
        for _ in range(clump):
            if not held:
                opened = t
            held.append(t)
            if len(held) == most:
                sizes.append(most)
                waits += sum(t - x for x in held)
                held = []
    size = np.array(sizes, dtype=float)
    return size.mean(), waits / size.sum(), (size * (size - 1)).sum() / size.sum()


@pytest.mark.parametrize("scv", [1.0, 0.2, 0.0])
@pytest.mark.parametrize(("most", "window_s", "rate", "clump"), [
    (10, 1.0, 4.0, 4), (4, 2.0, 20.0, 10), (10, 2.0, 40.0, 10), (100, 2.0, 40.0, 7),
    (10, 1.0, 2.0, 3), (7, 5.0, 9.0, 3), (10, 1.0, 8.5, 1), (300, 60.0, 5.0, 4),
    (200, 60.0, 5.0, 4), (2_000, 60.0, 9.0, 7),
])  # fmt: skip
def test_batches_of_clumps_are_what_counting_gives(
    most: int, window_s: float, rate: float, clump: int, scv: float
) -> None:
    found = gathered_in_clumps(most, window_s, rate, float(clump), scv)
    size, wait_s, others = counted(most, window_s, rate, clump, scv)
    assert found.members == pytest.approx(size, rel=0.015)
    assert found.wait_s == pytest.approx(wait_s, rel=0.03, abs=1e-9)
    assert found.others == pytest.approx(others, rel=0.02)


def test_clumps_of_one_are_single_events() -> None:
    for most, window_s, rate in ((10, 1.0, 9.0), (10, 1.0, 40.0), (500, 2.0, 7.0)):
        alone = gathered(most, window_s, rate)
        found = gathered_in_clumps(most, window_s, rate, 1.0, 1.0)
        assert found.members == pytest.approx(alone.members, rel=1e-6)
        assert found.wait_s == pytest.approx(alone.wait_s, rel=1e-6)
        assert found.others == pytest.approx(met(window_s, 0.0, most, rate), rel=1e-6)


@pytest.mark.parametrize("scv", [1.0, 0.2, 0.0])
@pytest.mark.parametrize(("rate", "interval_s"), [(0.4, 1.0), (3.0, 1.0), (1.0, 0.3)])
def test_a_read_finds_a_clump_with_the_chance_of_counting(
    rate: float, interval_s: float, scv: float
) -> None:
    times = clump_times(rate, scv)
    reads = np.unique(np.floor(times / (interval_s * 1.0000917)))
    assert found_ratio(interval_s, rate, scv) == pytest.approx(
        reads.size / (times[-1] / interval_s), rel=0.015
    )


@pytest.mark.parametrize("scv", [1.0, 0.2, 0.0])
@pytest.mark.parametrize(("most", "rate", "clump"), [
    (100, 2.0, 5), (10, 30.0, 10), (10, 30.0, 4), (1_000, 50.0, 10), (4, 3.0, 10),
])  # fmt: skip
def test_reads_of_clumps_are_cut_as_counting_cuts_them(
    most: int, rate: float, clump: int, scv: float
) -> None:
    times = clump_times(rate / clump, scv)
    _, there = np.unique(np.floor(times / 1.0000917), return_counts=True)
    events = there * clump
    batches = np.ceil(events / most).sum()
    found = read_in_clumps(most, 1.0, rate, float(clump), scv, 0.0)
    assert found.members == pytest.approx(events.sum() / batches, rel=0.03)
    full, rest = np.divmod(events, most)
    others = (full * most * (most - 1) + rest * (rest - 1)).sum() / events.sum()
    assert found.others == pytest.approx(others, rel=0.12)


def test_single_events_are_read_as_before() -> None:
    for most, rate in ((100, 2.0), (10, 40.0)):
        found = read_in_clumps(most, 1.0, rate, 1.0, 1.0, 0.0)
        assert found.members == pytest.approx(per_read(most, rate), rel=1e-3)


def test_clumps_that_nearly_fill_a_batch_close_it_by_count():
    """1,000 a second come together: every batch has its 1,024, whatever the last one left over."""
    found = gathered_in_clumps(1_024.0, 60.0, 1_000.0, 1_000.0, 0.0)
    assert found.members == pytest.approx(1_024)


@pytest.mark.parametrize("rate", [0.0, 1e-18, 1e-9])
def test_reads_of_next_to_nothing_find_one_clump(rate):
    found = read_in_clumps(100.0, 1.0, rate, 3.0, 1.0, 0.0)
    assert found.members == pytest.approx(3.0)
