"""What the gateway sends to a service that it calls without code: address, headers, body.

Bodies are written in the gateway's template language (VTL); `${Name}` in them is CloudFormation's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from ..base import DETAIL_TYPE_HEADER, Link, detail_type, within

JSON_HEADERS = {"integration.request.header.Content-Type": "'application/x-amz-json-1.1'"}
FORM_HEADERS = {
    "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
}
# escapeJavaScript writes \' for ', which JSON does not know.
ESCAPED = "$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")"
READ_BY_VTL = {ord("#"): "\\u0023", ord("$"): "\\u0024"}
CALLER = "$context.identity.sourceIp"


@dataclass(frozen=True)
class Request:
    """One call of a service.

    Attributes:
        action: The end of the integration's URI, `service:action/Name` or `service:path/...`.
        body: VTL for the request.
        answer: VTL for the response; None passes the service's answer on.
    """

    action: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    answer: str | None = None

    @property
    def grant(self) -> str | None:
        """The action that IAM is asked for; None where the address names none."""
        service, _, name = self.action.partition(":action/")
        return f"{service}:{name}" if name else None


def _queue(link: Link, method: str) -> Request:
    body = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    if getattr(link.target.service, "fifo", False):
        body += f"&MessageGroupId=$util.urlEncode({CALLER})"
    name = f"${{{link.target.logical_id}.QueueName}}"
    return Request(f"sqs:path/${{AWS::AccountId}}/{name}", body, FORM_HEADERS)


def _topic(link: Link, method: str) -> Request:
    topic = f"$util.urlEncode('{within(link.target.arn)}')"
    body = f"Action=Publish&TopicArn={topic}&Message=$util.urlEncode($input.body)"
    if getattr(link.target.service, "fifo", False):
        body += f"&MessageGroupId=$util.urlEncode({CALLER})"
    return Request("sns:path//", body, FORM_HEADERS)


def _bus(link: Link, method: str) -> Request:
    kind = f"$input.params('{DETAIL_TYPE_HEADER}')"
    if named := detail_type(link):
        # As text inside JSON inside VTL inside Fn::Sub: none of the three may read it.
        kind = json.dumps(named)[1:-1].translate(READ_BY_VTL)
    body = f"""\
{{
  "Entries": [
    {{
      "EventBusName": "{within(link.target.address.value)}",
      "Source": "{getattr(link.target.service, "source_name", "")}",
      "DetailType": "{kind}",
      "Detail": "{ESCAPED}"
    }}
  ]
}}
"""
    target = {"integration.request.header.X-Amz-Target": "'AWSEvents.PutEvents'"}
    return Request("events:action/PutEvents", body, {**JSON_HEADERS, **target})


def _state_machine(link: Link, method: str) -> Request:
    machine = within(link.target.arn)
    body = f'{{\n  "stateMachineArn": "{machine}",\n  "input": "{ESCAPED}"\n}}\n'
    action = link.target.service.access(link.target.logical_id, "write").actions[0]
    name = action.removeprefix("states:")
    answer = "$util.parseJson($input.json('$.output'))" if name == "StartSyncExecution" else None
    return Request(f"states:action/{name}", body, {}, answer)


def _table(link: Link, method: str) -> Request:
    key = getattr(link.target.service, "partition_key", "id")
    table = within(link.target.address.value)
    if method == "GET":
        value = f"$util.escapeJavaScript($input.params('{key}'))"
        body = f'{{\n  "TableName": "{table}",\n  "Key": {{"{key}": {{"S": "{value}"}}}}\n}}\n'
        return Request("dynamodb:action/GetItem", body)
    item = f'{{"{key}": {{"S": "$context.requestId"}}, "body": {{"S": "{ESCAPED}"}}}}'
    return Request(
        "dynamodb:action/PutItem", f'{{\n  "TableName": "{table}",\n  "Item": {item}\n}}\n'
    )


def _stream(link: Link, method: str) -> Request:
    stream = within(link.target.address.value)
    body = f"""\
{{
  "StreamName": "{stream}",
  "Data": "$util.base64Encode($input.body)",
  "PartitionKey": "$context.requestId"
}}
"""
    return Request("kinesis:action/PutRecord", body, JSON_HEADERS)


REQUESTS: dict[str, Callable[[Link, str], Request]] = {
    "sqs_queue": _queue,
    "sns_topic": _topic,
    "events_bus": _bus,
    "sfn_state_machine": _state_machine,
    "dynamodb_table": _table,
    "kinesis_stream": _stream,
}
