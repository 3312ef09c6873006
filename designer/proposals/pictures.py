"""The picture of a change: both sides in one drawing, told apart by shape, sign and word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from designer.designs import pictures

Tree = dict[str, Any]


def changes_svg(
    before: Tree, after: Tree, diff: Tree, under: Mapping[str, str] | None = None
) -> bytes:
    """Return what a change adds, removes, changes and moves, over what stays.

    Args:
        before, after: The two documents.
        diff: What `designer.document.diff` says of them.
        under: A few words for the boxes, by id.
    """
    both = {
        "name": f"What changes in {after['name']}",
        "model": {part: _joined(before, after, part) for part in ("nodes", "edges")},
        "layout": {
            "positions": {
                **before.get("layout", {}).get("positions", {}),
                **after.get("layout", {}).get("positions", {}),
            }
        },
    }
    was = {
        node["id"]: (node["position_before"]["x"], node["position_before"]["y"])
        for node in diff["nodes"]
        if node["moved"] and node["position_before"] and node["change"] != "added"
    }
    nodes, edges = ({x["id"]: x["change"] for x in diff[part]} for part in ("nodes", "edges"))
    marks = pictures.Marks(nodes, edges, was, under or {})
    return pictures.svg(both, marks, dark=False)


def _joined(before: Tree, after: Tree, part: str) -> list[Tree]:
    """Return the elements after the change and, behind them, those that are gone."""
    now = after["model"][part]
    kept = {one["id"] for one in now}
    return [*now, *(one for one in before["model"][part] if one["id"] not in kept)]
