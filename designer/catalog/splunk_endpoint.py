"""A Splunk HTTP Event Collector: takes Firehose's records and acknowledges when they are indexed.

Quotas:  https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html
Pricing: Splunk's own; AWS bills data transfer out: https://aws.amazon.com/ec2/pricing/on-demand/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Context,
    Finding,
    Limit,
    NodeView,
    Parameter,
    Per,
    Rule,
    Severity,
    Site,
    Source,
    WebReceiver,
    choice,
    latency_fields,
    number,
    quantity,
    ratio,
    reached_over,
    text,
)

DOCS = Source(
    "Data Firehose, Splunk as the destination",
    "https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html",
    "2026-11-21",
)
HEC_RATE = Limit(
    "splunk.hec_rate",
    "Records the event collector takes",
    10_000,
    "records/s",
    DOCS,
    note="An example, no AWS quota: the form states the collector's own.",
)
ACK_TIMEOUT = Limit(
    "splunk.ack_timeout",
    "Longest wait for the acknowledgement",
    600,
    "s",
    DOCS,
    note="180 to 600 s; without it Firehose sends the data again.",
)
SLOW = Rule(
    "splunk-acknowledges-too-late",
    Severity.WARNING,
    "Splunk acknowledges after the timeout",
    "Firehose takes what is not acknowledged in time as failed and sends it again: records are "
    "indexed twice.",
    DOCS,
)
_P50, _P99 = latency_fields(
    2_000, 20_000, "until the data is acknowledged", title="Acknowledged", le=6e5
)


class SplunkEndpoint(WebReceiver):
    type: Literal["splunk_endpoint"] = "splunk_endpoint"
    title: ClassVar = "Splunk event collector"
    aliases: ClassVar = ("splunk", "hec", "siem", "log search")
    summary: ClassVar = "Indexes what Firehose delivers, outside the account."
    docs_url: ClassVar = DOCS.url
    id_base: ClassVar = "splunk"
    asked: ClassVar = "Address of the HTTP Event Collector"
    rate_limit: ClassVar = HEC_RATE
    counted: ClassVar = Per.EVENT
    answer: ClassVar = "Indexed and acknowledged"
    limits: ClassVar = (HEC_RATE, ACK_TIMEOUT)
    rules: ClassVar = (SLOW,)

    url: str = text(
        "",
        "Address of the collector; empty asks for it when the template is deployed.",
        title="URL",
        pattern=r"^(https://\S+)?$",
    )
    endpoint: Literal["Raw", "Event"] = choice(
        "Raw",
        "Raw takes any text, Event takes Splunk's own JSON.",
        title="Kind of endpoint",
    )
    ack_timeout_s: int = quantity(
        "s",
        180,
        "How long Firehose waits until Splunk has indexed the data.",
        title="Acknowledged within",
        ge=180,
        le=600,
        source=DOCS,
    )
    reached_over: Literal["internet", "aws"] = reached_over()
    rate_per_s: float | None = quantity(
        "1/s",
        None,
        "Records it indexes per second; empty sets no limit.",
        title="Takes",
        gt=0,
        le=1e7,
    )
    error_ratio: float = ratio(0.001, "Share of the requests that fail.", title="Errors", lt=1)
    answer_p50_ms: float = _P50
    answer_p99_ms: float = _P99

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if self.answer_p99_ms / 1000 > self.ack_timeout_s:
            yield SLOW.found(
                f"{view.name} acknowledges within {number(self.answer_p99_ms / 1000)} s in 99 of "
                f"100 cases; Firehose waits {self.ack_timeout_s} s.",
                "Wait longer (600 s at most), or give Splunk more indexers.",
                field="ack_timeout_s",
                value=600 if self.answer_p99_ms <= 600_000 else None,
            )

    def parameters(self, site: Site) -> Iterable[Parameter]:
        yield from super().parameters(site)
        if site.inbound:
            label = site.placed.label
            yield Parameter(
                f"{site.logical_id}Secret",
                f"ARN of the secret with the token of {label} (a JSON value with hec_token).",
            )


SERVICES = (SplunkEndpoint,)
CONNECTIONS = ()
