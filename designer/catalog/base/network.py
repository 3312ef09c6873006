"""The network that servers stand in: asked for when the template is deployed."""

from __future__ import annotations

from .resources import Parameter

SUBNETS = "List<AWS::EC2::Subnet::Id>"
VPC = Parameter("VpcId", "VPC for the servers of this design.", type="AWS::EC2::VPC::Id")
PUBLIC_SUBNETS = Parameter(
    "PublicSubnetIds",
    "Public subnets of the VPC in two or more zones, with a route to an internet gateway.",
    type=SUBNETS,
)
PRIVATE_SUBNETS = Parameter(
    "PrivateSubnetIds",
    "Private subnets of the VPC in two or more zones, for what needs no public address.",
    type=SUBNETS,
)
