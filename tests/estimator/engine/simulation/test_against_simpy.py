"""W2 against the same system in SimPy, at the same statistical weight.

Runs of 20,000 messages spread by several per cent, so a few seconds of SimPy cannot tell 2 %: the
test allows 2 % and the spread of both means. `make bench` compares long runs.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from statistics import fmean, stdev

import pytest

from designer.document import load
from estimator.engine.simulation import prepare, replicate

ROOT = Path(__file__).parents[4]
MESSAGES = 20_000
FIGURES = ("mean_s", "p50_s", "p95_s", "p99_s")


def test_the_pipeline_agrees_with_simpy() -> None:
    pytest.importorskip("simpy")
    models = pytest.importorskip("benchmarks.peers.simpy_models")
    theirs = [models.w2(MESSAGES, seed) for seed in range(1, 9)]
    drawn = load(json.loads((ROOT / "benchmarks/workloads/w2.design.json").read_text()))
    job = prepare(drawn, {"duration_s": 1_000, "drain": True})
    edge = job.names[1].index("e9")
    mine = [replicate(job, k, messages=MESSAGES).completion[edge].summary() for k in range(40)]
    for name in FIGURES:
        a, b = [r[name] for r in mine], [r[name] for r in theirs]
        error = math.hypot(stdev(a) / math.sqrt(len(a)), stdev(b) / math.sqrt(len(b)))
        assert abs(fmean(a) - fmean(b)) <= 0.02 * fmean(b) + 3 * error, name
