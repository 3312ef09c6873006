"""API Gateway HTTP API: passes each HTTPS request to an integration and waits for its answer.

Quotas:  https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
Pricing: https://aws.amazon.com/api-gateway/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    ACCESS_LOG,
    DETAIL_TYPE_HEADER,
    LOG_DAYS,
    Address,
    ApiIntegration,
    CachedAuthorizer,
    Cause,
    Context,
    Limit,
    Link,
    NodeFlow,
    Parameter,
    Resource,
    Site,
    Source,
    Status,
    Statuses,
    Usage,
    WebFront,
    arn,
    choice,
    chunks,
    detail_type,
    get_att,
    guard_of,
    integration_remarks,
    latency_fields,
    log_group,
    monthly,
    number,
    ref,
    route_settings,
    sub,
    within,
)

QUOTAS = Source(
    "API Gateway quotas, HTTP API",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
    "2026-11-21",
)
TIMEOUT = Limit("apigw.http.timeout", "Integration timeout", 30, "s", QUOTAS)
PAYLOAD = Limit("apigw.http.payload", "Payload", 10_240, "KiB", QUOTAS)
BILLED_KIB = 512.0  # Pricing: every started 512 KiB of a request is one request.

TOKEN_HEADER = "$request.header.Authorization"
STATUSES: Statuses = {
    Cause.TOO_LARGE: Status(413, "Request larger than 10 MB"),
    Cause.THROTTLED: Status(429, "Over a throttle of the API"),
    Cause.DENIED: Status(403, "Denied by the authorizer"),
    Cause.NOT_CHECKED: Status(500, "The authorizer was throttled or failed"),
    Cause.NO_CAPACITY: Status(503, "The function was throttled", assumed=True),
    Cause.REFUSED: Status(400, "The service behind was throttled", assumed=True),
    Cause.FAILED: Status(500, "The function ended with an error or at its timeout", assumed=True),
    Cause.TIMEOUT: Status(504, "The answer came after the integration timeout"),
}

SUBTYPES = {
    "sqs_queue": "SQS-SendMessage",
    "events_bus": "EventBridge-PutEvents",
    "kinesis_stream": "Kinesis-PutRecord",
}
_P50, _P99 = latency_fields(7, 25, "the gateway adds", title="Overhead", le=60_000)


class HttpApi(WebFront):
    type: Literal["apigatewayv2_api"] = "apigatewayv2_api"
    title: ClassVar = "HTTP API"
    aliases: ClassVar = ("api gateway", "http", "api", "gateway", "rest", "endpoint")
    summary: ClassVar = (
        "Passes HTTPS requests on and returns the answer; cheaper and simpler than REST."
    )
    docs_url: ClassVar = QUOTAS.url
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Api"
    id_base: ClassVar = "api"
    limits: ClassVar = (*WebFront.limits, TIMEOUT, PAYLOAD)
    timeout_limit: ClassVar = TIMEOUT
    payload_limit: ClassVar = PAYLOAD
    statuses: ClassVar = STATUSES

    authorizer: Literal["none", "iam", "jwt"] = choice(
        "none",
        "Who checks callers; for a Lambda authorizer draw an arrow to its function.",
        titles={"none": "None, or a drawn function", "iam": "IAM", "jwt": "JWT of an issuer"},
        group="Access",
    )
    overhead_p50_ms: float = _P50
    overhead_p99_ms: float = _P99

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            billed = max(
                chunks(edge.request_kib, BILLED_KIB), chunks(self.response_kib, BILLED_KIB)
            )
            origin = f"Requests from {edge.peer}"
            if billed > 1:
                origin += f", {billed} × 512 KiB each"
            if self.calls_per_request > 1:
                origin += f", {number(self.preflight_ratio)} preflights beside each"
            let_in = edge.requests_per_s * (1.0 - flow.denied_ratio)  # The denied are free.
            per_s = let_in * billed + edge.requests_per_s * (self.calls_per_request - 1.0)
            yield monthly("apigw.http.requests", "512 KB chunk", per_s, ctx.month_s, origin)
        yield from self.logs(flow, ctx)
        yield from self.egress(flow, ctx)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        api: dict[str, Any] = {"Name": site.placed.label, "ProtocolType": "HTTP"}
        if self.cors_origin:
            api["CorsConfiguration"] = {
                "AllowOrigins": [self.cors_origin],
                "AllowMethods": ["*"],
                "AllowHeaders": ["content-type", "authorization"],
            }
        yield Resource("AWS::ApiGatewayV2::Api", api)
        if self.authorizer == "jwt":
            yield self._jwt(site)
        stage: dict[str, Any] = {
            "ApiId": site.placed.ref,
            "StageName": "$default",
            "AutoDeploy": True,
        }
        if self.access_log_kib > 0:
            yield log_group("Logs", LOG_DAYS)
            stage["AccessLogSettings"] = {
                "DestinationArn": get_att(f"{site.logical_id}Logs", "Arn"),
                "Format": ACCESS_LOG,
            }
        if self.throttle_per_s is not None:
            stage["DefaultRouteSettings"] = self.throttle()
        settings, attributes = route_settings(site)
        yield Resource("AWS::ApiGatewayV2::Stage", stage | settings, "Stage", attributes)

    def _jwt(self, site: Site) -> Resource:
        own_id = site.logical_id
        authorizer = {
            "Name": "tokens",
            "ApiId": site.placed.ref,
            "AuthorizerType": "JWT",
            "IdentitySource": [TOKEN_HEADER],
            "JwtConfiguration": {
                "Issuer": ref(f"{own_id}Issuer"),
                "Audience": [ref(f"{own_id}Audience")],
            },
        }
        return Resource("AWS::ApiGatewayV2::Authorizer", authorizer, "Tokens")

    def parameters(self, site: Site) -> Iterable[Parameter]:
        if self.authorizer == "jwt":
            label, own_id = site.placed.label, site.logical_id
            yield Parameter(f"{own_id}Issuer", f"URL of the issuer of {label}'s tokens.")
            yield Parameter(f"{own_id}Audience", f"Client id that {label}'s tokens are made for.")

    def remarks(self, site: Site) -> Iterable[str]:
        if self.authorizer == "jwt":
            yield (
                f"Tokens for {site.placed.label} come from an issuer outside the drawing; what it "
                "charges for its users is not in the estimate."
            )

    def arn(self, logical_id: str) -> Any:
        return arn("execute-api", f"${{{logical_id}}}/*")

    def address(self, logical_id: str) -> Address:
        return Address("URL", get_att(logical_id, "ApiEndpoint"), "Address of the API")


class HttpIntegration(ApiIntegration):
    type: Literal["apigatewayv2_integration"] = "apigatewayv2_integration"
    sources: ClassVar = frozenset({"apigatewayv2_api"})
    targets: ClassVar = frozenset(
        {"lambda_function", "sqs_queue", "events_bus", "sfn_state_machine", "kinesis_stream"}
    )
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Integration"

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        integration: dict[str, Any] = {"ApiId": link.source.ref, "IntegrationType": "AWS_PROXY"}
        if link.target.service.type == "lambda_function":
            integration |= {"IntegrationUri": link.target.arn, "PayloadFormatVersion": "2.0"}
        else:
            integration |= {
                "IntegrationSubtype": self._subtype(link),
                "PayloadFormatVersion": "1.0",
                "CredentialsArn": link.source.role_arn,
                "RequestParameters": dict(self._request(link)),
            }
        timeout_s = getattr(link.source.service, "integration_timeout_s", None)
        if timeout_s is not None:
            integration["TimeoutInMillis"] = round(timeout_s * 1000)
        yield Resource("AWS::ApiGatewayV2::Integration", integration, "Integration")
        target = sub(f"integrations/${{{link.logical_id}Integration}}")
        route = {
            "ApiId": link.source.ref,
            "RouteKey": f"{self.method} {self.route}",
            "Target": target,
            **_access(link),
        }
        yield Resource("AWS::ApiGatewayV2::Route", route, "Route")

    def _subtype(self, link: Link) -> str:
        if link.target.service.type == "sfn_state_machine":
            # The action that the target asks for is the action that is called.
            access = link.target.service.access(link.target.logical_id, "write")
            return f"StepFunctions-{access.actions[0].removeprefix('states:')}"
        return SUBTYPES[link.target.service.type]

    def _request(self, link: Link) -> Iterable[tuple[str, Any]]:
        kind, address = link.target.service.type, link.target.address.value
        if kind == "sqs_queue":
            yield "QueueUrl", address
            yield "MessageBody", "$request.body"
            if getattr(link.target.service, "fifo", False):
                yield "MessageGroupId", "$context.identity.sourceIp"
        elif kind == "events_bus":
            yield "EventBusName", address
            yield "Source", getattr(link.target.service, "source_name", "")
            yield "DetailType", detail_type(link) or f"$request.header.{DETAIL_TYPE_HEADER}"
            yield "Detail", "$request.body"
        elif kind == "kinesis_stream":
            yield "StreamName", address
            yield "Data", "$request.body"
            yield "PartitionKey", "$context.requestId"
        else:
            yield "StateMachineArn", link.target.arn
            yield "Input", "$request.body"

    def remarks(self, link: Link) -> Iterable[str]:
        return integration_remarks(link)


class HttpAuthorizer(CachedAuthorizer):
    type: Literal["apigatewayv2_authorizer"] = "apigatewayv2_authorizer"
    sources: ClassVar = frozenset({"apigatewayv2_api"})
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Authorizer"

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        base = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        properties: dict[str, Any] = {
            "Name": link.target.id,
            "ApiId": link.source.ref,
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": sub(f"{base}{within(link.target.arn)}/invocations"),
            "AuthorizerPayloadFormatVersion": "2.0",
            "EnableSimpleResponses": True,
            "AuthorizerResultTtlInSeconds": self.ttl_s,
            "IdentitySource": [TOKEN_HEADER],
        }
        yield Resource("AWS::ApiGatewayV2::Authorizer", properties, "Authorizer")


def _access(link: Link) -> dict[str, Any]:
    """Return the properties of a route that say who may call it."""
    guard = guard_of(link.siblings)
    own = str(getattr(link.source.service, "authorizer", "none"))
    if guard is not None:
        authorizer = ref(f"{guard.logical_id}Authorizer")
        return {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizer}
    if own == "jwt":
        authorizer = ref(f"{link.source.logical_id}Tokens")
        return {"AuthorizationType": "JWT", "AuthorizerId": authorizer}
    return {"AuthorizationType": "AWS_IAM"} if own == "iam" else {}


SERVICES = (HttpApi,)
CONNECTIONS = (HttpIntegration, HttpAuthorizer)
