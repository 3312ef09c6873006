"""One scenario on floats gives what many scenarios on arrays give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from designer.document import load
from estimator.engine.closed import settle
from estimator.engine.flow import solve
from estimator.engine.network import Network, compile_design
from estimator.engine.uncapped import Grid, _by_arrays
from estimator.engine.whatif.passing import Passed
from tests import documents

PLACES = [*Path("designer/examples").glob("*.json"), *Path("benchmarks/workloads").glob("*.json")]
KINDS = ("offered", "served", "requests", "batch", "size_kib", "attempts", "given_up", "throttled",
         "backlog", "produced")  # fmt: skip


def looped(gain: float, error_ratio: float = 0.1) -> dict[str, Any]:
    document = documents.chain(3, rate_per_s=100)
    document["model"]["nodes"][4]["service"]["error_ratio"] = error_ratio
    back = {"type": "lambda_call", "calls_per_event": gain}
    document["model"]["edges"].append(
        {"id": "back", "source": "handler2", "target": "queue0", "connection": back}
    )
    return document


def two_sizes(gain: float) -> dict[str, Any]:
    """Large events come round in a loop that small ones enter half-way."""
    document = looped(gain)
    document["model"]["nodes"].append(
        {"id": "small", "service": {"type": "client", "rate_per_s": 7, "payload_kib": 0.5}}
    )
    document["model"]["nodes"][0]["service"]["payload_kib"] = 40.0
    document["model"]["edges"].append(
        {
            "id": "enter",
            "source": "small",
            "target": "queue1",
            "connection": {"type": "client_call"},
        }
    )
    return document


DOCUMENTS = {p.name.split(".")[0]: json.loads(p.read_text()) for p in sorted(PLACES)}
DOCUMENTS |= {f"loop_{gain}": looped(gain) for gain in (0.05, 0.5, 0.95)}
DOCUMENTS["sizes"] = two_sizes(0.5)
DOCUMENTS["chain"] = documents.chain(12, rate_per_s=300)


def network(name: str) -> Network:
    compiled = compile_design(load(DOCUMENTS[name]))
    settle(compiled)
    return compiled


@pytest.mark.parametrize("name", DOCUMENTS)
def test_floats_and_arrays_solve_alike_with_and_without_caps(name: str) -> None:
    compiled = network(name)
    for scale in (0.01, 1.0, 3.0, 20.0, 500.0):
        for capped in (True, False):
            one = solve(compiled, np.array([scale]), capped=capped)
            two = solve(compiled, np.array([scale, scale]), capped=capped)
            for kind in KINDS:
                for mine, theirs in zip(getattr(one, kind), getattr(two, kind), strict=True):
                    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-8, atol=1e-9)
            for mine, theirs in zip(one.caps, two.caps, strict=True):
                assert [c.cap for c in mine] == [c.cap for c in theirs]
                for a, b in zip(mine, theirs, strict=True):
                    np.testing.assert_allclose(a.load[0], b.load[0], rtol=1e-8, atol=1e-9)
                    np.testing.assert_allclose(a.floor[0], b.floor[0], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_straight_lines_give_the_loads_of_every_scale(name: str) -> None:
    compiled = network(name)
    if compiled.hours > 1 or any(e.hop.per_request for e in compiled.edges):
        pytest.skip("hours, or events made per request: solved by arrays")
    scales = np.geomspace(1e-3, 1e3, 13)
    mine, theirs = Grid(compiled).loads(scales), _by_arrays(compiled, scales)
    np.testing.assert_allclose(mine.load, theirs.load, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(mine.floor, theirs.floor, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_many_scenarios_let_through_carry_what_sweeps_find(name: str) -> None:
    compiled = network(name)
    scales = np.array([1e-3, 0.5, 1.0, 40.0, 3_000.0])
    free, limited = solve(compiled, scales, capped=False), solve(compiled, scales)
    passed = Passed.of(compiled, free.produced, len(scales))
    if passed is None:
        assert compiled.hours > 1 or any(e.hop.per_request for e in compiled.edges)
        return
    for flow, which in ((free, passed.over | True), (limited, ~passed.over)):
        for kind in KINDS:
            for mine, theirs in zip(getattr(passed.flow(), kind), getattr(flow, kind), strict=True):
                np.testing.assert_allclose(mine[which], theirs[which], rtol=1e-8, atol=1e-9)
        for mine, theirs in zip(passed.flow().caps, flow.caps, strict=True):
            for a, b in zip(mine, theirs, strict=True):
                np.testing.assert_allclose(a.load[which], b.load[which], rtol=1e-8, atol=1e-9)
                np.testing.assert_allclose(a.floor[which], b.floor[which], rtol=1e-8, atol=1e-9)
        for pool, (shared, _, _) in passed.flow().pools.items():
            np.testing.assert_allclose(shared[which], flow.pools[pool][0][which], rtol=1e-8)
