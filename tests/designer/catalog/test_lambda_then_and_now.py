"""What a function's form can say since its parts were completed: older paces, networks, S3."""

import pytest

from designer.catalog.base import Context
from designer.catalog.lambda_function import LambdaFunction
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, EXACT, client, finding, line, report

MONTH_S = 730 * 3600


def function(**config):
    return {"type": "lambda_function", **EXACT, **config}


def called(rate=10.0, region="us-east-1", **config):
    nodes = {"c": client(rate), "f": function(**config)}
    return report(nodes, [("c", "f", CALL)], region=region)


@pytest.mark.parametrize(
    ("region", "scaling", "late_s"),
    [
        ("us-east-1", "function", 10),  # 2,000 at once: 1,000 in the second 10 s
        ("us-east-1", "region", None),  # a burst of 3,000
        ("eu-central-1", "region", 120),  # 1,000 at once, the rest at 500 a minute
        ("sa-east-1", "region", 180),  # 500 at once
    ],
)
def test_a_burst_then_and_now(region, scaling, late_s):
    found = finding(
        called(100, region, duration_ms=1_000, burst_factor=21, scaling=scaling),
        "lambda-burst-over-scaling-rate",
    )
    if late_s is None:
        assert found is None
    else:
        assert f"{late_s} s of the burst" in found["message"]


def test_the_older_pace_of_a_queue_mapping():
    nodes = {
        "c": client(2_000),
        "q": {"type": "sqs_queue"},
        "f": function(duration_ms=1_000, reserved_concurrency=5_000, burst_factor=2),
    }
    mapping = {"type": "lambda_sqs_mapping", "batch_size": 1}
    limits = []
    for pace in ("300", "60"):
        edges = [("c", "q", CALL), ("q", "f", {**mapping, "pace": pace})]
        result = report(nodes, edges)
        limits.append(result["nodes"]["f"]["requests_per_s"])
        text = finding(result, "lambda-esm-scales-slower-than-burst")["message"]
        assert ("4.2 minutes" if pace == "300" else "16.6 minutes") in text
    assert limits == pytest.approx([1_250, 1_000])


def test_init_was_free_for_archives_of_managed_runtimes():
    cold = {"cold_start_ratio": 0.5, "init_p50_ms": 1_000.0, "init_p99_ms": 1_000.0}

    def seconds(**config):
        result = called(duration_ms=100, memory_mb=1_024, **cold, **config)
        return float(line(result, "lambda.duration.x86")["quantity"]) / (10 * MONTH_S)

    assert seconds() == pytest.approx(0.6)
    assert seconds(init_billed=False) == pytest.approx(0.1)
    assert seconds(init_billed=False, package="Image") == pytest.approx(0.6)
    assert seconds(init_billed=False, runtime="provided.al2023") == pytest.approx(0.6)


def test_a_stated_cold_start_stands_for_the_table():
    times = [
        called(cold_start_ratio=1.0, **config)["headline"]["response"]["p99_s"]
        for config in ({"init_p50_ms": 3_000.0}, {"init_p50_ms": 3_000.0, "init_p99_ms": 9_000.0})
    ]
    assert times[0] == pytest.approx(6.0, rel=0.1)
    assert times[1] == pytest.approx(9.0, rel=0.1)


def test_a_function_in_a_vpc_names_its_interfaces():
    found = finding(called(vpc=True, vpc_subnets=3), "lambda-vpc-interfaces")
    assert "each of its 3 subnets" in found["message"]


@pytest.mark.parametrize("way", ["lambda_async_invoke", "stream"])
def test_failed_events_may_go_to_a_bucket(way):
    nodes = {"c": "client", "f": "lambda_function", "b": "s3_bucket", "k": "kinesis_stream"}
    if way == "stream":
        edges = [
            ("c", "k", "client_call"),
            ("k", "f", {"type": "lambda_kinesis_mapping", "retry_attempts": 2}),
            ("f", "b", "lambda_stream_on_failure"),
        ]
    else:
        edges = [("c", "f", way), ("f", "b", "lambda_on_failure"), ("c", "k", "client_call")]
    template = cloudformation.export(drawings.one(nodes, *edges))
    kind = {"stream": "AWS::Lambda::EventSourceMapping"}.get(way, "AWS::Lambda::EventInvokeConfig")
    (made,) = [r["Properties"] for r in template.resources.values() if r["Type"] == kind]
    assert made["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["B", "Arn"]}
    text = template.to_json()
    assert "s3:ListBucket" in text
    assert "s3:PutObject" in text


def test_failed_events_in_a_bucket_are_puts_of_it():
    nodes = {
        "c": client(10.0),
        "f": function(error_ratio=0.5, async_retries="0"),
        "b": {"type": "s3_bucket"},
    }
    edges = [("c", "f", {"type": "lambda_async_invoke"}), ("f", "b", {"type": "lambda_on_failure"})]
    result = report(nodes, edges)
    assert result["edges"]["e1"]["events_per_s"] == pytest.approx(5.0)
    assert finding(result, "lambda-async-without-destination") is None
    assert float(line(result, "s3.requests.put_copy_post_list")["quantity"]) == pytest.approx(
        5 * MONTH_S
    )


def test_callers_of_a_url_get_429_and_502():
    logic = function(duration_ms=1_000, reserved_concurrency=4, error_ratio=0.25)
    nodes = {"c": client(10.0), "f": logic}
    result = report(nodes, [("c", "f", {"type": "lambda_url_call"})])
    rows = {row["status"]: row["per_s"] for row in result["edges"]["e0"]["answers"]}
    assert rows == pytest.approx({200: 3.0, 429: 6.0, 502: 1.0})


@pytest.mark.parametrize(
    ("region", "scaling", "pace"),
    [
        ("us-east-1", "function", (100, 1_000)),
        ("us-east-1", "region", (500 / 60, 3_000)),
        ("sa-east-1", "region", (500 / 60, 500)),
    ],
)
def test_the_simulation_starts_environments_at_the_chosen_pace(region, scaling, pace):
    found = LambdaFunction(scaling=scaling).station(Context(region, 730.0)).environments
    assert (found.starts_per_s, found.starts_burst) == pytest.approx(pace)
