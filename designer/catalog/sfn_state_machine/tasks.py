"""What a Task state must say to call each kind of target, and what its role needs for it.

The calls are Step Functions' own integrations; where it has none, those of the AWS SDK.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..base import Access, Grant, Link, arn, detail_type

INPUT, EXECUTION = "$", "$$.Execution.Name"
INPUT_TEXT, FILE_NAME = "States.JsonToString($)", "States.Format('{}.json', $$.Execution.Name)"
OWN_ARN = "$$.StateMachine.Id"
JSONATA: Mapping[str, str] = {
    INPUT: "{% $states.input %}",
    EXECUTION: "{% $states.context.Execution.Name %}",
    INPUT_TEXT: "{% $string($states.input) %}",
    FILE_NAME: "{% $states.context.Execution.Name & '.json' %}",
    OWN_ARN: "{% $states.context.StateMachine.Id %}",
}
# Takes mail and throws it away: a template must not write to people.
SIMULATOR = "success@simulator.amazonses.com"
LAMBDA_RETRY = {
    "ErrorEquals": [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ],
    "IntervalSeconds": 1,
    "MaxAttempts": 3,
    "BackoffRate": 2,
}
INTEGRATION = re.compile(r"^arn:[a-z\-]*:states:::(?:aws-sdk:)?([a-z0-9]+):([A-Za-z]+)(\.\w+.*)?$")
# Names by which integrations call services, where IAM knows them by another.
IAM_SERVICE = {"sfn": "states", "sesv2": "ses", "eventbridge": "events"}
IAM_ACTION = {"lambda:Invoke": "lambda:InvokeFunction", "s3:ListObjectsV2": "s3:ListBucket"}
NESTED_RULE = "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"


def placeholder(link: Link) -> str:
    return f"${{{link.target.id}}}"


def resource(link: Link, operation: str) -> str:
    """Return the integration that calls the target of an arrow."""
    kind = link.target.service.type
    if kind == "sfn_state_machine" and getattr(link.target.service, "synchronous", False):
        return "arn:aws:states:::aws-sdk:sfn:startSyncExecution"
    name = {
        ("lambda_function", "write"): "lambda:invoke",
        ("sqs_queue", "write"): "sqs:sendMessage",
        ("sns_topic", "write"): "sns:publish",
        ("events_bus", "write"): "events:putEvents",
        ("dynamodb_table", "write"): "dynamodb:putItem",
        ("dynamodb_table", "read"): "dynamodb:getItem",
        ("ses_identity", "write"): "aws-sdk:sesv2:sendEmail",
        ("sfn_state_machine", "write"): "states:startExecution",
        ("kinesis_stream", "write"): "aws-sdk:kinesis:putRecord",
        ("firehose_stream", "write"): "aws-sdk:firehose:putRecord",
        ("s3_bucket", "write"): "aws-sdk:s3:putObject",
        ("s3_bucket", "read"): "aws-sdk:s3:getObject",
    }
    return f"arn:aws:states:::{name.get((kind, operation), name[kind, 'write'])}"


def parameters(link: Link, operation: str) -> dict[str, Any]:
    """Return the parameters of that call, in JSONPath: the state's input is what is sent."""
    kind, target = link.target.service.type, placeholder(link)
    fifo = getattr(link.target.service, "fifo", False)
    group = {"MessageGroupId.$": EXECUTION} if fifo else {}
    if kind == "lambda_function":
        return {"FunctionName": target, "Payload.$": INPUT}
    if kind == "sqs_queue":
        return {"QueueUrl": target, "MessageBody.$": INPUT, **group}
    if kind == "sns_topic":
        return {"TopicArn": target, "Message.$": INPUT, **group}
    if kind == "events_bus":
        entry = {
            "EventBusName": target,
            "Source": getattr(link.target.service, "source_name", ""),
            "DetailType": detail_type(link) or "Event",
            "Detail.$": INPUT,
        }
        return {"Entries": [entry]}
    if kind == "dynamodb_table":
        key = {getattr(link.target.service, "partition_key", "id"): {"S.$": EXECUTION}}
        if operation == "read":
            return {"TableName": target, "Key": key}
        return {"TableName": target, "Item": {**key, "body": {"S.$": INPUT_TEXT}}}
    if kind == "ses_identity":
        named = "@" in getattr(link.target.service, "sender", "")
        return {
            "FromEmailAddress": target if named else f"no-reply@{target}",
            "Destination": {"ToAddresses": [SIMULATOR]},
            "Content": {
                "Simple": {
                    "Subject": {"Data": link.source.label.replace("${", "{")},
                    "Body": {"Text": {"Data.$": INPUT_TEXT}},
                }
            },
        }
    if kind == "kinesis_stream":
        return {"StreamName": target, "PartitionKey.$": EXECUTION, "Data.$": INPUT}
    if kind == "firehose_stream":
        return {"DeliveryStreamName": target, "Record": {"Data.$": INPUT_TEXT}}
    if kind == "sfn_state_machine":
        named_by = {"StateMachineArn": target}
        if link.source.id == link.target.id:
            named_by = {"StateMachineArn.$": OWN_ARN}
        text = INPUT_TEXT if getattr(link.target.service, "synchronous", False) else INPUT
        return {**named_by, "Input.$": text}
    if operation == "read":
        return {"Bucket": target, "Key.$": FILE_NAME}
    return {"Bucket": target, "Key.$": FILE_NAME, "Body.$": INPUT}


def as_jsonata(value: Any) -> Any:
    """Return parameters written in JSONPath as arguments in JSONata."""
    if isinstance(value, list):
        return [as_jsonata(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key.removesuffix(".$"): JSONATA[item] if key.endswith(".$") else as_jsonata(item)
        for key, item in value.items()
    }


# ---- What the role needs -----------------------------------------------------------------------


def grants(link: Link, operation: str, stated: str | None) -> list[Grant]:
    """Return what a task needs: the action of the stated integration, else of the usual one."""
    usual = link.target.service.access(link.target.logical_id, operation)
    if not INTEGRATION.match(stated or ""):
        stated = resource(link, operation)
    action, waits = _action(str(stated), usual)
    found = [Grant("source", action, usual.resources)]
    if waits and link.target.service.type == "sfn_state_machine":
        runs = arn("states", f"execution:${{{link.target.logical_id}.Name}}:*")
        found.append(Grant("source", ("states:DescribeExecution", "states:StopExecution"), (runs,)))
        # Step Functions learns of the end by a rule that it manages.
        rule = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
        found.append(Grant("source", rule, (arn("events", NESTED_RULE),)))
    return found


def _action(stated: str, usual: Access) -> tuple[tuple[str, ...], bool]:
    match = INTEGRATION.match(stated)
    if not match:
        return usual.actions, False
    service = IAM_SERVICE.get(match[1], match[1])
    action = f"{service}:{match[2][:1].upper()}{match[2][1:]}"
    action = IAM_ACTION.get(action, action)
    if service != usual.actions[0].split(":")[0]:
        return usual.actions, False
    return (action,), (match[3] or "").startswith(".sync")
