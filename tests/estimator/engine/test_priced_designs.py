"""Published pricing examples drawn as designs: the room's usage and the bill together.

Each example's source and arithmetic stand in worked_examples.yaml; here the quantities must follow
from a drawing. Figures in USD, month of 720 h where the publisher counts 30 days.
"""

import math

import pytest

from .designs import CALL, EXACT, INVOKE, MAPPING, client, line, report

MONTH_720 = {"assumptions": {"month_hours": 720}}
MONTH_S = 720 * 3600


def amount(found: dict, *meters: str) -> float:
    return round(sum(float(line(found, m)["amount"]) for m in meters), 2)


def test_http_api_uploads_of_4_5_mb_are_nine_chunks_each():
    """AWS API Gateway pricing page: 25 calls a minute of 4.5 MB, 9.72 USD."""
    found = report(
        {"c": client(25 / 60, payload_kib=4.5 * 1024), "a": {"type": "apigatewayv2_api"}},
        [("c", "a", CALL)],
        **MONTH_720,
    )
    assert float(line(found, "apigw.http.requests")["quantity"]) == pytest.approx(9_720_000)
    assert amount(found, "apigw.http.requests") == 9.72


def test_rest_api_with_answers_of_3_kb():
    """AWS API Gateway pricing page: 5 M calls, 3 KB each: 17.50 + 1.29 = 18.79 USD."""
    found = report(
        {"c": client(5e6 / MONTH_S), "a": {"type": "apigateway_rest_api", "response_kib": 3}},
        [("c", "a", CALL)],
        **MONTH_720,
    )
    assert amount(found, "apigw.rest.requests") == 17.50
    assert amount(found, "dt.out_internet") == 1.29


@pytest.mark.parametrize(
    ("memory_mb", "arch", "requests", "duration"),
    [(128, "x86_64", 0.02, 0.07), (512, "arm64", 0.02, 0.23)],
)
def test_lambda_100_000_runs_of_350_ms(memory_mb, arch, requests, duration):
    """Infracost golden bills of a Lambda function."""
    found = report(
        {
            "c": client(1e5 / 2_628_000),
            "f": {
                "type": "lambda_function",
                "memory_mb": memory_mb,
                "architecture": arch,
                "duration_ms": 350,
                **EXACT,
            },
        },
        [("c", "f", CALL)],
    )
    assert amount(found, "lambda.requests") == requests
    meter = "lambda.duration.x86" if arch == "x86_64" else "lambda.duration.arm64"
    assert amount(found, meter) == duration


def test_lambda_with_2_gb_of_tmp_and_the_free_tier():
    """AWS Lambda pricing page: 6 M requests, 280 ms, 4 GB, 2 GB of /tmp: 106.41 USD."""
    found = report(
        {
            "c": client(6e6 / MONTH_S),
            "f": {
                "type": "lambda_function",
                "memory_mb": 4096,
                "ephemeral_mb": 2048,
                "duration_ms": 280,
                **EXACT,
            },
        },
        [("c", "f", CALL)],
        assumptions={"month_hours": 720, "free_tier": True},
    )
    assert amount(found, "lambda.duration.x86") == 105.33
    assert amount(found, "lambda.requests") == 1.00
    assert amount(found, "lambda.ephemeral_storage") == 0.08


def test_three_million_messages_sent_in_tens_and_received_one_by_one():
    """Published third-party example: 0.3 M sends, 3 M receives, 3 M deletes: 2.52 USD."""
    found = report(
        {
            "c": client(3e6 / 2_628_000),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 200},
            "f": {"type": "lambda_function", **EXACT},
        },
        [
            ("c", "q", {**CALL, "batch_size": 10}),
            ("q", "f", {**MAPPING, "batch_size": 1, "idle_pollers": 1}),
        ],
    )
    asked = line(found, "sqs.requests.standard")
    useful = sum(float(o["quantity"]) for o in asked["origins"] if "Empty" not in o["formula"])
    assert useful == pytest.approx(6_300_000)
    assert round(useful * 0.4e-6, 2) == 2.52


def test_an_idle_queue_with_a_lambda_consumer_is_not_free():
    """Two pollers that wait 20 s each ask 0.1 times a second: 262,800 requests a month."""
    found = report(
        {"q": {"type": "sqs_queue", "visibility_timeout_s": 200}, "f": {"type": "lambda_function"}},
        [("q", "f", MAPPING)],
    )
    assert float(line(found, "sqs.requests.standard")["quantity"]) == pytest.approx(262_800)
    assert found["bill"]["total"] == "0.11"
    assert found["nodes"]["q"]["reason"] == "no inbound rate"


def test_a_message_over_64_kib_is_billed_as_two_requests():
    found = report({"c": client(1, payload_kib=65), "q": {"type": "sqs_queue"}}, [("c", "q", CALL)])
    assert float(line(found, "sqs.requests.standard")["quantity"]) == pytest.approx(2 * 2_628_000)


def test_fifo_topic_of_10_million_messages():
    """AWS Pricing Calculator: 10 M messages of 4 KB, ten subscriptions, line by line."""
    queues = {f"q{i}": {"type": "sqs_queue", "fifo": True} for i in range(10)}
    found = report(
        {
            "c": client(1e7 / 2_628_000, payload_kib=4),
            "t": {"type": "sns_topic", "fifo": True},
            **queues,
        },
        [("c", "t", CALL), *(("t", q, {"type": "sns_subscription"}) for q in queues)],
    )
    assert amount(found, "sns.fifo.publish_request") == 3.00
    assert amount(found, "sns.fifo.publish_payload") == 0.68
    assert amount(found, "sns.fifo.subscription_message") == 1.00
    assert amount(found, "sns.fifo.subscription_payload") == 0.40


def test_five_million_custom_events():
    """AWS EventBridge pricing: 5 M custom events, 5.00 USD."""
    found = report(
        {"c": client(5e6 / 2_628_000, payload_kib=60), "b": {"type": "events_bus"}},
        [("c", "b", CALL)],
    )
    assert amount(found, "eb.bus.custom_events") == 5.00


def test_firehose_bills_a_record_of_3_kb_as_5():
    """AWS Firehose pricing page: 1,000 records/s of 3 KB for 30 days: 12,359.62 GB, 358.43 USD."""
    found = report(
        {
            "c": client(1000, payload_kib=3),
            "s": {"type": "firehose_stream"},
            "b": {"type": "s3_bucket"},
        },
        [("c", "s", {**CALL, "batch_size": 10}), ("s", "b", {"type": "firehose_destination"})],
        **MONTH_720,
    )
    ingested = line(found, "firehose.ingest.direct_put_or_kds")
    assert float(ingested["quantity"]) == pytest.approx(12_359.62, abs=0.01)
    assert ingested["amount"] == "358.43"


def test_a_standard_workflow_of_three_states():
    """AWS workshop: 1,000 runs of three transitions, 0.075 USD."""
    states = {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Pass", "Next": "C"},
        "C": {"Type": "Succeed"},
    }
    found = report(
        {
            "c": client(1000 / 2_628_000),
            "w": {"type": "sfn_state_machine", "definition": {"StartAt": "A", "States": states}},
        },
        [("c", "w", CALL)],
    )
    assert float(line(found, "sfn.standard.transitions")["amount_exact"]) == pytest.approx(0.075)


def test_an_express_workflow_of_11_3_seconds():
    """AWS workshop: 1,000 runs of 11.3 s at 64 MB: 0.001 + 0.01177 USD."""
    states = {"W": {"Type": "Wait", "Seconds": 11.29, "End": True}}
    found = report(
        {
            "c": client(1000 / 2_628_000),
            "w": {
                "type": "sfn_state_machine",
                "kind": "EXPRESS",
                "definition": {"StartAt": "W", "States": states},
            },
        },
        [("c", "w", CALL)],
    )
    assert float(line(found, "sfn.express.requests")["amount_exact"]) == pytest.approx(0.001)
    assert float(line(found, "sfn.express.duration")["amount_exact"]) == pytest.approx(
        0.011773, abs=1e-6
    )


def test_two_million_puts():
    """AWS guidance table: 2,000,000 PUT, 10.00 USD."""
    found = report({"c": client(2e6 / 2_628_000), "b": {"type": "s3_bucket"}}, [("c", "b", CALL)])
    assert amount(found, "s3.requests.put_copy_post_list") == 10.00


def test_on_demand_table_of_3_million_writes_and_8_million_reads():
    """Infracost golden bill: 1.88 + 1.00 USD."""
    found = report(
        {
            "w": client(3e6 / 2_628_000),
            "r": client(8e6 / 2_628_000),
            "t": {"type": "dynamodb_table", "consistent_reads": True},
        },
        [("w", "t", CALL), ("r", "t", {**CALL, "operation": "read"})],
    )
    assert amount(found, "ddb.ondemand.wru") == 1.88
    assert amount(found, "ddb.ondemand.rru") == 1.00


def test_provisioned_units_for_5_million_writes_and_reads_a_day():
    """AWS DynamoDB page: 58 write units and 29 read units carry 5 M of each a day."""
    found = report(
        {
            "w": client(5e6 / 86_400),
            "r": client(5e6 / 86_400),
            "t": {
                "type": "dynamodb_table",
                "billing": "provisioned",
                "write_units": 58,
                "read_units": 29,
            },
        },
        [("w", "t", CALL), ("r", "t", {**CALL, "operation": "read"})],
    )
    caps = {c["id"]: c for c in found["nodes"]["t"]["caps"]}
    assert math.ceil(caps["ddb.provisioned_writes"]["load"]) == 58
    assert math.ceil(caps["ddb.provisioned_reads"]["load"] / 2) == 29
    assert found["nodes"]["t"]["throttled_per_s"] == 0


def test_mail_is_billed_per_recipient():
    """SES price list: 0.10 USD per thousand à la carte, 0.16 on the plan of new accounts."""

    def bill(plan: str) -> str:
        found = report(
            {
                "c": client(1e5 / 2_628_000),
                "f": {"type": "lambda_function", **EXACT},
                "m": {"type": "ses_identity", "plan": plan, "recipients": 2},
            },
            [("c", "f", CALL), ("f", "m", INVOKE)],
        )
        return next(x["amount"] for x in found["bill"]["lines"] if x["meter"].startswith("ses."))

    assert bill("alacarte") == "20.00"
    assert bill("essentials") == "32.00"


def test_the_lines_sum_to_the_total_and_nodes_and_services_do_too():
    found = report(
        {
            "c": client(33),
            "a": {"type": "apigatewayv2_api"},
            "f": {"type": "lambda_function"},
            "q": {"type": "sqs_queue", "visibility_timeout_s": 200},
            "g": {"type": "lambda_function"},
        },
        [
            ("c", "a", CALL),
            ("a", "f", {"type": "apigatewayv2_integration"}),
            ("f", "q", INVOKE),
            ("q", "g", MAPPING),
        ],
    )
    bill = found["bill"]
    total = round(100 * float(bill["total"]))
    assert sum(round(100 * float(x["amount"])) for x in bill["lines"]) == total
    for parts in (bill["by_node"], bill["by_service"]):
        assert sum(round(100 * float(v)) for v in parts.values()) == total


def test_a_missing_price_is_said_and_never_zero():
    found = report(
        {
            "c": client(10, payload_kib=3),
            "s": {"type": "firehose_stream"},
            "b": {"type": "s3_bucket"},
        },
        [("c", "s", CALL), ("s", "b", {"type": "firehose_destination"})],
        region="eu-central-1",
    )
    assert not found["bill"]["complete"]
    assert not found["headline"]["cost_complete"]
    assert found["bill"]["missing"][0]["meter"] == "firehose.ingest.direct_put_or_kds"
    assert any(f["id"] == "price-missing" for f in found["findings"])
    assert not any(x["meter"].startswith("firehose") for x in found["bill"]["lines"])


def test_a_batch_of_55_is_received_by_five_full_calls_and_one_of_the_rest():
    """Each receive is rounded up to 64 KB alone: ten messages of 6.5 KiB are two requests."""
    mapping = {**MAPPING, "batch_size": 55, "window_s": 60, "idle_pollers": 1}
    found = report(
        {
            "c": client(4, payload_kib=6.5),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {"type": "lambda_function", **EXACT},
        },
        [("c", "q", CALL), ("q", "f", mapping)],
    )
    batches = 4 * 2_628_000 / 55
    asked = {
        o["formula"].split(" by")[0]: float(o["quantity"])
        for o in line(found, "sqs.requests.standard")["origins"]
    }
    assert asked["Receives"] == pytest.approx(5 * 2 * batches)
    assert asked["Receives of the rest"] == pytest.approx(batches)
    assert asked["Deletes"] == pytest.approx(6 * batches)
