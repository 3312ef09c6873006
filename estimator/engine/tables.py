"""Reports as text that a person reads in a terminal or a diff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from estimator.charts import seconds


def table(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Return rows in aligned columns; `right` names the columns that align to the right."""
    if not rows:
        return ""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    flush = set(right)
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if i in flush else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def estimate_table(report: dict[str, Any]) -> str:
    """Return the estimate: headline, nodes, paths, bill, findings."""
    parts = [_headline(report), _nodes(report), _answers(report), _paths(report), _bill(report)]
    parts.append(findings_table(report))
    return "\n\n".join(part for part in parts if part) + "\n"


def _answers(report: dict[str, Any]) -> str:
    """Return what callers get of each front door that does not answer everything."""
    rows = [["Callers of", "get", "because", "Rate/s", "Share"]]
    for name, node in report["nodes"].items():
        answers = node.get("answers", [])
        if all(one["status"] == 200 for one in answers):
            continue
        for one in answers:
            rows.append(
                [
                    name,
                    str(one["status"]),
                    one["why"],
                    f"{one['per_s']:,.4g}",
                    f"{100 * one['ratio']:,.3g} %",
                ]
            )
    return table(rows, right=(3, 4)) if len(rows) > 1 else ""


def _headline(report: dict[str, Any]) -> str:
    head = report["headline"]
    incomplete = "" if head["cost_complete"] else " (incomplete: prices are missing)"
    rows = [
        ["Monthly cost", f"{head['monthly_cost']} {report['currency']}{incomplete}"],
        ["Per million events", head["cost_per_million_events"] or "–"],
        ["Response time", _times(head["response"], head["response_reason"])],
        ["Completion time", _times(head["completion"], head["completion_reason"])],
        [
            "Drawn rate",
            f"{head['offered_rate_per_s']:,.6g}/s, peak {head['peak_rate_per_s']:,.6g}/s",
        ],
        ["Sustainable rate", _rate(head["max_rate_per_s"], head["max_rate_reason"])],
        ["First bottleneck", head["bottleneck"]["text"] if head["bottleneck"] else "–"],
        ["Next", head["next_bottleneck"]["text"] if head["next_bottleneck"] else "–"],
    ]
    title = (
        f"{report['design_name']} · {report['region']} · prices of {report['price_date']} · "
        f"month of {report['month_hours']} h"
    )
    return f"{title}\n\n{table(rows)}"


def _times(times: dict[str, Any] | None, reason: str | None) -> str:
    if times is None:
        return f"– ({reason})"
    return (
        f"p50 {seconds(times['p50_s'])}, p90 {seconds(times['p90_s'])}, "
        f"p99 {seconds(times['p99_s'])}, mean {seconds(times['mean_s'])}"
    )


def _rate(rate: float | None, reason: str | None) -> str:
    return f"{rate:,.6g}/s" if rate is not None else f"– ({reason})"


def _nodes(report: dict[str, Any]) -> str:
    rows = [["Node", "In/s", "Load", "Refused/s", "Backlog/h", "p50 here", "USD/month"]]
    for name, node in report["nodes"].items():
        load = node["utilisation"]
        rows.append(
            [
                name,
                node["reason"] or f"{node['events_in_per_s']:,.6g}",
                f"{100 * load:,.3g} %" if load is not None else "–",
                f"{node['throttled_per_s']:,.4g}",
                f"{node['backlog_growth_per_h']:,.4g}",
                seconds(node["time"]["p50_s"]) if node["time"] else "–",
                node["cost"],
            ]
        )
    return table(rows, right=range(1, 7))


def _paths(report: dict[str, Any]) -> str:
    rows = [["Path", "Rate/s", "p50", "p99"]]
    for path in report["paths"]:
        endless = path["unbounded"]
        rows.append(
            [
                f"{path['kind']}: {path['title']}",
                f"{path['rate_per_s']:,.4g}",
                "no bound" if endless else seconds(path["p50_s"]),
                "no bound" if endless else seconds(path["p99_s"]),
            ]
        )
    return table(rows, right=(1, 2, 3))


def _bill(report: dict[str, Any]) -> str:
    bill = report["bill"]
    rows = [["Meter", "Quantity", "Unit", "Amount"]]
    rows += [[x["meter"], x["quantity"], x["unit"], x["amount"]] for x in bill["lines"]]
    rows += [[x["meter"], x["quantity"], x["unit"], "no price"] for x in bill["missing"]]
    rows += _discount_rows(bill)
    rows.append(["Total", "", bill["currency"], bill["total"]])
    return table(rows, right=(1, 3))


def findings_table(report: dict[str, Any]) -> str:
    """Return the findings, gravest first, or a word that there are none."""
    if not report["findings"]:
        return "No findings."
    lines = []
    for one in report["findings"]:
        place = one["node"] or one["edge"] or "design"
        lines.append(f"{one['severity']:7} {one['id']} · {place}\n        {one['message']}")
        lines.append(f"        {one['fix']}")
    return "\n".join(lines)


def quote_table(answer: dict[str, Any]) -> str:
    """Return a quote line by line with its total."""
    rows = [["Meter", "Quantity", "Unit", "Amount"]]
    rows += [[x["meter"], x["quantity"], x["unit"], x["amount"]] for x in answer["lines"]]
    rows += [[x["meter"], x["quantity"], x.get("unit", ""), "no price"] for x in answer["missing"]]
    rows += _discount_rows(answer)
    rows.append(["Total", "", answer["currency"], answer["total"]])
    return table(rows, right=(1, 3))


def _discount_rows(bill: dict[str, Any]) -> list[list[str]]:
    """Return list price and discount, where any line has one."""
    if not any(line["discount"] for line in bill["lines"]):
        return []
    currency = bill.get("currency", "")
    return [
        ["At list prices", "", currency, bill["list_total"]],
        ["Discounts", "", currency, f"-{bill['discount']}"],
    ]


def import_table(done: dict[str, Any]) -> str:
    """Return what an import changed, what it could not map, and where the book is."""
    rows = [["Region", "Meter", "USD per unit"]]
    same = 0
    for region, changes in done["regions"].items():
        same += sum(change == "same" for change in changes.values())
        rows += [[region, meter, change] for meter, change in changes.items() if change != "same"]
    parts = [table(rows)] if len(rows) > 1 else []
    parts.append(
        f"{done['mapped']} products became prices, {same} of these as before; "
        f"{done['elsewhere']} are of other regions."
    )
    for offer, usage in done["unmapped"].items():
        if usage:
            shown = ", ".join(usage[:20]) + (" …" if len(usage) > 20 else "")
            parts.append(f"{offer}: {len(usage)} usage types are no meter here: {shown}")
    if done["unverified"]:
        parts.append(f"Usage type from memory, please compare: {', '.join(done['unverified'])}")
    parts += [f"left out: {one['pointer']}: {one['message']}" for one in done["left"]]
    where = done["folder"] or "nowhere, as asked"
    parts.append(f"Book of {done['date']} written to {where}.")
    return "\n\n".join(parts)


def sweep_table(answer: dict[str, Any]) -> str:
    """Return a sweep: a row for each point, the inputs first."""
    outputs = answer["outputs"]
    head = [*(one["title"] for one in answer["inputs"]), *(one["title"] for one in outputs)]
    rows = [[*head, "Why not"]] if any(p["error"] for p in answer["points"]) else [head]
    for point in answer["points"]:
        row = [f"{value:,.6g}" for value in point["values"]]
        for one in outputs:
            row.append(_figure(point["outputs"].get(one["name"]), one["unit"]))
        if len(rows[0]) > len(head):
            row.append(point["error"]["message"] if point["error"] else "")
        rows.append(row)
    return table(rows, right=range(len(head)))


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "USD":
        return f"{value:,.2f}"
    return seconds(value) if unit == "s" else f"{value:,.6g}"
