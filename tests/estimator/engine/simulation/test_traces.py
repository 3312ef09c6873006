"""Recorded arrivals: simulated as they were; what cannot be a record is refused with its place."""

from __future__ import annotations

import math
from typing import Any

import pytest

from estimator.engine.simulation import OptionsError, paths, prepare, reference, replicate

from ..designs import CALL, client, design
from .equality import differences

TIMES = [0.0, 0.5, 0.5, 0.5, 2.25, 7.0, 7.001, 40.0]


def recorded(times: Any, node: str = "c") -> Any:
    function = {"type": "lambda_function", "duration_ms": 100, "reserved_concurrency": 1,
                "error_ratio": 0.3, "timeout_s": 5}  # fmt: skip
    drawn = design(
        {"c": client(50), "q": {"type": "sqs_queue", "visibility_timeout_s": 6}, "f": function},
        [("c", "q", CALL), ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": 2})],
    )
    return prepare(drawn, {"duration_s": 10, "replications": 1, "traces": {node: times}})


def test_what_was_recorded_arrives_when_it_was() -> None:
    job = recorded(TIMES)
    outcome = replicate(job, 0)
    line = outcome.stages[0].lines["arrived"]
    assert outcome.stages[0].produced == 7  # The last comes after the end.
    assert [int(line[k]) for k in (0, 1, 2, 7)] == [4, 0, 1, 2]
    known: dict[str, Any] = {"seed": 1, "duration_s": 10.0}
    slow = reference.run(job.plan, job.names, **known)
    assert differences(job, paths.run(job.plan, job.names, chunk=64, **known), slow) == []


@pytest.mark.parametrize(
    ("times", "place", "words"),
    [
        ([1.0, 3.0, 2.0], "/traces/c/2", "sort them"),
        ([-1.0, 3.0], "/traces/c/0", "not negative"),
        ([], "/traces/c", "no times"),
        ([1.0, None, 2.0], "/traces/c/1", "number"),
        ([1.0, "soon"], "/traces/c/1", "number"),
        ([1.0, math.nan], "/traces/c/1", "finite"),
        ([1.0, math.inf], "/traces/c/1", "finite"),
        ([0.0] * 1_000_001, "/traces/c", "shorten"),
    ],
    ids=["unsorted", "negative", "empty", "missing", "text", "nan", "infinite", "long"],
)
def test_what_is_no_record_is_refused_with_its_place(
    times: list[Any], place: str, words: str
) -> None:
    with pytest.raises(OptionsError) as refused:
        recorded(times)
    (problem,) = refused.value.problems
    assert (problem.pointer, words in problem.message) == (place, True), problem


@pytest.mark.parametrize("node", ["q", "nobody"])
def test_only_producers_have_records(node: str) -> None:
    with pytest.raises(OptionsError) as refused:
        recorded([1.0], node)
    assert refused.value.problems[0].pointer == f"/traces/{node}"
