"""The room of AWS::Lambda::Function."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Access,
    Cap,
    Context,
    Finding,
    Grant,
    Lognormal,
    Maybe,
    Mechanism,
    NodeFlow,
    NodeView,
    Parameter,
    Per,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    choice,
    monthly,
    number,
    quantity,
    ratio,
)
from . import export
from .rules import (
    ACCOUNT_CONCURRENCY,
    ASYNC_AGE,
    ASYNC_LOSS,
    COLD_DOCS,
    COMPRESSED,
    KIB_PER_GB,
    NEAR_LIMIT,
    PAYLOAD,
    PAYLOAD_ASYNC,
    PAYLOAD_SYNC,
    PRICING,
    QUOTAS,
    RESERVED,
    RETRY_NOT_IDEMPOTENT,
    RPS_PER_CONCURRENCY,
    THROTTLED,
    TIMEOUT_MAX,
    TIMEOUT_NEAR,
    TOO_LONG,
    UNRESERVED_MIN,
)
from .runtimes import (
    CODE_MS,
    COLD_START_MS,
    RUNTIMES,
)


class LambdaFunction(Service):
    type: Literal["lambda_function"] = "lambda_function"
    title: ClassVar = "Lambda function"
    aliases: ClassVar = ("lambda", "function", "faas", "code", "handler")
    category: ClassVar = "Compute"
    summary: ClassVar = "Runs code for each request."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PRICING.url
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::Lambda::Function"
    principal: ClassVar = "lambda.amazonaws.com"
    id_base: ClassVar = "function"
    limits: ClassVar = (
        ACCOUNT_CONCURRENCY,
        RESERVED,
        RPS_PER_CONCURRENCY,
        UNRESERVED_MIN,
        TIMEOUT_MAX,
        PAYLOAD_SYNC,
        PAYLOAD_ASYNC,
        ASYNC_AGE,
    )
    rules: ClassVar = (
        THROTTLED,
        NEAR_LIMIT,
        TOO_LONG,
        TIMEOUT_NEAR,
        ASYNC_LOSS,
        RETRY_NOT_IDEMPOTENT,
        PAYLOAD,
    )

    memory_mb: int = quantity(
        "MB",
        512,
        "Memory; the CPU share grows with it (one vCPU per 1,769 MB).",
        ge=128,
        le=10_240,
        source=QUOTAS,
    )
    duration_ms: float = quantity(
        "ms",
        100,
        "Mean run time of the handler without the calls that are drawn as arrows.",
        title="Handler duration",
        gt=0,
        le=900_000,
        assumed=True,
    )
    timeout_s: float = quantity(
        "s", 30, "Lambda ends the run after this time.", ge=1, le=900, source=QUOTAS
    )
    runtime: RUNTIMES = choice("python3.13", "Language runtime.")
    architecture: Literal["x86_64", "arm64"] = choice(
        "x86_64",
        "Processor; arm64 costs 20 % less per GB-second.",
        titles={"x86_64": "x86", "arm64": "arm (Graviton)"},
    )
    package: Literal["Zip", "Image"] = choice(
        "Zip",
        "How the code is deployed.",
        titles={"Zip": "Zip archive", "Image": "Container image"},
    )
    ephemeral_mb: int = quantity(
        "MB",
        512,
        "Size of /tmp; the first 512 MB are free.",
        title="Ephemeral storage",
        ge=512,
        le=10_240,
        source=QUOTAS,
    )
    reserved_concurrency: int | None = quantity(
        "executions",
        None,
        "The function's own part of the account's concurrency; empty shares the account's.",
        ge=1,
        le=100_000,
        group="Concurrency",
    )
    async_retries: Literal["0", "1", "2"] = choice(
        "2",
        "Retries of an asynchronous event after an error (waits of 60 s and 120 s).",
        title="Retries of asynchronous events",
        group="Errors",
    )
    error_ratio: float = ratio(
        0.0,
        "Share of the runs that end with an error.",
        title="Error share",
        group="Errors",
        lt=1,
    )
    extra_per_event_ms: float = quantity(
        "ms",
        0,
        "Further run time for each event of a batch after the first.",
        title="Time per further event",
        ge=0,
        le=900_000,
        group="Assumptions",
        assumed=True,
    )
    cold_start_ratio: float = ratio(
        0.01,
        "Share of the runs that start a new environment.",
        title="Cold starts",
        source=COLD_DOCS,
    )
    log_kib: float = quantity(
        "KiB",
        0.5,
        "Log written per run (START, END and REPORT lines alone are about 0.5 KiB).",
        title="Log per run",
        ge=0,
        le=1_024,
        group="Assumptions",
        assumed=True,
    )
    log_retention_days: Literal["1", "7", "14", "30", "90", "365"] = choice(
        "30",
        "How long CloudWatch keeps the log.",
        title="Log retention",
        group="Logs",
        titles={k: f"{k} days" for k in ("1", "7", "14", "30", "90", "365")},
    )

    @property
    def cold_start(self) -> Lognormal:
        p50_ms, p99_ms = COLD_START_MS[self.runtime][self.package]
        return Lognormal((p50_ms + CODE_MS) / 1000, (p99_ms + 2 * CODE_MS) / 1000)

    def station(self, ctx: Context) -> Station:
        account = ctx.value(ACCOUNT_CONCURRENCY)
        own = self.reserved_concurrency
        rps = RPS_PER_CONCURRENCY.value
        if own is None:
            busy = Cap(ACCOUNT_CONCURRENCY, Per.BUSY, account, pool="lambda.concurrency")
            rate = Cap(RPS_PER_CONCURRENCY, Per.REQUEST, rps * account, pool="lambda.rps")
        else:
            busy = Cap(RESERVED, Per.BUSY, own)
            rate = Cap(RPS_PER_CONCURRENCY, Per.REQUEST, rps * own)
        mean_s = self.duration_ms / 1000
        return Station(
            # Assumption: run times spread so that p99 is three times the median.
            service=_lognormal_of_mean(mean_s, 3.0),
            service_label="Handler",
            per_event_s=self.extra_per_event_ms / 1000,
            caps=(busy, rate),
            cold=Maybe(self.cold_start_ratio, self.cold_start),
            error_ratio=self.error_ratio,
            timeout_s=self.timeout_s,
        )

    def billed_s(self, flow: NodeFlow) -> float:
        """Return the billed seconds per run: INIT included, rounded up to 1 ms, timeout at most."""
        init_s = self.cold_start_ratio * self.cold_start.mean_s
        run_s = math.ceil(round(min(flow.service_s, self.timeout_s) * 1000, 6)) / 1000
        return run_s + init_s

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        runs_per_s = flow.requests_per_s
        yield monthly("lambda.requests", "request", runs_per_s, ctx.month_s, "Runs")
        arch = "x86" if self.architecture == "x86_64" else "arm64"
        billed_s = self.billed_s(flow)
        gb = self.memory_mb / 1024
        yield monthly(
            f"lambda.duration.{arch}",
            "GB-second",
            runs_per_s * billed_s * gb,
            ctx.month_s,
            f"{number(runs_per_s)} runs/s × {number(billed_s)} s × {number(gb)} GB",
        )
        extra_gb = (self.ephemeral_mb - 512) / 1024
        if extra_gb > 0:
            yield monthly(
                "lambda.ephemeral_storage",
                "GB-second",
                runs_per_s * billed_s * extra_gb,
                ctx.month_s,
                f"{number(runs_per_s)} runs/s × {number(billed_s)} s × "
                f"{number(extra_gb)} GB above 512 MB",
            )
        if self.log_kib > 0:
            gb_per_s = runs_per_s * self.log_kib / KIB_PER_GB
            origin = f"Log, {number(self.log_kib)} KiB per run"
            yield monthly("cw.logs.ingest.vended_standard", "GB", gb_per_s, ctx.month_s, origin)
            months = float(self.log_retention_days) * 24 / ctx.month_h
            kept_gb = gb_per_s * ctx.month_s * months * COMPRESSED
            yield Usage(
                "cw.logs.storage",
                kept_gb,
                "GB-month",
                f"Log kept {self.log_retention_days} days, compressed to {number(COMPRESSED)}: "
                f"{number(kept_gb)} GB",
            )

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        yield from self._time_findings(view)
        yield from self._load_findings(view)
        for edge in view.flow.inbound:
            pushed = edge.mechanism in (Mechanism.PUSH, Mechanism.SCHEDULE)
            most = PAYLOAD_ASYNC if pushed else PAYLOAD_SYNC
            if edge.request_kib > most.value:
                yield PAYLOAD.found(
                    f"Requests of {number(edge.request_kib)} KiB from {edge.peer}; Lambda takes "
                    f"{number(most.value)} KiB.",
                    "Send a smaller payload or batch, or pass an S3 key.",
                )
        pushed_in = any(
            e.flow.mechanism in (Mechanism.PUSH, Mechanism.SCHEDULE) for e in view.inbound
        )
        caught = any(e.connection.type == export.ON_FAILURE for e in view.outbound)
        if pushed_in and not caught:
            yield ASYNC_LOSS.found(
                f"Events that {view.name} cannot handle after {self.async_retries} retries are "
                "dropped.",
                "Draw an on-failure arrow to a queue.",
            )
        repeated = pushed_in or any(e.flow.mechanism is Mechanism.POLL for e in view.inbound)
        if repeated:
            yield RETRY_NOT_IDEMPOTENT.found(
                f"{view.name} may see an event more than once.",
                "Make the handler idempotent, for instance by a conditional write on an id.",
            )

    def _time_findings(self, view: NodeView) -> Iterable[Finding]:
        run_s = view.flow.service_s
        if run_s > self.timeout_s:
            longer = math.ceil(run_s * 2)
            fits = longer <= TIMEOUT_MAX.value
            yield TOO_LONG.found(
                f"{view.name} runs {number(run_s)} s on average, with the calls it waits for; its "
                f"timeout is {number(self.timeout_s)} s.",
                f"Raise the timeout to {longer} s or shorten the work."
                if fits
                else "Lambda ends after 900 s: split the work, or use Step Functions or Fargate.",
                field="timeout_s",
                value=longer if fits else None,
            )
        elif run_s > self.timeout_s / 2:
            yield TIMEOUT_NEAR.found(
                f"{view.name} runs {number(run_s)} s on average; its timeout is "
                f"{number(self.timeout_s)} s.",
                "Raise the timeout above the slowest run you accept.",
                field="timeout_s",
                value=min(TIMEOUT_MAX.value, math.ceil(run_s * 4)),
            )

    def _load_findings(self, view: NodeView) -> Iterable[Finding]:
        key = RESERVED.id if self.reserved_concurrency else ACCOUNT_CONCURRENCY.id
        used = max(
            view.utilisation.get(key, 0.0), view.utilisation.get(RPS_PER_CONCURRENCY.id, 0.0)
        )
        if used > 1:
            yield THROTTLED.found(
                f"{view.name} needs {number(used * 100)} % of the concurrency it has.",
                "Raise the reserved or account concurrency, or shorten the run time.",
                field="reserved_concurrency" if self.reserved_concurrency else None,
            )
        elif used > 0.8:
            yield NEAR_LIMIT.found(
                f"{view.name} uses {number(used * 100)} % of its concurrency at the busiest hour.",
                "Raise the concurrency or shorten the run time before the next growth.",
                field="reserved_concurrency" if self.reserved_concurrency else None,
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.function_resources(self, site)

    def grants(self, site: Site) -> Iterable[Grant]:
        return export.function_grants(site)

    def parameters(self, site: Site) -> Iterable[Parameter]:
        return export.function_parameters(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return export.destination_obstacles(site)

    def remarks(self, site: Site) -> Iterable[str]:
        return export.function_remarks(self, site)

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("lambda:InvokeFunction",), (self.arn(logical_id),))


def _lognormal_of_mean(mean_s: float, p99_over_p50: float) -> Lognormal:
    spread = Lognormal(1.0, p99_over_p50)
    p50_s = mean_s / spread.mean_s
    return Lognormal(p50_s, p50_s * p99_over_p50)
