"""The simulation against queueing theory: W1 is Erlang, W3 is Erlang C, to 1 %."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from designer.document import load
from estimator.engine.queueing import erlang_c
from estimator.engine.simulation import Outcome, prepare, replicate

ROOT = Path(__file__).parents[4]
SHARES = (0.5, 0.95, 0.99)
MESSAGES = 20_000_000


def run(name: str, warm_s: float) -> tuple[float, list[float]]:
    """Return mean and percentiles of the completion time over 20 million messages.

    The first seconds start empty; they are one part in hundreds of the run, so they shift no
    figure by 0.1 % and are kept.
    """
    drawn = load(json.loads((ROOT / f"benchmarks/workloads/{name}.design.json").read_text()))
    job = prepare(drawn, {"duration_s": 2 * MESSAGES / 1000, "drain": True, "replications": 1})
    outcome: Outcome = replicate(job, 0, messages=MESSAGES)
    assert warm_s < 0.01 * MESSAGES / 1000
    (histogram,) = outcome.completion.values()
    assert histogram.count == MESSAGES
    return histogram.mean_s, histogram.quantiles(SHARES)


def bisected(tail, share: float) -> float:  # type: ignore[no-untyped-def]
    low, high = 0.0, 10.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 1 - share else (low, middle)
    return low


def test_a_tandem_of_five_single_servers_is_erlang() -> None:
    """By Burke's theorem: the sum of five exponential times of rate 250 per second."""

    def tail(t: float) -> float:
        return math.exp(-250 * t) * sum((250 * t) ** k / math.factorial(k) for k in range(5))

    mean, found = run("w1", warm_s=1.0)
    assert mean == pytest.approx(0.020, rel=0.01)
    assert found == pytest.approx([bisected(tail, s) for s in SHARES], rel=0.01)


def test_fifty_servers_with_one_queue_are_erlang_c() -> None:
    """M/M/50 at 0.9: waiting by Erlang's second formula, then an exponential service."""
    servers, mu, rate = 50, 1 / 0.045, 1000.0
    late = float(erlang_c(servers, rate / mu))
    theta = servers * mu - rate

    def tail(t: float) -> float:
        both = (theta * math.exp(-mu * t) - mu * math.exp(-theta * t)) / (theta - mu)
        return (1 - late) * math.exp(-mu * t) + late * both

    mean, found = run("w3", warm_s=5.0)
    assert mean == pytest.approx(late / theta + 1 / mu, rel=0.01)
    assert found == pytest.approx([bisected(tail, s) for s in SHARES], rel=0.01)
