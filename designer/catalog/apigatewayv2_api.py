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
    ApiFront,
    ApiIntegration,
    Context,
    Limit,
    Link,
    NodeFlow,
    Resource,
    Site,
    Source,
    Usage,
    arn,
    chunks,
    detail_type,
    get_att,
    integration_remarks,
    log_group,
    monthly,
    quantity,
    sub,
)

QUOTAS = Source(
    "API Gateway quotas, HTTP API",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
    "2026-11-21",
)
TIMEOUT = Limit("apigw.http.timeout", "Integration timeout", 30, "s", QUOTAS)
PAYLOAD = Limit("apigw.http.payload", "Payload", 10_240, "KiB", QUOTAS)
BILLED_KIB = 512.0  # Pricing: every started 512 KiB of a request is one request.

SUBTYPES = {
    "sqs_queue": "SQS-SendMessage",
    "events_bus": "EventBridge-PutEvents",
    "kinesis_stream": "Kinesis-PutRecord",
}


class HttpApi(ApiFront):
    type: Literal["apigatewayv2_api"] = "apigatewayv2_api"
    title: ClassVar = "HTTP API"
    aliases: ClassVar = ("api gateway", "http", "api", "gateway", "rest", "endpoint")
    summary: ClassVar = (
        "Passes HTTPS requests on and returns the answer; cheaper and simpler than REST."
    )
    docs_url: ClassVar = QUOTAS.url
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Api"
    id_base: ClassVar = "api"
    limits: ClassVar = (*ApiFront.limits, TIMEOUT, PAYLOAD)
    timeout_limit: ClassVar = TIMEOUT
    payload_limit: ClassVar = PAYLOAD

    overhead_p50_ms: float = quantity(
        "ms",
        7,
        "Median time the gateway adds.",
        title="Overhead, median",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )
    overhead_p99_ms: float = quantity(
        "ms",
        25,
        "99th percentile of the time the gateway adds.",
        title="Overhead, p99",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            billed = max(
                chunks(edge.request_kib, BILLED_KIB), chunks(self.response_kib, BILLED_KIB)
            )
            origin = f"Requests from {edge.peer}"
            if billed > 1:
                origin += f", {billed} × 512 KiB each"
            per_s = edge.requests_per_s * billed
            yield monthly("apigw.http.requests", "512 KB chunk", per_s, ctx.month_s, origin)
        yield from self.egress(flow, ctx)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        yield Resource(
            "AWS::ApiGatewayV2::Api", {"Name": site.placed.label, "ProtocolType": "HTTP"}
        )
        yield log_group("Logs", LOG_DAYS)
        stage: dict[str, Any] = {
            "ApiId": site.placed.ref,
            "StageName": "$default",
            "AutoDeploy": True,
            "AccessLogSettings": {
                "DestinationArn": get_att(f"{site.logical_id}Logs", "Arn"),
                "Format": ACCESS_LOG,
            },
        }
        if self.throttle_per_s is not None:
            stage["DefaultRouteSettings"] = self.throttle()
        yield Resource("AWS::ApiGatewayV2::Stage", stage, "Stage")

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
        yield Resource("AWS::ApiGatewayV2::Integration", integration, "Integration")
        target = sub(f"integrations/${{{link.logical_id}Integration}}")
        route = {
            "ApiId": link.source.ref,
            "RouteKey": f"{self.method} {self.route}",
            "Target": target,
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


SERVICES = (HttpApi,)
CONNECTIONS = (HttpIntegration,)
