"""Layouts join without asking: what one side alone moved stays moved, else the later side wins.

Nothing is dropped that somebody worked on: a note that one side threw away and the other changed
stays, and two new notes of one id both stay.
"""

from __future__ import annotations

from typing import Any

from .merge_ids import free_id
from .tree import ABSENT, Tree, keys


def merge_layout(base: Tree, current: Tree, incoming: Tree, nodes: set[str]) -> Tree:
    """Return the joined layout; places of nodes that are gone go with them."""
    found = {
        key: _join(*(side.get(key, ABSENT) for side in (base, current, incoming)))
        for key in keys(current, incoming)
    }
    found["positions"] = {k: place for k, place in found["positions"].items() if k in nodes}
    return found


def _join(base: Any, current: Any, incoming: Any) -> Any:
    """Return the joined value, or ABSENT; of two changes the incoming one wins."""
    if current is not ABSENT and incoming is not ABSENT and current == incoming:
        return current
    for one, other in ((current, incoming), (incoming, current)):
        if one is ABSENT and base is ABSENT:
            return other
        if one is not ABSENT and base is not ABSENT and one == base:
            return other
    if current is ABSENT or incoming is ABSENT:  # Thrown away by one, changed by the other.
        return incoming if current is ABSENT else current
    if isinstance(current, dict) and isinstance(incoming, dict):
        return _objects({} if base is ABSENT else base, current, incoming)
    if isinstance(current, list) and isinstance(incoming, list):
        return _lists([] if base is ABSENT else base, current, incoming)
    return incoming


def _objects(base: Tree, current: Tree, incoming: Tree) -> Tree:
    found = {}
    for key in keys(current, incoming):
        value = _join(*(side.get(key, ABSENT) for side in (base, current, incoming)))
        if value is not ABSENT:
            found[key] = value
    return found


def _lists(base: list[Any], current: list[Any], incoming: list[Any]) -> list[Any]:
    """Join lists of things with ids, or lists that are sets of ids."""
    if all(isinstance(item, dict) for item in (*base, *current, *incoming)):
        old, ours, theirs = _named(base), _named(current), _named(incoming)
        taken = {*old, *ours, *theirs}
        for key in [k for k in theirs if k in ours and k not in old and ours[k] != theirs[k]]:
            free = free_id(theirs[key]["id"], taken)
            taken.add(free)
            theirs[free] = {**theirs.pop(key), "id": free}
        return list(_objects(old, ours, theirs).values())
    gone = {one for one in base if one not in current or one not in incoming}
    return [one for one in dict.fromkeys((*current, *incoming)) if one not in gone]


def _named(items: list[Tree]) -> dict[str, Tree]:
    """Return things by id; nothing keeps a group or note from having another one's id."""
    found: dict[str, Tree] = {}
    for item in items:
        key, number = item["id"], 2
        while key in found:
            key, number = f"{item['id']}#{number}", number + 1
        found[key] = item
    return found
