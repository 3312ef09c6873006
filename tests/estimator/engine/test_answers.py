"""Statuses that callers get: each cause alone, and that together they are all requests."""

import pytest

from tests.estimator.engine.designs import CALL, EXACT, client, report

LOGIC = {"type": "lambda_function", "duration_ms": 20, **EXACT}
REST = {"type": "apigateway_rest_api"}
HTTP = {"type": "apigatewayv2_api"}


def answers(api, logic, *, rate=10.0, route=None, payload_kib=1.0, guard=None):
    kind = "apigateway_integration" if api["type"] == REST["type"] else "apigatewayv2_integration"
    nodes = {"c": client(rate, payload_kib=payload_kib), "api": api, "f": logic}
    edges = [("c", "api", CALL), ("api", "f", {"type": kind, **(route or {})})]
    if guard is not None:
        nodes["g"] = {**LOGIC, **guard.pop("logic", {})}
        edges.append(("api", "g", {"type": "apigateway_authorizer", "ttl_s": 0, **guard}))
    result = report(nodes, edges)
    rows = result["nodes"]["api"]["answers"]
    assert result["edges"]["e0"]["answers"] == rows  # One caller: the arrow has them all.
    assert sum(row["per_s"] for row in rows) == pytest.approx(rate)
    assert sum(row["ratio"] for row in rows) == pytest.approx(1.0)
    return {row["status"]: row["per_s"] for row in rows}


def test_all_is_well():
    assert answers(REST, LOGIC) == {200: pytest.approx(10.0)}


@pytest.mark.parametrize(("api", "status"), [(REST, 502), (HTTP, 500)])
def test_an_error_of_the_function(api, status):
    found = answers(api, {**LOGIC, "error_ratio": 0.1})
    assert found == {200: pytest.approx(9.0), status: pytest.approx(1.0)}


def test_the_throttle_of_stage_and_route():
    assert answers({**REST, "throttle_per_s": 6.0}, LOGIC)[429] == pytest.approx(4.0)
    assert answers(REST, LOGIC, route={"throttle_per_s": 3.0})[429] == pytest.approx(7.0)


@pytest.mark.parametrize(("api", "status"), [(REST, 500), (HTTP, 503)])
def test_a_function_without_capacity(api, status):
    slow = {**LOGIC, "duration_ms": 1_000, "reserved_concurrency": 4}
    assert answers(api, slow)[status] == pytest.approx(6.0)


@pytest.mark.parametrize(("api", "status"), [(REST, 504), (HTTP, 504)])
def test_an_answer_that_comes_too_late(api, status):
    # The law of run times: p99 is three times the median, so that 1 % is over it.
    logic = {**LOGIC, "duration_ms": 10_000, "timeout_s": 60}
    median_s = 10 / 1.118  # exp(sigma^2 / 2) with sigma = ln 3 / 2.3263
    api = {**api, "integration_timeout_s": 3 * median_s}
    assert answers(api, logic)[status] == pytest.approx(0.1, rel=0.1)


def test_the_functions_own_timeout_is_an_error_of_it():
    logic = {**LOGIC, "duration_ms": 1_000, "timeout_s": 3 / 1.118}
    assert answers(REST, logic)[502] == pytest.approx(0.1, rel=0.1)


def test_another_service_that_refuses():
    table = {
        "type": "dynamodb_table",
        "billing": "provisioned",
        "write_units": 4,
        "item_kib": 1.0,
    }
    assert answers(REST, table)[400] == pytest.approx(6.0)


def test_an_authorizer_that_denies_and_one_that_fails():
    assert answers(REST, LOGIC, guard={"denied_ratio": 0.2})[403] == pytest.approx(2.0)
    found = answers(REST, LOGIC, guard={"logic": {"error_ratio": 0.3}})
    assert found[500] == pytest.approx(3.0)


def test_requests_over_the_payload_limit():
    found = answers(REST, LOGIC, payload_kib=20_000.0)
    assert found == {200: 0.0, 413: pytest.approx(10.0)}


def test_a_node_without_statuses_says_nothing():
    result = report({"c": client(1.0), "f": LOGIC}, [("c", "f", CALL)])
    assert "answers" not in result["nodes"]["f"]
    assert "answers" not in result["edges"]["e0"]
