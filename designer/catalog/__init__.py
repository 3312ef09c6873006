"""The catalog: one room per AWS resource, listed by hand so that grep and types see them all."""

from __future__ import annotations

import functools
from typing import Annotated, Any

from pydantic import Field

from . import (
    apigateway_rest_api,
    apigatewayv2_api,
    apigatewayv2_websocket,
    autoscaling_group,
    client,
    cloudwatch_alarm,
    cloudwatch_log_group,
    cloudwatch_metrics,
    connect_instance,
    dynamodb_table,
    ec2_natgateway,
    ecs_service,
    elasticloadbalancingv2_loadbalancer,
    email_recipient,
    events_api_destination,
    events_bus,
    events_rule,
    firehose_stream,
    glue_table,
    http_endpoint,
    kinesis_stream,
    kinesisanalytics_application,
    kinesisanalyticsv2_application,
    kinesisvideo_stream,
    lambda_function,
    mobile_endpoint,
    opensearch_domain,
    pipes_pipe,
    redshift_cluster,
    rekognition_image,
    rekognition_streamprocessor,
    s3_bucket,
    scheduler_schedule,
    ses_identity,
    sfn_state_machine,
    sms_recipient,
    snowflake_table,
    sns_topic,
    splunk_endpoint,
    sqs_queue,
    video_viewer,
    xray_samplingrule,
)
from .base import Ban, Connection, Limit, Rule, Service
from .describe import describe_catalog, ways
from .matrix import Refusal, refusal_between

ROOMS = (
    client,
    apigatewayv2_api,
    apigatewayv2_websocket,
    apigateway_rest_api,
    lambda_function,
    elasticloadbalancingv2_loadbalancer,
    ecs_service,
    autoscaling_group,
    ec2_natgateway,
    sqs_queue,
    sns_topic,
    events_bus,
    events_rule,
    scheduler_schedule,
    events_api_destination,
    pipes_pipe,
    sfn_state_machine,
    kinesis_stream,
    kinesisanalyticsv2_application,
    kinesisanalytics_application,
    kinesisvideo_stream,
    rekognition_streamprocessor,
    connect_instance,
    rekognition_image,
    firehose_stream,
    opensearch_domain,
    redshift_cluster,
    glue_table,
    s3_bucket,
    dynamodb_table,
    ses_identity,
    http_endpoint,
    splunk_endpoint,
    snowflake_table,
    email_recipient,
    sms_recipient,
    mobile_endpoint,
    video_viewer,
    cloudwatch_log_group,
    cloudwatch_metrics,
    cloudwatch_alarm,
    xray_samplingrule,
)

ServiceUnion = Annotated[
    client.Client
    | apigatewayv2_api.HttpApi
    | apigatewayv2_websocket.WebSocketApi
    | apigateway_rest_api.RestApi
    | lambda_function.LambdaFunction
    | sqs_queue.SqsQueue
    | sns_topic.SnsTopic
    | events_bus.EventsBus
    | events_rule.EventsRule
    | sfn_state_machine.SfnStateMachine
    | kinesis_stream.KinesisStream
    | kinesisanalyticsv2_application.FlinkApplication
    | kinesisanalytics_application.SqlApplication
    | kinesisvideo_stream.VideoStream
    | rekognition_streamprocessor.StreamProcessor
    | connect_instance.ConnectInstance
    | rekognition_image.RekognitionImage
    | firehose_stream.FirehoseStream
    | opensearch_domain.OpenSearchDomain
    | redshift_cluster.RedshiftCluster
    | glue_table.GlueTable
    | splunk_endpoint.SplunkEndpoint
    | snowflake_table.SnowflakeTable
    | s3_bucket.S3Bucket
    | dynamodb_table.DynamodbTable
    | ses_identity.SesIdentity
    | http_endpoint.HttpEndpoint
    | email_recipient.EmailRecipient
    | sms_recipient.SmsRecipient
    | mobile_endpoint.MobileEndpoint
    | video_viewer.VideoViewer
    | elasticloadbalancingv2_loadbalancer.LoadBalancer
    | ecs_service.EcsService
    | autoscaling_group.AutoScalingGroup
    | ec2_natgateway.NatGateway
    | scheduler_schedule.SchedulerSchedule
    | events_api_destination.EventsApiDestination
    | pipes_pipe.PipesPipe
    | cloudwatch_log_group.CloudwatchLogGroup
    | cloudwatch_metrics.CloudwatchMetrics
    | cloudwatch_alarm.CloudwatchAlarm
    | xray_samplingrule.XraySamplingRule,
    Field(discriminator="type"),
]

ConnectionUnion = Annotated[
    client.ClientCall
    | apigatewayv2_api.HttpIntegration
    | apigatewayv2_api.HttpAuthorizer
    | apigatewayv2_websocket.WebSocketIntegration
    | apigatewayv2_websocket.MessageToClients
    | apigatewayv2_websocket.ConnectAuthorizer
    | apigateway_rest_api.RestIntegration
    | apigateway_rest_api.RestAuthorizer
    | lambda_function.LambdaCall
    | lambda_function.AsyncInvoke
    | lambda_function.SqsEventSource
    | lambda_function.OnFailure
    | lambda_function.OnSuccess
    | lambda_function.DeadLetter
    | lambda_function.FunctionUrlCall
    | lambda_function.KinesisEventSource
    | lambda_function.DynamodbEventSource
    | lambda_function.StreamOnFailure
    | sqs_queue.Redrive
    | sns_topic.Subscription
    | sns_topic.DeadLetters
    | events_bus.BusRule
    | events_bus.DeadLetters
    | events_rule.ScheduleTarget
    | scheduler_schedule.SchedulerTarget
    | events_api_destination.ApiDestinationCall
    | pipes_pipe.PipeSource
    | pipes_pipe.PipeEnrichment
    | pipes_pipe.PipeTarget
    | sfn_state_machine.SfnTask
    | firehose_stream.FirehoseDestination
    | firehose_stream.SearchDestination
    | firehose_stream.WarehouseDestination
    | firehose_stream.SplunkDestination
    | firehose_stream.SnowflakeDestination
    | firehose_stream.IcebergDestination
    | firehose_stream.Backup
    | kinesisanalyticsv2_application.FlinkSource
    | kinesisanalyticsv2_application.FlinkSink
    | kinesisanalytics_application.SqlFirehoseSource
    | kinesisanalytics_application.SqlLambdaOutput
    | connect_instance.FlowFunction
    | connect_instance.ConnectRecords
    | connect_instance.ConnectMedia
    | connect_instance.ConnectEvents
    | kinesisvideo_stream.VideoReader
    | kinesisvideo_stream.VideoPlayback
    | rekognition_streamprocessor.VideoSource
    | rekognition_streamprocessor.VisionResults
    | firehose_stream.KinesisSource
    | firehose_stream.Transform
    | s3_bucket.Notification
    | dynamodb_table.TableCapture
    | cloudwatch_log_group.Subscription
    | lambda_function.FunctionLogs
    | cloudwatch_alarm.Watch
    | cloudwatch_alarm.AlarmAction
    | xray_samplingrule.Tracing
    | elasticloadbalancingv2_loadbalancer.BalancerTarget
    | ecs_service.EcsCall
    | ecs_service.EcsWorkerPoll
    | autoscaling_group.Ec2Call
    | autoscaling_group.Ec2WorkerPoll
    | ec2_natgateway.NatEgress,
    Field(discriminator="type"),
]


def _type(part: type[Service] | type[Connection]) -> str:
    return str(part.model_fields["type"].default)


SERVICES: dict[str, type[Service]] = {_type(s): s for room in ROOMS for s in room.SERVICES}
CONNECTIONS: dict[str, type[Connection]] = {_type(c): c for room in ROOMS for c in room.CONNECTIONS}


def connections_between(source: str, target: str) -> list[str]:
    """Return the connection types from one service type to another; the first is the usual one."""
    return list(_between(source, target))


@functools.cache
def _between(source: str, target: str) -> tuple[str, ...]:
    return tuple(ways(CONNECTIONS, source, target))


def refusal(source: str, target: str) -> Refusal:
    """Return why no connection leads from one service type to another."""
    return refusal_between(SERVICES[source], SERVICES[target], CONNECTIONS)


def _parts() -> list[type[Service] | type[Connection]]:
    return [*SERVICES.values(), *CONNECTIONS.values()]


def all_limits() -> list[Limit]:
    """Return every limit of every room once, in order of id."""
    found = {limit.id: limit for part in _parts() for limit in part.limits}
    return [found[key] for key in sorted(found)]


def adjustable_limits() -> list[Limit]:
    return [limit for limit in all_limits() if limit.adjustable]


def all_rules() -> list[Rule]:
    """Return every rule of every room once, in order of id."""
    found = {rule.id: rule for part in _parts() for rule in part.rules}
    return [found[key] for key in sorted(found)]


def all_bans() -> list[Ban]:
    """Return every refusal with a name of its own once, in order of id."""
    found = {ban.id: ban for part in _parts() for ban in part.bans}
    return [found[key] for key in sorted(found)]


def describe() -> dict[str, Any]:
    """Return the whole catalog as JSON values: the body of GET /api/v1/catalog."""
    return describe_catalog(SERVICES, CONNECTIONS)


__all__ = [
    "CONNECTIONS",
    "ROOMS",
    "SERVICES",
    "ConnectionUnion",
    "Refusal",
    "ServiceUnion",
    "adjustable_limits",
    "all_bans",
    "all_limits",
    "all_rules",
    "connections_between",
    "describe",
    "refusal",
]
