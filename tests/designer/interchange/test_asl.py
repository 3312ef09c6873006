"""Workflow definitions: valid by a checker that is not ours, and the same as in the template."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from designer.document import Design, loads
from designer.interchange import asl, cloudformation
from tests.designer.interchange import drawings

TOOLS = Path(__file__).parents[2] / "tools"
CHECKER = TOOLS / "node_modules" / ".bin" / "asl-validator"

TARGETS = {
    "worker": "lambda_function",
    "orders": "sqs_queue",
    "ordered": {"type": "sqs_queue", "fifo": True},
    "news": "sns_topic",
    "bus": "events_bus",
    "items": "dynamodb_table",
    "mail": "ses_identity",
    "docs": "s3_bucket",
    "later": "sfn_state_machine",
    "now": {"type": "sfn_state_machine", "kind": "EXPRESS", "synchronous": True},
}


def check(definitions: Mapping[str, Any], folder: Path) -> str:
    """Return what the checker complains of; empty when every definition is valid."""
    assert CHECKER.exists(), "the checker is missing: npm ci --prefix tests/tools"
    arguments: list[str] = []
    for name, definition in definitions.items():
        path = folder / name
        path.write_text(json.dumps(definition))
        arguments += ["--json-path", str(path)]
    done = subprocess.run([CHECKER, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not done.stderr)
    return done.stderr


def _generated(**flow: Any) -> Design:
    edges = [("flow", target, "sfn_task") for target in TARGETS]
    return drawings.one({"flow": {"type": "sfn_state_machine", **flow}, **TARGETS}, *edges)


def _written(language: str) -> Design:
    """Return a workflow that names its targets by ids, in nested states too."""

    def task(target: str, **rest: Any) -> dict[str, Any]:
        return {"Type": "Task", "Resource": f"${{{target}}}", **rest}

    split = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Queue it", "States": {"Queue it": task("orders", End=True)}},
            {"StartAt": "Store it", "States": {"Store it": task("items", End=True)}},
        ],
        "Next": "Each",
    }
    each = {
        "Type": "Map",
        "ItemProcessor": {
            "StartAt": "Tell",
            "States": {"Tell": task("news", End=True)},
        },
        "Next": "Work",
    }
    definition = {
        "QueryLanguage": language,
        "StartAt": "Split",
        "States": {"Split": split, "Each": each, "Work": task("worker", End=True)},
    }
    states = {"Queue it": "orders", "Store it": "items", "Tell": "news", "Work": "worker"}
    return drawings.one(
        {"flow": {"type": "sfn_state_machine", "definition": definition}, **TARGETS},
        *(("flow", t, {"type": "sfn_task", "state": state}) for state, t in states.items()),
    )


def _state(design: Design, *path: str | int) -> Any:
    at: Any = asl.export(design)["flow.asl.json"]["States"]
    for key in path:
        at = at[key]
    return at


def test_the_checker_is_awake(tmp_path: Path) -> None:
    lost = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${w}", "Next": "B"}}}
    assert "flow" in check({"flow.asl.json": lost}, tmp_path)


def test_workflows_without_a_definition_become_valid_ones(tmp_path: Path) -> None:
    assert check(asl.export(_generated()), tmp_path) == ""
    reading = drawings.draw(
        [p for p in drawings.legal_pairs() if p[0] == "sfn_state_machine"], fifo=True, read=True
    )
    assert check(asl.export(reading), tmp_path) == ""


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_written_workflows_stay_valid(language: str, tmp_path: Path) -> None:
    assert check(asl.export(_written(language)), tmp_path) == ""


@pytest.mark.parametrize("path", drawings.examples(), ids=lambda p: p.name.split(".")[0])
def test_workflows_of_the_examples_are_valid(path: Path, tmp_path: Path) -> None:
    files = asl.export(loads(path.read_text()))
    if files:
        assert check(files, tmp_path) == ""


@pytest.mark.parametrize("design", [_generated(), _written("JSONata")], ids=["made", "written"])
def test_the_template_holds_the_same_definition(design: Design) -> None:
    resources = cloudformation.export(design).resources
    for name, definition in asl.export(design).items():
        machine = resources[name.split(".")[0].title()]["Properties"]
        assert json.loads(machine["DefinitionString"]) == definition


def test_every_placeholder_gets_the_value_that_its_integration_takes() -> None:
    machine = cloudformation.export(_generated()).resources["Flow"]["Properties"]
    assert machine["DefinitionSubstitutions"] == {
        "worker": {"Fn::GetAtt": ["Worker", "Arn"]},
        "orders": {"Ref": "Orders"},  # A queue's Ref is its URL,
        "ordered": {"Ref": "Ordered"},
        "news": {"Ref": "News"},  # a topic's its ARN,
        "bus": {"Ref": "Bus"},  # a bus's, table's, bucket's its name.
        "items": {"Ref": "Items"},
        "mail": {"Ref": "Mail"},
        "docs": {"Ref": "Docs"},
        "later": {"Ref": "Later"},
        "now": {"Ref": "Now"},
    }


def test_a_target_named_by_id_becomes_its_integration() -> None:
    design = _written("JSONPath")
    queue = _state(design, "Split", "Branches", 0, "States", "Queue it")
    assert queue["Resource"] == "arn:aws:states:::sqs:sendMessage"
    assert queue["Parameters"] == {"QueueUrl": "${orders}", "MessageBody.$": "$"}
    assert _state(design, "Work")["Resource"] == "${worker}"


def test_jsonata_workflows_get_arguments() -> None:
    queue = _state(_written("JSONata"), "Split", "Branches", 0, "States", "Queue it")
    expected = {"QueueUrl": "${orders}", "MessageBody": "{% $states.input %}"}
    assert queue["Arguments"] == expected
    assert "Parameters" not in queue


def _single(task: dict[str, Any], target: str = "items") -> Design:
    definition = {"StartAt": "Do", "States": {"Do": {"Type": "Task", "End": True, **task}}}
    return drawings.one(
        {"flow": {"type": "sfn_state_machine", "definition": definition}, **TARGETS},
        ("flow", target, {"type": "sfn_task", "state": "Do"}),
    )


def test_what_a_task_says_itself_is_kept() -> None:
    task = {
        "Resource": "arn:aws:states:::dynamodb:updateItem",
        "Parameters": {"TableName": "${items}", "Key": {"id": {"S.$": "$.id"}}},
    }
    design = _single(task)
    assert _state(design, "Do") == {"Type": "Task", "End": True, **task}
    policy = cloudformation.export(design).resources["FlowPolicy"]["Properties"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["dynamodb:UpdateItem"]


def test_a_task_that_waits_for_another_workflow_may_follow_it() -> None:
    task = {
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "${later}"},
    }
    made = cloudformation.export(_single(task, "later")).resources
    statements = made["FlowPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    actions = {action for s in statements for action in s["Action"]}
    assert {"states:StartExecution", "states:DescribeExecution", "events:PutRule"} <= actions
    assert made["Flow"]["DependsOn"] == ["FlowPolicy"]


def test_a_placeholder_without_an_arrow_is_asked_for() -> None:
    body = cloudformation.export(_single({"Resource": "${SomeFunctionArn}"})).body
    machine = body["Resources"]["Flow"]["Properties"]
    assert list(body["Parameters"]) == ["FlowSomeFunctionArnValue"]
    assert machine["DefinitionSubstitutions"] == {
        "SomeFunctionArn": {"Ref": "FlowSomeFunctionArnValue"}
    }


def test_a_workflow_starts_itself_by_its_context() -> None:
    design = drawings.one({"flow": "sfn_state_machine"}, ("flow", "flow", "sfn_task"))
    started = _state(design, "flow", "Parameters")
    assert started == {"StateMachineArn.$": "$$.StateMachine.Id", "Input.$": "$"}
    assert "DependsOn" not in cloudformation.export(design).resources["Flow"]


def test_nodes_with_one_name_become_two_states() -> None:
    design = drawings.one(
        {"flow": "sfn_state_machine", "a": "lambda_function", "b": "sqs_queue"},
        ("flow", "a", "sfn_task"),
        ("flow", "b", "sfn_task"),
    )
    nodes = tuple(
        n.model_copy(update={"name": "Same" if n.id != "flow" else ""}) for n in design.model.nodes
    )
    named = design.model_copy(update={"model": design.model.model_copy(update={"nodes": nodes})})
    assert list(_state(named)) == ["Same (a)", "Same (b)"]
