"""The event source mapping by which Lambda polls a queue for a function."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Cap,
    Connection,
    Context,
    EdgeFlow,
    EdgeView,
    Excess,
    Finding,
    Grant,
    Hop,
    Kind,
    Link,
    Mechanism,
    Per,
    Resource,
    Service,
    Usage,
    choice,
    flag,
    latency_fields,
    latency_item,
    number,
    quantity,
    ratio,
    text,
)
from . import wiring
from .rules import (
    BATCH_WINDOW,
    ESM_RAMP,
    FIFO_BATCH,
    FIFO_GROUPS,
    FIFO_RECEIVES,
    MEASURED,
    OLD_POLLER_CONCURRENCY,
    OLD_RAMP,
    PAYLOAD_SYNC,
    POLLER_CALLS,
    POLLER_CONCURRENCY,
    SQS_DOCS,
    VISIBILITY,
    VISIBILITY_SHORT,
    WHOLE_BATCH,
)

POLLER_KIB_PER_S = 1_024.0  # Of one provisioned poller: SQS_DOCS.
_SQS_P50, _SQS_P99 = latency_fields(
    16.2, 105, "from sending until the handler starts, one message at a time", MEASURED
)


class SqsEventSource(Connection):
    type: Literal["lambda_sqs_mapping"] = "lambda_sqs_mapping"
    title: ClassVar = "Event source mapping"
    summary: ClassVar = "Lambda polls the queue and calls the function with batches."
    sources: ClassVar = frozenset({"sqs_queue"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::Lambda::EventSourceMapping"
    docs_url: ClassVar = SQS_DOCS.url
    limits: ClassVar = (
        POLLER_CONCURRENCY,
        POLLER_CALLS,
        ESM_RAMP,
        FIFO_GROUPS,
        FIFO_RECEIVES,
    )
    rules: ClassVar = (VISIBILITY, VISIBILITY_SHORT, FIFO_BATCH, BATCH_WINDOW, WHOLE_BATCH)

    batch_size: int = quantity(
        "messages", 10, "Most messages in one call (FIFO: 10).", ge=1, le=10_000, source=SQS_DOCS
    )
    window_s: float = quantity(
        "s",
        0,
        "How long Lambda gathers messages before it calls (not for FIFO).",
        title="Batching window",
        ge=0,
        le=300,
        source=SQS_DOCS,
    )
    pace: Literal["300", "60"] = choice(
        "300",
        "Batches at a time that Lambda adds in a minute: 300 up to 1,250 today, 60 up to 1,000 "
        "until 2023.",
        title="Growth per minute",
        titles={"300": "300, up to 1,250", "60": "60, up to 1,000"},
        group="Scaling",
    )
    maximum_concurrency: int | None = quantity(
        "executions",
        None,
        "Most batches in progress; empty sets no limit of its own.",
        ge=2,
        le=1_000,
        source=SQS_DOCS,
    )
    partial_failures: bool = flag(
        True,
        "The handler names the messages of a batch that failed; only they are delivered again.",
        title="Partial batch responses",
    )
    filter_pattern: str = text(
        "",
        'Messages that do not match are deleted unseen, as in {"body": {"kind": ["order"]}}.',
        title="Filter",
        max_length=4_096,
    )
    pass_ratio: float = ratio(
        1.0,
        "Share of the messages that match the filter.",
        title="Share that passes",
        group="Behaviour",
        gt=0,
    )
    pollers_min: int | None = quantity(
        "pollers",
        None,
        "Pollers that are always kept and paid for (provisioned mode); empty leaves it to Lambda.",
        title="Provisioned pollers, least",
        ge=2,
        le=200,
        group="Scaling",
        source=SQS_DOCS,
    )
    pollers_max: int = quantity(
        "pollers",
        200,
        "Most pollers in provisioned mode; each carries ten executions and 1 MB/s.",
        title="Provisioned pollers, most",
        ge=2,
        le=2_000,
        group="Scaling",
        source=SQS_DOCS,
    )
    share: float | None = ratio(
        None,
        "Part of the messages that this consumer gets; empty shares equally.",
        title="Share of messages",
        group="Behaviour",
        gt=0,
    )
    idle_pollers: int = quantity(
        "pollers",
        2,
        "Pollers that long-poll the queue even when it is empty (formerly 5).",
        ge=1,
        le=1_000,
        group="Assumptions",
        assumed=True,
        source=SQS_DOCS,
    )
    latency_p50_ms: float = _SQS_P50
    latency_p99_ms: float = _SQS_P99

    @property
    def growth(self) -> float:
        """Batches at a time that are added in a minute."""
        return OLD_RAMP if self.pace == "60" else ESM_RAMP.value

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        fifo = bool(getattr(source, "fifo", False))
        most = OLD_POLLER_CONCURRENCY if self.pace == "60" else ctx.value(POLLER_CONCURRENCY)
        most = min(most, float(self.maximum_concurrency or math.inf))
        if self.pollers_min is not None:
            most = max(self.pollers_max, self.pollers_min) * POLLER_CALLS.value
        caps = [Cap(POLLER_CONCURRENCY, Per.BUSY, most)]
        if fifo:
            groups = float(getattr(source, "message_groups", FIFO_GROUPS.value))
            caps.append(Cap(FIFO_GROUPS, Per.BUSY, groups))
            if not getattr(source, "high_throughput", False):
                caps.append(Cap(FIFO_RECEIVES, Per.REQUEST, FIFO_RECEIVES.value))
        return Hop(
            Mechanism.POLL,
            split=True,
            share=self.share,
            ratio=self.pass_ratio,
            op="message",
            batch_max=self.batch_size,
            batch_window_s=self.window_s,
            batch_kib_max=PAYLOAD_SYNC.value,
            payload_kib=getattr(source, "handed_kib", None),
            latency=(
                latency_item(
                    Kind.POLL, "Poll and invoke", self.latency_p50_ms, self.latency_p99_ms, MEASURED
                ),
            ),
            retry_wait_s=float(getattr(source, "visibility_timeout_s", 30.0)),
            attempts_max=math.inf,
            excess=Excess.HOLD,
            caps=tuple(caps),
            pollers=self.pollers_min or self.idle_pollers,
            poll_wait_s=20.0,
            groups=float(getattr(source, "groups", 0.0)),
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if self.pollers_min is not None and self.maximum_concurrency is not None:
            return (
                "Provisioned pollers and a maximum concurrency exclude each other: the pollers "
                "are the limit; state one of the two."
            )
        if self.pollers_min is not None and getattr(source, "fifo", False):
            return "Provisioned pollers serve standard queues: leave them empty for a FIFO queue."
        return None

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        """Yield the pollers that the mean load needs, never less than are kept."""
        if self.pollers_min is None:
            return
        kib_per_s = flow.requests_per_s * flow.request_kib
        pollers = max(float(self.pollers_min), math.ceil(kib_per_s / POLLER_KIB_PER_S))
        yield Usage(
            "lambda.esm_provisioned.sqs",
            pollers * ctx.month_h,
            "EPU-hour",
            f"{number(pollers)} pollers × {number(ctx.month_h)} h",
        )

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        visibility_s: float = getattr(view.source, "visibility_timeout_s", 0)
        timeout_s: float = getattr(view.target, "timeout_s", 0)
        fifo = bool(getattr(view.source, "fifo", False))
        six = min(43_200.0, 6 * timeout_s + self.window_s)
        if visibility_s < timeout_s:
            yield VISIBILITY.found(
                f"{view.source_name} hides a message {number(visibility_s)} s, {view.target_name} "
                f"may run {number(timeout_s)} s: messages would be processed twice.",
                f"Raise the visibility timeout of {view.source_name} to at least "
                f"{number(timeout_s)} s, best to {number(six)} s.",
                field="source.visibility_timeout_s",
                value=six,
            )
        elif visibility_s < six:
            yield VISIBILITY_SHORT.found(
                f"{view.source_name} hides a message {number(visibility_s)} s; six times the "
                f"timeout of {view.target_name} is {number(six)} s.",
                f"Raise the visibility timeout of {view.source_name} to {number(six)} s.",
                field="source.visibility_timeout_s",
                value=six,
            )
        errors: float = getattr(view.target, "error_ratio", 0.0)
        if not self.partial_failures and self.batch_size > 1 and errors > 0:
            yield WHOLE_BATCH.found(
                f"An error of {view.target_name} returns up to {self.batch_size} messages to "
                f"{view.source_name}, {number(errors * 100)} % of the runs.",
                "Report the messages that failed, or set the batch to 1.",
                field="partial_failures",
                value=True,
            )
        if fifo and (self.batch_size > 10 or self.window_s > 0):
            yield FIFO_BATCH.found(
                f"Batch {self.batch_size}, window {number(self.window_s)} s on a FIFO queue.",
                "Set the batch to 10 or less and the window to 0 s.",
                field="batch_size" if self.batch_size > 10 else "window_s",
                value=10 if self.batch_size > 10 else 0,
            )
        elif self.batch_size > 10 and self.window_s < 1:
            yield BATCH_WINDOW.found(
                f"Batch {self.batch_size} with a window of {number(self.window_s)} s.",
                "Set the window to 1 s or more, or the batch to 10 or less.",
                field="window_s",
                value=1,
            )

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        yield wiring.mapping(self, link)

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", wiring.QUEUE_ACTIONS, (link.source.arn,))
        payloads = link.source.service.access(link.source.logical_id, "payload")
        if "s3:GetObject" in payloads.actions:
            yield Grant("target", payloads.actions, payloads.resources)

    def remarks(self, link: Link) -> Iterable[str]:
        if self.pass_ratio < 1 and not self.filter_pattern:
            yield (
                f"{link.target.label} gets {number(self.pass_ratio * 100)} % of the messages of "
                f"{link.source.label} in the drawing, and all of them by the template: no filter "
                "is given."
            )

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return wiring.mapping_obstacles(self, link)
