"""Amazon Redshift cluster: a warehouse on nodes that run all the time, filled by COPY from S3.

Quotas:  https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html
Pricing: https://aws.amazon.com/redshift/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    Access,
    Address,
    Context,
    Finding,
    Limit,
    Lognormal,
    NodeFlow,
    NodeView,
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
    get_att,
    number,
    quantity,
    ratio,
    sub,
    text,
)

QUOTAS = Source(
    "Amazon Redshift quotas",
    "https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html",
    "2026-11-21",
)
NODES = Source(
    "Amazon Redshift provisioned clusters, node types",
    "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-clusters.html",
    "2026-11-21",
)
NODES_MAX = Limit(
    "redshift.nodes",
    "Nodes of a cluster",
    128,
    "nodes",
    NODES,
    adjustable=True,
    note="16 of ra3.large, 32 of ra3.xlplus and dc2.large (from memory).",
)
MOST = {"ra3.large": 16, "ra3.xlplus": 32, "dc2.large": 32}
DC2_GB = 160.0  # Storage of a dc2.large node: NODES.

ALWAYS_ON = Rule(
    "redshift-always-on",
    Severity.NOTE,
    "Nodes are paid for all the time",
    "Nodes are billed while the cluster runs, whether records come and queries run or not; only a "
    "cluster that is paused bills its storage alone.",
    NODES,
)
SINGLE = Rule(
    "redshift-single-node",
    Severity.WARNING,
    "One node holds the warehouse",
    "A cluster of one node answers nothing while its node is replaced.",
    NODES,
)
OVER_QUOTA = Rule(
    "redshift-too-many-nodes",
    Severity.ERROR,
    "More nodes than a cluster of this type may have",
    "The cluster cannot be created above the number of nodes of its type.",
    NODES,
)
OLD_TYPE = Rule(
    "redshift-dc2-ends",
    Severity.WARNING,
    "DC2 nodes are a type of the past",
    "DC2 keeps data on the node's own disk, and AWS asks to move to RA3, which pays storage apart.",
    NODES,
)


class RedshiftCluster(Service):
    type: Literal["redshift_cluster"] = "redshift_cluster"
    title: ClassVar = "Redshift cluster"
    aliases: ClassVar = ("redshift", "warehouse", "sql", "copy", "olap")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Keeps records in a warehouse for SQL, on nodes of your own."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/redshift/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::Redshift::Cluster"
    id_base: ClassVar = "warehouse"
    limits: ClassVar = (NODES_MAX,)
    rules: ClassVar = (ALWAYS_ON, SINGLE, OVER_QUOTA, OLD_TYPE)

    node_type: Literal["ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge", "dc2.large"] = (
        choice("ra3.large", "Kind of node, on demand; dc2.large is the older kind.")
    )
    nodes: int = quantity("nodes", 2, "Nodes, which run all the time.", ge=1, le=128, source=NODES)
    database: str = text("events", "Database.", pattern=r"^[a-z][a-z0-9_]{0,62}$", max_length=63)
    kept_days: float = quantity(
        "days",
        90,
        "Age of the data that the monthly storage is counted for.",
        title="Data of the last",
        gt=0,
        le=36_500,
        group="Assumptions",
        assumed=True,
    )
    stored_ratio: float = ratio(
        0.3, "Size in the warehouse, in compressed columns, over the size that came.", gt=0
    )
    copy_p50_s: float = quantity(
        "s",
        20,
        "Median time of one COPY; Firehose starts the next when it is done.",
        title="COPY, median",
        gt=0,
        le=3_600,
        group="Latency",
        assumed=True,
    )
    copy_p99_s: float = quantity(
        "s",
        120,
        "99th percentile of the time of one COPY.",
        title="COPY, p99",
        gt=0,
        le=7_200,
        group="Latency",
        assumed=True,
    )
    error_ratio: float = ratio(0.0, "Share of the COPY commands that fail.", title="Errors", lt=1)

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(self.copy_p50_s, max(self.copy_p50_s, self.copy_p99_s)),
            service_label="COPY into the table",
            error_ratio=self.error_ratio,
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        formula = f"{self.nodes} nodes × {number(ctx.month_h)} h"
        hours = self.nodes * ctx.month_h
        yield Usage(f"redshift.node_hour.{self.node_type}", hours, "node-hour", formula)
        gb = self.kept_gb(flow)
        if gb > 0 and self.node_type.startswith("ra3"):
            formula = f"Data of {number(self.kept_days)} days: {number(gb)} GB"
            yield Usage("redshift.managed_storage", gb, "GB-month", formula)

    def kept_gb(self, flow: NodeFlow) -> float:
        """Return the data in the warehouse, in GB."""
        kib_per_s = sum(e.events_per_s * e.size_kib for e in flow.inbound)
        return kib_per_s * 86_400 * self.kept_days * self.stored_ratio / KIB_PER_GB

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.inbound:
            yield ALWAYS_ON.found(
                f"{self.nodes} nodes of {view.name} run {number(ctx.month_h)} h a month.",
                "Compare with Redshift Serverless or files in S3, if queries are rare.",
            )
        most = MOST.get(self.node_type, round(ctx.value(NODES_MAX)))
        if self.nodes > most:
            yield OVER_QUOTA.found(
                f"{view.name} has {self.nodes} nodes; {self.node_type} may have {most}.",
                "Take a larger type.",
                field="nodes",
                value=most,
            )
        if self.nodes == 1:
            yield SINGLE.found(
                f"{view.name} has one node.", "Use two or more nodes.", field="nodes", value=2
            )
        if self.node_type == "dc2.large":
            kept, room = self.kept_gb(view.flow), DC2_GB * self.nodes
            full = f", of {number(room)} GB {number(kept)} GB are used" if kept > 0 else ""
            yield OLD_TYPE.found(
                f"{view.name} runs on dc2.large{full}.",
                "Take ra3.large, whose storage is billed by the GB.",
                field="node_type",
                value="ra3.large",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {
            "ClusterType": "single-node" if self.nodes == 1 else "multi-node",
            "NodeType": self.node_type,
            "DBName": self.database,
            "MasterUsername": "weir_admin",
            "ManageMasterPassword": True,
            "Encrypted": True,
            "PubliclyAccessible": any(_delivered(link.connection.type) for link in site.inbound),
        }
        if self.nodes > 1:
            properties["NumberOfNodes"] = self.nodes
        kept = {"DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot"}
        yield Resource("AWS::Redshift::Cluster", properties, attributes=kept)

    def remarks(self, site: Site) -> Iterable[str]:
        label = site.placed.label
        yield f"{label} leaves a snapshot when the stack is deleted; snapshots are billed."
        if any(_delivered(link.connection.type) for link in site.inbound):
            yield (
                f"Firehose reaches {label} over its public address: let Firehose's addresses of "
                "the region, and no others, in by the security group, and create the table first."
            )

    def arn(self, logical_id: str) -> Any:
        return get_att(logical_id, "ClusterNamespaceArn")

    def address(self, logical_id: str) -> Address:
        place = f"${{{logical_id}.Endpoint.Address}}:${{{logical_id}.Endpoint.Port}}"
        url = sub(f"jdbc:redshift://{place}/{self.database}")
        return Address("URL", url, "JDBC address of the warehouse")

    def access(self, logical_id: str, operation: str) -> Access:
        secret = get_att(logical_id, "MasterPasswordSecretArn")
        return Access(("secretsmanager:GetSecretValue",), (secret,))


def _delivered(connection: str) -> bool:
    return connection.startswith("firehose_")


SERVICES = (RedshiftCluster,)
CONNECTIONS = ()
