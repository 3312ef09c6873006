"""Pipes: requests after the filter, batches, concurrency, and what a template needs."""

import json

import pytest

from designer.errors import DesignError, ExportError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, EXACT, client, design, finding, line, report

MONTH_S = 730 * 3600
SOURCE, TARGET = {"type": "pipes_source"}, {"type": "pipes_target"}


def piped(rate, pipe, target, **more):
    return report(
        {
            "c": client(rate, **more),
            "q": {"type": "sqs_queue"},
            "p": {"type": "pipes_pipe", **pipe},
            "x": target,
        },
        [("c", "q", CALL), ("q", "p", SOURCE), ("p", "x", TARGET)],
    )


def test_a_quarter_of_ten_million_messages_in_batches_of_five_cost_20_cents():
    """AWS EventBridge pricing: 10 M messages, 25 % pass, batches of 5: 500,000 requests."""
    pipe = {"pass_ratio": 0.25, "batch_size": 5, "window_s": 60}
    found = piped(1e7 / MONTH_S, pipe, {"type": "lambda_function", **EXACT})
    asked = line(found, "eb.pipes.requests")
    assert float(asked["quantity"]) == pytest.approx(500_000)
    assert float(asked["amount"]) == pytest.approx(0.20)
    assert found["nodes"]["x"]["events_in_per_s"] == pytest.approx(2.5e6 / MONTH_S)
    assert found["nodes"]["x"]["requests_per_s"] == pytest.approx(5e5 / MONTH_S)


def test_the_queue_is_read_for_what_the_filter_drops_too():
    found = piped(10, {"pass_ratio": 0.1, "batch_size": 1}, {"type": "sqs_queue"})
    origins = line(found, "sqs.requests.standard")["origins"]
    deletes = sum(float(o["quantity"]) for o in origins if "Deletes by p" in o["formula"])
    assert deletes == pytest.approx(10 * MONTH_S)


def test_a_batch_counts_by_64_kib():
    found = piped(10, {"batch_size": 10, "window_s": 10}, {"type": "sqs_queue"}, payload_kib=10)
    assert float(line(found, "eb.pipes.requests")["quantity"]) == pytest.approx(2 * MONTH_S)


def test_too_many_executions_wait_in_the_queue():
    slow = {"type": "lambda_function", "duration_ms": 60_000, "timeout_s": 200, **EXACT}
    found = piped(100, {"batch_size": 1}, slow)
    assert found["nodes"]["q"]["backlog_growth_per_h"] > 0


def test_a_batch_is_one_call_whatever_it_holds():
    function = {"type": "lambda_function", "duration_ms": 100, "extra_per_event_ms": 0, **EXACT}
    found = piped(100, {"batch_size": 100, "window_s": 10}, function)
    assert found["nodes"]["p"]["service_s"] < 0.3


def test_shapes_that_aws_does_not_have():
    found = report({"p": {"type": "pipes_pipe"}}, [])
    assert finding(found, "pipes-one-source-one-target")
    with pytest.raises(ExportError):
        cloudformation.export(drawings.one({"p": "pipes_pipe"}))
    standard = {"p": {"type": "pipes_pipe"}, "m": {"type": "sfn_state_machine"}}
    with pytest.raises(DesignError, match="Express"):
        design(standard, [("p", "m", {"type": "pipes_enrichment"})])
    ordered = {"p": {"type": "pipes_pipe"}, "t": {"type": "sns_topic", "fifo": True}}
    with pytest.raises(DesignError, match="FIFO"):
        design(ordered, [("p", "t", TARGET)])


def test_the_template_of_a_pipe():
    drawn = drawings.one(
        {
            "orders": "sqs_queue",
            "pipe": {
                "type": "pipes_pipe",
                "filter_key": "kind",
                "filter_values": "paid, sent",
                "batch_size": 20,
                "window_s": 5,
            },
            "look_up": "lambda_function",
            "bus": {"type": "events_bus", "source_name": "shop"},
        },
        ("orders", "pipe", SOURCE),
        ("pipe", "look_up", "pipes_enrichment"),
        ("pipe", "bus", TARGET),
    )
    made = cloudformation.export(drawn).body["Resources"]
    pipe = made["Pipe"]["Properties"]
    source = pipe["SourceParameters"]
    assert source["SqsQueueParameters"] == {"BatchSize": 20, "MaximumBatchingWindowInSeconds": 5}
    (asked,) = source["FilterCriteria"]["Filters"]
    assert json.loads(asked["Pattern"]) == {"body": {"kind": ["paid", "sent"]}}
    assert pipe["Enrichment"] == {"Fn::GetAtt": ["LookUp", "Arn"]}
    assert pipe["TargetParameters"]["EventBridgeEventBusParameters"]["Source"] == "shop"
    allowed = [
        action
        for statement in made["PipePolicy"]["Properties"]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    ]
    assert {"sqs:ReceiveMessage", "lambda:InvokeFunction", "events:PutEvents"} <= set(allowed)


# ---- A table's stream as source ------------------------------------------------------------------


def of_table(view: str = "NEW_IMAGE", partitions: int = 4, rate: float = 100.0, **pipe):
    nodes = {
        "c": client(rate, payload_kib=3),
        "f": {"type": "lambda_function", **EXACT, "duration_ms": 5},
        "t": {"type": "dynamodb_table", "stream_view": view, "partitions": partitions},
        "p": {"type": "pipes_pipe", **pipe},
        "q": {"type": "sqs_queue"},
    }
    edges = [
        ("c", "f", CALL),
        ("f", "t", {"type": "lambda_call"}),
        ("t", "p", {"type": "pipes_source"}),
        ("p", "q", {"type": "pipes_target"}),
    ]
    return nodes, edges


@pytest.mark.parametrize(
    ("view", "kib"), [("KEYS_ONLY", 0.5), ("NEW_IMAGE", 3), ("NEW_AND_OLD_IMAGES", 6)]
)
def test_a_pipe_reads_each_change_of_a_table_with_its_images(view, kib):
    found = report(*of_table(view))
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(100)
    assert found["edges"]["e2"]["size_kib"] == pytest.approx(kib)


def test_reads_of_a_tables_stream_by_a_pipe_are_paid():
    found = report(*of_table(partitions=4))
    assert float(line(found, "ddb.streams.read_request")["quantity"]) == pytest.approx(
        4 * 4 * 730 * 3600
    )


def test_the_template_reads_the_stream_and_turns_it_on():
    nodes, edges = of_table(filter_key="status", filter_values="paid")
    resources = cloudformation.export(design(nodes, edges)).resources
    pipe = next(r["Properties"] for r in resources.values() if r["Type"] == "AWS::Pipes::Pipe")
    table = next(r["Properties"] for r in resources.values() if r["Type"] == "AWS::DynamoDB::Table")
    assert pipe["Source"] == {"Fn::GetAtt": ["T", "StreamArn"]}
    stated = pipe["SourceParameters"]
    assert stated["DynamoDBStreamParameters"]["StartingPosition"] == "LATEST"
    pattern = stated["FilterCriteria"]["Filters"][0]["Pattern"]
    assert json.loads(pattern) == {"dynamodb": {"NewImage": {"status": {"S": ["paid"]}}}}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
