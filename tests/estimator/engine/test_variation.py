"""The variance of a request's time against plain sampling of the laws it is made of."""

from __future__ import annotations

import numpy as np
import pytest

from designer.catalog.base import (
    Constant,
    Exponential,
    Gathering,
    Law,
    Lognormal,
    Maybe,
    Uniform,
)
from estimator.engine.laws import quantile
from estimator.engine.network import compile_design
from estimator.engine.variation import request_scv, variance

from .designs import EXACT, INVOKE, client, design

LAWS: list[Law] = [
    Constant(2.0), Uniform(1.0, 4.0), Gathering(3.0, 0.2), Exponential(0.5), Lognormal(1.0, 3.0),
    Maybe(0.3, Exponential(2.0)), Maybe(0.6, Constant(1.0)),
]  # fmt: skip


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_the_variance_of_a_law_is_that_of_its_samples(law: Law) -> None:
    times = quantile(law, (np.arange(1_000_000) + 0.5) / 1_000_000)
    assert variance(law) == pytest.approx(times.var(), rel=5e-3, abs=1e-12)


def test_a_request_varies_with_its_calls_and_with_the_events_it_holds() -> None:
    """One draw of the call's time counts for each event of the batch, as in the simulation."""
    drawn = design(
        {
            "c": client(10.0),
            "q": {"type": "sqs_queue"},
            "f": {"type": "lambda_function", "duration_ms": 100, **EXACT},
            "t": {"type": "sns_topic"},
        },
        [
            ("c", "q", {"type": "client_call"}),
            ("q", "f", {"type": "lambda_sqs_mapping", "batch_size": 10, "window_s": 1}),
            ("f", "t", {**INVOKE, "calls_per_event": 2.0}),
        ],
    )
    network = compile_design(drawn)
    node = network.nodes[2]
    random = np.random.Generator(np.random.PCG64(3))
    n = 2_000_000
    events = random.choice([2.0, 6.0], n)
    work, call = node.station.service, network.nodes[3].station
    answer = call.answer or call.service
    times = quantile(work, random.random(n)) + 2 * events * quantile(answer, random.random(n))
    batch = events.mean()
    others = (events**2).mean() / batch - 1
    found = request_scv(network, node, batch, others)
    assert found == pytest.approx(times.var() / times.mean() ** 2, rel=0.02)
