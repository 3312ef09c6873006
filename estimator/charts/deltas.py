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
    """Return the way from one bill to the other, the largest steps first."""
    steps = sorted(cost["steps"], key=lambda step: -abs(float(step["amount"])))
    rest = sum(float(step["amount"]) for step in steps[SHOWN:])
    bars = [("Before", "absolute", float(cost["before"]))]
    bars += [(label(step), "relative", float(step["amount"])) for step in steps[:SHOWN]]
    if len(steps) > SHOWN:
        bars.append((f"{len(steps) - SHOWN} smaller steps", "relative", round(rest, 2)))
    bars.append(("After", "total", float(cost["after"])))
    trace = {
        "type": "waterfall",
        "orientation": "v",
        "x": [name for name, _, _ in bars],
        "y": [amount for _, _, amount in bars],
        "measure": [kind for _, kind, _ in bars],
        "text": [_money(amount, kind) for _, kind, amount in bars],
        "textposition": "outside",
        "hovertemplate": "%{x}<br>%{text}<extra></extra>",
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": DOWN}},
        "totals": {"marker": {"color": TOTAL}},
    }
    rows = [[name, _money(amount, kind)] for name, kind, amount in bars]
    axis = {"title": {"text": "USD per month"}, "rangemode": "tozero"}
    return figure([trace], ("Step", "USD per month"), rows, yaxis=axis)


def label(step: dict[str, Any]) -> str:
    """Return what a step is, in words."""
    return f"{step['name']} {WORDS[step['kind']]}"


def _money(amount: float, kind: str) -> str:
    return f"{amount:,.2f}" if kind != "relative" else f"{amount:+,.2f}"
