"""What deserves attention about a queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import Context, Finding, Mechanism, NodeView, number
from .facts import (
    DEAD_LETTERS_PILE_UP,
    EXTENDED_MAX,
    FIFO_CALLS,
    FIFO_CAPPED,
    FIFO_HIGH_CALLS,
    FIFO_MESSAGE_DELAY,
    FIFO_SUFFIX,
    IN_FLIGHT,
    IN_FLIGHT_FULL,
    MANAGED_KEY,
    NO_CONSUMER,
    NO_DEAD_LETTERS,
    PAYLOAD,
    PAYLOAD_THROUGH_S3,
    S3_P50_S,
)
from .redrive import Redrive

if TYPE_CHECKING:
    from .room import SqsQueue


def findings(queue: SqsQueue, view: NodeView, ctx: Context) -> Iterable[Finding]:
    """Yield what the queue's settings and its load show."""
    yield from _size(queue, view, ctx)
    yield from _fifo(queue, view)
    yield from _throughput(queue, view, ctx)
    yield from _consumers(queue, view)
    if queue.encryption == "kms" and not queue.own_key:
        shut = [e for e in view.inbound if e.flow.mechanism in PUSHED]
        if shut:
            yield MANAGED_KEY.found(
                f"{shut[0].source_name} sends to {view.name} by itself and may not use aws/sqs.",
                "Encrypt with a key of your own, or with SQS-managed keys.",
                field="own_key",
                value=True,
            )


PUSHED = (Mechanism.PUSH, Mechanism.SCHEDULE)


def _size(queue: SqsQueue, view: NodeView, ctx: Context) -> Iterable[Finding]:
    for edge in view.flow.inbound:
        by_key = queue.payload_in_s3 and edge.mechanism is Mechanism.CALL
        most = EXTENDED_MAX.value if by_key else queue.max_message_kib
        if edge.size_kib > most:
            yield PAYLOAD.found(
                f"Messages of {number(edge.size_kib)} KiB arrive; {view.name} takes at most "
                f"{number(most)} KiB.",
                "Send a smaller payload, or keep it in S3 and send its key.",
                field="payload_in_s3" if edge.mechanism is Mechanism.CALL else "max_message_kib",
                value=True if edge.mechanism is Mechanism.CALL and not by_key else None,
            )
    per_month = sum(e.events_per_s for e in view.flow.inbound) * ctx.month_s
    if queue.payload_in_s3 and per_month > 0:
        yield PAYLOAD_THROUGH_S3.found(
            f"{number(round(per_month))} payloads a month are put to S3 and got again, each about "
            f"{number(S3_P50_S * 1000)} ms later on either side; behind {view.name} events have "
            "the size of the key.",
            "State the payload on arrows behind the consumers; switch it off where messages are "
            f"under {number(queue.max_message_kib)} KiB.",
            field="payload_in_s3",
        )


def _fifo(queue: SqsQueue, view: NodeView) -> Iterable[Finding]:
    if queue.fifo and queue.message_delay_s:
        yield FIFO_MESSAGE_DELAY.found(
            f"Messages for {view.name} state a delay of {number(queue.message_delay_s)} s; FIFO "
            "queues refuse them.",
            "Delay the whole queue, use a standard queue, or start later by EventBridge Scheduler.",
            field="message_delay_s",
            value=0,
        )
    if queue.name_fault:
        name = queue.queue_name.removesuffix(".fifo")
        yield FIFO_SUFFIX.found(
            queue.name_fault,
            "Correct the name, or leave it to CloudFormation.",
            field="queue_name",
            value=f"{name[:75]}.fifo" if queue.fifo else name,
        )


def _throughput(queue: SqsQueue, view: NodeView, ctx: Context) -> Iterable[Finding]:
    if view.utilisation.get(IN_FLIGHT.id, 0.0) > 1:
        held = view.utilisation[IN_FLIGHT.id] * queue.most_in_flight
        yield IN_FLIGHT_FULL.found(
            f"Consumers of {view.name} would hold {number(round(held))} messages at a time; it "
            f"hands out {number(queue.most_in_flight)}.",
            "Work faster, hand long work to a state machine and delete the message, or divide the "
            "load over several queues.",
            field="in_flight_max" if queue.in_flight_max == "20000" else None,
            value="120000" if queue.in_flight_max == "20000" and held <= IN_FLIGHT.value else None,
        )
    limit = FIFO_HIGH_CALLS if queue.high_throughput else FIFO_CALLS
    if not queue.fifo or view.utilisation.get(limit.id, 0.0) <= 1:
        return
    refused = view.throttled_per_s
    happens = f"{number(refused)} messages/s are refused at the sender"
    if refused <= 0:
        over = sum(e.offered_per_s - e.events_per_s for e in view.flow.inbound)
        happens = f"{number(over)} messages/s stay with the sender, which tries again"
    yield FIFO_CAPPED.found(
        f"{view.name} is capped at {number(ctx.value(limit))} calls/s: {happens}.",
        "Send in batches of ten, switch on high throughput with enough message groups, or "
        "use a standard queue.",
        field=None if queue.high_throughput else "high_throughput",
        value=None if queue.high_throughput else True,
    )


def _consumers(queue: SqsQueue, view: NodeView) -> Iterable[Finding]:
    flow = view.flow
    polled = any(e.mechanism is Mechanism.POLL for e in flow.outbound)
    is_dlq = any(
        isinstance(e.connection, Redrive) or e.flow.mechanism is Mechanism.FAILURE
        for e in view.inbound
    )
    if not polled and is_dlq and not queue.alarm:
        yield DEAD_LETTERS_PILE_UP.found(
            f"Nothing reads {view.name}.",
            "Alarm on ApproximateNumberOfMessagesVisible and plan the redrive.",
            field="alarm",
            value=True,
        )
    elif not polled and not is_dlq and flow.events_per_s > 0:
        yield NO_CONSUMER.found(
            f"{number(flow.events_per_s)} messages/s arrive at {view.name} and nothing reads them.",
            "Draw a consumer, for instance a Lambda function.",
        )
    redriven = any(isinstance(e.connection, Redrive) for e in view.outbound)
    if polled and not redriven and not is_dlq:
        yield NO_DEAD_LETTERS.found(
            f"{view.name} has no dead-letter queue: a poisoned message is delivered again "
            f"every {number(queue.visibility_timeout_s)} s for "
            f"{number(queue.retention_s / 86_400)} days.",
            "Draw a redrive arrow to a second queue.",
        )
