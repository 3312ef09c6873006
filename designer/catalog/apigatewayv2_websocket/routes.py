"""Ways into and out of a WebSocket API: routes, messages to clients, the check of a connection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar, Literal

from ..base import (
    METHOD_RATE,
    Cap,
    Connection,
    Context,
    Delivery,
    Excess,
    Grant,
    Hop,
    Item,
    Kind,
    LambdaAuthorizer,
    Link,
    Lognormal,
    Mechanism,
    Patch,
    Per,
    Resource,
    Service,
    Waits,
    arn,
    guard_of,
    quantity,
    ratio,
    ref,
    route_throttle,
    sub,
    text,
    within,
)
from .facts import (
    CONNECT,
    FROM_CLIENTS,
    QUOTAS,
    TIMEOUT,
    TO_CLIENTS,
)


class WebSocketIntegration(Connection):
    type: Literal["apigatewayv2_route"] = "apigatewayv2_route"
    title: ClassVar = "Route"
    summary: ClassVar = "Messages of a kind call the function; the client does not wait."
    sources: ClassVar = frozenset({"apigatewayv2_websocket"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Route"
    docs_url: ClassVar = QUOTAS.url
    limits: ClassVar = (TIMEOUT, METHOD_RATE)

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

    throttle_per_s: float | None = route_throttle()

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        limited = self.throttle_per_s is not None
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
            caps=(Cap(METHOD_RATE, Per.REQUEST, self.throttle_per_s or 0.0),) if limited else (),
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
