"""What an API passes its requests on to: routes, their throttles, and what they grant."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .fields import choice, quantity, ratio, text
from .flow import Cap, Excess, Hop, Item, Kind, Lognormal, Mechanism, Per, Waits
from .limits import Context, Limit, Source
from .resources import Delivery, Grant, Link, Site, arn, detail_type
from .service import Connection, Service

METHOD_RATE = Limit(
    "apigw.throttle.method",
    "Method throttle",
    10_000,
    "requests/s",
    Source(
        "Throttle requests to REST APIs",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
        "api-gateway-request-throttling.html",
        "2026-11-21",
    ),
    note="Set for one method or route of the stage; excess gets 429.",
)
PATH_VARIABLE = re.compile(r"^\{[A-Za-z0-9_.\-]+\+?\}$")


def route_throttle() -> Any:
    """Return the field that limits one route of an API."""
    return quantity(
        "1/s",
        None,
        "Throttle of this route alone; empty leaves the stage's.",
        title="Route throttle",
        gt=0,
        le=1e6,
        group="Limits",
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
    limits: ClassVar[tuple[Limit, ...]] = (METHOD_RATE,)

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

    throttle_per_s: float | None = route_throttle()

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

    def passed(self, source: Service, ctx: Context) -> float:
        """Return the share of the requests that get past the gateway's cache."""
        return 1.0

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        invoke = Item(Kind.NETWORK, "Call from the gateway", Lognormal(0.008, 0.020), None, True)
        guards = [c for c in ctx.siblings if c.guards]
        ratio = self.passed(source, ctx) * (
            1.0 - max((g.refused_share for g in guards), default=0.0)
        )
        caps: tuple[Cap, ...] = ()
        if self.throttle_per_s is not None:  # It counts requests before cache and authorizer.
            caps = (Cap(METHOD_RATE, Per.REQUEST, self.throttle_per_s * max(ratio, 1e-9)),)
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=ratio,
            split=True,
            share=self.share,
            op="call" if target.type == "lambda_function" else "write",
            latency=(invoke,),
            excess=Excess.REFUSE,
            caps=caps,
        )


BURST_MAX = 5_000  # Burst of the account's own bucket.


def bucket(rate_per_s: float) -> dict[str, Any]:
    """Return a throttle in CloudFormation: a bucket of one second's requests."""
    burst = min(BURST_MAX, math.ceil(rate_per_s))
    return {"ThrottlingRateLimit": rate_per_s, "ThrottlingBurstLimit": burst}


def route_settings(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the throttles of single routes of a stage, and what the stage then waits for."""
    found: dict[str, Any] = {}
    waits: list[str] = []
    for link in site.outbound:
        rate = getattr(link.connection, "throttle_per_s", None)
        if rate is not None:
            path = getattr(link.connection, "path", "/")
            method = getattr(link.connection, "method", None)
            key = f"{method} {getattr(link.connection, 'route', path)}" if method else path
            found[key] = bucket(rate)
            waits.append(f"{link.logical_id}Route")
    return ({"RouteSettings": found}, {"DependsOn": waits}) if found else ({}, {})


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
