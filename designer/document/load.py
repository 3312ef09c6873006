"""From JSON to a Design: upgraded, validated, with every problem at its place."""

from __future__ import annotations

import contextlib
import difflib
import functools
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from designer import catalog
from designer.catalog.base import BILLED_SERVICES, REGIONS, Connection, Refused, Service, Source
from designer.errors import DesignError, Problem, pointer

from .design import MAX_EDGES, MAX_NODES, Design, Edge, Node
from .upgrades import upgrade

MAX_DEPTH = 64
MAX_PROBLEMS = 100
KEPT_PARTS, LARGEST_KEPT = 8_192, 4_096  # Parts, and bytes of one's text.


def loads(text: str | bytes) -> Design:
    """Read a design from JSON text.

    Raises:
        DesignError: The text is not JSON (with line and column), or not a design.
    """
    try:
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        data = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise DesignError([Problem("", "malformed-json", message)]) from error
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text: byte {error.start}"
        raise DesignError([Problem("", "malformed-json", message)]) from error
    except RecursionError as error:
        raise DesignError([Problem("", "too-deep", "the document is nested too deeply")]) from error
    return load(data)


def load(data: object) -> Design:
    """Read a design from JSON values.

    Raises:
        DesignError: With all problems at once, each with a JSON pointer.
    """
    if not isinstance(data, dict):
        raise DesignError([Problem("", "not-an-object", "a design is a JSON object")])
    if _depth(data) > MAX_DEPTH:
        raise DesignError([Problem("", "too-deep", f"nested deeper than {MAX_DEPTH} levels")])
    document = upgrade(data)
    _refuse_size(document)
    try:
        design = _validated(document)
    except ValidationError as error:
        raise DesignError(_translate(error, document)) from error
    problems = list(_graph_problems(design))
    if problems:
        raise DesignError(problems[:MAX_PROBLEMS])
    return design


def _validated(document: dict[str, Any]) -> Design:
    """Return the design; nodes and edges that were read before are the same objects again.

    Strict types, as JSON has them: "5" and true are no numbers, an array is a tuple.

    Raises:
        ValidationError: With every problem of the document.
    """
    model = document.get("model")
    if isinstance(model, dict):
        known = {key: model[key] for key in PARTS if isinstance(model.get(key), list)}
        rest = {**document, "model": {**model, **{key: [] for key in known}}}
        with contextlib.suppress(ValueError):  # Told below, each at its place.
            design = Design.model_validate_json(to_json(rest))
            read = {key: tuple(_part(key, to_json(one)) for one in known[key]) for key in known}
            return design.model_copy(update={"model": design.model.model_copy(update=read)})
    return Design.model_validate_json(json.dumps(document))


PARTS: dict[str, type[Node | Edge]] = {"nodes": Node, "edges": Edge}


def _part(key: str, text: bytes) -> Node | Edge:
    return _kept(key, text) if len(text) <= LARGEST_KEPT else PARTS[key].model_validate_json(text)


@functools.lru_cache(maxsize=KEPT_PARTS)
def _kept(key: str, text: bytes) -> Node | Edge:
    return PARTS[key].model_validate_json(text)


def json_schema() -> dict[str, Any]:
    """Return the published JSON Schema of the document."""
    schema = Design.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:weir:design:1",
        **schema,
    }


def _refuse_constant(name: str) -> None:
    raise DesignError([Problem("", "malformed-json", f"{name} is not a JSON number")])


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        inner = [item.values() if isinstance(item, dict) else item for item in level
                 if isinstance(item, dict | list)]  # fmt: skip
        level = [item for items in inner for item in items]
    return deepest


def _refuse_size(document: dict[str, Any]) -> None:
    model = document.get("model")
    if not isinstance(model, dict):
        return
    for key, most in (("nodes", MAX_NODES), ("edges", MAX_EDGES)):
        items = model.get(key)
        if isinstance(items, list) and len(items) > most:
            message = f"{len(items):,} {key}; a design holds at most {most:,}: split it"
            raise DesignError([Problem(pointer("model", key), "too-many", message)])


# ---- pydantic's errors, in our words -----------------------------------------------------------


def _translate(error: ValidationError, document: dict[str, Any]) -> list[Problem]:
    return [_problem(dict(item), document) for item in error.errors()[:MAX_PROBLEMS]]


def _problem(error: dict[str, Any], document: dict[str, Any]) -> Problem:
    path, model = _place(error["loc"])
    kind, context, given = error["type"], error.get("ctx", {}), error.get("input")
    place = pointer(*path)
    if kind == "extra_forbidden":
        name = str(path[-1])
        known = list(model.model_fields) if model else []
        nearest = _nearest(name, known)
        hint = f'; did you mean "{nearest}"?' if nearest else f"; known are: {', '.join(known)}"
        return Problem(place, "unknown-key", f'unknown key "{name}"{hint}', nearest)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_type(path, given)
    if kind == "literal_error" and path == ["model", "region"]:
        nearest = _nearest(str(given), REGIONS)
        works = ", ".join(f"{key} ({name})" for key, name in REGIONS.items())
        message = (
            f"there is no price book for {_show(given)}: AWS's prices differ by region, and none "
            f"is taken for another; {f'the nearest is {nearest}; ' if nearest else ''}those that "
            f"work are {works} (estimator/prices/README.md says where their prices are from)"
        )
        return Problem(place, "not-allowed", message, nearest)
    if kind == "literal_error":
        nearest = _nearest(str(given), _literals(model, path))
        hint = f'; did you mean "{nearest}"?' if nearest else ""
        message = f"{_show(given)} is not one of {context.get('expected')}{hint}"
        return Problem(place, "not-allowed", message, nearest)
    if kind == "string_pattern_mismatch" and path and path[-1] in ("id", "source", "target"):
        message = (
            f"{_show(given)} is not an id: a lower-case letter, then letters, digits or "
            "underscores, at most 48"
        )
        return Problem(place, "bad-id", message)
    unit = _unit(model, path)
    message = error["msg"][:1].lower() + error["msg"][1:]
    if kind != "missing" and not isinstance(given, dict | list):
        message = f"{_show(given)}{unit and ' ' + unit} is refused: {message}"
        message += _way_out(kind, context, unit, model, path)
    return Problem(place, kind.replace("_", "-"), message)


def _way_out(
    kind: str,
    context: dict[str, Any],
    unit: str,
    model: type[BaseModel] | None,
    path: Sequence[str | int],
) -> str:
    """Return the nearest value that works and where the limit stands, for a value beyond it."""
    bound = next((context[key] for key in ("le", "ge", "lt", "gt") if key in context), None)
    if bound is None or not (model and issubclass(model, Service | Connection)):
        return ""
    within = {"less_than": "less than ", "greater_than": "more than "}.get(kind, "")
    info = model.model_fields.get(str(path[-1]))
    extra = info.json_schema_extra if info else None
    source = extra.get("x-source") if isinstance(extra, dict) else None
    page = f"see {model.docs_url}"
    if isinstance(source, dict):
        page = f"{source['text']}, checked {source['checked']}: {source['url']}"
    return f"; the nearest that works is {within}{bound:g}{unit and ' ' + unit} ({page})"


def _show(value: object) -> str:
    shown = json.dumps(value, default=str, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _place(loc: Sequence[str | int]) -> tuple[list[str | int], type[BaseModel] | None]:
    """Return the path without pydantic's union tags, and the model at its end's parent."""
    path: list[str | int] = []
    model: type[BaseModel] | None = Design
    part: str | int | None = None
    for step in loc:
        if part in ("service", "connection") and isinstance(step, str):
            known = catalog.SERVICES if part == "service" else catalog.CONNECTIONS
            if step in known:
                model, part = known[step], None
                continue
        path.append(step)
        part = step
        if isinstance(step, str) and model and step in model.model_fields and step != loc[-1]:
            model = _inner_model(model, step) or model
    return path, model


def _inner_model(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    stack: list[Any] = [model.model_fields[name].annotation]
    while stack:
        item = stack.pop()
        if isinstance(item, type) and issubclass(item, BaseModel):
            return item if not issubclass(item, Service | Connection) else None
        stack.extend(get_args(item))
    return None


def _literals(model: type[BaseModel] | None, path: Sequence[str | int]) -> list[str]:
    if model is None or not path or path[-1] not in model.model_fields:
        return []
    return [str(v) for v in get_args(model.model_fields[str(path[-1])].annotation)]


def _unit(model: type[BaseModel] | None, path: Sequence[str | int]) -> str:
    info = model.model_fields.get(str(path[-1])) if model and path else None
    extra = info.json_schema_extra if info else None
    unit = extra.get("x-unit") if isinstance(extra, dict) else None
    return unit if isinstance(unit, str) and unit != "ratio" else ""


def _unknown_type(path: list[str | int], given: object) -> Problem:
    part = "service" if "service" in path else "connection"
    known = sorted(catalog.SERVICES if part == "service" else catalog.CONNECTIONS)
    name = given.get("type") if isinstance(given, dict) else None
    place = pointer(*path, "type")
    if not isinstance(name, str):
        return Problem(place, f"unknown-{part}", f'a {part} needs a "type"')
    nearest = _nearest(name, known)
    hint = f'; did you mean "{nearest}"?' if nearest else f"; known are: {', '.join(known)}"
    return Problem(place, f"unknown-{part}", f'unknown {part} "{name}"{hint}', nearest)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else None


# ---- What no schema can say --------------------------------------------------------------------


def _graph_problems(design: Design) -> Iterable[Problem]:
    model = design.model
    yield from _twice("nodes", [n.id for n in model.nodes])
    yield from _twice("edges", [e.id for e in model.edges])
    services = {n.id: n.service for n in model.nodes}
    for i, node in enumerate(model.nodes):
        for path, message in node.service.problems():
            place = pointer("model", "nodes", i, "service", *path)
            yield Problem(place, "bad-config", message)
    drawn: set[tuple[str, ...]] = set()
    for i, edge in enumerate(model.edges):
        ends_known = True
        for end in ("source", "target"):
            node_id = getattr(edge, end)
            if node_id not in services:
                ends_known = False
                nearest = _nearest(node_id, services)
                hint = f'; did you mean "{nearest}"?' if nearest else ""
                message = f'there is no node "{node_id}"{hint}'
                yield Problem(pointer("model", "edges", i, end), "unknown-node", message, nearest)
        if ends_known:
            loop = edge.source == edge.target
            ends = services[edge.source], services[edge.target]
            yield from _illegal(i, edge.connection, *ends, loop)
            key = (edge.source, edge.target, *_identity(edge.connection))
            if key in drawn:
                message = f"a second arrow of the same kind from {edge.source} to {edge.target}"
                yield Problem(pointer("model", "edges", i), "drawn-twice", message)
            drawn.add(key)
    yield from _unknown_quotas(design)
    yield from _unknown_discounts(design)
    known_ids = set(services)
    for node_id in design.layout.positions:
        if node_id not in known_ids:
            nearest = _nearest(node_id, known_ids)
            message = f'there is no node "{node_id}" to place'
            place = pointer("layout", "positions", node_id)
            yield Problem(place, "unknown-node", message, nearest)


def _identity(connection: Connection) -> tuple[str, ...]:
    """Return what tells arrows between the same two nodes apart: kind, step, route."""
    names = _telling(type(connection))
    return (connection.type, *(str(getattr(connection, name)) if name else "" for name in names))


@functools.cache
def _telling(kind: type[Connection]) -> tuple[str, ...]:
    """Return the fields that tell arrows of a kind apart; "" where it has none of the name."""
    return tuple(n if n in kind.model_fields else "" for n in ("state", "method", "path"))


def _twice(key: str, ids: list[str]) -> Iterable[Problem]:
    counts = Counter(ids)
    for i, one in enumerate(ids):
        if counts[one] > 1 and one in ids[:i]:
            message = f'the id "{one}" is used twice; ids of {key} are unique'
            yield Problem(pointer("model", key, i, "id"), "id-twice", message)


def _illegal(
    i: int, connection: Connection, source: Service, target: Service, loop: bool
) -> Iterable[Problem]:
    legal = catalog.connections_between(source.type, target.type)
    if connection.type not in legal:
        refused = catalog.refusal(source.type, target.type)
        if legal:
            message = (
                f"{source.title} reaches {target.title} by {' or '.join(legal)}, "
                f"not by {connection.type}"
            )
            yield Problem(
                pointer("model", "edges", i, "connection", "type"),
                "edge-not-allowed",
                message,
                legal[0],
            )
        else:
            message = f"{refused.reason} {refused.suggestion} See {source.docs_url}"
            place = pointer("model", "edges", i, "connection")
            yield Problem(place, "edge-not-allowed", message)
        return
    reason = connection.refusal(source, target) or target.closed_to(source)
    if loop:
        reason = connection.itself or reason
    if not reason:
        return
    place = pointer("model", "edges", i, "connection")
    if isinstance(reason, Refused):
        message = f"{reason.message} {_sourced(reason.ban.source)}"
        yield Problem(place, reason.ban.id, message)
    else:
        page = connection.docs_url or source.docs_url
        yield Problem(place, "edge-not-allowed", f"{reason} See {page}")


def _sourced(source: Source) -> str:
    return f"({source.text}, checked {source.checked}: {source.url})"


def _unknown_quotas(design: Design) -> Iterable[Problem]:
    if not design.model.assumptions.quotas:
        return
    known = {limit.id for limit in catalog.adjustable_limits()}
    for quota in design.model.assumptions.quotas:
        if quota not in known:
            nearest = _nearest(quota, known)
            hint = f'; did you mean "{nearest}"?' if nearest else ""
            message = f'there is no adjustable limit "{quota}"{hint}'
            place = pointer("model", "assumptions", "quotas", quota)
            yield Problem(place, "unknown-quota", message, nearest)


def _unknown_discounts(design: Design) -> Iterable[Problem]:
    for slug in design.model.assumptions.discounts:
        if slug not in BILLED_SERVICES:
            nearest = _nearest(slug, BILLED_SERVICES)
            known = ", ".join(sorted(BILLED_SERVICES))
            hint = f'; did you mean "{nearest}"?' if nearest else f"; known are: {known}"
            message = f"no service on the bill is called {_show(slug)}{hint}"
            place = pointer("model", "assumptions", "discounts", slug)
            yield Problem(place, "unknown-service", message, nearest)
