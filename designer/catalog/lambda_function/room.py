"""The room of AWS::Lambda::Function."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Access,
    ApiCall,
    Cap,
    Connection,
    Context,
    EdgeView,
    Excess,
    Finding,
    Grant,
    Hop,
    Item,
    Kind,
    Limit,
    Link,
    Lognormal,
    Maybe,
    Mechanism,
    NodeFlow,
    NodeView,
    Outcome,
    Parameter,
    Patch,
    Per,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    Waits,
    choice,
    latency_fields,
    latency_item,
    monthly,
    number,
    quantity,
    ratio,
)
from . import export

QUOTAS = Source(
    "Lambda quotas",
    "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    "2026-11-21",
)
SQS_DOCS = Source(
    "Using Lambda with Amazon SQS",
    "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    "2026-11-21",
)
ASYNC_DOCS = Source(
    "Lambda asynchronous invocation",
    "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html",
    "2026-11-21",
)
SCALING_DOCS = Source(
    "Lambda scaling behavior",
    "https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html",
    "2026-11-21",
)
COLD_DOCS = Source(
    "Lambda runtime environment: cold starts in under 1 % of invocations",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html",
    "2026-11-21",
)
COLD_MEASURED = Source(
    "lambda-perf, hello-world functions, 30 days to 2026-08-22",
    "https://github.com/maxday/lambda-perf",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
PRICING = Source("AWS Lambda pricing", "https://aws.amazon.com/lambda/pricing/", "2026-11-21")

ACCOUNT_CONCURRENCY = Limit(
    "lambda.concurrency.account",
    "Account concurrency",
    1_000,
    "executions",
    QUOTAS,
    adjustable=True,
    note="Shared by all functions of the region; new accounts start lower.",
)
RESERVED = Limit(
    "lambda.concurrency.reserved",
    "Reserved concurrency",
    1_000,
    "executions",
    QUOTAS,
    note="The function's own part of the account's concurrency.",
)
RPS_PER_CONCURRENCY = Limit(
    "lambda.rps",
    "Requests per second per unit of concurrency",
    10,
    "1/s",
    QUOTAS,
    note="At a concurrency of 1,000 a 20 ms function stops at 10,000 requests per second.",
)
UNRESERVED_MIN = Limit(
    "lambda.concurrency.unreserved", "Concurrency that stays unreserved", 100, "executions", QUOTAS
)
POLLER_CONCURRENCY = Limit(
    "lambda.esm.sqs.concurrency",
    "Concurrency of an SQS mapping",
    1_250,
    "executions",
    SQS_DOCS,
    note="1,000 until 2025; starts at 5 and adds 300 a minute (formerly 60).",
)
FIFO_GROUPS = Limit(
    "lambda.esm.sqs.fifo",
    "Concurrency of a FIFO mapping",
    100,
    "message groups",
    SQS_DOCS,
    note="One batch per active message group at a time.",
)
FIFO_RECEIVES = Limit(
    "sqs.fifo_receive_tps",
    "FIFO receive calls",
    300,
    "calls/s",
    SQS_DOCS,
    note="Normal mode; receives count per action like sends.",
)
TIMEOUT_MAX = Limit("lambda.timeout", "Longest run time", 900, "s", QUOTAS)
PAYLOAD_SYNC = Limit("lambda.payload.sync", "Payload of a synchronous call", 6_144, "KiB", QUOTAS)
PAYLOAD_ASYNC = Limit(
    "lambda.payload.async",
    "Payload of an asynchronous event",
    1_024,
    "KiB",
    ASYNC_DOCS,
    note="256 KiB until 2025.",
)
ASYNC_AGE = Limit("lambda.async.age", "Oldest asynchronous event", 21_600, "s", ASYNC_DOCS)

# INIT duration in ms (median, p99) of hello-world functions, x86_64, 512 MB: COLD_MEASURED.
COLD_START_MS = {
    "python3.13": {"Zip": (84, 117), "Image": (162, 397)},
    "python3.12": {"Zip": (84, 142), "Image": (159, 422)},
    "nodejs22.x": {"Zip": (140, 187), "Image": (290, 835)},
    "nodejs24.x": {"Zip": (134, 190), "Image": (269, 729)},
    "java21": {"Zip": (239, 618), "Image": (354, 802)},
    "dotnet8": {"Zip": (251, 629), "Image": (402, 888)},
    "ruby3.4": {"Zip": (229, 542), "Image": (263, 482)},
    "provided.al2023": {"Zip": (50, 63), "Image": (48, 128)},
}
RUNTIMES = Literal[
    "python3.13",
    "python3.12",
    "nodejs24.x",
    "nodejs22.x",
    "java21",
    "dotnet8",
    "ruby3.4",
    "provided.al2023",
]
CODE_MS = 150.0  # Assumption: SDK clients and imports on top of the hello-world INIT.
INVOKE_P50_S, INVOKE_P99_S = 0.008, 0.020  # Assumption: in-region invoke overhead 5 to 15 ms.
ASYNC_ACCEPT = Item(Kind.NETWORK, "Event accepted by Lambda", Lognormal(0.015, 0.060), None, True)
ASYNC_WAIT_S = 90.0  # Mean of the documented waits of 60 s and 120 s between retries.
COMPRESSED = 0.2  # Archived log volume over ingested: 30 GB to 6 GB in AWS's pricing example.
KIB_PER_GB = 1024.0 * 1024.0

THROTTLED = Rule(
    "lambda-concurrency-throttled",
    Severity.ERROR,
    "Function is throttled",
    "Requests above the concurrency are refused with 429; asynchronous ones are tried again for "
    "up to six hours, polled ones stay in the queue.",
    SCALING_DOCS,
)
NEAR_LIMIT = Rule(
    "lambda-concurrency-near-limit",
    Severity.WARNING,
    "Little concurrency left",
    "Above 80 % of the concurrency a burst or a slower dependency leads to throttling.",
    SCALING_DOCS,
)
TOO_LONG = Rule(
    "lambda-duration-over-timeout",
    Severity.ERROR,
    "Handler runs longer than its timeout",
    "Lambda ends the run at the timeout and the request fails.",
    QUOTAS,
)
TIMEOUT_NEAR = Rule(
    "lambda-duration-near-timeout",
    Severity.WARNING,
    "Timeout is close to the mean duration",
    "With a mean above half of the timeout, slow runs are cut off.",
    QUOTAS,
)
ASYNC_LOSS = Rule(
    "lambda-async-without-destination",
    Severity.WARNING,
    "Failed events vanish",
    "After the last retry an asynchronous event is dropped unless a destination or a dead-letter "
    "queue takes it.",
    ASYNC_DOCS,
)
RETRY_NOT_IDEMPOTENT = Rule(
    "lambda-retries-need-idempotence",
    Severity.NOTE,
    "Deliveries repeat",
    "Queues and asynchronous calls deliver at least once; the handler must bear a second run.",
    ASYNC_DOCS,
)
PAYLOAD = Rule(
    "lambda-payload-over-limit",
    Severity.ERROR,
    "Payload larger than Lambda takes",
    "Lambda refuses larger requests.",
    QUOTAS,
)
VISIBILITY = Rule(
    "sqs-visibility-below-timeout",
    Severity.ERROR,
    "Visibility timeout below function timeout",
    "A message becomes visible again while the first run still works on it, and is processed "
    "twice; AWS refuses the mapping.",
    SQS_DOCS,
)
VISIBILITY_SHORT = Rule(
    "sqs-visibility-below-six-timeouts",
    Severity.NOTE,
    "Visibility timeout is short",
    "AWS recommends six times the function timeout, so that throttled batches can be tried again.",
    SQS_DOCS,
)
FIFO_BATCH = Rule(
    "lambda-esm-fifo-batch",
    Severity.ERROR,
    "Batch too large for a FIFO queue",
    "Mappings of FIFO queues take batches of at most 10 and no window.",
    SQS_DOCS,
)
BATCH_WINDOW = Rule(
    "lambda-esm-batch-needs-window",
    Severity.ERROR,
    "Large batch without a window",
    "Batches above 10 need a batching window of at least 1 s.",
    SQS_DOCS,
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
        caught = any(isinstance(e.connection, OnFailure) for e in view.outbound)
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
            "firehose_stream",
            "s3_bucket",
            "dynamodb_table",
            "ses_identity",
        }
    )

    def patches(self, link: Link) -> Iterable[Patch]:
        return export.call_patches(link)


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
        return export.call_grants(link, "write")

    def patches(self, link: Link) -> Iterable[Patch]:
        return export.call_patches(link) if link.source.service.type == self.caller else ()


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
    limits: ClassVar = (POLLER_CONCURRENCY, FIFO_GROUPS, FIFO_RECEIVES)
    rules: ClassVar = (VISIBILITY, VISIBILITY_SHORT, FIFO_BATCH, BATCH_WINDOW)

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
    maximum_concurrency: int | None = quantity(
        "executions",
        None,
        "Most batches in progress; empty sets no limit of its own.",
        ge=2,
        le=1_000,
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

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        fifo = bool(getattr(source, "fifo", False))
        most = self.maximum_concurrency or ctx.value(POLLER_CONCURRENCY)
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
            op="message",
            batch_max=self.batch_size,
            batch_window_s=self.window_s,
            batch_kib_max=PAYLOAD_SYNC.value,
            latency=(
                latency_item(
                    Kind.POLL, "Poll and invoke", self.latency_p50_ms, self.latency_p99_ms, MEASURED
                ),
            ),
            retry_wait_s=float(getattr(source, "visibility_timeout_s", 30.0)),
            attempts_max=math.inf,
            excess=Excess.HOLD,
            caps=tuple(caps),
            pollers=self.idle_pollers,
            poll_wait_s=20.0,
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
        yield export.mapping(self, link)

    def grants(self, link: Link) -> Iterable[Grant]:
        yield Grant("target", export.QUEUE_ACTIONS, (link.source.arn,))

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return export.mapping_obstacles(self, link)


class _Destination(Connection):
    """A destination of asynchronous invocations."""

    sources: ClassVar = frozenset({"lambda_function"})
    targets: ClassVar = frozenset({"sqs_queue", "sns_topic", "lambda_function", "events_bus"})
    cloudformation: ClassVar = "AWS::Lambda::EventInvokeConfig"
    docs_url: ClassVar = ASYNC_DOCS.url

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(target, "fifo", False):
            return "A destination must be a standard queue or topic, not a FIFO one."
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        return export.call_grants(link, "write")

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return export.self_sent(link)

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
    type: Literal["lambda_on_failure"] = "lambda_on_failure"
    title: ClassVar = "On-failure destination"
    summary: ClassVar = "Asynchronous events that fail for the last time go here."

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return self._hop(Mechanism.FAILURE, Outcome.FAILURE, target)


class OnSuccess(_Destination):
    type: Literal["lambda_on_success"] = "lambda_on_success"
    title: ClassVar = "On-success destination"
    summary: ClassVar = "The result of each asynchronous event goes here."

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return self._hop(Mechanism.PUSH, Outcome.SUCCESS, target)


SERVICES = (LambdaFunction,)
CONNECTIONS = (LambdaCall, AsyncInvoke, SqsEventSource, OnFailure, OnSuccess)
