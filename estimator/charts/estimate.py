"""Figures of an estimate and of a comparison."""

from __future__ import annotations

from typing import Any

from .figure import PALETTE, Figure, figure, seconds, upright

KIND_COLOUR = {
    "service": "#0072B2",
    "cold start": "#56B4E9",
    "network": "#999999",
    "wait": "#D55E00",
    "batch window": "#E69F00",
    "buffer": "#E69F00",
    "poll": "#009E73",
    "hold": "#CC79A7",
    "retry": "#D55E00",
}


def figures(report: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a report by name; `latency` holds one figure per path."""
    return {
        "cost_by_service": cost_by_service(report),
        "latency": {p["id"]: latency_waterfall(p, report) for p in report["paths"]},
        "load": load_against_caps(report),
    }


def cost_by_service(report: dict[str, Any]) -> Figure:
    """Return bars of the month's cost per service, dearest on top."""
    bill = report["bill"]
    pairs = sorted(
        ((bill["services"][key], float(amount)) for key, amount in bill["by_service"].items()),
        key=lambda pair: pair[1],
    )
    names, amounts = [p[0] for p in pairs], [p[1] for p in pairs]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": amounts,
        "text": [f"{a:,.2f}" for a in amounts],
        "textposition": "auto",
        "cliponaxis": False,
        "marker": {"color": [PALETTE[i % len(PALETTE)] for i in range(len(names))][::-1]},
        "hovertemplate": f"%{{y}}: %{{x:,.2f}} {bill['currency']} a month<extra></extra>",
    }
    return figure(
        [bars],
        ("Service", f"{bill['currency']} a month"),
        [[n, f"{a:,.2f}"] for n, a in reversed(pairs)],
        xaxis={"title": {"text": f"{bill['currency']} a month"}, "rangemode": "tozero"},
        yaxis={"automargin": True},
    )


def latency_waterfall(path: dict[str, Any], report: dict[str, Any]) -> Figure:
    """Return the items of a path one after another, mean times in seconds."""
    labels, starts, lengths, colours, hovers, rows = [], [], [], [], [], []
    at = 0.0
    for number, item in enumerate((report["items"][i] for i in path["items"]), 1):
        place = item["node"] or item["edge"] or ""
        labels.append(f"{number}. {item['label']}")
        starts.append(at)
        lengths.append(item["mean_s"])
        colours.append(KIND_COLOUR.get(item["kind"], PALETTE[7]))
        hovers.append(
            f"{item['label']} ({place})<br>{item['kind']}<br>mean {seconds(item['mean_s'])}"
            f"<br>p50 {seconds(item['p50_s'])}<br>p99 {seconds(item['p99_s'])}"
        )
        rows.append(
            [
                item["label"],
                place,
                item["kind"],
                seconds(item["mean_s"]),
                seconds(item["p50_s"]),
                seconds(item["p99_s"]),
            ]
        )
        at += item["mean_s"]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": lengths,
        "base": starts,
        "marker": {"color": colours},
        "customdata": hovers,
        "hovertemplate": "%{customdata}<extra></extra>",
        "text": [seconds(v) for v in lengths],
        "textposition": "outside",
        "cliponaxis": False,
    }
    return figure(
        [bars],
        ("Item", "Where", "Kind", "Mean", "p50", "p99"),
        rows,
        xaxis={"title": {"text": "Seconds, mean"}, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "automargin": True},
    )


def load_against_caps(report: dict[str, Any]) -> Figure:
    """Return the utilisation of each node's tightest cap, with the line at 100 %."""
    rows, names, shares, colours, hovers = [], [], [], [], []
    loaded = [
        (node_id, max(node["caps"], key=lambda c: float(c["utilisation"])))
        for node_id, node in report["nodes"].items()
        if node["caps"] and node["utilisation"] is not None
    ]
    for node_id, cap in sorted(loaded, key=lambda pair: float(pair[1]["utilisation"])):
        share = 100 * cap["utilisation"]
        names.append(node_id)
        shares.append(share)
        colours.append("#D55E00" if share > 100 else "#E69F00" if share > 80 else "#0072B2")
        hovers.append(f"{cap['title']}: {cap['load']:,.4g} of {cap['limit']:,.4g} {cap['unit']}")
        rows.append(
            [
                node_id,
                cap["title"],
                f"{cap['load']:,.4g}",
                f"{cap['limit']:,.4g}",
                cap["unit"],
                f"{share:,.3g} %",
            ]
        )
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": shares,
        "marker": {"color": colours},
        "customdata": hovers,
        "hovertemplate": "%{y}: %{x:,.3g} %<br>%{customdata}<extra></extra>",
        "text": [f"{s:,.3g} %" for s in shares],
        "textposition": "outside",
        "cliponaxis": False,
    }
    return figure(
        [bars],
        ("Node", "Cap", "Load", "Limit", "Unit", "Utilisation"),
        rows[::-1],
        xaxis={"title": {"text": "Utilisation of the tightest cap, %"}, "rangemode": "tozero"},
        yaxis={"automargin": True},
        shapes=[upright(100, "#D55E00")],
    )


def cost_against_load(comparison: dict[str, Any]) -> Figure:
    """Return the cost of two designs against the factor of their load, break-even points marked."""
    currency = comparison["currency"]
    sides = [comparison["left"], comparison["right"]]
    data = [_cost_line(side, currency, PALETTE[i], i) for i, side in enumerate(sides)]
    marks = comparison["break_even"]
    if marks:
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": "Break-even",
                "x": [m["factor"] for m in marks],
                "y": [float(m["cost"]) for m in marks],
                "text": [f"{m['factor']:,.3g} ×" for m in marks],
                "textposition": "top center",
                "marker": {"color": "#D55E00", "size": 10, "symbol": "diamond"},
                "hovertemplate": f"break-even at %{{x:.4g}} × the load, %{{y:,.2f}} {currency}"
                "<extra></extra>",
            }
        )
    rows = [
        [f"{a['factor']:,.4g}", f"{a['rate_per_s']:,.4g}", *(_shown(p) for p in (a, b))]
        for a, b in zip(sides[0]["points"], sides[1]["points"], strict=True)
    ]
    return figure(
        data,
        ("Factor of the load", "Events/s", *(f"{s['name']}, {currency} a month" for s in sides)),
        rows,
        xaxis={"title": {"text": "Factor of the drawn load"}, "type": "log"},
        yaxis={"title": {"text": f"{currency} a month"}, "type": "log", "automargin": True},
        showlegend=True,
        legend={"orientation": "h", "y": 1.12},
        shapes=[upright(1, "#999999")],
    )


def _cost_line(side: dict[str, Any], currency: str, colour: str, dash: int) -> dict[str, Any]:
    """Return the line of one design; where it does not carry the load its points are open."""
    points = side["points"]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": side["name"],
        "x": [p["factor"] for p in points],
        "y": [float(p["cost"]) or None for p in points],  # A log axis has no zero.
        "line": {"color": colour, "dash": ("solid", "dash")[dash]},
        "marker": {
            "color": colour,
            "symbol": ["circle" if p["carried"] else "circle-open" for p in points],
        },
        "customdata": ["" if p["carried"] else "<br>does not carry the load" for p in points],
        "hovertemplate": f"%{{x:.4g}} × the load: %{{y:,.2f}} {currency} a month%{{customdata}}",
    }


def _shown(point: dict[str, Any]) -> str:
    return point["cost"] if point["carried"] else f"{point['cost']} (does not carry the load)"
