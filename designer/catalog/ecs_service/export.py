"""What a Fargate service is in CloudFormation: cluster, task, service, network, scaling."""

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
)

if TYPE_CHECKING:
    from .room import EcsService

EXECUTION_POLICY = (
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
)
CONTAINER = "app"
COOLDOWN_S = {"ScaleInCooldown": 300, "ScaleOutCooldown": 60}


def service_resources(service: EcsService, site: Site) -> Iterable[Resource]:
    own = site.logical_id
    yield log_group("Logs", int(service.log_retention_days))
    yield Resource("AWS::ECS::Cluster", {}, "Cluster")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    yield Resource(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "ManagedPolicyArns": [sub(EXECUTION_POLICY)],
        },
        "ExecutionRole",
    )
    yield Resource(
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": f"Tasks of {own}", "VpcId": ref("VpcId")},
        "SecurityGroup",
    )
    yield Resource("AWS::ECS::TaskDefinition", _task(service, site), "Task")
    yield Resource("AWS::ECS::Service", _service(service, site), attributes=_after(site))
    if service.min_tasks < service.max_tasks:
        yield from _scaling(service, site)


def _after(site: Site) -> dict[str, Any]:
    """A service wants its target groups to belong to a balancer already."""
    rules = [f"{link.logical_id}Rule" for link in from_balancers(site)]
    return {"DependsOn": rules} if rules else {}


def _task(service: EcsService, site: Site) -> dict[str, Any]:
    own = site.logical_id
    container: dict[str, Any] = {
        "Name": CONTAINER,
        "Image": ref(f"{own}ImageUri"),
        "Essential": True,
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": ref(f"{own}Logs"),
                "awslogs-region": ref("AWS::Region"),
                "awslogs-stream-prefix": CONTAINER,
            },
        },
    }
    if from_balancers(site):
        container["PortMappings"] = [{"ContainerPort": service.port}]
    named = environment(site)
    if named:
        container["Environment"] = [{"Name": n, "Value": v} for n, v in named.items()]
    properties: dict[str, Any] = {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": str(int(float(service.vcpu) * 1024)),
        "Memory": str(int(service.memory_gb * 1024)),
        "RuntimePlatform": {
            "OperatingSystemFamily": "LINUX",
            "CpuArchitecture": "X86_64" if service.architecture == "x86_64" else "ARM64",
        },
        "ExecutionRoleArn": get_att(f"{own}ExecutionRole", "Arn"),
        "TaskRoleArn": site.placed.role_arn,
        "ContainerDefinitions": [container],
    }
    if service.storage_gb > 20:
        properties["EphemeralStorage"] = {"SizeInGiB": service.storage_gb}
    return properties


def _service(service: EcsService, site: Site) -> dict[str, Any]:
    own = site.logical_id
    subnets = "PublicSubnetIds" if service.public_ip else "PrivateSubnetIds"
    properties: dict[str, Any] = {
        "Cluster": ref(f"{own}Cluster"),
        "TaskDefinition": ref(f"{own}Task"),
        "LaunchType": "FARGATE",
        "DesiredCount": service.min_tasks,
        "DeploymentConfiguration": {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": True}},
        "NetworkConfiguration": {
            "AwsvpcConfiguration": {
                "Subnets": ref(subnets),
                "SecurityGroups": [ref(f"{own}SecurityGroup")],
                "AssignPublicIp": "ENABLED" if service.public_ip else "DISABLED",
            }
        },
    }
    front = from_balancers(site)
    if front:
        properties["LoadBalancers"] = [
            {
                "ContainerName": CONTAINER,
                "ContainerPort": service.port,
                "TargetGroupArn": ref(f"{link.logical_id}TargetGroup"),
            }
            for link in front
        ]
        properties["HealthCheckGracePeriodSeconds"] = math.ceil(service.start_s)
    return properties


def _scaling(service: EcsService, site: Site) -> Iterable[Resource]:
    own = site.logical_id
    yield Resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": sub(f"service/${{{own}Cluster}}/${{{own}.Name}}"),
            "MinCapacity": service.min_tasks,
            "MaxCapacity": service.max_tasks,
        },
        "Scaling",
    )
    # A task reports its CPU once a minute, so the samples count tasks.
    running = metric(
        "tasks",
        "AWS/ECS",
        "CPUUtilization",
        "SampleCount",
        ClusterName=ref(f"{own}Cluster"),
        ServiceName=get_att(own, "Name"),
    )
    target = tracking(service, site, "ECSServiceAverageCPUUtilization", running)
    yield Resource(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        {
            "PolicyName": f"{own}Load",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": ref(f"{own}Scaling"),
            "TargetTrackingScalingPolicyConfiguration": {**target, **COOLDOWN_S},
        },
        "ScalingPolicy",
    )
