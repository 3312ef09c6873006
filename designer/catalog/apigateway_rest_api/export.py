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
    bucket,
    get_att,
    log_group,
    pascal,
    ref,
    sub,
    within,
)
from . import authorizers, cors
from .requests import REQUESTS

if TYPE_CHECKING:
    from .room import RestApi, RestIntegration

Path = tuple[str, ...]  # The parts between slashes.
LOGS_ROLE = "ApiGatewayLogsRole"
ACCOUNT_SETTING = "ApiGatewayAccount"
LOGS_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def api_resources(api: RestApi, site: Site) -> Iterable[Resource]:
    """Yield the API, its paths, and a stage that serves a deployment of its methods."""
    yield Resource(
        "AWS::ApiGateway::RestApi",
        {"Name": site.placed.label, **authorizers.private_access(api, site)},
    )
    yield from authorizers.private_endpoint(api, site)
    yield from _paths(site)
    yield from authorizers.user_pool(api, site)
    preflights = list(cors.preflights(api, site, _paths_of(site)))
    yield from preflights
    methods = [f"{link.logical_id}Method" for link in _methods(site)]
    methods += [site.logical_id + one.suffix for one in preflights]
    deployment = {"RestApiId": site.placed.ref}
    made = {"DependsOn": methods}
    yield Resource("AWS::ApiGateway::Deployment", deployment, "Deployment", made)
    if api.canary_ratio > 0:
        yield Resource("AWS::ApiGateway::Deployment", deployment, "Canary", made)
    waits = {}
    if api.access_log_kib > 0:
        yield from _account_setting()
        yield log_group("Logs", LOG_DAYS)
        waits = {"DependsOn": [ACCOUNT_SETTING]}
    yield Resource(
        "AWS::ApiGateway::Stage",
        dict(_stage(api, site)),
        "Stage",
        waits,
    )
    yield from authorizers.usage_plan(api, site)


def _methods(site: Site) -> list[Link]:
    """Return the arrows that are methods: neither the authorizer's nor a canary's."""
    routes = [link for link in site.outbound if not link.connection.guards]
    return [link for link in routes if getattr(link.connection, "release", "stable") == "stable"]


def _canaries(links: Iterable[Link]) -> list[Link]:
    return [link for link in links if getattr(link.connection, "release", "") == "canary"]


def _paths_of(site: Site) -> dict[str, tuple[dict[str, Any], str]]:
    """Return resource and logical-id ending of each path that has methods, by path."""
    suffixes = path_suffixes(_parts(link) for link in _methods(site))
    found: dict[str, tuple[dict[str, Any], str]] = {}
    for link in _methods(site):
        parts = _parts(link)
        place = _resource_of(site.logical_id, parts, suffixes)
        found["/".join(parts)] = place, suffixes.get(parts, "Root")
    return found


def _paths(site: Site) -> Iterable[Resource]:
    """Yield one resource for each distinct beginning of the routes' paths."""
    suffixes = path_suffixes(_parts(link) for link in _methods(site))
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
    yield "StageName", api.stage
    if api.access_log_kib > 0:
        logs = get_att(f"{site.logical_id}Logs", "Arn")
        yield "AccessLogSetting", {"DestinationArn": logs, "Format": ACCESS_LOG}
    settings: dict[str, Any] = api.throttle()
    if api.cache_gb != "none":
        yield "CacheClusterEnabled", True
        yield "CacheClusterSize", api.cache_gb
        settings |= {
            "CachingEnabled": True,
            "CacheTtlInSeconds": math.ceil(api.cache_ttl_s),
            "CacheDataEncrypted": True,
        }
    every = [{"HttpMethod": "*", "ResourcePath": "/*", **settings}] if settings else []
    own = list(_method_throttles(site))
    if every or own:
        yield "MethodSettings", [*every, *own]
    variables, overrides = _canary_variables(site)
    if variables:
        yield "Variables", variables
    if api.canary_ratio > 0:
        canary: dict[str, Any] = {
            "DeploymentId": ref(f"{site.logical_id}Canary"),
            "PercentTraffic": round(api.canary_ratio * 100, 4),
            "UseStageCache": api.canary_uses_cache,
        }
        if overrides:
            canary["StageVariableOverrides"] = overrides
        yield "CanarySetting", canary


def _method_throttles(site: Site) -> Iterable[dict[str, Any]]:
    for link in _methods(site):
        rate = getattr(link.connection, "throttle_per_s", None)
        if rate is None:
            continue
        named = str(getattr(link.connection, "method", "ANY"))
        path = "/".join(_parts(link))
        yield {
            "HttpMethod": "*" if named == "ANY" else named,
            "ResourcePath": "/" + (f"~1{path.replace('/', '~1')}" if path else ""),
            **bucket(rate),
        }


def _canary_variables(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the stage's variables that name functions, and what the canary has instead."""
    stable: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for link in _methods(site):
        twin = _twin(link)
        if twin is not None:
            name = _variable(link)
            stable[name], other[name] = link.target.arn, twin.target.arn
    return stable, other


def _twin(link: Link) -> Link | None:
    """Return the canary's arrow on the same method and path."""
    key = getattr(link.connection, "key", None)
    twins = [one for one in _canaries(link.siblings) if getattr(one.connection, "key", ()) == key]
    return twins[0] if twins else None


def _variable(link: Link) -> str:
    return f"to{pascal(link.logical_id)}"


def api_obstacles(site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    if not _methods(site):
        message = (
            f"{site.placed.label} has no integration, and a REST API without methods cannot be "
            "deployed: draw an arrow to what answers the requests."
        )
        yield (), message
    variables: dict[Path, set[str]] = {}
    for link in _methods(site):
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
    guards = [link.target.label for link in site.outbound if link.connection.guards]
    if len(guards) > 1:
        yield (), f"{site.placed.label} has the authorizers {' and '.join(guards)}: keep one."
    stable = {getattr(link.connection, "key", ()) for link in _methods(site)}
    for link in _canaries(site.outbound):
        if getattr(link.connection, "key", None) not in stable:
            message = (
                f"The canary {link.target.label} stands on a route without a stable function: give "
                "it the method and path of the arrow that it may replace."
            )
            yield (), message


def method(connection: RestIntegration, link: Link) -> Resource:
    properties: dict[str, Any] = {
        "RestApiId": link.source.ref,
        "ResourceId": _resource_of(
            link.source.logical_id,
            _parts(link),
            path_suffixes(_parts(s) for s in link.siblings if not s.connection.guards),
        ),
        "HttpMethod": connection.method,
        **authorizers.method_access(link),
        "Integration": dict(_integration(connection, link)),
    }
    if link.target.service.type != "lambda_function":
        codes = ("200", "400", "500")
        allowed = cors.declared(link.source.service)
        properties["MethodResponses"] = [{"StatusCode": code, **allowed} for code in codes]
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
    timeout_s = getattr(link.source.service, "integration_timeout_s", None)
    if timeout_s is not None:
        yield "TimeoutInMillis", round(timeout_s * 1000)
    if link.target.service.type == "lambda_function":
        yield "Type", "AWS_PROXY"
        named = within(link.target.arn)
        if _twin(link) is not None:  # Each deployment has its own function.
            named = f"${{!stageVariables.{_variable(link)}}}"
        function = f"2015-03-31/functions/{named}/invocations"
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
    allowed = cors.sent(link.source.service)
    done: dict[str, Any] = {"StatusCode": "200", **allowed}
    if request.answer:
        done["ResponseTemplates"] = {"application/json": request.answer}
    yield (
        "IntegrationResponses",
        [
            done,
            {"StatusCode": "400", "SelectionPattern": r"4\d{2}", **allowed},
            {"StatusCode": "500", "SelectionPattern": r"5\d{2}", **allowed},
        ],
    )
