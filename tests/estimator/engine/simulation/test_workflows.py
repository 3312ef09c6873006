"""Executions of workflows: what their tasks call, how often, and for how long they wait."""

from __future__ import annotations

from typing import Any

import pytest

from designer.document import Design
from estimator.engine.simulation import prepare, replicate

from ..designs import CALL, client, design

COLD = {"cold_p50_ms": 0.01, "cold_p99_ms": 0.01}


def workflow(rate_per_s: float, *, retries: int = 0, **more: Any) -> Design:
    """Return a workflow of one task, which calls a function that takes 0.1 s in the mean."""
    task: dict[str, Any] = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                            "End": True}  # fmt: skip
    if retries:
        task["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1,
                          "MaxAttempts": retries, "BackoffRate": 1}]  # fmt: skip
    machine = {"type": "sfn_state_machine", "kind": "EXPRESS",
               "definition": {"StartAt": "Work", "States": {"Work": task}}}  # fmt: skip
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
