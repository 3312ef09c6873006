"""Differences in words: values with units, what changed, how much; for terminals and reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from designer import catalog
from designer.document import Design
from estimator.charts import seconds

NOTHING = "–"
NEVER_PER_S = 1e-9  # Once in thirty years: what is left of a sum of shares that is none.
LONGEST = 120  # Characters of a value that is no number, such as a definition.


@dataclass(frozen=True)
class Change:
    """One element that is not the same on both sides.

    Attributes:
        word: added, removed, changed or moved.
        part: node, edge, setting, document, group or note.
        lines: (label, before, after) of each field that differs.
    """

    word: str
    part: str
    name: str
    kind: str = ""
    moved: bool = False
    lines: list[tuple[str, str, str]] = field(default_factory=list)


def value(one: Any, unit: str | None = None) -> str:
    """Return a value of a field as text.

    >>> value(1024, "MiB"), value(120.0, "1/s"), value(None), value(True), value(["a", "b"])
    ('1,024 MiB', '120/s', '–', 'yes', '["a", "b"]')
    """
    if one is None or one == "":
        return NOTHING
    if isinstance(one, bool):
        return "yes" if one else "no"
    if isinstance(one, int | float):
        number = f"{one:,}" if isinstance(one, int) else f"{one:,.10g}"
        if not unit:
            return number
        return f"{number}{unit[1:]}" if unit.startswith("1/") else f"{number} {unit}"
    text = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def title_of(kind: str) -> str:
    """Return what a type of service or connection is called."""
    known: dict[str, Any] = {**catalog.CONNECTIONS, **catalog.SERVICES}
    return str(known[kind].title) if kind in known else kind


def names_of(*designs: Design) -> dict[str, str]:
    """Return what to call the nodes; the last design has the last word."""
    return {node.id: node.name or node.id for one in designs for node in one.model.nodes}


def changes(diff: dict[str, Any], names: dict[str, str]) -> list[Change]:
    """Return what a diff of two documents lists, in words."""
    found = []
    for node in diff["nodes"]:
        name = node["name"] or node["id"]
        kind, lines = title_of(node["type"]), list(_lines(node["fields"]))
        found.append(Change(node["change"], "node", name, kind, node["moved"], lines))
    for edge in diff["edges"]:
        ends = (names.get(edge[end], edge[end]) for end in ("source", "target"))
        lines = list(_lines(edge["fields"]))
        found.append(
            Change(edge["change"], "edge", " → ".join(ends), title_of(edge["type"]), lines=lines)
        )
    for part in ("settings", "document"):
        if lines := list(_lines(diff[part])):
            name = "Region, load and assumptions" if part == "settings" else "Name and description"
            found.append(Change("changed", part, name, lines=lines))
    for part, marks in diff["layout"].items():
        for mark in marks:
            about = mark["after"] or mark["before"]
            name = str(about.get("title") or about.get("text") or mark["id"])
            found.append(Change(mark["change"], part.removesuffix("s"), value(name)))
    return found


def _lines(fields: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for one in fields:
        yield one["label"], value(one["before"], one["unit"]), value(one["after"], one["unit"])


def counted(number: int, noun: str) -> str:
    """Return a number of things.

    >>> counted(1, "node"), counted(0, "node")
    ('1 node', '0 nodes')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def money_change(amount: str) -> str:
    """Return a difference of money with its sign.

    >>> money_change("1234.50"), money_change("-3.00"), money_change("0.00")
    ('+1,234.50', '-3.00', '0.00')
    """
    number = Decimal(amount)
    return f"{number:+,.2f}" if number else "0.00"


def percent_change(percent: float | None) -> str:
    """Return a growth in percent, or "" where there is none to speak of."""
    return "" if percent is None else f"{percent:+,.1f} %"


def time(one: dict[str, Any] | None, key: str, unbounded: Any = None) -> str:
    """Return one percentile of a path's times."""
    if unbounded:
        return "no bound"
    return seconds(one[key]) if one else NOTHING


def time_change(change: dict[str, Any], key: str) -> str:
    """Return how much longer or shorter a percentile became."""
    difference = (change["difference"] or {}).get(key)
    if difference is None:
        return NOTHING
    before = change["before"][key]
    if abs(difference) < 1e-12 * max(1.0, abs(before)):
        return "same"
    sign = "+" if difference > 0 else "-"
    share = f" ({difference / before:+.1%})" if before else ""
    return f"{sign}{seconds(abs(difference))}{share}"


def rate(one: float | None, reason: str | None = None) -> str:
    """Return a rate, or why there is none."""
    if one is None:
        return f"{NOTHING} ({reason})" if reason else NOTHING
    return f"{one if abs(one) > NEVER_PER_S else 0:,.6g}/s"
