"""Figures of what a change changes."""

from __future__ import annotations

from typing import Any

from .figure import PALETTE, Figure, figure

WORDS = {
    "node-added": "added",
    "node-removed": "removed",
    "quantity-changed": "uses another quantity",
    "price-changed": "has another price",
}
SHOWN = 12  # Steps with a bar of their own; the rest is one bar.
UP, DOWN, TOTAL = PALETTE[5], PALETTE[2], PALETTE[0]


def waterfall(cost: dict[str, Any]) -> Figure:
    """Return the way from one bill to the other, the largest steps first.

    Bars that begin where the one above ends, so that any reader of bar charts can draw it.
    """
    steps = sorted(cost["steps"], key=lambda step: -abs(float(step["amount"])))
    rest = sum(float(step["amount"]) for step in steps[SHOWN:])
    before, after = float(cost["before"]), float(cost["after"])
    moves = [(label(step), float(step["amount"])) for step in steps[:SHOWN]]
    if len(steps) > SHOWN:
        moves.append((f"{len(steps) - SHOWN} smaller steps", round(rest, 2)))
    starts = [before]
    for _, amount in moves:
        starts.append(round(starts[-1] + amount, 2))
    names = ["Before", *(name for name, _ in moves), "After"]
    amounts = [before, *(amount for _, amount in moves), after]
    texts = [_money(before), *(_signed(amount) for _, amount in moves), _money(after)]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": amounts,
        "base": [0.0, *starts[:-1], 0.0],
        "y": list(range(len(names))),  # Two steps may have one name.
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": names,
        "hovertemplate": "%{customdata}<br>%{text} USD per month<extra></extra>",
        "marker": {"color": [TOTAL, *(UP if a > 0 else DOWN for _, a in moves), TOTAL]},
    }
    places = {"tickvals": trace["y"], "ticktext": names, "autorange": "reversed"}
    rows = [list(row) for row in zip(names, texts, strict=True)]
    axis = {"title": {"text": "USD per month"}, "rangemode": "tozero"}
    margin = {"l": 8, "r": 44, "t": 8, "b": 36}  # The figures stand beyond the ends of the bars.
    return figure([trace], ("Step", "USD per month"), rows, xaxis=axis, yaxis=places, margin=margin)


def label(step: dict[str, Any]) -> str:
    """Return what a step is, in words."""
    return f"{step['name']} {WORDS[step['kind']]}"


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def _signed(amount: float) -> str:
    return f"{amount:+,.2f}".replace("-", "−")
