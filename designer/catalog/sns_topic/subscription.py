"""The room of AWS::SNS::Subscription: deliveries, their filter, retries and dead letters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    Connection,
    Context,
    Delivery,
    EdgeFlow,
    EdgeView,
    Excess,
    External,
    Finding,
    Grant,
    Hop,
    Kind,
    Link,
    Mechanism,
    Refused,
    Resource,
    Service,
    Usage,
    choice,
    flag,
    latency_fields,
    latency_item,
    monthly,
    number,
    quantity,
    ratio,
    text,
)
from .dead_letters import fifo
from .deliveries import (
    AWS_ATTEMPTS,
    DEAD_LETTER_TYPE,
    DEFAULT_RETRIES,
    FIFO_TO_OTHERS,
    FILTERING,
    HTTP_ATTEMPTS,
    HTTP_TIMEOUT,
    LARGE_TO_OUTSIDE,
    PEOPLE_ATTEMPTS,
    PROTOCOLS,
    RAW,
    RETRIES,
    RETRIES_TOO_LONG,
    SLOW_ENDPOINT,
    STANDARD_TO_FIFO,
)

_P50, _P99 = latency_fields(30, 150, "from publish until the subscriber has the message", None)


class Subscription(Connection):
    type: Literal["sns_subscription"] = "sns_subscription"
    title: ClassVar = "Subscription"
    summary: ClassVar = "The topic delivers a copy of each message that passes the filter."
    sources: ClassVar = frozenset({"sns_topic"})
    targets: ClassVar = frozenset(PROTOCOLS)
    cloudformation: ClassVar = "AWS::SNS::Subscription"
    docs_url: ClassVar = FILTERING.url
    limits: ClassVar = (AWS_ATTEMPTS, PEOPLE_ATTEMPTS, HTTP_ATTEMPTS, HTTP_TIMEOUT)
    rules: ClassVar = (SLOW_ENDPOINT, RETRIES_TOO_LONG)
    bans: ClassVar = (STANDARD_TO_FIFO, FIFO_TO_OTHERS, LARGE_TO_OUTSIDE)

    pass_ratio: float = ratio(
        1.0,
        "Share of the messages that the filter policy lets through.",
        title="Filter passes",
        gt=0,
    )
    filter_scope: Literal["MessageAttributes", "MessageBody"] = choice(
        "MessageAttributes",
        "What the filter policy reads. Reading bodies is billed by the GB on standard topics.",
        title="Filter reads",
        titles={"MessageAttributes": "Attributes", "MessageBody": "The body"},
    )
    filter_key: str = text(
        "", "Attribute or body key of the filter policy; empty means no filter.", max_length=100
    )
    filter_values: str = text(
        "",
        "Accepted values of the key, separated by commas.",
    )
    raw_delivery: bool = flag(True, "Deliver the message without the SNS envelope.")
    dead_letters: bool = flag(
        True, "What cannot be delivered goes to the topic's dead-letter queue, where one is drawn."
    )
    http_retries: int = quantity(
        "retries",
        3,
        "Retries to an HTTP/S endpoint; other subscribers have fixed schedules.",
        title="HTTP retries",
        ge=0,
        le=100,
        group="Retries",
        source=RETRIES,
    )
    http_retry_s: float = quantity(
        "s",
        20,
        "Time between two attempts to an HTTP/S endpoint.",
        title="HTTP retry delay",
        ge=1,
        le=3_600,
        group="Retries",
        source=RETRIES,
    )
    http_retry_most_s: float | None = quantity(
        "s",
        None,
        "Time between the last attempts; empty keeps the delay the same from first to last.",
        title="HTTP retry delay, longest",
        ge=1,
        le=3_600,
        group="Retries",
        source=RETRIES,
    )
    http_immediate: int = quantity(
        "retries",
        0,
        "Of the retries, those at once, before any delay.",
        title="HTTP retries at once",
        ge=0,
        le=100,
        group="Retries",
        source=RETRIES,
    )
    http_at_least: int = quantity(
        "retries",
        0,
        "Of the retries, those at the shortest delay, before it grows.",
        title="HTTP retries at the shortest delay",
        ge=0,
        le=100,
        group="Retries",
        source=RETRIES,
    )
    http_at_most: int = quantity(
        "retries",
        0,
        "Of the retries, those at the longest delay, at the end.",
        title="HTTP retries at the longest delay",
        ge=0,
        le=100,
        group="Retries",
        source=RETRIES,
    )
    http_backoff: Literal["linear", "exponential"] = choice(
        "linear",
        "How the delay grows from the shortest to the longest.",
        title="HTTP back-off",
        titles={"linear": "By equal steps", "exponential": "By equal factors"},
        group="Retries",
    )
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    @property
    def http_delays(self) -> list[float]:
        """The times between the attempts to an HTTP/S endpoint, phase by phase, in seconds."""
        least, most = self.http_retry_s, max(self.http_retry_most_s or 0, self.http_retry_s)
        before = [0.0] * self.http_immediate + [least] * self.http_at_least
        growing = self.http_retries - len(before) - self.http_at_most
        steps = [i / (growing - 1) if growing > 1 else 0.0 for i in range(growing)]
        grown = [
            least * (most / least) ** step
            if self.http_backoff == "exponential"
            else least + (most - least) * step
            for step in steps
        ]
        return (before + grown + [most] * self.http_at_most)[: self.http_retries]

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        from_latency = latency_item(
            Kind.NETWORK, "SNS delivery", self.latency_p50_ms, self.latency_p99_ms, None
        )
        asynchronous = target.type == "lambda_function"
        attempts, wait_s = 1.0, 0.0
        if asynchronous:
            attempts, wait_s = 1.0 + float(getattr(target, "async_retries", 0)), 90.0
        elif target.type == "http_endpoint":
            delays = self.http_delays
            attempts, wait_s = 1.0 + len(delays), sum(delays) / max(1, len(delays))
        return Hop(
            Mechanism.PUSH,
            ratio=self.pass_ratio * _copies(target),
            op="event" if asynchronous else "write",
            latency=(from_latency,),
            attempts_max=attempts,
            retry_wait_s=wait_s,
            excess=Excess.RETRY,
            dead_letters=self.dead_letters and target.type == "http_endpoint",
        )

    def refusal(self, source: Service, target: Service) -> Refused | None:
        topic_fifo, target_fifo = getattr(source, "fifo", False), getattr(target, "fifo", False)
        if topic_fifo and target.type != "sqs_queue":
            return FIFO_TO_OTHERS.refused(
                "A FIFO topic delivers to SQS queues only: put a queue between them, or use a "
                "standard topic."
            )
        if not topic_fifo and target_fifo:
            return STANDARD_TO_FIFO.refused(
                "A standard topic cannot deliver to a FIFO queue: make the topic FIFO, or the "
                "queue standard."
            )
        if isinstance(target, External) and getattr(source, "max_message_kib", "") == "1024":
            return LARGE_TO_OUTSIDE.refused(
                "A topic of messages up to 1,024 KiB delivers to queues, functions and Firehose "
                "only: set its largest message to 256 KiB."
            )
        return None

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        if self.filter_scope == "MessageBody" and self.filter_key and not fifo(source):
            published = flow.offered_per_s / (self.pass_ratio * _copies(target))
            gb_per_s = published * flow.size_kib * _copies(target) / KIB_PER_GB
            origin = f"Bodies read by the filter of {flow.peer}"
            yield monthly("sns.filter.payload_scanned", "GB", gb_per_s, ctx.month_s, origin)
        if getattr(target, "outside", False):
            gb_per_s = flow.requests_per_s * flow.request_kib / KIB_PER_GB
            origin = f"Messages sent out to {flow.peer}"
            yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        if view.target.type != "http_endpoint":
            return
        worst_s = float(getattr(view.target, "answer_p99_ms", 0)) / 1000
        if worst_s > HTTP_TIMEOUT.value:
            yield SLOW_ENDPOINT.found(
                f"{view.target_name} answers within {number(worst_s)} s in 99 of 100 cases; SNS "
                f"waits {number(HTTP_TIMEOUT.value)} s.",
                "Let the endpoint accept at once and work afterwards.",
            )
        if sum(self.http_delays) > 3_600:
            yield RETRIES_TOO_LONG.found(
                f"{self.http_retries} retries take {number(round(sum(self.http_delays)))} s.",
                "Set fewer retries or a shorter delay.",
                field="http_retries",
                value=self._most_retries(),
            )

    def _most_retries(self) -> int | None:
        """Return how many retries fit into an hour; None where the phases decide."""
        phased = self.http_immediate + self.http_at_least + self.http_at_most
        longest_s = max(self.http_retry_s, self.http_retry_most_s or 0)
        return None if phased else int(3_600 // longest_s)

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        kind = link.target.service.type
        properties: dict[str, Any] = {
            "TopicArn": link.source.ref,
            "Protocol": self._protocol(link),
            "Endpoint": link.target.arn,
        }
        if self.raw_delivery and kind in RAW:
            properties["RawMessageDelivery"] = True  # Lambda always gets the envelope.
        if self.filter_key:
            properties["FilterPolicy"] = {self.filter_key: self.accepted_values}
            if self.filter_scope != "MessageAttributes":
                properties["FilterPolicyScope"] = self.filter_scope
        if kind == "http_endpoint" and self._retry_policy() != DEFAULT_RETRIES:
            properties["DeliveryPolicy"] = {"healthyRetryPolicy": self._retry_policy()}
        dead = [e.target for e in link.siblings if e.connection.type == DEAD_LETTER_TYPE]
        if dead and self.dead_letters:
            properties["RedrivePolicy"] = {"deadLetterTargetArn": dead[0].arn}
        attributes = {}
        if kind == "firehose_stream":
            properties["SubscriptionRoleArn"] = link.source.role_arn
            attributes["DependsOn"] = [link.source.policy_id]
        yield Resource("AWS::SNS::Subscription", properties, "Subscription", attributes)

    def _retry_policy(self) -> dict[str, Any]:
        policy: dict[str, Any] = {
            "minDelayTarget": round(self.http_retry_s),
            "maxDelayTarget": round(max(self.http_retry_most_s or 0, self.http_retry_s)),
            "numRetries": self.http_retries,
        }
        phases = {
            "numNoDelayRetries": self.http_immediate,
            "numMinDelayRetries": self.http_at_least,
            "numMaxDelayRetries": self.http_at_most,
        }
        policy |= {key: count for key, count in phases.items() if count}
        if self.http_backoff != "linear":
            policy["backoffFunction"] = self.http_backoff
        return policy

    def _protocol(self, link: Link) -> str:
        target = link.target.service
        if target.type == "http_endpoint" and str(getattr(target, "url", "")).startswith("http:"):
            return "http"
        return str(getattr(target, "body", PROTOCOLS[target.type]))

    @property
    def accepted_values(self) -> list[str]:
        return [value.strip() for value in self.filter_values.split(",") if value.strip()]

    def grants(self, link: Link) -> Iterable[Grant]:
        if link.target.service.type == "firehose_stream":
            actions = ("firehose:DescribeDeliveryStream", "firehose:ListDeliveryStreams")
            target = link.target.service.access(link.target.logical_id, "write")
            yield Grant("source", (*target.actions, *actions), target.resources)

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type == "firehose_stream":
            return None
        return Delivery("sns.amazonaws.com", link.source.ref)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        phased = self.http_immediate + self.http_at_least + self.http_at_most
        if link.target.service.type == "http_endpoint" and phased > self.http_retries:
            message = f"The phases have {phased} retries, but there are {self.http_retries} in all."
            yield ("http_retries",), message
        if self.filter_key and not self.accepted_values:
            yield (
                ("filter_values",),
                (
                    f'The filter on "{self.filter_key}" accepts no value: name at least one, or '
                    "empty the filter key."
                ),
            )

    def remarks(self, link: Link) -> Iterable[str]:
        if self.pass_ratio < 1 and not self.filter_key:
            yield (
                f"{link.target.label} gets {number(self.pass_ratio * 100)} % of the messages of "
                f"{link.source.label} in the drawing, and all of them by the template: no filter "
                "key is given."
            )
        if link.target.service.type in {"email_recipient", "http_endpoint"}:
            yield (
                f"{link.target.label} must confirm the subscription to {link.source.label} before "
                "it gets messages."
            )


def _copies(target: Service) -> float:
    return target.copies if isinstance(target, External) else 1.0
