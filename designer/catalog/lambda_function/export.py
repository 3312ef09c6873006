"""What a function and its triggers are in CloudFormation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import ACCOUNT, Grant, Link, Parameter, Patch, Resource, Site, get_att, log_group, ref
from .starter import HANDLERS, starter

if TYPE_CHECKING:
    from .room import LambdaFunction
    from .sqs_mapping import SqsEventSource

# Lambda keeps these beginnings of variable names for itself.
RESERVED_NAMES = ("AWS_", "LAMBDA_", "_")
ON_FAILURE, ON_SUCCESS = "lambda_on_failure", "lambda_on_success"
DEFAULT_RETRIES = "2"
FREE_EPHEMERAL_MB = 512
QUEUE_ACTIONS = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
)


def function_resources(function: LambdaFunction, site: Site) -> Iterable[Resource]:
    """Yield log group, function, what may invoke it, and its asynchronous destinations."""
    yield log_group("Logs", int(function.log_retention_days))
    yield Resource("AWS::Lambda::Function", dict(_properties(function, site)))
    for link, delivery in site.deliveries:
        permission: dict[str, Any] = {
            "Action": "lambda:InvokeFunction",
            "FunctionName": site.placed.ref,
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
    if destinations or function.async_retries != DEFAULT_RETRIES:
        invocation: dict[str, Any] = {
            "FunctionName": site.placed.ref,
            "Qualifier": "$LATEST",
            "MaximumRetryAttempts": int(function.async_retries),
        }
        attributes = {}
        if destinations:
            invocation["DestinationConfig"] = destinations
            # Lambda asks at once whether the role may reach them.
            attributes["DependsOn"] = [site.placed.policy_id]
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
    yield "LoggingConfig", {"LogGroup": ref(f"{site.logical_id}Logs")}


def function_grants(site: Site) -> Iterable[Grant]:
    logs = get_att(f"{site.logical_id}Logs", "Arn")
    yield Grant("source", ("logs:CreateLogStream", "logs:PutLogEvents"), (logs,))


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


# ---- Calls -------------------------------------------------------------------------------------


def call_patches(link: Link) -> Iterable[Patch]:
    """Yield the environment variable that names the target of a call."""
    if link.source.id == link.target.id:
        return  # Lambda itself tells a function its name: AWS_LAMBDA_FUNCTION_NAME.
    address = link.target.address
    path = ("Properties", "Environment", "Variables")
    name = variable_name(link.target.id, address.kind)
    yield Patch(link.source.logical_id, path, {name: address.value}, soft=True)


def variable_name(node_id: str, kind: str) -> str:
    """Return the name of the variable that holds a target's address.

    >>> variable_name("orders_queue", "URL"), variable_name("aws_bus", "NAME")
    ('ORDERS_QUEUE_URL', 'TO_AWS_BUS_NAME')
    """
    name = f"{node_id}_{kind}".upper()
    return f"TO_{name}" if name.startswith(RESERVED_NAMES) else name


def call_grants(link: Link, operation: str) -> Iterable[Grant]:
    access = link.target.service.access(link.target.logical_id, operation)
    yield Grant("source", access.actions, access.resources)


# ---- Event source mapping ----------------------------------------------------------------------


def mapping(connection: SqsEventSource, link: Link) -> Resource:
    properties: dict[str, Any] = {
        "EventSourceArn": link.source.arn,
        "FunctionName": link.target.ref,
        "BatchSize": connection.batch_size,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    if connection.window_s > 0:
        properties["MaximumBatchingWindowInSeconds"] = math.ceil(connection.window_s)
    if connection.maximum_concurrency is not None:
        scaling = {"MaximumConcurrency": connection.maximum_concurrency}
        properties["ScalingConfig"] = scaling
    # Lambda asks at once whether the role may poll the queue.
    attributes = {"DependsOn": [link.target.policy_id]}
    return Resource("AWS::Lambda::EventSourceMapping", properties, "Mapping", attributes)


def mapping_obstacles(
    connection: SqsEventSource, link: Link
) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """Yield what Lambda refuses when the mapping is created."""
    visibility_s = float(getattr(link.source.service, "visibility_timeout_s", 30))
    timeout_s = float(getattr(link.target.service, "timeout_s", 3))
    if visibility_s < timeout_s:
        message = (
            f"Lambda refuses the mapping: the visibility timeout of {link.source.label} "
            f"({visibility_s:g} s) is below the timeout of {link.target.label} "
            f"({timeout_s:g} s). Raise it to {6 * timeout_s:g} s."
        )
        yield (), message
    if getattr(link.source.service, "fifo", False):
        if connection.batch_size > 10:
            message = f"A FIFO queue gives batches of at most 10, not {connection.batch_size}."
            yield ("batch_size",), message
        if connection.window_s > 0:
            message = f"A FIFO queue takes no batching window: set {connection.window_s:g} s to 0."
            yield ("window_s",), message
    elif connection.batch_size > 10 and connection.window_s < 1:
        message = (
            f"Batches of {connection.batch_size} messages need a batching window of at least "
            "1 s: set one, or a batch of 10 or less."
        )
        yield ("window_s",), message


def destination_obstacles(site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    for kind, shown in ((ON_FAILURE, "on-failure"), (ON_SUCCESS, "on-success")):
        ends = [link.target.label for link in site.outbound if link.connection.type == kind]
        if len(ends) > 1:
            message = (
                f"{site.placed.label} has {len(ends)} {shown} destinations "
                f"({', '.join(ends)}); Lambda takes one: fan out by a topic or a bus."
            )
            yield (), message


def self_sent(link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
    if link.source.id == link.target.id:
        yield (), f"{link.source.label} cannot be its own destination: Lambda would run for ever."
