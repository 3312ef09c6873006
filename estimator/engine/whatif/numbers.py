"""The numbers of a design that a what-if may change: where they are, what they mean, how far.

Everything is read from the rooms' own fields, so title, unit and bounds are those of the form. A
document with another number in it is loaded as any document is, so nothing passes here that the
editor would refuse.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from designer import catalog, document
from designer.catalog.base.fields import title_from_name
from designer.document import Design
from designer.errors import DesignError, Problem, pointer

from ..flow import Array
from .errors import WhatIfError

Change = dict[str, float]

# What people turn to trade money for time; an optimisation offers these first.
LEVERS = frozenset(
    {
        "memory_mb", "batch_size", "window_s", "reserved_concurrency", "provisioned_concurrency",
        "maximum_concurrency", "parallelization_factor", "shards", "max_tasks", "min_tasks",
        "buffer_interval_s", "buffer_size_mib", "read_capacity", "write_capacity",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number in a design.

    Attributes:
        pointer: JSON pointer in the document (RFC 6901).
        title: Name of the node or arrow, and the field's label in the form.
        unit: Of the value; "" for a count, "ratio" for a share of 0 to 1.
        value: In the design as drawn, a default included; None where the field is left open.
        low, high: Bounds of the field, open bounds moved by one part in 10⁹.
        integer: Only whole numbers.
        assumed: Nobody published it; it is an assumption of the design.
        lever: A setting that trades cost against time.
        place: Id of the node or the arrow it belongs to; "" for the design's own.
    """

    pointer: str
    title: str
    unit: str
    value: float | None
    low: float
    high: float
    integer: bool
    assumed: bool
    lever: bool
    place: str

    def fit(self, value: float) -> float:
        """Return the nearest value that the field takes."""
        return float(self.fitted(np.array(value)))

    def fitted(self, values: Array) -> Array:
        """Return the nearest value that the field takes to each of some values."""
        inside: Array = np.clip(values, self.low, self.high)
        if not self.integer:
            return inside
        return np.clip(np.rint(inside), np.ceil(self.low), np.floor(self.high))

    def to_dict(self) -> dict[str, Any]:
        finite = {
            k: None if math.isinf(v) else v for k, v in (("low", self.low), ("high", self.high))
        }
        return {**vars(self), **finite}


def numbers(design: Design) -> list[Number]:
    """Return every number that matters to the design as it is set, in the order of drawing."""
    found = [_scale(design), *_assumptions(design)]
    for i, node in enumerate(design.model.nodes):
        path = ("model", "nodes", i, "service")
        found += _fields(node.service, path, node.name or node.id, node.id)
    names = {n.id: n.name or n.id for n in design.model.nodes}
    for i, edge in enumerate(design.model.edges):
        path = ("model", "edges", i, "connection")
        title = f"{names[edge.source]} → {names[edge.target]}"
        found += _fields(edge.connection, path, title, edge.id)
    return found


def find(design: Design, wanted: list[str], place: str = "inputs") -> list[Number]:
    """Return the numbers at these pointers.

    Raises:
        WhatIfError: A pointer leads to no number; with the nearest that does.
    """
    known = {n.pointer: n for n in numbers(design)}
    problems, found = [], []
    for i, one in enumerate(wanted):
        where = pointer("spec", place, i, "pointer")
        number = known.get(one) or _inner(design, one)
        if number is None:
            near = difflib.get_close_matches(one, known, n=1, cutoff=0.6)
            hint = f'; the nearest is "{near[0]}" ({known[near[0]].title})' if near else ""
            message = f'no number of this design is at "{one}"{hint}'
            problems.append(Problem(where, "unknown-pointer", message, near[0] if near else None))
        elif one in wanted[:i]:
            problems.append(Problem(where, "pointer-twice", f'"{one}" is given twice'))
        else:
            found.append(number)
    if problems:
        raise WhatIfError(problems)
    return found


def changed(base: Mapping[str, Any], change: Mapping[str, float]) -> dict[str, Any]:
    """Return the document with other numbers in it; the parts that stay are shared."""
    result = dict(base)
    for place, value in change.items():
        *path, last = [_unescaped(p) for p in place.split("/")[1:]]
        here: Any = result
        for step in path:
            key: Any = int(step) if isinstance(here, list) else step
            inner = here[key] if isinstance(here, list) else here.get(key, {})
            here[key] = inner = list(inner) if isinstance(inner, list) else dict(inner)
            here = inner
        whole = float(value).is_integer() and abs(value) < 2**53
        here[int(last) if isinstance(here, list) else last] = int(value) if whole else value
    return result


def checked(
    design: Design, base: Mapping[str, Any], inputs: list[tuple[Number, list[float]]]
) -> None:
    """Load the design with the least and the greatest value of each input.

    Raises:
        WhatIfError: A value is outside its bounds; with the nearest that works and its source.
    """
    problems = []
    for i, (number, values) in enumerate(inputs):
        for value in {min(values), max(values)}:
            if number.integer and not float(value).is_integer():
                message = f"{number.title}: {value:g} is refused: only whole numbers are taken"
                problems.append(Problem(pointer("spec", "inputs", i), "not-whole", message))
                continue
            try:
                document.load(changed(base, {number.pointer: value}))
            except DesignError as error:
                problems += [
                    Problem(pointer("spec", "inputs", i), p.code, f"{number.title}: {p.message}")
                    for p in error.problems
                    if p.pointer == number.pointer
                ]
    if problems:
        raise WhatIfError(problems)


# ---- Reading the fields --------------------------------------------------------------------------


def _scale(design: Design) -> Number:
    scale = design.model.workload.scale
    return Number(
        "/model/workload/scale", "Load, as a multiple of what is drawn", "", scale,
        1e-9, 1e6, False, False, False, "",
    )  # fmt: skip


def _assumptions(design: Design) -> Iterator[Number]:
    assumptions = design.model.assumptions
    limits = {limit.id: limit for limit in catalog.adjustable_limits()}
    for name, value in assumptions.quotas.items():
        limit, place = limits[name], pointer("model", "assumptions", "quotas", name)
        yield Number(
            place, f"Account limit: {limit.title}", limit.unit, value, 1e-9, 1e12, False, False,
            False, "",
        )  # fmt: skip
    for name, value in assumptions.discounts.items():
        place = pointer("model", "assumptions", "discounts", name)
        yield Number(place, f"Discount: {name}", "%", value, 0.0, 100.0, False, False, False, "")


def _fields(
    config: BaseModel, path: tuple[str | int, ...], owner: str, place: str
) -> Iterator[Number]:
    for name, info in type(config).model_fields.items():
        kind = _numeric(info)
        if kind is None or not _shown(config, info):
            continue
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        unit = str(extra.get("x-unit") or "")
        value = getattr(config, name)
        yield Number(
            pointer(*path, name),
            f"{owner}: {info.title or title_from_name(name, unit)}",
            unit,
            None if value is None else float(value),
            *_bounds(info),
            kind is int,
            bool(extra.get("x-assumed")),
            name in LEVERS,
            place,
        )


def _numeric(info: FieldInfo) -> type[int] | type[float] | None:
    kinds = {info.annotation, *get_args(info.annotation)} - {type(None), info.annotation}
    kinds = kinds or {info.annotation}
    if kinds == {int}:
        return int
    return float if float in kinds and kinds <= {int, float} else None


def _shown(config: BaseModel, info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    rule = extra.get("x-show-if") if isinstance(extra, dict) else None
    if not isinstance(rule, dict):
        return True
    present, wanted = getattr(config, str(rule["field"])), rule["equals"]
    return present in wanted if isinstance(wanted, list | tuple) else bool(present == wanted)


def _bounds(info: FieldInfo) -> tuple[float, float]:
    low, high = -math.inf, math.inf
    for bound in info.metadata:
        low = max(low, float(getattr(bound, "ge", -math.inf)))
        high = min(high, float(getattr(bound, "le", math.inf)))
        if (above := getattr(bound, "gt", None)) is not None:
            low = max(low, float(above) + max(1e-9, abs(float(above)) * 1e-9))
        if (below := getattr(bound, "lt", None)) is not None:
            high = min(high, float(below) - max(1e-9, abs(float(below)) * 1e-9))
    return low, high


def _inner(design: Design, wanted: str) -> Number | None:
    """Return a number deeper in the document: an hour of a profile, a share in a table."""
    value: Any = document.dump(design)
    for part in wanted.split("/")[1:]:
        try:
            step = _unescaped(part)
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    outside = not wanted.startswith("/model/")
    if outside or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    title = wanted.removeprefix("/model/").replace("/", " ")
    whole = isinstance(value, int)
    return Number(
        wanted, title, "", float(value), -math.inf, math.inf, whole, False, False, ""
    )  # fmt: skip


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
