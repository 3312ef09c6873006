"""Charts of a report as inline SVG: no script, no font, readable in print."""

from __future__ import annotations

from html import escape
from typing import Any

from estimator.charts import waterfall

WIDTH, ROW, BAR = 720.0, 24.0, 14.0
LEFT, RIGHT = 270.0, 95.0  # Room of names and of amounts.
LONGEST = 44  # Characters of a name that fit.
COLOURS = {"total": "#0072b2", "up": "#d55e00", "down": "#009e73"}


def cost_waterfall(cost: dict[str, Any]) -> str:
    """Return the way from one bill to the other, one bar below the other."""
    trace = waterfall(cost)["data"][0]
    spans = _spans(trace["y"], trace["measure"])
    low = min(0.0, *(min(span) for span in spans))
    high = max(*(max(span) for span in spans), low + 0.01)
    scale = (WIDTH - LEFT - RIGHT) / (high - low)
    rows = []
    for i, (name, text, span) in enumerate(zip(trace["x"], trace["text"], spans, strict=True)):
        total = trace["measure"][i] != "relative"
        x, end = (LEFT + (min(span) - low) * scale, LEFT + (max(span) - low) * scale)
        rows.append(_row(i, name, text, (x, max(end - x, 1.0)), _kind(total, span)))
        if i + 1 < len(spans):
            rows.append(_joint(i, LEFT + (span[1] - low) * scale))
    height = ROW * len(rows) / 2 + ROW
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        f'aria-label="Monthly cost before, step by step, and after">{"".join(rows)}</svg>'
    )


def _spans(amounts: list[float], measures: list[str]) -> list[tuple[float, float]]:
    """Return from where to where each bar goes."""
    spans, level = [], 0.0
    for amount, measure in zip(amounts, measures, strict=True):
        begin, end = (level, level + amount) if measure == "relative" else (0.0, amount)
        spans.append((begin, end))
        level = end
    return spans


def _kind(total: bool, span: tuple[float, float]) -> str:
    return "total" if total else "up" if span[1] >= span[0] else "down"


def _row(i: int, name: str, text: str, bar: tuple[float, float], kind: str) -> str:
    y = i * ROW + 6
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    sign = {"total": "", "up": "▲ ", "down": "▼ "}[kind]
    weight = ' class="total"' if kind == "total" else ""
    return (
        f'<text{weight} x="{LEFT - 10:g}" y="{y + 11:g}" text-anchor="end">{escape(shown)}</text>'
        f'<rect x="{bar[0]:.1f}" y="{y:g}" width="{bar[1]:.1f}" height="{BAR:g}" '
        f'fill="{COLOURS[kind]}"/>'
        f'<text{weight} x="{WIDTH:g}" y="{y + 11:g}" text-anchor="end">{sign}{escape(text)}</text>'
    )


def _joint(i: int, x: float) -> str:
    y = i * ROW + 6 + BAR
    return f'<path class="joint" d="M{x:.1f} {y:g}v{ROW - BAR:g}"/>'
