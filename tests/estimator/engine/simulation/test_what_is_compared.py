"""Steady answer and simulation mean the same by a figure that is compared."""

from __future__ import annotations

from typing import Any

import pytest

from designer.document import Design
from estimator.engine.simulation import paths, prepare, reference, replicate
from estimator.engine.simulation.report import write
from estimator.prices import book

from ..designs import EXACT, INVOKE, client, design
from .equality import differences

OPTIONS = {"duration_s": 1_800, "replications": 2}
QUEUE = {"type": "sqs_queue"}


def result(drawn: Design) -> dict[str, Any]:
    job = prepare(drawn, OPTIONS)
    return write(job, [replicate(job, k) for k in range(2)], book(drawn.model.region))


def compared(drawn: Design, what: str, end: str) -> tuple[float, float]:
    rows = [x for x in result(drawn)["agreement"] if x["what"] == what and x["name"].endswith(end)]
    assert len(rows) == 1
    return rows[0]["flow"], rows[0]["simulation"]


def test_what_a_last_queue_delays_is_not_done_before() -> None:
    drawn = design(
        {
            "c": client(20.0),
            "t": {"type": "sns_topic"},
            "q": {**QUEUE, "delay_s": 3},
            "d": {**QUEUE, "delay_s": 60},
        },
        [
            ("c", "t", {"type": "client_call"}),
            ("t", "q", {"type": "sns_subscription"}),
            ("t", "d", {"type": "sns_subscription", "pass_ratio": 0.5}),
        ],
    )
    for end, delay_s in (("q", 3), ("d", 60)):
        steady, simulated = compared(drawn, "completion time", end)
        assert steady == pytest.approx(simulated, rel=0.01)
        assert delay_s < simulated < delay_s + 0.5
    job = prepare(drawn, {"duration_s": 100})
    known = {"seed": 1, "duration_s": 100.0, "drain": True}
    fast = paths.run(job.plan, job.names, **known)
    assert differences(job, fast, reference.run(job.plan, job.names, **known)) == []


def test_ways_to_the_same_end_weigh_by_what_goes_all_of_them() -> None:
    """Two producers meet in a topic: slow events are five times as many as quick ones."""
    drawn = design(
        {
            "few": client(2.0),
            "many": client(10.0),
            "slow": {"type": "lambda_function", "duration_ms": 2_000, **EXACT},
            "t": {"type": "sns_topic"},
            "q": dict(QUEUE),
        },
        [
            ("few", "t", {"type": "client_call"}),
            ("many", "slow", {"type": "client_call"}),
            ("slow", "t", INVOKE),
            ("t", "q", {"type": "sns_subscription", "pass_ratio": 0.4}),
        ],
    )
    steady, simulated = compared(drawn, "completion time", "q")
    assert steady == pytest.approx(simulated, rel=0.02)
    assert steady > 2.0 * 10 / 12


def test_an_answer_that_waits_for_calls_is_compared_where_it_is_told() -> None:
    drawn = design(
        {"c": client(20.0), "f": {"type": "lambda_function", **EXACT}, "q": dict(QUEUE)},
        [("c", "f", {"type": "client_call"}), ("f", "q", INVOKE)],
    )
    steady, simulated = compared(drawn, "response time", "f")
    assert steady == pytest.approx(simulated, rel=0.02)


def test_full_batches_are_received_in_one_call_each() -> None:
    """Messages in a batch that is still open when the simulation ends make no batch larger."""
    drawn = design(
        {
            "c": client(40.0),
            "q": dict(QUEUE),
            "f": {"type": "lambda_function", "duration_ms": 20, **EXACT},
        },
        [
            ("c", "q", {"type": "client_call"}),
            ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": 10, "window_s": 5}),
        ],
    )
    lines = result(drawn)["bill"]["lines"]
    formulas = [
        origin["formula"]
        for x in lines
        if x["meter"] == "sqs.requests.standard"
        for origin in x["origins"]
    ]
    assert any("Receives by f" in f for f in formulas)
    assert not any("rest" in f for f in formulas)


def test_reads_of_one_stream_keep_no_time_with_those_of_the_next() -> None:
    """Else an event would wait for the second read as long as the first one's work happens to last.

    The steady answer takes half an interval for each; before, the two differed by a tenth.
    """
    stream = {"type": "kinesis_stream", "capacity": "provisioned", "shards": 1}
    mapping = {"type": "lambda_kinesis_mapping", "batch_size": 100}
    drawn = design(
        {
            "c": client(2.0),
            "one": dict(stream),
            "f": {"type": "lambda_function", "duration_ms": 100, **EXACT},
            "two": dict(stream),
            "g": {"type": "lambda_function", "duration_ms": 100, **EXACT},
        },
        [
            ("c", "one", {"type": "client_call"}),
            ("one", "f", mapping),
            ("f", "two", INVOKE),
            ("two", "g", mapping),
        ],
    )
    job = prepare(drawn, OPTIONS)
    batches = [f.batch for stage in job.plan.stages for f in stage.feeders if f.batch]
    assert all(batch.grid for batch in batches)
    steady, simulated = compared(drawn, "completion time", "g")
    assert steady == pytest.approx(simulated, rel=0.02)
