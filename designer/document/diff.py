"""What changed between two designs: elements by id, fields by place, ready to be drawn.

Four words, apart from each other: *added*, *removed*, *changed* (something an estimate or a reader
depends on) and *moved* (only the place on the canvas).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .design import Design
from .tree import ABSENT, PARTS, Steps, Tree, by_id, described, keys, mergeable
from .tree import plain as plain_of
from .tree import settings as settings_of
from .tree import title as title_of

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


def diff(before: Design, after: Design) -> dict[str, Any]:
    """Return what changed, as JSON values.

    `nodes` and `edges` list what is not the same on both sides, in the order of the drawing after
    the change, then what is gone. `settings` are fields of the model, `document` is name and
    description, `layout` what stands on the canvas beside nodes.
    """
    old, new = plain_of(before), plain_of(after)
    nodes, edges = _nodes(old, new), _edges(old, new)
    settings = _fields("settings", "", settings_of(old), settings_of(new))
    document = _fields("document", "", title_of(old), title_of(new))
    layout = {key: _marks(old["layout"][key], new["layout"][key]) for key in ("groups", "notes")}
    counts = {"nodes": _count(nodes), "edges": _count(edges)}
    return {
        "model_changed": bool(settings or edges or any(node["change"] != MOVED for node in nodes)),
        "same": not (nodes or edges or settings or document or any(layout.values())),
        "summary": {
            **counts,
            "settings": len(settings),
            "document": len(document),
            "layout": counts["nodes"][MOVED] + sum(len(marks) for marks in layout.values()),
        },
        "nodes": nodes,
        "edges": edges,
        "settings": settings,
        "document": document,
        "layout": layout,
    }


def _count(items: list[dict[str, Any]]) -> dict[str, int]:
    changes = [item["change"] for item in items]
    return {word: changes.count(word) for word in (ADDED, REMOVED, CHANGED, MOVED)}


def _nodes(old: Tree, new: Tree) -> list[dict[str, Any]]:
    was, now = old["layout"]["positions"], new["layout"]["positions"]
    found = []
    for node_id, before, after in _pairs(old, new, "nodes"):
        place, moved = (was.get(node_id), now.get(node_id)), False
        if before and after:
            moved = place[0] != place[1]
        entry = _element("nodes", before, after, moved)
        if entry is not None:
            node = after or before or {}
            about = {"id": node_id, "name": node["name"], "type": node["service"]["type"]}
            positions = {"position_before": place[0], "position_after": place[1]}
            found.append({**about, **entry, "moved": moved, **positions})
    return found


def _edges(old: Tree, new: Tree) -> list[dict[str, Any]]:
    found = []
    for _, before, after in _pairs(old, new, "edges"):
        entry = _element("edges", before, after, False)
        if entry is not None:
            edge = after or before or {}
            about = {key: edge[key] for key in ("id", "source", "target")}
            found.append({**about, "type": edge["connection"]["type"], **entry})
    return found


def _pairs(old: Tree, new: Tree, part: str) -> Iterator[tuple[str, Tree | None, Tree | None]]:
    before, after = by_id(old["model"][part]), by_id(new["model"][part])
    for key in keys(after, before):
        yield key, before.get(key), after.get(key)


def _element(
    part: str, before: Tree | None, after: Tree | None, moved: bool
) -> dict[str, Any] | None:
    """Return the change of a node or edge, or None where it is the same."""
    if before is None or after is None:
        return {"change": ADDED if before is None else REMOVED, "fields": []}
    fields = _fields(part, after[PARTS[part]]["type"], before, after)
    if not fields and not moved:
        return None
    return {"change": CHANGED if fields else MOVED, "fields": fields}


def _fields(part: str, config_type: str, before: Tree, after: Tree) -> list[dict[str, Any]]:
    return [
        {**described(part, config_type, steps), **sides} for steps, sides in _walk(before, after)
    ]


def _walk(before: Any, after: Any, steps: Steps = ()) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield the smallest places at which two values differ."""
    if before is not ABSENT and after is not ABSENT and before == after:
        return
    if mergeable(before, after) and before is not ABSENT and after is not ABSENT:
        for key in keys(after, before):
            yield from _walk(before.get(key, ABSENT), after.get(key, ABSENT), (*steps, key))
        return
    change = ADDED if before is ABSENT else REMOVED if after is ABSENT else CHANGED
    yield (
        steps,
        {
            "change": change,
            "before": None if before is ABSENT else before,
            "after": None if after is ABSENT else after,
        },
    )


def _marks(before: list[Tree], after: list[Tree]) -> list[dict[str, Any]]:
    """Return the groups or notes that differ."""
    was, now = by_id(before), by_id(after)
    found = []
    for key in keys(now, was):
        old, new = was.get(key), now.get(key)
        if old != new:
            change = ADDED if old is None else REMOVED if new is None else CHANGED
            found.append({"id": key, "change": change, "before": old, "after": new})
    return found
