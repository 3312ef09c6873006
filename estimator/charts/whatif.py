"""Figures of a what-if: sweep as lines or map, tornado, spread of the outputs, Pareto front."""

from __future__ import annotations

from typing import Any

from .estimate import cost_against_load
from .figure import PALETTE, Figure, figure, seconds, upright

LEGEND = {"showlegend": True, "legend": {"orientation": "h", "y": 1.12}}
MOST_BARS = 20  # of a tornado; its table has them all
MOST_LINES = 8
LOW, HIGH, MARK, GREY = PALETTE[4], PALETTE[0], PALETTE[5], PALETTE[7]
WIDE = 20.0  # times from least to most, from which an axis is logarithmic


def whatif_figures(answer: dict[str, Any]) -> dict[str, Figure]:
    """Return the figures of an answer by name: one per output, or the only one of its kind."""
    kind, outputs = answer["kind"], answer["outputs"]
    if kind == "breakeven":
        return {"cost_against_load": cost_against_load(answer)}
    if kind == "optimise":
        return {"front": front(answer)}
    make = {"sweep": sweep, "sensitivity": tornado, "ranges": spread}[kind]
    return {one["name"]: make(answer, one) for one in outputs}


def shown(value: float | None, unit: str) -> str:
    """Return a figure with its unit.

    >>> shown(0.5, "ratio"), shown(1234.5, "USD"), shown(None, "s")
    ('50 %', '1,234.50 USD', '–')
    """
    if value is None:
        return "–"
    if unit == "USD":
        return f"{value:,.2f} USD"
    if unit == "ratio":
        return f"{100 * value:.4g} %"
    return seconds(value) if unit == "s" else f"{value:,.5g} {unit}".rstrip()


def _told_apart(value: float | None) -> float | None:
    """Return a value without the last digits, whose noise would make an axis of its own."""
    return None if value is None else float(f"{value:.9g}")


def _axis(title: str, unit: str, values: list[float | None]) -> dict[str, Any]:
    """Return an axis; logarithmic where the values reach far."""
    known = [v for v in values if v is not None]
    axis: dict[str, Any] = {"title": {"text": f"{title}, {unit}" if unit else title}}
    if known and min(known) > 0 and max(known) > WIDE * min(known):
        axis["type"] = "log"
    return {**axis, "automargin": True}


# ---- Sweep ---------------------------------------------------------------------------------------


def sweep(answer: dict[str, Any], output: dict[str, Any]) -> Figure:
    """Return an output over one input as a line, over two as a map or a line for each value."""
    inputs, points = answer["inputs"], answer["points"]
    name, unit = output["name"], output["unit"]
    rows = [
        [*(f"{v:,.6g}" for v in p["values"]), shown(p["outputs"].get(name), unit),
         p["error"]["message"] if p["error"] else ""]
        for p in points
    ]  # fmt: skip
    columns = (*(one["title"] for one in inputs), output["title"], "Why not")
    if len(inputs) == 2 and len({p["values"][1] for p in points}) > MOST_LINES:
        data = [_map(points, output)]
        x, y = (_axis(i["title"], i["unit"], list(i["values"])) for i in inputs)
        return figure(data, columns, rows, xaxis=x, yaxis=y)
    groups: dict[tuple[float, ...], list[dict[str, Any]]] = {}
    for point in points:
        groups.setdefault(tuple(point["values"][1:]), []).append(point)
    rest = inputs[1:]
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": ", ".join(f"{one['title']} {v:,.6g}" for one, v in zip(rest, key, strict=True)),
            "x": [p["values"][0] for p in mine],
            "y": [_told_apart(p["outputs"].get(name)) for p in mine],
            "line": {"color": PALETTE[i % len(PALETTE)]},
            "hovertemplate": f"%{{x:,.6g}} {inputs[0]['unit']}: %{{y:,.6g}} {unit}<extra></extra>",
        }
        for i, (key, mine) in enumerate(groups.items())
    ]
    x = _axis(inputs[0]["title"], inputs[0]["unit"], [p["values"][0] for p in points])
    y = _axis(output["title"], unit, [p["outputs"].get(name) for p in points])
    return figure(data, columns, rows, xaxis=x, yaxis=y, **(LEGEND if rest else {}))


def _map(points: list[dict[str, Any]], output: dict[str, Any]) -> dict[str, Any]:
    """Return squares coloured by the output: a map without a further chart library."""
    known = [p for p in points if p["outputs"].get(output["name"]) is not None]
    values = [p["outputs"][output["name"]] for p in known]
    across = max(1, len({p["values"][0] for p in points}), len({p["values"][1] for p in points}))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [p["values"][0] for p in known],
        "y": [p["values"][1] for p in known],
        "marker": {
            "symbol": "square",
            "size": max(4, min(28, round(320 / across))),
            "color": values,
            "colorscale": "Viridis",
            "showscale": True,
            "colorbar": {"title": {"text": output["unit"]}, "thickness": 10},
        },
        "text": [shown(v, output["unit"]) for v in values],
        "hovertemplate": "%{x:,.6g}, %{y:,.6g}: %{text}<extra></extra>",
    }


# ---- Sensitivity ---------------------------------------------------------------------------------


def tornado(answer: dict[str, Any], output: dict[str, Any]) -> Figure:
    """Return how far each number moves an output to either side, most on top."""
    name, unit = output["name"], output["unit"]
    rows = [r for r in answer["rows"] if _width(r, name) > 0]
    rows.sort(key=lambda r: -_width(r, name))
    share, base = 100 * answer["change"], answer["base"].get(name)
    bars = rows[:MOST_BARS][::-1]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": f"{sign} {share:.3g} %",
            "y": [r["title"] for r in bars],
            "base": [base] * len(bars),
            "x": [_moved(r, side, name) for r in bars],
            "marker": {"color": colour},
            "customdata": [
                f"{r[f'{side}_value']:,.5g} {r['unit']}: {shown(r[side].get(name), unit)}"
                for r in bars
            ],
            "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        }
        for side, sign, colour in (("low", "−", LOW), ("high", "+", HIGH))
    ]
    table = [
        [r["title"], *(f"{r[k]:,.5g} {r['unit']}".rstrip() for k in ("low_value", "high_value")),
         shown(r["low"].get(name), unit), shown(base, unit), shown(r["high"].get(name), unit)]
        for r in rows
    ]  # fmt: skip
    columns = ("Number", "Less", "More", "With less", "As drawn", "With more")
    title = {"title": {"text": f"{output['title']}, {unit}" if unit else output["title"]}}
    return figure(
        data, columns, table, barmode="overlay", xaxis=title, yaxis={"automargin": True}, **LEGEND
    )


def _moved(row: dict[str, Any], side: str, name: str) -> float:
    value, base = row[side].get(name), row["base"].get(name)
    return 0.0 if value is None or base is None else value - base


def _width(row: dict[str, Any], name: str) -> float:
    if row["base"].get(name) is None:
        return 0.0
    noise = 1e-9 * abs(row["base"][name])
    width = max(abs(_moved(row, side, name)) for side in ("low", "high"))
    return width if width > noise else 0.0


# ---- Ranges --------------------------------------------------------------------------------------


def spread(answer: dict[str, Any], output: dict[str, Any]) -> Figure:
    """Return how an output spreads over the samples, with its percentiles."""
    name, unit = output["name"], output["unit"]
    found = answer["distributions"][name]
    if found is None:
        return figure([], ("Figure", output["title"]), [["No answer", "–"]])
    bins = found["histogram"]
    bars = {
        "type": "bar",
        "x": [(b["from"] + b["to"]) / 2 for b in bins],
        "y": [b["count"] for b in bins],
        "width": [b["to"] - b["from"] for b in bins],
        "marker": {"color": LOW},
        "hovertemplate": f"about %{{x:,.5g}} {unit}: %{{y}} samples<extra></extra>",
    }
    lines = [
        upright(found[key], MARK, "solid" if key == "p50" else "dot")
        for key in ("p5", "p50", "p95")
    ]
    names = {"p5": "5 %", "p25": "25 %", "p50": "Median", "p75": "75 %", "p95": "95 %",
             "mean": "Mean", "least": "Least", "most": "Most"}  # fmt: skip
    table = [[title, shown(found[key], unit)] for key, title in names.items()]
    table += [
        [f"Rank correlation with {d['title']}", f"{d['correlation']:.3f}"] for d in found["drivers"]
    ]
    return figure(
        [bars],
        ("Figure", output["title"]),
        table,
        bargap=0,
        shapes=lines,
        xaxis={"title": {"text": f"{output['title']}, {unit}" if unit else output["title"]}},
        yaxis={"title": {"text": "Samples"}, "automargin": True},
    )


# ---- Optimise ------------------------------------------------------------------------------------


def front(answer: dict[str, Any]) -> Figure:
    """Return every setting that was tried, the front among them, and the target as a line."""
    first, second = answer["minimise"], answer["target"]["output"]
    by_name = {one["name"]: one for one in answer["outputs"]}
    points, best = answer["points"], answer["best"]
    kept = [i for i, p in enumerate(points) if _pair(p, first, second)]
    ahead = set(answer["front"])
    tried = [i for i in kept if points[i]["carries"] and i not in ahead]
    data = [
        _dots("Tried", tried, answer, GREY, 6),
        _dots("Loses events", [i for i in kept if not points[i]["carries"]], answer, MARK, 6, "x"),
        {**_dots("Front", answer["front"], answer, HIGH, 9), "mode": "lines+markers",
         "line": {"color": HIGH, "shape": "hv", "width": 1}},
        _dots("As drawn", [0] if 0 in kept else [], answer, PALETTE[1], 11, "diamond"),
        _dots("Best", [] if best is None else [best], answer, PALETTE[2], 13, "star"),
    ]  # fmt: skip
    bounds = [answer["target"][k] for k in ("at_most", "at_least")]
    lines = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at,
         "line": {"color": MARK, "width": 1, "dash": "dot"}}
        for at in bounds
        if at is not None
    ]  # fmt: skip
    table = [
        [shown(points[i]["outputs"][first], by_name[first]["unit"]),
         shown(points[i]["outputs"][second], by_name[second]["unit"]),
         _setting(answer, points[i]), "yes" if points[i]["meets"] else "no"]
        for i in answer["front"]
    ]  # fmt: skip
    columns = (by_name[first]["title"], by_name[second]["title"], "Setting", "Meets the target")
    axes = [
        _axis(by_name[n]["title"], by_name[n]["unit"], [points[i]["outputs"][n] for i in kept])
        for n in (first, second)
    ]
    return figure(
        [trace for trace in data if trace["x"]],
        columns, table, shapes=lines, xaxis=axes[0], yaxis=axes[1], **LEGEND,
    )  # fmt: skip


def _pair(point: dict[str, Any], first: str, second: str) -> bool:
    return all(point["outputs"].get(name) is not None for name in (first, second))


def _dots(
    name: str, which: list[int], answer: dict[str, Any], colour: str, size: int, symbol: str = ""
) -> dict[str, Any]:
    """Return points as marks; `customdata` tells which they are."""
    points = [answer["points"][i] for i in which]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [p["outputs"][answer["minimise"]] for p in points],
        "y": [p["outputs"][answer["target"]["output"]] for p in points],
        "customdata": which,
        "text": [_setting(answer, p) for p in points],
        "marker": {"color": colour, "size": size, "symbol": symbol or "circle"},
        "hovertemplate": "%{text}<br>%{x:,.6g}, %{y:,.4g} s<extra></extra>",
    }


def _setting(answer: dict[str, Any], point: dict[str, Any]) -> str:
    """Return the values of a point with what they are."""
    if not point["values"]:
        return "as drawn"
    pairs = zip(answer["inputs"], point["values"], strict=True)
    return ", ".join(f"{i['title']} {v:,.6g} {i['unit']}".rstrip() for i, v in pairs)
