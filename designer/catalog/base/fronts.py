"""What the two kinds of API Gateway share: throttles, payload, timeout, egress, integrations."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .fields import choice, quantity, ratio, text
from .findings import Finding, Rule, Severity
from .flow import (
    Cap,
    Excess,
    Hop,
    Item,
    Kind,
    Lognormal,
    Mechanism,
    NodeFlow,
    Per,
    Role,
    Station,
    Usage,
    Waits,
    monthly,
    number,
)
from .limits import Context, Limit, Source
from .resources import Delivery, Grant, Link, Site, arn, detail_type
from .service import Connection, NodeView, Service

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
KIB_PER_GB = 1024.0 * 1024.0

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
NO_INTEGRATION = Rule(
    "apigw-no-integration",
    Severity.WARNING,
    "The API leads nowhere",
    "Requests are answered by nothing.",
    QUOTAS,
)


PATH_VARIABLE = re.compile(r"^\{[A-Za-z0-9_.\-]+\+?\}$")
BURST_MAX = 5_000  # Burst of the account's own bucket.
LOG_DAYS = 30
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
    rules: ClassVar[tuple[Rule, ...]] = (THROTTLED, TIMEOUT, PAYLOAD, NO_INTEGRATION)
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
    # Each kind of API states its own defaults.
    overhead_p50_ms: float
    overhead_p99_ms: float

    def station(self, ctx: Context) -> Station:
        account = ctx.value(ACCOUNT_RATE)
        caps = [Cap(ACCOUNT_RATE, Per.REQUEST, account, pool="apigw.throttle")]
        if self.throttle_per_s is not None:
            caps.append(Cap(STAGE_RATE, Per.REQUEST, self.throttle_per_s))
        p50_s = self.overhead_p50_ms / 1000
        return Station(
            service=Lognormal(p50_s, max(p50_s, self.overhead_p99_ms / 1000)),
            service_label="Gateway overhead",
            caps=tuple(caps),
            timeout_s=ctx.value(self.timeout_limit),
        )

    def egress(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        if self.response_kib > 0:
            gb_per_s = flow.requests_per_s * self.response_kib / KIB_PER_GB
            origin = f"Answers of {number(self.response_kib)} KiB"
            yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        timeout_s = ctx.value(self.timeout_limit)
        if view.throttled_per_s > 0:
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
        for edge in view.flow.inbound:
            if edge.request_kib > self.payload_limit.value:
                yield PAYLOAD.found(
                    f"Requests of {number(edge.request_kib)} KiB; {view.name} takes "
                    f"{number(self.payload_limit.value)} KiB.",
                    "Upload to S3 by a presigned URL and pass the key.",
                )
        if not view.outbound:
            yield NO_INTEGRATION.found(
                f"{view.name} has no integration.", "Draw an arrow to what answers the requests."
            )

    # ---- The template ----

    def throttle(self) -> dict[str, Any]:
        """Return the stage's throttle: a bucket of one second's requests."""
        if self.throttle_per_s is None:
            return {}
        burst = min(BURST_MAX, math.ceil(self.throttle_per_s))
        return {"ThrottlingRateLimit": self.throttle_per_s, "ThrottlingBurstLimit": burst}

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        routes: dict[tuple[str, str], list[str]] = {}
        for link in site.outbound:
            if isinstance(link.connection, ApiIntegration):
                key = (link.connection.method, link.connection.route)
                routes.setdefault(key, []).append(link.target.label)
        for (method, path), ends in routes.items():
            if len(ends) > 1:
                message = (
                    f"{site.placed.label} sends {method} {path} to {' and '.join(ends)}; a route "
                    "has one integration: give the arrows different paths or methods."
                )
                yield (), message


class ApiIntegration(Connection):
    """A route of an API and what answers it."""

    type: str
    title: ClassVar = "Integration"
    summary: ClassVar = "The gateway calls the target and returns its answer to the client."
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
        "how-to-integration-settings.html"
    )

    method: Literal["ANY", "GET", "POST", "PUT", "PATCH", "DELETE"] = choice(
        "POST", "HTTP method of the route."
    )
    path: str = text(
        "/",
        "Path of the route, for instance /orders.",
        pattern=r"^/[A-Za-z0-9_\-./{}+]*$",
        max_length=200,
    )
    share: float | None = ratio(
        None,
        "Part of the API's requests that take this route; empty shares equally.",
        title="Share of requests",
        group="Behaviour",
        gt=0,
    )

    # ---- The template ----

    @property
    def route(self) -> str:
        """The path without a slash at its end."""
        return "/" + self.path.strip("/")

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type != "lambda_function":
            operation = "read" if self.method == "GET" else "write"
            access = link.target.service.access(link.target.logical_id, operation)
            yield Grant("source", access.actions, access.resources)

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type != "lambda_function":
            return None
        path = re.sub(r"{[^}]*}", "*", self.route)
        method = "*" if self.method == "ANY" else self.method
        api = f"${{{link.source.logical_id}}}"
        return Delivery("apigateway.amazonaws.com", arn("execute-api", f"{api}/*/{method}{path}"))

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        parts = self.route.strip("/").split("/")
        if self.route != "/" and "" in parts:
            yield ("path",), f'"{self.path}" has an empty part: write /orders or /orders/{{id}}.'
        for i, part in enumerate(parts):
            if ("{" in part or "}" in part) and not PATH_VARIABLE.match(part):
                message = f'"{part}" in "{self.path}": a variable is a whole part, as in {{id}}.'
                yield ("path",), message
            elif part.endswith("+}") and i + 1 < len(parts):
                yield ("path",), f'"{part}" takes all that follows, so it must be the last part.'

    def passed(self, source: Service) -> float:
        """Return the share of the requests that get past the gateway's cache."""
        return 1.0

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        invoke = Item(Kind.NETWORK, "Call from the gateway", Lognormal(0.008, 0.020), None, True)
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=self.passed(source),
            split=True,
            share=self.share,
            op="call" if target.type == "lambda_function" else "write",
            latency=(invoke,),
            excess=Excess.REFUSE,
        )


DETAIL_TYPE_HEADER = "x-detail-type"


def integration_remarks(link: Link) -> Iterable[str]:
    """Yield what an integration without code cannot know by itself."""
    if getattr(link.target.service, "fifo", False):
        yield (
            f"{link.source.label} makes one message group per client address in "
            f"{link.target.label}; another key needs code in between."
        )
    if link.target.service.type == "events_bus" and detail_type(link) is None:
        yield (
            f"The rules of {link.target.label} ask for several detail types: callers of "
            f"{link.source.label} name one in the header {DETAIL_TYPE_HEADER}."
        )
