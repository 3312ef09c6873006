"""What a REST API and its integrations are in CloudFormation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..base import (
    ACCESS_LOG,
    LOG_DAYS,
    Grant,
    Link,
    Resource,
    Site,
    get_att,
    log_group,
    pascal,
    ref,
    sub,
    within,
)
from .requests import REQUESTS

if TYPE_CHECKING:
    from .room import RestApi, RestIntegration

Path = tuple[str, ...]  # The parts between slashes.
STAGE = "live"
LOGS_ROLE = "ApiGatewayLogsRole"
ACCOUNT_SETTING = "ApiGatewayAccount"
LOGS_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def api_resources(api: RestApi, site: Site) -> Iterable[Resource]:
    """Yield the API, its paths, and a stage that serves a deployment of its methods."""
    yield Resource(
        "AWS::ApiGateway::RestApi",
        {"Name": site.placed.label, "EndpointConfiguration": {"Types": [api.endpoint]}},
    )
    yield from _paths(site)
    methods = [f"{link.logical_id}Method" for link in site.outbound]
    deployment = {"RestApiId": site.placed.ref}
    yield Resource("AWS::ApiGateway::Deployment", deployment, "Deployment", {"DependsOn": methods})
    yield from _account_setting()
    yield log_group("Logs", LOG_DAYS)
    yield Resource(
        "AWS::ApiGateway::Stage",
        dict(_stage(api, site)),
        "Stage",
        {"DependsOn": [ACCOUNT_SETTING]},
    )


def _paths(site: Site) -> Iterable[Resource]:
    """Yield one resource for each distinct beginning of the routes' paths."""
    suffixes = path_suffixes(_parts(link) for link in site.outbound)
    for path, suffix in suffixes.items():
        properties = {
            "RestApiId": site.placed.ref,
            "ParentId": _resource_of(site.logical_id, path[:-1], suffixes),
            "PathPart": path[-1],
        }
        yield Resource("AWS::ApiGateway::Resource", properties, suffix)


def _parts(link: Link) -> Path:
    return tuple(part for part in getattr(link.connection, "path", "/").split("/") if part)


def path_suffixes(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the end of the logical id of every path and of the paths before it.

    >>> path_suffixes([("orders", "{id}"), ("orders", "id")])
    {('orders',): 'PathOrders', ('orders', 'id'): 'PathOrdersId', \
('orders', '{id}'): 'PathOrdersIdPath'}
    """
    every = sorted({path[: i + 1] for path in paths for i in range(len(path))})
    found: dict[Path, str] = {}
    for path in every:
        suffix = "Path" + "".join(pascal(part) for part in path)
        while suffix in found.values():
            suffix += "Path"
        found[path] = suffix
    return found


def _resource_of(api_id: str, path: Path, suffixes: Mapping[Path, str]) -> dict[str, Any]:
    return ref(api_id + suffixes[path]) if path else get_att(api_id, "RootResourceId")


def _account_setting() -> Iterable[Resource]:
    """Yield the account's setting without which no stage may log; one for all APIs."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "ManagedPolicyArns": [sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{LOGS_POLICY}")],
    }
    # Other stacks' stages may log by it when this one is gone.
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    yield Resource("AWS::IAM::Role", role, attributes=kept, logical_id=LOGS_ROLE)
    setting = {"CloudWatchRoleArn": get_att(LOGS_ROLE, "Arn")}
    yield Resource("AWS::ApiGateway::Account", setting, attributes=kept, logical_id=ACCOUNT_SETTING)


def _stage(api: RestApi, site: Site) -> Iterable[tuple[str, Any]]:
    yield "RestApiId", site.placed.ref
    yield "DeploymentId", ref(f"{site.logical_id}Deployment")
    yield "StageName", STAGE
    yield (
        "AccessLogSetting",
        {"DestinationArn": get_att(f"{site.logical_id}Logs", "Arn"), "Format": ACCESS_LOG},
    )
    settings: dict[str, Any] = api.throttle()
    if api.cache_gb != "none":
        yield "CacheClusterEnabled", True
        yield "CacheClusterSize", api.cache_gb
        settings |= {
            "CachingEnabled": True,
            "CacheTtlInSeconds": math.ceil(api.cache_ttl_s),
            "CacheDataEncrypted": True,
        }
    if settings:
        yield "MethodSettings", [{"HttpMethod": "*", "ResourcePath": "/*", **settings}]


def api_obstacles(site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    if not site.outbound:
        message = (
            f"{site.placed.label} has no integration, and a REST API without methods cannot be "
            "deployed: draw an arrow to what answers the requests."
        )
        yield (), message
    variables: dict[Path, set[str]] = {}
    for link in site.outbound:
        parts = _parts(link)
        for i, part in enumerate(parts):
            if part.startswith("{"):
                variables.setdefault(parts[:i], set()).add(part)
    for before, names in variables.items():
        if len(names) > 1:
            message = (
                f"{site.placed.label} has the variables {' and '.join(sorted(names))} after "
                f"/{'/'.join(before)}; REST APIs take one: use the same name."
            )
            yield (), message


def method(connection: RestIntegration, link: Link) -> Resource:
    properties: dict[str, Any] = {
        "RestApiId": link.source.ref,
        "ResourceId": _resource_of(
            link.source.logical_id,
            _parts(link),
            path_suffixes(_parts(sibling) for sibling in link.siblings),
        ),
        "HttpMethod": connection.method,
        "AuthorizationType": "NONE",
        "Integration": dict(_integration(connection, link)),
    }
    if link.target.service.type != "lambda_function":
        codes = ("200", "400", "500")
        properties["MethodResponses"] = [{"StatusCode": code} for code in codes]
    return Resource("AWS::ApiGateway::Method", properties, "Method")


def method_grants(connection: RestIntegration, link: Link) -> Iterable[Grant]:
    """Yield the one action that the method calls."""
    if link.target.service.type == "lambda_function":
        return  # By the function's own policy.
    request = REQUESTS[link.target.service.type](link, connection.method)
    access = link.target.service.access(link.target.logical_id, "write")
    actions = (request.grant,) if request.grant else access.actions
    yield Grant("source", actions, access.resources)


def _integration(connection: RestIntegration, link: Link) -> Iterable[tuple[str, Any]]:
    base = "arn:${AWS::Partition}:apigateway:${AWS::Region}:"
    yield "IntegrationHttpMethod", "POST"
    if link.target.service.type == "lambda_function":
        yield "Type", "AWS_PROXY"
        function = f"2015-03-31/functions/{within(link.target.arn)}/invocations"
        yield "Uri", sub(f"{base}lambda:path/{function}")
        return
    request = REQUESTS[link.target.service.type](link, connection.method)
    yield "Type", "AWS"
    yield "Uri", sub(base + request.action)
    yield "Credentials", link.source.role_arn
    yield "PassthroughBehavior", "NEVER"
    if request.headers:
        yield "RequestParameters", request.headers
    body: Any = sub(request.body) if "${" in request.body else request.body
    yield "RequestTemplates", {"application/json": body}
    done: dict[str, Any] = {"StatusCode": "200"}
    if request.answer:
        done["ResponseTemplates"] = {"application/json": request.answer}
    yield (
        "IntegrationResponses",
        [
            done,
            {"StatusCode": "400", "SelectionPattern": r"4\d{2}"},
            {"StatusCode": "500", "SelectionPattern": r"5\d{2}"},
        ],
    )
