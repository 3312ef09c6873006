"""The report of a simulation as text that a person reads in a terminal or a diff."""

from __future__ import annotations

from typing import Any

from estimator.charts import seconds

from ..tables import findings_table, table


def simulation_table(report: dict[str, Any]) -> str:
    """Return the simulation: headline, paths, nodes, agreement with the steady answer, findings."""
    parts = [_headline(report), _paths(report), _nodes(report), _agreement(report)]
    parts += [f"note: {note}" for note in report["notes"]]
    parts.append(findings_table(report))
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(report: dict[str, Any]) -> str:
    head, bill = report["headline"], report["bill"]
    incomplete = "" if head["cost_complete"] else " (incomplete: prices are missing)"
    rows = [
        ["Messages", f"{head['messages']:,}"],
        ["Response time", _times(head["response"])],
        ["Completion time", _times(head["completion"])],
        ["Largest backlog", _backlog(head)],
        ["Refused", f"{head['refused']:,}"],
        ["Dead letters", f"{head['dead']:,}"],
        ["Cold starts", f"{head['cold_starts']:,}"],
        [
            "Monthly cost",
            f"{head['monthly_cost']} {bill['currency']} by these events{incomplete}; "
            f"{report['steady_bill']['total']} by the steady answer",
        ],
    ]
    asked = report["options"]
    title = (
        f"{report['design_name']} · {report['region']} · {seconds(report['duration_s'])} from "
        f"{report['begin_hour']}:00 · {report['replications']} replications · seed {asked['seed']}"
    )
    lines = [title]
    if asked["scenario"]:
        lines.append(f"Scenario: {asked['scenario']}")
    lines += [_fault(fault) for fault in asked["faults"]]
    if report["stopped"]:
        lines.append(f"Stopped early: {report['stopped']}")
    return "\n".join(lines) + f"\n\n{table(rows)}"


def _fault(fault: dict[str, Any]) -> str:
    value = "" if fault["value"] is None else f" {fault['value']:g}"
    until = "the end" if fault["end_s"] is None else seconds(fault["end_s"])
    where = fault["node"] or "all producers"
    return f"Fault: {fault['kind']}{value} at {where}, {seconds(fault['begin_s'])} to {until}"


def _times(path: dict[str, Any] | None) -> str:
    if path is None:
        return "–"
    return (
        f"p50 {seconds(path['p50_s'])}, p99 {seconds(path['p99_s'])}"
        f"{_within(path['confidence']['p99_s'])}, mean {seconds(path['mean_s'])} ({path['title']})"
    )


def _within(half_width: float | None) -> str:
    return "" if half_width is None else f" ± {seconds(half_width)}"


def _backlog(head: dict[str, Any]) -> str:
    drained = "" if head["drain_s"] is None else f", drained within {seconds(head['drain_s'])}"
    return f"{head['backlog_peak']:,.4g}, {head['backlog_end']:,.4g} at the end{drained}"


def _paths(report: dict[str, Any]) -> str:
    rows = [["Path", "Events", "Mean", "p50", "p90", "p99", "p99.9", "Maximum", "p99 ±"]]
    for path in report["paths"]:
        rows.append(
            [
                f"{path['kind']}: {path['title']}",
                f"{path['count']:,}",
                *(seconds(path[k]) for k in ("mean_s", "p50_s", "p90_s", "p99_s", "p999_s")),
                seconds(path["max_s"]),
                _within(path["confidence"]["p99_s"]).removeprefix(" ± ") or "–",
            ]
        )
    return table(rows, right=range(1, 9)) if len(rows) > 1 else ""


def _nodes(report: dict[str, Any]) -> str:
    rows = [["Node", "Arrived", "Load", "Backlog peak", "at", "Refused", "Dead", "Cold"]]
    for name, node in report["nodes"].items():
        load = node["utilisation"]
        rows.append(
            [
                name,
                f"{node['arrived']:,}",
                "–" if load is None else f"{100 * load:,.3g} %",
                f"{node['backlog_peak']:,.4g}",
                seconds(node["backlog_peak_at_s"]) if node["backlog_peak"] else "–",
                f"{node['refused']:,}",
                f"{node['dead']:,}",
                f"{node['cold_starts']:,}",
            ]
        )
    return table(rows, right=range(1, 8))


def _agreement(report: dict[str, Any]) -> str:
    off = [row for row in report["agreement"] if not row["within"]]
    if not off:
        return ""
    rows = [["Differs from the steady answer", "Steady", "Simulated", "±", "Unit"]]
    for row in off:
        half = row["confidence"]
        rows.append(
            [
                f"{row['what']}: {row['name']}",
                f"{row['flow']:,.4g}",
                f"{row['simulation']:,.4g}",
                "–" if half is None else f"{half:,.2g}",
                row["unit"],
            ]
        )
    return table(rows, right=(1, 2, 3))
