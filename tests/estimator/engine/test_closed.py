"""Users who wait: the two asymptotic bounds of a closed network, and devices by the clock."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .designs import CALL, EXACT, items_of, report

TARGET = {"type": "elasticloadbalancingv2_target"}
BALANCER = {
    "type": "elasticloadbalancingv2_loadbalancer",
    "overhead_p50_ms": 0,
    "overhead_p99_ms": 0,
}


def users(count: int, think_s: float, **more) -> dict:
    return {"type": "client", "kind": "users", "users": count, "think_s": think_s, **more}


def on_servers(client: dict, slots: int, **model) -> dict:
    service = {
        "type": "ecs_service",
        "min_tasks": 1,
        "max_tasks": 1,
        "requests_in_parallel": slots,
        "duration_ms": 500,
        "spread": "constant",
    }
    return report(
        {"c": client, "b": BALANCER, "s": service},
        [("c", "b", CALL), ("b", "s", TARGET)],
        **model,
    )


def travel_s(found: dict) -> float:
    return sum(i["mean_s"] for i in items_of(found, found["paths"][0]) if i["kind"] == "network")


def test_few_users_call_at_users_over_think_and_response_time():
    found = on_servers(users(20, 9.5), slots=10)
    rate = found["headline"]["offered_rate_per_s"]
    assert rate == pytest.approx(20 / (9.5 + 0.5 + travel_s(found)), rel=1e-9)


def test_many_users_call_as_fast_as_the_servers_answer_and_wait_the_rest():
    """Interactive response time law: R = N / X - Z; ten places of 0.5 s answer 20 a second."""
    found = on_servers(users(1_000, 10.0), slots=10)
    assert found["headline"]["offered_rate_per_s"] == pytest.approx(20, rel=1e-5)
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(0, abs=1e-4)
    assert found["headline"]["response"]["mean_s"] == pytest.approx(1_000 / 20 - 10, rel=1e-4)


def test_the_cap_of_a_function_holds_users_back_too():
    found = report(
        {
            "c": users(100, 1.0),
            "f": {
                "type": "lambda_function",
                "duration_ms": 1_000,
                "reserved_concurrency": 10,
                **EXACT,
            },
        },
        [("c", "f", CALL)],
    )
    assert found["headline"]["offered_rate_per_s"] == pytest.approx(10, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2_000), st.floats(0.1, 100), st.integers(1, 50))
def test_the_rate_is_the_lesser_of_both_bounds(count, think_s, slots):
    found = on_servers(users(count, think_s), slots=slots)
    bare = count / (think_s + 0.5 + travel_s(found))
    assert found["headline"]["offered_rate_per_s"] == pytest.approx(
        min(bare, slots / 0.5), rel=1e-4
    )


def test_more_users_by_the_workload_scale():
    one = on_servers(users(20, 9.5), slots=10)["headline"]["offered_rate_per_s"]
    two = on_servers(users(20, 9.5), slots=10, workload={"scale": 2.0})
    assert two["headline"]["offered_rate_per_s"] == pytest.approx(2 * one)


def test_devices_report_by_the_clock():
    found = report(
        {
            "c": {"type": "client", "kind": "devices", "devices": 6_000, "interval_s": 60},
            "q": {"type": "sqs_queue"},
        },
        [("c", "q", CALL)],
    )
    assert found["headline"]["offered_rate_per_s"] == pytest.approx(100)
