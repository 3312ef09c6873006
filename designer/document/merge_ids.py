"""Ids for what two people added at the same time and called the same without meaning the same."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from .tree import PARTS, Tree, by_id

LONGEST = 48
#: What makes two additions of one id the same thing, whose fields are then joined.
ALIKE = {"nodes": ("name",), "edges": ("source", "target")}


@dataclass(frozen=True)
class Renamed:
    """An element of the incoming side that took another id."""

    part: str
    id: str
    to: str
    name: str

    def to_dict(self) -> dict[str, Any]:
        return {"part": self.part, "id": self.id, "to": self.to, "name": self.name}


def with_own_ids(base: Tree, current: Tree, incoming: Tree) -> tuple[Tree, list[Renamed]]:
    """Return the incoming document with ids that mean nothing else in the current one."""
    found: list[Renamed] = []
    for part in PARTS:
        taken = {e["id"] for tree in (base, current, incoming) for e in tree["model"][part]}
        before, ours = by_id(base["model"][part]), by_id(current["model"][part])
        new = {}
        for element in incoming["model"][part]:
            key = element["id"]
            if key in before or key not in ours or _alike(part, ours[key], element):
                continue
            new[key] = free_id(key, taken)
            taken.add(new[key])
            found.append(Renamed(part, key, new[key], element.get("name", "")))
        if new:
            incoming = _apply(incoming, part, new)
    return incoming, found


def _alike(part: str, one: Tree, other: Tree) -> bool:
    if one[PARTS[part]]["type"] != other[PARTS[part]]["type"]:
        return False
    return all(one[key] == other[key] for key in ALIKE[part])


def free_id(key: str, taken: set[str]) -> str:
    for number in itertools.count(2):
        tail = f"_{number}"
        if (one := key[: LONGEST - len(tail)] + tail) not in taken:
            return one
    raise AssertionError  # Counting never ends.


def _apply(tree: Tree, part: str, new: dict[str, str]) -> Tree:
    model, layout = tree["model"], tree["layout"]
    changed = {part: [{**e, "id": new.get(e["id"], e["id"])} for e in model[part]]}
    if part == "nodes":
        changed["edges"] = [
            {**e, **{end: new.get(e[end], e[end]) for end in ("source", "target")}}
            for e in model["edges"]
        ]
        places = {new.get(key, key): place for key, place in layout["positions"].items()}
        groups = [{**g, "nodes": [new.get(n, n) for n in g["nodes"]]} for g in layout["groups"]]
        layout = {**layout, "positions": places, "groups": groups}
    return {**tree, "model": {**model, **changed}, "layout": layout}
