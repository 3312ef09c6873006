"""Response and completion time: items, closed forms, and an independent sampling."""

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.catalog.base import (
    Constant,
    Exponential,
    Item,
    Kind,
    Lognormal,
    Maybe,
    Uniform,
)
from estimator.engine import sums
from estimator.engine.latency import Line, percentiles
from estimator.engine.laws import SAMPLES, normal_quantile, quantile, samples, scaled

from .designs import CALL, EXACT, INVOKE, MAPPING, client, items_of, report


def sum_of(*laws) -> dict[str, float]:
    return percentiles([Line(Item(Kind.SERVICE, "x", law)) for law in laws])


def test_the_normal_quantile_equals_the_standard_library():
    u = np.array([1e-6, 0.001, 0.02, 0.3, 0.5, 0.9, 0.99, 0.999999])
    known = [statistics.NormalDist().inv_cdf(float(x)) for x in u]
    assert normal_quantile(u) == pytest.approx(known, abs=1e-8)


def test_ways_that_begin_alike_have_the_percentiles_of_each_alone():
    laws = [Lognormal(0.011, 0.09), Exponential(0.5), Constant(0.2), Maybe(0.03, Lognormal(1, 4))]
    a, b, c, d = laws
    ways = [[a, b, c], [a, b], [], [a, b, c, d, d], [a, d], [a, b, c], [d, b, a]]
    for way, found in zip(ways, sums.percentiles(ways), strict=True):
        total = sum((samples(law, k) for k, law in enumerate(way)), np.zeros(SAMPLES))
        p50, p90, p99 = np.quantile(total, (0.5, 0.9, 0.99))
        assert found == {
            "mean_s": sum(law.mean_s for law in way), "p50_s": p50, "p90_s": p90, "p99_s": p99
        }  # fmt: skip


def test_a_lognormal_keeps_the_two_percentiles_it_was_made_of():
    found = sum_of(Lognormal(0.0162, 0.105))
    assert found["p50_s"] == pytest.approx(0.0162, rel=1e-3)
    assert found["p99_s"] == pytest.approx(0.105, rel=1e-2)


def test_two_uniform_waits_have_the_triangle_law():
    found = sum_of(Uniform(0, 1), Uniform(0, 1))
    assert found["p50_s"] == pytest.approx(1.0, abs=0.01)
    assert found["p90_s"] == pytest.approx(2 - 0.2**0.5, abs=0.02)


def test_five_exponential_times_have_the_erlang_law():
    """Erlang with five stages of mean 1: median 4.6709, p99 11.6046 (tables of the gamma law)."""
    found = sum_of(*[Exponential(1.0)] * 5)
    assert found["mean_s"] == pytest.approx(5)
    assert found["p50_s"] == pytest.approx(4.6709, rel=0.01)
    assert found["p99_s"] == pytest.approx(11.6046, rel=0.03)


LAWS = st.one_of(
    st.floats(0, 10).map(Constant),
    st.floats(0.001, 10).map(Exponential),
    st.floats(0.001, 10).map(lambda x: Uniform(0, x)),
    st.floats(0.001, 10).map(lambda x: Lognormal(x, 4 * x)),
    st.tuples(st.floats(0, 1), st.floats(0.001, 10)).map(lambda p: Maybe(p[0], Exponential(p[1]))),
)


@given(LAWS, st.floats(0.01, 8))
def test_scaling_a_law_scales_its_mean(law, times):
    assert scaled(law, times).mean_s == pytest.approx(law.mean_s * times)


@given(LAWS)
def test_quantiles_never_fall(law):
    values = quantile(law, np.linspace(0.01, 0.99, 50))
    assert np.all(np.diff(values) >= -1e-12)


@settings(deadline=None)  # 200,000 quantiles take a while on a busy machine.
@given(LAWS)
def test_the_mean_of_a_law_is_the_integral_of_its_quantiles(law):
    u = (np.arange(200_000) + 0.5) / 200_000
    assert float(quantile(law, u).mean()) == pytest.approx(law.mean_s, rel=0.01, abs=1e-3)


def pipeline(rate: float, **firehose) -> dict:
    return report(
        {
            "c": client(rate, payload_kib=5),
            "s": {"type": "firehose_stream", **firehose},
            "b": {"type": "s3_bucket"},
        },
        [("c", "s", CALL), ("s", "b", {"type": "firehose_destination"})],
    )


def items(found: dict, kind: str) -> list[dict]:
    return [
        i
        for p in found["paths"]
        if p["kind"] == "completion"
        for i in items_of(found, p)
        if i["kind"] == kind
    ]


def test_firehose_holds_up_to_its_interval_at_a_low_rate():
    hold = items(pipeline(1), "buffer")[0]
    assert hold["max_s"] == 60
    assert hold["mean_s"] == pytest.approx((60 + 60 * 30) / 61)  # One of 61 opens the buffer.


def test_firehose_holds_less_when_its_size_fills_first():
    hold = items(pipeline(512), "buffer")[0]  # 2.5 MiB/s: the 1,024th record fills 5 MiB
    assert hold["max_s"] == pytest.approx(1023 / 512)


def test_a_delay_queue_holds_every_message():
    found = report(
        {
            "c": client(1),
            "q": {"type": "sqs_queue", "delay_s": 90, "visibility_timeout_s": 200},
            "f": {"type": "lambda_function"},
        },
        [("c", "q", CALL), ("q", "f", MAPPING)],
    )
    assert items(found, "hold")[0]["mean_s"] == 90
    assert found["headline"]["completion"]["p50_s"] > 90
    assert found["headline"]["response"]["p99_s"] < 1


def test_the_caller_waits_for_the_answer_and_not_for_the_queue_behind():
    found = report(
        {
            "c": client(1),
            "a": {"type": "apigatewayv2_api"},
            "f": {"type": "lambda_function", "duration_ms": 200, **EXACT},
            "q": {"type": "sqs_queue", "visibility_timeout_s": 200},
            "g": {"type": "lambda_function", "duration_ms": 5000, **EXACT},
        },
        [
            ("c", "a", CALL),
            ("a", "f", {"type": "apigatewayv2_integration"}),
            ("f", "q", INVOKE),
            ("q", "g", MAPPING),
        ],
    )
    response, completion = found["headline"]["response"], found["headline"]["completion"]
    assert 0.2 < response["mean_s"] < 0.3
    assert completion["mean_s"] > 5.2


def test_a_caller_pays_for_the_time_it_waits():
    def seconds(duration_ms: float) -> float:
        found = report(
            {
                "c": client(1),
                "f": {"type": "lambda_function", "duration_ms": 10, **EXACT},
                "g": {"type": "lambda_function", "duration_ms": duration_ms, **EXACT},
            },
            [("c", "f", CALL), ("f", "g", INVOKE)],
        )
        return found["nodes"]["f"]["service_s"]

    assert seconds(1000) - seconds(500) == pytest.approx(0.5)


def test_a_workflow_that_waits_a_day_delays_the_last_consumer_by_a_day():
    definition = {
        "StartAt": "W",
        "States": {
            "W": {"Type": "Wait", "Seconds": 86400, "Next": "T"},
            "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True},
        },
    }
    found = report(
        {
            "c": client(1),
            "w": {"type": "sfn_state_machine", "definition": definition},
            "f": {"type": "lambda_function"},
        },
        [("c", "w", CALL), ("w", "f", {"type": "sfn_task", "state": "T"})],
    )
    assert found["headline"]["completion"]["p50_s"] == pytest.approx(86_400, rel=1e-3)
    assert found["headline"]["response"]["p99_s"] < 1


def test_the_first_waits_the_whole_batching_window_and_the_others_half_of_it():
    found = report(
        {
            "c": client(0.5),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {"type": "lambda_function"},
        },
        [("c", "q", CALL), ("q", "f", {**MAPPING, "window_s": 20, "batch_size": 100})],
    )
    assert items(found, "batch window")[0]["mean_s"] == pytest.approx((20 + 10 * 10) / 11)


def test_the_same_design_gives_the_same_figures():
    first, second = pipeline(3), pipeline(3)
    assert first == second


def test_headline_percentiles_agree_with_independent_sampling():
    found = pipeline(1)
    path = next(p for p in found["paths"] if p["kind"] == "completion")
    random = np.random.default_rng(7)
    total = random.uniform(0, 60, 200_000)
    total[random.uniform(size=200_000) < 1 / 61] = 60  # The first of a buffer waits it all.
    for item in items_of(found, path):
        if item["kind"] != "buffer":
            sigma = np.log(item["p99_s"] / item["p50_s"]) / 2.3263479
            total += item["p50_s"] * np.exp(sigma * random.standard_normal(200_000))
    assert path["p50_s"] == pytest.approx(np.quantile(total, 0.5), rel=0.01)
    assert path["p99_s"] == pytest.approx(np.quantile(total, 0.99), rel=0.01)


def test_the_time_of_one_route_does_not_hold_the_time_of_another():
    quick = {"type": "lambda_function", "duration_ms": 20, **EXACT}
    slow = {"type": "lambda_function", "duration_ms": 8000, "timeout_s": 20, **EXACT}
    route = {"type": "apigatewayv2_integration"}
    found = report(
        {"c": client(1), "a": {"type": "apigatewayv2_api"}, "f": quick, "g": slow},
        [("c", "a", CALL), ("a", "f", route), ("a", "g", {**route, "path": "/slow"})],
    )
    times = {p["end"]: p["mean_s"] for p in found["paths"] if p["kind"] == "completion"}
    assert times["f"] < 0.1
    assert times["g"] > 8
