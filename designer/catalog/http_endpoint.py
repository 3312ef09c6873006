"""An HTTPS endpoint outside the account: takes each delivery at its own pace, and may fail.

Quotas:  https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
Pricing: the sender's: https://aws.amazon.com/sns/pricing/, https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Cap,
    Context,
    External,
    Finding,
    Limit,
    Lognormal,
    NodeView,
    Per,
    Rule,
    Severity,
    Source,
    Station,
    choice,
    number,
    quantity,
    ratio,
    text,
)

DOCS = Source(
    "SNS Developer Guide, HTTP/S endpoints as subscribers",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html",
    "2026-11-21",
)
ENDPOINT_RATE = Limit(
    "http_endpoint.rate",
    "Requests the endpoint takes",
    1_000,
    "requests/s",
    DOCS,
    note="An example, no AWS quota: the form states the endpoint's own.",
)
OVERLOADED = Rule(
    "http-endpoint-overloaded",
    Severity.WARNING,
    "More requests than the endpoint takes",
    "The endpoint answers 429; the sender tries again until its retry policy ends.",
    DOCS,
)


class HttpEndpoint(External):
    type: Literal["http_endpoint"] = "http_endpoint"
    title: ClassVar = "HTTPS endpoint"
    aliases: ClassVar = ("http", "https", "webhook", "saas", "partner", "external api")
    summary: ClassVar = "A web address outside the account that receives events."
    docs_url: ClassVar = DOCS.url
    id_base: ClassVar = "endpoint"
    parameter: ClassVar = "Url"
    asked: ClassVar = "Address of the endpoint"
    limits: ClassVar = (ENDPOINT_RATE,)
    rules: ClassVar = (OVERLOADED,)

    url: str = text(
        "",
        "Address of the endpoint; empty asks for it when the template is deployed.",
        title="URL",
        pattern=r"^(https?://\S+)?$",
    )
    reached_over: Literal["internet", "aws"] = choice(
        "internet",
        "Over the internet what is sent is paid as data transfer out.",
        titles={"internet": "The internet", "aws": "AWS, same region"},
    )
    rate_per_s: float | None = quantity(
        "1/s",
        None,
        "Requests it takes per second; empty sets no limit.",
        title="Takes",
        gt=0,
        le=1e6,
    )
    error_ratio: float = ratio(
        0.001, "Share of the requests that it answers with an error (5xx, 429).", title="Errors"
    )
    answer_p50_ms: float = quantity(
        "ms",
        150,
        "Median time until it answers.",
        title="Answer, median",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )
    answer_p99_ms: float = quantity(
        "ms",
        1_000,
        "99th percentile of the time until it answers.",
        title="Answer, p99",
        ge=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )

    @property
    def stated_address(self) -> str:
        return self.url

    @property
    def outside(self) -> bool:
        """Whether what is sent leaves AWS."""
        return self.reached_over == "internet"

    def station(self, ctx: Context) -> Station:
        p50_s, p99_s = self.answer_p50_ms / 1000, self.answer_p99_ms / 1000
        caps = (Cap(ENDPOINT_RATE, Per.REQUEST, self.rate_per_s),) if self.rate_per_s else ()
        return Station(
            service=Lognormal(p50_s, max(p50_s, p99_s)),
            service_label="Endpoint's answer",
            caps=caps,
            error_ratio=self.error_ratio,
        )

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if self.rate_per_s and view.utilisation.get(ENDPOINT_RATE.id, 0.0) > 1:
            yield OVERLOADED.found(
                f"{view.name} takes {number(self.rate_per_s)} requests/s and is sent more.",
                "Put a queue in front of it whose consumer keeps to its pace, or an API "
                "destination with its rate.",
            )


SERVICES = (HttpEndpoint,)
CONNECTIONS = ()
