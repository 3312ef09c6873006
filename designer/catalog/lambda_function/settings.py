"""What is known of a function: its kind, its form, its limits and rules."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..base import (
    Role,
    Service,
    choice,
    flag,
    log_retention,
    quantity,
    ratio,
)
from . import rules, stream_facts
from .rules import (
    ASYNC_DOCS,
    COLD_DOCS,
    PRICING,
    PROVISIONED_DOCS,
    QUOTAS,
    SCALING_DOCS,
    VPC_DOCS,
)
from .runtimes import LANGUAGES, RUNTIMES


class FunctionSettings(Service):
    """The form of a function, group by group."""

    type: str
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
        rules.ACCOUNT_CONCURRENCY,
        rules.RESERVED,
        rules.RPS_PER_CONCURRENCY,
        rules.UNRESERVED_MIN,
        rules.SCALING,
        rules.BURST_AT_ONCE,
        rules.BURST_GROWTH,
        rules.INTERFACES,
        rules.INTERFACE_CONNECTIONS,
        rules.POLICY_KIB,
        rules.VCPU_MB,
        rules.TIMEOUT_MAX,
        rules.PAYLOAD_SYNC,
        rules.PAYLOAD_ASYNC,
        rules.ASYNC_AGE,
    )
    rules: ClassVar = (
        stream_facts.DROPPED,
        rules.THROTTLED,
        rules.NEAR_LIMIT,
        rules.TOO_LONG,
        rules.TIMEOUT_NEAR,
        rules.RUN_OVER_MAX,
        rules.ASYNC_LOSS,
        rules.ASYNC_TOO_OLD,
        rules.RETRY_NOT_IDEMPOTENT,
        rules.PAYLOAD,
        rules.DEPRECATED_RUNTIME,
        rules.BURST,
        rules.HOG,
        rules.RESERVED_TOO_MUCH,
        rules.PROVISIONED_OVER_RESERVED,
        rules.PROVISIONED_OVER_ACCOUNT,
        rules.SPILL,
        rules.IDLE_PROVISIONED,
        rules.NO_WAY_OUT,
        rules.VPC_INTERFACES,
        rules.VPC_ROLE,
        rules.POLICY_TOO_LARGE,
        rules.ESM_BURST,
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
    measured_at_mb: int | None = quantity(
        "MB",
        None,
        "Memory at which the duration was measured; empty is the memory above.",
        title="Duration measured at",
        ge=128,
        le=10_240,
        group="Assumptions",
        assumed=True,
    )
    cpu_bound_ratio: float = ratio(
        0.0,
        "Part of the duration that one thread computes, so that it shrinks with the CPU share "
        "(up to one vCPU at 1,769 MB); 0 keeps the duration whatever the memory.",
        title="CPU-bound part",
    )
    timeout_s: float = quantity(
        "s", 30, "Lambda ends the run after this time.", ge=1, le=900, source=QUOTAS
    )
    runtime: RUNTIMES = choice("python3.13", "Language runtime.")
    language: LANGUAGES = choice(
        "go",
        "What runs on provided.al2023: decides the cold start.",
        titles={"go": "Go", "rust": "Rust", "dotnet_aot": ".NET ahead of time"},
        show_if=("runtime", "provided.al2023"),
    )
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
    layers: int = quantity(
        "layers",
        0,
        "Layers added to the archive; their ARNs are asked for at deployment.",
        ge=0,
        le=5,
        show_if=("package", "Zip"),
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
    provisioned_concurrency: int | None = quantity(
        "environments",
        None,
        "Environments that are kept started; the free tier does not apply to the function then.",
        ge=1,
        le=100_000,
        group="Concurrency",
        source=PROVISIONED_DOCS,
    )
    provisioned_start_h: int = quantity(
        "h",
        0,
        "Hour of the day (UTC) at which the environments are started.",
        title="Provisioned from",
        ge=0,
        le=23,
        group="Concurrency",
    )
    provisioned_length_h: float = quantity(
        "h",
        24,
        "Hours a day for which they are kept; 24 is always.",
        title="Provisioned for",
        gt=0,
        le=24,
        group="Concurrency",
    )
    on_demand_ratio: float | None = ratio(
        None,
        "Share of the runs that find no provisioned environment; empty computes it from the load "
        "by Erlang's loss formula.",
        title="Spill-over",
        group="Concurrency",
    )
    snapstart: bool = flag(
        False,
        "New environments start from a snapshot of an initialised one (Java, Python, .NET).",
        title="SnapStart",
        group="Concurrency",
    )
    scaling: Literal["function", "region"] = choice(
        "function",
        "How fast environments are added: 1,000 in 10 s for each function, or, as before November "
        "2023, a burst of 500 to 3,000 for the region and then 500 a minute.",
        title="Scaling rate",
        titles={"function": "Per function (today)", "region": "Burst of the region (before 2023)"},
        group="Concurrency",
    )
    burst_factor: float = quantity(
        "times",
        1,
        "How many times the hour's mean rate arrives when a burst sets in within ten seconds.",
        title="Burst",
        ge=1,
        le=1_000,
        group="Concurrency",
        assumed=True,
        source=SCALING_DOCS,
    )
    alias: bool = flag(
        False,
        "Callers use an alias of a published version; provisioned concurrency and SnapStart "
        "always do.",
        title="Version and alias",
        group="Versions",
    )
    new_version_ratio: float = ratio(
        0.0,
        "Share of the traffic that the alias sends to a new version.",
        title="Weight of a new version",
        group="Versions",
        assumed=False,
        show_if=("alias", True),
    )
    new_version_duration_ms: float | None = quantity(
        "ms",
        None,
        "Mean run time of the new version; empty is as before.",
        title="Duration of the new version",
        gt=0,
        le=900_000,
        group="Versions",
        assumed=True,
        show_if=("alias", True),
    )
    vpc: bool = flag(
        False,
        "The function has its network interface in a VPC; subnets and security groups are asked "
        "for at deployment.",
        title="In a VPC",
        group="Network",
    )
    vpc_subnets: int = quantity(
        "subnets",
        2,
        "Subnets of the function: in each, one network interface for its set of security groups.",
        title="Subnets",
        ge=1,
        le=16,
        group="Network",
        source=VPC_DOCS,
        show_if=("vpc", True),
    )
    way_out: Literal["none", "nat", "endpoints"] = choice(
        "none",
        "How calls leave the VPC: a NAT gateway (priced by its own room) or endpoints.",
        titles={"none": "None", "nat": "NAT gateway", "endpoints": "VPC endpoints"},
        group="Network",
        show_if=("vpc", True),
    )
    interface_endpoints: int = quantity(
        "endpoints",
        0,
        "Interface endpoints that this function is the first to need; those of S3 and DynamoDB "
        "are free gateways.",
        ge=0,
        le=50,
        group="Network",
        source=VPC_DOCS,
        show_if=("way_out", "endpoints"),
    )
    endpoint_zones: int = quantity(
        "zones",
        2,
        "Availability zones in which each endpoint has an address.",
        title="Zones of an endpoint",
        ge=1,
        le=6,
        group="Network",
        show_if=("way_out", "endpoints"),
    )
    async_retries: Literal["0", "1", "2"] = choice(
        "2",
        "Retries of an asynchronous event after an error (waits of 60 s and 120 s).",
        title="Retries of asynchronous events",
        group="Errors",
    )
    async_max_age_s: int = quantity(
        "s",
        21_600,
        "An asynchronous event older than this is given up.",
        title="Oldest asynchronous event",
        ge=60,
        le=21_600,
        group="Errors",
        source=ASYNC_DOCS,
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
    run_law: Literal["usual", "exponential", "constant"] = choice(
        "usual",
        "How run times vary around their mean.",
        title="Variation of the run time",
        titles={
            "usual": "Lognormal: by p99 over median",
            "exponential": "Exponential",
            "constant": "Always the same",
        },
        group="Assumptions",
    )
    run_tail: float = quantity(
        "ratio",
        3.0,
        "99th percentile of the run time over its median.",
        title="Run time, p99 over median",
        ge=1,
        le=100,
        group="Assumptions",
        assumed=True,
        show_if=("run_law", "usual"),
    )
    cold_p50_ms: float | None = quantity(
        "ms",
        None,
        "Median start-up time you measured; empty takes that of the runtime.",
        title="Cold start, median",
        gt=0,
        le=600_000,
        group="Assumptions",
    )
    cold_p99_ms: float | None = quantity(
        "ms",
        None,
        "99th percentile you measured; empty is twice the median.",
        title="Cold start, p99",
        gt=0,
        le=600_000,
        group="Assumptions",
    )
    idle_kept_s: float = quantity(
        "s",
        600.0,
        "How long Lambda keeps an environment that nobody uses. AWS does not publish it. Used by "
        "the simulation.",
        title="Idle environments kept",
        gt=0,
        le=86_400,
        group="Assumptions",
        assumed=True,
    )
    cold_start_ratio: float = ratio(
        0.01,
        "Share of the runs that start a new environment.",
        title="Cold starts",
        source=COLD_DOCS,
    )
    init_p50_ms: float | None = quantity(
        "ms",
        None,
        "Measured median of the INIT phase with the function's own code; empty takes the table of "
        "runtimes plus 150 ms. A custom runtime of another language has no row: state its own.",
        title="Cold start, median",
        gt=0,
        le=60_000,
        group="Assumptions",
        assumed=True,
    )
    init_p99_ms: float | None = quantity(
        "ms",
        None,
        "Measured 99th percentile of the INIT phase; empty is twice the median stated above.",
        title="Cold start, p99",
        gt=0,
        le=60_000,
        group="Assumptions",
        assumed=True,
    )
    init_billed: bool = flag(
        True,
        "INIT is billed for every function since August 2025; off shows a bill of before, when "
        "only images and custom runtimes paid for it.",
        title="INIT is billed",
        group="Assumptions",
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
    log_retention_days: Literal["1", "7", "14", "30", "90", "365"] = log_retention()
    log_class: Literal["STANDARD", "INFREQUENT_ACCESS"] = choice(
        "STANDARD",
        "Class of the log group; infrequent access has no metric filters and costs less to write.",
        titles={"STANDARD": "Standard", "INFREQUENT_ACCESS": "Infrequent access"},
        group="Logs",
    )
    log_format: Literal["Text", "JSON"] = choice(
        "Text", "JSON lines can be filtered by level.", group="Logs"
    )
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] = choice(
        "INFO",
        "Lines of the code below this level are not written: state the log per run to match.",
        group="Logs",
        show_if=("log_format", "JSON"),
    )
    tracing: bool = flag(
        False,
        "X-Ray records one request a second and 5 % of the others.",
        title="X-Ray tracing",
        group="Logs",
    )
