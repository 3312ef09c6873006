"""Kinesis Data Analytics for SQL: SQL over a stream, on units that ran all the time; discontinued.

AWS ended it: no new applications since 15 October 2025, the last ones deleted from 27 January
2026. The room reads old designs, says what they cost, and offers what replaces them.

Quotas:  https://docs.aws.amazon.com/kinesisanalytics/latest/dev/limits.html
Pricing: https://aws.amazon.com/managed-service-apache-flink/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Access,
    Cap,
    Connection,
    Context,
    Excess,
    Finding,
    Grant,
    Hop,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
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
    latency_item,
    number,
    quantity,
    sub,
    text,
    until_window_ends,
    window_length,
)

END = Source(
    "Kinesis Data Analytics for SQL, discontinuation",
    "https://docs.aws.amazon.com/kinesisanalytics/latest/dev/discontinuation.html",
    "2026-11-21",
)
QUOTAS = Source(
    "Kinesis Data Analytics for SQL, limits",
    "https://docs.aws.amazon.com/kinesisanalytics/latest/dev/limits.html",
    "2026-11-21",
)
KPUS = Limit(
    "kda_sql.kpus",
    "KPUs of a SQL application",
    8,
    "KPU",
    QUOTAS,
    adjustable=True,
    note="From memory. One KPU has 1 vCPU and 4 GB of memory; AWS added and removed them by load.",
)
PARALLELISM = Limit(
    "kda_sql.input_parallelism", "Streams into which the input is divided", 64, "streams", QUOTAS
)
OUTPUTS = Limit("kda_sql.outputs", "Destinations of an application", 3, "destinations", QUOTAS)
THROUGHPUT = Limit(
    "kda_sql.throughput",
    "Records the application handles",
    1_000,
    "records/s",
    QUOTAS,
    note="No AWS quota: the form's assumption for one KPU, times the KPUs.",
)
P50_S, P99_S = 0.05, 1.0  # Assumption: "sub-second" processing.
SOURCE, SINK = "flink_kinesis_source", "flink_sink"
INPUT_KINDS = {"kinesis_stream": "KinesisStreamsInput", "firehose_stream": "KinesisFirehoseInput"}
OUTPUT_KINDS = {
    "kinesis_stream": "KinesisStreamsOutput",
    "firehose_stream": "KinesisFirehoseOutput",
    "lambda_function": "LambdaOutput",
}

DISCONTINUED = Rule(
    "kinesisanalytics-sql-discontinued",
    Severity.ERROR,
    "AWS no longer runs SQL applications",
    "No fixes came since September 2025, no new application since 15 October 2025, and since 27 "
    "January 2026 AWS deletes the ones that are left. Managed Service for Apache Flink replaces "
    "them: Flink SQL in a notebook, or an application.",
    END,
)
OVER_QUOTA = Rule(
    "kinesisanalytics-kpus-over-quota",
    Severity.ERROR,
    "More KPUs than a SQL application could have",
    "The application did not grow above its quota of KPUs.",
    QUOTAS,
)
BEHIND = Rule(
    "kinesisanalytics-behind",
    Severity.ERROR,
    "The application falls behind its stream",
    "What it cannot handle waits in the stream until its retention ends.",
    QUOTAS,
)


class SqlApplication(Service):
    type: Literal["kinesisanalytics_application"] = "kinesisanalytics_application"
    title: ClassVar = "SQL application (discontinued)"
    aliases: ClassVar = ("kinesis analytics", "kda", "sql", "stream sql", "data analytics")
    category: ClassVar = "Analytics"
    summary: ClassVar = "SQL over a stream, of the past: AWS has replaced it by Managed Flink."
    docs_url: ClassVar = END.url
    pricing_url: ClassVar = "https://aws.amazon.com/managed-service-apache-flink/pricing/"
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::KinesisAnalytics::Application"
    principal: ClassVar = "kinesisanalytics.amazonaws.com"
    id_base: ClassVar = "sql"
    limits: ClassVar = (KPUS, PARALLELISM, OUTPUTS, THROUGHPUT)
    rules: ClassVar = (DISCONTINUED, OVER_QUOTA, BEHIND)

    kpus: float = quantity(
        "KPU",
        1,
        "KPUs on average over the month: AWS added and removed them by load, and billed the "
        "average of each hour, without a KPU for orchestration.",
        title="KPUs",
        gt=0,
        le=64,
    )
    input_parallelism: int = quantity(
        "streams", 1, "Streams inside the application that share the input.", ge=1, le=64
    )
    records_per_kpu: float = quantity(
        "records/s",
        1_000,
        "Records that one KPU handles per second.",
        title="Records per KPU",
        gt=0,
        le=1e7,
        group="Assumptions",
        assumed=True,
    )
    window_s: float = window_length()
    columns: str = text(
        "id VARCHAR(64), kind VARCHAR(64), amount DOUBLE",
        "Columns of the input, each read from the JSON field of its name.",
        pattern=r"^[A-Za-z_]\w* [A-Z]+(\(\d+\))?(, [A-Za-z_]\w* [A-Z]+(\(\d+\))?)*$",
        max_length=1_000,
    )

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="SQL operators",
            caps=(Cap(THROUGHPUT, Per.EVENT, self.kpus * self.records_per_kpu),),
            holds=until_window_ends(self.window_s),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        formula = f"{number(self.kpus)} KPU × {number(ctx.month_h)} h"
        yield Usage("kda_sql.kpu_hour", self.kpus * ctx.month_h, "KPU-hour", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        ends = {e.connection.type for e in (*view.inbound, *view.outbound)}
        yield DISCONTINUED.found(
            f"{view.name} cannot be created, and AWS deletes what was left of its kind.",
            "Put a Flink application in its place."
            if ends <= {SOURCE, SINK}
            else "Put a Flink application in its place; it reads data streams, and a stream of its "
            "results starts the function.",
            instead=self._replacement() if ends <= {SOURCE, SINK} else None,
        )
        most = ctx.value(KPUS)
        if self.kpus > most:
            yield OVER_QUOTA.found(
                f"{view.name} has {number(self.kpus)} KPUs; an application could have "
                f"{number(most)}.",
                "Put a Flink application in its place.",
                field="kpus",
                value=most,
            )
        used = view.utilisation.get(THROUGHPUT.id, 0.0)
        if used > 1:
            kpus = math.ceil(self.kpus * used * 1.25)
            yield BEHIND.found(
                f"{view.name} gets {number(used * 100)} % of what its {number(self.kpus)} KPUs "
                "handle at the busiest hour.",
                f"Use {kpus} KPUs.",
                field="kpus",
                value=min(64, kpus),
            )

    def _replacement(self) -> dict[str, Any]:
        """Return a Flink application of the same size."""
        return {
            "type": "kinesisanalyticsv2_application",
            "parallelism": max(1, math.ceil(self.kpus)),
            "records_per_task": self.records_per_kpu,
            "window_s": self.window_s,
        }

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        inputs = [link for link in site.inbound if link.source.service.type in INPUT_KINDS]
        if not inputs:
            return  # Refused by `obstacles`.
        role = site.placed.role_arn
        found = {"ResourceARN": inputs[0].source.arn, "RoleARN": role}
        columns = [one.split(" ") for one in self.columns.split(", ")]
        schema = {
            "RecordColumns": [
                {"Name": name, "SqlType": kind, "Mapping": f"$.{name}"} for name, kind in columns
            ],
            "RecordFormat": {
                "RecordFormatType": "JSON",
                "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}},
            },
        }
        read = {
            "NamePrefix": "SOURCE_SQL_STREAM",
            "InputSchema": schema,
            "InputParallelism": {"Count": self.input_parallelism},
            INPUT_KINDS[inputs[0].source.service.type]: found,
        }
        properties = {"ApplicationCode": self._code(site), "Inputs": [read]}
        wait = {"DependsOn": [site.placed.policy_id]}
        yield Resource("AWS::KinesisAnalytics::Application", properties, attributes=wait)
        for i, link in enumerate(site.outbound, 1):
            kind = OUTPUT_KINDS[link.target.service.type]
            output = {
                "Name": f"RESULT_{i}",
                "DestinationSchema": {"RecordFormatType": "JSON"},
                kind: {"ResourceARN": link.target.arn, "RoleARN": role},
            }
            values = {"ApplicationName": site.placed.ref, "Output": output}
            yield Resource("AWS::KinesisAnalytics::ApplicationOutput", values, f"Output{i}")

    def _code(self, site: Site) -> str:
        names = ", ".join(f'"{one.split(" ")[0]}"' for one in self.columns.split(", "))
        lines = []
        for i, _ in enumerate(site.outbound, 1):
            lines += [
                f'CREATE OR REPLACE STREAM "RESULT_{i}" ({self.columns});',
                f'CREATE OR REPLACE PUMP "PUMP_{i}" AS INSERT INTO "RESULT_{i}"',
                f'  SELECT STREAM {names} FROM "SOURCE_SQL_STREAM_001";',
            ]
        return "\n".join(lines)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        label, inputs = site.placed.label, len(site.inbound)
        if inputs != 1:
            yield (), f"{label} reads {inputs} streams; a SQL application reads one."
        if len(site.outbound) > OUTPUTS.value:
            yield (), f"{label} has {len(site.outbound)} destinations; it may have 3."

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"AWS refuses to create {site.placed.label} since 15 October 2025: the template is "
            "for the record. Put a Flink application in its place before you deploy."
        )

    def arn(self, logical_id: str) -> Any:
        name = f"application/${{{logical_id}}}"
        return sub(
            f"arn:${{AWS::Partition}}:kinesisanalytics:${{AWS::Region}}:${{AWS::AccountId}}:{name}"
        )

    def access(self, logical_id: str, operation: str) -> Access:
        return Access((), ())


class SqlFirehoseSource(Connection):
    type: Literal["kinesisanalytics_firehose_source"] = "kinesisanalytics_firehose_source"
    title: ClassVar = "Firehose as the source of SQL"
    summary: ClassVar = "The application saw the stream's records, beside its destination."
    sources: ClassVar = frozenset({"firehose_stream"})
    targets: ClassVar = frozenset({"kinesisanalytics_application"})
    cloudformation: ClassVar = "AWS::KinesisAnalytics::Application"
    docs_url: ClassVar = END.url

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.PUSH,
            op="record",
            batch_max=500,
            latency=(latency_item(Kind.POLL, "Read by SQL", 500, 2_000, None),),
            attempts_max=math.inf,
            excess=Excess.HOLD,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        # AWS's own policy also asks for firehose:Get*, which no longer names any action.
        yield Grant("target", ("firehose:DescribeDeliveryStream",), (link.source.arn,))


class SqlLambdaOutput(Connection):
    type: Literal["kinesisanalytics_lambda_output"] = "kinesisanalytics_lambda_output"
    title: ClassVar = "Function as the destination of SQL"
    summary: ClassVar = "The application called the function with batches of its results."
    sources: ClassVar = frozenset({"kinesisanalytics_application"})
    targets: ClassVar = frozenset({"lambda_function"})
    cloudformation: ClassVar = "AWS::KinesisAnalytics::ApplicationOutput"
    docs_url: ClassVar = END.url

    results_per_event: float = quantity(
        "events",
        1.0,
        "Results for each record that is read; far below 1 where windows count.",
        title="Results per record",
        gt=0,
        le=10_000,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(
            Mechanism.CALL,
            ratio=self.results_per_event,
            op="call",
            batch_max=500,
            batch_window_s=1.0,
            attempts_max=math.inf,
            retry_wait_s=1.0,
            excess=Excess.RETRY,
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        actions = ("lambda:InvokeFunction", "lambda:GetFunctionConfiguration")
        yield Grant("source", actions, (link.target.arn,))


SERVICES = (SqlApplication,)
CONNECTIONS = (SqlFirehoseSource, SqlLambdaOutput)
