/** Service type to icon. The one place where the frontend names service types. */
import apiGateway from "aws-icons/icons/architecture-service/AmazonAPIGateway.svg";
import autoScaling from "aws-icons/icons/architecture-service/AmazonEC2AutoScaling.svg";
import dynamodb from "aws-icons/icons/architecture-service/AmazonDynamoDB.svg";
import eventBridge from "aws-icons/icons/architecture-service/AmazonEventBridge.svg";
import fargate from "aws-icons/icons/architecture-service/AWSFargate.svg";
import firehose from "aws-icons/icons/architecture-service/AmazonDataFirehose.svg";
import flink from "aws-icons/icons/architecture-service/AmazonManagedServiceforApacheFlink.svg";
import rekognition from "aws-icons/icons/architecture-service/AmazonRekognition.svg";
import kinesisVideo from "aws-icons/icons/architecture-service/AmazonKinesisVideoStreams.svg";
import kinesisStream from "aws-icons/icons/architecture-service/AmazonKinesisDataStreams.svg";
import lambda from "aws-icons/icons/architecture-service/AWSLambda.svg";
import connect from "aws-icons/icons/architecture-service/AmazonConnect.svg";
import opensearch from "aws-icons/icons/architecture-service/AmazonOpenSearchService.svg";
import redshift from "aws-icons/icons/architecture-service/AmazonRedshift.svg";
import glue from "aws-icons/icons/architecture-service/AWSGlue.svg";
import s3 from "aws-icons/icons/architecture-service/AmazonSimpleStorageService.svg";
import ses from "aws-icons/icons/architecture-service/AmazonSimpleEmailService.svg";
import sns from "aws-icons/icons/architecture-service/AmazonSimpleNotificationService.svg";
import sqs from "aws-icons/icons/architecture-service/AmazonSimpleQueueService.svg";
import stepFunctions from "aws-icons/icons/architecture-service/AWSStepFunctions.svg";
import emailInbox from "aws-icons/icons/resource/AmazonSimpleNotificationServiceEmailNotification.svg";
import httpEndpoint from "aws-icons/icons/resource/AmazonSimpleNotificationServiceHTTPNotification.svg";
import mobileClient from "aws-icons/icons/resource/Mobileclient.svg";
import loadBalancer from "aws-icons/icons/resource/ElasticLoadBalancingApplicationLoadBalancer.svg";
import nat from "aws-icons/icons/resource/AmazonVPCNATGateway.svg";
import scheduler from "aws-icons/icons/resource/AmazonEventBridgeScheduler.svg";
import logGroup from "aws-icons/icons/resource/AmazonCloudWatchLogs.svg";
import alarm from "aws-icons/icons/resource/AmazonCloudWatchAlarm.svg";
import cloudwatch from "aws-icons/icons/architecture-service/AmazonCloudWatch.svg";
import xray from "aws-icons/icons/architecture-service/AWSXRay.svg";
import rekognitionImage from "aws-icons/icons/resource/AmazonRekognitionImage.svg";
import pipes from "aws-icons/icons/resource/AmazonEventBridgePipes.svg";
import partnerEvent from "aws-icons/icons/resource/AmazonEventBridgeSaasPartnerEvent.svg";

import client from "./icons/client.svg";
import fallback from "./icons/service.svg";

export const ICONS: Record<string, string> = {
  client,
  apigatewayv2_api: apiGateway,
  apigatewayv2_websocket: apiGateway,
  apigateway_rest_api: apiGateway,
  lambda_function: lambda,
  sqs_queue: sqs,
  sns_topic: sns,
  events_bus: eventBridge,
  events_rule: scheduler,
  sfn_state_machine: stepFunctions,
  kinesis_stream: kinesisStream,
  kinesisanalyticsv2_application: flink,
  kinesisanalytics_application: flink,
  kinesisvideo_stream: kinesisVideo,
  rekognition_streamprocessor: rekognition,
  connect_instance: connect,
  rekognition_image: rekognitionImage,
  firehose_stream: firehose,
  opensearch_domain: opensearch,
  redshift_cluster: redshift,
  glue_table: glue,
  splunk_endpoint: httpEndpoint,
  snowflake_table: httpEndpoint,
  s3_bucket: s3,
  dynamodb_table: dynamodb,
  ses_identity: ses,
  http_endpoint: httpEndpoint,
  email_recipient: emailInbox,
  sms_recipient: mobileClient,
  mobile_endpoint: mobileClient,
  video_viewer: mobileClient,
  elasticloadbalancingv2_loadbalancer: loadBalancer,
  ecs_service: fargate,
  autoscaling_group: autoScaling,
  ec2_natgateway: nat,
  scheduler_schedule: scheduler,
  events_api_destination: partnerEvent,
  pipes_pipe: pipes,
  cloudwatch_log_group: logGroup,
  cloudwatch_metrics: cloudwatch,
  cloudwatch_alarm: alarm,
  xray_samplingrule: xray,
};

export const iconOf = (type: string): string => ICONS[type] ?? fallback;
