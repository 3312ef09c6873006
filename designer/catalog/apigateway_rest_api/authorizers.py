"""Who may call a REST API, in CloudFormation: authorizers, keys, the policy of a private API."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import (
    PRIVATE_SUBNETS,
    VPC,
    Link,
    Parameter,
    Resource,
    Site,
    guard_of,
    ref,
    sub,
    within,
)

if TYPE_CHECKING:
    from .room import RestApi, RestAuthorizer

TOKEN_HEADER = "method.request.header.Authorization"
BURST_MAX = 5_000


def lambda_authorizer(connection: RestAuthorizer, link: Link) -> Resource:
    base = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    properties: dict[str, Any] = {
        "Name": link.target.id,
        "RestApiId": link.source.ref,
        "Type": connection.kind,
        "AuthorizerUri": sub(f"{base}{within(link.target.arn)}/invocations"),
        "AuthorizerResultTtlInSeconds": connection.ttl_s,
        "IdentitySource": TOKEN_HEADER,
    }
    return Resource("AWS::ApiGateway::Authorizer", properties, "Authorizer")


def user_pool(api: RestApi, site: Site) -> Iterable[Resource]:
    if api.authorizer != "cognito":
        return
    properties: dict[str, Any] = {
        "Name": "users",
        "RestApiId": site.placed.ref,
        "Type": "COGNITO_USER_POOLS",
        "ProviderARNs": [ref(f"{site.logical_id}UserPoolArn")],
        "IdentitySource": TOKEN_HEADER,
    }
    yield Resource("AWS::ApiGateway::Authorizer", properties, "Users")


def method_access(link: Link) -> dict[str, Any]:
    """Return the properties of a method that say who may call it."""
    api = link.source.service
    guard = guard_of(link.siblings)
    own = str(getattr(api, "authorizer", "none"))
    access: dict[str, Any] = {"AuthorizationType": "NONE"}
    if guard is not None:
        access = {"AuthorizationType": "CUSTOM"}
        access["AuthorizerId"] = ref(f"{guard.logical_id}Authorizer")
    elif own == "iam":
        access = {"AuthorizationType": "AWS_IAM"}
    elif own == "cognito":
        access = {"AuthorizationType": "COGNITO_USER_POOLS"}
        access["AuthorizerId"] = ref(f"{link.source.logical_id}Users")
    if getattr(api, "usage_plan", False):
        access["ApiKeyRequired"] = True
    return access


def usage_plan(api: RestApi, site: Site) -> Iterable[Resource]:
    """Yield the plan and a first key of it."""
    if not api.usage_plan:
        return
    own_id = site.logical_id
    plan: dict[str, Any] = {
        "Description": f"Callers of {site.placed.label}",
        "ApiStages": [{"ApiId": site.placed.ref, "Stage": ref(f"{own_id}Stage")}],
    }
    if api.plan_rate_per_s is not None:
        burst = api.plan_burst or min(BURST_MAX, math.ceil(api.plan_rate_per_s))
        plan["Throttle"] = {"RateLimit": api.plan_rate_per_s, "BurstLimit": burst}
    if api.plan_quota is not None:
        plan["Quota"] = {"Limit": api.plan_quota, "Period": api.plan_period}
    yield Resource("AWS::ApiGateway::UsagePlan", plan, "Plan")
    key = {"Description": f"First caller of {site.placed.label}", "Enabled": True}
    yield Resource("AWS::ApiGateway::ApiKey", key, "Key")
    member = {
        "KeyId": ref(f"{own_id}Key"),
        "KeyType": "API_KEY",
        "UsagePlanId": ref(f"{own_id}Plan"),
    }
    yield Resource("AWS::ApiGateway::UsagePlanKey", member, "PlanKey")


def private_access(api: RestApi, site: Site) -> dict[str, Any]:
    """Return what a private API says of its endpoint and of who gets through it."""
    if api.endpoint != "PRIVATE":
        return {"EndpointConfiguration": {"Types": [api.endpoint]}}
    endpoint = _endpoint(api, site)
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    }
    # Only what came by this endpoint.
    deny = {
        **allow,
        "Effect": "Deny",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}},
    }
    return {
        "EndpointConfiguration": {"Types": ["PRIVATE"], "VpcEndpointIds": [endpoint]},
        "Policy": {"Version": "2012-10-17", "Statement": [deny, allow]},
    }


def private_endpoint(api: RestApi, site: Site) -> Iterable[Resource]:
    if api.endpoint != "PRIVATE" or api.vpc_endpoint != "new":
        return
    endpoint = {
        "ServiceName": sub("com.amazonaws.${AWS::Region}.execute-api"),
        "VpcEndpointType": "Interface",
        "VpcId": ref(VPC.name),
        "SubnetIds": ref(PRIVATE_SUBNETS.name),
        "SecurityGroupIds": [ref(f"{site.logical_id}EndpointGroup")],
        "PrivateDnsEnabled": True,
    }
    group = {
        "GroupDescription": f"HTTPS to {site.placed.id}",
        "VpcId": ref(VPC.name),
        "SecurityGroupIngress": [
            {
                "Description": "HTTPS from the callers",
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "CidrIp": ref(f"{site.logical_id}CallersCidr"),
            }
        ],
    }
    yield Resource("AWS::EC2::SecurityGroup", group, "EndpointGroup")
    yield Resource("AWS::EC2::VPCEndpoint", endpoint, "Endpoint")


def _endpoint(api: RestApi, site: Site) -> dict[str, Any]:
    name = "Endpoint" if api.vpc_endpoint == "new" else "VpcEndpointId"
    return ref(site.logical_id + name)


def api_parameters(api: RestApi, site: Site) -> Iterable[Parameter]:
    label, own_id = site.placed.label, site.logical_id
    if api.authorizer == "cognito":
        yield Parameter(f"{own_id}UserPoolArn", f"ARN of the user pool of {label}.")
    if api.endpoint == "PRIVATE" and api.vpc_endpoint == "new":
        yield VPC
        yield PRIVATE_SUBNETS
        yield Parameter(
            f"{own_id}CallersCidr", f"Addresses in the VPC that call {label}.", "10.0.0.0/8"
        )
    elif api.endpoint == "PRIVATE":
        yield Parameter(
            f"{own_id}VpcEndpointId", f"Interface endpoint for execute-api by which {label} is met."
        )


def api_remarks(api: RestApi, site: Site) -> Iterable[str]:
    label = site.placed.label
    if api.usage_plan and api.api_keys > 1:
        yield (
            f"{label} is drawn with {api.api_keys:,} keys; the template makes the first: import "
            "the others into its usage plan (aws apigateway import-api-keys)."
        )
    if api.endpoint == "PRIVATE" and api.vpc_endpoint == "new":
        yield (
            f"The VPC endpoint of {label} has an address in each subnet that is named at "
            f"deployment; {api.endpoint_zones} are drawn and paid for."
        )
    if api.cors_origin:
        yield (
            f"Functions behind {label} must send Access-Control-Allow-Origin themselves; the "
            "template answers preflights and adds it to the other integrations."
        )
