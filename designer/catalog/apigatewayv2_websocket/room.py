"""The room of a WebSocket API: connections and messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    Access,
    Address,
    ApiFront,
    Context,
    EdgeFlow,
    Finding,
    NodeFlow,
    NodeView,
    Resource,
    Site,
    Usage,
    arn,
    choice,
    chunks,
    latency_fields,
    monthly,
    number,
    quantity,
    ratio,
    route_settings,
    sub,
)
from .facts import (
    BILLED_KIB,
    FRAME,
    FRAMES,
    IDLE,
    IDLE_CLOSED,
    LONGEST,
    NEW_CONNECTIONS,
    PAYLOAD,
    QUOTAS,
    STAGE,
    TIMEOUT,
    TO_CLIENTS,
    TOO_MANY_NEW,
)

_P50, _P99 = latency_fields(10, 40, "the gateway adds", title="Overhead", le=60_000)


class WebSocketApi(ApiFront):
    type: Literal["apigatewayv2_websocket"] = "apigatewayv2_websocket"
    title: ClassVar = "WebSocket API"
    aliases: ClassVar = ("api gateway", "websocket", "chat", "push", "realtime", "connection")
    summary: ClassVar = "Keeps connections open and carries messages both ways."
    docs_url: ClassVar = QUOTAS.url
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Api"
    id_base: ClassVar = "websocket"
    limits: ClassVar = (*ApiFront.limits, TIMEOUT, PAYLOAD, FRAME, NEW_CONNECTIONS, LONGEST, IDLE)
    rules: ClassVar = (*ApiFront.rules, TOO_MANY_NEW, IDLE_CLOSED, FRAMES)
    timeout_limit: ClassVar = TIMEOUT
    payload_limit: ClassVar = PAYLOAD

    connections: float = quantity(
        "connections",
        1_000,
        "Connections that are open at the same time, mean over the month.",
        ge=0,
        le=1e8,
    )
    session_min: float = quantity(
        "min",
        60,
        "Mean time that a connection stays open; API Gateway ends it after 120.",
        title="Session",
        gt=0,
        le=120,
        assumed=True,
    )
    authorizer: Literal["none", "iam"] = choice(
        "none",
        "Who checks callers when they connect; for a Lambda authorizer draw an arrow to its "
        "function.",
        titles={"none": "None, or a drawn function", "iam": "IAM"},
        group="Access",
    )
    reply_ratio: float = ratio(
        0.0,
        "Share of the messages that a route answers on the same connection; paid as messages. "
        "Messages to other clients are an arrow from the function that sends them.",
        title="Answered",
    )
    response_kib: float = quantity(
        "KiB",
        1.0,
        "Mean size of such an answer.",
        title="Answer size",
        ge=0,
        le=128,
        group="Assumptions",
        assumed=True,
    )
    overhead_p50_ms: float = _P50
    overhead_p99_ms: float = _P99

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        sent_gb_per_s = 0.0
        for edge in flow.inbound:
            yield self._messages(edge, ctx)
            if edge.op == TO_CLIENTS:
                sent_gb_per_s += edge.requests_per_s * edge.request_kib / KIB_PER_GB
            elif self.reply_ratio > 0:
                billed = chunks(self.response_kib, BILLED_KIB)
                per_s = edge.requests_per_s * self.reply_ratio * billed
                origin = f"Answers to {edge.peer}, {billed} × 32 KiB each"
                meter = "apigw.websocket.messages"
                yield monthly(meter, "32 KB chunk", per_s, ctx.month_s, origin)
                answers_per_s = edge.requests_per_s * self.reply_ratio
                sent_gb_per_s += answers_per_s * self.response_kib / KIB_PER_GB
        if sent_gb_per_s > 0:
            origin = "Messages to clients"
            yield monthly("dt.out_internet", "GB", sent_gb_per_s, ctx.month_s, origin)
        if self.connections > 0:
            minutes = self.connections * ctx.month_h * 60
            formula = f"{number(self.connections)} connections × {number(ctx.month_h)} h × 60"
            meter = "apigw.websocket.connection_minutes"
            yield Usage(meter, minutes, "connection-minute", formula)

    def _messages(self, edge: EdgeFlow, ctx: Context) -> Usage:
        billed = chunks(edge.request_kib, BILLED_KIB)
        way = "to clients by" if edge.op == TO_CLIENTS else "from"
        origin = f"Messages {way} {edge.peer}, {billed} × 32 KiB each"
        per_s = edge.requests_per_s * billed
        return monthly("apigw.websocket.messages", "32 KB chunk", per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from super().findings(view, ctx)
        new_per_s = self.connections / (self.session_min * 60)
        if new_per_s > ctx.value(NEW_CONNECTIONS):
            yield TOO_MANY_NEW.found(
                f"{number(new_per_s)} new connections/s; the account may open "
                f"{number(ctx.value(NEW_CONNECTIONS))}.",
                "Keep connections open longer, or ask AWS for a higher quota.",
                field="session_min",
                value=120,
            )
        large = [e for e in view.flow.inbound if FRAME.value < e.request_kib <= PAYLOAD.value]
        if large:
            yield FRAMES.found(
                f"Messages of {number(large[0].request_kib)} KiB to {view.name} take "
                f"{chunks(large[0].request_kib, FRAME.value)} frames.",
                "Let the client split messages into frames of 32 KB, or keep them smaller.",
            )
        per_s = sum(e.requests_per_s for e in view.flow.inbound)
        if self.connections > 0 and per_s * IDLE.value * 60 < self.connections:
            yield IDLE_CLOSED.found(
                f"{number(per_s)} messages/s over {number(self.connections)} connections: most are "
                f"silent for more than {number(IDLE.value)} minutes.",
                "Let clients ping, and count the pings as messages.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        yield Resource(
            "AWS::ApiGatewayV2::Api",
            {
                "Name": site.placed.label,
                "ProtocolType": "WEBSOCKET",
                "RouteSelectionExpression": "$request.body.action",
            },
        )
        stage: dict[str, Any] = {
            "ApiId": site.placed.ref,
            "StageName": STAGE,
            "AutoDeploy": True,
        }
        if self.throttle_per_s is not None:
            stage["DefaultRouteSettings"] = self.throttle()
        settings, attributes = route_settings(site)
        yield Resource("AWS::ApiGatewayV2::Stage", stage | settings, "Stage", attributes)

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"The stage of {site.placed.label} keeps no access log: WebSocket stages need the "
            "account's CloudWatch role, which the template leaves to you."
        )

    def arn(self, logical_id: str) -> Any:
        return arn("execute-api", f"${{{logical_id}}}/*")

    def address(self, logical_id: str) -> Address:
        # Callers and functions that send to clients use the same host and stage.
        host = f"${{{logical_id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
        return Address("URL", sub(f"https://{host}/{STAGE}"), "Address of the API, by wss://")

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("execute-api:ManageConnections",), (self.arn(logical_id),))
