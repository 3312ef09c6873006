"""Ten thousand scenarios in one pass: some numbers of a design differ, everything else is shared.

The rooms declare one network for all scenarios (`declared`); rates, caps and backlogs are solved
as arrays over the scenarios, and the rooms' usage, the bill, the times and the first limit follow
for all of them together. Where scenarios part ways, each way is followed by itself. Whether a
study can be answered so is found out by trying, and some of its points are worked out the long way
and compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer import document
from designer.errors import UserError

from ..flow import Array, Flow, solve
from ..network import compile_design
from ..report import used
from ..solved import daily
from .declared import SCALE, Declared, Place, declare, place_of, same_hour
from .limits import first_limits
from .many import CannotFollow, Many, Split, ways
from .numbers import Change, Number, changed
from .outputs import Figures, figures
from .passing import Passed
from .points import Point, Setting, Tell, evaluate
from .times import times
from .totals import totals

CHUNK = 12_000  # scenarios at a time, fewer of a large design:
CELLS = 2_000_000  # scenarios times nodes and arrows times hours; bounds memory
SAME = 1e-6  # relative; beside the cent to which each line of a bill is rounded
WORTH = 8  # points from which it pays
CENTS = 0.05  # that rounding of lines may differ by, all together
MOST_KINDS = 64  # values, or combinations of values, that are declared one by one
COMPARED = 5  # points that are worked out both ways


@dataclass(frozen=True)
class Together:
    """A study whose points differ in plain numbers of nodes and arrows, or in the load.

    Attributes:
        places: Where each input's pointer leads; the load as a whole is not among them.
        apart: Inputs whose values are declared one by one.
        hours: Of the day that are told apart.
    """

    setting: Setting
    places: Mapping[str, Place]
    apart: frozenset[Place] = frozenset()
    hours: int = 1

    def evaluate(self, changes: Sequence[Change], tell: Tell | None = None) -> list[Point]:
        """Return the points of these changes, in order; fewer when `tell` answers False."""
        found: list[Point] = []

        model = self.setting.design.model
        size = self.hours * (len(model.nodes) + len(model.edges))
        chunk = max(WORTH, min(CHUNK, CELLS // max(1, size)))
        for begin in range(0, len(changes), chunk):
            part = changes[begin : begin + chunk]

            def told(share: float, begin: int = begin, size: int = len(part)) -> bool:
                return tell is None or tell((begin + share * size) / len(changes))

            if not told(0.0):
                break
            try:
                found += self.points(part)
            except (CannotFollow, UserError):  # Rare ones among them, which need their own way.
                some = evaluate(replace(self.setting, together=None), part, told)
                found += some
                if len(some) < len(part):
                    break
        return found

    def points(self, changes: Sequence[Change]) -> list[Point]:
        """Return the points, all in one pass.

        Raises:
            CannotFollow: They cannot be worked out together.
            UserError: One of them has no answer.
        """
        names = self.setting.outputs
        columns: dict[str, Any] = {name: [None] * len(changes) for name in names}
        values = self._values(changes)
        scales = np.array([c.get(SCALE, self.setting.design.model.workload.scale) for c in changes])
        with np.errstate(all="ignore"):  # Idle scenarios divide nothing by nothing.
            for which, group in self._groups(values, scales):
                for name, column in group.figures(names).items():
                    for row, value in zip(which.tolist(), column, strict=True):
                        columns[name][row] = value
        rows = zip(*(columns[name] for name in names), strict=True)
        return [
            Point(dict(change), dict(zip(names, row, strict=True)))
            for change, row in zip(changes, rows, strict=True)
        ]

    def _values(self, changes: Sequence[Change]) -> dict[Place, Array]:
        found = {}
        for pointer, place in self.places.items():
            drawn = _drawn(self.setting, place)
            found[place] = np.array([change.get(pointer, drawn) for change in changes], dtype=float)
        return found

    def _groups(
        self, values: Mapping[Place, Array], scales: Array
    ) -> Iterator[tuple[NDArray[np.intp], Group]]:
        """Yield (scenarios, what they have) of those that are built alike."""
        keys = [values[place] for place in self.apart] or [np.zeros(len(scales))]
        _, kinds = np.unique(np.array(keys), axis=1, return_inverse=True)
        for kind in range(int(kinds.max()) + 1):
            mine = np.flatnonzero(kinds == kind)

            def of(some: Any, mine: NDArray[np.intp] = mine) -> Group:
                return self._group(values, scales, mine[some])

            yield from ((mine[some], group) for some, group in ways(len(mine), of))

    def _group(self, values: Mapping[Place, Array], scales: Array, which: Any) -> Group:
        mine = {place: column[which] for place, column in values.items()}
        declared = declare(self.setting.design, mine, len(which))
        produced = _produced(declared, scales[which])
        hour = same_hour(np.sum(produced, axis=0))
        passed = Passed.of(declared.columns, produced, len(which))
        if passed is not None and passed.over.any() != passed.over.all():
            raise Split(passed.over)
        if passed is not None and not passed.over.any():
            return Group(self.setting, declared, passed.flow(), hour, passed)
        flow = solve(declared.columns, np.ones(len(which)), produced=produced)
        return Group(self.setting, declared, flow, hour, passed)


@dataclass(frozen=True)
class Group:
    """Scenarios that are built alike, solved.

    Attributes:
        passed: What they carry when everything is let through, where that is known.
    """

    setting: Setting
    declared: Declared
    flow: Flow
    hour: int
    passed: Passed | None

    def figures(self, names: Sequence[str]) -> dict[str, list[float | None]]:
        """Return each figure by scenario; None where there is none."""
        found: dict[str, Any] = {}
        flow, count = self.flow, self.declared.count
        if "monthly_cost" in names:
            found["monthly_cost"] = totals(self.setting, self.declared, flow).tolist()
        if "utilisation" in names:
            caps = [
                (np.mean if one.held_only else np.max)(used(flow, one), axis=1)
                for loads in flow.caps
                for one in loads
            ]
            found["utilisation"] = np.max(caps or [np.zeros(count)], axis=0).tolist()
        for name, lists, factor in (
            ("offered_per_s", flow.produced, 1.0),
            ("throttled_per_s", flow.throttled, 1.0),
            ("backlog_growth_per_h", flow.backlog, 3600.0),
        ):
            if name in names:
                found[name] = (factor * np.sum([daily(v) for v in lists], axis=0)).tolist()
        if "max_rate_per_s" in names:
            found["max_rate_per_s"] = self._most()
        kinds = {k: [n.removeprefix(f"{k}_") for n in names if n.startswith(k)]
                 for k in ("response", "completion")}  # fmt: skip
        kinds = {kind: parts for kind, parts in kinds.items() if parts}
        return found | (self._times(kinds) if kinds else {})

    def _most(self) -> list[float | None]:
        produced = list(self.flow.produced)
        scales = first_limits(self.declared.columns, self.passed)
        nodes = self.declared.columns.nodes
        grows = [daily(produced[n.index]) for n in nodes if n.station.scales]
        rates = scales * np.sum(grows, axis=0)
        return [rate if np.isfinite(rate) else None for rate in rates.tolist()]

    def _times(self, kinds: dict[str, list[str]]) -> dict[str, list[float | None]]:
        def of(which: Any) -> dict[str, Any]:
            return times(self.declared.narrow(which), self.flow, which, self.hour, kinds)

        names = [f"{kind}_{part}" for kind, parts in kinds.items() for part in parts]
        found: dict[str, list[float | None]] = {n: [None] * self.declared.count for n in names}
        for which, figures_ in ways(self.declared.count, of):
            for name, column in figures_.items():
                if column is not None:
                    for row, value in zip(which.tolist(), column.tolist(), strict=True):
                        found[name][row] = value
        return found


def _drawn(setting: Setting, place: Place) -> float:
    """Return a number as it is drawn; a field left open differs by more than its number."""
    model = setting.design.model
    if place.part == "nodes":
        value = getattr(model.nodes[place.index].service, place.field)
    else:
        value = getattr(model.edges[place.index].connection, place.field)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CannotFollow(f"{place.field} is no number as it is drawn")
    return float(value)


def _produced(declared: Declared, scales: Array) -> list[Array]:
    """Return what each node produces, as arrays over (scenarios, hours)."""
    count, hours = declared.count, declared.rooms.hours
    found = []
    for node in declared.rooms.nodes:
        day = [v.values if isinstance(v, Many) else np.full(count, v) for v in node.station.sources]
        rates = np.array(day or [np.zeros(count)], dtype=float).T
        rates = np.broadcast_to(rates, (count, hours)).copy()
        found.append(rates * scales[:, None] if node.station.scales else rates)
    return found


def together(
    setting: Setting, inputs: Sequence[tuple[Number, Sequence[float]]], changes: Sequence[Change]
) -> Together | None:
    """Return how the points are answered in one pass, or None where they cannot be.

    Args:
        inputs: Each input with its values, all within its bounds.
        changes: The study's changes.
    """
    if setting.engine != "flow" or len(changes) < WORTH:
        return None
    network = compile_design(setting.design)
    if any(n.service.follows_load or n.station.closed is not None for n in network.nodes):
        return None
    places = {}
    for number, _ in inputs:
        if number.pointer != SCALE:
            place = place_of(setting.design, number.pointer)
            if place is None:
                return None
            places[number.pointer] = place
    some = _picked(changes)
    alone: list[Figures] = []
    for apart in _apart(list(places.items()), changes):
        found = Together(setting, places, apart, network.hours)
        try:
            mine = found.points(some)
            alone = alone or [_alone(setting, change) for change in some]
        except (CannotFollow, UserError):
            continue
        if _alike(setting, mine, alone):
            return found
    return None


def _apart(
    places: Sequence[tuple[str, Place]], changes: Sequence[Change]
) -> Iterator[frozenset[Place]]:
    """Yield which inputs may be declared value by value: none, one that has few values, all."""
    yield frozenset()
    few = {
        place: kinds
        for pointer, place in places
        if (kinds := len({change.get(pointer) for change in changes})) <= MOST_KINDS
    }
    yield from (frozenset({place}) for place in few)
    if len(few) > 1 and math.prod(few.values()) <= MOST_KINDS:
        yield frozenset(few)


def _picked(changes: Sequence[Change]) -> list[Change]:
    """Return some changes to be worked out both ways, the extreme ones among them."""
    size = [sum(abs(v) for v in c.values()) for c in changes]
    even = np.linspace(0, len(changes) - 1, COMPARED).astype(int).tolist()
    return [changes[i] for i in sorted({int(np.argmin(size)), int(np.argmax(size)), *even})]


def _alike(setting: Setting, mine: Sequence[Point], alone: Sequence[Figures]) -> bool:
    return all(
        _close(name, a.outputs[name], b[name])
        for a, b in zip(mine, alone, strict=True)
        for name in setting.outputs
    )


def _alone(setting: Setting, change: Change) -> Figures:
    design = document.load(changed(setting.base, change)) if change else setting.design
    return figures(design, setting.book, setting.outputs)


def _close(name: str, mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    room = CENTS if name == "monthly_cost" else 1e-9
    return abs(mine - theirs) <= room + SAME * abs(theirs)
