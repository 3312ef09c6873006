"""API Gateway HTTP API: passes each HTTPS request to an integration and waits for its answer.

Quotas:  https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
Pricing: https://aws.amazon.com/api-gateway/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    ApiFront,
    ApiIntegration,
    Context,
    Limit,
    NodeFlow,
    Source,
    Usage,
    chunks,
    monthly,
    quantity,
)

QUOTAS = Source(
    "API Gateway quotas, HTTP API",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
    "2026-11-21",
)
TIMEOUT = Limit("apigw.http.timeout", "Integration timeout", 30, "s", QUOTAS)
PAYLOAD = Limit("apigw.http.payload", "Payload", 10_240, "KiB", QUOTAS)
BILLED_KIB = 512.0  # Pricing: every started 512 KiB of a request is one request.


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


class HttpIntegration(ApiIntegration):
    type: Literal["apigatewayv2_integration"] = "apigatewayv2_integration"
    sources: ClassVar = frozenset({"apigatewayv2_api"})
    targets: ClassVar = frozenset(
        {"lambda_function", "sqs_queue", "events_bus", "sfn_state_machine"}
    )
    cloudformation: ClassVar = "AWS::ApiGatewayV2::Integration"


SERVICES = (HttpApi,)
CONNECTIONS = (HttpIntegration,)
