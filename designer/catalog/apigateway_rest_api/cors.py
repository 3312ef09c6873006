"""Answers to browsers that ask whether a page of another origin may call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..base import Resource, Service, Site

if TYPE_CHECKING:
    from .room import RestApi

ORIGIN = "method.response.header.Access-Control-Allow-Origin"
METHODS = "method.response.header.Access-Control-Allow-Methods"
HEADERS = "method.response.header.Access-Control-Allow-Headers"
ALLOWED_HEADERS = "Content-Type,Authorization,X-Api-Key,X-Amz-Date,X-Amz-Security-Token"
ALLOWED_METHODS = "GET,POST,PUT,PATCH,DELETE,OPTIONS"


def declared(api: Service) -> dict[str, Any]:
    """Return what a method's response must declare to send the header."""
    return {"ResponseParameters": {ORIGIN: False}} if _origin(api) else {}


def sent(api: Service) -> dict[str, Any]:
    """Return what an integration's response adds."""
    return {"ResponseParameters": {ORIGIN: f"'{_origin(api)}'"}} if _origin(api) else {}


def preflights(
    api: RestApi, site: Site, paths: Mapping[str, tuple[dict[str, Any], str]]
) -> Iterable[Resource]:
    """Yield an OPTIONS method for each path, which the gateway answers by itself."""
    if not api.cors_origin:
        return
    headers = {
        ORIGIN: f"'{api.cors_origin}'",
        METHODS: f"'{ALLOWED_METHODS}'",
        HEADERS: f"'{ALLOWED_HEADERS}'",
    }
    for place, suffix in paths.values():
        properties = {
            "RestApiId": site.placed.ref,
            "ResourceId": place,
            "HttpMethod": "OPTIONS",
            "AuthorizationType": "NONE",
            "Integration": {
                "Type": "MOCK",
                "RequestTemplates": {"application/json": '{"statusCode": 204}'},
                "IntegrationResponses": [{"StatusCode": "204", "ResponseParameters": headers}],
            },
            "MethodResponses": [
                {"StatusCode": "204", "ResponseParameters": dict.fromkeys(headers, False)}
            ],
        }
        yield Resource("AWS::ApiGateway::Method", properties, f"{suffix}Preflight")


def _origin(api: Service) -> str:
    return str(getattr(api, "cors_origin", ""))
