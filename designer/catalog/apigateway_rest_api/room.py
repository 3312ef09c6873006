"""The room of AWS::ApiGateway::RestApi."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Address,
    ApiFront,
    ApiIntegration,
    Context,
    Grant,
    Limit,
    Link,
    NodeFlow,
    Resource,
    Service,
    Site,
    Source,
    Usage,
    arn,
    choice,
    integration_remarks,
    monthly,
    number,
    quantity,
    ratio,
    sub,
)
from . import export

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

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.api_resources(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        yield from super().obstacles(site)
        yield from export.api_obstacles(site)

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"To log the requests of {site.placed.label}, the stack sets the CloudWatch role of "
            "API Gateway for the whole account and region, and leaves it there in the end."
        )
        yield (
            f"After a change of the routes of {site.placed.label}, deploy its stage again (aws "
            f"apigateway create-deployment --stage-name {export.STAGE}): CloudFormation keeps the "
            "deployment it made first."
        )

    def arn(self, logical_id: str) -> Any:
        return arn("execute-api", f"${{{logical_id}}}/*")

    def address(self, logical_id: str) -> Address:
        # Through the stage: before it stands, the address answers nothing.
        host = f"${{{logical_id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
        url = sub(f"https://{host}/${{{logical_id}Stage}}")
        return Address("URL", url, "Address of the API")


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
            "kinesis_stream",
        }
    )
    cloudformation: ClassVar = "AWS::ApiGateway::Method"

    def resources(self, link: Link) -> Iterable[Resource]:
        yield export.method(self, link)

    def grants(self, link: Link) -> Iterable[Grant]:
        return export.method_grants(self, link)

    def remarks(self, link: Link) -> Iterable[str]:
        return integration_remarks(link)

    def passed(self, source: Service) -> float:
        return source.passed_ratio if isinstance(source, RestApi) else 1.0


SERVICES = (RestApi,)
CONNECTIONS = (RestIntegration,)
