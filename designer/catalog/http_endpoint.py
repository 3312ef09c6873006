"""An HTTPS endpoint outside the account: takes each delivery at its own pace, and may fail.

Quotas:  https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
Pricing: the sender's: https://aws.amazon.com/sns/pricing/, https://aws.amazon.com/eventbridge/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Context,
    Finding,
    Limit,
    NodeView,
    Per,
    Rule,
    Severity,
    Source,
    WebReceiver,
    latency_fields,
    number,
    quantity,
    ratio,
    reached_over,
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
_P50, _P99 = latency_fields(150, 1_000, "until it answers", title="Answer", le=60_000)


class HttpEndpoint(WebReceiver):
    type: Literal["http_endpoint"] = "http_endpoint"
    title: ClassVar = "HTTPS endpoint"
    aliases: ClassVar = ("http", "https", "webhook", "saas", "partner", "external api")
    summary: ClassVar = "A web address outside the account that receives events."
    docs_url: ClassVar = DOCS.url
    id_base: ClassVar = "endpoint"
    asked: ClassVar = "Address of the endpoint"
    rate_limit: ClassVar = ENDPOINT_RATE
    counted: ClassVar = Per.REQUEST
    answer: ClassVar = "Endpoint's answer"
    limits: ClassVar = (ENDPOINT_RATE,)
    rules: ClassVar = (OVERLOADED,)

    url: str = text(
        "",
        "Address of the endpoint; empty asks for it when the template is deployed.",
        title="URL",
        pattern=r"^(https?://\S+)?$",
    )
    reached_over: Literal["internet", "aws"] = reached_over()
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
    answer_p50_ms: float = _P50
    answer_p99_ms: float = _P99

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if self.rate_per_s and view.utilisation.get(ENDPOINT_RATE.id, 0.0) > 1:
            yield OVERLOADED.found(
                f"{view.name} takes {number(self.rate_per_s)} requests/s and is sent more.",
                "Put a queue in front of it whose consumer keeps to its pace, or an API "
                "destination with its rate.",
            )


SERVICES = (HttpEndpoint,)
CONNECTIONS = ()
