"""What a Fargate service is in CloudFormation: cluster, task, service, network, scaling."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import BALANCER, POLLED, Link, Resource, Site, get_att, log_group, ref, sub

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


def balanced(site: Site) -> list[Link]:
    """Return the arrows that come from load balancers."""
    return [link for link in site.inbound if link.source.service.type == BALANCER]


def _after(site: Site) -> dict[str, Any]:
    """A service wants its target groups to belong to a balancer already."""
    rules = [f"{link.logical_id}Rule" for link in balanced(site)]
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
    if balanced(site):
        container["PortMappings"] = [{"ContainerPort": service.port}]
    polled = [link for link in site.inbound if link.source.service.type in POLLED]
    named = service.environment(site.outbound)
    named |= {
        f"{link.source.id}_{link.source.address.kind}".upper(): link.source.address.value
        for link in polled
    }
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
    fronts = balanced(site)
    if fronts:
        properties["LoadBalancers"] = [
            {
                "ContainerName": CONTAINER,
                "ContainerPort": service.port,
                "TargetGroupArn": ref(f"{link.logical_id}TargetGroup"),
            }
            for link in fronts
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
    queues = [link for link in site.inbound if link.source.service.type == "sqs_queue"]
    tracking: dict[str, Any]
    if service.scaling == "backlog" and queues:
        tracking = {
            "TargetValue": service.backlog_target,
            "CustomizedMetricSpecification": {"Metrics": _backlog(own, queues[0])},
        }
    else:
        tracking = {
            "TargetValue": round(100 * service.target_ratio, 1),
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
        }
    yield Resource(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        {
            "PolicyName": f"{own}Load",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": ref(f"{own}Scaling"),
            "TargetTrackingScalingPolicyConfiguration": {**tracking, **COOLDOWN_S},
        },
        "ScalingPolicy",
    )


def _backlog(own: str, queue: Link) -> list[dict[str, Any]]:
    """Return messages per running task; a task reports its CPU once a minute, so samples count."""

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
    service = get_att(own, "Name")
    return [
        stat("waiting", "AWS/SQS", waiting, "Sum", QueueName=name),
        stat(
            "tasks",
            "AWS/ECS",
            "CPUUtilization",
            "SampleCount",
            ClusterName=ref(f"{own}Cluster"),
            ServiceName=service,
        ),
        {"Id": "backlog", "Expression": "waiting / tasks", "ReturnData": True},
    ]
