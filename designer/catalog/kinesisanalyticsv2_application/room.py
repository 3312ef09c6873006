"""The room of AWS::KinesisAnalyticsV2::Application."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    LOG_DAYS,
    Access,
    Cap,
    Context,
    Finding,
    Grant,
    Limit,
    Lognormal,
    NodeFlow,
    NodeView,
    Parameter,
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
    choice,
    flag,
    log_group,
    number,
    quantity,
    ref,
    sub,
    until_window_ends,
    window_length,
)

QUOTAS = Source(
    "Managed Service for Apache Flink quotas",
    "https://docs.aws.amazon.com/managed-flink/latest/java/limits.html",
    "2026-11-21",
)
PRICING = Source(
    "Managed Service for Apache Flink pricing",
    "https://aws.amazon.com/managed-service-apache-flink/pricing/",
    "2026-11-21",
)
SCALING = Source(
    "Managed Service for Apache Flink, application scaling",
    "https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html",
    "2026-11-21",
)
KPUS = Limit(
    "flink.kpus",
    "KPUs of an application",
    64,
    "KPU",
    QUOTAS,
    adjustable=True,
    note="32 until 2023; one KPU has 1 vCPU, 4 GB of memory and 50 GB of running storage.",
)
THROUGHPUT = Limit(
    "flink.throughput",
    "Records the application handles",
    1_000,
    "records/s",
    SCALING,
    note="No AWS quota: the form's assumption for one parallel task, times the parallelism.",
)
STORAGE_GB = 50.0  # Pricing: running storage of each application KPU.
ORCHESTRATION = {"flink": 1, "studio": 2}  # Pricing: further KPUs of each running application.
P50_S, P99_S = 0.02, 0.5  # Assumption: "sub-second" processing.
OVER_QUOTA = Rule(
    "flink-kpus-over-quota",
    Severity.ERROR,
    "More KPUs than an application may have",
    "The application cannot grow above its quota of KPUs.",
    QUOTAS,
)
BEHIND = Rule(
    "flink-behind",
    Severity.ERROR,
    "The application falls behind its stream",
    "What it cannot handle waits in the stream until its retention ends.",
    SCALING,
)
NO_SOURCE = Rule(
    "flink-no-source",
    Severity.WARNING,
    "The application reads nothing",
    "Its KPUs are billed while it runs, whether records come or not.",
    PRICING,
)


class FlinkApplication(Service):
    type: Literal["kinesisanalyticsv2_application"] = "kinesisanalyticsv2_application"
    title: ClassVar = "Flink application"
    aliases: ClassVar = ("flink", "managed flink", "kinesis analytics", "stream processing", "kpu")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Joins, counts and filters records of streams while they pass."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PRICING.url
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::KinesisAnalyticsV2::Application"
    principal: ClassVar = "kinesisanalytics.amazonaws.com"
    id_base: ClassVar = "flink"
    limits: ClassVar = (KPUS, THROUGHPUT)
    rules: ClassVar = (OVER_QUOTA, BEHIND, NO_SOURCE)

    kind: Literal["flink", "studio"] = choice(
        "flink",
        "A studio notebook pays two KPUs for orchestration, an application one.",
        titles={"flink": "Application", "studio": "Studio notebook"},
    )
    parallelism: int = quantity(
        "tasks", 1, "Parallel tasks of each operator.", ge=1, le=2_048, source=SCALING
    )
    parallelism_per_kpu: int = quantity(
        "tasks", 1, "Parallel tasks that share one KPU.", ge=1, le=8, source=SCALING
    )
    autoscaling: bool = flag(
        False, "Let AWS change the KPUs with the load; the bill counts those of the form."
    )
    records_per_task: float = quantity(
        "records/s",
        1_000,
        "Records that one parallel task handles per second: measure it.",
        title="Records per task",
        gt=0,
        le=1e7,
        group="Assumptions",
        assumed=True,
    )
    window_s: float = window_length()
    backup_gb: float = quantity(
        "GB", 0, "Snapshots that are kept.", title="Durable backups", ge=0, le=1e6
    )

    @property
    def kpus(self) -> int:
        """KPUs of the application itself, without orchestration."""
        return math.ceil(self.parallelism / self.parallelism_per_kpu)

    def station(self, ctx: Context) -> Station:
        most = self.parallelism * self.records_per_task
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="Flink operators",
            caps=(Cap(THROUGHPUT, Per.EVENT, most),),
            holds=until_window_ends(self.window_s),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        extra = ORCHESTRATION[self.kind]
        yield Usage(
            "flink.kpu_hour",
            (self.kpus + extra) * ctx.month_h,
            "KPU-hour",
            f"({self.kpus} + {extra} for orchestration) KPU × {number(ctx.month_h)} h",
        )
        kept_gb = self.kpus * STORAGE_GB
        formula = f"{self.kpus} KPU × {number(STORAGE_GB)} GB"
        yield Usage("flink.running_storage", kept_gb, "GB-month", formula)
        if self.backup_gb > 0:
            formula = f"{number(self.backup_gb)} GB of snapshots"
            yield Usage("flink.durable_backup", self.backup_gb, "GB-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        most = ctx.value(KPUS)
        if self.kpus > most:
            yield OVER_QUOTA.found(
                f"{view.name} needs {self.kpus} KPUs; an application may have {number(most)}.",
                "Put more tasks on one KPU, or ask AWS for a higher quota.",
                field="parallelism_per_kpu",
            )
        used = view.utilisation.get(THROUGHPUT.id, 0.0)
        if used > 1:
            tasks = math.ceil(self.parallelism * used * 1.25)
            yield BEHIND.found(
                f"{view.name} gets {number(used * 100)} % of what its {self.parallelism} tasks "
                "handle at the busiest hour.",
                f"Use {tasks} parallel tasks, or make a task faster.",
                field="parallelism",
                value=min(2_048, tasks),
            )
        if not any(e.connection.type == "flink_kinesis_source" for e in view.inbound):
            yield NO_SOURCE.found(
                f"Nothing is drawn that {view.name} reads.",
                "Draw an arrow from a Kinesis data stream.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        yield log_group("Logs", LOG_DAYS)
        own = site.logical_id
        code = {
            "S3ContentLocation": {
                "BucketARN": sub(f"arn:${{AWS::Partition}}:s3:::${{{own}CodeBucket}}"),
                "FileKey": ref(f"{own}CodeKey"),
            }
        }
        configuration: dict[str, Any] = {
            "ApplicationCodeConfiguration": {"CodeContent": code, "CodeContentType": "ZIPFILE"},
            "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": True},
            "FlinkApplicationConfiguration": {
                "CheckpointConfiguration": {"ConfigurationType": "DEFAULT"},
                "ParallelismConfiguration": {
                    "ConfigurationType": "CUSTOM",
                    "Parallelism": self.parallelism,
                    "ParallelismPerKPU": self.parallelism_per_kpu,
                    "AutoScalingEnabled": self.autoscaling,
                },
            },
        }
        yield Resource(
            "AWS::KinesisAnalyticsV2::Application",
            {
                "RuntimeEnvironment": "FLINK-1_20",
                "ServiceExecutionRole": site.placed.role_arn,
                "ApplicationConfiguration": configuration,
            },
        )

    def grants(self, site: Site) -> Iterable[Grant]:
        own = site.logical_id
        key = f"arn:${{AWS::Partition}}:s3:::${{{own}CodeBucket}}/${{{own}CodeKey}}"
        yield Grant("source", ("s3:GetObject", "s3:GetObjectVersion"), (sub(key),))

    def parameters(self, site: Site) -> Iterable[Parameter]:
        label = site.placed.label
        yield Parameter(
            f"{site.logical_id}CodeBucket", f"S3 bucket that holds the code of {label}."
        )
        yield Parameter(
            f"{site.logical_id}CodeKey", f"Key of the archive with the code of {label}."
        )

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.kind == "studio":
            yield ("kind",), "A studio notebook is made in the console; export an application."

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"{site.placed.label} runs code that a template cannot carry: bucket and key of its "
            "archive are asked for at deployment, and it must be started once."
        )

    def arn(self, logical_id: str) -> Any:
        name = f"application/${{{logical_id}}}"
        return sub(
            f"arn:${{AWS::Partition}}:kinesisanalytics:${{AWS::Region}}:${{AWS::AccountId}}:{name}"
        )

    def access(self, logical_id: str, operation: str) -> Access:
        return Access((), ())
