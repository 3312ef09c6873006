"""What the two kinds of API Gateway share: throttles, payload, timeout, egress, integrations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

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
