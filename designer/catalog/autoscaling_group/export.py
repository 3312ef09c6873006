"""What an Auto Scaling group is in CloudFormation: launch template, group, role, scaling."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import BALANCER, POLLED, Link, Resource, Site, get_att, log_group, ref, sub, within

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
    polled = [link for link in site.inbound if link.source.service.type in POLLED]
    named = group.environment(site.outbound)
    named |= {
        f"{link.source.id}_{link.source.address.kind}".upper(): link.source.address.value
        for link in polled
    }
    lines = [f"{name}={within(value)}" for name, value in named.items()]
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
    fronts = [link for link in site.inbound if link.source.service.type == BALANCER]
    if fronts:
        properties["TargetGroupARNs"] = [ref(f"{link.logical_id}TargetGroup") for link in fronts]
        properties["HealthCheckType"] = "ELB"
        properties["HealthCheckGracePeriod"] = math.ceil(group.boot_s)
    return properties


def _scaling(group: AutoScalingGroup, site: Site) -> Resource:
    own = site.logical_id
    queues = [link for link in site.inbound if link.source.service.type == "sqs_queue"]
    tracking: dict[str, Any]
    if group.scaling == "backlog" and queues:
        tracking = {
            "TargetValue": group.backlog_target,
            "CustomizedMetricSpecification": {"Metrics": _backlog(own, queues[0])},
        }
    else:
        tracking = {
            "TargetValue": round(100 * group.target_ratio, 1),
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
        }
    return Resource(
        "AWS::AutoScaling::ScalingPolicy",
        {
            "AutoScalingGroupName": ref(own),
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingConfiguration": tracking,
        },
        "ScalingPolicy",
    )


def _backlog(own: str, queue: Link) -> list[dict[str, Any]]:
    """Return messages per instance in service, as AWS's guide computes it."""

    def stat(metric_id: str, space: str, name: str, kind: str, **by: Any) -> dict[str, Any]:
        dimensions = [{"Name": key, "Value": value} for key, value in by.items()]
        metric = {"Namespace": space, "MetricName": name, "Dimensions": dimensions}
        return {
            "Id": metric_id,
            "MetricStat": {"Metric": metric, "Stat": kind},
            "ReturnData": False,
        }

    name = get_att(queue.source.logical_id, "QueueName")
    waiting = "ApproximateNumberOfMessagesVisible"
    return [
        stat("waiting", "AWS/SQS", waiting, "Sum", QueueName=name),
        stat(
            "instances",
            "AWS/AutoScaling",
            "GroupInServiceInstances",
            "Average",
            AutoScalingGroupName=ref(own),
        ),
        {"Id": "backlog", "Expression": "waiting / instances", "ReturnData": True},
    ]
