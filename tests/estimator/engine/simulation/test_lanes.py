"""Arrows and shards with places of their own within a pool: exact, and apart from each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document import Design
from estimator.engine.simulation import prepare, replicate
from estimator.engine.simulation.run import Job

from ..designs import CALL, client, design
from .equality import both
from .test_conservation import balanced

AT_ONCE = {"latency_p50_ms": 0, "latency_p99_ms": 0}
QUEUE = {"type": "sqs_queue", "call_p50_ms": 0, "call_p99_ms": 0}


def function(**more: Any) -> dict[str, Any]:
    return {"type": "lambda_function", "duration_ms": 100, "run_law": "constant", "timeout_s": 5,
            "provisioned_concurrency": 50} | more  # fmt: skip


def two_queues(slow_per_s: float, most: int) -> Design:
    """Return a function with two queues, of which one may use only `most` places at a time."""
    mapping = {"type": "lambda_sqs_mapping", "batch_size": 1, **AT_ONCE}
    return design(
        {"a": client(slow_per_s), "b": client(5), "qa": QUEUE, "qb": QUEUE, "f": function()},
        [("a", "qa", CALL), ("b", "qb", CALL),
         ("qa", "f", mapping | {"maximum_concurrency": most}), ("qb", "f", mapping)],
    )  # fmt: skip


def test_an_arrow_s_limit_holds_back_its_own_messages_alone() -> None:
    """Two places of 0.1 s carry 20 per second: of 30 per second a third stays behind."""
    job = prepare(two_queues(30, 2), {"duration_s": 600, "replications": 1})
    assert not any("not simulated" in note for note in job.plan.notes)
    outcome = replicate(job, 0)
    edges = dict(zip(job.names[1], outcome.edges, strict=True))
    assert edges["e2"].passed / 600 == pytest.approx(20, rel=0.005)
    assert edges["e2"].inside / edges["e2"].arrived == pytest.approx(1 / 3, abs=0.03)
    assert edges["e3"].passed >= edges["e3"].arrived - 5
    late = outcome.completion[job.names[1].index("e3")]
    assert late.max_s <= 0.1 + 1e-6  # It never waits for the other.


def test_one_shard_is_served_one_batch_after_another() -> None:
    """A shard carries ten batches of 0.1 s per second; those that wait become batches of two."""

    def run(shards: int) -> Any:
        stream = {"type": "kinesis_stream", "capacity": "provisioned", "shards": shards,
                  "call_p50_ms": 0, "call_p99_ms": 0}  # fmt: skip
        mapping = {"type": "lambda_kinesis_mapping", "batch_size": 2, "read_every_s": 0.01,
                   "window_s": 0}  # fmt: skip
        drawn = design(
            {"a": client(30), "s": stream, "f": function()},
            [("a", "s", CALL), ("s", "f", mapping)],
        )
        job = prepare(drawn, {"duration_s": 300, "replications": 1})
        stage = job.plan.stages[job.names[0].index("f")]
        assert stage.in_lanes
        assert stage.feeders[0].lanes == shards
        outcome = replicate(job, 0)
        starts = outcome.stages[2].lines["starts"]
        assert int(starts.max()) <= 11 * shards
        assert outcome.edges[1].requests >= int(starts.sum())
        return outcome.edges[1].passed / 300

    assert run(4) == pytest.approx(30, rel=0.05)
    assert run(2) == pytest.approx(30, rel=0.05)  # Fifteen batches per second, of two records.
    assert run(1) == pytest.approx(20, rel=0.01)


def test_a_backlog_fills_the_batches_that_are_polled() -> None:
    """Two places of 0.1 s carry 20 batches per second: of single messages, or of ten each."""

    def passed(batch_size: int) -> float:
        mapping = {"type": "lambda_sqs_mapping", "batch_size": batch_size, **AT_ONCE}
        drawn = design(
            {"a": client(100), "q": QUEUE,
             "f": function(reserved_concurrency=2, provisioned_concurrency=2)},
            [("a", "q", CALL), ("q", "f", mapping)],
        )  # fmt: skip
        outcome = replicate(prepare(drawn, {"duration_s": 300, "replications": 1}), 0)
        return outcome.edges[1].passed / 300

    assert passed(1) == pytest.approx(20, rel=0.01)
    assert passed(3) == pytest.approx(60, rel=0.01)
    assert passed(10) == pytest.approx(100, rel=0.02)


@st.composite
def crowded(draw: Any) -> Design:
    """Return a function with a stream, a queue and callers, all with limits that bind."""

    def pick(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    stream = {"type": "kinesis_stream", "capacity": "provisioned", "shards": pick(1, 2, 5),
              "hot_ratio": pick(None, 0.6)}  # fmt: skip
    room = {"type": "lambda_function", "duration_ms": pick(20, 300), "timeout_s": 5,
            "run_law": pick("usual", "constant"), "reserved_concurrency": pick(3, 8, 40),
            "idle_kept_s": pick(1, 60), "error_ratio": pick(0.0, 0.2),
            "extra_per_event_ms": pick(0, 7)}  # fmt: skip
    source = client(pick(5.0, 40.0), payload_kib=pick(1, 70))
    nodes: dict[str, Any] = {"a": source, "s": stream, "q": dict(QUEUE), "f": room}
    edges = [
        ("a", "s", CALL), ("a", "q", CALL),
        ("s", "f", {"type": "lambda_kinesis_mapping", "batch_size": pick(2, 10),
                    "parallelization_factor": pick(1, 2), "retry_attempts": pick(1, 3),
                    "window_s": pick(0, 1), "read_every_s": pick(None, 0.1)}),
        ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": pick(1, 5), "window_s": pick(0, 1),
                    "maximum_concurrency": pick(2, 3)}),
    ]  # fmt: skip
    if pick(True, False):  # A second reader: the shard's limit lets some through late.
        nodes["h"] = {"type": "lambda_function", "duration_ms": 20}
        edges.append(("s", "h", {"type": "lambda_kinesis_mapping", "batch_size": 10}))
    if pick(True, False):
        nodes["c"] = client(pick(2.0, 20.0), burst_factor=4, burst_every_s=20)
        edges.append(("c", "f", CALL))
    if pick(True, False):
        nodes["t"] = {"type": "dynamodb_table"}
        edges.append(("f", "t", {"type": "lambda_call", "calls_per_event": pick(0.3, 1.5)}))
        nodes["g"] = {"type": "lambda_function", "duration_ms": 40}
        edges.append(("f", "g", {"type": "lambda_call"}))
    return design(nodes, edges)


FAULTS = (
    [],
    [{"kind": "stop", "node": "f", "begin_s": 5, "end_s": 9}],
    [{"kind": "places", "node": "f", "begin_s": 3, "end_s": 12, "value": 0.3},
     {"kind": "slow", "node": "f", "begin_s": 6, "end_s": 20, "value": 3}],
    [{"kind": "errors", "node": "f", "begin_s": 2, "end_s": 8, "value": 0.7},
     {"kind": "poison", "node": "f", "begin_s": 4}],
)  # fmt: skip


def slow_to_start(job: Job, wanted: bool) -> Job:
    """Return the job with a function that may start two environments a second."""
    if not wanted:
        return job
    at = job.names[0].index("f")
    stages = list(job.plan.stages)
    pool = stages[at].pool
    assert pool is not None
    stages[at] = replace(stages[at], pool=replace(pool, starts_per_s=2.0, starts_burst=3.0))
    return replace(job, plan=replace(job.plan, stages=tuple(stages)))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_both_engines_serve_in_lanes_the_same_to_the_bit(data: st.DataObject) -> None:
    drawn = data.draw(crowded())
    options = {"duration_s": 25, "drain": data.draw(st.booleans()),
               "faults": data.draw(st.sampled_from(FAULTS))}  # fmt: skip
    job = slow_to_start(prepare(drawn, options, live=False), data.draw(st.booleans()))
    assert job.plan.stages[job.names[0].index("f")].in_lanes
    balanced(job, both(job, (1 << 7, 1 << 16), seed=3, duration_s=25, drain=options["drain"]))
