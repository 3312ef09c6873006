"""What a function is billed for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import (
    KIB_PER_GB,
    Context,
    Mechanism,
    NodeFlow,
    Usage,
    chunks,
    kept_log,
    monthly,
    number,
)

if TYPE_CHECKING:
    from .room import LambdaFunction

FREE_EPHEMERAL_MB = 512
# Pricing: an asynchronous event is one request up to 256 KB, and one more per further 64 KB.
ASYNC_FIRST_KIB, ASYNC_NEXT_KIB = 256.0, 64.0
TRACED_PER_S, TRACED_RATIO = 1.0, 0.05  # X-Ray's default sampling.
DRAWN_LOG = "log"
INGEST = {
    "STANDARD": "cw.logs.ingest.vended_standard",
    "INFREQUENT_ACCESS": "cw.logs.ingest.custom_infrequent",
}


def usages(function: LambdaFunction, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield the month's metered quantities of a function."""
    yield from _requests(function, flow, ctx)
    yield from _duration(function, flow, ctx)
    yield from _snapshots(function, flow, ctx)
    yield from _logs(function, flow, ctx)
    yield from _endpoints(function, flow, ctx)
    if function.tracing:
        per_s = traces_per_s(flow.requests_by_hour or (flow.requests_per_s,))
        origin = "Traces, 1/s and 5 % of the further runs"
        yield monthly("xray.traces_recorded", "trace", per_s, ctx.month_s, origin)


def _requests(function: LambdaFunction, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    free = function.provisioned_concurrency is None
    runs = monthly("lambda.requests", "request", flow.requests_per_s, ctx.month_s, "Runs")
    yield Usage(runs.meter, runs.quantity, runs.unit, runs.formula, free)
    for edge in flow.inbound:
        if edge.mechanism not in (Mechanism.PUSH, Mechanism.SCHEDULE):
            continue
        if edge.request_kib <= ASYNC_FIRST_KIB:
            continue
        more = chunks(edge.request_kib - ASYNC_FIRST_KIB, ASYNC_NEXT_KIB)
        per_s = edge.events_per_s / edge.batch * more  # Tries again cost no further chunks.
        origin = f"Events of {number(edge.request_kib)} KiB from {edge.peer}, {more} × 64 KiB more"
        large = monthly("lambda.requests", "request", per_s, ctx.month_s, origin)
        yield Usage(large.meter, large.quantity, large.unit, large.formula, free)


def billed_s(function: LambdaFunction, flow: NodeFlow) -> float:
    """Return the billed seconds per run on demand, rounded up to 1 ms, without INIT."""
    return math.ceil(round(min(flow.service_s, function.timeout_s) * 1000, 6)) / 1000


def init_s(function: LambdaFunction) -> float:
    """Return the mean billed INIT per run on demand; a snapshot has it behind it."""
    own = function.package == "Image" or function.runtime.startswith("provided")
    if function.snapstart or not (function.init_billed or own):
        return 0.0
    return function.cold_start_ratio * function.cold_start.mean_s


def _duration(function: LambdaFunction, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    arch = "x86" if function.architecture == "x86_64" else "arm64"
    run_s, gb = billed_s(function, flow), function.memory_mb / 1024
    cold_s = run_s + init_s(function)
    spilled = function.spilled_ratio(flow)
    on_demand_per_s = flow.requests_per_s * spilled
    free = function.provisioned_concurrency is None
    if on_demand_per_s > 0 or free:
        origin = f"{number(on_demand_per_s)} runs/s × {number(cold_s)} s × {number(gb)} GB"
        meter = f"lambda.duration.{arch}"
        used = monthly(meter, "GB-second", on_demand_per_s * cold_s * gb, ctx.month_s, origin)
        yield Usage(used.meter, used.quantity, used.unit, used.formula, free)
    if function.provisioned_concurrency is not None:
        yield from _provisioned(function, flow, ctx, arch, run_s)
    extra_gb = (function.ephemeral_mb - FREE_EPHEMERAL_MB) / 1024
    if extra_gb > 0:
        mean_s = run_s + init_s(function) * spilled
        yield monthly(
            "lambda.ephemeral_storage",
            "GB-second",
            flow.requests_per_s * mean_s * extra_gb,
            ctx.month_s,
            f"{number(flow.requests_per_s)} runs/s × {number(mean_s)} s × "
            f"{number(extra_gb)} GB above 512 MB",
        )


def _provisioned(
    function: LambdaFunction, flow: NodeFlow, ctx: Context, arch: str, run_s: float
) -> Iterable[Usage]:
    count, gb = float(function.provisioned_concurrency or 0), function.memory_mb / 1024
    kept_s = ctx.month_s * function.provisioned_length_h / 24
    yield Usage(
        f"lambda.provisioned_concurrency.{arch}",
        count * gb * kept_s,
        "GB-second",
        f"{number(count)} environments × {number(gb)} GB × {number(kept_s)} s",
    )
    per_s = flow.requests_per_s * (1.0 - function.spilled_ratio(flow))
    if per_s > 0:
        origin = f"{number(per_s)} runs/s × {number(run_s)} s × {number(gb)} GB, provisioned"
        meter = f"lambda.duration_on_provisioned.{arch}"
        yield monthly(meter, "GB-second", per_s * run_s * gb, ctx.month_s, origin)


def _snapshots(function: LambdaFunction, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    if not function.snapstart or function.runtime.startswith("java"):
        return
    gb = function.memory_mb / 1024
    yield Usage(
        "lambda.snapstart.cache",
        gb * ctx.month_s,
        "GB-second",
        f"Snapshot of one version, {number(gb)} GB × {number(ctx.month_s)} s",
    )
    restored = flow.requests_per_s * function.cold_start_ratio * gb
    if restored > 0:
        origin = f"New environments × {number(gb)} GB"
        yield monthly("lambda.snapstart.restore", "GB", restored, ctx.month_s, origin)


def _logs(function: LambdaFunction, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    if function.log_kib <= 0 or any(e.op == DRAWN_LOG for e in flow.outbound):
        return  # A log group that is drawn bills what it gets.
    gb_per_s = flow.requests_per_s * function.log_kib / KIB_PER_GB
    origin = f"Log, {number(function.log_kib)} KiB per run"
    yield monthly(INGEST[function.log_class], "GB", gb_per_s, ctx.month_s, origin)
    yield kept_log(gb_per_s, int(function.log_retention_days), ctx)


def _endpoints(function: LambdaFunction, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
    """Yield the hours and the data of interface endpoints; gateways of S3 and DynamoDB are free."""
    if not function.vpc or function.way_out != "endpoints" or not function.interface_endpoints:
        return
    count, zones = function.interface_endpoints, function.endpoint_zones
    yield Usage(
        "vpc.interface_endpoint.hours",
        count * zones * ctx.month_h,
        "endpoint-hour",
        f"{count} endpoints × {zones} zones × {number(ctx.month_h)} h",
    )
    kib_per_s = sum(
        e.requests_per_s * e.request_kib
        for e in flow.outbound
        if e.mechanism is Mechanism.CALL and e.peer_type not in ("s3_bucket", "dynamodb_table")
    )
    if kib_per_s > 0:
        origin = "Calls through the endpoints"
        gb_per_s = kib_per_s / KIB_PER_GB
        yield monthly("vpc.interface_endpoint.data", "GB", gb_per_s, ctx.month_s, origin)


def traces_per_s(by_hour: tuple[float, ...]) -> float:
    """Return the traces that X-Ray's default rule records, a mean over the day.

    >>> traces_per_s((0.5,)), traces_per_s((21.0,))
    (0.5, 2.0)
    """
    recorded = [
        min(rate, TRACED_PER_S) + TRACED_RATIO * max(0.0, rate - TRACED_PER_S) for rate in by_hour
    ]
    return sum(recorded) / len(recorded)
