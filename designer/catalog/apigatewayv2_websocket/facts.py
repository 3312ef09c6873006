"""Sources, limits and rules of WebSocket APIs, with their dates."""

from __future__ import annotations

from ..base import (
    Limit,
    Rule,
    Severity,
    Source,
)

QUOTAS = Source(
    "API Gateway quotas, WebSocket API",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "apigateway-execution-service-websocket-limits-table.html",
    "2026-11-21",
)
TIMEOUT = Limit("apigw.websocket.timeout", "Integration timeout", 29, "s", QUOTAS)
PAYLOAD = Limit(
    "apigw.websocket.payload", "Message", 128, "KiB", QUOTAS, note="In frames of 32 KiB."
)
NEW_CONNECTIONS = Limit(
    "apigw.websocket.new_connections",
    "New connections",
    500,
    "connections/s",
    QUOTAS,
    adjustable=True,
)
LONGEST = Limit("apigw.websocket.duration", "Longest connection", 120, "min", QUOTAS)
IDLE = Limit("apigw.websocket.idle", "Idle connection", 10, "min", QUOTAS)
FRAME = Limit("apigw.websocket.frame", "Frame", 32, "KiB", QUOTAS)
BILLED_KIB = 32.0  # Pricing: every started 32 KiB of a message, in or out, is one message.
TO_CLIENTS = "push"
FROM_CLIENTS = frozenset({"write", "read", "call"})  # Not what is sent to clients.
STAGE = "live"
CONNECT = "$connect"

TOO_MANY_NEW = Rule(
    "apigw-websocket-new-connections",
    Severity.ERROR,
    "More new connections than the account may open",
    "Above the quota connecting clients get 429.",
    QUOTAS,
)
IDLE_CLOSED = Rule(
    "apigw-websocket-idle",
    Severity.NOTE,
    "Silent connections are closed",
    "API Gateway closes a connection after ten minutes without a message, and any connection "
    "after two hours: clients must ping and connect again.",
    QUOTAS,
)
FRAMES = Rule(
    "apigw-websocket-frames",
    Severity.NOTE,
    "Messages must come in several frames",
    "A frame has at most 32 KB; a client that sends a larger one is cut off with code 1009.",
    QUOTAS,
)
