"""Templates against moto: everything that moto knows is created, as drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.cloudformation.parsing import get_model_map

from designer.document import loads
from designer.interchange import cloudformation
from tests.designer.interchange import drawings, moto_stack

EXAMPLES = drawings.examples()


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach a real account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def test_what_is_left_out_before_deployment_is_what_moto_lacks() -> None:
    assert set(moto_stack.UNSUPPORTED) & set(get_model_map()) == set()


def _expected(body: dict[str, Any]) -> set[str]:
    return {
        logical_id
        for logical_id, one in body["Resources"].items()
        if one["Type"] not in moto_stack.UNSUPPORTED
    }


@pytest.mark.parametrize("fifo", [False, True], ids=["standard", "fifo"])
@pytest.mark.parametrize("source", drawings.sources())
def test_every_legal_pair_deploys(source: str, fifo: bool) -> None:
    pairs = [pair for pair in drawings.legal_pairs() if pair[0] == source]
    body = cloudformation.export(drawings.draw(pairs, fifo=fifo, read=fifo)).body
    with moto_stack.deployed(body) as made:
        assert _expected(body) - set(made) == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.split(".")[0])
def test_every_example_deploys(path: Path) -> None:
    body = cloudformation.export(loads(path.read_text())).body
    with moto_stack.deployed(body) as made:
        assert _expected(body) - set(made) == set()


def test_the_queue_pipeline_works_as_drawn() -> None:
    design = drawings.one(
        {
            "orders": {"type": "sqs_queue", "visibility_timeout_s": 180, "delay_s": 5},
            "dead_orders": "sqs_queue",
            "worker": {"type": "lambda_function", "memory_mb": 256, "timeout_s": 20},
            "items": {"type": "dynamodb_table", "partition_key": "order"},
        },
        ("orders", "worker", {"type": "lambda_sqs_mapping", "batch_size": 7}),
        ("orders", "dead_orders", {"type": "sqs_redrive", "max_receive_count": 3}),
        ("worker", "items", "lambda_call"),
    )
    with moto_stack.deployed(cloudformation.export(design).body) as made:
        sqs = boto3.client("sqs", moto_stack.REGION)
        asked = {"QueueUrl": made["Orders"], "AttributeNames": ["All"]}
        queue = sqs.get_queue_attributes(**asked)["Attributes"]
        assert (queue["VisibilityTimeout"], queue["DelaySeconds"]) == ("180", "5")
        redrive = json.loads(queue["RedrivePolicy"])
        dead = sqs.get_queue_attributes(QueueUrl=made["DeadOrders"], AttributeNames=["QueueArn"])
        assert redrive["deadLetterTargetArn"] == dead["Attributes"]["QueueArn"]
        assert int(redrive["maxReceiveCount"]) == 3

        functions = boto3.client("lambda", moto_stack.REGION)
        worker = functions.get_function(FunctionName=made["Worker"])["Configuration"]
        assert (worker["MemorySize"], worker["Timeout"]) == (256, 20)
        assert worker["Environment"]["Variables"] == {"ITEMS_NAME": made["Items"]}
        mappings = functions.list_event_source_mappings()["EventSourceMappings"]
        assert [(m["BatchSize"], m["EventSourceArn"]) for m in mappings] == [(7, queue["QueueArn"])]

        tables = boto3.client("dynamodb", moto_stack.REGION)
        table = tables.describe_table(TableName=made["Items"])["Table"]
        assert table["KeySchema"] == [{"AttributeName": "order", "KeyType": "HASH"}]
        role = made["WorkerRole"]
        policies = boto3.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
        assert sorted(policies) == ["Own", "WorkerPolicy"]


def test_a_rule_reaches_its_targets() -> None:
    design = drawings.one(
        {"bus": "events_bus", "worker": "lambda_function", "later": "sqs_queue"},
        ("bus", "worker", {"type": "events_rule_target", "rule_name": "Placed"}),
        ("bus", "later", {"type": "events_rule_target", "rule_name": "Placed"}),
    )
    with moto_stack.deployed(cloudformation.export(design).body):
        events = boto3.client("events", moto_stack.REGION)
        bus = {"EventBusName": f"{moto_stack.STACK}-bus"}
        (rule,) = events.list_rules(**bus)["Rules"]
        assert json.loads(rule["EventPattern"]) == {"source": ["weir.app"]}
        targets = events.list_targets_by_rule(Rule=rule["Name"], **bus)["Targets"]
        assert sorted(t["Id"] for t in targets) == ["Later", "Worker"]


def test_a_function_in_a_circle_finds_its_bucket_by_a_parameter() -> None:
    design = drawings.one(
        {"docs": "s3_bucket", "resize": "lambda_function"},
        ("docs", "resize", {"type": "s3_notification", "prefix": "in/"}),
        ("resize", "docs", "lambda_call"),
    )
    with moto_stack.deployed(cloudformation.export(design).body) as made:
        functions = boto3.client("lambda", moto_stack.REGION)
        worker = functions.get_function(FunctionName=made["Resize"])["Configuration"]
        name = worker["Environment"]["Variables"]["DOCS_NAME_PARAMETER"]
        parameters = boto3.client("ssm", moto_stack.REGION)
        assert parameters.get_parameter(Name=name)["Parameter"]["Value"] == made["Docs"]
