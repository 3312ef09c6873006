"""Cost against load: lines whose crossing is known by hand, idle costs, and the always-on twin."""

from pathlib import Path

import pytest

from designer.catalog import SERVICES
from designer.document import dump, load, loads
from estimator.engine import always_on, compare, estimate
from estimator.engine.breakeven import Curve, grid
from estimator.engine.errors import TooLarge
from estimator.prices import book

from .designs import CALL, EXACT, INVOKE, MAPPING, client, design

# What produces events without load: clocks, and alarms that ring.
TIMERS = ("events_rule", "scheduler_schedule", "cloudwatch_alarm")
EXAMPLES = sorted((Path(__file__).parents[3] / "designer" / "examples").glob("*.design.json"))
US = book("us-east-1")


def functions(rate: float, **more):
    return design(
        {
            "c": client(rate),
            "f": {
                "type": "lambda_function",
                "memory_mb": 1024,
                "duration_ms": 100,
                **EXACT,
                **more,
            },
        },
        [("c", "f", CALL)],
    )


def instances(rate: float, count: int):
    return design(
        {
            "c": client(rate),
            "q": {"type": "dynamodb_table"},
            "g": {
                "type": "autoscaling_group",
                "instance_type": "m5.large",
                "min_instances": count,
                "max_instances": count,
            },
        },
        [("c", "q", {**CALL, "operation": "read"})],
    )


def test_two_straight_lines_cross_where_arithmetic_says():
    """Runs cost 0.2e-6 + 0.1 × 0.0000166667 USD each; a read 0.125e-6 × 0.5 and 70.72 standing.

    The instance: 730 × 0.096 = 70.08 and 8 × 0.08 = 0.64. They meet where n × (run - read) = 70.72.
    """
    run, read = 0.2e-6 + 0.1 * 0.0000166667, 0.5 * 0.125e-6
    expected = 70.72 / (run - read) / (10 * 2_628_000)
    found = compare((functions(10), US), (instances(10, 1), US), low=0.01, high=100, points=7)
    (one,) = found["break_even"]
    assert one["factor"] == pytest.approx(expected, rel=1e-4)
    assert one["rate_per_s"] == pytest.approx(10 * expected, rel=1e-4)
    assert one["cheaper_below"] == "left"
    assert (found["left"]["idle_cost"], found["right"]["idle_cost"]) == ("0.00", "70.72")
    mirrored = compare((instances(10, 1), US), (functions(10), US), low=0.01, high=100, points=7)
    assert mirrored["break_even"][0]["factor"] == pytest.approx(one["factor"], rel=1e-4)
    assert mirrored["break_even"][0]["cheaper_below"] == "right"


def test_a_design_against_itself_breaks_even_nowhere():
    found = compare((functions(10), US), (functions(10), US), low=0.1, high=10, points=5)
    assert found["break_even"] == []
    assert found["notes"] == []


def test_a_point_is_the_bill_of_the_scaled_design():
    drawn = functions(10)
    document = dump(drawn)
    document["model"]["workload"] = {"scale": 7.0}
    bill = estimate(load(document), US)["bill"]["total"]
    assert Curve(drawn, US).at(7.0).to_dict()["cost"] == bill


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.removesuffix(".design.json"))
def test_the_drawn_point_of_an_example_is_its_bill_to_the_cent(path):
    drawn = loads(path.read_text())
    prices = book(drawn.model.region)
    shown = Curve(drawn, prices).at(1.0).to_dict()["cost"]
    assert shown == estimate(drawn, prices)["bill"]["total"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.removesuffix(".design.json"))
def test_more_load_never_costs_less_while_it_is_carried(path):
    curve = Curve(drawn := loads(path.read_text()), book(drawn.model.region))
    points = [curve.at(f) for f in (0.0, 0.01, 0.1, 0.5, 1.0)]
    carried = [p.cost for p in points if p.carried]
    assert carried == sorted(carried)
    scheduled = sum(1 for n in drawn.model.nodes if n.service.type in TIMERS)
    assert (curve.at(0.0).rate_per_s > 0) == (scheduled > 0)  # By the clock, without any load.


def test_what_is_refused_is_said():
    """1,000 executions of 100 ms carry 10,000 runs a second."""
    points = [Curve(functions(100), US).at(f) for f in (99.0, 101.0)]
    assert [p.carried for p in points] == [True, False]
    found = compare((functions(100), US), (instances(100, 1), US), low=1, high=200, points=3)
    assert any("refuses" in note for note in found["notes"])


def test_different_loads_are_said():
    found = compare((functions(10), US), (instances(20, 1), US), low=0.1, high=1, points=2)
    assert any("different loads" in note for note in found["notes"])


def test_the_grid_holds_the_ends_and_the_drawn_load():
    factors = grid(0.01, 30, 8)
    assert (factors[0], factors[-1], len(factors)) == (0.01, 30.0, 9)
    assert 1.0 in factors


def test_what_would_take_too_long_is_refused_with_a_way_out():
    nodes = {f"q{i}": {"type": "sqs_queue"} for i in range(200)}
    large = design({"c": client(1), **nodes}, [("c", key, CALL) for key in nodes])
    with pytest.raises(TooLarge, match="ask for 14 points"):
        compare((large, US), (large, US), low=0.1, high=1, points=60)


# ---- Always on ---------------------------------------------------------------------------------


def test_a_function_behind_an_api_and_a_queue_becomes_services():
    drawn = design(
        {
            "c": client(100),
            "a": {"type": "apigatewayv2_api", "response_kib": 3},
            "f": {"type": "lambda_function", "memory_mb": 512, "duration_ms": 60},
            "q": {"type": "sqs_queue", "visibility_timeout_s": 180},
            "w": {"type": "lambda_function", "memory_mb": 1024, "duration_ms": 200},
        },
        [
            ("c", "a", CALL),
            ("a", "f", {"type": "apigatewayv2_integration", "path": "/orders/{id}"}),
            ("f", "q", INVOKE),
            ("q", "w", MAPPING),
        ],
    )
    made, notes = always_on(drawn)
    kinds = {n.id: n.service.type for n in made.model.nodes}
    assert kinds == {
        "c": "client",
        "a": "elasticloadbalancingv2_loadbalancer",
        "f": "ecs_service",
        "q": "sqs_queue",
        "w": "ecs_service",
    }
    edges = {(e.source, e.target): e.connection.type for e in made.model.edges}
    assert edges == {
        ("c", "a"): "client_call",
        ("a", "f"): "elasticloadbalancingv2_target",
        ("f", "q"): "ecs_call",
        ("q", "w"): "ecs_sqs_poll",
    }
    worker = made.model.node("w").service
    # 100/s × 0.2 s are 20 in progress; a task of 2 GB holds 2, 60 % of them busy: 17 tasks.
    assert (worker.requests_in_parallel, worker.min_tasks, worker.max_tasks) == (2, 2, 17)
    assert made.model.node("a").service.response_kib == 3
    assert notes


def test_what_aws_pushes_goes_by_a_queue_with_a_redrive():
    drawn = design(
        {
            "c": client(10),
            "t": {"type": "sns_topic"},
            "f": {"type": "lambda_function"},
            "failed": {"type": "sqs_queue"},
        },
        [
            ("c", "t", CALL),
            ("t", "f", {"type": "sns_subscription"}),
            ("f", "failed", {"type": "lambda_on_failure"}),
        ],
    )
    made, _ = always_on(drawn)
    edges = [(e.source, e.target, e.connection.type) for e in made.model.edges]
    assert ("t", "f_queue", "sns_subscription") in edges
    assert ("f_queue", "f", "ecs_sqs_poll") in edges
    assert ("f_queue", "failed", "sqs_redrive") in edges
    assert not any(kind == "lambda_on_failure" for _, _, kind in edges)


def test_a_step_of_a_workflow_stays_a_function_and_says_so():
    drawn = design(
        {
            "c": client(1),
            "m": {"type": "sfn_state_machine"},
            "f": {"type": "lambda_function"},
        },
        [("c", "m", CALL), ("m", "f", {"type": "sfn_task"})],
    )
    made, notes = always_on(drawn)
    assert made.model.node("f").service.type == "lambda_function"
    assert any("stays a function" in note for note in notes)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.removesuffix(".design.json"))
def test_the_always_on_twin_of_an_example_carries_the_same_events(path):
    drawn = loads(path.read_text())
    made, _ = always_on(drawn)
    prices = book(drawn.model.region)
    before, after = estimate(drawn, prices), estimate(made, prices)
    for end in ("offered_rate_per_s", "peak_rate_per_s"):
        assert after["headline"][end] == pytest.approx(before["headline"][end])
    for node in drawn.model.nodes:
        came, comes = (r["nodes"][node.id]["events_in_per_s"] for r in (before, after))
        assert comes == pytest.approx(came, rel=1e-3, abs=1e-9), node.id
    lost = [n for n, found in after["nodes"].items() if found["throttled_per_s"] > 1e-9]
    assert lost == []


def test_every_type_named_by_the_rewrite_exists():
    from estimator.engine import alwayson

    assert {alwayson.FUNCTION, alwayson.SERVICE, alwayson.QUEUE, alwayson.BALANCER} <= set(SERVICES)
    assert set(SERVICES) >= alwayson.APIS
