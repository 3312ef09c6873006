"""The Lambda authorizer of an API: a function that is asked whether a request may pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from .fields import quantity, ratio
from .findings import Finding, Rule, Severity
from .flow import Excess, Hop, Item, Kind, Lognormal, Mechanism, Waits
from .limits import Context, Limit, Source
from .resources import Delivery, Link, arn
from .service import Connection, EdgeView, Service

DOCS = Source(
    "Use API Gateway Lambda authorizers",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "apigateway-use-lambda-authorizer.html",
    "2026-11-21",
)
TTL_MAX = Limit("apigw.authorizer.ttl", "Authorizer result TTL", 3_600, "s", DOCS)
UNCACHED = Rule(
    "apigw-authorizer-uncached",
    Severity.NOTE,
    "Every request asks the authorizer",
    "Without a cached result each request pays and waits for a second function.",
    DOCS,
)
EVENT_KIB = 2.0  # Assumption: headers and context of a request.
DEFAULT_TTL_S = 300


class LambdaAuthorizer(Connection):
    """A function decides who may call."""

    type: str
    title: ClassVar = "Lambda authorizer"
    summary: ClassVar = "The function decides who may call; its result is kept for each caller."
    targets: ClassVar = frozenset({"lambda_function"})
    docs_url: ClassVar = DOCS.url
    guards: ClassVar = True
    second_choice: ClassVar = True

    @property
    def asked_ratio(self) -> float:
        """Share of the requests that call the function."""
        return 1.0

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        ask = Item(Kind.NETWORK, "Call of the authorizer", Lognormal(0.008, 0.020), None, True)
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=self.asked_ratio,
            op="read",  # A question: nothing ends here.
            payload_kib=EVENT_KIB,
            latency=(ask,),
            excess=Excess.REFUSE,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        own = str(getattr(source, "authorizer", "none"))
        if own == "none":
            return None
        return (
            f"This API checks its callers by {own.upper()} already: set its authorizer to None, or "
            "remove the arrow."
        )

    # ---- The template ----

    def delivery(self, link: Link) -> Delivery | None:
        api = f"${{{link.source.logical_id}}}"
        return Delivery("apigateway.amazonaws.com", arn("execute-api", f"{api}/authorizers/*"))


class CachedAuthorizer(LambdaAuthorizer):
    """A function decides who may call; its result is kept for a while for each caller."""

    type: str
    limits: ClassVar[tuple[Limit, ...]] = (TTL_MAX,)
    rules: ClassVar[tuple[Rule, ...]] = (UNCACHED,)

    ttl_s: int = quantity(
        "s",
        DEFAULT_TTL_S,
        "How long a result is kept for the same caller; 0 asks for every request.",
        title="Result TTL",
        ge=0,
        le=3_600,
        source=DOCS,
    )
    caller_interval_s: float = quantity(
        "s",
        60.0,
        "Mean time between two requests of one caller: with the TTL it decides how many requests "
        "find a kept result.",
        title="Time between a caller's requests",
        gt=0,
        le=2_592_000,
        group="Assumptions",
        assumed=True,
    )
    denied_ratio: float = ratio(
        0.0,
        "Share of the requests that it turns away with 403; they reach no integration.",
        title="Denied",
        lt=1,
    )

    @property
    def refused_share(self) -> float:
        return self.denied_ratio

    @property
    def asked_ratio(self) -> float:
        """Share of the requests that call the function.

        A caller's requests come at random; one that finds no result starts a TTL. In a TTL plus
        the wait for the next request come 1 + TTL / interval requests, of which one asks.
        """
        return 1.0 / (1.0 + self.ttl_s / self.caller_interval_s)

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        if self.ttl_s == 0:
            yield UNCACHED.found(
                f"{view.source_name} asks {view.target_name} for each of "
                f"{view.flow.events_per_s:.3g} requests/s.",
                "Keep results for as long as a revoked caller may go on.",
                field="ttl_s",
                value=DEFAULT_TTL_S,
            )


def guard_of(links: Iterable[Link]) -> Link | None:
    """Return the arrow to the authorizer among those that leave an API."""
    return next((link for link in links if link.connection.guards), None)
