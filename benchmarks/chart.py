"""The chart of a run: messages per second by workload, as an SVG that needs nothing else."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

from .table import NAMES, TITLES, _count, of, rate

Row = dict[str, Any]
LEFT, WIDTH, BAR, GAP, HEAD = 330, 560, 20, 6, 34
COLOURS = {"weir": "#0b7285", "bare": "#74c0cf", "heap": "#868e96"}
LOW, HIGH = 3.0, 8.5  # decades that are shown
MARKS = {3: "messages/s: 1 k", 4: "10 k", 5: "100 k", 6: "1 M", 7: "10 M", 8: "100 M"}


def svg(rows: list[Row], note: str) -> str:
    """Return the chart.

    Args:
        note: A line below it: the machine and the day.
    """
    parts: list[str] = []
    y = 24
    for what, title in TITLES.items():
        speeds = {
            who: rate(found, "seconds")
            for who in NAMES
            if (found := of(rows, who, what, _count(rows, who, what)))
        }
        if not speeds:
            continue
        y += HEAD - 8
        parts.append(f'<text x="12" y="{y}" class="head">{escape(title)}</text>')
        y += 10
        for who, speed in speeds.items():
            parts += _bar(y, NAMES[who], speed, COLOURS.get(who, "#ced4da"))
            y += BAR + GAP
    y += 18
    parts.append(f'<text x="12" y="{y}" class="note">{escape(note)}</text>')
    total = LEFT + WIDTH + 110
    style = "text{font:13px system-ui,sans-serif;fill:#212529}.head{font-weight:600}"
    style += ".note{font-size:11px;fill:#495057}"
    grid = "".join(
        f'<line x1="{_x(d)}" x2="{_x(d)}" y1="20" y2="{y - 14}" stroke="#e9ecef"/>'
        f'<text x="{_x(d)}" y="15" text-anchor="middle" class="note">{MARKS[d]}</text>'
        for d in range(math.ceil(LOW), math.floor(HIGH) + 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {y + 12}" role="img" '
        f'aria-label="Messages per second, logarithmic"><style>{style}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>{grid}{"".join(parts)}</svg>\n'
    )


def _x(decade: float) -> float:
    return round(LEFT + WIDTH * (decade - LOW) / (HIGH - LOW), 1)


def _bar(y: int, name: str, speed: float, colour: str) -> list[str]:
    end = _x(max(LOW, math.log10(speed)))
    text_y = y + 15
    return [
        f'<text x="{LEFT - 8}" y="{text_y}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" fill="{colour}"/>',
        f'<text x="{end + 6:.1f}" y="{text_y}">{speed:,.0f}/s</text>',
    ]
