"""The assumptions of a design: what nobody published or measured, element by element."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from designer.catalog.base import Connection, Service, title_from_name
from designer.document import Edge, Model, Node
from designer.errors import pointer
from estimator.prices import PriceBook

Row = dict[str, Any]
KEPT = 8_192  # nodes and edges
_known: dict[int, tuple[Node | Edge, int, list[Row]]] = {}  # By identity.


def assumptions(model: Model, book: PriceBook) -> list[Row]:
    """Return {pointer, node, edge, title, value, unit, default} of each assumption."""
    found: list[Row] = []
    for i, node in enumerate(model.nodes):
        found += _rows(node, i)
    for i, edge in enumerate(model.edges):
        found += _rows(edge, i)
    for name, value in model.assumptions.quotas.items():
        found.append(_own(("quotas", name), name, value, None))
    for slug, percent in model.assumptions.discounts.items():
        title = f"Discount on {book.services.get(slug, slug)}"
        found.append(_own(("discounts", slug), title, percent, "%"))
    return found


def _own(place: tuple[str, str], title: str, value: float, unit: str | None) -> Row:
    return {
        "pointer": pointer("model", "assumptions", *place),
        "node": None,
        "edge": None,
        "title": title,
        "value": value,
        "unit": unit,
        "default": False,
    }


def _rows(drawn: Node | Edge, number: int) -> list[Row]:
    """Return the rows of a node or an edge; the same as before where it is the same."""
    known = _known.get(id(drawn))
    if known is not None and known[0] is drawn and known[1] == number:
        return known[2]
    if len(_known) >= KEPT:
        _known.clear()
    rows = list(_new_rows(drawn, number))
    _known[id(drawn)] = drawn, number, rows
    return rows


def _new_rows(drawn: Node | Edge, number: int) -> Iterator[Row]:
    node = drawn.id if isinstance(drawn, Node) else None
    edge = drawn.id if isinstance(drawn, Edge) else None
    part: Service | Connection = drawn.service if isinstance(drawn, Node) else drawn.connection
    kind: type[Service] | type[Connection] = type(part)
    place = ("nodes", number, "service") if node else ("edges", number, "connection")
    for name, title, unit, default in _fields(kind):
        value = getattr(part, name)
        yield {
            "pointer": pointer("model", *place, name),
            "node": node,
            "edge": edge,
            "title": title,
            "value": value if isinstance(value, int | float | str | type(None)) else None,
            "unit": unit,
            "default": value == default,
        }


@functools.cache
def _fields(kind: type[Service] | type[Connection]) -> list[tuple[str, str, Any, Any]]:
    """Return name, title, unit and default of the assumptions of a room."""
    found = []
    for name, info in kind.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("x-assumed"):
            unit = extra.get("x-unit")
            text = unit if isinstance(unit, str) else None
            found.append((name, info.title or title_from_name(name, text), unit, info.default))
    return found
