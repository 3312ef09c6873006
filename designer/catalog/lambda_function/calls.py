"""Ways into and out of a function: calls, asynchronous events, destinations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    ApiCall,
    Connection,
    Context,
    Excess,
    Grant,
    Hop,
    Kind,
    Link,
    Mechanism,
    Outcome,
    Patch,
    Service,
    Waits,
    latency_item,
    quantity,
)
from . import wiring
from .rules import (
    ASYNC_ACCEPT,
    ASYNC_DOCS,
    ASYNC_WAIT_S,
)


class LambdaCall(ApiCall):
    type: Literal["lambda_call"] = "lambda_call"
    title: ClassVar = "API call from code"
    summary: ClassVar = "The handler calls the target and waits for its answer."
    sources: ClassVar = frozenset({"lambda_function"})
    targets: ClassVar = frozenset(
        {
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "events_bus",
            "sfn_state_machine",
            "kinesis_stream",
            "firehose_stream",
            "s3_bucket",
            "dynamodb_table",
            "opensearch_domain",
            "connect_instance",
            "ses_identity",
            "cloudwatch_metrics",
            "rekognition_image",
            "cloudwatch_log_group",
        }
    )

    def patches(self, link: Link) -> Iterable[Patch]:
        return wiring.call_patches(link)


class AsyncInvoke(Connection):
    type: Literal["lambda_async_invoke"] = "lambda_async_invoke"
    title: ClassVar = "Asynchronous invoke"
    summary: ClassVar = "The caller hands the event over and goes on; Lambda queues and retries it."
    sources: ClassVar = frozenset({"lambda_function", "client"})
    targets: ClassVar = frozenset({"lambda_function"})
    docs_url: ClassVar = ASYNC_DOCS.url
    caller: ClassVar = "lambda_function"  # A client has no environment variables.

    calls_per_event: float = quantity(
        "events",
        1.0,
        "Events sent for each event handled.",
        title="Events per event",
        gt=0,
        le=10_000,
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size of one event; empty keeps the size that came in.",
        title="Payload",
        gt=0,
        le=1_024,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.PUSH,
            waits=Waits.ACCEPT,
            accept=ASYNC_ACCEPT,
            ratio=self.calls_per_event,
            payload_kib=self.payload_kib,
            latency=(latency_item(Kind.NETWORK, "Asynchronous invoke", 25, 100, None),),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)),
            retry_wait_s=ASYNC_WAIT_S,
            excess=Excess.RETRY,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        return wiring.call_grants(link, "write")

    def patches(self, link: Link) -> Iterable[Patch]:
        return wiring.call_patches(link) if link.source.service.type == self.caller else ()


class _Destination(Connection):
    """A destination of asynchronous invocations."""

    sources: ClassVar = frozenset({"lambda_function"})
    targets: ClassVar = frozenset({"sqs_queue", "sns_topic", "lambda_function", "events_bus"})
    cloudformation: ClassVar[str | None] = "AWS::Lambda::EventInvokeConfig"
    docs_url: ClassVar = ASYNC_DOCS.url

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(target, "fifo", False):
            return "A destination must be a standard queue or topic, not a FIFO one."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        return wiring.destination_grants(link)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return wiring.self_sent(link)

    def _hop(self, mechanism: Mechanism, outcome: Outcome, target: Service) -> Hop:
        return Hop(
            mechanism,
            outcome=outcome,
            op="write",
            reacts_to=frozenset({"event"}),
            latency=(latency_item(Kind.NETWORK, "Destination", 30, 150, None),),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)),
            retry_wait_s=ASYNC_WAIT_S,
            excess=Excess.RETRY,
        )


class OnFailure(_Destination):
    targets: ClassVar = frozenset(
        {"sqs_queue", "sns_topic", "lambda_function", "events_bus", "s3_bucket"}
    )
    type: Literal["lambda_on_failure"] = "lambda_on_failure"
    title: ClassVar = "On-failure destination"
    summary: ClassVar = "Asynchronous events that fail for the last time go here."

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return self._hop(Mechanism.FAILURE, Outcome.FAILURE, target)


class DeadLetter(_Destination):
    type: Literal["lambda_dead_letter"] = "lambda_dead_letter"
    title: ClassVar = "Dead-letter queue"
    summary: ClassVar = "The older way to keep events that fail for the last time: the event alone."
    targets: ClassVar = frozenset({"sqs_queue", "sns_topic"})
    cloudformation: ClassVar[str | None] = None  # A property of the function.

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return self._hop(Mechanism.FAILURE, Outcome.FAILURE, target)

    def patches(self, link: Link) -> Iterable[Patch]:
        yield wiring.dead_letter_patch(link)


class OnSuccess(_Destination):
    type: Literal["lambda_on_success"] = "lambda_on_success"
    title: ClassVar = "On-success destination"
    summary: ClassVar = "The result of each asynchronous event goes here."

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return self._hop(Mechanism.PUSH, Outcome.SUCCESS, target)
