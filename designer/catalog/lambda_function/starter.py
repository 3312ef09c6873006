"""The code that a function is deployed with until its own is put there."""

from __future__ import annotations

PYTHON = '''\
"""Starter: accepts every event. Put the function's own work here."""

import json


def handler(event, context):
    keys = sorted(event) if isinstance(event, dict) else []
    print(json.dumps({"request": context.aws_request_id, "keys": keys}))
    if "requestContext" in keys:  # An API waits for an HTTP answer.
        return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}
    if "Records" in keys:  # Of a batch, name the messages that failed: here none.
        return {"batchItemFailures": []}
    return event
'''

NODE = """\
// Starter: accepts every event. Put the function's own work here.
exports.handler = async (event, context) => {
  const keys = event && typeof event === "object" ? Object.keys(event).sort() : [];
  console.log(JSON.stringify({ request: context.awsRequestId, keys }));
  if (keys.includes("requestContext")) {
    // An API waits for an HTTP answer.
    return { statusCode: 200, headers: { "content-type": "application/json" }, body: "{}" };
  }
  if (keys.includes("Records")) {
    // Of a batch, name the messages that failed: here none.
    return { batchItemFailures: [] };
  }
  return event;
};
"""

# Entry points usual in archives of the runtimes that no template can carry.
HANDLERS = {
    **dict.fromkeys(("java25", "java21", "java17"), "example.Handler::handleRequest"),
    **dict.fromkeys(("dotnet10", "dotnet8"), "Function::Function.Handler::Handle"),
    "ruby3.4": "function.handler",
    "provided.al2023": "bootstrap",
}


def starter(runtime: str) -> str | None:
    """Return the code for a runtime; None where a template can carry none."""
    if runtime.startswith("python"):
        return PYTHON
    return NODE if runtime.startswith("nodejs") else None
