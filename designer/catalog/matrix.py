"""Who may reach whom, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .base import Connection, Role, Service


@dataclass(frozen=True)
class Refusal:
    """Why no arrow can be drawn, and what to draw instead."""

    reason: str
    suggestion: str


# Pairs that people try and AWS does not have, with the way that works.
KNOWN: Mapping[tuple[str, str], Refusal] = {
    ("sqs_queue", "sns_topic"): Refusal(
        "A queue does not push: something must fetch its messages.",
        "Put a Lambda function between the queue and the topic.",
    ),
    ("sqs_queue", "sfn_state_machine"): Refusal(
        "Step Functions does not poll queues.",
        "Put an EventBridge pipe between them, or a Lambda function whose code starts it.",
    ),
    ("sqs_queue", "events_api_destination"): Refusal(
        "A queue does not push: something must fetch its messages.",
        "Put an EventBridge pipe between the queue and the API destination.",
    ),
    ("events_bus", "http_endpoint"): Refusal(
        "A rule calls an endpoint by an API destination, which holds rate and credentials.",
        "Put an API destination between the bus and the endpoint.",
    ),
    ("sns_topic", "events_api_destination"): Refusal(
        "A topic calls endpoints itself.",
        "Subscribe the endpoint to the topic.",
    ),
    ("sqs_queue", "firehose_stream"): Refusal(
        "Firehose does not poll queues.",
        "Put a Lambda function between them, or let the producer write to Firehose.",
    ),
    ("sqs_queue", "dynamodb_table"): Refusal(
        "A queue does not push: something must fetch its messages.",
        "Put a Lambda function between the queue and the table.",
    ),
    ("sqs_queue", "events_bus"): Refusal(
        "A queue does not push: something must fetch its messages.",
        "Put an EventBridge pipe or a Lambda function between the queue and the bus.",
    ),
    ("sns_topic", "sfn_state_machine"): Refusal(
        "A topic cannot start a state machine.",
        "Subscribe a Lambda function that starts it, or use an EventBridge bus.",
    ),
    ("sns_topic", "events_bus"): Refusal(
        "A topic has no subscription of the kind EventBridge.",
        "Subscribe a Lambda function that puts the events, or let the producer use the bus.",
    ),
    ("sns_topic", "s3_bucket"): Refusal(
        "A topic cannot write objects.",
        "Subscribe a Firehose stream that delivers to the bucket.",
    ),
    ("sns_topic", "dynamodb_table"): Refusal(
        "A topic cannot write items.",
        "Subscribe a Lambda function that writes them.",
    ),
    ("events_bus", "dynamodb_table"): Refusal(
        "A rule has no target of the kind DynamoDB.",
        "Target a Lambda function or a state machine that writes the item.",
    ),
    ("events_bus", "s3_bucket"): Refusal(
        "A rule has no target of the kind S3.",
        "Target a Firehose stream that delivers to the bucket.",
    ),
    ("events_bus", "ses_identity"): Refusal(
        "A rule has no target of the kind SES.",
        "Target a Lambda function or a state machine that sends the mail.",
    ),
    ("s3_bucket", "sfn_state_machine"): Refusal(
        "A bucket notifies Lambda, SQS, SNS or EventBridge only.",
        "Send its events to the default EventBridge bus and start the state machine by a rule.",
    ),
    ("s3_bucket", "firehose_stream"): Refusal(
        "A bucket notifies Lambda, SQS, SNS or EventBridge only.",
        "Send its events to the default EventBridge bus and target the stream by a rule.",
    ),
    ("firehose_stream", "dynamodb_table"): Refusal(
        "Firehose has no destination of the kind DynamoDB.",
        "Write the items from a Lambda function instead.",
    ),
    ("sns_topic", "kinesis_stream"): Refusal(
        "A topic has no subscription of the kind Kinesis.",
        "Subscribe a Lambda function that puts the records, or let the producer write to the "
        "stream.",
    ),
    ("sqs_queue", "kinesis_stream"): Refusal(
        "A queue does not push: something must fetch its messages.",
        "Put a Lambda function between the queue and the stream.",
    ),
    ("s3_bucket", "kinesis_stream"): Refusal(
        "A bucket notifies Lambda, SQS, SNS or EventBridge only.",
        "Send its events to the default EventBridge bus and target the stream by a rule.",
    ),
    ("firehose_stream", "kinesis_stream"): Refusal(
        "Firehose reads data streams; it does not write to them.",
        "Let the producer write to the data stream and draw the arrow from it to Firehose.",
    ),
    ("kinesis_stream", "s3_bucket"): Refusal(
        "A data stream does not write objects by itself.",
        "Let a Firehose stream read it and deliver to the bucket.",
    ),
    ("kinesis_stream", "sfn_state_machine"): Refusal(
        "A data stream does not push: something must read its shards.",
        "Read it by a Lambda function that starts the executions.",
    ),
    ("kinesis_stream", "sqs_queue"): Refusal(
        "A data stream does not push: something must read its shards.",
        "Read it by a Lambda function that sends the messages.",
    ),
    ("kinesis_stream", "sns_topic"): Refusal(
        "A data stream does not push: something must read its shards.",
        "Read it by a Lambda function that publishes.",
    ),
    ("kinesis_stream", "events_bus"): Refusal(
        "A data stream does not push: something must read its shards.",
        "Read it by a Lambda function that puts the events.",
    ),
    ("kinesis_stream", "dynamodb_table"): Refusal(
        "A data stream does not push: something must read its shards.",
        "Read it by a Lambda function that writes the items.",
    ),
    ("kinesis_stream", "opensearch_domain"): Refusal(
        "A data stream does not index documents by itself.",
        "Let a Firehose stream read it and deliver to the domain.",
    ),
    ("kinesis_stream", "redshift_cluster"): Refusal(
        "A data stream does not fill tables by itself; Redshift's streaming ingestion is not drawn "
        "in this version.",
        "Let a Firehose stream read it and deliver to the cluster.",
    ),
    ("kinesis_stream", "glue_table"): Refusal(
        "A data stream does not commit rows by itself; its channels are not drawn in this version.",
        "Let a Firehose stream read it and deliver to the table.",
    ),
    ("sns_topic", "opensearch_domain"): Refusal(
        "A topic does not index documents.",
        "Subscribe a Firehose stream that delivers to the domain.",
    ),
    ("s3_bucket", "opensearch_domain"): Refusal(
        "A bucket notifies Lambda, SQS, SNS or EventBridge only.",
        "Notify a function that indexes the object.",
    ),
    ("dynamodb_table", "opensearch_domain"): Refusal(
        "A table does not index documents; its zero-ETL integration is not drawn in this version.",
        "Let a function read the table's stream and index the items.",
    ),
    ("kinesisvideo_stream", "connect_instance"): Refusal(
        "Connect streams the sound of its calls into Kinesis Video; it reads no video streams.",
        "Draw the arrow from Connect to the video stream.",
    ),
    ("kinesisvideo_stream", "lambda_function"): Refusal(
        "A function cannot stay with a stream for hours.",
        "Read the video by an ECS service, or let Rekognition look at it.",
    ),
    ("kinesisvideo_stream", "client"): Refusal(
        "A client starts events and receives none.",
        "Draw video viewers: each is billed by what it watches.",
    ),
    ("client", "ses_identity"): Refusal(
        "Clients outside AWS hold no permission to send mail from the identity.",
        "Put an API and a Lambda function in front of it.",
    ),
    ("client", "ecs_service"): Refusal(
        "Tasks come and go, and their addresses with them.",
        "Put an Application Load Balancer between the client and the service.",
    ),
    ("client", "autoscaling_group"): Refusal(
        "Instances come and go, and their addresses with them.",
        "Put an Application Load Balancer between the client and the group.",
    ),
    ("apigatewayv2_api", "sns_topic"): Refusal(
        "HTTP APIs call EventBridge, SQS, Kinesis and Step Functions without code, not SNS.",
        "Use a REST API, or put a Lambda function between them.",
    ),
    ("apigatewayv2_api", "dynamodb_table"): Refusal(
        "HTTP APIs call EventBridge, SQS, Kinesis and Step Functions without code, not DynamoDB.",
        "Use a REST API, or put a Lambda function between them.",
    ),
    ("apigatewayv2_api", "ecs_service"): Refusal(
        "An API reaches servers in a VPC by a VPC link to a load balancer, not drawn yet in this "
        "version.",
        "Let the client call an Application Load Balancer in front of the service.",
    ),
    ("apigateway_rest_api", "ecs_service"): Refusal(
        "An API reaches servers in a VPC by a VPC link to a load balancer, not drawn yet in this "
        "version.",
        "Let the client call an Application Load Balancer in front of the service.",
    ),
    ("sns_topic", "ecs_service"): Refusal(
        "A topic cannot fetch tasks, nor they the topic.",
        "Subscribe a queue and let the service poll it.",
    ),
    ("events_bus", "ecs_service"): Refusal(
        "A rule starts single tasks, not a service that already runs.",
        "Target a queue and let the service poll it.",
    ),
    ("s3_bucket", "ecs_service"): Refusal(
        "A bucket notifies Lambda, SQS, SNS or EventBridge only.",
        "Notify a queue and let the service poll it.",
    ),
    ("ecs_service", "autoscaling_group"): Refusal(
        "Instances come and go, and their addresses with them.",
        "Call a load balancer in front of the group, or send to a queue that it polls.",
    ),
    ("ecs_service", "ecs_service"): Refusal(
        "Tasks come and go, and their addresses with them.",
        "Call a load balancer in front of the service, or send to a queue that it polls.",
    ),
}


def refusal_between(
    source: type[Service], target: type[Service], connections: Mapping[str, type[Connection]]
) -> Refusal:
    """Return why `source` does not reach `target`: the known reason, else what it does reach."""
    known = KNOWN.get((source.model_fields["type"].default, target.model_fields["type"].default))
    if known:
        return known
    if target.role is Role.PRODUCER:
        return Refusal(
            f"{target.title} starts events and receives none.",
            "Draw the arrow the other way round.",
        )
    source_type = source.model_fields["type"].default
    reached = sorted(
        {t for c in connections.values() if source_type in c.sources for t in c.targets}
    )
    if not reached:
        return Refusal(
            f"{source.title} is a last stop: it sends nothing on.",
            "Draw the arrow from what reads it.",
        )
    return Refusal(
        f"{source.title} has no way to send to {target.title}.",
        f"It reaches: {', '.join(reached)}.",
    )
