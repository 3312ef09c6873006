"""Deploys templates into moto, a stand-in for AWS, and says what moto cannot do."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

REGION = "us-east-1"
STACK = "weir"
NO_CODE = "moto has the service or not, but no CloudFormation code for the type"
# Left out before deployment, with references to them replaced by made-up names.
UNSUPPORTED = {
    "AWS::ApiGateway::Account": NO_CODE,
    "AWS::ApiGateway::ApiKey": NO_CODE,
    "AWS::ApiGateway::Authorizer": NO_CODE,
    "AWS::ApiGateway::Stage": NO_CODE,
    "AWS::ApiGateway::UsagePlan": NO_CODE,
    "AWS::ApiGateway::UsagePlanKey": NO_CODE,
    "AWS::ApiGatewayV2::Api": NO_CODE,
    "AWS::ApiGatewayV2::Authorizer": NO_CODE,
    "AWS::ApiGatewayV2::Integration": NO_CODE,
    "AWS::ApiGatewayV2::Route": NO_CODE,
    "AWS::ApiGatewayV2::Stage": NO_CODE,
    "AWS::Kinesis::StreamConsumer": NO_CODE,
    "AWS::ApplicationAutoScaling::ScalableTarget": NO_CODE,
    "AWS::ApplicationAutoScaling::ScalingPolicy": NO_CODE,
    "AWS::AutoScaling::ScalingPolicy": NO_CODE,
    "AWS::CloudWatch::Alarm": NO_CODE,
    "AWS::CloudWatch::CompositeAlarm": NO_CODE,
    "AWS::XRay::Group": NO_CODE,
    "AWS::XRay::SamplingRule": NO_CODE,
    "AWS::Connect::Instance": NO_CODE,
    "AWS::Connect::InstanceStorageConfig": NO_CODE,
    "AWS::Connect::IntegrationAssociation": NO_CODE,
    "AWS::Events::ApiDestination": NO_CODE,
    "AWS::Events::Connection": NO_CODE,
    "AWS::KinesisAnalytics::Application": NO_CODE,
    "AWS::KinesisAnalytics::ApplicationOutput": NO_CODE,
    "AWS::KinesisAnalyticsV2::Application": NO_CODE,
    "AWS::KinesisFirehose::DeliveryStream": NO_CODE,
    "AWS::KinesisVideo::Stream": NO_CODE,
    "AWS::Glue::Database": NO_CODE,
    "AWS::Glue::Table": NO_CODE,
    "AWS::OpenSearchService::Domain": NO_CODE,
    "AWS::Rekognition::Collection": NO_CODE,
    "AWS::Rekognition::StreamProcessor": NO_CODE,
    "AWS::Lambda::EventInvokeConfig": NO_CODE,
    "AWS::Lambda::Url": NO_CODE,
    "AWS::Logs::LogStream": NO_CODE,
    "AWS::Logs::SubscriptionFilter": NO_CODE,
    "AWS::S3::BucketPolicy": NO_CODE,
    "AWS::Pipes::Pipe": NO_CODE,
    "AWS::Scheduler::Schedule": NO_CODE,
    "AWS::SES::EmailIdentity": NO_CODE,
    "AWS::SNS::Subscription": NO_CODE,
    "AWS::SNS::TopicPolicy": NO_CODE,
    "AWS::SQS::QueuePolicy": NO_CODE,
}
# What moto makes of a type that it knows lacks these.
NO_ATTRIBUTES = {"MasterPasswordSecretArn"}


def deployable(body: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a template that moto can deploy."""
    left_out = {
        logical_id: one["Type"]
        for logical_id, one in body["Resources"].items()
        if one["Type"] in UNSUPPORTED
    }
    made = copy.deepcopy(body)
    # A reference to a bus is its name in CloudFormation; in moto it is an object that breaks rules.
    names = {
        logical_id: one["Properties"]["Name"]
        for logical_id, one in body["Resources"].items()
        if one["Type"] == "AWS::Events::EventBus"
    }
    made["Resources"] = {
        logical_id: _replaced(one, left_out, names)
        for logical_id, one in made["Resources"].items()
        if logical_id not in left_out
    }
    for logical_id, one in made["Resources"].items():
        one.get("Properties", {}).pop("EventSourceName", None)  # No partner has made it in moto.
        one["DependsOn"] = [d for d in one.get("DependsOn", []) if d not in left_out]
        # CloudFormation ends the names it gives FIFO queues with .fifo; moto does not.
        if one.setdefault("Properties", {}).get("FifoQueue"):
            one["Properties"]["QueueName"] = f"{logical_id}.fifo"
    made.pop("Outputs", None)
    return made


def _replaced(value: Any, left_out: dict[str, str], names: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_replaced(item, left_out, names) for item in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value and value["Ref"] in left_out:
        return value["Ref"]
    if "Ref" in value and value["Ref"] in names:
        return names[value["Ref"]]
    if "Fn::GetAtt" in value and (
        value["Fn::GetAtt"][0] in left_out or value["Fn::GetAtt"][1] in NO_ATTRIBUTES
    ):
        return f"arn:aws:made-up:{REGION}:123456789012:{value['Fn::GetAtt'][0]}"
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        for logical_id in left_out:
            made_up = f"arn:aws:made-up:{REGION}:123456789012:{logical_id}"
            text = text.replace(f"${{{logical_id}.Arn}}", made_up)
            text = re.sub(rf"\$\{{{logical_id}(\.\w+)*\}}", logical_id, text)
        return {"Fn::Sub": text}
    return {key: _replaced(item, left_out, names) for key, item in value.items()}


def _made_up(name: str) -> str:
    if name.endswith("Secret"):
        return f"arn:aws:secretsmanager:{REGION}:123456789012:secret:{name}"
    return f"{name}.example.com"


def _asked(body: dict[str, Any]) -> dict[str, str]:
    """Return an answer to each parameter without a default: a network, made-up names."""
    asked = {k: p["Type"] for k, p in body.get("Parameters", {}).items() if "Default" not in p}
    if not any(kind.startswith(("AWS::EC2", "List<AWS::EC2")) for kind in asked.values()):
        return {name: _made_up(name) for name in asked}
    ec2 = boto3.client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for i, zone in enumerate("ab")
    ]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    answers = {
        "AWS::EC2::VPC::Id": vpc,
        "AWS::EC2::Subnet::Id": subnets[0],
        "List<AWS::EC2::Subnet::Id>": ",".join(subnets),
    }
    return {
        name: table if name == "PrivateRouteTableId" else answers.get(kind, _made_up(name))
        for name, kind in asked.items()
    }


@contextmanager
def deployed(body: dict[str, Any], **parameters: str) -> Iterator[dict[str, str]]:
    """Deploy the template; yield physical ids by logical id."""
    with mock_aws():
        client = boto3.client("cloudformation", REGION)
        parameters = {**_asked(body), **parameters}
        client.create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(deployable(body)),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
        )
        status = client.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        assert status == "CREATE_COMPLETE", status
        pages = client.get_paginator("list_stack_resources").paginate(StackName=STACK)
        yield {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for page in pages
            for one in page["StackResourceSummaries"]
        }
