"""What a template says, beyond being valid."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from cfnlint.decode import cfn_yaml

from designer.catalog.base import pascal
from designer.document import Design, dump, load
from designer.errors import ExportError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings

one = drawings.one

PARTS = 2


@pytest.fixture(params=range(PARTS), ids=lambda part: f"part {part + 1} of {PARTS}")
def pairs(request: pytest.FixtureRequest) -> Design:
    """Every connection and every service, in as many designs as CloudFormation's 500 ask for."""
    return drawings.draw(drawings.some_pairs()[request.param :: PARTS])


def _long(value: Any) -> Any:
    """Return parsed YAML as plain values."""
    if isinstance(value, dict):
        return {str(key): _long(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_long(item) for item in value]
    return str(value) if isinstance(value, str) else value


class _ShortForms(yaml.SafeLoader):
    """YAML 1.1 as CloudFormation reads it, with the short functions written out."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.ScalarNode) -> dict[str, Any]:
    value = str(loader.construct_scalar(node))
    if suffix == "Ref":
        return {"Ref": value}
    return {f"Fn::{suffix}": value.split(".", 1) if suffix == "GetAtt" else value}


_ShortForms.add_multi_constructor("!", _function)


def _problems(design: Design) -> list[tuple[str, str]]:
    with pytest.raises(ExportError) as refused:
        cloudformation.export(design)
    return [(p.pointer, p.message) for p in refused.value.problems]


# ---- Two spellings, one template ---------------------------------------------------------------


def test_yaml_and_json_are_the_same_template(pairs: Design) -> None:
    template = cloudformation.export(pairs)
    by_pyyaml = yaml.load(template.to_yaml(), _ShortForms)
    by_cfn_lint = _long(cfn_yaml.loads(template.to_yaml()))
    assert by_pyyaml == json.loads(template.to_json())
    assert by_cfn_lint == json.loads(template.to_json())


@pytest.mark.parametrize("word", ["on", "No", "y", "1_000", "12:30", "0x1F", "null", "~", "1e3"])
def test_words_that_yaml_1_1_would_change_stay_text(word: str) -> None:
    design = load({"version": 1, "name": word, "model": dump(one({"q": "sqs_queue"}))["model"]})
    read = yaml.load(cloudformation.export(design).to_yaml(), _ShortForms)
    assert read["Description"] == word


def test_templates_hold_no_null(pairs: Design) -> None:
    def nulls(value: Any) -> int:
        if isinstance(value, dict):
            return sum(map(nulls, value.values()))
        return sum(map(nulls, value)) if isinstance(value, list) else int(value is None)

    assert nulls(cloudformation.export(pairs).body) == 0


# ---- The same design, the same template --------------------------------------------------------


def test_the_same_design_twice_gives_the_same_bytes(pairs: Design) -> None:
    document = dump(pairs)
    again = [cloudformation.export(load(document)) for _ in range(2)]
    assert again[0].to_yaml() == again[1].to_yaml()
    assert again[0].to_json() == again[1].to_json()


def test_layout_does_not_touch_the_template(pairs: Design) -> None:
    document = dump(pairs)
    moved = {n["id"]: {"x": i, "y": 7} for i, n in enumerate(document["model"]["nodes"])}
    before = cloudformation.export(load(document)).to_yaml()
    document["layout"] = {"positions": moved, "notes": [{"id": "n", "x": 0, "y": 0, "text": "!"}]}
    assert cloudformation.export(load(document)).to_yaml() == before


def test_a_new_name_keeps_every_logical_id(pairs: Design) -> None:
    document = dump(pairs)
    before = list(cloudformation.export(load(document)).resources)
    for i, node in enumerate(document["model"]["nodes"]):
        node["name"] = f"Renamed {i}"
    assert list(cloudformation.export(load(document)).resources) == before


def test_ids_read_as_the_drawing() -> None:
    design = one(
        {"orders_queue": {"type": "sqs_queue", "visibility_timeout_s": 90}, "w": "lambda_function"},
        ("orders_queue", "w", "lambda_sqs_mapping"),
    )
    made = cloudformation.export(design).resources
    assert {"OrdersQueue", "W", "WRole", "WPolicy", "OrdersQueueToWMapping"} <= set(made)


def test_ids_that_would_meet_are_told_apart_the_same_way_in_any_order() -> None:
    nodes = {
        "a_1": "sqs_queue",
        "a1": "sns_topic",
        "w": "lambda_function",
        "w_role": "sqs_queue",
        "w_logs": "sns_topic",
    }
    made = cloudformation.export(one(nodes)).resources
    turned = cloudformation.export(one(dict(reversed(nodes.items())))).resources
    assert set(made) == set(turned)
    assert made["A1"]["Type"] == "AWS::SNS::Topic"
    assert made["A1Node"]["Type"] == "AWS::SQS::Queue"
    assert made["WRole"]["Type"] == "AWS::IAM::Role"
    assert made["WRoleNode"]["Type"] == "AWS::SQS::Queue"
    assert made["WLogsNode"]["Type"] == "AWS::SNS::Topic"


def test_arrows_that_would_meet_are_told_apart() -> None:
    queue = {"type": "sqs_queue", "visibility_timeout_s": 90}
    design = one(
        {"a": queue, "a_to_b": queue, "b_to_c": "lambda_function", "c": "lambda_function"},
        ("a", "b_to_c", {"type": "lambda_sqs_mapping", "batch_size": 1}),
        ("a_to_b", "c", {"type": "lambda_sqs_mapping", "batch_size": 2}),
    )
    made = cloudformation.export(design).resources
    assert made["AToBToCMapping"]["Properties"]["BatchSize"] == 1
    assert made["AToBToCEdgeMapping"]["Properties"]["BatchSize"] == 2


def test_a_node_called_like_a_shared_resource_gives_way() -> None:
    design = one(
        {"z": "apigateway_rest_api", "api_gateway_account": "sqs_queue", "w": "lambda_function"},
        ("z", "w", "apigateway_integration"),
    )
    made = cloudformation.export(design).resources
    assert made["ApiGatewayAccount"]["Type"] == "AWS::ApiGateway::Account"
    assert made["ApiGatewayAccountNode"]["Type"] == "AWS::SQS::Queue"


def test_a_node_called_like_a_parameter_gives_way() -> None:
    java = {"type": "lambda_function", "runtime": "java21"}
    body = cloudformation.export(one({"report": java, "report_handler": "sqs_queue"})).body
    assert set(body["Parameters"]) & set(body["Resources"]) == set()
    assert "ReportHandler" in body["Parameters"]


def test_paths_that_read_alike_are_two_resources() -> None:
    design = one(
        {"api": "apigateway_rest_api", "w": "lambda_function", "v": "lambda_function"},
        ("api", "w", {"type": "apigateway_integration", "path": "/orders/{id}"}),
        ("api", "v", {"type": "apigateway_integration", "path": "/orders/id"}),
    )
    made = cloudformation.export(design).resources
    parts = {key: one["Properties"]["PathPart"] for key, one in made.items() if "Path" in key}
    assert parts == {
        "ApiPathOrders": "orders",
        "ApiPathOrdersId": "id",
        "ApiPathOrdersIdPath": "{id}",
    }
    reached = made["ApiToWMethod"]["Properties"]["ResourceId"]["Ref"]
    assert parts[reached] == "{id}"


def test_times_are_whole_seconds_rounded_up() -> None:
    queue = {"type": "sqs_queue", "visibility_timeout_s": 30.2, "retention_s": 60.5}
    made = cloudformation.export(
        one({"q": queue, "w": {"type": "lambda_function", "timeout_s": 1.5}})
    )
    assert made.resources["Q"]["Properties"]["VisibilityTimeout"] == 31
    assert made.resources["Q"]["Properties"]["MessageRetentionPeriod"] == 61
    assert made.resources["W"]["Properties"]["Timeout"] == 2


# ---- Roles and policies ------------------------------------------------------------------------


def _granted(made: dict[str, Any], policy_id: str) -> list[tuple[list[str], Any]]:
    statements = made[policy_id]["Properties"]["PolicyDocument"]["Statement"]
    return [(s["Action"], s["Resource"]) for s in statements]


def test_a_role_may_do_what_is_drawn_and_nothing_else() -> None:
    design = one(
        {"w": "lambda_function", "items": "dynamodb_table", "other": "dynamodb_table"},
        ("w", "items", {"type": "lambda_call", "operation": "read"}),
    )
    made = cloudformation.export(design).resources
    reads = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
    assert _granted(made, "WPolicy") == [(reads, {"Fn::GetAtt": ["Items", "Arn"]})]
    (own,) = made["WRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert own["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_no_grant_of_a_role_asks_for_all_actions(pairs: Design) -> None:
    made = cloudformation.export(pairs).resources
    documents = [
        policy["PolicyDocument"]
        for one in made.values()
        if one["Type"] in ("AWS::IAM::Role", "AWS::IAM::Policy")
        for policy in one["Properties"].get("Policies", [one["Properties"]])
        if "PolicyDocument" in policy
    ]
    statements = [s for document in documents for s in document["Statement"]]
    assert len(statements) > 25
    for statement in statements:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert not action.endswith("*"), action


def test_a_queue_has_one_policy_for_all_its_senders() -> None:
    design = one(
        {"q": "sqs_queue", "t": "sns_topic", "b": "events_bus", "docs": "s3_bucket"},
        ("t", "q", "sns_subscription"),
        ("b", "q", "events_rule_target"),
        ("docs", "q", "s3_notification"),
    )
    made = cloudformation.export(design).resources
    policies = [one for one in made.values() if one["Type"] == "AWS::SQS::QueuePolicy"]
    statements = policies[0]["Properties"]["PolicyDocument"]["Statement"]
    assert len(policies) == 1
    assert {s["Principal"]["Service"]: s["Condition"] for s in statements} == {
        "sns.amazonaws.com": {"ArnLike": {"aws:SourceArn": {"Ref": "T"}}},
        "events.amazonaws.com": {"ArnLike": {"aws:SourceArn": {"Fn::GetAtt": ["BToQRule", "Arn"]}}},
        "s3.amazonaws.com": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    assert made["Docs"]["DependsOn"] == ["QQueuePolicy"]


def test_eventbridge_enters_a_topic_without_a_condition() -> None:
    # EventBridge sends no context to SNS: with a condition every event would be refused.
    design = one({"b": "events_bus", "t": "sns_topic"}, ("b", "t", "events_rule_target"))
    policy = cloudformation.export(design).resources["TTopicPolicy"]["Properties"]
    assert "Condition" not in policy["PolicyDocument"]["Statement"][0]


# ---- What depends on more than one place -------------------------------------------------------


def test_arrows_of_one_rule_name_share_a_rule() -> None:
    named = {"type": "events_rule_target", "rule_name": "placed", "detail_type": "OrderPlaced"}
    design = one(
        {"b": "events_bus", "w": "lambda_function", "q": {"type": "sqs_queue", "fifo": True}},
        ("b", "w", named),
        ("b", "q", named),
    )
    rule = cloudformation.export(design).resources["BPlacedRule"]["Properties"]
    assert rule["EventPattern"] == {"source": ["weir.app"], "detail-type": ["OrderPlaced"]}
    assert [t["Id"] for t in rule["Targets"]] == ["W", "Q"]
    assert rule["Targets"][1]["SqsParameters"] == {"MessageGroupId": "b"}


def test_a_rule_behind_a_bucket_asks_for_its_objects() -> None:
    design = one(
        {"docs": "s3_bucket", "b": {"type": "events_bus", "kind": "default"}, "q": "sqs_queue"},
        ("docs", "b", {"type": "s3_notification", "prefix": "in/", "suffix": ".pdf"}),
        ("b", "q", "events_rule_target"),
    )
    made = cloudformation.export(design).resources
    assert made["BToQRule"]["Properties"]["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [{"Ref": "Docs"}]},
            "object": {"key": [{"wildcard": "in/*.pdf"}]},
        },
    }
    notified = made["Docs"]["Properties"]["NotificationConfiguration"]
    assert notified == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert "B" not in made


def test_a_bus_behind_a_bus_matches_what_the_first_one_passes_on() -> None:
    design = one(
        {
            "outer": {"type": "events_bus", "source_name": "shop"},
            "inner": {"type": "events_bus", "source_name": "stock"},
            "q": "sqs_queue",
        },
        ("outer", "inner", "events_rule_target"),
        ("inner", "q", "events_rule_target"),
    )
    rule = cloudformation.export(design).resources["InnerToQRule"]["Properties"]
    assert rule["EventPattern"]["source"] == ["stock", "shop"]


def test_an_api_puts_events_by_the_detail_type_that_the_rules_ask_for() -> None:
    asked = {"type": "events_rule_target", "detail_type": "OrderPlaced"}
    design = one(
        {"api": "apigatewayv2_api", "b": "events_bus", "q": "sqs_queue"},
        ("api", "b", "apigatewayv2_integration"),
        ("b", "q", asked),
    )
    made = cloudformation.export(design).resources["ApiToBIntegration"]["Properties"]
    assert made["RequestParameters"]["DetailType"] == "OrderPlaced"


def test_detail_types_cannot_break_out_of_a_request_template() -> None:
    asked = {"type": "events_rule_target", "detail_type": 'a"b ${Secret} #set($x=1)'}
    design = one(
        {"api": "apigateway_rest_api", "b": "events_bus", "q": "sqs_queue"},
        ("api", "b", "apigateway_integration"),
        ("b", "q", asked),
    )
    made = cloudformation.export(design).resources["ApiToBMethod"]["Properties"]
    body = made["Integration"]["RequestTemplates"]["application/json"]["Fn::Sub"]
    line = next(line for line in body.splitlines() if "DetailType" in line)
    assert json.loads("{" + line.strip().rstrip(",") + "}") == {"DetailType": asked["detail_type"]}
    assert "$" not in line
    assert "#" not in line


def test_outputs_are_what_clients_call() -> None:
    design = one(
        {"shop": "client", "api": "apigatewayv2_api", "q": "sqs_queue", "site": "s3_bucket"},
        ("shop", "api", "client_call"),
        ("api", "q", "apigatewayv2_integration"),
    )
    body = cloudformation.export(design).body
    assert body["Outputs"] == {
        "ApiUrl": {
            "Description": "Address of the API: api",
            "Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]},
        }
    }


def test_a_function_that_calls_itself_makes_no_circle() -> None:
    design = one({"w": "lambda_function"}, ("w", "w", "lambda_call"))
    made = cloudformation.export(design).resources
    assert "Environment" not in made["W"]["Properties"]
    assert _granted(made, "WPolicy")[0][0] == ["lambda:InvokeFunction"]


def test_functions_that_call_each_other_find_each_other() -> None:
    design = one(
        {"ping": "lambda_function", "pong": "lambda_function"},
        ("ping", "pong", "lambda_call"),
        ("pong", "ping", "lambda_call"),
    )
    template = cloudformation.export(design)
    told = [
        list(template.resources[key]["Properties"]["Environment"]["Variables"])
        for key in ("Ping", "Pong")
    ]
    assert told == [["PONG_NAME"], ["PING_NAME_PARAMETER"]]
    assert template.resources["PongToPingAddress"]["Properties"]["Value"] == {"Ref": "Ping"}
    assert any("PING_NAME_PARAMETER" in note for note in template.notes)


# ---- Code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("runtime", ["python3.13", "nodejs24.x"])
def test_starters_fit_into_a_template(runtime: str) -> None:
    made = cloudformation.export(one({"w": {"type": "lambda_function", "runtime": runtime}}))
    code = made.resources["W"]["Properties"]["Code"]["ZipFile"]
    assert len(code) <= 4096


def test_the_python_starter_answers_every_caller() -> None:
    made = cloudformation.export(one({"w": "lambda_function"}))
    scope: dict[str, Any] = {}
    exec(made.resources["W"]["Properties"]["Code"]["ZipFile"], scope)
    context = type("Context", (), {"aws_request_id": "1"})()
    assert scope["handler"]({"Records": []}, context) == {"batchItemFailures": []}
    assert scope["handler"]({"requestContext": {}}, context)["statusCode"] == 200
    assert scope["handler"]([1], context) == [1]


def test_code_that_no_template_can_carry_is_asked_for() -> None:
    design = one({"report": {"type": "lambda_function", "runtime": "java21"}})
    body = cloudformation.export(design).body
    assert set(body["Parameters"]) == {"ReportCodeBucket", "ReportCodeKey", "ReportHandler"}
    assert body["Resources"]["Report"]["Properties"]["Code"] == {
        "S3Bucket": {"Ref": "ReportCodeBucket"},
        "S3Key": {"Ref": "ReportCodeKey"},
    }


# ---- What cannot be built ----------------------------------------------------------------------


def test_an_empty_design_has_nothing_to_export() -> None:
    assert _problems(one({}))[0][0] == "/model/nodes"
    assert _problems(one({"shop": "client"}))[0][0] == "/model/nodes"
    assert _problems(one({"b": {"type": "events_bus", "kind": "default"}}))[0][0] == "/model/nodes"


def test_a_stream_needs_one_destination() -> None:
    ((place, message),) = _problems(one({"q": "sqs_queue", "stream": "firehose_stream"}))
    assert place == "/model/nodes/1/service"
    assert "no destination" in message


def test_two_integrations_cannot_share_a_route() -> None:
    design = one(
        {"api": "apigatewayv2_api", "w": "lambda_function", "q": "sqs_queue"},
        ("api", "w", "apigatewayv2_integration"),
        ("api", "q", "apigatewayv2_integration"),
    )
    assert "POST /" in _problems(design)[0][1]


@pytest.mark.parametrize("path", ["/a//b", "/a{id}", "/{all+}/b"])
def test_paths_that_gateways_refuse_are_refused(path: str) -> None:
    design = one(
        {"api": "apigatewayv2_api", "w": "lambda_function"},
        ("api", "w", {"type": "apigatewayv2_integration", "path": path}),
    )
    assert _problems(design)[0][0] == "/model/edges/0/connection/path"


def test_what_lambda_refuses_is_refused_with_the_way_out() -> None:
    design = one(
        {"q": {"type": "sqs_queue", "visibility_timeout_s": 10}, "w": "lambda_function"},
        ("q", "w", {"type": "lambda_sqs_mapping", "batch_size": 100}),
    )
    problems = dict(_problems(design))
    assert "Raise it to 180 s" in problems["/model/edges/0/connection"]
    assert "batching window" in problems["/model/edges/0/connection/window_s"]


def test_notifications_of_the_same_objects_are_refused() -> None:
    def drawn(prefix: str) -> Design:
        return one(
            {"docs": "s3_bucket", "q": "sqs_queue", "t": "sns_topic"},
            ("docs", "q", {"type": "s3_notification", "prefix": "in/"}),
            ("docs", "t", {"type": "s3_notification", "prefix": prefix}),
        )

    assert "the same objects" in _problems(drawn("in/big/"))[0][1]
    assert cloudformation.export(drawn("out/")).resources["Docs"]["DependsOn"] == [
        "QQueuePolicy",
        "TTopicPolicy",
    ]


def test_a_rule_has_one_pattern_and_five_targets() -> None:
    def named(detail_type: str) -> dict[str, str]:
        return {"type": "events_rule_target", "rule_name": "r", "detail_type": detail_type}

    two = {"b": "events_bus", "q0": "sqs_queue", "q1": "sqs_queue"}
    differing = one(two, ("b", "q0", named("A")), ("b", "q1", named("")))
    assert "one pattern" in _problems(differing)[0][1]
    six = {"b": "events_bus", **{f"q{i}": "sqs_queue" for i in range(6)}}
    edges = [("b", f"q{i}", named("A")) for i in range(6)]
    alike = {**named("B"), "rule_name": "R"}
    assert "one pattern" in _problems(one(two, ("b", "q0", named("A")), ("b", "q1", alike)))[0][1]
    assert "6 targets" in _problems(one(six, *edges))[0][1]


def test_workflows_that_start_each_other_are_refused_at_their_arrows() -> None:
    design = one(
        {"a": "sfn_state_machine", "b": "sfn_state_machine"},
        ("a", "b", "sfn_task"),
        ("b", "a", "sfn_task"),
    )
    problems = _problems(design)
    assert [place for place, _ in problems] == ["/model/edges/0", "/model/edges/1"]
    assert "circle" in problems[0][1]


def test_more_resources_than_a_stack_takes_are_refused() -> None:
    design = one({f"w{i}": "lambda_function" for i in range(167)})
    assert "501 resources" in _problems(design)[0][1]


def test_names_of_resources_come_from_letters_and_digits_alone() -> None:
    assert pascal("orders__queue_2") == "OrdersQueue2"
    assert pascal("/orders/{id}") == "OrdersId"
