"""API Gateway REST API: passes each HTTPS request to an integration; can cache and throttle.

Quotas:  https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
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
    Service,
    Source,
    Usage,
    choice,
    monthly,
    number,
    quantity,
    ratio,
)

QUOTAS = Source(
    "API Gateway quotas, REST API",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    "2026-11-21",
)
TIMEOUT = Limit(
    "apigw.rest.timeout",
    "Integration timeout",
    29,
    "s",
    QUOTAS,
    adjustable=True,
    note="Regional and private APIs may ask for up to 300 s since June 2024.",
)
PAYLOAD = Limit("apigw.rest.payload", "Payload", 10_240, "KiB", QUOTAS)
CACHE_SIZES = Literal["none", "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]


class RestApi(ApiFront):
    type: Literal["apigateway_rest_api"] = "apigateway_rest_api"
    title: ClassVar = "REST API"
    aliases: ClassVar = ("api gateway", "rest", "api", "gateway", "endpoint")
    summary: ClassVar = (
        "Passes HTTPS requests on and returns the answer; with cache and usage plans."
    )
    docs_url: ClassVar = QUOTAS.url
    cloudformation: ClassVar = "AWS::ApiGateway::RestApi"
    id_base: ClassVar = "rest_api"
    limits: ClassVar = (*ApiFront.limits, TIMEOUT, PAYLOAD)
    timeout_limit: ClassVar = TIMEOUT
    payload_limit: ClassVar = PAYLOAD

    endpoint: Literal["REGIONAL", "EDGE"] = choice(
        "REGIONAL", "Where requests enter.", titles={"REGIONAL": "Regional", "EDGE": "Edge"}
    )
    cache_gb: CACHE_SIZES = choice(
        "none",
        "Size of the stage's cache; paid by the hour.",
        title="Cache",
        group="Cache",
        titles={"none": "No cache"},
    )
    cache_hit_ratio: float = ratio(
        0.0,
        "Share of the requests answered from the cache.",
        title="Cache hits",
        group="Cache",
    )
    cache_ttl_s: float = quantity(
        "s",
        300,
        "How long an answer stays in the cache.",
        title="Cache TTL",
        ge=0,
        le=3_600,
        group="Cache",
        source=QUOTAS,
    )
    overhead_p50_ms: float = quantity(
        "ms",
        15,
        "Median time the gateway adds.",
        title="Overhead, median",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )
    overhead_p99_ms: float = quantity(
        "ms",
        50,
        "99th percentile of the time the gateway adds.",
        title="Overhead, p99",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )

    @property
    def passed_ratio(self) -> float:
        """Share of the requests that reach the integration."""
        return 1.0 if self.cache_gb == "none" else 1.0 - self.cache_hit_ratio

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            origin = f"Requests from {edge.peer}"
            per_s = edge.requests_per_s
            yield monthly("apigw.rest.requests", "call", per_s, ctx.month_s, origin)
        if self.cache_gb != "none":
            meter = f"apigw.rest.cache.{self.cache_gb.replace('.', '_')}gb"
            hours = ctx.month_h
            yield Usage(meter, hours, "hour", f"Cache of {self.cache_gb} GB × {number(hours)} h")
        yield from self.egress(flow, ctx)


class RestIntegration(ApiIntegration):
    type: Literal["apigateway_integration"] = "apigateway_integration"
    sources: ClassVar = frozenset({"apigateway_rest_api"})
    targets: ClassVar = frozenset(
        {
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "events_bus",
            "sfn_state_machine",
            "dynamodb_table",
        }
    )
    cloudformation: ClassVar = "AWS::ApiGateway::Method"

    def passed(self, source: Service) -> float:
        return source.passed_ratio if isinstance(source, RestApi) else 1.0


SERVICES = (RestApi,)
CONNECTIONS = (RestIntegration,)
