"""What a report says in numbers, arranged for reading; taken from estimates, not computed anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from designer import document as documents
from designer.document import Design as Document
from designer.errors import UserError
from estimator.engine import wording
from estimator.measuring import report_of

Report = dict[str, Any]


def estimated(workspace_id: str, document: Document) -> tuple[Report | None, str]:
    """Return the report of a document, or None and why there is none."""
    try:
        return report_of(workspace_id, document), ""
    except UserError as error:
        return None, " ".join([error.title + ":", *(p.message for p in error.problems)])


def names_of(*sides: Document) -> dict[str, str]:
    """Return what to call nodes and arrows."""
    nodes = wording.names_of(*sides)
    arrows = {
        edge.id: f"{nodes.get(edge.source, edge.source)} → {nodes.get(edge.target, edge.target)}"
        for side in sides
        for edge in side.model.edges
    }
    return {**arrows, **nodes}


def places(findings: Iterable[dict[str, Any]], *sides: Document) -> list[dict[str, Any]]:
    """Return findings with the name of their place."""
    nodes = wording.names_of(*sides)
    arrows = names_of(*sides)
    return [{**one, "place": _place(one, nodes, arrows)} for one in findings]


def _place(one: dict[str, Any], nodes: dict[str, str], arrows: dict[str, str]) -> str:
    if one["node"]:
        return nodes.get(one["node"], str(one["node"]))
    return arrows.get(one["edge"], str(one["edge"])) if one["edge"] else "Design"


def numbers(report: Report, document: Document) -> dict[str, Any]:
    """Return what the sections on one design show."""
    return {
        "report": report,
        "headline": report["headline"],
        "bill": report["bill"],
        "lines": bill_lines(report["bill"], document),
        "by_service": _by_amount(report["bill"]["by_service"], report["bill"]["services"]),
        "nodes": _nodes(report, document),
        "paths": report["paths"],
        "slowest": _slowest(report, document),
        "findings": places(report["findings"], document),
        "assumptions": assumptions(report, document),
        "prices": prices([report["bill"]]),
    }


def bill_lines(bill: dict[str, Any], document: Document) -> list[dict[str, Any]]:
    """Return the lines of a bill with the names of where their quantities come from."""
    names = names_of(document)
    return [
        {
            **line,
            "service_title": bill["services"].get(line["service"], line["service"]),
            "origins": [
                {**one, "name": names.get(one["node"], one["node"])} for one in line["origins"]
            ],
        }
        for line in bill["lines"]
    ]


def both_bills(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of two bills side by side, those that differ most first."""
    old, new = ({line["id"]: line for line in bill["lines"]} for bill in (before, after))
    services = {**before["services"], **after["services"]}
    rows = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        shown = now or was or {}
        amounts = [Decimal(line["amount"]) if line else Decimal(0) for line in (was, now)]
        rows.append(
            {
                "service": services.get(shown["service"], shown["service"]),
                "title": shown["title"],
                "unit": shown["unit"],
                "before": was,
                "after": now,
                "difference": str(amounts[1] - amounts[0]),
            }
        )
    return sorted(rows, key=lambda row: -abs(Decimal(row["difference"])))


def _by_amount(amounts: dict[str, str], names: dict[str, str]) -> list[tuple[str, str]]:
    ordered = sorted(amounts.items(), key=lambda one: -Decimal(one[1]))
    return [(names.get(key, key), amount) for key, amount in ordered]


def _nodes(report: Report, document: Document) -> list[dict[str, Any]]:
    rows = []
    for node in document.model.nodes:
        about = report["nodes"][node.id]
        cap = next((c for c in about["caps"] if c["id"] == about["tightest_cap"]), None)
        title = wording.title_of(node.service.type)
        rows.append({**about, "name": node.name or node.id, "title": title, "cap": cap})
    return rows


def _slowest(report: Report, document: Document) -> list[dict[str, Any]]:
    """Return the paths that the headline speaks of, item by item."""
    head, nodes, arrows = report["headline"], wording.names_of(document), names_of(document)
    asked = {head[kind]["path"] for kind in ("response", "completion") if head[kind]}
    items = [{**item, "place": _place(item, nodes, arrows)} for item in report["items"]]
    return [
        {**path, "items": [items[i] for i in path["items"]]}
        for path in report["paths"]
        if path["id"] in asked
    ]


def assumptions(report: Report, document: Document) -> list[dict[str, Any]]:
    """Return what nobody published or measured, element by element, as {place, rows}."""
    nodes, arrows = wording.names_of(document), names_of(document)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in report["assumptions"]:
        found[_place(one, nodes, arrows)].append(
            {**one, "text": wording.value(one["value"], one["unit"])}
        )
    return [{"place": place, "rows": rows} for place, rows in found.items()]


def prices(bills: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return where the prices are from, each source once, with the meters it prices."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for bill in bills:
        for line in bill["lines"]:
            price = line["price"]
            key = tuple(str(price[k]) for k in ("source", "as_of", "confidence", "region"))
            if line["meter"] not in found[key]:
                found[key].append(line["meter"])
    return [
        {"source": key[0], "as_of": key[1], "confidence": key[2], "region": key[3], "meters": m}
        for key, m in sorted(found.items())
    ]


def model_settings(document: Document) -> list[tuple[str, str]]:
    """Return what is stated for the whole design."""
    model = document.model
    return [
        ("Region", model.region),
        ("Scale of the load", wording.value(model.workload.scale)),
        ("Hours of a month", wording.value(model.assumptions.month_hours, "h")),
        ("Free tier", "subtracted" if model.assumptions.free_tier else "not subtracted"),
    ]


def loaded(*trees: dict[str, Any]) -> list[Document]:
    return [documents.load(tree) for tree in trees]
