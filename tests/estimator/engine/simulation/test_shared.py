"""A pool of the account that several functions share: watched exactly, and followed as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document import Design
from estimator.engine.queueing import erlang_b
from estimator.engine.simulation import prepare, reference, replicate, simulate
from estimator.engine.simulation.histogram import UNIT
from estimator.engine.simulation.run import EVENT_BY_EVENT
from estimator.engine.simulation.shared import Peak
from estimator.prices import book

from ..designs import CALL, INVOKE, client, design
from .equality import both


def function(**more: Any) -> dict[str, Any]:
    return {"type": "lambda_function", "duration_ms": 400, "run_law": "exponential", "timeout_s": 5,
            "cold_p50_ms": 0.01, "cold_p99_ms": 0.01} | more  # fmt: skip


def two(rate_per_s: float, places: int = 20, **more: Any) -> Design:
    """Return two functions that are called apart, in an account of 20 places."""
    return design(
        {"a": client(rate_per_s), "b": client(rate_per_s), "f": function(), "g": function(**more)},
        [("a", "f", CALL), ("b", "g", CALL)],
        assumptions={"quotas": {"lambda.concurrency.account": places}},
    )


def test_two_functions_lose_what_one_pool_of_both_loses() -> None:
    """16 erlangs on 20 places, 8 of each function: Erlang's first formula, not that of 8 on 20."""
    job = prepare(two(20), {"duration_s": 3_000, "replications": 1})
    (group,) = job.plan.shared
    assert (group.places, len(group.stages)) == (20, 2)
    outcome = replicate(job, 0)
    assert outcome.joined == 1
    assert outcome.peaks[group.name] > 20
    for edge in outcome.edges:
        assert edge.refused / edge.arrived == pytest.approx(erlang_b(20, 16), rel=0.1)
    alone = reference.run(job.plan, job.names, seed=1, duration_s=3_000)
    assert alone.edges[0].refused < 0.1 * outcome.edges[0].refused


def test_a_reserved_function_does_not_share() -> None:
    job = prepare(two(20, reserved_concurrency=5), {"duration_s": 60})
    assert job.plan.shared == ()


def test_a_pool_that_is_never_used_up_is_not_watched() -> None:
    assert prepare(two(20, 1_000), {"duration_s": 60}).plan.shared == ()


def test_the_result_says_what_was_used_up_and_how_it_was_followed() -> None:
    prices = book("us-east-1")
    result = simulate(two(20), prices, {"duration_s": 300, "replications": 2})
    (found,) = [f for f in result["findings"] if f["id"] == "simulation-shared-pool"]
    assert "f and g would have" in found["message"]
    assert "20 for all" in found["message"]
    assert "in 2 of 2 replications" in found["message"]
    assert any("one pool or rate for all" in note for note in result["notes"])
    long = EVENT_BY_EVENT / 400 * 1.1
    result = simulate(two(400), prices, {"duration_s": long, "replications": 1})
    found, asked = (f for f in result["findings"] if f["id"] == "simulation-shared-pool")
    assert found["severity"] == asked["severity"] == "error"
    assert "pool of its own" in found["message"]
    assert "rate of its own" in asked["message"]  # Ten calls a second for each place.


def topics(one_per_s: float, other_per_s: float, allowed_per_s: float = 100) -> Design:
    """Return two topics that are published to apart, in an account that allows so much."""
    topic = {"type": "sns_topic", "call_p50_ms": 0, "call_p99_ms": 0}
    return design(
        {"a": client(one_per_s), "b": client(other_per_s), "s": topic, "t": topic},
        [("a", "s", CALL), ("b", "t", CALL)],
        assumptions={"quotas": {"sns.publish_rate_standard": allowed_per_s}},
    )


def test_two_topics_get_no_more_than_one_rate_of_both() -> None:
    """90 and 60 a second of 100 together: a third is refused, to both alike; alone to neither."""
    job = prepare(topics(90, 60), {"duration_s": 3_000, "replications": 1})
    (group,) = job.plan.shared
    assert (group.rate_per_s, len(group.stages)) == (100, 2)
    outcome = replicate(job, 0)
    assert outcome.joined == 1
    for edge in outcome.edges:
        assert edge.refused / edge.arrived == pytest.approx(1 / 3, abs=0.01)
    taken = sum(e.passed for e in outcome.edges)
    assert taken == pytest.approx(100 * 3_000 + 100, abs=5)  # And the burst of a second.
    alone = reference.run(job.plan, job.names, seed=1, duration_s=3_000)
    assert alone.edges[1].refused == 0
    assert outcome.peaks[group.name] == pytest.approx(50 * 3_000, rel=0.02)


def test_a_rate_that_is_never_reached_together_is_not_watched() -> None:
    job = prepare(topics(10, 15), {"duration_s": 60})
    assert job.plan.shared == ()
    assert all(not stage.buckets for stage in job.plan.stages)


def test_what_waits_for_a_rate_waits_for_it_among_all() -> None:
    """Two buckets tell topics of 60 new objects a second each; the account allows 100, and those of
    a second at once. Of 7,200 in a minute the last go 11 s after it; with one each none waits."""
    bucket = {"type": "s3_bucket", "call_p50_ms": 0, "call_p99_ms": 0}
    topic = {"type": "sns_topic", "call_p50_ms": 0, "call_p99_ms": 0}
    told = {"type": "s3_notification", "latency_p50_ms": 0, "latency_p99_ms": 0}
    drawn = design(
        {"a": client(60), "b": client(60), "p": bucket, "q": bucket, "s": topic, "t": topic},
        [("a", "p", CALL), ("b", "q", CALL), ("p", "s", told), ("q", "t", told)],
        assumptions={"quotas": {"sns.publish_rate_standard": 100}},
    )
    job = prepare(drawn, {"duration_s": 60, "replications": 1, "drain": True})
    outcome = replicate(job, 0)
    assert outcome.joined == 1
    made = sum(s.produced for s in outcome.stages)
    assert len(outcome.completion) == 2
    alone = reference.run(job.plan, job.names, seed=1, duration_s=60, drain=True)
    for i, times in outcome.completion.items():
        assert times.max_s == pytest.approx((made - 100) / 100 - 60, abs=0.3)
        assert alone.completion[i].max_s < 0.3


@settings(max_examples=15, deadline=None)
@given(st.floats(5, 150), st.floats(5, 150), st.booleans(), st.integers(0, 99))
def test_both_engines_see_what_is_asked_of_a_rate(
    one: float, other: float, surge: bool, seed: int
) -> None:
    faults = [{"kind": "surge", "begin_s": 5, "end_s": 9, "value": 2}] if surge else []
    job = prepare(topics(one, other), {"duration_s": 20, "faults": faults, "seed": seed})
    both(job, (1 << 6, 1 << 16), seed=seed, duration_s=20)


def test_a_rate_that_is_shared_is_told() -> None:
    prices = book("us-east-1")
    result = simulate(topics(90, 60), prices, {"duration_s": 60, "replications": 1})
    (found,) = [f for f in result["findings"] if f["id"] == "simulation-shared-pool"]
    assert "s and t take from one rate" in found["message"]
    assert "as one rate in 1 of 1 replications" in found["message"]


def test_who_waits_longest_in_any_function_goes_first() -> None:
    """Two queues into an account of two places: both wait alike, and nothing is lost."""
    mapping = {"type": "lambda_sqs_mapping", "batch_size": 1}
    queue = {"type": "sqs_queue"}
    drawn = design(
        {"a": client(2), "b": client(2), "p": queue, "q": queue, "f": function(), "g": function(),
         "h": function(duration_ms=100)},
        [("a", "p", CALL), ("b", "q", CALL), ("p", "f", mapping), ("q", "g", mapping),
         ("f", "h", INVOKE)],
        assumptions={"quotas": {"lambda.concurrency.account": 3}},
    )  # fmt: skip
    job = prepare(drawn, {"duration_s": 2_000, "drain": True, "replications": 1})
    outcome = replicate(job, 0)
    assert outcome.joined == 1
    f, g = (job.names[0].index(n) for n in "fg")
    waits = [
        outcome.stages[i].time.mean_s - outcome.stages[i].busy / outcome.stages[i].time.count / UNIT
        for i in (f, g)
    ]  # fmt: skip
    assert min(waits) > 0
    lines = [s.lines for s in outcome.stages if "starts" in s.lines]
    concurrency = sum(np.cumsum(line["starts"] - line["ends"]) for line in lines)
    assert int(np.max(concurrency)) <= 3
    assert all(e.inside == 0 for e in outcome.edges)


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.01, 20)), max_size=60), st.integers(1, 9))
def test_peaks_are_counted_at_every_instant_whatever_the_windows(spans: Any, windows: int) -> None:
    peak = Peak()
    spans.sort()
    for k in range(windows):
        low, high = 50 * k / windows, 50 * (k + 1) / windows
        mine = [s for s in spans if low <= s[0] < high or (k == windows - 1 and s[0] == 50)]
        peak.put("starts", [s for s, _ in mine])
        peak.put("ends", [s + d for s, d in mine])
        peak.advance(high)
    peak.advance(float("inf"))
    most = max((sum(a <= t < a + d for a, d in spans) for t, _ in spans), default=0)
    assert peak.most == most
