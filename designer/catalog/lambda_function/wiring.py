"""What the arrows of a function are in CloudFormation: variables, grants, mappings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import Grant, Link, Patch, Resource
from .export import called

if TYPE_CHECKING:
    from .sqs_mapping import SqsEventSource

# Lambda keeps these beginnings of variable names for itself.
RESERVED_NAMES = ("AWS_", "LAMBDA_", "_")
QUEUE_ACTIONS = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
)


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


def destination_grants(link: Link) -> Iterable[Grant]:
    """Yield what it takes to write a failed event; of a bucket, Lambda asks to list it too."""
    yield from call_grants(link, "write")
    if link.target.service.type == "s3_bucket":
        yield Grant("source", ("s3:ListBucket",), (link.target.arn,))


# ---- Event source mapping ----------------------------------------------------------------------


def mapping(connection: SqsEventSource, link: Link) -> Resource:
    properties: dict[str, Any] = {
        "EventSourceArn": link.source.arn,
        "FunctionName": called(link.target),
        "BatchSize": connection.batch_size,
    }
    if connection.partial_failures:
        properties["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
    if connection.filter_pattern:
        properties["FilterCriteria"] = {"Filters": [{"Pattern": connection.filter_pattern}]}
    if connection.pollers_min is not None:
        pollers = {"MinimumPollers": connection.pollers_min}
        pollers["MaximumPollers"] = max(connection.pollers_max, connection.pollers_min)
        properties["ProvisionedPollerConfig"] = pollers
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


def dead_letter_patch(link: Link) -> Patch:
    config = {"DeadLetterConfig": {"TargetArn": link.target.arn}}
    return Patch(link.source.logical_id, ("Properties",), config)


def self_sent(link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
    if link.source.id == link.target.id:
        yield (), f"{link.source.label} cannot be its own destination: Lambda would run for ever."
