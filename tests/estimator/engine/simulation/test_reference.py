"""The compiled sample paths against the reference engine: equal to the bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document import Design, load
from estimator.engine.errors import Unstable
from estimator.engine.simulation import OptionsError, paths, prepare, reference
from estimator.engine.simulation.run import Job

from .equality import differences
from .random_designs import designs, troubles

ROOT = Path(__file__).parents[4]
WORKLOADS = sorted((ROOT / "benchmarks/workloads").glob("*.design.json"))
EXAMPLES = sorted((ROOT / "designer/examples").glob("*.design.json"))
MESSAGES = 4_000


def read(path: Path) -> Design:
    return load(json.loads(path.read_text()))


def both(job: Job, chunk: int = paths.CHUNK) -> list[str]:
    """Return where the two engines differ on a job."""
    options = job.options
    known: dict[str, Any] = {
        "seed": options.seed,
        "duration_s": options.duration_s,
        "drain": options.drain,
    }
    fast = paths.run(job.plan, job.names, chunk=chunk, **known)
    return differences(job, fast, reference.run(job.plan, job.names, **known))


@pytest.mark.parametrize("drain", [True, False])
@pytest.mark.parametrize("path", WORKLOADS + EXAMPLES, ids=lambda p: p.name.split(".")[0])
def test_both_engines_count_the_same_to_the_bit(path: Path, drain: bool) -> None:
    drawn = read(path)
    rate = prepare(drawn, {"duration_s": 60}).plan.events_per_s
    job = prepare(drawn, {"duration_s": min(86_400.0, max(3.0, MESSAGES / rate)), "drain": drain})
    assert both(job) == []


FAULTS = [
    {"kind": "stop", "node": "b", "begin_s": 3, "end_s": 9},
    {"kind": "errors", "node": "b", "begin_s": 1, "end_s": 8, "value": 0.5},
    {"kind": "slow", "node": "a", "begin_s": 2, "end_s": 6, "value": 4},
    {"kind": "places", "node": "a", "begin_s": 4, "end_s": 7, "value": 0.2},
    {"kind": "surge", "begin_s": 1, "end_s": 3, "value": 3},
    {"kind": "poison", "node": "b", "begin_s": 2},
]


@pytest.mark.parametrize("chunk", [1 << 9, 1 << 15])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f["kind"])
def test_faults_are_the_same_to_the_bit(fault: dict[str, Any], chunk: int) -> None:
    drawn = read(ROOT / "benchmarks/workloads/w2.design.json")
    job = prepare(drawn, {"duration_s": 6, "drain": True, "faults": [fault | {"end_s": 5.5}]
                          if fault["kind"] != "poison" else [fault]})  # fmt: skip
    assert both(job, chunk) == []


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_random_designs_are_the_same_to_the_bit(data: st.DataObject) -> None:
    drawn = data.draw(designs())
    faults = data.draw(troubles(drawn))
    options = {"duration_s": 30, "drain": data.draw(st.booleans()), "faults": faults,
               "seed": data.draw(st.integers(0, 1000))}  # fmt: skip
    try:
        job = prepare(drawn, options, live=False)
    except (Unstable, OptionsError):
        return
    if not job.plan.blockers:
        assert both(job, data.draw(st.sampled_from((1 << 9, 1 << 15)))) == []
