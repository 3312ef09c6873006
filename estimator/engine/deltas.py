"""What a change of a design changes: cost, times, the highest rate, findings.

Both sides come from the same engine. Nothing is computed here but differences of what the two
reports say, and one bill between them (see `waterfall`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from designer.document import Design
from estimator.prices import PriceBook

from .estimate import estimate, month, settled
from .waterfall import waterfall

TIMES = ("mean_s", "p50_s", "p90_s", "p99_s")
SEVERITIES = ("error", "warning", "note")
Report = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """One of the two designs, with its report if there is one already."""

    design: Design
    book: PriceBook
    report: Report | None = None

    def reported(self) -> Report:
        return self.report or estimate(self.design, self.book)


def deltas(before: Side, after: Side) -> dict[str, Any]:
    """Return what differs between two designs, as JSON values.

    Raises:
        Unstable: One of them has no steady state.
    """
    old, new = before.reported(), after.reported()
    types = ({n.id: n.service.type for n in side.design.model.nodes} for side in (before, after))
    was, now = types
    nodes = (*before.design.model.nodes, *after.design.model.nodes)
    return {
        "before": about(old),
        "after": about(new),
        "cost": waterfall(
            old["bill"],
            new["bill"],
            _between(before, after, new),
            {node.id: node.name or node.id for node in nodes},
            {node for node in was if node in now and was[node] != now[node]},
        ),
        "latency": {
            kind: _change(_times(old["headline"][kind]), _times(new["headline"][kind]))
            for kind in ("response", "completion")
        },
        "paths": _paths(old["paths"], new["paths"]),
        "paths_omitted": {"before": old["paths_omitted"], "after": new["paths_omitted"]},
        "rate": _rate(old["headline"], new["headline"]),
        "findings": _findings(old["findings"], new["findings"]),
    }


def headroom(headline: dict[str, Any]) -> float | None:
    """Return how far the load may grow, as a share of it; None where nothing gives way."""
    scale = headline["max_rate_scale"]
    return None if scale is None else scale - 1.0


def about(report: Report) -> dict[str, Any]:
    """Return what is said of one side as a whole."""
    head = report["headline"]
    return {
        **{key: report[key] for key in ("region", "price_date", "engine_version", "input_hash")},
        "headline": head,
        "headroom": headroom(head),
        "findings": {s: sum(f["severity"] == s for f in report["findings"]) for s in SEVERITIES},
    }


def _between(before: Side, after: Side, report: Report) -> dict[str, Any]:
    """Return the bill of the later usage at the earlier terms."""
    old, new = before.design.model.assumptions, after.design.model.assumptions
    terms = {"free_tier": old.free_tier, "discounts": old.discounts}
    same_book = (before.book.region, before.book.date) == (after.book.region, after.book.date)
    if same_book and terms == {"free_tier": new.free_tier, "discounts": new.discounts}:
        found: dict[str, Any] = report["bill"]
        return found
    design = after.design
    network, flow, _ = settled(design)
    as_before = new.model_copy(update=terms)
    model = design.model.model_copy(update={"assumptions": as_before})
    _, _, bill = month(design.model_copy(update={"model": model}), network, flow, before.book)
    return bill.to_dict()


# ---- Times and rates -----------------------------------------------------------------------------


def _times(one: dict[str, Any] | None) -> dict[str, float] | None:
    return {key: one[key] for key in TIMES} if one else None


def _change(before: Any, after: Any) -> dict[str, Any]:
    """Return both sides of numbers and what lies between them, where both are there."""
    difference: Any = None
    if isinstance(before, dict) and isinstance(after, dict):
        difference = {
            key: after[key] - before[key]
            for key in before
            if before[key] is not None and after[key] is not None
        }
    elif before is not None and after is not None:
        difference = after - before
    return {"before": before, "after": after, "difference": difference}


def _paths(old: list[Report], new: list[Report]) -> list[dict[str, Any]]:
    """Return each path that is on either side, paired by its arrows, else by its two ends."""
    left, twins = list(old), dict[int, Report]()
    for same in (("kind", "edges"), ("kind", "producer", "end")):
        for i, path in enumerate(new):
            twin = next((p for p in left if all(p[k] == path[k] for k in same)), None)
            if i not in twins and twin is not None:
                twins[i] = twin
                left.remove(twin)
    pairs: list[tuple[Report | None, Report | None]] = [
        (twins.get(i), path) for i, path in enumerate(new)
    ]
    pairs += [(path, None) for path in left]
    return [_pair(before, after) for before, after in pairs]


def _pair(before: Report | None, after: Report | None) -> dict[str, Any]:
    shown = after or before or {}
    old, new = _path(before), _path(after)
    change = "added" if old is None else "removed" if new is None else "changed"
    return {
        "change": "same" if old == new else change,
        **{key: shown[key] for key in ("kind", "title", "producer", "end")},
        "nodes_before": old and old["nodes"],
        "nodes_after": new and new["nodes"],
        **_change(old and old["times"], new and new["times"]),
        "unbounded_before": old and old["unbounded"],
        "unbounded_after": new and new["unbounded"],
    }


def _path(path: Report | None) -> dict[str, Any] | None:
    if path is None:
        return None
    return {"times": _times(path), "nodes": path["nodes"], "unbounded": path["unbounded"]}


def _rate(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    one, other = old["bottleneck"], new["bottleneck"]
    where = [(b["node"], b["cap"]) if b else None for b in (one, other)]
    return {
        **_change(old["max_rate_per_s"], new["max_rate_per_s"]),
        "offered": _change(old["offered_rate_per_s"], new["offered_rate_per_s"]),
        "headroom": _change(headroom(old), headroom(new)),
        "reason_before": old["max_rate_reason"],
        "reason_after": new["max_rate_reason"],
        "bottleneck_before": one,
        "bottleneck_after": other,
        "bottleneck_moved": where[0] != where[1],
    }


# ---- Findings ------------------------------------------------------------------------------------


def _findings(old: list[Report], new: list[Report]) -> dict[str, Any]:
    """Return the findings of one side only; the place counts, the wording does not."""
    left: dict[tuple[Any, ...], list[Report]] = defaultdict(list)
    for finding in old:
        left[_place(finding)].append(finding)
    appeared = []
    for finding in new:
        twins = left[_place(finding)]
        if twins:
            twins.pop()
        else:
            appeared.append(finding)
    vanished = [finding for twins in left.values() for finding in twins]
    return {
        "appeared": _by_weight(appeared),
        "vanished": _by_weight(vanished),
        "unchanged": len(new) - len(appeared),
    }


def _place(finding: Report) -> tuple[Any, ...]:
    return tuple(finding[key] for key in ("id", "node", "edge", "field"))


def _by_weight(findings: Iterable[Report]) -> list[Report]:
    return sorted(findings, key=lambda f: (SEVERITIES.index(f["severity"]), f["id"]))
