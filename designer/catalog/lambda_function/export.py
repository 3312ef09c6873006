"""What a function and its triggers are in CloudFormation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..base import (
    ACCOUNT,
    Grant,
    Parameter,
    Placed,
    Resource,
    Site,
    get_att,
    log_group,
    ref,
    sub,
)
from .starter import HANDLERS, starter

if TYPE_CHECKING:
    from .room import LambdaFunction

ON_FAILURE, ON_SUCCESS = "lambda_on_failure", "lambda_on_success"
DRAWN_LOGS = "lambda_logs"
DEAD_LETTER, URL = "lambda_dead_letter", "lambda_url_call"
CATCHES = (ON_FAILURE, DEAD_LETTER)  # What keeps events that were given up.
DEFAULT_RETRIES, DEFAULT_AGE_S = "2", 21_600
FREE_EPHEMERAL_MB = 512
HOURS = 24
ALIAS = "live"
# What Lambda itself does for a function in a VPC; none of it can be asked on one resource.
VPC_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
TRACE_ACTIONS = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def _drawn_logs(site: Site) -> bool:
    """Tell whether the function logs into a log group of the drawing."""
    return any(link.connection.type == DRAWN_LOGS for link in site.outbound)


def _own_logs(function: LambdaFunction) -> Resource:
    logs = log_group("Logs", int(function.log_retention_days))
    if function.log_class == "STANDARD":
        return logs
    return replace(logs, properties={**logs.properties, "LogGroupClass": function.log_class})


def function_resources(function: LambdaFunction, site: Site) -> Iterable[Resource]:
    """Yield log group, function, what may invoke it, and its asynchronous destinations."""
    if not _drawn_logs(site):
        yield _own_logs(function)
    yield Resource("AWS::Lambda::Function", dict(_properties(function, site)))
    if function.aliased:
        yield from _versions(function, site)
    yield from _url(function, site)
    for link, delivery in site.deliveries:
        permission: dict[str, Any] = {
            "Action": "lambda:InvokeFunction",
            "FunctionName": called(site.placed),
            "Principal": delivery.principal,
        }
        if delivery.source_arn is not None:
            permission["SourceArn"] = delivery.source_arn
        if delivery.account:
            permission["SourceAccount"] = ACCOUNT
        yield Resource(
            "AWS::Lambda::Permission", permission, logical_id=f"{link.logical_id}Permission"
        )
    destinations = {
        key: {"Destination": link.target.arn}
        for link in site.outbound
        for kind, key in ((ON_SUCCESS, "OnSuccess"), (ON_FAILURE, "OnFailure"))
        if link.connection.type == kind
    }
    aged = function.async_max_age_s != DEFAULT_AGE_S
    if destinations or aged or function.async_retries != DEFAULT_RETRIES:
        invocation: dict[str, Any] = {
            "FunctionName": site.placed.ref,
            "Qualifier": ALIAS if function.aliased else "$LATEST",
            "MaximumRetryAttempts": int(function.async_retries),
        }
        if aged:
            invocation["MaximumEventAgeInSeconds"] = function.async_max_age_s
        attributes: dict[str, Any] = {}
        if function.aliased:
            attributes["DependsOn"] = [f"{site.logical_id}Alias"]
        if destinations:
            invocation["DestinationConfig"] = destinations
            # Lambda asks at once whether the role may reach them.
            attributes["DependsOn"] = [site.placed.policy_id, *attributes.get("DependsOn", [])]
        yield Resource("AWS::Lambda::EventInvokeConfig", invocation, "AsyncInvoke", attributes)


def _properties(function: LambdaFunction, site: Site) -> Iterable[tuple[str, Any]]:
    yield "Description", site.placed.label
    yield "Role", site.placed.role_arn
    yield "PackageType", function.package
    if function.package == "Image":
        yield "Code", {"ImageUri": ref(f"{site.logical_id}ImageUri")}
    else:
        yield "Runtime", function.runtime
        code = starter(function.runtime)
        if code is None:
            yield "Handler", ref(f"{site.logical_id}Handler")
            bucket, key = f"{site.logical_id}CodeBucket", f"{site.logical_id}CodeKey"
            yield "Code", {"S3Bucket": ref(bucket), "S3Key": ref(key)}
        else:
            yield "Handler", "index.handler"
            yield "Code", {"ZipFile": code}
    yield "Architectures", [function.architecture]
    yield "MemorySize", function.memory_mb
    yield "Timeout", math.ceil(function.timeout_s)
    if function.ephemeral_mb > FREE_EPHEMERAL_MB:
        yield "EphemeralStorage", {"Size": function.ephemeral_mb}
    if function.reserved_concurrency is not None:
        yield "ReservedConcurrentExecutions", function.reserved_concurrency
    if function.package == "Zip" and function.layers:
        yield "Layers", [ref(name) for name in _layer_names(function, site)]
    if function.vpc:
        own_id = site.logical_id
        yield (
            "VpcConfig",
            {
                "SubnetIds": ref(f"{own_id}SubnetIds"),
                "SecurityGroupIds": ref(f"{own_id}SecurityGroupIds"),
            },
        )
    if function.snapstart:
        yield "SnapStart", {"ApplyOn": "PublishedVersions"}
    if function.tracing:
        yield "TracingConfig", {"Mode": "Active"}
    logging: dict[str, Any] = {}
    if not _drawn_logs(site):
        logging["LogGroup"] = ref(f"{site.logical_id}Logs")
    if function.log_format == "JSON":
        logging |= {"LogFormat": "JSON", "ApplicationLogLevel": function.log_level}
    if logging:
        yield "LoggingConfig", logging


def _layer_names(function: LambdaFunction, site: Site) -> list[str]:
    return [f"{site.logical_id}Layer{i}Arn" for i in range(1, function.layers + 1)]


def called(placed: Placed) -> Any:
    """Return how what calls a function names it: by its alias where it has one."""
    return placed.arn if getattr(placed.service, "aliased", False) else placed.ref


def _versions(function: LambdaFunction, site: Site) -> Iterable[Resource]:
    """Yield a published version and the alias that callers use."""
    yield Resource("AWS::Lambda::Version", {"FunctionName": site.placed.ref}, "Version")
    alias: dict[str, Any] = {
        "FunctionName": site.placed.ref,
        "FunctionVersion": get_att(f"{site.logical_id}Version", "Version"),
        "Name": ALIAS,
    }
    if function.provisioned_concurrency is not None and function.provisioned_length_h >= HOURS:
        kept = {"ProvisionedConcurrentExecutions": function.provisioned_concurrency}
        alias["ProvisionedConcurrencyConfig"] = kept
    yield Resource("AWS::Lambda::Alias", alias, "Alias")
    if function.provisioned_concurrency is not None and function.provisioned_length_h < HOURS:
        yield from _schedule(function, site)


def _schedule(function: LambdaFunction, site: Site) -> Iterable[Resource]:
    """Yield what starts the provisioned environments and ends them every day."""
    minutes = round((function.provisioned_start_h + function.provisioned_length_h) * 60)
    ends_h, ends_min = divmod(minutes % (HOURS * 60), 60)
    kept = int(function.provisioned_concurrency or 0)
    actions = (
        ("Start", f"cron(0 {function.provisioned_start_h} * * ? *)", kept),
        ("End", f"cron({ends_min} {ends_h} * * ? *)", 0),
    )
    yield Resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "ServiceNamespace": "lambda",
            "ScalableDimension": "lambda:function:ProvisionedConcurrency",
            "ResourceId": sub(f"function:${{{site.logical_id}}}:{ALIAS}"),
            "MinCapacity": 0,
            "MaxCapacity": kept,
            "ScheduledActions": [
                {
                    "ScheduledActionName": name,
                    "Schedule": when,
                    "ScalableTargetAction": {"MinCapacity": count, "MaxCapacity": count},
                }
                for name, when, count in actions
            ],
        },
        "Schedule",
        {"DependsOn": [f"{site.logical_id}Alias"]},
    )


def _url(function: LambdaFunction, site: Site) -> Iterable[Resource]:
    """Yield the function's one URL, and who may call it without signing."""
    calls = [link.connection for link in site.inbound if link.connection.type == URL]
    if not calls:
        return
    auth, mode = getattr(calls[0], "auth", ""), getattr(calls[0], "invoke_mode", "")
    url: dict[str, Any] = {
        "TargetFunctionArn": site.placed.ref,
        "AuthType": auth,
        "InvokeMode": mode,
    }
    attributes = {}
    if function.aliased:
        url["Qualifier"] = ALIAS
        attributes["DependsOn"] = [f"{site.logical_id}Alias"]
    yield Resource("AWS::Lambda::Url", url, "Url", attributes)
    if auth == "NONE":
        permission = {
            "Action": "lambda:InvokeFunctionUrl",
            "FunctionName": called(site.placed),
            "FunctionUrlAuthType": "NONE",
            "Principal": "*",
        }
        yield Resource("AWS::Lambda::Permission", permission, "UrlPermission")


def function_grants(function: LambdaFunction, site: Site) -> Iterable[Grant]:
    if not _drawn_logs(site):
        logs = get_att(f"{site.logical_id}Logs", "Arn")
        yield Grant("source", ("logs:CreateLogStream", "logs:PutLogEvents"), (logs,))
    if function.vpc:
        yield Grant("source", VPC_ACTIONS, ("*",))
    if function.tracing:
        yield Grant("source", TRACE_ACTIONS, ("*",))


def function_parameters(function: LambdaFunction, site: Site) -> Iterable[Parameter]:
    label, own_id = site.placed.label, site.logical_id
    if function.package == "Image":
        yield Parameter(
            f"{own_id}ImageUri",
            f"Image of {label} in ECR, account.dkr.ecr.region.amazonaws.com/repository:tag.",
        )
    elif starter(function.runtime) is None:
        yield Parameter(f"{own_id}CodeBucket", f"S3 bucket that holds the code of {label}.")
        yield Parameter(f"{own_id}CodeKey", f"Key of the zip archive with the code of {label}.")
        yield Parameter(
            f"{own_id}Handler",
            f"Entry point of {label} in its archive.",
            HANDLERS[function.runtime],
        )
    if function.package == "Zip" and function.layers:
        for i, name in enumerate(_layer_names(function, site), 1):
            yield Parameter(name, f"ARN of layer {i} of {label}, with its version.")
    if function.vpc:
        yield Parameter(
            f"{own_id}SubnetIds",
            f"Private subnets of {label}, in two zones or more.",
            type="List<AWS::EC2::Subnet::Id>",
        )
        yield Parameter(
            f"{own_id}SecurityGroupIds",
            f"Security groups of {label}.",
            type="List<AWS::EC2::SecurityGroup::Id>",
        )


def function_remarks(function: LambdaFunction, site: Site) -> Iterable[str]:
    label = site.placed.label
    if function.package == "Image":
        yield f"{label} runs an image: its address in ECR is asked for at deployment."
    elif starter(function.runtime) is None:
        yield (
            f"{label} runs {function.runtime}, which a template cannot carry: bucket and key of "
            "its archive are asked for at deployment."
        )
    else:
        yield f"{label} is deployed with a starter that accepts every event: put your code there."
    if function.alias and function.new_version_ratio > 0:
        yield (
            f'The alias "{ALIAS}" of {label} begins with all traffic on its first version: shift '
            f"{function.new_version_ratio:.0%} to the next one when it is published."
        )
    if function.vpc and function.way_out != "none":
        yield (
            f"The {'NAT gateway' if function.way_out == 'nat' else 'endpoints'} by which {label} "
            "leaves its VPC must stand in the VPC already."
        )


def url_obstacles(site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """Yield where the arrows to a function's one URL contradict each other."""
    calls = [link.connection for link in site.inbound if link.connection.type == URL]
    for field in ("auth", "invoke_mode"):
        values = sorted({str(getattr(call, field)) for call in calls})
        if len(values) > 1:
            message = (
                f"{site.placed.label} has one URL; its arrows ask for {' and '.join(values)}: "
                "choose one."
            )
            yield (), message


def destination_obstacles(site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    kinds = (ON_FAILURE, "on-failure"), (ON_SUCCESS, "on-success"), (DEAD_LETTER, "dead-letter")
    for kind, shown in kinds:
        ends = [link.target.label for link in site.outbound if link.connection.type == kind]
        if len(ends) > 1:
            message = (
                f"{site.placed.label} has {len(ends)} {shown} destinations "
                f"({', '.join(ends)}); Lambda takes one: fan out by a topic or a bus."
            )
            yield (), message
