"""Three-way merge of designs, element by element and field by field.

`current` is the design as it stands now, `incoming` is what is merged into it, later; both grew
from `base`. What only one side touched is taken from that side. What both touched in different ways
is a conflict, listed with its three values; until somebody decides, nothing of either side is
dropped. Layout never conflicts: the incoming side, being later, wins.

Two people who each add something often get the same id for it. If what they added is not the same
thing, both stay and the incoming one takes a free id (`renamed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from designer.errors import DesignError, Problem, pointer

from .design import Design
from .load import load
from .merge_ids import Renamed, with_own_ids
from .merge_layout import merge_layout
from .tree import ABSENT, PARTS, Steps, Tree, by_id, described, keys, mergeable, plain
from .tree import settings as settings_of
from .tree import title as title_of

Side = Literal["current", "incoming"]
SIDES: tuple[Side, Side] = ("current", "incoming")


@dataclass(frozen=True)
class Conflict:
    """Something both sides touched.

    Attributes:
        key: Names the conflict when it is decided: the place, with ids instead of indexes.
        kind: "field", or "removed-changed": one side removed what the other one worked on.
        part: "nodes", "edges", "settings" or "document".
        id: Id of the node or edge, "" elsewhere.
        name: What the element is called.
        where: Pointer, label and unit of the field.
        base, current, incoming: The three values; ABSENT where there is none.
        edges: Arrows of the side that kept a removed node, which hang on it.
    """

    key: str
    kind: str
    part: str
    id: str
    name: str
    where: dict[str, Any]
    base: Any
    current: Any
    incoming: Any
    edges: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        values = {"base": self.base, "current": self.current, "incoming": self.incoming}
        return {
            "key": self.key,
            "kind": self.kind,
            "part": self.part,
            "id": self.id or None,
            "name": self.name,
            **self.where,
            **{side: None if value is ABSENT else value for side, value in values.items()},
            "absent": [side for side, value in values.items() if value is ABSENT],
            "edges": list(self.edges),
        }


@dataclass(frozen=True)
class Merge:
    """What came out.

    Attributes:
        document: The joined document, defaults written out; open conflicts stand as `current` has
            them, elements that one side removed and the other changed are kept.
        design: The document read back, or None where `problems` say why it cannot be.
        conflicts: What is still to be decided.
        decided: Keys of the conflicts that the decisions given have settled.
        renamed: Elements of the incoming side that had to take another id.
        problems: Why the joined document is no design although each side was one.
    """

    document: Tree
    design: Design | None
    conflicts: tuple[Conflict, ...]
    decided: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    problems: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        return self.design is not None and not self.conflicts

    def to_dict(self) -> dict[str, Any]:
        return {
            "clean": self.clean,
            "document": self.document,
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "decided": list(self.decided),
            "renamed": [one.to_dict() for one in self.renamed],
            "problems": [problem.to_dict() for problem in self.problems],
        }


def merge(
    base: Design,
    current: Design,
    incoming: Design,
    decisions: Mapping[str, Side] | None = None,
) -> Merge:
    """Join two designs that grew from the same one.

    Args:
        decisions: Key of a conflict -> the side whose value is taken. Keys that are no conflict
            (any more) are ignored: see `decided`.
    """
    ours = plain(current)
    theirs, renamed = with_own_ids(plain(base), ours, plain(incoming))
    work = _Work(plain(base), ours, theirs, dict(decisions or {}))
    nodes = work.elements("nodes")
    edges = work.elements("edges", {node["id"] for node in nodes})
    trees = (work.base, work.current, work.incoming)
    about = (title_of(trees[0]), title_of(trees[1]), title_of(trees[2]))
    model = (settings_of(trees[0]), settings_of(trees[1]), settings_of(trees[2]))
    places = [tree["layout"] for tree in trees]
    there = {node["id"] for node in nodes}
    document = {
        **work.fields("document", "", "", about),
        "version": work.current["version"],
        "model": {**work.fields("settings", "", "", model), "nodes": nodes, "edges": edges},
        "layout": merge_layout(places[0], places[1], places[2], there),
    }
    design, problems = _read(document)
    return Merge(
        document, design, tuple(work.conflicts), tuple(work.decided), tuple(renamed), problems
    )


def _read(document: Tree) -> tuple[Design | None, tuple[Problem, ...]]:
    try:
        return load(document), ()
    except DesignError as error:
        return None, error.problems


@dataclass
class _Work:
    """One merge under way."""

    base: Tree
    current: Tree
    incoming: Tree
    decisions: dict[str, Side]
    conflicts: list[Conflict] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)
    #: (side, node that it kept and the other one removed) -> whether the node stays.
    fate: dict[tuple[Side, str], bool] = field(default_factory=dict)

    def elements(self, part: str, among: set[str] | None = None) -> list[Tree]:
        """Return the joined nodes, or the joined edges among the nodes that stay."""
        base, current, incoming = (
            by_id(tree["model"][part]) for tree in (self.base, self.current, self.incoming)
        )
        found: dict[str, Tree] = {}
        for key in _order(list(base), list(current), list(incoming)):
            sides = base.get(key), current.get(key), incoming.get(key)
            joined = self._element(part, key, *sides)
            if joined is None:
                continue
            if among is None or {joined["source"], joined["target"]} <= among:
                found[key] = joined
        return list(found.values())

    def _element(
        self, part: str, key: str, base: Tree | None, current: Tree | None, incoming: Tree | None
    ) -> Tree | None:
        if current is not None and incoming is not None:
            name, kind = _name(part, base or current), current[PARTS[part]]["type"]
            old: Any = ABSENT if base is None else base
            joined: Tree = self.fields(part, key, kind, (old, current, incoming), name=name)
            return joined
        if base is None:
            return current or incoming  # Added by one side.
        if current is None and incoming is None:
            return None
        keeper: Side = "current" if current is not None else "incoming"
        there: Tree = current or incoming or {}
        if part == "edges":
            ends = (self.fate.get((keeper, there[end])) for end in ("source", "target"))
            stays = [stay for stay in ends if stay is not None]
            if stays:  # It was removed with a node that is disputed, and shares its fate.
                return there if all(stays) else None
        hanging = self._hanging(key, keeper) if part == "nodes" else ()
        if there == base and not hanging:
            return None  # Removed by one side, untouched by the other.
        sides = {"current": current or ABSENT, "incoming": incoming or ABSENT}
        where = {"pointer": "", "label": _name(part, there), "unit": None}
        chosen = self._settle(
            Conflict(
                pointer("model", part, key),
                "removed-changed",
                part,
                key,
                _name(part, there),
                where,
                base,
                sides["current"],
                sides["incoming"],
                hanging,
            )
        )
        stays_here = chosen in (None, keeper)
        if part == "nodes":
            self.fate[keeper, key] = stays_here
        return there if stays_here else None

    def _hanging(self, node_id: str, side: Side) -> tuple[str, ...]:
        """Return the arrows at a node that a side added or changed."""
        return tuple(self._touched[side].get(node_id, ()))

    @cached_property
    def _touched(self) -> dict[Side, dict[str, list[str]]]:
        """Return, for each side and node, the arrows there that the side added or changed."""
        before = by_id(self.base["model"]["edges"])
        found: dict[Side, dict[str, list[str]]] = {"current": {}, "incoming": {}}
        for side in SIDES:
            tree = self.current if side == "current" else self.incoming
            for edge in tree["model"]["edges"]:
                if edge != before.get(edge["id"]):
                    for node in {edge["source"], edge["target"]}:
                        found[side].setdefault(node, []).append(edge["id"])
        return found

    def fields(
        self,
        part: str,
        element: str,
        config_type: str,
        sides: tuple[Any, Any, Any],
        steps: Steps = (),
        name: str = "",
    ) -> Any:
        """Return the joined value of a place; a place both changed becomes a conflict."""
        base, current, incoming = sides
        if _same(current, incoming) or _same(incoming, base):
            return current
        if _same(current, base):
            return incoming
        if mergeable(current, incoming) and ABSENT not in (current, incoming):
            old = base if base is not ABSENT and mergeable(base, current) else {}
            joined = {}
            for key in keys(current, incoming):
                three = (
                    old.get(key, ABSENT),
                    current.get(key, ABSENT),
                    incoming.get(key, ABSENT),
                )
                value = self.fields(
                    part, element, config_type, three, steps=(*steps, key), name=name
                )
                if value is not ABSENT:
                    joined[key] = value
            return joined
        root = {"document": (), "settings": ("model",)}.get(part, ("model", part, element))
        chosen = self._settle(
            Conflict(
                pointer(*root, *steps),
                "field",
                part,
                element,
                name,
                described(part, config_type, steps),
                base,
                current,
                incoming,
            )
        )
        if chosen is not None:
            return current if chosen == "current" else incoming
        return incoming if current is ABSENT else current

    def _settle(self, conflict: Conflict) -> Side | None:
        """Return the side that was decided for, or keep the conflict as open."""
        chosen = self.decisions.get(conflict.key)
        if chosen is None:
            self.conflicts.append(conflict)
        else:
            self.decided.append(conflict.key)
        return chosen


def _same(one: Any, other: Any) -> bool:
    return one is other if ABSENT in (one, other) else bool(one == other)


def _name(part: str, element: Tree) -> str:
    if part == "nodes":
        return element["name"] or str(element["id"])
    return f"{element['source']} → {element['target']}"


def _order(base: list[str], current: list[str], incoming: list[str]) -> list[str]:
    """Return all ids in the order of the side that reordered, additions where they were made."""
    lead, other = (incoming, current) if current == base else (current, incoming)
    order = list(lead)
    for source in (other, base):
        known = set(order)
        previous: str | None = None
        for key in source:
            if key not in known:
                order.insert(0 if previous is None else order.index(previous) + 1, key)
                known.add(key)
            previous = key
    return order
