"""Executions of workflows: what their tasks call, how often, and for how long they wait."""

from __future__ import annotations

from typing import Any

import pytest

from designer.document import Design
from estimator.engine.queueing import erlang_b
from estimator.engine.simulation import Outcome, prepare, replicate
from estimator.engine.simulation.histogram import UNIT
from estimator.engine.simulation.run import Job

from ..designs import CALL, client, design

COLD = {"cold_p50_ms": 0.01, "cold_p99_ms": 0.01}


TRANSITION_S = 0.01  # of an Express workflow


def workflow(
    rate_per_s: float, *, retries: int = 0, items: int = 0, at_once: int = 0, **more: Any
) -> Design:
    """Return a workflow of one task, which calls a function that takes 0.1 s in the mean.

    Args:
        items, at_once: The task is that of a Map's items, so many at a time.
    """
    task: dict[str, Any] = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                            "End": True}  # fmt: skip
    if retries:
        task["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1,
                          "MaxAttempts": retries, "BackoffRate": 1}]  # fmt: skip
    steps: dict[str, Any] = {"StartAt": "Work", "States": {"Work": task}}
    machine: dict[str, Any] = {"type": "sfn_state_machine", "kind": "EXPRESS"}
    if items:
        each = {"Type": "Map", "MaxConcurrency": at_once, "ItemProcessor": steps, "End": True}
        steps = {"StartAt": "Each", "States": {"Each": each}}
        machine["steps"] = {"Each": {"items": items}}
    machine["definition"] = steps
    called = {"type": "lambda_function", "duration_ms": 100, "run_law": "exponential",
              "timeout_s": 60, "reserved_concurrency": 500, **COLD} | more  # fmt: skip
    return design(
        {"c": client(rate_per_s), "m": machine, "g": called},
        [("c", "m", CALL), ("m", "g", {"type": "sfn_task", "state": "Work"})],
    )


def test_a_task_that_is_tried_again_calls_as_often_as_it_tries() -> None:
    """A fifth fails and three retries make 1 + 0.2 + 0.04 + 0.008 calls; 0.0016 fail for good."""
    job = prepare(workflow(10, retries=3, error_ratio=0.2), {"duration_s": 2_000})
    outcome = replicate(job, 0)
    begun, called = outcome.edges
    assert called.arrived == pytest.approx(begun.arrived, abs=5)
    assert called.delivered / called.arrived == pytest.approx(1.248, rel=0.01)
    assert called.dead / called.arrived == pytest.approx(0.0016, abs=0.001)


def duration_s(job: Job, outcome: Outcome) -> float:
    """Return the mean time of an execution."""
    stage = outcome.stages[job.names[0].index("m")]
    return stage.busy / UNIT / int(stage.lines["starts"].sum())


def travel_s(job: Job) -> float:
    return sum(item.law.mean_s for item in job.network.edges[1].hop.latency)


SLOW = {"kind": "slow", "node": "g", "begin_s": 0, "end_s": 5_000, "value": 10}


def test_an_execution_lasts_as_long_as_what_it_really_waits_for() -> None:
    """Two places with 2 erlangs refuse 0.4 of the calls (Erlang), which ends these executions."""
    job = prepare(workflow(20, reserved_concurrency=2), {"duration_s": 2_000, "replications": 1})
    assert job.engine == "events"
    assert "m waits for g, and g may be full" in job.plan.blockers
    outcome = replicate(job, 0)
    lost = erlang_b(2, 2.0)
    called = outcome.edges[1]
    assert called.refused / called.arrived == pytest.approx(lost, rel=0.04)
    expected = TRANSITION_S + travel_s(job) + (1 - lost) * 0.1
    assert duration_s(job, outcome) == pytest.approx(expected, rel=0.03)
    drawn = prepare(workflow(20, reserved_concurrency=2), {"duration_s": 2_000}, live=False)
    assert duration_s(drawn, replicate(drawn, 0)) > 1.3 * expected


def test_a_refused_call_is_tried_again_as_the_task_says() -> None:
    """With twenty retries a second apart nearly all get through, and wait whole seconds for it."""
    options = {"duration_s": 1_000, "drain": True, "replications": 1}
    job = prepare(workflow(3, retries=20, reserved_concurrency=1), options)
    outcome = replicate(job, 0)
    called = outcome.edges[1]
    share = called.refused / called.arrived
    assert 0.2 < share < 0.6
    assert called.passed > 0.98 * outcome.edges[0].arrived
    tries = called.arrived / outcome.edges[0].arrived
    expected = TRANSITION_S + tries * (travel_s(job) + TRANSITION_S) + 0.1 + (tries - 1) * 1.0
    assert duration_s(job, outcome) == pytest.approx(expected, rel=0.02)


def test_a_slow_callee_is_felt_by_the_execution() -> None:
    calm = prepare(workflow(10), {"duration_s": 1_000, "replications": 1})
    slow = prepare(workflow(10), {"duration_s": 1_000, "replications": 1, "faults": [SLOW]})
    assert (calm.engine, slow.engine) == ("paths", "events")
    usual = duration_s(calm, replicate(calm, 0))
    assert usual == pytest.approx(TRANSITION_S + travel_s(calm) + 0.1, rel=0.03)
    late = duration_s(slow, replicate(slow, 0))
    assert late == pytest.approx(usual + 0.9, rel=0.05)


def test_what_fails_is_waited_for_with_all_of_its_tries() -> None:
    """A fifth fails and is called again a second later, three times at most; nobody is left."""
    faults = [SLOW | {"value": 1}]
    options = {"duration_s": 1_000, "drain": True, "replications": 1, "faults": faults}
    job = prepare(workflow(10, retries=3, error_ratio=0.2), options)
    assert job.engine == "events"
    outcome = replicate(job, 0)
    assert all(e.inside == 0 and e.underway == 0 for e in outcome.edges)
    called = outcome.edges[1]
    assert called.arrived == outcome.edges[0].arrived
    assert called.delivered / called.arrived == pytest.approx(1.248, rel=0.01)
    expected = TRANSITION_S + travel_s(job) + 1.248 * 0.1 + 0.248 * 1.0
    assert duration_s(job, outcome) == pytest.approx(expected, rel=0.03)


def test_a_map_s_items_wait_for_one_another() -> None:
    """Twelve items, three at a time, each 0.1 s: four rounds; and one for each that is alone."""

    def lasts(at_once: int) -> float:
        drawn = workflow(1, items=12, at_once=at_once, run_law="constant")
        faults = [SLOW | {"value": 1}]
        job = prepare(drawn, {"duration_s": 500, "replications": 1, "faults": faults})
        assert job.engine == "events"
        outcome = replicate(job, 0)
        assert outcome.edges[1].arrived == pytest.approx(12 * outcome.edges[0].arrived, rel=0.03)
        return duration_s(job, outcome)

    one_s = 0.1 + TRANSITION_S
    assert lasts(1) == pytest.approx(12 * one_s, rel=0.15)
    assert 4 * one_s < lasts(3) < 0.5 * lasts(1)
    assert one_s < lasts(12) < 0.5 * lasts(3)
