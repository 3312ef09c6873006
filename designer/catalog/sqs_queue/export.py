"""What a queue is in CloudFormation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import Patch, Resource, get_att, key_resource

if TYPE_CHECKING:
    from ..base import Link, Site
    from .room import SqsQueue

BYTES_PER_KIB = 1024


def queue_resources(queue: SqsQueue, site: Site) -> Iterable[Resource]:
    """Yield the queue, and its policy where AWS services send to it by themselves."""
    yield Resource("AWS::SQS::Queue", dict(_properties(queue, site)))
    queue_arn = get_att(site.logical_id, "Arn")
    statements = [d.statement("sqs:SendMessage", queue_arn) for _, d in site.deliveries]
    if statements:
        # One policy in all: a second one on the same queue would replace the first.
        yield Resource(
            "AWS::SQS::QueuePolicy",
            {
                "Queues": [site.placed.ref],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
            },
            "QueuePolicy",
        )
    if queue.encryption == "kms" and queue.own_key:
        yield key_resource(site, "sqs")
    if queue.payload_in_s3:
        yield _payload_bucket(queue)
    if queue.alarm:
        yield Resource("AWS::CloudWatch::Alarm", _alarm(site), "Alarm")


def _payload_bucket(queue: SqsQueue) -> Resource:
    """Return the bucket of the payloads, which forgets what the queue has forgotten."""
    expires = {
        "Id": "expire-with-messages",
        "Status": "Enabled",
        "ExpirationInDays": max(1, math.ceil(queue.retention_s / 86_400)),
    }
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    properties = {
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
        "LifecycleConfiguration": {"Rules": [expires]},
    }
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return Resource("AWS::S3::Bucket", properties, "Payloads", attributes=kept)


def queue_remarks(queue: SqsQueue, site: Site) -> Iterable[str]:
    label = site.placed.label
    if queue.payload_in_s3:
        yield (
            f"Senders and consumers of {label} must use the extended client library with the "
            "bucket of its payloads, always through S3; the bucket is kept when the stack is "
            "deleted."
        )
    if queue.message_delay_s:
        yield f"The delay of single messages of {label} is stated by the code that sends them."


def _alarm(site: Site) -> dict[str, Any]:
    """Return an alarm that rings while messages wait; whom it calls is left to people."""
    return {
        "AlarmDescription": f"Messages wait in {site.placed.label}",
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": get_att(site.logical_id, "QueueName")}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }


def _properties(queue: SqsQueue, site: Site) -> Iterable[tuple[str, Any]]:
    if queue.queue_name:
        yield "QueueName", queue.queue_name
    if queue.fifo:
        yield "FifoQueue", True
        yield "ContentBasedDeduplication", True
        if queue.high_throughput:
            yield "DeduplicationScope", "messageGroup"
            yield "FifoThroughputLimit", "perMessageGroupId"
    yield "VisibilityTimeout", math.ceil(queue.visibility_timeout_s)
    yield "MessageRetentionPeriod", math.ceil(queue.retention_s)
    if queue.delay_s:
        yield "DelaySeconds", math.ceil(queue.delay_s)
    if queue.receive_wait_s:
        yield "ReceiveMessageWaitTimeSeconds", math.ceil(queue.receive_wait_s)
    yield "MaximumMessageSize", math.floor(queue.max_message_kib * BYTES_PER_KIB)
    if queue.encryption == "kms":
        own = get_att(f"{site.logical_id}Key", "Arn")
        yield "KmsMasterKeyId", own if queue.own_key else "alias/aws/sqs"
        yield "KmsDataKeyReusePeriodSeconds", math.ceil(queue.key_reuse_s)
    else:
        yield "SqsManagedSseEnabled", queue.encryption == "sqs"


def redrive_patch(link: Link, max_receive_count: int) -> Patch:
    # The dead-letter queue names no source in a RedriveAllowPolicy: both queues would then refer
    # to each other, which one template cannot do. Without it any queue of the account may.
    policy = {"deadLetterTargetArn": link.target.arn, "maxReceiveCount": max_receive_count}
    return Patch(link.source.logical_id, ("Properties", "RedrivePolicy"), policy)
