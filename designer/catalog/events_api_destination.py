"""EventBridge API destination: calls an HTTPS endpoint at a steady rate, with its credentials.

Quotas:  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
Pricing: https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    DEAD_LETTER_TYPE,
    KIB_PER_GB,
    NO_DEAD_LETTERS,
    RETRY_AGE,
    RETRY_ATTEMPTS,
    Access,
    Cap,
    Connection,
    Context,
    EdgeFlow,
    EdgeView,
    Excess,
    Finding,
    Hop,
    Item,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeView,
    Parameter,
    Per,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    choice,
    chunks,
    get_att,
    monthly,
    number,
    quantity,
    sub,
    text,
)

DOCS = Source(
    "EventBridge user guide, API destinations",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html",
    "2026-11-21",
)
RATE = Limit(
    "eb.api_destination_rate",
    "Invocations of an API destination",
    300,
    "invocations/s",
    DOCS,
    adjustable=True,
    note="What is over it waits and is given up when it is too old (24 hours).",
)
TIMEOUT = Limit("eb.api_destination_timeout", "Wait for the endpoint", 5, "s", DOCS)
BILLED_KIB = 64.0
BACK_OFF_S = 60.0  # Assumption: mean wait of the first retries of an exponential back-off.

BEHIND = Rule(
    "events-api-destination-behind",
    Severity.ERROR,
    "Events come faster than the endpoint is called",
    "EventBridge keeps what is over the rate and gives it up after 24 hours at the latest.",
    DOCS,
)
SLOW = Rule(
    "events-api-destination-timeout",
    Severity.WARNING,
    "Endpoint slower than EventBridge waits",
    "EventBridge ends a call after 5 s and tries again; the limit cannot be raised.",
    DOCS,
)
NO_ENDPOINT = Rule(
    "events-api-destination-without-endpoint",
    Severity.ERROR,
    "The API destination calls nothing",
    "An API destination is one address.",
    DOCS,
)


class EventsApiDestination(Service):
    type: Literal["events_api_destination"] = "events_api_destination"
    title: ClassVar = "API destination"
    aliases: ClassVar = ("eventbridge", "webhook", "http", "saas", "connection", "oauth")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Calls an HTTPS endpoint at a steady rate, with its credentials."
    docs_url: ClassVar = DOCS.url
    pricing_url: ClassVar = "https://aws.amazon.com/eventbridge/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::Events::ApiDestination"
    id_base: ClassVar = "api_destination"
    limits: ClassVar = (RATE, TIMEOUT)
    rules: ClassVar = (BEHIND, NO_ENDPOINT, NO_DEAD_LETTERS)

    rate_per_s: float = quantity(
        "1/s",
        300,
        "Most calls per second (300 by default; AWS raises it on request).",
        title="Rate",
        ge=1,
        le=100_000,
        source=DOCS,
    )
    method: Literal["POST", "PUT", "PATCH", "GET", "DELETE"] = choice("POST", "HTTP method.")
    credentials: Literal["API_KEY", "BASIC", "OAUTH_CLIENT_CREDENTIALS"] = choice(
        "API_KEY",
        "How the connection says who calls; the values come from Secrets Manager.",
        titles={
            "API_KEY": "API key",
            "BASIC": "User and password",
            "OAUTH_CLIENT_CREDENTIALS": "OAuth, client credentials",
        },
        group="Security",
    )
    token_url: str = text(
        "",
        "Where OAuth tokens are asked for; empty asks for it when the template is deployed.",
        title="Token URL",
        pattern=r"^(https://\S+)?$",
        group="Security",
        show_if=("credentials", "OAUTH_CLIENT_CREDENTIALS"),
    )

    def station(self, ctx: Context) -> Station:
        return Station(caps=(Cap(RATE, Per.REQUEST, self.rate_per_s),))

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.utilisation.get(RATE.id, 0.0) > 1:
            offered = sum(e.offered_per_s for e in view.flow.inbound)
            yield BEHIND.found(
                f"{number(offered)} events/s for {view.name}, which calls "
                f"{number(self.rate_per_s)} times per second.",
                "Raise the rate (above 300/s ask AWS first), match fewer events, or put a queue "
                "with a consumer in its place.",
                field="rate_per_s",
            )
        if not _calls(view.outbound):
            yield NO_ENDPOINT.found(
                f"{view.name} has no endpoint.", "Draw an arrow to an HTTPS endpoint."
            )

        feeding = [e for e in view.inbound if e.source.type in {"events_bus", "events_rule"}]
        beside = [*view.outbound, *(peer for e in feeding for peer in e.peers)]
        if feeding and not any(e.connection.type == DEAD_LETTER_TYPE for e in beside):
            yield NO_DEAD_LETTERS.found(
                f"What {view.name} cannot deliver to its endpoint is gone.",
                f"Draw a dead-letter arrow from {view.name} to a standard queue.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        connection = {
            "AuthorizationType": self.credentials,
            "AuthParameters": self._credentials(site.logical_id),
        }
        yield Resource("AWS::Events::Connection", connection, "Connection")
        called = [e.target for e in site.outbound if e.connection.type == CALL_TYPE]
        yield Resource(
            "AWS::Events::ApiDestination",
            {
                "ConnectionArn": get_att(f"{site.logical_id}Connection", "Arn"),
                "HttpMethod": self.method,
                "InvocationEndpoint": called[0].arn if called else "",
                "InvocationRateLimitPerSecond": int(self.rate_per_s),
            },
        )

    def _credentials(self, own_id: str) -> dict[str, Any]:
        def secret(key: str) -> dict[str, Any]:
            return sub(f"{{{{resolve:secretsmanager:${{{own_id}Secret}}:SecretString:{key}}}}}")

        if self.credentials == "API_KEY":
            key = {"ApiKeyName": "x-api-key", "ApiKeyValue": secret("key")}
            return {"ApiKeyAuthParameters": key}
        if self.credentials == "BASIC":
            return {"BasicAuthParameters": {"Username": secret("user"), "Password": secret("key")}}
        client = {"ClientID": secret("user"), "ClientSecret": secret("key")}
        return {
            "OAuthParameters": {
                "AuthorizationEndpoint": sub(f"${{{own_id}TokenUrl}}"),
                "ClientParameters": client,
                "HttpMethod": "POST",
            }
        }

    def parameters(self, site: Site) -> Iterable[Parameter]:
        label = site.placed.label
        keys = '"key"' if self.credentials == "API_KEY" else '"user" and "key"'
        yield Parameter(
            f"{site.logical_id}Secret",
            f"Name of the secret in Secrets Manager with {keys} for {label}.",
        )
        if self.credentials == "OAUTH_CLIENT_CREDENTIALS":
            name = f"{site.logical_id}TokenUrl"
            yield Parameter(
                name, f"Where tokens for {label} are asked for.", self.token_url or None
            )

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        calls = [e for e in site.outbound if e.connection.type == CALL_TYPE]
        if len(calls) != 1:
            message = (
                f"{site.placed.label} calls {len(calls)} endpoints; an API destination is one "
                "address: draw one arrow to an HTTPS endpoint."
            )
            yield (), message

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("events:InvokeApiDestination",), (self.arn(logical_id),))


CALL_TYPE = "events_api_destination_call"


def _calls(edges: Iterable[EdgeView]) -> list[EdgeView]:
    return [e for e in edges if e.connection.type == CALL_TYPE]


class ApiDestinationCall(Connection):
    type: Literal["events_api_destination_call"] = "events_api_destination_call"
    title: ClassVar = "Call of the endpoint"
    summary: ClassVar = "EventBridge calls the endpoint and tries again when it fails."
    sources: ClassVar = frozenset({"events_api_destination"})
    targets: ClassVar = frozenset({"http_endpoint"})
    cloudformation: ClassVar = "AWS::Events::ApiDestination"
    docs_url: ClassVar = DOCS.url
    limits: ClassVar = (TIMEOUT, RETRY_ATTEMPTS, RETRY_AGE)
    rules: ClassVar = (SLOW,)

    retry_attempts: int = quantity(
        "retries",
        185,
        "Retries of a call that fails (429 and 5xx; other 4xx are not tried again).",
        ge=0,
        le=185,
        group="Retries",
        source=RETRY_ATTEMPTS.source,
    )
    max_age_s: float = quantity(
        "s",
        86_400,
        "Age at which an event is given up.",
        title="Oldest event",
        ge=60,
        le=86_400,
        group="Retries",
        source=RETRY_AGE.source,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        travel = Item(Kind.NETWORK, "Way to the endpoint", Lognormal(0.02, 0.1), None, True)
        return Hop(
            Mechanism.PUSH,
            op="write",
            latency=(travel,),
            attempts_max=1.0 + self.retry_attempts,
            retry_wait_s=BACK_OFF_S,
            excess=Excess.RETRY,
            dead_letters=True,
        )

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        billed = chunks(flow.size_kib, BILLED_KIB)
        origin = f"Calls of {flow.peer}, {billed} × 64 KiB each"
        per_s = flow.requests_per_s * billed
        yield monthly("eb.api_destination.invocations", "64 KB chunk", per_s, ctx.month_s, origin)
        if getattr(target, "outside", False):
            gb_per_s = flow.requests_per_s * flow.size_kib / KIB_PER_GB
            origin = f"Events sent out to {flow.peer}"
            yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        worst_s = float(getattr(view.target, "answer_p99_ms", 0)) / 1000
        if worst_s > TIMEOUT.value:
            yield SLOW.found(
                f"{view.target_name} answers within {number(worst_s)} s in 99 of 100 cases; "
                f"EventBridge waits {number(TIMEOUT.value)} s.",
                "Let the endpoint accept at once, or call it from a function.",
            )

    def remarks(self, link: Link) -> Iterable[str]:
        yield (
            f"The credentials of {link.source.label} are read from Secrets Manager when the stack "
            "is deployed: make the secret first."
        )


SERVICES = (EventsApiDestination,)
CONNECTIONS = (ApiDestinationCall,)
