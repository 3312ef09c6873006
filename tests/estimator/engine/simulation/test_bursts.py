"""What arithmetic says about a burst into a FIFO queue, and about Firehose's buffer."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.engine.simulation import Outcome, prepare, replicate
from estimator.engine.simulation.report import write
from estimator.engine.simulation.run import Job
from estimator.prices import book

from ..designs import CALL, client, design

AT_ONCE = {"latency_p50_ms": 0, "latency_p99_ms": 0}
BURST_S = 600.0


def fifo(rate_per_s: float) -> Job:
    queue = {"type": "sqs_queue", "fifo": True, "message_groups": 1000, "call_p50_ms": 0,
             "call_p99_ms": 0, "visibility_timeout_s": 60}  # fmt: skip
    function = {"type": "lambda_function", "duration_ms": 20, "reserved_concurrency": 100,
                "timeout_s": 5}  # fmt: skip
    mapping = {"type": "lambda_sqs_mapping", "batch_size": 1, **AT_ONCE}
    topic = {"type": "sns_topic", "fifo": True, "message_groups": 1000, "call_p50_ms": 0,
             "call_p99_ms": 0}  # fmt: skip
    drawn = design(
        {"c": client(rate_per_s), "t": topic, "q": queue, "f": function},
        [("c", "t", CALL), ("t", "q", {"type": "sns_subscription", **AT_ONCE}),
         ("q", "f", mapping)],
    )  # fmt: skip
    return prepare(drawn, {"duration_s": BURST_S, "drain": True, "replications": 1})


def test_a_burst_into_a_fifo_queue_drains_in_the_time_arithmetic_says() -> None:
    """900 per second for 600 s make 540,000; 300 per second need 1,800 s: the last waits 1,200."""
    job = fifo(900)
    outcome = replicate(job, 0)
    (histogram,) = outcome.completion.values()
    made = outcome.stages[0].produced
    assert histogram.count == made == pytest.approx(540_000, rel=0.01)
    waits = made / 300 - BURST_S
    assert histogram.max_s == pytest.approx(waits, rel=0.002)
    assert histogram.mean_s == pytest.approx(waits / 2, rel=0.01)


def test_what_comes_back_without_end_is_left_after_a_day() -> None:
    """A poisoned message of a queue without dead letters is received every 30 s until then."""
    queue = {"type": "sqs_queue", "visibility_timeout_s": 30}
    function = {"type": "lambda_function", "duration_ms": 20, "timeout_s": 5}
    drawn = design(
        {"c": client(1), "q": queue, "f": function},
        [("c", "q", CALL), ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": 1})],
    )
    poison = {"kind": "poison", "node": "f", "begin_s": 10}
    options = {"duration_s": 60, "drain": True, "replications": 1, "faults": [poison]}
    job = prepare(drawn, options)
    outcome = replicate(job, 0)
    assert sum(c.inside + c.underway for c in outcome.edges) == 1
    assert sum(c.again for c in outcome.edges) == pytest.approx(86_400 / 30, rel=0.01)
    found = write(job, [outcome], book("us-east-1"))["findings"]
    assert "producers ended: 1 of the messages" in next(
        f["message"] for f in found if f["id"] == "simulation-not-drained"
    )


def firehose(rate_per_s: float, payload_kib: float, **options: Any) -> Outcome:
    stream = {"type": "firehose_stream", "buffer_interval_s": 60, "buffer_size_mib": 5,
              "call_p50_ms": 0, "call_p99_ms": 0}  # fmt: skip
    drawn = design(
        {"c": client(rate_per_s, payload_kib=payload_kib), "d": stream,
         "s": {"type": "s3_bucket", "call_p50_ms": 200, "call_p99_ms": 200}},
        [("c", "d", CALL), ("d", "s", {"type": "firehose_destination"})],
    )  # fmt: skip
    return replicate(prepare(drawn, {"replications": 1, "drain": True} | options), 0)


def test_firehose_delivers_a_slow_stream_within_a_minute_uniformly() -> None:
    outcome = firehose(20, 1, duration_s=20_000)
    (histogram,) = outcome.completion.values()
    assert histogram.max_s <= 60.2 + 1e-6
    assert histogram.mean_s == pytest.approx(30.2, rel=0.01)
    shares = [0.1, 0.25, 0.5, 0.75, 0.9]
    assert histogram.quantiles(shares) == pytest.approx([0.2 + 60 * s for s in shares], rel=0.02)


def test_firehose_delivers_sooner_when_five_mib_fill_first() -> None:
    """1,000 KiB per second fill 5 MiB in 5.12 s."""
    outcome = firehose(1_000, 1, duration_s=600, drain=False)
    (histogram,) = outcome.completion.values()
    assert histogram.quantiles((0.99,))[0] == pytest.approx(0.2 + 5.12 * 0.99, rel=0.03)
    assert histogram.mean_s == pytest.approx(0.2 + 5.12 / 2, rel=0.02)
