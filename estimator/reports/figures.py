"""Charts of a report as inline SVG: no script, no font, readable in print."""

from __future__ import annotations

from html import escape
from typing import Any

from estimator.charts import waterfall

WIDTH, ROW, BAR = 720.0, 24.0, 14.0
LEFT, RIGHT = 270.0, 95.0  # Room of names and of amounts.
LONGEST = 44  # Characters of a name that fit.
SIGNS = {1: "▲ ", -1: "▼ ", 0: ""}


def cost_waterfall(cost: dict[str, Any]) -> str:
    """Return the way from one bill to the other, one bar below the other."""
    trace = waterfall(cost)["data"][0]
    starts, moves, colours = trace["base"], trace["x"], trace["marker"]["color"]
    ends = [start + move for start, move in zip(starts, moves, strict=True)]
    low, high = min(0.0, *starts, *ends), max(0.01, *starts, *ends)
    scale = (WIDTH - LEFT - RIGHT) / (high - low)
    last, drawn = len(ends) - 1, []
    for i, (name, text) in enumerate(zip(trace["customdata"], trace["text"], strict=True)):
        x, end = (LEFT + (at - low) * scale for at in sorted((starts[i], ends[i])))
        bar = f'x="{x:.1f}" width="{max(end - x, 1.0):.1f}" fill="{colours[i]}"'
        sign = 0 if i in (0, last) else 1 if moves[i] > 0 else -1
        drawn.append(_row(i, name, SIGNS[sign] + text, bar, total=not sign))
        if i < last:
            drawn.append(_joint(i, LEFT + (ends[i] - low) * scale))
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {ROW * (last + 2):g}" role="img" '
        f'aria-label="Monthly cost before, step by step, and after">{"".join(drawn)}</svg>'
    )


def _row(i: int, name: str, text: str, bar: str, *, total: bool) -> str:
    y = i * ROW + 6
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    strong = ' class="total"' if total else ""
    return (
        f'<text{strong} x="{LEFT - 10:g}" y="{y + 11:g}" text-anchor="end">{escape(shown)}</text>'
        f'<rect {bar} y="{y:g}" height="{BAR:g}"/>'
        f'<text{strong} x="{WIDTH:g}" y="{y + 11:g}" text-anchor="end">{escape(text)}</text>'
    )


def _joint(i: int, x: float) -> str:
    y = i * ROW + 6 + BAR
    return f'<path class="joint" d="M{x:.1f} {y:g}v{ROW - BAR:g}"/>'
