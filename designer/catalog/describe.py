"""The catalog as data: what the browser, the docs and other programs know about services."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from .base import REGIONS, Config, Connection, Context, Limit, Role, Service, Waits
from .matrix import refusal_between

Services = Mapping[str, type[Service]]
Parts = Mapping[str, type[Connection]]


def describe_catalog(services: Services, connections: Parts) -> dict[str, Any]:
    """Return palette, forms, limits and the connection matrix as JSON values."""
    body = {
        "regions": [{"id": key, "name": name} for key, name in REGIONS.items()],
        "roles": [role.value for role in Role],
        "services": [_service(name, s) for name, s in services.items()],
        "connections": [_connection(name, c, services) for name, c in connections.items()],
        "matrix": _matrix(services, connections),
        "document_schema_url": "/api/v1/schemas/design.json",
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return {"version": hashlib.sha256(text.encode()).hexdigest()[:16], **body}


def _service(name: str, service: type[Service]) -> dict[str, Any]:
    return {
        "type": name,
        "title": service.title,
        "aliases": list(service.aliases),
        "category": service.category,
        "role": service.role.value,
        "summary": service.summary,
        "docs_url": service.docs_url,
        "pricing_url": service.pricing_url,
        "cloudformation": service.cloudformation,
        "id_base": service.id_base,
        "schema": form_schema(service),
        "defaults": _defaults(service),
        "limits": [limit_dict(limit) for limit in service.limits],
    }


def _connection(name: str, connection: type[Connection], services: Services) -> dict[str, Any]:
    usual = sorted(connection.sources)[0], sorted(connection.targets)[0]
    ctx = Context("us-east-1", 730.0)
    source, target = instance(services[usual[0]]), instance(services[usual[1]])
    hop = instance(connection).hop(source, target, ctx)
    return {
        "mechanism": hop.mechanism.value,
        "sync": hop.waits is not Waits.NOTHING,
        "type": name,
        "title": connection.title,
        "summary": connection.summary,
        "sources": sorted(connection.sources),
        "targets": sorted(connection.targets),
        "cloudformation": connection.cloudformation,
        "docs_url": connection.docs_url,
        "schema": form_schema(connection),
        "defaults": _defaults(connection),
        "limits": [limit_dict(limit) for limit in connection.limits],
    }


def limit_dict(limit: Limit) -> dict[str, Any]:
    return {
        "id": limit.id,
        "title": limit.title,
        "value": limit.value,
        "by_region": dict(limit.by_region),
        "unit": limit.unit,
        "source": limit.source.text,
        "url": limit.source.url,
        "checked": limit.source.checked,
        "adjustable": limit.adjustable,
        "note": limit.note,
    }


Part = TypeVar("Part", bound=Config)


def instance(part: type[Part]) -> Part:
    """Return a room's part with its defaults: every field of a room has one."""
    return part.model_validate({})


def form_schema(part: type[Service] | type[Connection]) -> dict[str, Any]:
    """Return the JSON Schema of a config without its `type`: what the form draws."""
    schema = part.model_json_schema()
    schema["properties"] = {
        name: _flat(field) for name, field in schema["properties"].items() if name != "type"
    }
    schema.pop("required", None)
    return schema


def _flat(field: dict[str, Any]) -> dict[str, Any]:
    """Write an optional number as its own schema with `x-optional`, not as a choice with null."""
    choices: Sequence[dict[str, Any]] = field.get("anyOf", ())
    kinds = [c for c in choices if c.get("type") != "null"]
    if len(choices) == 2 and len(kinds) == 1:
        rest = {k: v for k, v in field.items() if k != "anyOf"}
        return {**kinds[0], **rest, "x-optional": True}
    return field


def _defaults(part: type[Service] | type[Connection]) -> dict[str, Any]:
    return instance(part).model_dump(mode="json", exclude={"type"})


def ways(connections: Parts, source: str, target: str) -> list[str]:
    """Return the connection types from one service type to another; the first is the usual one."""
    legal = [n for n, c in connections.items() if source in c.sources and target in c.targets]
    return sorted(legal, key=lambda name: connections[name].second_choice)


def _matrix(services: Services, connections: Parts) -> dict[str, dict[str, dict[str, Any]]]:
    matrix: dict[str, dict[str, dict[str, Any]]] = {}
    for source, source_class in services.items():
        row = matrix[source] = {}
        for target, target_class in services.items():
            legal = ways(connections, source, target)
            if legal:
                row[target] = {"connections": legal}
            else:
                why = refusal_between(source_class, target_class, connections)
                row[target] = {"reason": why.reason, "suggestion": why.suggestion}
    return matrix
