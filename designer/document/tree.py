"""A design as plain values with every default written out: what diffs and merges walk over.

With the defaults in place a field has a value on every side, so "30 s, because nobody said
otherwise" and "60 s" can be told apart and shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from designer import catalog
from designer.errors import pointer

from .design import Assumptions, Design, Model, Workload

Tree = dict[str, Any]
Steps = tuple[str, ...]


class _Absent:
    """No value at this place; not the same as null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
KINDS = ("type", "kind")  # What tells apart things that share a place but not their fields.
PARTS = {"nodes": "service", "edges": "connection"}
WORDS = {
    "name": "Name",
    "description": "Description",
    "region": "Region",
    "scale": "Scale of the load",
    "month_hours": "Hours of a month",
    "free_tier": "Free tier",
    "quotas": "Quota",
    "discounts": "Discount",
    "source": "Source",
    "target": "Target",
    "service": "Service",
    "connection": "Connection",
}
UNITS = {"month_hours": "h", "discounts": "%"}
_SETTINGS: dict[str, type[BaseModel]] = {"workload": Workload, "assumptions": Assumptions}


def plain(design: Design) -> Tree:
    """Return the document as JSON values, defaults included."""
    return design.model_dump(mode="json")


def by_id(items: Iterable[Tree]) -> dict[str, Tree]:
    return {item["id"]: item for item in items}


def settings(tree: Tree) -> Tree:
    """Return what the model holds beside nodes and edges."""
    return {key: value for key, value in tree["model"].items() if key not in PARTS}


def title(tree: Tree) -> Tree:
    """Return what the document says of itself."""
    return {key: value for key, value in tree.items() if key not in ("version", "model", "layout")}


def mergeable(*values: Any) -> bool:
    """Return whether values can be compared key by key: objects of one kind."""
    there = [value for value in values if value is not ABSENT]
    if not there or not all(isinstance(value, dict) for value in there):
        return False
    return all(len({str(value.get(kind)) for value in there}) == 1 for kind in KINDS)


def keys(*values: Any) -> list[str]:
    """Return the keys of all objects, each once, in the order of the first that has it."""
    return list(dict.fromkeys(k for value in values if value is not ABSENT for k in value))


def described(part: str, config_type: str, steps: Steps) -> dict[str, Any]:
    """Return pointer, label and unit of a field.

    Args:
        part: "nodes", "edges", "settings" or "document".
        config_type: Type of the service or connection, or "".
        steps: The way to the field within the element.
    """
    label, unit, model = WORDS.get(steps[-1], steps[-1]), UNITS.get(steps[0]), None
    if part in PARTS and len(steps) > 1 and steps[0] == PARTS[part]:
        known: Any = catalog.SERVICES if part == "nodes" else catalog.CONNECTIONS
        model, inner = known.get(config_type), steps[1:]
    elif part == "settings":
        model, inner = _SETTINGS.get(steps[0], Model), steps[1:] or steps
    if model is not None and inner[0] in model.model_fields:
        label, unit = _field(model, inner[0])
        label = WORDS.get(inner[0], label) if part == "settings" else label
        unit = UNITS.get(inner[0], unit)
        if len(inner) > 1:
            label = f"{label}: {' › '.join(inner[1:])}"
    return {"pointer": pointer(*steps), "label": label, "unit": unit}


def _field(model: type[BaseModel], name: str) -> tuple[str, str | None]:
    info = model.model_fields[name]
    make = model.model_config.get("field_title_generator")
    label = info.title or (make(name, info) if make else name.replace("_", " ").capitalize())
    extra = info.json_schema_extra
    unit = extra.get("x-unit") if isinstance(extra, dict) else None
    return label, unit if isinstance(unit, str) else None
