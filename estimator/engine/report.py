"""The report: what an estimate found, as JSON values. Computes nothing that is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from designer import findings as graph
from designer.catalog.base import Excess, Finding, Mechanism, Severity, Waits
from designer.errors import pointer
from estimator.prices import PriceBook, book, regions

from .answers import Known, edge_answers, node_answers
from .assumed import assumptions
from .capacity import LARGEST, Bottleneck
from .flow import Array, CapLoad, Flow, mean, pressure
from .latency import Line, Path, path_percentiles, percentiles
from .laws import item_percentiles
from .network import EdgePlan, Network, NodePlan
from .servers import summary

if TYPE_CHECKING:
    from .estimate import Estimate

APPROXIMATIONS = (
    "Each hour of the day is treated as steady; what a busy hour cannot handle and may be kept is "
    "handled in the quiet ones.",
    "Errors are independent of each other; a refused call is not tried again by its caller.",
    "Percentiles of a path add its items as independent times; waits for a free execution follow "
    "the Allen-Cunneen approximation with Poisson arrivals.",
    "Calls of one handler run one after another; which comes first is not known, so the others "
    "count before the one that is followed.",
    "Latencies are those of the busiest hour; usage is the mean over the day.",
    "Servers: in each hour scaling has settled between the least and the most; callers in front of "
    "them count without the wait of their own callees.",
    "Users who think between calls ask at users / (think time + response time without load), and "
    "no faster than the system answers.",
)


def used(flow: Flow, one: CapLoad) -> Array:
    """Return load over capacity of a cap; a pool counts what all its nodes take."""
    if one.cap.pool is None:
        return one.utilisation
    load, floor, capacity = flow.pools.get(one.cap.pool, (one.load, one.floor, one.cap.value))
    return pressure(load, floor, capacity)


def reached(flow: Flow, one: CapLoad) -> tuple[float, float]:
    """Return load and utilisation of a cap: the day's mean where excess waits, else its peak."""
    shared = flow.pools.get(one.cap.pool) if one.cap.pool is not None else None
    if flow.steady:
        load, floor = (shared or (one.load, one.floor))[:2]
        value = shared[2] if shared else one.cap.value
        amount, least = float(load[0, 0]), float(floor[0, 0])
        return amount, amount / value if amount <= value else max(1.0, least / value)
    reduce = mean if one.held_only else most
    return reduce(shared[0] if shared else one.load), reduce(used(flow, one))


def write(
    found: Estimate, paths: list[Path], omitted: int, limits: list[Bottleneck], book: PriceBook
) -> dict[str, Any]:
    """Return the report without its version and hash."""
    model = found.design.model
    bill = found.bill.to_dict()
    bill["services"] = {name: book.services.get(name, name) for name in bill["by_service"]}
    places, items = _items(found.network, paths)
    times = path_percentiles(paths)
    shown = [
        _path(found.network, i, p, places, t)
        for i, (p, t) in enumerate(zip(paths, times, strict=True), 1)
    ]
    known: Known = {}
    nodes = {n.id: _node(found, n, bill, known) for n in found.network.nodes}
    return {
        "design_name": found.design.name,
        "region": model.region,
        "price_date": str(book.date),
        "currency": bill["currency"],
        "month_hours": model.assumptions.month_hours,
        "free_tier": model.assumptions.free_tier,
        "headline": _headline(found, shown, limits, bill),
        "nodes": nodes,
        "edges": {e.id: _edge(found, e, known) for e in found.network.edges},
        "paths": shown,
        "paths_omitted": omitted,
        "items": items,
        "bill": bill,
        "findings": sorted(_findings(found, bill), key=_weight),
        "assumptions": assumptions(model, found.bill.book),
        "approximations": list(APPROXIMATIONS),
    }


# ---- Headline ------------------------------------------------------------------------------------


def _headline(
    found: Estimate, paths: list[dict[str, Any]], limits: list[Bottleneck], bill: dict[str, Any]
) -> dict[str, Any]:
    offered, peak = _offered(found)
    response = _slowest(paths, "response", "no synchronous caller")
    completion = _slowest(paths, "completion", "no producer with a way to a consumer")
    result: dict[str, Any] = {
        "monthly_cost": bill["total"],
        "cost_complete": bill["complete"],
        "cost_per_million_events": _per_million(found, bill, offered),
        "response": response[0],
        "response_reason": response[1],
        "completion": completion[0],
        "completion_reason": completion[1],
        "offered_rate_per_s": offered,
        "peak_rate_per_s": peak,
    }
    first = limits[0] if limits else None
    scalable = _scalable(found)
    reason = None
    if first is None:
        reason = (
            f"no limit is reached up to {LARGEST:,.0f} times the drawn rates"
            if scalable > 0
            else "no producer whose rate could grow"
        )
    result["max_rate_scale"] = first.scale if first else None
    result["max_rate_per_s"] = first.scale * scalable if first else None
    result["max_rate_reason"] = reason
    result["bottleneck"] = _bottleneck(found, first, scalable)
    result["next_bottleneck"] = _bottleneck(found, limits[1] if len(limits) > 1 else None, scalable)
    return result


def _offered(found: Estimate) -> tuple[float, float]:
    if found.flow.steady:
        whole = sum(found.flow.daily("produced"))
        return whole, whole
    total = sum((p[0] for p in found.flow.produced), start=np.zeros(found.network.hours))
    return float(total.mean()), float(total.max())


def _scalable(found: Estimate) -> float:
    produced = found.flow.daily("produced")
    return sum(produced[n.index] for n in found.network.nodes if n.station.scales)


def _per_million(found: Estimate, bill: dict[str, Any], offered: float) -> str | None:
    events = offered * found.network.ctx.month_s
    return f"{float(bill['total']) / events * 1e6:.2f}" if events > 0 else None


def _slowest(
    paths: list[dict[str, Any]], kind: str, reason: str
) -> tuple[dict[str, Any] | None, str | None]:
    mine = [p for p in paths if p["kind"] == kind and p["rate_per_s"] > 0]
    endless = [p for p in mine if p["unbounded"]]
    if endless:
        return None, str(endless[0]["unbounded"])
    if not mine:
        return None, reason
    slowest = max(mine, key=lambda p: float(p["mean_s"]))
    keys = ("mean_s", "p50_s", "p90_s", "p99_s")
    return {**{k: slowest[k] for k in keys}, "path": slowest["id"]}, None


def _bottleneck(found: Estimate, one: Bottleneck | None, scalable: float) -> dict[str, Any] | None:
    if one is None:
        return None
    node = found.network.nodes[one.node]
    rate = one.scale * scalable
    return {
        "node": node.id,
        "cap": one.cap_id,
        "title": one.title,
        "at_rate_per_s": rate,
        "text": f"{node.name}: {one.title} reached at {rate:,.4g} events/s from all producers",
    }


# ---- Nodes, edges, paths -------------------------------------------------------------------------


def _node(found: Estimate, node: NodePlan, bill: dict[str, Any], known: Known) -> dict[str, Any]:
    flow, traffic = found.flow, found.node_flows[node.index]
    caps = [_cap(flow, one) for one in flow.caps[node.index]]
    tightest = max(caps, key=lambda c: float(c["utilisation"]), default=None)
    idle = traffic.events_per_s <= 0
    backlog = sum(
        flow.edges[i].backlog
        for i in (*node.ins, *node.outs)
        if _backlog_here(found.network.edges[i], node)
    )
    time = None
    if not idle:
        lines = found.times.node_lines(node)
        figures = percentiles(lines)
        time = {k: figures[k] for k in ("mean_s", "p50_s", "p99_s")} if lines else None
    servers, wait_s = summary(found.network, flow, found.hour, node)
    answers = node_answers(found.times, node, known)
    return {
        "events_in_per_s": traffic.events_per_s,
        "events_out_per_s": sum(flow.edges[i].offered for i in node.outs),
        "requests_per_s": traffic.requests_per_s,
        "utilisation": tightest["utilisation"] if tightest and not idle else None,
        "tightest_cap": tightest["id"] if tightest and not idle else None,
        "throttled_per_s": sum(flow.edges[i].throttled for i in node.ins),
        "lost_per_s": _lost(found.network, flow, node),
        "dead_per_s": _dead(found.network, flow, node),
        "backlog_growth_per_h": backlog * 3600,
        "concurrency": traffic.busy if node.ins else None,
        "service_s": traffic.service_s,
        "wait_s": wait_s,
        "servers": servers,
        "time": time,
        "cost": bill["by_node"].get(node.id, "0.00"),
        "reason": "no inbound rate" if idle else None,
        "caps": caps,
        **({"answers": answers} if answers else {}),
    }


def _backlog_here(edge: EdgePlan, node: NodePlan) -> bool:
    """A polled backlog waits in the source; one of a push waits at the target."""
    if edge.hop.excess is Excess.HOLD:
        return edge.source == node.index
    return edge.hop.excess is Excess.RETRY and edge.target == node.index


def _lost(network: Network, flow: Flow, node: NodePlan) -> float:
    """Return asynchronous events per second that are given up and that nobody catches."""
    caught = any(network.edges[i].hop.outcome.value == "failure" for i in node.outs)
    if caught:
        return 0.0
    given_up = flow.daily("given_up")
    return sum(
        flow.edges[i].served * given_up[i]
        if flow.steady
        else mean(flow.served[i] * flow.given_up[i])
        for i in node.ins
        if _given_up_for_good(network.edges[i]) and not _caught_before(network, i)
    )


def _caught_before(network: Network, edge: int) -> bool:
    """Return whether what is given up on an edge goes to a dead-letter queue of its source."""
    outs = network.nodes[network.edges[edge].source].outs
    return network.edges[edge].hop.dead_letters and any(
        network.edges[i].hop.outcome.value == "dead" for i in outs
    )


def _given_up_for_good(edge: EdgePlan) -> bool:
    """AWS drops pushed events after the last retry, and skips stream batches with few retries."""
    pushed = edge.hop.mechanism in (Mechanism.PUSH, Mechanism.SCHEDULE)
    skipped = edge.hop.mechanism is Mechanism.POLL and np.isfinite(edge.hop.attempts_max)
    return pushed or bool(skipped)


def _dead(network: Network, flow: Flow, node: NodePlan) -> float:
    return sum(
        flow.edges[i].offered
        for i in node.outs
        if network.edges[i].hop.outcome.value in ("dead", "failure")
    )


def _cap(flow: Flow, one: CapLoad) -> dict[str, Any]:
    limit = one.cap.limit
    load, utilisation = reached(flow, one)
    return {
        "id": limit.id,
        "title": limit.title,
        "load": load,
        "limit": one.cap.value,
        "unit": limit.unit,
        "utilisation": utilisation,
        "on_excess": "hold" if one.held_only else "refuse",
        "shared": one.cap.pool is not None,
        "source": limit.source.text,
        "url": limit.source.url,
        "checked": limit.source.checked,
        "adjustable": limit.adjustable,
        "note": limit.note,
    }


def most(values: Array) -> float:
    """Return the greatest value of the day of the first scenario."""
    row = values[0]
    return float(row[0]) if len(row) == 1 else float(row.max())


def _edge(found: Estimate, edge: EdgePlan, known: Known) -> dict[str, Any]:
    day = found.flow.edges[edge.index]
    answers = edge_answers(found.times, edge, known)
    return {
        "events_per_s": day.served,
        "offered_per_s": day.offered,
        "requests_per_s": day.requests,
        "size_kib": day.size_kib,
        "batch": day.batch,
        "attempts": day.attempts,
        "throttled_per_s": day.throttled,
        "backlog_growth_per_h": day.backlog * 3600,
        "mechanism": edge.hop.mechanism.value,
        "sync": edge.hop.waits is not Waits.NOTHING,
        **({"answers": answers} if answers else {}),
    }


Places = dict[int, int]  # Where in the items a line stands, by its identity.


def _items(network: Network, paths: list[Path]) -> tuple[Places, list[dict[str, Any]]]:
    """Return what takes time on any path, each once: paths name their items by place."""
    lines = {id(line): line for path in paths for line in path.lines}
    places = {name: place for place, name in enumerate(lines)}
    return places, [_line(network, line) for line in lines.values()]


def _path(
    network: Network, number: int, path: Path, places: Places, times: dict[str, float]
) -> dict[str, Any]:
    names = [network.nodes[i].name for i in path.nodes]
    title = " → ".join(names if len(names) <= 8 else [*names[:4], "…", *names[-3:]])
    return {
        "id": f"p{number}",
        "kind": path.kind,
        "title": title,
        "producer": network.nodes[path.nodes[0]].id,
        "end": network.nodes[path.nodes[-1]].id,
        "nodes": [network.nodes[i].id for i in path.nodes],
        "edges": [network.edges[i].id for i in path.edges],
        "rate_per_s": path.rate_per_s,
        "items": [places[id(line)] for line in path.lines],
        **times,
        "unbounded": path.unbounded,
    }


def _line(network: Network, line: Line) -> dict[str, Any]:
    item = line.item
    return {
        "node": network.nodes[line.node].id if line.node is not None else None,
        "edge": network.edges[line.edge].id if line.edge is not None else None,
        "kind": item.kind.value,
        "label": item.label,
        **item_percentiles(item.law),
        "source": item.source.text if item.source else None,
        "url": item.source.url if item.source else None,
        "assumed": item.assumed,
    }


# ---- Findings --------------------------------------------------------------------------------

_ORDER = {Severity.ERROR.value: 0, Severity.WARNING.value: 1, Severity.NOTE.value: 2}


def _weight(finding: dict[str, Any]) -> tuple[int, str, str]:
    place = str(finding["node"] or finding["edge"] or "")
    return _ORDER[finding["severity"]], str(finding["id"]), place


def _findings(found: Estimate, bill: dict[str, Any]) -> Iterator[dict[str, Any]]:
    network, ctx = found.network, found.network.ctx
    for node in network.nodes:
        for one in node.service.findings(found.node_views[node.index], ctx):
            place = ("model", "nodes", node.index, "service")
            yield _finding(one, node.id, None, place, one.field)
    for edge in network.edges:
        for one in edge.connection.findings(found.edge_views[edge.index], ctx):
            yield _edge_finding(network, edge, one)
    missing = [(m.get("title") or m["meter"], _priced_in(m["meter"])) for m in bill["missing"]]
    for node_id, one in graph.check(found.design, missing):
        yield _finding(one, node_id, None, None, None)


def _priced_in(meter: str) -> list[str]:
    """Return the regions whose price book of today has a price for a meter."""
    found = ((region, book(region).meter(meter)) for region in regions())
    return [region for region, one in found if one is not None and one.priced]


def _edge_finding(network: Network, edge: EdgePlan, one: Finding) -> dict[str, Any]:
    end, _, name = (one.field or "").rpartition(".")
    if end in ("source", "target"):
        node = network.nodes[edge.source if end == "source" else edge.target]
        place: tuple[str | int, ...] = ("model", "nodes", node.index, "service")
        return _finding(one, node.id, edge.id, place, name)
    return _finding(one, None, edge.id, ("model", "edges", edge.index, "connection"), one.field)


def _finding(
    one: Finding,
    node: str | None,
    edge: str | None,
    place: tuple[str | int, ...] | None,
    name: str | None,
) -> dict[str, Any]:
    patch = None
    if place is not None and name and one.value is not None:
        patch = [{"pointer": pointer(*place, name), "value": one.value}]
    elif place is not None and one.instead is not None:
        patch = [{"pointer": pointer(*place), "value": dict(one.instead)}]
    return {
        "id": one.rule.id,
        "severity": one.rule.severity.value,
        "title": one.rule.title,
        "message": one.message,
        "why": one.rule.why,
        "fix": one.fix,
        "node": node,
        "edge": edge,
        "field": name or None,
        "source": one.rule.source.to_dict(),
        "patch": patch,
    }
