"""The room of AWS::ApiGateway::RestApi."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    Address,
    ApiIntegration,
    CachedAuthorizer,
    Cap,
    Context,
    Finding,
    Grant,
    Hop,
    Link,
    NodeFlow,
    NodeView,
    Parameter,
    Per,
    Resource,
    Service,
    Site,
    Usage,
    arn,
    choice,
    integration_remarks,
    monthly,
    number,
    shard_caps,
    sub,
)
from . import advice, authorizers, export
from .facts import CACHED, EDGE_TIMEOUT_S, PLAN_QUOTA, PLAN_RATE
from .settings import RestSettings

PERIOD_S = {"DAY": 86_400.0, "WEEK": 604_800.0}


class RestApi(RestSettings):
    type: Literal["apigateway_rest_api"] = "apigateway_rest_api"

    @property
    def egress_free(self) -> bool:
        return self.endpoint == "PRIVATE"

    def longest_s(self, ctx: Context) -> float:
        return EDGE_TIMEOUT_S if self.endpoint == "EDGE" else super().longest_s(ctx)

    @property
    def hit_ratio(self) -> float:
        """Share of the requests that the cache answers, the canary's not counted."""
        useless = self.cache_ttl_s <= 0 or self.response_kib > CACHED.value
        return 0.0 if self.cache_gb == "none" or useless else self.cache_hit_ratio

    def passed_ratio(self, canary: bool) -> float:
        """Share of the requests of a deployment that reach the integration."""
        return 1.0 if canary and not self.canary_uses_cache else 1.0 - self.hit_ratio

    def caps(self, ctx: Context) -> list[Cap]:
        found = super().caps(ctx)
        if self.usage_plan and self.plan_rate_per_s is not None:
            rate = Cap(PLAN_RATE, Per.REQUEST, self.plan_rate_per_s)
            found += shard_caps(rate, self.api_keys, self.busiest_key_ratio)
        if self.usage_plan and self.plan_quota is not None:
            per_s = self.plan_quota / PERIOD_S.get(self.plan_period, ctx.month_s)
            quota = replace(Cap(PLAN_QUOTA, Per.REQUEST, per_s), over_day=True)
            found += shard_caps(quota, self.api_keys, self.busiest_key_ratio)
        return found

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            origin = f"Requests from {edge.peer}"
            if self.calls_per_request > 1:
                origin += f", × {number(self.calls_per_request)} with preflights"
            # AWS charges nothing for what the authorizer turns away.
            per_s = edge.requests_per_s * (self.calls_per_request - flow.denied_ratio)
            yield monthly("apigw.rest.requests", "call", per_s, ctx.month_s, origin)
        if self.cache_gb != "none":
            meter = f"apigw.rest.cache.{self.cache_gb.replace('.', '_')}gb"
            hours = ctx.month_h
            yield Usage(meter, hours, "hour", f"Cache of {self.cache_gb} GB × {number(hours)} h")
        yield from self._private(flow, ctx)
        if self.authorizer == "cognito" and self.pool_users:
            users = float(self.pool_users)
            formula = f"{number(users)} users who sign in or renew a token in the month"
            yield Usage("cognito.users.essentials", users, "user", formula)
        yield from self.logs(flow, ctx)
        yield from self.egress(flow, ctx)

    def _private(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        """Yield the hours and the data of the VPC endpoint."""
        if self.endpoint != "PRIVATE":
            return
        if self.vpc_endpoint == "new":
            yield Usage(
                "vpc.interface_endpoint.hours",
                self.endpoint_zones * ctx.month_h,
                "endpoint-hour",
                f"Endpoint in {self.endpoint_zones} zones × {number(ctx.month_h)} h",
            )
        kib_per_s = sum(
            e.requests_per_s * (e.request_kib + self.response_kib) for e in flow.inbound
        )
        if kib_per_s > 0:
            origin = "Requests and answers through the VPC endpoint"
            gb_per_s = kib_per_s / KIB_PER_GB
            yield monthly("vpc.interface_endpoint.data", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from super().findings(view, ctx)
        yield from advice.findings(self, view)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.api_resources(self, site)

    def parameters(self, site: Site) -> Iterable[Parameter]:
        return authorizers.api_parameters(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        yield from super().obstacles(site)
        yield from export.api_obstacles(site)

    def remarks(self, site: Site) -> Iterable[str]:
        if self.access_log_kib > 0:
            yield (
                f"To log the requests of {site.placed.label}, the stack sets the CloudWatch role "
                "of API Gateway for the whole account and region, and leaves it there in the end."
            )
        yield (
            f"After a change of the routes of {site.placed.label}, deploy its stage again (aws "
            f"apigateway create-deployment --stage-name {self.stage}): CloudFormation keeps the "
            "deployment it made first."
        )
        yield from authorizers.api_remarks(self, site)

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

    release: Literal["stable", "canary"] = choice(
        "stable",
        "Which deployment of the stage takes this arrow: a canary function stands beside the "
        "stable one on the same method and path.",
        title="Deployment",
        titles={"stable": "Stable", "canary": "Canary"},
        group="Behaviour",
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        hop = super().hop(source, target, ctx)
        return replace(hop, share=self._share(source, ctx))

    def _share(self, source: Service, ctx: Context) -> float | None:
        """Return this arrow's part of the requests: its route's, divided by the canary share."""
        routes = [c for c in ctx.siblings if isinstance(c, RestIntegration)]
        if not any(c.release == "canary" for c in routes):
            return self.share
        canary = float(getattr(source, "canary_ratio", 0.0))
        stable = [c for c in routes if c.release == "stable"]
        beside = [c for c in stable if c.key == self.key]
        if self.release == "canary" and not beside:
            return 0.0
        stated = sum(c.share or 0.0 for c in stable)
        rest = sum(1 for c in stable if c.share is None)
        given = beside[0].share if beside else self.share
        whole = given if given is not None else max(0.0, 1.0 - stated) / max(1, rest)
        if self.release == "canary":
            return whole * canary
        return whole * (1.0 - canary) if self._twins(ctx) else whole

    @property
    def cached(self) -> bool:
        """Whether a stage's cache serves the method by itself."""
        return self.method in ("GET", "ANY")

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.route

    def refusal(self, source: Service, target: Service) -> str | None:
        if self.release == "canary" and target.type != "lambda_function":
            return (
                "A canary of another service is another deployment of the same method: draw the "
                "canary arrow to a function."
            )
        return None

    def resources(self, link: Link) -> Iterable[Resource]:
        if self.release == "stable":
            yield export.method(self, link)

    def grants(self, link: Link) -> Iterable[Grant]:
        return export.method_grants(self, link)

    def remarks(self, link: Link) -> Iterable[str]:
        return integration_remarks(link)

    def passed(self, source: Service, ctx: Context) -> float:
        if not isinstance(source, RestApi) or not self.cached:
            return 1.0
        canary = 1.0 if self.release == "canary" else source.canary_ratio
        if self.release == "stable" and self._twins(ctx):
            canary = 0.0  # The canary's arrow carries its share.
        stable = (1.0 - canary) * source.passed_ratio(canary=False)
        return stable + canary * source.passed_ratio(canary=True)

    def _twins(self, ctx: Context) -> list[RestIntegration]:
        """Return the canary arrows of this arrow's route."""
        routes = [c for c in ctx.siblings if isinstance(c, RestIntegration)]
        return [c for c in routes if c.release == "canary" and c.key == self.key]


class RestAuthorizer(CachedAuthorizer):
    type: Literal["apigateway_authorizer"] = "apigateway_authorizer"
    sources: ClassVar = frozenset({"apigateway_rest_api"})
    cloudformation: ClassVar = "AWS::ApiGateway::Authorizer"

    kind: Literal["TOKEN", "REQUEST"] = choice(
        "TOKEN",
        "What the function gets: the bearer token alone, or headers, query and context.",
        titles={"TOKEN": "Token", "REQUEST": "Request"},
    )

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        yield authorizers.lambda_authorizer(self, link)


SERVICES = (RestApi,)
CONNECTIONS = (RestIntegration, RestAuthorizer)
