"""What a change changes, as text that a person reads in a terminal or in the log of a CI run."""

from __future__ import annotations

from typing import Any

from designer.document import Design

from . import wording
from .tables import table

MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}


def diff_table(diff: dict[str, Any], before: Design, after: Design) -> str:
    """Return the elements and fields that are not the same."""
    if diff["same"]:
        return "The two designs are the same."
    lines = [_counts(diff)]
    for change in wording.changes(diff, wording.names_of(before, after)):
        about = f" · {change.kind}" if change.kind else ""
        also = ", moved" if change.moved and change.word == "changed" else ""
        lines.append(f"  {MARKS[change.word]} {change.name}{about} ({change.word}{also})")
        for label, old, new in change.lines:
            lines.append(f"      {label}: {old} → {new}")
    return "\n".join(lines)


def _counts(diff: dict[str, Any]) -> str:
    said = []
    for part in ("nodes", "edges"):
        counts = diff["summary"][part]
        words = [f"{n} {word}" for word, n in counts.items() if n]
        if words:
            said.append(f"{part}: {', '.join(words)}")
    if diff["settings"]:
        said.append(f"settings: {len(diff['settings'])} changed")
    if not diff["model_changed"]:
        said.append("nothing that an estimate depends on")
    return "; ".join(said).capitalize()


def deltas_table(deltas: dict[str, Any]) -> str:
    """Return cost step by step, times, rates, and the findings of one side only."""
    parts = [_cost(deltas["cost"]), _times(deltas), _rates(deltas["rate"])]
    parts.append(_findings(deltas["findings"]))
    return "\n\n".join(parts)


def _cost(cost: dict[str, Any]) -> str:
    unit = f"{cost['currency']}/month"
    rows = [["Cost", "", unit], ["Before", "", _money(cost["before"])]]
    for step in cost["steps"]:
        word = step["kind"].replace("-", " ") + (f" ({step['cause']})" if step["cause"] else "")
        rows.append([f"  {step['name']}", word, wording.money_change(step["amount"])])
    rows.append(["After", "", _money(cost["after"])])
    growth = wording.percent_change(cost["percent"])
    rows.append(["Difference", growth, wording.money_change(cost["difference"])])
    text = table(rows, right=(2,))
    return text if cost["complete"] else f"{text}\nIncomplete: prices are missing."


def _money(amount: str) -> str:
    return f"{float(amount):,.2f}"


def _times(deltas: dict[str, Any]) -> str:
    rows = [["Before", "After", "Difference", "Time"]]
    for kind, change in deltas["latency"].items():
        for key in ("p50_s", "p99_s"):
            sides = [wording.time(change[side], key) for side in ("before", "after")]
            label = f"{kind}, slowest path, {key[:-2]}"
            rows.append([*sides, wording.time_change(change, key), label])
    for path in deltas["paths"]:
        if path["change"] == "same":
            continue
        sides = [
            wording.time(path[side], "p99_s", path[f"unbounded_{side}"])
            for side in ("before", "after")
        ]
        change = path["change"]
        difference = wording.time_change(path, "p99_s") if change == "changed" else change
        rows.append([*sides, difference, f"{path['kind']}, p99: {path['title']}"])
    return table(rows, right=(0, 1, 2))


def _rates(rate: dict[str, Any]) -> str:
    rows = [["", "Drawn", "Sustainable", "First bottleneck"]]
    for side in ("before", "after"):
        gives = rate[f"bottleneck_{side}"]
        highest = wording.rate(rate[side], rate[f"reason_{side}"])
        text = gives["text"] if gives else wording.NOTHING
        rows.append([side.capitalize(), wording.rate(rate["offered"][side]), highest, text])
    return table(rows, right=(1, 2))


def _findings(findings: dict[str, Any]) -> str:
    lines = []
    for key, mark in (("appeared", "+"), ("vanished", "-")):
        for one in findings[key]:
            place = one["node"] or one["edge"] or "design"
            lines.append(f"  {mark} {one['severity']} {one['id']} · {place}: {one['message']}")
    said = [f"{len(findings[key])} {key}" for key in ("appeared", "vanished")]
    return "\n".join([f"Findings: {', '.join(said)}, {findings['unchanged']} as before", *lines])
