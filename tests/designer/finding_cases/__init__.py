"""Small designs that provoke each finding, and the same designs mended.

One module per room, each with `CASES`: {rule id: case(...)}. Modules are found by themselves.
"""

from __future__ import annotations

import copy
import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any

Nodes = dict[str, dict[str, Any]]
Edge = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A design that provokes a finding and its mended twin, as `design` takes them."""

    bad: tuple[Nodes, list[Edge], dict[str, Any]]
    good: tuple[Nodes, list[Edge], dict[str, Any]]


def case(
    nodes: Nodes,
    edges: list[Edge],
    *,
    mend: Nodes | None = None,
    mend_edge: dict[int, dict[str, Any]] | None = None,
    add_edges: list[Edge] | None = None,
    keep_edges: int | None = None,
    mend_model: dict[str, Any] | None = None,
    **model: Any,
) -> Case:
    """Return a case; the twin differs by what is given.

    Args:
        mend: Fields by node id; a node that is not there yet is added.
        mend_edge: Fields by position of the edge.
        add_edges: Edges that the twin has beside the others.
        keep_edges: How many of the edges the twin keeps.
        mend_model: Keys of the model that the twin has instead.
    """
    nodes = {key: dict(value) for key, value in nodes.items()}
    better_nodes, better_edges = copy.deepcopy(nodes), copy.deepcopy(edges)[:keep_edges]
    for key, change in (mend or {}).items():
        better_nodes[key] = {**better_nodes.get(key, {}), **change}
    for i, change in (mend_edge or {}).items():
        source, target, connection = better_edges[i]
        better_edges[i] = (source, target, {**connection, **change})
    better_edges += add_edges or []
    return Case(
        (nodes, edges, model), (better_nodes, better_edges, {**model, **(mend_model or {})})
    )


def node(type_: str, /, **config: Any) -> dict[str, Any]:
    return {"type": type_, **config}


def caller(rate_per_s: float = 1.0, **config: Any) -> dict[str, Any]:
    return node("client", rate_per_s=rate_per_s, **config)


def arrow(source: str, target: str, type_: str, /, **config: Any) -> Edge:
    return source, target, {"type": type_, **config}


def collected() -> dict[str, Case]:
    """Return the cases of all modules of this folder by rule id."""
    found: dict[str, Case] = {}
    for module in pkgutil.iter_modules(__path__):
        cases = importlib.import_module(f"{__name__}.{module.name}").CASES
        twice = set(found) & set(cases)
        assert not twice, f"{module.name}: a case of {sorted(twice)} stands in another module too"
        found |= cases
    return found
