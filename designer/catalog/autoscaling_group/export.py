"""What an Auto Scaling group is in CloudFormation: launch template, group, role, scaling."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import (
    Resource,
    Site,
    environment,
    from_balancers,
    get_att,
    log_group,
    metric,
    ref,
    sub,
    tracking,
    within,
)

if TYPE_CHECKING:
    from .room import AutoScalingGroup

IMAGE = "{{{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}}}}}"
ARM = ("t4g.", "m6g.", "m7g.", "m8g.", "c6g.", "c7g.", "r6g.", "r7g.")


def group_resources(group: AutoScalingGroup, site: Site) -> Iterable[Resource]:
    own = site.logical_id
    yield log_group("Logs", int(group.log_retention_days))
    yield Resource(
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": f"Instances of {own}", "VpcId": ref("VpcId")},
        "SecurityGroup",
    )
    yield Resource("AWS::IAM::InstanceProfile", {"Roles": [ref(site.placed.role_id)]}, "Profile")
    yield Resource(
        "AWS::EC2::LaunchTemplate", {"LaunchTemplateData": _launch(group, site)}, "Launch"
    )
    yield Resource("AWS::AutoScaling::AutoScalingGroup", _group(group, site))
    if group.min_instances < group.max_instances:
        yield _scaling(group, site)


def _launch(group: AutoScalingGroup, site: Site) -> dict[str, Any]:
    own = site.logical_id
    arm = group.instance_type.startswith(ARM)
    network = {
        "DeviceIndex": 0,
        "AssociatePublicIpAddress": group.public_ip,
        "Groups": [get_att(f"{own}SecurityGroup", "GroupId")],
    }
    disk = {
        "DeviceName": "/dev/xvda",
        "Ebs": {"VolumeSize": group.disk_gb, "VolumeType": "gp3", "Encrypted": True},
    }
    return {
        "ImageId": IMAGE.format(arch="arm64" if arm else "x86_64"),
        "InstanceType": group.instance_type,
        "IamInstanceProfile": {"Arn": get_att(f"{own}Profile", "Arn")},
        "NetworkInterfaces": [network],
        "BlockDeviceMappings": [disk],
        "MetadataOptions": {"HttpTokens": "required"},
        "UserData": {"Fn::Base64": _user_data(group, site)},
    }


def _user_data(group: AutoScalingGroup, site: Site) -> Any:
    lines = [f"{name}={within(value)}" for name, value in environment(site).items()]
    script = "\n".join(["#!/bin/bash", "cat > /etc/weir.env <<'END'", *lines, "END", ""])
    return sub(script) if "${" in script else script


def _group(group: AutoScalingGroup, site: Site) -> dict[str, Any]:
    own = site.logical_id
    properties: dict[str, Any] = {
        "MinSize": str(group.min_instances),
        "MaxSize": str(group.max_instances),
        "VPCZoneIdentifier": ref("PublicSubnetIds" if group.public_ip else "PrivateSubnetIds"),
        "LaunchTemplate": {
            "LaunchTemplateId": ref(f"{own}Launch"),
            "Version": get_att(f"{own}Launch", "LatestVersionNumber"),
        },
        "DefaultInstanceWarmup": math.ceil(group.boot_s),
        "MetricsCollection": [{"Granularity": "1Minute", "Metrics": ["GroupInServiceInstances"]}],
    }
    balanced = from_balancers(site)
    if balanced:
        properties["TargetGroupARNs"] = [ref(f"{link.logical_id}TargetGroup") for link in balanced]
        properties["HealthCheckType"] = "ELB"
        properties["HealthCheckGracePeriod"] = math.ceil(group.boot_s)
    return properties


def _scaling(group: AutoScalingGroup, site: Site) -> Resource:
    own = site.logical_id
    running = metric(
        "instances",
        "AWS/AutoScaling",
        "GroupInServiceInstances",
        "Average",
        AutoScalingGroupName=ref(own),
    )
    return Resource(
        "AWS::AutoScaling::ScalingPolicy",
        {
            "AutoScalingGroupName": ref(own),
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingConfiguration": tracking(
                group, site, "ASGAverageCPUUtilization", running
            ),
        },
        "ScalingPolicy",
    )
