"""Figures of a simulation: latency, what stood and was lost over time, and what it costs."""

from __future__ import annotations

from typing import Any

from .figure import PALETTE, Figure, figure, seconds

PERCENTILES = (("p50_s", "p50"), ("p90_s", "p90"), ("p95_s", "p95"), ("p99_s", "p99"),
               ("p999_s", "p99.9"))  # fmt: skip
MOST_LINES = 8  # As many as there are colours to tell them apart.
MOST_ROWS = 240  # Of a table over time: longer ones are thinned, the CSV has them all.
LOSSES = (("refused", "Refused"), ("dead", "Dead letters"), ("cold", "Cold starts"))
DASHES = ("solid", "dash", "dot")
LEGEND = {"showlegend": True, "legend": {"orientation": "h", "y": 1.12}}


def simulation_figures(report: dict[str, Any]) -> dict[str, Figure]:
    """Return the figures of a simulation's report by name."""
    return {
        "latency_distribution": latency_distribution(report),
        "percentiles": percentiles(report),
        "backlog": over_time(report, "backlog", "Messages that stand in the node"),
        "concurrency": over_time(report, "concurrency", "Places that are busy"),
        "losses": losses(report),
        "cost": cost(report),
    }


def _colour(index: int) -> str:
    return PALETTE[index % len(PALETTE)]


def _label(path: dict[str, Any]) -> str:
    return f"{path['title']} ({path['kind']})"


def latency_distribution(report: dict[str, Any]) -> Figure:
    """Return the share of events that took at most a time, one curve per path; time is in log."""
    data, rows = [], []
    for index, path in enumerate(p for p in report["paths"] if p["curve"]):
        curve = [(t, share) for t, share in path["curve"] if t > 0]  # A log axis has no zero.
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": _label(path),
                "x": [t for t, _ in curve],
                "y": [100 * share for _, share in curve],
                "line": {"color": _colour(index), "dash": DASHES[index // len(PALETTE) % 3]},
                "hovertemplate": "%{y:.4g} % within %{x:.4g} s",
            }
        )
        rows += [[_label(path), f"{100 * share:.4g} %", seconds(t)] for t, share in path["curve"]]
    return figure(
        data,
        ("Path", "Share of events", "Within"),
        rows,
        xaxis={"title": {"text": "Seconds"}, "type": "log"},
        yaxis={"title": {"text": "Share of events, %"}, "range": [0, 101], "automargin": True},
        **LEGEND,
    )


def percentiles(report: dict[str, Any]) -> Figure:
    """Return bars of each path's percentiles, with what confidence there is of p99."""
    paths = [p for p in report["paths"] if p["count"]]
    data: list[dict[str, Any]] = []
    for index, (key, name) in enumerate(PERCENTILES):
        bars: dict[str, Any] = {
            "type": "bar",
            "name": name,
            "x": [_label(p) for p in paths],
            "y": [p[key] for p in paths],
            "marker": {"color": _colour(index)},
            "customdata": [seconds(p[key]) for p in paths],
            "hovertemplate": f"{name}: %{{customdata}}<br>%{{x}}<extra></extra>",
        }
        if key == "p99_s":
            width = [p["confidence"]["p99_s"] or 0.0 for p in paths]
            bars["error_y"] = {"type": "data", "array": width, "visible": any(width)}
        data.append(bars)
    rows = [
        [
            _label(p),
            f"{p['count']:,}",
            seconds(p["mean_s"]),
            *(seconds(p[key]) for key, _ in PERCENTILES),
            seconds(p["max_s"]),
            _confidence(p["confidence"]["p99_s"]),
        ]
        for p in paths
    ]
    return figure(
        data,
        ("Path", "Events", "Mean", *(name for _, name in PERCENTILES), "Maximum", "p99 ±"),
        rows,
        yaxis={"title": {"text": "Seconds"}, "rangemode": "tozero", "automargin": True},
        xaxis={"automargin": True},
        barmode="group",
        **LEGEND,
    )


def _confidence(half_width: float | None) -> str:
    return "needs replications" if half_width is None else seconds(half_width)


def _times(report: dict[str, Any]) -> list[float]:
    width = report["series"]["width_s"]
    return [k * width for k in range(report["series"]["buckets"])]


def _largest(report: dict[str, Any], name: str) -> list[tuple[str, list[float]]]:
    """Return the nodes with most of something at any time, in the order of the design."""
    having = {
        node: lines[name]
        for node, lines in report["series"]["nodes"].items()
        if any(lines.get(name) or ())
    }
    kept = sorted(having, key=lambda node: -max(having[node]))[:MOST_LINES]
    return [(node, line) for node, line in having.items() if node in kept]


def over_time(report: dict[str, Any], name: str, what: str) -> Figure:
    """Return one line per node of a series, the largest ones, with the faults as shaded times."""
    times = _times(report)
    chosen = _largest(report, name)
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": node,
            "x": times,
            "y": line,
            "line": {"color": _colour(index), "width": 1.5},
            "hovertemplate": "%{y:,.4g} at %{x:,.4g} s",
        }
        for index, (node, line) in enumerate(chosen)
    ]
    shapes, notes = _troubles(report)
    return figure(
        data,
        ("Seconds", *(node for node, _ in chosen)),
        _rows(times, [line for _, line in chosen]),
        xaxis={"title": {"text": "Simulated seconds"}},
        yaxis={"title": {"text": what}, "rangemode": "tozero", "automargin": True},
        shapes=shapes,
        annotations=notes,
        **LEGEND,
    )


def losses(report: dict[str, Any]) -> Figure:
    """Return what was refused, died or started cold over time, a rate per second of all nodes."""
    times, width = _times(report), report["series"]["width_s"]
    data, lines = [], []
    for index, (name, title) in enumerate(LOSSES):
        found = [ls[name] for ls in report["series"]["nodes"].values() if name in ls]
        rate = [sum(values) / width for values in zip(*found, strict=True)] or [0.0] * len(times)
        lines.append(rate)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": title,
                "x": times,
                "y": rate,
                "line": {"color": PALETTE[(5, 3, 4)[index]], "width": 1.5},
                "hovertemplate": "%{y:,.4g} per second at %{x:,.4g} s",
            }
        )
    shapes, notes = _troubles(report)
    return figure(
        data,
        ("Seconds", *(f"{title} per second" for _, title in LOSSES)),
        _rows(times, lines),
        xaxis={"title": {"text": "Simulated seconds"}},
        yaxis={"title": {"text": "Per second"}, "rangemode": "tozero", "automargin": True},
        shapes=shapes,
        annotations=notes,
        **LEGEND,
    )


def _rows(times: list[float], lines: list[list[float]]) -> list[list[Any]]:
    step = max(1, -(-len(times) // MOST_ROWS))
    return [
        [f"{times[k]:,.4g}", *(f"{line[k]:,.4g}" for line in lines)]
        for k in range(0, len(times), step)
    ]


def _troubles(report: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return shaded times of the faults and their names."""
    shapes, notes = [], []
    for fault in report["options"]["faults"]:
        begin, end = fault["begin_s"], fault["end_s"]
        shapes.append(
            {
                "type": "rect",
                "x0": begin,
                "x1": report["duration_s"] if end is None else end,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"width": 0},
                "fillcolor": "rgba(213,94,0,0.12)",
                "layer": "below",
            }
        )
        notes.append(
            {
                "x": begin,
                "y": 1,
                "yref": "paper",
                "text": " ".join(filter(None, (fault["kind"], fault["node"]))),
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "top",
            }
        )
    return shapes, notes


def cost(report: dict[str, Any]) -> Figure:
    """Return the month's cost by service: from the steady answer and from the counted events."""
    bill, steady = report["bill"], report.get("steady_bill")
    services = sorted(bill["by_service"], key=lambda k: float(bill["by_service"][k]))
    names = [bill["services"][key] for key in services]
    sides = [("Simulated", bill, PALETTE[0])]
    if steady is not None:
        sides.insert(0, ("Steady answer", steady, PALETTE[1]))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": title,
            "y": names,
            "x": [float(side["by_service"].get(key, 0)) for key in services],
            "marker": {"color": colour},
            "hovertemplate": f"{title}, %{{y}}: %{{x:,.2f}} {bill['currency']} a month"
            "<extra></extra>",
        }
        for title, side, colour in sides
    ]
    rows = [
        [
            bill["services"][key],
            *(f"{float(s['by_service'].get(key, 0)):,.2f}" for _, s, _ in sides),
        ]
        for key in reversed(services)
    ]
    rows.append(["Total", *(f"{float(side['total']):,.2f}" for _, side, _ in sides)])
    return figure(
        data,
        ("Service", *(f"{title}, {bill['currency']} a month" for title, _, _ in sides)),
        rows,
        xaxis={"title": {"text": f"{bill['currency']} a month"}, "rangemode": "tozero"},
        yaxis={"automargin": True},
        barmode="group",
        **LEGEND,
    )
