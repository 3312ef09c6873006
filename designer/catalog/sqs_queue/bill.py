"""What a queue is billed for: requests, payloads in S3, calls of KMS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import (
    KIB_PER_GB,
    Context,
    EdgeFlow,
    Mechanism,
    NodeFlow,
    Usage,
    chunks,
    expm1,
    key_usage,
    monthly,
    number,
)
from .facts import BILLED_KIB, CALL_MESSAGES, POINTER_KIB

if TYPE_CHECKING:
    from .room import SqsQueue


def usage(queue: SqsQueue, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield the month's requests by who makes them, and what comes with them."""
    yield from _sends(queue, flow, ctx)
    for edge in flow.outbound:
        if edge.mechanism is Mechanism.POLL:
            yield from _receives(queue, edge, ctx)
    if queue.alarm:
        yield Usage("cw.alarm.standard", 1, "alarm metric-month", "One alarm on one metric")
    if queue.payload_in_s3:
        yield from _payloads(queue, flow, ctx)
    if queue.encryption == "kms":
        senders = [e.requests_per_s for e in flow.inbound]
        readers = [e.requests_per_s for e in flow.outbound if e.mechanism is Mechanism.POLL]
        yield from key_usage(senders, readers, queue.key_reuse_s, queue.own_key, ctx)


def _requests(queue: SqsQueue, per_s: float, payload_kib: float, what: str, ctx: Context) -> Usage:
    meter = "sqs.requests.fifo" if queue.fifo else "sqs.requests.standard"
    billed = chunks(payload_kib, BILLED_KIB)
    origin = f"{what}, {billed} × 64 KiB each" if billed > 1 else what
    return monthly(meter, "request", per_s * billed, ctx.month_s, origin)


def _sends(queue: SqsQueue, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    for edge in flow.inbound:
        kib = edge.request_kib
        if queue.payload_in_s3 and edge.mechanism is Mechanism.CALL:
            kib = POINTER_KIB * edge.batch
        yield _requests(queue, edge.requests_per_s, kib, f"Sends from {edge.peer}", ctx)
        if queue.fair and not queue.fifo and edge.mechanism is Mechanism.CALL:
            per_s = edge.requests_per_s * chunks(kib, BILLED_KIB)
            origin = f"Sends with a group from {edge.peer}"
            meter = "sqs.requests.fair_queue_surcharge"
            yield monthly(meter, "request", per_s, ctx.month_s, origin)


def _receives(queue: SqsQueue, edge: EdgeFlow, ctx: Context) -> Iterable[Usage]:
    # A filter of the mapping drops messages after they were received.
    received_per_s = edge.requests_per_s / edge.passed_ratio
    # Receives bring ten at most: full ones and one with the rest, each rounded up alone.
    full, rest = divmod(round(edge.batch, 9), CALL_MESSAGES)
    kib = edge.request_kib / edge.batch
    calls = received_per_s * (full + (rest > 0))
    if full:
        what = f"Receives by {edge.peer}"
        yield _requests(queue, received_per_s * full, CALL_MESSAGES * kib, what, ctx)
    if rest or not full:
        what = f"Receives of the rest by {edge.peer}" if full else f"Receives by {edge.peer}"
        yield _requests(queue, received_per_s, rest * kib, what, ctx)
    yield _requests(queue, calls, 0, f"Deletes by {edge.peer}", ctx)
    empty_per_s = empty_receives_per_s(edge)
    yield _requests(queue, empty_per_s, 0, f"Empty receives by {edge.peer}", ctx)


def _payloads(queue: SqsQueue, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield puts, gets and storage of the payloads; their deletes are free."""
    sent = [e for e in flow.inbound if e.mechanism is Mechanism.CALL]
    for edge in sent:
        origin = f"Payloads from {edge.peer}"
        meter = "s3.requests.put_copy_post_list"
        yield monthly(meter, "request", edge.events_per_s, ctx.month_s, origin)
    for edge in flow.outbound:
        if edge.mechanism is Mechanism.POLL:
            per_s = edge.requests_per_s * edge.batch
            origin = f"Payloads got by {edge.peer}"
            yield monthly("s3.requests.get_and_other", "request", per_s, ctx.month_s, origin)
    gb_per_day = sum(e.events_per_s * e.size_kib for e in sent) * 86_400 / KIB_PER_GB
    kept = gb_per_day * queue.payload_days
    if kept > 0:
        formula = f"{number(gb_per_day)} GB/day of payloads kept {number(queue.payload_days)} days"
        yield Usage("s3.storage.standard", kept, "GB-month", formula)


def empty_receives_per_s(edge: EdgeFlow) -> float:
    """Return how many receives per second find nothing.

    Each of `pollers` asks with a wait of w seconds. With Poisson arrivals at rate a per poller, a
    cycle ends at the first arrival or after w: cycles run at a / (1 - exp(-a w)), and exp(-a w) of
    them are empty. For an idle queue this is pollers / w.
    """
    if edge.pollers <= 0 or edge.poll_wait_s <= 0:
        return 0.0
    expected = edge.requests_per_s / edge.pollers * edge.poll_wait_s
    if expected < 1e-9:
        return edge.pollers / edge.poll_wait_s
    if expected > 700:
        return 0.0
    return edge.pollers / edge.poll_wait_s * expected / expm1(expected)
