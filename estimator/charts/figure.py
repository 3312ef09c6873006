"""What all figures share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# Okabe and Ito's palette: told apart by readers with any colour vision.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")

Figure = dict[str, Any]


def figure(
    data: list[dict[str, Any]], columns: Iterable[str], rows: list[list[Any]], **layout: Any
) -> Figure:
    """Return a figure of traces, with its table in columns and rows of text."""
    return {
        "data": data,
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 16, "t": 8, "b": 36},
            "showlegend": False,
            "bargap": 0.35,
            **layout,
        },
        "meta": {"table": {"columns": list(columns), "rows": rows}},
    }


def upright(x: float, colour: str, dash: str = "dot") -> dict[str, Any]:
    """Return a line from the bottom of a figure to its top."""
    line = {"color": colour, "width": 1, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def seconds(value: float) -> str:
    """Return a time with a unit that fits.

    >>> seconds(0.0123), seconds(1.5), seconds(7200)
    ('12.3 ms', '1.5 s', '2 h')
    """
    if value < 1:
        return f"{value * 1000:.3g} ms"
    if value < 120:
        return f"{value:.3g} s"
    if value < 7200:
        return f"{value / 60:.3g} min"
    return f"{value / 3600:.3g} h" if value < 172_800 else f"{value / 86_400:.3g} days"
