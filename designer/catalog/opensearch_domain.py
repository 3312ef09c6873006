"""Amazon OpenSearch Service domain: indexes documents on instances that run all the time.

Quotas:  https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html
Pricing: https://aws.amazon.com/opensearch-service/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    PRIVATE_SUBNETS,
    VPC,
    Access,
    Address,
    Cap,
    Context,
    Finding,
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
    get_att,
    number,
    quantity,
    ratio,
    ref,
    sub,
)

QUOTAS = Source(
    "OpenSearch Service quotas",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html",
    "2026-11-21",
)
SIZING = Source(
    "OpenSearch Service, sizing domains",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/sizing-domains.html",
    "2026-11-21",
)
ZONES = Source(
    "OpenSearch Service, multi-AZ domains",
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html",
    "2026-11-21",
)
INDEXING = Limit(
    "opensearch.indexing",
    "Documents the domain indexes",
    1_000,
    "documents/s",
    SIZING,
    note="No AWS quota: the form's assumption for one data node, times the nodes.",
)
PAYLOAD = Limit(
    "opensearch.http_payload",
    "Largest HTTP request",
    10_240,
    "KiB",
    QUOTAS,
    note="10 MiB of the types in the form (from memory); 100 MiB of larger ones.",
)
INDEX_OVERHEAD = 1.1  # SIZING: an index is about 10 % larger than what it holds.
# SIZING: Linux keeps 5 % of a volume and OpenSearch 20 % of what is left.
USABLE = 0.95 * 0.80
P50_S, P99_S = 0.05, 0.5  # Assumption: a bulk request, until it is acknowledged.
TYPES = Literal[
    "t3.small",
    "t3.medium",
    "m5.large",
    "m6g.large",
    "m7g.large",
    "r6g.large",
    "r6g.xlarge",
    "r7g.large",
]
WRITES = frozenset({"write", "event"})
READ_ACTIONS = ("es:ESHttpGet", "es:ESHttpPost")  # A search may be posted.
WRITE_ACTIONS = (
    "es:DescribeDomain",
    "es:DescribeDomainConfig",
    "es:DescribeDomains",
    "es:ESHttpGet",
    "es:ESHttpPost",
    "es:ESHttpPut",
)

OVERLOADED = Rule(
    "opensearch-indexing-overloaded",
    Severity.ERROR,
    "More documents than the domain indexes",
    "The domain answers 429; the sender tries again until its retries end, and then the documents "
    "are missing.",
    SIZING,
)
VOLUME = Rule(
    "opensearch-volumes-too-small",
    Severity.ERROR,
    "The volumes fill up before documents expire",
    "A domain without free space blocks all writes. It needs the source data times copies, a tenth "
    "for the index, and a quarter of each volume stays unused.",
    SIZING,
)
SINGLE = Rule(
    "opensearch-single-node",
    Severity.WARNING,
    "One data node holds everything",
    "A replica never lies on the node of its primary: with one node there is none, and its failure "
    "loses documents.",
    ZONES,
)
ALWAYS_ON = Rule(
    "opensearch-always-on",
    Severity.NOTE,
    "Instances are paid for all the time",
    "A domain cannot be stopped: its instances and volumes are billed day and night, whether "
    "documents come or not.",
    SIZING,
)
TOO_FINE = Rule(
    "opensearch-burstable-in-production",
    Severity.WARNING,
    "Burstable instances carry a steady load",
    "A T3 instance falls back to its baseline when its CPU credits are used up; AWS advises "
    "against it for production domains.",
    SIZING,
)


class OpenSearchDomain(Service):
    type: Literal["opensearch_domain"] = "opensearch_domain"
    title: ClassVar = "OpenSearch domain"
    aliases: ClassVar = ("opensearch", "elasticsearch", "kibana", "dashboards", "search", "logs")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Indexes documents for search and dashboards, on instances of your own."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/opensearch-service/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::OpenSearchService::Domain"
    id_base: ClassVar = "search"
    limits: ClassVar = (INDEXING, PAYLOAD)
    rules: ClassVar = (OVERLOADED, VOLUME, SINGLE, ALWAYS_ON, TOO_FINE)

    instance_type: TYPES = choice("r6g.large", "Kind of data node, on demand.")
    nodes: int = quantity("nodes", 2, "Data nodes, which run all the time.", ge=1, le=80)
    zones: Literal["1", "2", "3"] = choice(
        "2", "Availability Zones over which the nodes are spread.", title="Availability Zones"
    )
    master_nodes: Literal["0", "3", "5"] = choice(
        "0",
        "Dedicated nodes that steer the cluster; AWS advises three in production.",
        title="Dedicated cluster managers",
    )
    master_type: TYPES = choice("m6g.large", "Kind of a dedicated cluster manager.")
    volume_gb: int = quantity(
        "GB", 100, "gp3 volume of each data node.", title="Volume", ge=10, le=16_384
    )
    replicas: int = quantity(
        "copies", 1, "Copies of each document beside the first.", ge=0, le=4, source=SIZING
    )
    retention_days: float = quantity(
        "days",
        14,
        "Age at which indexes are deleted (by index rotation and a policy in the domain).",
        title="Documents of the last",
        gt=0,
        le=3_650,
        group="Assumptions",
        assumed=True,
    )
    documents_per_node: float = quantity(
        "documents/s",
        2_000,
        "Documents that one data node indexes per second: measure it.",
        title="Documents per node",
        gt=0,
        le=1e6,
        group="Assumptions",
        assumed=True,
    )
    error_ratio: float = ratio(
        0.0, "Share of the requests that the domain refuses.", title="Errors", lt=1
    )
    in_vpc: bool = flag(
        False,
        "The domain has addresses in a VPC only; Firehose delivery into it is billed by hour and "
        "GB.",
        title="In a VPC",
        group="Network",
    )

    @property
    def payload_mib(self) -> float:
        """Largest request, in MiB: what a sender's buffer must not exceed."""
        return PAYLOAD.value / 1024

    @property
    def delivery_zones(self) -> int:
        """Subnets in which a sender needs addresses of its own; 0 outside of a VPC."""
        return int(self.zones) if self.in_vpc else 0

    def station(self, ctx: Context) -> Station:
        most = self.nodes * self.documents_per_node
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="Indexing or search",
            caps=(Cap(INDEXING, Per.EVENT, most, WRITES),),
            error_ratio=self.error_ratio,
        )

    def needed_gb(self, flow: NodeFlow) -> float:
        """Return the volume that each node needs for the documents that are kept."""
        kib_per_s = sum(e.events_per_s * e.size_kib for e in flow.inbound if e.op in WRITES)
        source_gb = kib_per_s * 86_400 * self.retention_days / KIB_PER_GB
        return source_gb * (1 + self.replicas) * INDEX_OVERHEAD / USABLE / self.nodes

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for kind, count in (
            (self.instance_type, self.nodes),
            (self.master_type, int(self.master_nodes)),
        ):
            if count:
                formula = f"{count} instances × {number(ctx.month_h)} h"
                hours = count * ctx.month_h
                yield Usage(f"opensearch.instance_hour.{kind}", hours, "instance-hour", formula)
        formula = f"{self.nodes} data nodes × {self.volume_gb} GB"
        yield Usage("opensearch.storage.gp3", self.nodes * self.volume_gb, "GB-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.inbound:
            yield ALWAYS_ON.found(
                f"{self.nodes} data nodes of {view.name} run {number(ctx.month_h)} h a month.",
                "Compare with files in S3 and a query service, if searches are rare.",
            )
        used = view.utilisation.get(INDEXING.id, 0.0)
        if used > 1:
            nodes = math.ceil(self.nodes * used * 1.25)
            yield OVERLOADED.found(
                f"{view.name} gets {number(used * 100)} % of what its {self.nodes} data nodes "
                "index at the busiest hour.",
                f"Use {nodes} data nodes or larger ones.",
                field="nodes",
                value=min(80, nodes),
            )
        needed = math.ceil(self.needed_gb(view.flow) - 1e-9)
        if needed > self.volume_gb:
            yield VOLUME.found(
                f"Each node of {view.name} needs {number(needed)} GB for documents of "
                f"{number(self.retention_days)} days; its volume has {number(self.volume_gb)} GB.",
                "Enlarge the volumes, add nodes, or keep documents for fewer days.",
                field="volume_gb",
                value=needed if needed <= 16_384 else None,
            )
        if self.nodes == 1:
            yield SINGLE.found(
                f"{view.name} has one data node and no replica.",
                "Use two data nodes in two zones, or three.",
                field="nodes",
                value=2,
            )
        if self.instance_type.startswith("t3") and used > 0.5:
            yield TOO_FINE.found(
                f"{view.name} runs on {self.instance_type} at {number(used * 100)} % of its "
                "assumed indexing rate.",
                "Take an m or r type.",
                field="instance_type",
                value="m6g.large",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",  # Roles of this account, by what their policies allow.
                    "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
                    "Action": "es:ESHttp*",
                    "Resource": "*",
                }
            ],
        }
        properties: dict[str, Any] = {
            "EngineVersion": "OpenSearch_2.19",
            "ClusterConfig": self._cluster(),
            "EBSOptions": {
                "EBSEnabled": True,
                "VolumeType": "gp3",
                "VolumeSize": self.volume_gb,
            },
            "AccessPolicies": policy,
            "EncryptionAtRestOptions": {"Enabled": True},
            "NodeToNodeEncryptionOptions": {"Enabled": True},
            "DomainEndpointOptions": {"EnforceHTTPS": True},
        }
        if self.in_vpc:
            yield _security_group()
            group = get_att(f"{site.logical_id}SecurityGroup", "GroupId")
            subnets = [{"Fn::Select": [i, ref("PrivateSubnetIds")]} for i in range(int(self.zones))]
            properties["VPCOptions"] = {"SubnetIds": subnets, "SecurityGroupIds": [group]}
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        yield Resource("AWS::OpenSearchService::Domain", properties, attributes=kept)

    def _cluster(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "InstanceType": f"{self.instance_type}.search",
            "InstanceCount": self.nodes,
            "ZoneAwarenessEnabled": self.zones != "1",
        }
        if self.zones != "1":
            found["ZoneAwarenessConfig"] = {"AvailabilityZoneCount": int(self.zones)}
        if self.master_nodes != "0":
            found |= {
                "DedicatedMasterEnabled": True,
                "DedicatedMasterCount": int(self.master_nodes),
                "DedicatedMasterType": f"{self.master_type}.search",
            }
        return found

    def parameters(self, site: Site) -> Iterable[Parameter]:
        if self.in_vpc:
            yield VPC
            yield PRIVATE_SUBNETS

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.nodes < int(self.zones):
            yield ("nodes",), f"{self.nodes} data nodes cannot stand in {self.zones} zones."

    def remarks(self, site: Site) -> Iterable[str]:
        yield f"{site.placed.label} is kept when the stack is deleted, with its documents."
        yield (
            f"Old indexes of {site.placed.label} are deleted by a policy inside the domain (Index "
            "State Management), which no template carries."
        )
        if self.in_vpc:
            yield f"{site.placed.label} lets in addresses of 10.0.0.0/8: narrow it to your VPC's."

    def address(self, logical_id: str) -> Address:
        endpoint = sub(f"https://${{{logical_id}.DomainEndpoint}}")
        return Address("URL", endpoint, "Address of the domain")

    def access(self, logical_id: str, operation: str) -> Access:
        actions = READ_ACTIONS if operation == "read" else WRITE_ACTIONS
        return Access(actions, (self.arn(logical_id), sub(f"${{{logical_id}.Arn}}/*")))


def _security_group() -> Resource:
    ingress = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
    properties = {
        "GroupDescription": "Senders and searchers of the domain",
        "VpcId": ref("VpcId"),
        "SecurityGroupIngress": [ingress],
    }
    return Resource("AWS::EC2::SecurityGroup", properties, "SecurityGroup")


SERVICES = (OpenSearchDomain,)
CONNECTIONS = ()
