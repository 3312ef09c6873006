"""API Gateway WebSocket API: keeps connections open and carries messages both ways.

Quotas:  https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
Pricing: https://aws.amazon.com/api-gateway/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    Access,
    Address,
    ApiFront,
    Connection,
    Context,
    Delivery,
    EdgeFlow,
    Excess,
    Finding,
    Grant,
    Hop,
    Item,
    Kind,
    LambdaAuthorizer,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Patch,
    Resource,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Usage,
    Waits,
    arn,
    choice,
    chunks,
    guard_of,
    monthly,
    number,
    quantity,
    ratio,
    ref,
    sub,
    text,
    within,
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
    overhead_p50_ms: float = quantity(
        "ms",
        10,
        "Median time the gateway adds.",
        title="Overhead, median",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )
    overhead_p99_ms: float = quantity(
        "ms",
        40,
        "99th percentile of the time the gateway adds.",
        title="Overhead, p99",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )

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
        yield Resource("AWS::ApiGatewayV2::Stage", stage, "Stage")

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


class WebSocketIntegration(Connection):
    type: Literal["apigatewayv2_route"] = "apigatewayv2_route"
    title: ClassVar = "Route"
    summary: ClassVar = "Messages of a kind call the function; the client does not wait."
    sources: ClassVar = frozenset({"apigatewayv2_websocket"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Route"
    docs_url: ClassVar = QUOTAS.url
    limits: ClassVar = (TIMEOUT,)

    path: str = text(
        "$default",
        "Value of `action` in the message's body; $default takes what no other route takes.",
        title="Route key",
        pattern=r"^[$A-Za-z0-9_\-]+$",
        max_length=100,
    )
    share: float | None = ratio(
        None,
        "Part of the messages that take this route; empty shares equally.",
        title="Share of messages",
        group="Behaviour",
        gt=0,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        invoke = Item(Kind.NETWORK, "Call from the gateway", Lognormal(0.008, 0.020), None, True)
        return Hop(
            Mechanism.CALL,
            waits=Waits.NOTHING,
            split=True,
            share=self.share,
            op="call",
            reacts_to=FROM_CLIENTS,
            latency=(invoke,),
            excess=Excess.REFUSE,
        )

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        base = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        uri = sub(f"{base}{within(link.target.arn)}/invocations")
        integration: dict[str, Any] = {
            "ApiId": link.source.ref,
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": uri,
        }
        timeout_s = getattr(link.source.service, "integration_timeout_s", None)
        if timeout_s is not None:
            integration["TimeoutInMillis"] = round(timeout_s * 1000)
        yield Resource("AWS::ApiGatewayV2::Integration", integration, "Integration")
        route: dict[str, Any] = {
            "ApiId": link.source.ref,
            "RouteKey": self.path,
            "Target": sub(f"integrations/${{{link.logical_id}Integration}}"),
        }
        if self.path == CONNECT:
            route |= _access(link)
        yield Resource("AWS::ApiGatewayV2::Route", route, "Route")

    def remarks(self, link: Link) -> Iterable[str]:
        guarded = _access(link)
        connects = [s for s in link.siblings if getattr(s.connection, "path", "") == CONNECT]
        if guarded and not connects:
            yield (
                f"Callers of {link.source.label} are checked on the route {CONNECT}, which no "
                "arrow has: give it to the arrow of the function that answers connections."
            )

    def delivery(self, link: Link) -> Delivery | None:
        api = f"${{{link.source.logical_id}}}"
        return Delivery("apigateway.amazonaws.com", arn("execute-api", f"{api}/*/{self.path}"))


class MessageToClients(Connection):
    type: Literal["apigatewayv2_message"] = "apigatewayv2_message"
    title: ClassVar = "Message to clients"
    summary: ClassVar = "The function sends to open connections, one call for each of them."
    sources: ClassVar = frozenset({"lambda_function"})
    targets: ClassVar = frozenset({"apigatewayv2_websocket"})
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
        "apigateway-how-to-call-websocket-api-connections.html"
    )

    receivers: float = quantity(
        "connections",
        1,
        "Connections that get a message for each event handled; each is a call and a message.",
        gt=0,
        le=1_000_000,
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size of one message; empty keeps the size that came in.",
        title="Payload",
        gt=0,
        le=128,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=self.receivers,
            op=TO_CLIENTS,
            payload_kib=self.payload_kib,
            excess=Excess.REFUSE,
        )

    # ---- The template ----

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.target.service.access(link.target.logical_id, "write")
        yield Grant("source", access.actions, access.resources)

    def patches(self, link: Link) -> Iterable[Patch]:
        path = ("Properties", "Environment", "Variables")
        name = f"{link.target.id}_URL".upper()
        yield Patch(link.source.logical_id, path, {name: link.target.address.value}, soft=True)


class ConnectAuthorizer(LambdaAuthorizer):
    """Asked once for each connection; its result holds as long as the connection."""

    type: Literal["apigatewayv2_connect_authorizer"] = "apigatewayv2_connect_authorizer"
    sources: ClassVar = frozenset({"apigatewayv2_websocket"})
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Authorizer"

    messages_per_connection: float = quantity(
        "messages",
        60,
        "Messages that a client sends over one connection: the function is asked once for all.",
        title="Messages per connection",
        ge=1,
        le=1_000_000,
        group="Assumptions",
        assumed=True,
    )

    @property
    def asked_ratio(self) -> float:
        return 1.0 / self.messages_per_connection

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        hop = super().hop(source, target, ctx)
        return replace(hop, reacts_to=FROM_CLIENTS, waits=Waits.NOTHING)

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        base = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        properties: dict[str, Any] = {
            "Name": link.target.id,
            "ApiId": link.source.ref,
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": sub(f"{base}{within(link.target.arn)}/invocations"),
            "IdentitySource": ["route.request.header.Authorization"],
        }
        yield Resource("AWS::ApiGatewayV2::Authorizer", properties, "Authorizer")


def _access(link: Link) -> dict[str, Any]:
    """Return the properties of the $connect route that say who may connect."""
    guard = guard_of(link.siblings)
    if guard is not None:
        authorizer = ref(f"{guard.logical_id}Authorizer")
        return {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizer}
    iam = getattr(link.source.service, "authorizer", "none") == "iam"
    return {"AuthorizationType": "AWS_IAM"} if iam else {}


SERVICES = (WebSocketApi,)
CONNECTIONS = (WebSocketIntegration, MessageToClients, ConnectAuthorizer)
