"""Callers that keep a place while they wait: for as long as what they called really takes."""

from __future__ import annotations

from typing import Any

import pytest

from designer.document import Design
from estimator.engine.queueing import erlang_b
from estimator.engine.simulation import Outcome, prepare, replicate, simulate
from estimator.engine.simulation.run import LIVE, Job
from estimator.prices import book

from ..designs import CALL, INVOKE, client, design

COLD = {"cold_p50_ms": 0.01, "cold_p99_ms": 0.01}


def function(**more: Any) -> dict[str, Any]:
    return {"type": "lambda_function", "duration_ms": 10, "run_law": "constant", "timeout_s": 60,
            "reserved_concurrency": 500, **COLD} | more  # fmt: skip


def chain(rate_per_s: float, places: int, **more: Any) -> Design:
    """Return a function that waits for another, which has some places."""
    called = function(duration_ms=100, run_law="exponential", reserved_concurrency=places)
    return design(
        {"c": client(rate_per_s), "f": function(**more), "g": called},
        [("c", "f", CALL), ("f", "g", INVOKE)],
    )


def time_of(job: Job, outcome: Outcome, name: str) -> float:
    found = outcome.stages[job.names[0].index(name)].time
    assert found is not None
    return found.mean_s


def travel_s(job: Job) -> float:
    return sum(item.law.mean_s for item in job.network.edges[1].hop.latency)


def test_a_caller_s_time_is_that_of_what_it_really_waited_for() -> None:
    """Two places with 2 erlangs refuse 0.4 of the calls (Erlang): these take no time there."""
    job = prepare(chain(20, 2), {"duration_s": 2_000, "replications": 1})
    assert job.engine == "events"
    assert "f waits for g, and g may be full" in job.plan.blockers
    outcome = replicate(job, 0)
    lost = erlang_b(2, 2.0)
    assert outcome.edges[1].refused / outcome.edges[1].arrived == pytest.approx(lost, rel=0.04)
    expected = 0.01 + travel_s(job) + (1 - lost) * 0.1
    assert time_of(job, outcome, "f") == pytest.approx(expected, rel=0.03)
    drawn = prepare(chain(20, 2), {"duration_s": 2_000, "replications": 1}, live=False)
    assert time_of(drawn, replicate(drawn, 0), "f") > 1.3 * expected


def test_callers_that_wait_use_up_their_own_places() -> None:
    """When a call takes 1 s instead of 0.1 s, five places carry five a second, not thirty."""
    slow = [{"kind": "slow", "node": "g", "begin_s": 0, "end_s": 600, "value": 10}]
    drawn = chain(30, 400, reserved_concurrency=5)
    job = prepare(drawn, {"duration_s": 600, "replications": 1, "faults": slow})
    outcome = replicate(job, 0)
    whole_s = 0.01 + travel_s(job) + 1.0
    lost = erlang_b(5, 30 * whole_s)
    assert outcome.edges[0].refused / outcome.edges[0].arrived == pytest.approx(lost, rel=0.02)
    assert time_of(job, outcome, "f") == pytest.approx(whole_s, rel=0.05)


def test_a_fault_of_what_is_called_is_felt_by_who_waits() -> None:
    slow = [{"kind": "slow", "node": "t", "begin_s": 0, "end_s": 60, "value": 10}]
    drawn = design(
        {"c": client(20), "f": function(), "t": {"type": "dynamodb_table"}},
        [("c", "f", CALL), ("f", "t", INVOKE)],
    )
    calm = prepare(drawn, {"duration_s": 60, "replications": 1})
    ill = prepare(drawn, {"duration_s": 60, "replications": 1, "faults": slow})
    assert (calm.engine, ill.engine) == ("paths", "events")
    usual = time_of(calm, replicate(calm, 0), "f") - 0.01
    late = time_of(ill, replicate(ill, 0), "f") - 0.01
    assert late == pytest.approx(10 * usual, rel=0.1)


def test_waits_reach_through_chains_and_nobody_is_left() -> None:
    """Every call is answered once, refused and failed ones too, several in a row as well."""
    drawn = design(
        {"c": client(20), "f": function(error_ratio=0.1), "m": function(reserved_concurrency=50),
         "g": function(duration_ms=80, reserved_concurrency=2, error_ratio=0.2)},
        [("c", "f", CALL), ("f", "m", INVOKE | {"calls_per_event": 1.5}), ("m", "g", INVOKE)],
    )  # fmt: skip
    job = prepare(drawn, {"duration_s": 200, "drain": True, "replications": 1})
    assert job.engine == "events"
    outcome = replicate(job, 0)
    assert all(e.inside == 0 and e.underway == 0 for e in outcome.edges)
    assert outcome.edges[2].refused > 0
    assert outcome.edges[0].passed + outcome.edges[0].dead == outcome.edges[0].arrived
    assert outcome.edges[1].arrived == pytest.approx(1.5 * outcome.edges[0].arrived, rel=0.05)
    assert time_of(job, outcome, "f") > 0.01 + 1.4 * time_of(job, outcome, "m")


def test_a_caller_of_batches_waits_for_all_of_its_calls() -> None:
    """A batch of five that calls for each event, one call after another, waits five times."""
    mapping = {"type": "lambda_sqs_mapping", "batch_size": 5, "window_s": 20}
    slow = [{"kind": "slow", "node": "g", "begin_s": 0, "end_s": 300, "value": 1}]
    called = function(duration_ms=100)
    drawn = design(
        {"c": client(10), "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
         "f": function(), "g": called},
        [("c", "q", CALL), ("q", "f", mapping), ("f", "g", INVOKE)],
    )  # fmt: skip
    job = prepare(drawn, {"duration_s": 300, "replications": 1, "faults": slow})
    assert job.engine == "events"
    outcome = replicate(job, 0)
    call_s = 0.1 + sum(item.law.mean_s for item in job.network.edges[2].hop.latency)
    assert time_of(job, outcome, "f") == pytest.approx(0.01 + 5 * call_s, rel=0.05)


def test_a_callee_that_is_never_full_needs_no_event() -> None:
    job = prepare(chain(1, 400), {"duration_s": 60})
    assert (job.engine, job.plan.drawn) == ("paths", ())


def test_a_simulation_too_large_to_follow_says_that_waits_are_drawn() -> None:
    result = simulate(
        chain(20, 2), book("us-east-1"), {"duration_s": LIVE / 20 * 1.2, "replications": 1}
    )
    assert result["engine"] == "paths"
    (found,) = [f for f in result["findings"] if f["id"] == "simulation-waits-drawn"]
    assert "f waits for g, and g may be full" in found["message"]
