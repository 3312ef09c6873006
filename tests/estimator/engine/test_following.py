"""Batches behind batches: which follow which, and how large they become, by the simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from designer.document import Design
from estimator.engine.flow import request_s, solve
from estimator.engine.following import follows
from estimator.engine.network import compile_design
from estimator.engine.simulation import prepare, replicate
from estimator.engine.single import solve_one

from .designs import EXACT, INVOKE, client, design

QUEUE = {"type": "sqs_queue"}
STREAM = {"type": "kinesis_stream", "capacity": "provisioned"}
WORK = {"type": "lambda_function", "duration_ms": 20, "provisioned_concurrency": 500, **EXACT}


def queued(**more: Any) -> dict[str, Any]:
    return {"type": "lambda_sqs_mapping", **more}


def read(**more: Any) -> dict[str, Any]:
    return {"type": "lambda_kinesis_mapping", **more}


def chain(rate: float, one: dict[str, Any], how: dict[str, Any], two: dict[str, Any],
          then: dict[str, Any]) -> Design:  # fmt: skip
    """Return a store whose batches a function sends on, one by one, into another store."""
    return design(
        {"c": client(rate, payload_kib=3), "one": one, "f": WORK, "two": two, "g": WORK},
        [
            ("c", "one", {"type": "client_call"}),
            ("one", "f", how),
            ("f", "two", INVOKE),
            ("two", "g", then),
        ],
    )


CHAINS = {
    "full_into_full": chain(
        40, QUEUE, queued(batch_size=10, window_s=2), QUEUE, queued(batch_size=10, window_s=2)
    ),
    "ten_into_four": chain(
        40, QUEUE, queued(batch_size=10, window_s=2), QUEUE, queued(batch_size=4, window_s=2)
    ),
    "aged_into_aged": chain(
        2, QUEUE, queued(batch_size=10, window_s=2), QUEUE, queued(batch_size=10, window_s=1)
    ),
    "queue_into_stream": chain(
        2, QUEUE, queued(batch_size=10, window_s=2), STREAM | {"shards": 1}, read(batch_size=100)
    ),
    "stream_into_shards": chain(
        10, STREAM | {"shards": 1}, read(batch_size=100), STREAM | {"shards": 3},
        read(batch_size=100),
    ),
    "stream_into_queue": chain(
        2, STREAM | {"shards": 1}, read(batch_size=100), QUEUE, queued(batch_size=10, window_s=3)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_a_batch_behind_a_batch_is_as_large_as_simulated(name: str) -> None:
    job = prepare(CHAINS[name], {"duration_s": 7_200, "replications": 1})
    last = len(job.network.edges) - 1
    assert list(follows(job.network)) == [last]
    counts = replicate(job, 0).edges[last]
    simulated = counts.arrived / counts.requests
    # Reads come at whole intervals, windows are as long as some of them: between the two is chance.
    room = 0.08 if name == "stream_into_queue" else 0.05
    assert float(job.flow.batch[last].max()) == pytest.approx(simulated, rel=room)


def test_what_is_not_gathered_follows_nothing() -> None:
    """A queue without a window fetches single messages; so does nothing behind it fill."""
    drawn = chain(10, QUEUE, queued(batch_size=10), QUEUE, queued(batch_size=10, window_s=2))
    assert follows(compile_design(drawn)) == {}


@pytest.mark.parametrize("name", CHAINS)
def test_floats_arrays_and_scales_give_the_same_batches(name: str) -> None:
    network = compile_design(CHAINS[name])
    alone = [solve_one(network, scale, True).batch[-1][0, 0] for scale in (0.3, 1.0, 2.0)]
    together = solve(network, np.array([0.3, 1.0, 2.0])).batch[-1][:, 0]
    assert together == pytest.approx(np.array(alone), rel=1e-9)


def test_a_file_for_a_whole_batch_is_no_clump() -> None:
    drawn = design(
        {
            "c": client(50.0),
            "f": {"type": "firehose_stream", "buffer_interval_s": 5, "buffer_size_mib": 1},
            "b": {"type": "s3_bucket"},
            "q": dict(QUEUE),
            "g": WORK,
        },
        [
            ("c", "f", {"type": "client_call"}),
            ("f", "b", {"type": "firehose_destination"}),
            ("b", "q", {"type": "s3_notification"}),
            ("q", "g", queued(batch_size=10, window_s=30)),
        ],
    )
    network = compile_design(drawn)
    ((ones),) = follows(network).values()
    assert [one.whole for one in ones] == [True]
    job = prepare(drawn, {"duration_s": 20_000, "replications": 1})
    counts = replicate(job, 0).edges[-1]
    assert float(job.flow.batch[-1].max()) == pytest.approx(
        counts.arrived / counts.requests, rel=0.05
    )


def test_batches_grow_until_the_shard_keeps_up_with_what_each_event_takes() -> None:
    """A request takes 0.7 s and 0.1 s for each event: so many per batch that 7 a second go through.

    7 (0.7 + 0.1 b) = b at 16.3; by load over capacity alone they would stop at 9.8.
    """
    drawn = design(
        {
            "c": client(7.0),
            "s": STREAM | {"shards": 1},
            "f": {**WORK, "duration_ms": 700, "timeout_s": 60},
            "g": {**WORK, "duration_ms": 100},
        },
        [
            ("c", "s", {"type": "client_call"}),
            ("s", "f", read(batch_size=200)),
            ("f", "g", INVOKE),
        ],
    )
    network = compile_design(drawn)
    node = network.nodes[2]
    batch = float(solve_one(network, 1.0, True).batch[1][0, 0])
    assert 7.0 * request_s(node, batch) / batch == pytest.approx(1.0)
    (by_arrays,) = solve(network, np.array([1.0, 1.0])).batch[1][:1, 0]
    assert by_arrays == pytest.approx(batch)
    counts = replicate(prepare(drawn, {"duration_s": 7_200, "replications": 1}), 0).edges[1]
    assert batch == pytest.approx(counts.arrived / counts.requests, rel=0.15)
