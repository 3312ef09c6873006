"""Servers: requests wait in line by Erlang's formula, and what runs is what is paid."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.catalog.base import Servers
from estimator.engine.queueing import erlang_c
from estimator.engine.servers import running

from .designs import CALL, client, finding, items_of, line, report

TARGET = {"type": "elasticloadbalancingv2_target"}
BALANCER = {
    "type": "elasticloadbalancingv2_loadbalancer",
    "overhead_p50_ms": 0,
    "overhead_p99_ms": 0,
    "internet_facing": False,
}
POLL = {"type": "ecs_sqs_poll", "batch_size": 1}


def service(tasks: int, parallel: int, **more) -> dict:
    return {
        "type": "ecs_service",
        "min_tasks": tasks,
        "max_tasks": tasks,
        "requests_in_parallel": parallel,
        "log_kib": 0,
        **more,
    }


def behind_a_balancer(rate: float, servers: dict, **model) -> dict:
    return report(
        {"c": client(rate), "b": BALANCER, "s": servers},
        [("c", "b", CALL), ("b", "s", TARGET)],
        **model,
    )


@pytest.mark.parametrize(("tasks", "parallel", "load"), [(1, 1, 0.5), (2, 1, 1.6), (3, 4, 11.0)])
def test_the_wait_is_that_of_an_m_m_c_queue(tasks, parallel, load):
    servers, mean_s = tasks * parallel, 0.2
    found = behind_a_balancer(
        load / mean_s, service(tasks, parallel, duration_ms=200, spread="exponential")
    )
    expected = erlang_c(servers, load) * mean_s / (servers - load)
    assert found["nodes"]["s"]["wait_s"] == pytest.approx(expected, rel=1e-9)
    path = next(p for p in found["paths"] if p["kind"] == "response")
    waits = [i for i in items_of(found, path) if i["kind"] == "wait"]
    assert [w["mean_s"] for w in waits] == [pytest.approx(expected, rel=1e-9)]


def test_one_server_at_half_load_doubles_the_time():
    """M/M/1: sojourn time is the service time over one minus the load."""
    found = behind_a_balancer(5, service(1, 1, duration_ms=100, spread="exponential"))
    travel_s = next(
        i["mean_s"] for i in items_of(found, found["paths"][0]) if i["label"] == "To the target"
    )
    assert found["headline"]["response"]["mean_s"] == pytest.approx(0.2 + travel_s, rel=1e-6)


def test_constant_work_waits_half_as_long():
    """Pollaczek-Khinchine: M/D/1 waits half of M/M/1."""
    waits = [
        behind_a_balancer(8, service(1, 1, duration_ms=100, spread=s))["nodes"]["s"]["wait_s"]
        for s in ("exponential", "constant")
    ]
    assert waits[0] == pytest.approx(0.4)
    assert waits[1] == pytest.approx(0.2)


def test_overload_has_no_response_time_and_says_so():
    found = behind_a_balancer(30, service(2, 1, duration_ms=100))
    assert found["headline"]["response"] is None
    assert "grows without bound" in found["headline"]["response_reason"]
    assert found["nodes"]["s"]["wait_s"] is None
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(10)
    assert found["headline"]["max_rate_per_s"] == pytest.approx(20, rel=1e-6)
    assert finding(found, "servers-overloaded")["patch"][0]["value"] == 5


def test_an_overloaded_queue_is_worked_off_at_the_capacity_of_the_workers():
    found = report(
        {
            "c": client(30),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 60},
            "s": service(2, 1, duration_ms=100),
        },
        [("c", "q", CALL), ("q", "s", POLL)],
    )
    assert found["nodes"]["s"]["events_in_per_s"] == pytest.approx(20)
    assert found["nodes"]["q"]["backlog_growth_per_h"] == pytest.approx(36_000)
    assert "backlog" in found["headline"]["completion_reason"]


def test_messages_of_one_receive_are_worked_off_one_after_another():
    """Large receives save calls, not work: the workers' capacity stays the same."""
    found = report(
        {
            "c": client(30),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 60},
            "s": service(2, 1, duration_ms=100),
        },
        [("c", "q", CALL), ("q", "s", {**POLL, "batch_size": 10})],
    )
    assert found["nodes"]["s"]["events_in_per_s"] == pytest.approx(20)


@given(
    st.floats(0, 1e4),
    st.integers(0, 20),
    st.integers(1, 400),
    st.integers(1, 50),
    st.floats(0.1, 1),
)
def test_what_runs_bears_the_load_or_is_the_most(busy, least, more, slots, target):
    declared = Servers(least, least + more, slots, target)
    count = float(running(declared, np.array([busy]))[0])
    assert least <= count <= least + more
    assert count == least + more or busy <= count * slots * target * (1 + 1e-9) + 1e-6
    assert count == least or busy > (count - 1) * slots * target * (1 - 1e-9) - 1e-6


def test_tasks_follow_the_hours_of_the_day():
    """12 quiet hours and 12 of eight busy places: 2 tasks and 4 tasks at half load each."""
    weights = [0] * 12 + [1] * 12
    found = report(
        {
            "c": client(40, profile="daily", hourly_weights=weights),
            "b": BALANCER,
            "s": service(2, 4, duration_ms=100, min_tasks=2, max_tasks=20, target_ratio=0.5),
        },
        [("c", "b", CALL), ("b", "s", TARGET)],
    )
    shown = found["nodes"]["s"]["servers"]
    assert (shown["least"], shown["busiest"], shown["mean"]) == (2, 4, 3)
    hours = float(line(found, "fargate.linux_x86.vcpu")["quantity"])
    assert hours == pytest.approx(3 * 0.5 * 730)


def test_a_backlog_stands_as_long_as_scaling_lets_it():
    """Little: 100 messages for each of 5 servers at 49/s wait 10.2 s."""
    found = report(
        {
            "c": client(49),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 60},
            "s": service(1, 1, duration_ms=100, max_tasks=20, scaling="backlog"),
        },
        [("c", "q", CALL), ("q", "s", POLL)],
    )
    assert found["nodes"]["s"]["servers"]["mean"] == 5
    assert found["nodes"]["s"]["wait_s"] == pytest.approx(500 / 49)


def test_fargate_five_arm_tasks_ten_minutes_a_day():
    """AWS Fargate pricing page, per hour of one task: 0.81 + 0.18 + 0.03 USD for 25 task-hours."""
    found = report(
        {"s": service(1, 1, vcpu="1", memory_gb=2, storage_gb=30, architecture="arm64")},
        [],
        assumptions={"month_hours": 720},
    )
    share = 25 / 720
    amounts = [
        float(line(found, f"fargate.{m}")["amount"]) * share
        for m in ("linux_arm.vcpu", "linux_arm.memory", "ephemeral_storage")
    ]
    assert [round(a, 2) for a in amounts] == [0.81, 0.18, 0.03]


def test_a_nat_gateway_of_ten_gb_and_a_rest_api():
    """Cost table of an AWS sample: 730 h and 10 GB are 33.30 USD."""
    events_per_s, kib = 1.0, 10 * 1024**2 / 2_628_000
    found = report(
        {
            "c": client(events_per_s),
            "f": {"type": "lambda_function"},
            "n": {"type": "ec2_natgateway"},
        },
        [("c", "f", CALL), ("f", "n", {"type": "ec2_nat_egress", "payload_kib": kib})],
    )
    assert line(found, "vpc.nat_gateway.hours")["amount"] == "32.85"
    assert line(found, "vpc.nat_gateway.data")["amount"] == "0.45"


@pytest.mark.parametrize(
    ("changes", "rate", "lcu"),
    [
        ({"new_connections_ratio": 1.0, "connection_s": 1}, 50, 2.0),
        ({"new_connections_ratio": 1.0, "connection_s": 300}, 20, 2.0),
        ({"new_connections_ratio": 0.0, "response_kib": 1023}, 1, 3600 / 1024),
        ({"new_connections_ratio": 0.0, "listener_rules": 30, "response_kib": 0}, 100, 2.0),
    ],
)
def test_an_lcu_is_the_most_of_four_dimensions(changes, rate, lcu):
    """25 new connections/s, 3,000 open ones, 1 GB/h, 1,000 rules/s beyond ten (pricing page)."""
    found = report(
        {"c": client(rate), "b": {**BALANCER, **changes}, "s": service(50, 50)},
        [("c", "b", CALL), ("b", "s", TARGET)],
    )
    assert float(line(found, "alb.lcu")["quantity"]) == pytest.approx(lcu * 730)
    assert line(found, "alb.hours")["amount"] == "16.43"


def test_bytes_to_functions_fill_an_lcu_sooner():
    found = report(
        {
            "c": client(1),
            "b": {**BALANCER, "new_connections_ratio": 0, "response_kib": 1023},
            "f": {"type": "lambda_function"},
        },
        [("c", "b", CALL), ("b", "f", TARGET)],
    )
    assert float(line(found, "alb.lcu")["quantity"]) == pytest.approx(3600 / 1024 / 0.4 * 730)


def test_instances_are_paid_while_they_run():
    found = report(
        {
            "g": {
                "type": "autoscaling_group",
                "instance_type": "t3.small",
                "min_instances": 3,
                "max_instances": 3,
                "disk_gb": 20,
            }
        },
        [],
    )
    assert line(found, "ec2.linux.ondemand.t3.small")["amount"] == "45.55"  # 3 × 730 × 0.0208
    assert line(found, "ebs.gp3.storage")["amount"] == "4.80"


def test_callers_of_a_service_wait_for_its_line_too():
    """A service that calls another by a load balancer: the inner wait is in the answer."""
    found = report(
        {
            "c": client(8),
            "b": BALANCER,
            "outer": service(10, 10, duration_ms=10, spread="constant"),
            "b2": BALANCER,
            "inner": service(1, 1, duration_ms=100, spread="exponential"),
        },
        [
            ("c", "b", CALL),
            ("b", "outer", TARGET),
            ("outer", "b2", {"type": "ecs_call"}),
            ("b2", "inner", TARGET),
        ],
    )
    path = found["paths"][0]
    assert math.isclose(
        sum(
            i["mean_s"]
            for i in items_of(found, path)
            if i["kind"] == "wait" and i["node"] == "inner"
        ),
        0.4,
    )


def test_what_a_busy_hour_keeps_for_a_quiet_one_has_no_short_wait():
    """20/s at most: 30/s in half of the day wait for the other half, and no figure says less."""
    found = report(
        {
            "c": client(15, profile="daily", hourly_weights=[0] * 12 + [1] * 12),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 60},
            "s": service(2, 1, duration_ms=100),
        },
        [("c", "q", CALL), ("q", "s", POLL)],
    )
    assert found["nodes"]["q"]["backlog_growth_per_h"] == 0
    assert found["headline"]["completion"] is None
    assert "quieter" in found["headline"]["completion_reason"]
