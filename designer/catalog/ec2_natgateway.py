"""NAT gateway: lets what has no public address reach the internet; billed by the hour and the GB.

Quotas:  https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
Pricing: https://aws.amazon.com/vpc/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    KIB_PER_GB,
    PRIVATE_SUBNETS,
    VPC,
    Cap,
    Connection,
    Context,
    Excess,
    Finding,
    Grant,
    Hop,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
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
    get_att,
    monthly,
    number,
    quantity,
    ref,
)

BASICS = Source(
    "NAT gateway basics",
    "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
    "2026-11-21",
)
PRICING = Source("Amazon VPC pricing", "https://aws.amazon.com/vpc/pricing/", "2026-11-21")
BANDWIDTH = Limit(
    "nat.bandwidth",
    "Bandwidth of a NAT gateway",
    12_207_031,
    "KiB/s",
    BASICS,
    note="100 Gbit/s; starts at 5 Gbit/s and grows by itself (45 Gbit/s until 2022).",
)
PARAMETERS = {
    "public": Parameter(
        "NatSubnetId",
        "Public subnet in which the NAT gateway stands.",
        type="AWS::EC2::Subnet::Id",
    ),
    "routes": Parameter(
        "PrivateRouteTableId", "Route table of the private subnets, without a way out yet."
    ),
}

ONE_ZONE = Rule(
    "nat-one-zone",
    Severity.NOTE,
    "One NAT gateway, one zone",
    "A NAT gateway stands in one zone; when the zone fails, nothing behind it reaches out, and "
    "traffic from other zones is billed between zones.",
    BASICS,
)


class NatGateway(Service):
    type: Literal["ec2_natgateway"] = "ec2_natgateway"
    title: ClassVar = "NAT gateway"
    aliases: ClassVar = ("nat", "vpc", "egress", "internet", "private subnet")
    category: ClassVar = "Network"
    summary: ClassVar = "Lets private servers and functions in a VPC reach the internet and AWS."
    docs_url: ClassVar = BASICS.url
    pricing_url: ClassVar = PRICING.url
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::EC2::NatGateway"
    id_base: ClassVar = "nat"
    limits: ClassVar = (BANDWIDTH,)
    rules: ClassVar = (ONE_ZONE,)

    gateways: int = quantity(
        "gateways", 1, "How many there are: one, or one for each zone.", ge=1, le=6
    )

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(0.0005, 0.002),
            service_label="NAT gateway",
            caps=(Cap(BANDWIDTH, Per.KIB, self.gateways * BANDWIDTH.value),),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        hours = self.gateways * ctx.month_h
        formula = f"{self.gateways} × {number(ctx.month_h)} h"
        yield Usage("vpc.nat_gateway.hours", hours, "hour", formula)
        yield Usage("vpc.public_ipv4", hours, "address-hour", formula)
        for edge in flow.inbound:
            gb_per_s = edge.events_per_s * edge.size_kib / KIB_PER_GB
            origin = f"{number(edge.size_kib)} KiB per event of {edge.peer}"
            yield monthly("vpc.nat_gateway.data", "GB", gb_per_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if self.gateways == 1:
            yield ONE_ZONE.found(
                f"{view.name} is one gateway.",
                "Have one for each zone where an outage of a zone must not stop the system.",
                field="gateways",
                value=2,
            )

    # ---- The template ----

    def parameters(self, site: Site) -> Iterable[Parameter]:
        yield from PARAMETERS.values()
        if any(link.source.service.type == "lambda_function" for link in site.inbound):
            yield VPC
            yield PRIVATE_SUBNETS

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.gateways > 1:
            yield (
                ("gateways",),
                "A template for several gateways needs a subnet and a route table for each zone: "
                "draw one, or export with 1 and repeat it.",
            )

    def resources(self, site: Site) -> Iterable[Resource]:
        yield Resource("AWS::EC2::EIP", {"Domain": "vpc"}, "Address")
        yield Resource(
            "AWS::EC2::NatGateway",
            {
                "AllocationId": get_att(f"{site.logical_id}Address", "AllocationId"),
                "SubnetId": ref("NatSubnetId"),
            },
        )
        yield Resource(
            "AWS::EC2::Route",
            {
                "RouteTableId": ref("PrivateRouteTableId"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "NatGatewayId": site.placed.ref,
            },
            "Route",
        )

    def arn(self, logical_id: str) -> Any:
        return ref(logical_id)


class NatEgress(Connection):
    type: Literal["ec2_nat_egress"] = "ec2_nat_egress"
    title: ClassVar = "Way out"
    summary: ClassVar = "What the code sends to and gets from outside its VPC goes by the gateway."
    sources: ClassVar = frozenset({"ecs_service", "autoscaling_group", "lambda_function"})
    targets: ClassVar = frozenset({"ec2_natgateway"})
    cloudformation: ClassVar = "AWS::EC2::Route"
    docs_url: ClassVar = BASICS.url

    payload_kib: float = quantity(
        "KiB",
        8,
        "What passes the gateway for each event, out and back: calls of AWS's APIs as well, where "
        "the VPC has no endpoints for them.",
        title="Traffic per event",
        ge=0,
        le=1e6,
        assumed=True,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        # "read": traffic beside the event, not a place where the event goes.
        return Hop(Mechanism.CALL, op="read", payload_kib=self.payload_kib, excess=Excess.REFUSE)

    # ---- The template ----

    def _function(self, link: Link) -> bool:
        """Tell whether the source is a function that is not in a VPC by its own form yet."""
        inside = getattr(link.source.service, "vpc", False)
        return link.source.service.type == "lambda_function" and not inside

    def resources(self, link: Link) -> Iterable[Resource]:
        if self._function(link):
            yield Resource(
                "AWS::EC2::SecurityGroup",
                {
                    "GroupDescription": f"Function {link.source.logical_id}",
                    "VpcId": ref("VpcId"),
                },
                "SecurityGroup",
            )

    def patches(self, link: Link) -> Iterable[Patch]:
        if self._function(link):
            network = {
                "SubnetIds": ref("PrivateSubnetIds"),
                "SecurityGroupIds": [get_att(f"{link.logical_id}SecurityGroup", "GroupId")],
            }
            yield Patch(link.source.logical_id, ("Properties", "VpcConfig"), network)

    def grants(self, link: Link) -> Iterable[Grant]:
        if self._function(link):
            actions = (
                "CreateNetworkInterface",
                "DescribeNetworkInterfaces",
                "DeleteNetworkInterface",
            )
            yield Grant("source", tuple(f"ec2:{a}" for a in actions), ("*",))


SERVICES = (NatGateway,)
CONNECTIONS = (NatEgress,)
