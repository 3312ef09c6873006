"""What the kinds of API Gateway share: throttles, payload, timeout, egress, cross-origin calls."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, ClassVar

from .fields import quantity, ratio, text
from .findings import Finding, Rule, Severity
from .flow import (
    KIB_PER_GB,
    Cap,
    NodeFlow,
    Per,
    Role,
    Station,
    Usage,
    monthly,
    number,
)
from .integrations import ApiIntegration, bucket
from .limits import Context, Limit, Source
from .logs import LOG_DAYS, kept_log
from .resources import Site
from .service import NodeView, Service, call_law

QUOTAS = Source(
    "API Gateway quotas, account level",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    "2026-11-21",
)
ACCOUNT_RATE = Limit(
    "apigw.throttle.account",
    "Account throttle",
    10_000,
    "requests/s",
    QUOTAS,
    adjustable=True,
    note="All APIs of the region together; a token bucket with a burst of 5,000.",
)
STAGE_RATE = Limit(
    "apigw.throttle.stage",
    "Stage throttle",
    10_000,
    "requests/s",
    QUOTAS,
    note="Set on the stage; excess gets 429.",
)

THROTTLED = Rule(
    "apigw-throttled",
    Severity.ERROR,
    "Requests get 429",
    "Above the throttle the gateway refuses requests; the client must try again.",
    QUOTAS,
)
TIMEOUT = Rule(
    "apigw-integration-over-timeout",
    Severity.ERROR,
    "Integration slower than the gateway waits",
    "The gateway gives up at its integration timeout and answers 504, while the work goes on.",
    QUOTAS,
)
PAYLOAD = Rule(
    "apigw-payload-over-limit",
    Severity.ERROR,
    "Payload larger than the gateway takes",
    "The gateway answers 413.",
    QUOTAS,
)
TIMEOUT_TOO_LONG = Rule(
    "apigw-timeout-over-limit",
    Severity.ERROR,
    "Integration timeout above what AWS allows",
    "REST APIs wait 29 s unless AWS raised the quota for a Regional or private API; edge-optimised "
    "and HTTP APIs stay where they are.",
    QUOTAS,
)
TWO_AUTHORIZERS = Rule(
    "apigw-two-authorizers",
    Severity.ERROR,
    "Several authorizers on one API",
    "A method asks one authorizer; which of several a request meets cannot be told.",
    QUOTAS,
)
AUTHORIZER_SLOW = Rule(
    "apigw-authorizer-too-slow",
    Severity.ERROR,
    "Authorizer slower than the gateway waits",
    "The gateway gives the authorizer 10 s, cold start included; after that the caller gets 500.",
    QUOTAS,
)
ANSWER = Rule(
    "apigw-answer-over-function",
    Severity.ERROR,
    "Answer larger than a function gives",
    "A function returns at most 6 MB; beyond it the call fails and the caller gets an error.",
    QUOTAS,
)
NO_INTEGRATION = Rule(
    "apigw-no-integration",
    Severity.WARNING,
    "The API leads nowhere",
    "Requests are answered by nothing.",
    QUOTAS,
)


FUNCTION_ANSWER_KIB = 6_144.0  # Payload of a synchronous call of a function.
AUTHORIZER_S = 10.0  # Quota of HTTP APIs for the answer of a Lambda authorizer; taken for all.
# One line of JSON per request; the fields that both kinds of API know.
ACCESS_LOG = json.dumps(
    {
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "ip": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "responseLatency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
    },
    separators=(",", ":"),
)


class ApiFront(Service):
    """An HTTPS front door."""

    type: str
    category: ClassVar = "Front door"
    role: ClassVar = Role.ROUTER
    pricing_url: ClassVar = "https://aws.amazon.com/api-gateway/pricing/"
    limits: ClassVar[tuple[Limit, ...]] = (ACCOUNT_RATE, STAGE_RATE)
    rules: ClassVar[tuple[Rule, ...]] = (
        THROTTLED,
        TIMEOUT,
        TIMEOUT_TOO_LONG,
        PAYLOAD,
        ANSWER,
        NO_INTEGRATION,
        TWO_AUTHORIZERS,
        AUTHORIZER_SLOW,
    )
    principal: ClassVar = "apigateway.amazonaws.com"
    timeout_limit: ClassVar[Limit]
    payload_limit: ClassVar[Limit]

    response_kib: float = quantity(
        "KiB",
        1.0,
        "Mean size of an answer; it leaves AWS over the internet.",
        title="Answer size",
        ge=0,
        le=10_240,
        group="Assumptions",
        assumed=True,
    )
    throttle_per_s: float | None = quantity(
        "1/s",
        None,
        "Throttle of the stage; empty leaves the account's.",
        title="Stage throttle",
        gt=0,
        le=1e6,
        group="Limits",
    )
    throttle_burst: int | None = quantity(
        "requests",
        None,
        "Requests that the stage lets through at once; empty is one second's throttle. The mean "
        "over an hour does not depend on it.",
        title="Stage burst",
        ge=1,
        le=5_000,
        group="Limits",
    )
    integration_timeout_s: float | None = quantity(
        "s",
        None,
        "How long the gateway waits for an integration; empty is the longest that AWS allows.",
        title="Integration timeout",
        ge=0.05,
        le=300,
        group="Limits",
    )
    # Each kind of API states its own defaults.
    overhead_p50_ms: float
    overhead_p99_ms: float

    @property
    def egress_free(self) -> bool:
        """Whether answers stay in AWS's network."""
        return False

    def longest_s(self, ctx: Context) -> float:
        """Return the longest integration timeout that AWS allows here."""
        return ctx.value(self.timeout_limit)

    def waits_s(self, ctx: Context) -> float:
        """Return how long the gateway waits for an integration."""
        return min(self.integration_timeout_s or math.inf, self.longest_s(ctx))

    def caps(self, ctx: Context) -> list[Cap]:
        account = ctx.value(ACCOUNT_RATE)
        caps = [Cap(ACCOUNT_RATE, Per.REQUEST, account, pool="apigw.throttle")]
        if self.throttle_per_s is not None:
            caps.append(Cap(STAGE_RATE, Per.REQUEST, self.throttle_per_s))
        return caps

    def station(self, ctx: Context) -> Station:
        return Station(
            service=call_law(self.overhead_p50_ms, self.overhead_p99_ms),
            service_label="Gateway overhead",
            caps=tuple(self.caps(ctx)),
            timeout_s=self.waits_s(ctx),
        )

    def egress(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        if self.response_kib > 0 and not self.egress_free:
            gb_per_s = flow.requests_per_s * self.response_kib / KIB_PER_GB
            origin = f"Answers of {number(self.response_kib)} KiB"
            yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from self._limits(view, ctx)
        yield from self._guards(view)
        if not view.outbound:
            yield NO_INTEGRATION.found(
                f"{view.name} has no integration.", "Draw an arrow to what answers the requests."
            )

    def _limits(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        timeout_s, longest_s = self.waits_s(ctx), self.longest_s(ctx)
        own = (ACCOUNT_RATE.id, STAGE_RATE.id)
        over = max(view.utilisation.get(limit, 0.0) for limit in own) > 1
        if view.throttled_per_s > 0 and over:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} requests/s to {view.name} get 429.",
                "Raise the stage throttle or ask AWS for a higher account throttle.",
                field="throttle_per_s" if self.throttle_per_s is not None else None,
            )
        if view.flow.service_s > timeout_s:
            yield TIMEOUT.found(
                f"Answers take {number(view.flow.service_s)} s on average; {view.name} waits "
                f"{number(timeout_s)} s.",
                "Answer at once and do the work behind a queue or a state machine.",
            )
        if (self.integration_timeout_s or 0.0) > longest_s:
            yield TIMEOUT_TOO_LONG.found(
                f"{view.name} asks for {number(self.integration_timeout_s or 0)} s; AWS allows "
                f"{number(longest_s)} s.",
                f"Set it to {number(longest_s)} s, or state the raised quota under the "
                "assumptions where AWS raises it.",
                field="integration_timeout_s",
                value=longest_s,
            )
        for edge in view.flow.inbound:
            if edge.request_kib > self.payload_limit.value:
                yield PAYLOAD.found(
                    f"Requests of {number(edge.request_kib)} KiB; {view.name} takes "
                    f"{number(self.payload_limit.value)} KiB.",
                    "Upload to S3 by a presigned URL and pass the key.",
                )

        functions = [e for e in view.outbound if e.target.type == "lambda_function"]
        if functions and self.response_kib > FUNCTION_ANSWER_KIB:
            yield ANSWER.found(
                f"Answers of {number(self.response_kib)} KiB; {functions[0].target_name} returns "
                f"at most {number(FUNCTION_ANSWER_KIB)} KiB.",
                "Put the answer into S3 and return a presigned URL.",
            )

    def _guards(self, view: NodeView) -> Iterable[Finding]:
        guards = [e for e in view.outbound if e.connection.guards]
        if len(guards) > 1:
            yield TWO_AUTHORIZERS.found(
                f"{view.name} asks {' and '.join(e.target_name for e in guards)}.",
                "Keep one arrow, and let that function decide for all.",
            )
        for edge in guards:
            most_s = min(AUTHORIZER_S, getattr(edge.target, "timeout_s", AUTHORIZER_S))
            run_s = getattr(edge.target, "mean_run_s", 0.0)
            if run_s > most_s:
                yield AUTHORIZER_SLOW.found(
                    f"{edge.target_name} takes {number(run_s)} s to decide for {view.name}, which "
                    f"waits {number(most_s)} s.",
                    "Check the token in the code itself, with keys kept in memory.",
                )

    # ---- The template ----

    def throttle(self) -> dict[str, Any]:
        """Return the stage's throttle: a bucket of one second's requests."""
        if self.throttle_per_s is None:
            return {}
        own = {"ThrottlingBurstLimit": self.throttle_burst} if self.throttle_burst else {}
        return bucket(self.throttle_per_s) | own

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        routes: dict[tuple[str, str, str], list[str]] = {}
        for link in site.outbound:
            if isinstance(link.connection, ApiIntegration):
                release = str(getattr(link.connection, "release", ""))
                key = (link.connection.method, link.connection.route, release)
                routes.setdefault(key, []).append(link.target.label)
        for (method, path, _), ends in routes.items():
            if len(ends) > 1:
                message = (
                    f"{site.placed.label} sends {method} {path} to {' and '.join(ends)}; a route "
                    "has one integration: give the arrows different paths or methods."
                )
                yield (), message


class WebFront(ApiFront):
    """What browsers call: an API that may let pages of other origins in."""

    type: str

    cors_origin: str = text(
        "",
        "Origin whose pages may call the API, for instance https://shop.example, or * for every "
        "page; empty allows none.",
        title="Cross-origin calls (CORS) from",
        pattern=r"^(\*|https?://[A-Za-z0-9.\-:]+)?$",
        group="Access",
    )
    preflight_ratio: float = ratio(
        0.0,
        "Preflight requests (OPTIONS) of browsers for each call: they are billed as calls and "
        "answered by the gateway itself. Browsers keep an answer for a while.",
        title="Preflights per call",
        group="Access",
    )

    access_log_kib: float = quantity(
        "KiB",
        0.25,
        "Line of the stage's access log per request, kept 30 days in CloudWatch; 0 keeps none.",
        title="Access log per request",
        ge=0,
        le=1_024,
        group="Assumptions",
        assumed=True,
    )

    @property
    def calls_per_request(self) -> float:
        """Billed calls for each request that is drawn: preflights come on top."""
        return 1.0 + (self.preflight_ratio if self.cors_origin else 0.0)

    def logs(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        """Yield what the access log costs to write and to keep."""
        if self.access_log_kib <= 0 or flow.requests_per_s <= 0:
            return
        gb_per_s = flow.requests_per_s * self.access_log_kib / KIB_PER_GB
        origin = f"Access log, {number(self.access_log_kib)} KiB per request"
        yield monthly("cw.logs.ingest.vended_standard", "GB", gb_per_s, ctx.month_s, origin)
        yield kept_log(gb_per_s, LOG_DAYS, ctx, "Access log")
