"""Groups of a FIFO queue and shards of a stream: what fails holds back all that is behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document import Design
from estimator.engine.simulation import Outcome, prepare, replicate
from estimator.engine.simulation.run import Job

from ..designs import CALL, client, design
from .equality import both
from .test_conservation import balanced
from .test_lanes import AT_ONCE, FAULTS, function, slow_to_start

VISIBILITY_S = 10.0


def queue(groups: int, **more: Any) -> dict[str, Any]:
    return {"type": "sqs_queue", "fifo": True, "message_groups": groups, "call_p50_ms": 0,
            "call_p99_ms": 0, "visibility_timeout_s": VISIBILITY_S} | more  # fmt: skip


def ordered(groups: int, times: list[float], **options: Any) -> Job:
    """Return a function that handles messages at given times for 0.1 s each."""
    nodes = {"a": client(1), "q": queue(groups), "f": function(), "d": queue(1)}
    mapping = {"type": "lambda_sqs_mapping", "batch_size": 1, **AT_ONCE}
    drawn = design(
        nodes,
        [("a", "q", CALL), ("q", "f", mapping),
         ("q", "d", {"type": "sqs_redrive", "max_receive_count": 3})],
    )  # fmt: skip
    known = {"duration_s": 100, "drain": True, "replications": 1, "traces": {"a": times}}
    return prepare(drawn, known | options)


def ages(job: Job, outcome: Outcome) -> list[float]:
    """Return the times that messages took, the shortest first, to 0.1 %."""
    histogram = outcome.completion[job.names[1].index("e1")]
    count = histogram.count
    found = histogram.quantiles([(i + 0.5) / count for i in range(count)])
    return [float(x) for x in found]


def failing(end_s: float) -> dict[str, Any]:
    return {"kind": "errors", "node": "f", "begin_s": 0, "end_s": end_s, "value": 1.0}


def test_a_failed_message_holds_back_its_group_until_it_succeeds() -> None:
    """It fails at 1.0 and comes again at 11.0; 2.0 and 3.0 wait for it, one after another."""
    job = ordered(1, [1.0, 2.0, 3.0], faults=[failing(5)])
    assert ages(job, replicate(job, 0)) == pytest.approx([8.3, 9.2, 10.1], rel=2e-3)


def test_what_goes_to_the_dead_letters_holds_back_nothing_any_more() -> None:
    """Received at 1.0, 11.0 and 21.0, it is moved at 21.1; then the others go on."""
    poison = {"kind": "poison", "node": "f", "begin_s": 1}
    job = ordered(1, [1.0, 2.0, 3.0], faults=[poison])
    outcome = replicate(job, 0)
    assert ages(job, outcome) == pytest.approx([18.3, 19.2], rel=2e-3)
    edge = outcome.edges[job.names[1].index("e1")]
    assert (edge.dead, edge.again, edge.passed, edge.requests) == (1, 2, 2, 5)


def test_other_groups_go_on_meanwhile() -> None:
    """One of a thousand groups is held back: those few messages of it alone wait."""
    times = [1.0 + 0.01 * i for i in range(5_000)]
    poison = {"kind": "poison", "node": "f", "begin_s": 1}
    job = ordered(1_000, times, faults=[poison])
    found = np.array(ages(job, replicate(job, 0)))
    assert 1 <= (found > 0.3).sum() <= 12  # About three of it come within 20 s.
    assert np.median(found) == pytest.approx(0.1, rel=2e-3)


def test_a_group_is_handed_out_one_message_after_another() -> None:
    """Five at a time: 0.1 s each of one group; together of many."""
    times = [1.0 + 1e-6 * i for i in range(5)]
    one = ordered(1, times)
    assert ages(one, replicate(one, 0)) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], rel=2e-3)
    many = ordered(1_000_000, times, faults=[failing(0.5)])
    assert ages(many, replicate(many, 0)) == pytest.approx([0.1] * 5, rel=2e-3)


def test_one_receive_brings_messages_of_several_groups() -> None:
    """Ten messages of a hundred groups come while the only place is in use: one batch of all."""
    drawn = design(
        {"a": client(1), "q": queue(100), "f": function(reserved_concurrency=1,
                                                        provisioned_concurrency=1)},
        [("a", "q", CALL), ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": 10, **AT_ONCE})],
    )  # fmt: skip
    times = [1.0, *(1.01 + 0.001 * i for i in range(10))]
    job = prepare(drawn, {"duration_s": 20, "drain": True, "replications": 1,
                          "traces": {"a": times}, "faults": [failing(0.5)]})  # fmt: skip
    outcome = replicate(job, 0)
    assert outcome.edges[1].requests == 2
    assert max(ages(job, outcome)) == pytest.approx(0.19, rel=5e-3)


def test_a_failing_record_holds_back_its_shard() -> None:
    """Without an end of retries a poisoned record stops its shard, and that one alone."""

    def passed(shards: int) -> float:
        stream = {"type": "kinesis_stream", "capacity": "provisioned", "shards": shards,
                  "call_p50_ms": 0, "call_p99_ms": 0}  # fmt: skip
        mapping = {"type": "lambda_kinesis_mapping", "batch_size": 10, "read_every_s": 0.1}
        drawn = design(
            {"a": client(100), "s": stream, "f": function(duration_ms=10)},
            [("a", "s", CALL), ("s", "f", mapping)],
        )
        poison = {"kind": "poison", "node": "f", "begin_s": 20}
        job = prepare(drawn, {"duration_s": 200, "replications": 1, "faults": [poison]})
        edge = replicate(job, 0).edges[1]
        return edge.passed / edge.arrived

    assert passed(1) == pytest.approx(0.1, abs=0.02)
    assert passed(4) == pytest.approx(0.75 + 0.025, abs=0.03)


@st.composite
def in_groups(draw: Any) -> Design:
    """Return a function with a FIFO queue, and with a stream or another one beside it."""

    def pick(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    room = function(duration_ms=pick(20, 300), reserved_concurrency=pick(3, 40),
                    provisioned_concurrency=pick(None, 2), run_law=pick("usual", "constant"),
                    idle_kept_s=pick(1, 60), error_ratio=pick(0.05, 0.4),
                    extra_per_event_ms=pick(0, 7))  # fmt: skip
    nodes: dict[str, Any] = {
        "a": client(pick(5.0, 40.0)),
        "q": queue(pick(1, 3, 50), visibility_timeout_s=pick(1, 10)),
        "f": room,
    }
    calls = CALL | {"batch_size": pick(1, 4)}
    mapping = {"type": "lambda_sqs_mapping", "batch_size": pick(1, 5)}
    edges: list[Any] = [("a", "q", calls), ("q", "f", mapping)]
    if pick(True, False):
        edges.append(("q", "d", {"type": "sqs_redrive", "max_receive_count": pick(2, 3)}))
        nodes["d"] = queue(5)
    if pick(True, False):
        nodes["p"] = queue(pick(2, 20), visibility_timeout_s=2)
        edges += [("a", "p", CALL), ("p", "f", mapping | AT_ONCE)]
    if pick(True, False):
        nodes["s"] = {"type": "kinesis_stream", "capacity": "provisioned", "shards": pick(1, 3)}
        stream = {"type": "lambda_kinesis_mapping", "batch_size": pick(1, 10),
                  "retry_attempts": pick(1, 3), "window_s": pick(0, 1)}  # fmt: skip
        edges += [("a", "s", CALL), ("s", "f", stream)]
    if pick(True, False):
        nodes["u"] = {"type": "sqs_queue"}
        plain = {"type": "lambda_sqs_mapping", "batch_size": pick(1, 5), "window_s": pick(0, 1)}
        edges += [("a", "u", CALL), ("u", "f", plain)]
    if pick(True, False):
        nodes["t"] = {"type": "dynamodb_table"}
        edges.append(("f", "t", {"type": "lambda_call", "calls_per_event": pick(0.3, 1.5)}))
        nodes["g"] = {"type": "lambda_function", "duration_ms": 40}
        edges.append(("f", "g", {"type": "lambda_call"}))
    return design(nodes, edges)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_both_engines_keep_the_same_order_to_the_bit(data: st.DataObject) -> None:
    drawn = data.draw(in_groups())
    faults = data.draw(st.sampled_from(FAULTS))
    endless = any(f["kind"] == "poison" for f in faults)  # It would come again for a day.
    drain = not endless and data.draw(st.booleans())
    options = {"duration_s": 25, "drain": drain, "faults": faults}
    job = slow_to_start(prepare(drawn, options, live=False), data.draw(st.booleans()))
    assert job.plan.stages[job.names[0].index("f")].ordered
    balanced(job, both(job, (1 << 7, 1 << 16), seed=3, duration_s=25, drain=options["drain"]))


def test_where_no_order_can_be_kept_the_result_says_so() -> None:
    drawn = design(
        {"a": client(5), "q": queue(50), "f": function(error_ratio=0.1), "b": client(5)},
        [("a", "q", CALL), ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": 1}),
         ("b", "f", CALL)],
    )  # fmt: skip
    job = prepare(drawn, {"duration_s": 20, "replications": 1})
    assert not job.plan.stages[job.names[0].index("f")].ordered
    assert any("holds back nothing of its group or shard" in note for note in job.plan.notes)


def test_an_order_that_nothing_can_break_costs_nothing() -> None:
    """Where nothing fails and groups seldom meet, their number is a limit of places alone."""

    def kept(groups: int) -> bool:
        mapping = {"type": "lambda_sqs_mapping", "batch_size": 1, **AT_ONCE}
        nodes = {"a": client(10), "q": queue(groups), "f": function()}
        job = prepare(design(nodes, [("a", "q", CALL), ("q", "f", mapping)]), {"duration_s": 20})
        return job.plan.stages[job.names[0].index("f")].ordered

    assert kept(10)
    assert not kept(1_000)
