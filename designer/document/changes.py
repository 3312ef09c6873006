"""Small sets of changes that somebody proposes in words and another applies with one click.

An operation names its place by id, so it still fits after boxes moved or others were added:

    {"op": "set", "part": "nodes", "id": "orders", "field": "/service/memory_mb", "value": 512}
    {"op": "remove", "part": "edges", "id": "e4"}
    {"op": "add", "part": "edges", "value": {"id": "e9", …}}

`before`, where given with "set", is the value the change was thought for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from designer.errors import DesignError, Problem, pointer

from .design import Design
from .load import load
from .tree import PARTS, Tree, plain

MOST = 50
Operation = dict[str, Any]


class ChangeError(DesignError):
    """An operation that does not fit the design (any more)."""

    code = "change-does-not-fit"
    title = "The change does not fit the design"


def apply(design: Design, operations: Sequence[Operation]) -> Design:
    """Return the design with the operations applied, all or none.

    Raises:
        ChangeError: Operations that do not fit; pointers are into the list of operations.
        DesignError: What comes out is no valid design; pointers are into that document.
    """
    problems = [p for i, one in enumerate(operations) for p in _malformed(i, one)]
    if not operations or len(operations) > MOST:
        problems.append(Problem("", "length", f"give 1 to {MOST} operations"))
    if problems:
        raise ChangeError(problems)
    tree = copy.deepcopy(plain(design))
    for i, one in enumerate(operations):
        problem = _APPLY[one["op"]](tree, one)
        if problem:
            problems.append(Problem(pointer(i), "does-not-fit", problem))
    if problems:
        raise ChangeError(problems)
    return load(tree)


def _malformed(i: int, one: Any) -> list[Problem]:
    if not isinstance(one, dict):
        return [Problem(pointer(i), "not-an-object", "an operation is an object")]
    op, part = one.get("op"), one.get("part")
    if op not in _NEEDS:
        return [Problem(pointer(i, "op"), "not-allowed", f"op is one of {', '.join(_NEEDS)}")]
    parts = (*PARTS, "settings", "document") if op == "set" else tuple(PARTS)
    if part not in parts:
        return [Problem(pointer(i, "part"), "not-allowed", f"part is one of {', '.join(parts)}")]
    needs = {**_NEEDS[op]}
    if part not in PARTS:
        needs.pop("id", None)
    found = [
        Problem(pointer(i, key), "missing", f'"{key}" is needed here, as {kind.__name__}')
        for key, kind in needs.items()
        if not isinstance(one.get(key), kind)
    ]
    if op == "set" and "value" not in one:
        found.append(Problem(pointer(i, "value"), "missing", '"value" is needed here'))
    known = {"op", "part", *needs, *(("value", "before") if op == "set" else ())}
    found += [
        Problem(pointer(i, str(key)), "unknown-key", f'unknown key "{key}"')
        for key in one
        if key not in known
    ]
    return found


def _find(tree: Tree, one: Operation) -> Tree | None:
    return next((e for e in tree["model"][one["part"]] if e["id"] == one["id"]), None)


def _set(tree: Tree, one: Operation) -> str | None:
    places = {"settings": tree["model"], "document": tree}
    place: Any = places.get(one["part"]) or _find(tree, one)
    if place is None:
        return f'"{one["id"]}" is no longer in the design'
    steps = [s.replace("~1", "/").replace("~0", "~") for s in one["field"].split("/")[1:]]
    closed = {"settings": set(PARTS), "document": {"model", "layout", "version"}}
    if not steps or steps[0] in closed.get(one["part"], {"id"}):
        return f'"{one["field"]}" cannot be set'
    for step in steps[:-1]:
        place = place.get(step) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        return f'there is no field "{one["field"]}"'
    if "before" in one and place.get(steps[-1]) != one["before"]:
        return f'"{one["field"]}" is no longer {one["before"]!r}, which this was thought for'
    place[steps[-1]] = one["value"]
    return None


def _remove(tree: Tree, one: Operation) -> str | None:
    if _find(tree, one) is None:
        return f'"{one["id"]}" is no longer in the design'
    model, gone = tree["model"], one["id"]
    model[one["part"]] = [e for e in model[one["part"]] if e["id"] != gone]
    if one["part"] == "nodes":
        model["edges"] = [e for e in model["edges"] if gone not in (e["source"], e["target"])]
        tree["layout"]["positions"].pop(gone, None)
    return None


def _add(tree: Tree, one: Operation) -> str | None:
    tree["model"][one["part"]].append(one["value"])
    return None


_NEEDS: dict[Any, dict[str, type]] = {
    "set": {"id": str, "field": str},
    "remove": {"id": str},
    "add": {"value": dict},
}
_APPLY: dict[str, Callable[[Tree, Operation], str | None]] = {
    "set": _set,
    "remove": _remove,
    "add": _add,
}
