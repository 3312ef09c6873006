"""What the room of a Lambda function claims."""

import math

import pytest

from designer.catalog.lambda_function import LambdaFunction
from designer.catalog.lambda_function.provisioned import cover, erlang_b, on_demand_share
from designer.catalog.lambda_function.runtimes import init_ms
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import (
    CALL,
    EXACT,
    MAPPING,
    client,
    finding,
    items_of,
    line,
    report,
)

MONTH_S = 730 * 3600


def function(**config):
    return {"type": "lambda_function", **EXACT, **config}


def quantity(found, meter):
    return float(line(found, meter)["quantity"])


def test_the_loss_formula_has_the_values_of_the_tables():
    """Erlang B tables: 5 erlangs on 10 servers 1.84 %, 10 on 10 21.46 %, 1 on 1 50 %."""
    assert erlang_b(10, 5) == pytest.approx(0.018385, abs=1e-6)
    assert erlang_b(10, 10) == pytest.approx(0.214582, abs=1e-6)
    assert erlang_b(1, 1) == 0.5


def test_a_schedule_over_midnight_covers_both_days():
    hours = [cover(22, 4, hour) for hour in range(24)]
    assert sum(hours) == 4
    assert [h for h, part in enumerate(hours) if part] == [0, 1, 22, 23]
    assert on_demand_share(1, 0, 12, [1.0], [0.0]) == 0.5


def test_a_sale_on_provisioned_concurrency_costs_what_aws_publishes():
    """AWS Lambda pricing page: 7 environments of 4 GB for 24 h, 2 M runs of 280 ms: 32.26 USD."""
    found = report(
        {
            "c": client(2e6 / (720 * 3600)),
            "f": function(
                memory_mb=4096,
                duration_ms=280,
                provisioned_concurrency=7,
                provisioned_length_h=0.8,  # 24 h of the month's 30 days.
                on_demand_ratio=0.0,
            ),
        },
        [("c", "f", CALL)],
        assumptions={"month_hours": 720, "free_tier": True},
    )
    amounts = {item["meter"]: item["amount"] for item in found["bill"]["lines"]}
    assert amounts == {
        "lambda.provisioned_concurrency.x86": "10.08",
        "lambda.duration_on_provisioned.x86": "21.78",
        "lambda.requests": "0.40",  # The free million does not apply.
    }


def test_what_no_provisioned_environment_takes_runs_on_demand():
    load, kept = 4.0, 5
    found = report(
        {"c": client(8), "f": function(duration_ms=500, provisioned_concurrency=kept)},
        [("c", "f", CALL)],
    )
    spilled = erlang_b(kept, load)
    gb_s = 8 * MONTH_S * 0.5 * 0.5
    assert quantity(found, "lambda.duration.x86") == pytest.approx(gb_s * spilled, rel=1e-4)
    on_provisioned = quantity(found, "lambda.duration_on_provisioned.x86")
    assert on_provisioned == pytest.approx(gb_s * (1 - spilled), rel=1e-4)
    assert finding(found, "lambda-provisioned-spills-over")


def test_the_free_tier_passes_by_a_function_with_provisioned_concurrency():
    nodes = {
        "c": client(1),
        "kept": function(provisioned_concurrency=1, on_demand_ratio=1.0),
        "free": function(),
    }
    found = report(
        nodes, [("c", "kept", CALL), ("c", "free", CALL)], assumptions={"free_tier": True}
    )
    runs = line(found, "lambda.requests")
    assert float(runs["quantity"]) == pytest.approx(2 * MONTH_S)
    assert float(runs["free_quantity"]) == pytest.approx(1e6)
    alone = report({"c": client(1), "kept": nodes["kept"]}, [("c", "kept", CALL)])
    assert float(line(alone, "lambda.requests")["free_quantity"]) == 0


def test_only_the_spill_over_starts_cold():
    def colds(**more):
        found = report(
            {"c": client(1), "f": {"type": "lambda_function", "cold_start_ratio": 0.5, **more}},
            [("c", "f", CALL)],
        )
        items = items_of(found, found["paths"][0])
        return [item for item in items if item["kind"] == "cold start"]

    assert colds()
    assert not colds(provisioned_concurrency=10, on_demand_ratio=0.0)


def test_memory_changes_the_time_only_as_far_as_it_is_stated():
    plain = LambdaFunction(memory_mb=1024, duration_ms=100)
    assert plain.mean_run_s == 0.1
    assert LambdaFunction(memory_mb=1024, duration_ms=100, measured_at_mb=512).mean_run_s == 0.1
    bound = LambdaFunction(memory_mb=1024, duration_ms=100, measured_at_mb=512, cpu_bound_ratio=0.5)
    assert bound.mean_run_s == pytest.approx(0.075)
    beyond = LambdaFunction(
        memory_mb=10_240, duration_ms=100, measured_at_mb=1_769, cpu_bound_ratio=1.0
    )
    assert beyond.mean_run_s == pytest.approx(0.1)  # One thread has one vCPU at most.


def test_the_cold_start_is_that_of_the_measured_row():
    """lambda-perf, 30 days to 2026-08-22."""
    assert init_ms("java25", "go", "Zip", "arm64", 1_024) == (199, 445)
    assert init_ms("provided.al2023", "rust", "Zip", "x86_64", 128) == (16, 52)
    assert init_ms("dotnet10", "go", "Image", "x86_64", 2_000) == (390, 848)


def test_a_snapshot_of_java_is_free_and_others_pay_cache_and_restores():
    def meters(runtime):
        node = {**function(), "cold_start_ratio": 0.1, "runtime": runtime, "snapstart": True}
        found = report({"c": client(1), "f": node}, [("c", "f", CALL)])
        return {item["meter"]: float(item["quantity"]) for item in found["bill"]["lines"]}

    assert "lambda.snapstart.cache" not in meters("java21")
    python = meters("python3.13")
    assert python["lambda.snapstart.cache"] == pytest.approx(0.5 * MONTH_S)
    assert python["lambda.snapstart.restore"] == pytest.approx(0.1 * MONTH_S * 0.5)


@pytest.mark.parametrize(
    "config",
    [
        {"package": "Image"},
        {"runtime": "nodejs22.x"},
        {"provisioned_concurrency": 1},
        {"ephemeral_mb": 600},
    ],
)
def test_snapstart_is_refused_where_aws_refuses_it(config):
    assert list(LambdaFunction(snapstart=True, **config).problems())


def test_reservations_leave_the_others_less():
    def bottleneck(reserved):
        nodes = {
            "c": client(10),
            "f": function(duration_ms=1000),
            "g": function(reserved_concurrency=reserved),
        }
        found = report(nodes, [("c", "f", CALL), ("c", "g", CALL)])
        return found["nodes"]["f"]["utilisation"]

    assert bottleneck(900) == pytest.approx(0.1)  # 10 of the 100 that are left.


def test_large_asynchronous_events_are_several_requests():
    """Pricing page: one request up to 256 KB, one more for each further 64 KB."""
    found = report(
        {"c": client(1, payload_kib=400), "f": function()},
        [("c", "f", {"type": "lambda_async_invoke"})],
    )
    assert quantity(found, "lambda.requests") == pytest.approx(4 * MONTH_S)  # 256 + 3 × 64 KiB


def test_endpoints_are_paid_by_zone_and_hour():
    node = function(vpc=True, way_out="endpoints", interface_endpoints=2, endpoint_zones=3)
    found = report(
        {"c": client(1, payload_kib=64), "f": node, "q": {"type": "sqs_queue"}},
        [("c", "f", CALL), ("f", "q", {"type": "lambda_call"})],
    )
    assert quantity(found, "vpc.interface_endpoint.hours") == 2 * 3 * 730
    gb = MONTH_S * 64 / 1024**2
    assert quantity(found, "vpc.interface_endpoint.data") == pytest.approx(gb)


def test_traces_follow_the_sampling_of_each_hour():
    found = report({"c": client(21), "f": function(tracing=True)}, [("c", "f", CALL)])
    assert quantity(found, "xray.traces_recorded") == pytest.approx(2 * MONTH_S)


def test_a_streamed_answer_pays_beyond_six_megabytes():
    call = {"type": "lambda_url_call", "invoke_mode": "RESPONSE_STREAM", "response_kib": 10_240}
    found = report({"c": client(1), "f": function()}, [("c", "f", call)])
    assert quantity(found, "lambda.response_streaming") == pytest.approx(MONTH_S / 256)
    assert quantity(found, "dt.out_internet") == pytest.approx(MONTH_S / 1024 * 10)


def test_filtered_messages_are_received_but_start_nothing():
    mapping = {**MAPPING, "pass_ratio": 0.25}
    found = report(
        {"c": client(4), "q": {"type": "sqs_queue"}, "f": function()},
        [("c", "q", CALL), ("q", "f", mapping)],
    )
    assert quantity(found, "lambda.requests") == pytest.approx(MONTH_S)
    whole = report(
        {"c": client(4), "q": {"type": "sqs_queue"}, "f": function()},
        [("c", "q", CALL), ("q", "f", MAPPING)],
    )
    meter = "sqs.requests.standard"
    assert quantity(found, meter) == pytest.approx(quantity(whole, meter), rel=0.02)


def test_provisioned_pollers_are_paid_by_the_hour():
    mapping = {**MAPPING, "pollers_min": 3}
    found = report(
        {"c": client(4), "q": {"type": "sqs_queue"}, "f": function()},
        [("c", "q", CALL), ("q", "f", mapping)],
    )
    assert quantity(found, "lambda.esm_provisioned.sqs") == 3 * 730
    busy = report(
        {"c": client(100, payload_kib=100), "q": {"type": "sqs_queue"}, "f": function()},
        [("c", "q", CALL), ("q", "f", mapping)],
    )
    pollers = math.ceil(100 * 100 / 1024)
    assert quantity(busy, "lambda.esm_provisioned.sqs") == pollers * 730


def test_callers_reach_an_alias_where_there_is_one():
    design = drawings.one(
        {
            "c": "client",
            "api": "apigatewayv2_api",
            "f": {"type": "lambda_function", "provisioned_concurrency": 2},
        },
        ("c", "api", "client_call"),
        ("api", "f", "apigatewayv2_integration"),
    )
    made = cloudformation.export(design).body["Resources"]
    alias = made["FAlias"]["Properties"]
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 2}
    called = [r for r in made.values() if r["Type"] == "AWS::ApiGatewayV2::Integration"]
    assert called[0]["Properties"]["IntegrationUri"] == {"Ref": "FAlias"}
    allowed = [r for r in made.values() if r["Type"] == "AWS::Lambda::Permission"]
    assert allowed[0]["Properties"]["FunctionName"] == {"Ref": "FAlias"}


def test_one_function_has_one_url():
    from designer.errors import ExportError

    design = drawings.one(
        {"a": "client", "b": "client", "f": "lambda_function"},
        ("a", "f", {"type": "lambda_url_call", "auth": "NONE"}),
        ("b", "f", {"type": "lambda_url_call", "auth": "AWS_IAM"}),
    )
    with pytest.raises(ExportError, match="one URL"):
        cloudformation.export(design)
