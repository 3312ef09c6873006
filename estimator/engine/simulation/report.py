"""What a simulation found, as JSON values: latency by path, nodes over time, and the bill."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from designer.document import design_hash
from estimator.prices import PriceBook

from ..amounts import money
from ..estimate import ENGINE_VERSION, month
from ..flow import Flow
from ..latency import View, percentiles
from .agreement import agreement, half_width
from .histogram import UNIT, Histogram
from .record import Outcome, empty
from .remarks import findings, notes
from .run import Job
from .standing import backlogs, can_hold, difference, drain_s


def write(
    job: Job, outcomes: Iterable[Outcome], book: PriceBook, *, stopped: str | None = None
) -> dict[str, Any]:
    """Return the report of some replications of a job, in their order.

    Args:
        outcomes: At least one; each is read once and let go, so they need not be held together.
        stopped: Why there are fewer than were asked for.
    """
    whole = _merged(job, outcomes)
    whole.stopped = stopped or whole.stopped
    flow = counted_flow(job, whole)
    _, _, paid = month(job.design, job.network, flow, book)
    usual = month(job.design, job.network, job.flow, book)[2]
    bill = paid.to_dict()
    bill["services"] = {name: book.services.get(name, name) for name in bill["by_service"]}
    paths = _paths(job, whole)
    standing = backlogs(job, whole)
    nodes = {n.id: _node(job, whole, n.index, standing[n.index]) for n in job.network.nodes}
    result: dict[str, Any] = {
        "kind": "simulation",
        "engine": job.engine,
        "engine_version": ENGINE_VERSION,
        "input_hash": design_hash(job.design),
        "design_name": job.design.name,
        "region": job.design.model.region,
        "price_date": str(book.date),
        "options": job.options.model_dump(mode="json", exclude={"traces"}),
        "replications": whole.replications,
        "duration_s": whole.duration_s,
        "begin_hour": job.begin,
        "stopped": whole.stopped,
        "notes": notes(job, whole),
        "headline": _headline(whole, paths, nodes, bill["total"], bill["complete"]),
        "paths": paths,
        "nodes": nodes,
        "edges": {e.id: vars(whole.edges[e.index]).copy() for e in job.network.edges},
        "series": _series(job, whole, standing),
        "bill": bill,
        "steady_bill": {
            "total": money(usual.total),
            "by_service": {name: money(amount) for name, amount in usual.by_service.items()},
            "complete": usual.complete,
        },
        "agreement": agreement(job, whole, paths),
    }
    if job.options.traces:
        result["recorded"] = _recorded(job)
    result["findings"] = findings(job, whole, nodes, result["agreement"])
    text = json.dumps(result, sort_keys=True).encode()
    result["report_hash"] = "sha256:" + hashlib.sha256(text).hexdigest()
    return result


def _recorded(job: Job) -> dict[str, dict[str, int]]:
    """Return, by producer, how many arrivals were recorded and how many the time simulates."""
    end = job.options.duration_s
    return {
        name: {"times": len(times), "used": bisect_left(times, end)}
        for name, times in job.options.traces.items()
    }


def _merged(job: Job, outcomes: Iterable[Outcome]) -> Outcome:
    """Return all replications as one, with the figures of each; the originals stay as they are."""
    whole = empty(len(job.names[0]), len(job.names[1]), job.options.duration_s)
    whole.replications = 0
    each: dict[str, list[float]] = {}
    for one in outcomes:
        whole.merge(one)
        for name, value in _figures(one):
            each.setdefault(name, []).append(value)
    whole.means = each
    return whole


def _figures(one: Outcome) -> Iterator[tuple[str, float]]:
    """Yield what is compared between replications."""
    for index, edge in enumerate(one.edges):
        yield f"rate {index}", edge.arrived / one.duration_s
    for kind in ("response", "completion"):
        ages: dict[int, Histogram] = getattr(one, kind)
        for index, histogram in ages.items():
            yield f"{kind} {index} mean", histogram.mean_s
            yield f"{kind} {index} p99", histogram.quantiles((0.99,))[0]


# ---- Usage from events --------------------------------------------------------------------------


def counted_flow(job: Job, whole: Outcome) -> Flow:
    """Return the counted traffic in the shape of the steady answer: usage and bill follow."""
    seconds = whole.duration_s * whole.replications

    def column(value: float) -> Any:
        return np.array([[value]])

    rows: dict[str, Any] = defaultdict(list)
    feeders = [f for stage in job.plan.stages for f in stage.feeders]
    largest = {f.edge: f.batch.most for f in feeders if f.batch is not None}
    for edge in job.network.edges:
        c = whole.edges[edge.index]
        sent = edge.hop.batch_max if edge.hop.batch_fixed else 1.0
        served = c.arrived - c.refused
        requests = c.requests / sent
        if edge.hop.buffered:
            requests = whole.stages[edge.source].flushes
        elif edge.index in largest:  # Those of an open batch at the end were delivered, too.
            requests = max(requests, c.delivered / largest[edge.index])
        rows["offered"].append(column(c.arrived / seconds))
        rows["served"].append(column(served / seconds))
        rows["requests"].append(column(requests / seconds))
        rows["attempts"].append(column(c.delivered / c.arrived if c.arrived else 1.0))
        rows["batch"].append(column(c.delivered / requests if requests else 1.0))
        rows["size_kib"].append(job.flow.size_kib[edge.index][:1, :1])
        rows["given_up"].append(column(c.dead / served if served else 0.0))
        rows["throttled"].append(column(c.refused / seconds))
        rows["backlog"].append(column(0.0))
    for node in job.network.nodes:
        rows["produced"].append(column(whole.stages[node.index].produced / seconds))
    return Flow(**rows, caps=[[] for _ in job.network.nodes])


# ---- Paths --------------------------------------------------------------------------------------


def _paths(job: Job, whole: Outcome) -> list[dict[str, Any]]:
    known = _flow_means(job)
    found = []
    for kind in ("response", "completion"):
        ages: dict[int, Histogram] = getattr(whole, kind)
        for edge, histogram in sorted(ages.items()):
            nodes = _way_to(job, edge)
            flow = known.get((kind, edge))
            found.append(
                {
                    "kind": kind,
                    "edge": job.names[1][edge],
                    "nodes": [job.names[0][n] for n in nodes],
                    "title": " → ".join(job.network.nodes[n].name for n in nodes),
                    **histogram.summary(),
                    "confidence": {
                        "mean_s": half_width(whole.means[f"{kind} {edge} mean"]),
                        "p99_s": half_width(whole.means[f"{kind} {edge} p99"]),
                    },
                    "curve": [[t, share] for t, share in histogram.curve()],
                    "flow": flow,
                }
            )
    return found


def _way_to(job: Job, edge: int) -> list[int]:
    """Return nodes from a producer to the end of an edge, by the first arrow in at each."""
    network = job.network
    way = [network.edges[edge].target, network.edges[edge].source]
    while network.nodes[way[-1]].ins:
        before = next(
            (network.edges[i].source for i in network.nodes[way[-1]].ins
             if network.edges[i].source not in way),
            None,
        )  # fmt: skip
        if before is None:
            break
        way.append(before)
    return way[::-1]


def _flow_means(job: Job) -> dict[tuple[str, int], dict[str, float]]:
    """Return mean and p99 of the steady answer, by kind and last arrow (ways in by their rate)."""
    answered = {f.edge for stage in job.plan.stages for f in stage.feeders if f.response}
    sums: dict[tuple[str, int], list[tuple[float, dict[str, float]]]] = {}
    endless = set[tuple[str, int]]()
    for hour in sorted(set(job.hours)):
        for path in View(job.network, job.flow, hour).path_list()[0]:
            if not path.edges:
                continue
            edge, rate = path.edges[-1], path.rate_per_s
            if path.unbounded:  # No hour has an answer alone where another one's backlog stands.
                endless.add((path.kind, edge))
                continue
            if path.kind == "completion":
                rate = _carried_per_s(job, hour, path.edges)
            else:  # Where the simulation tells the answer; what the callee calls is inside.
                edge = next((i for i in reversed(path.edges) if i in answered), edge)
            sums.setdefault((path.kind, edge), []).append((rate, percentiles(path.lines)))
    found = {}
    for key, parts in sums.items():
        weight = sum(rate for rate, _ in parts)
        if weight > 0 and key not in endless:
            found[key] = {
                name: sum(rate * p[name] for rate, p in parts) / weight
                for name in ("mean_s", "p50_s", "p99_s")
            }
    return found


def _carried_per_s(job: Job, hour: int, edges: Sequence[int]) -> float:
    """Return the events per second that go all of a way, not only its last arrow."""
    flow = job.flow
    served, offered = flow.at("served", hour), flow.at("offered", hour)
    given_up, batch = flow.at("given_up", hour), flow.at("batch", hour)
    rate = served[edges[0]]
    for came, index in pairwise(edges):
        edge = job.network.edges[index]
        passed = (1.0 - given_up[came]) * edge.hop.ratio * edge.share
        rate *= passed / batch[came] if edge.hop.per_request else passed
        rate *= served[index] / offered[index] if offered[index] > 0 else 0.0
    return rate


# ---- Nodes --------------------------------------------------------------------------------------


def _node(job: Job, whole: Outcome, index: int, backlog: Any) -> dict[str, Any]:
    stage, plan = whole.stages[index], job.plan.stages[index]
    counts = [whole.edges[i] for i in job.network.nodes[index].ins]
    seconds = whole.duration_s * whole.replications
    starts = stage.lines.get("starts")
    peak = int(np.argmax(backlog)) if backlog.size else 0
    places = plan.pool.places if plan.pool else None
    busy = stage.busy / UNIT / seconds
    return {
        "arrived": stage.produced + sum(c.arrived for c in counts),
        "passed": stage.produced + sum(c.passed for c in counts),
        "again": sum(c.again for c in counts),
        "refused": sum(c.refused for c in counts),
        "dead": sum(c.dead for c in counts),
        "inside": sum(c.inside for c in counts),
        "underway": sum(c.underway for c in counts),
        "requests": sum(c.requests for c in counts),
        "runs": int(starts.sum()) if starts is not None else None,
        "cold_starts": stage.cold,
        "busy": busy,
        "places": places,
        "utilisation": busy / places if places else None,
        "time": stage.time.summary() if stage.time else None,
        "wait_s": stage.time.mean_s - busy * seconds / stage.time.count
        if stage.time and stage.time.count
        else None,
        "sojourn_s": stage.sojourn / UNIT / stage.left
        if stage.left and not _kept(counts)
        else None,
        "backlog_peak": float(backlog[peak]) if backlog.size else 0.0,
        "backlog_peak_at_s": peak * stage.width_s,
        "backlog_end": float(backlog[-1]) if backlog.size else 0.0,
        "holds": can_hold(job, index),
        "drain_s": drain_s(backlog, peak, stage.width_s) if can_hold(job, index) else None,
    }


def _kept(counts: Sequence[Any]) -> int:
    return sum(c.inside for c in counts)


def _series(job: Job, whole: Outcome, standing: list[Any]) -> dict[str, Any]:
    """Return what stood, ran and was lost over time, per replication on average."""
    n = whole.replications
    found: dict[str, Any] = {}
    for node in job.network.nodes:
        stage, plan = whole.stages[node.index], job.plan.stages[node.index]
        lines: dict[str, list[float]] = {"backlog": standing[node.index].tolist()}
        if "starts" in stage.lines:
            running = difference(stage, "starts", "ends") / n
            lines["concurrency"] = running.tolist()
            if plan.pool is not None:
                lines["utilisation"] = (running / plan.pool.places).tolist()
        for name in ("arrived", "refused", "dead", "cold"):
            if name in stage.lines:
                lines[name] = (stage.lines[name] / n).tolist()
        found[node.id] = lines
    first = whole.stages[0] if whole.stages else None
    return {
        "width_s": first.width_s if first else 1.0,
        "buckets": first.buckets if first else 0,
        "nodes": found,
    }


# ---- Headline, agreement, findings ---------------------------------------------------------------


def _headline(
    whole: Outcome, paths: list[dict[str, Any]], nodes: dict[str, Any], total: str, complete: bool
) -> dict[str, Any]:
    def slowest(kind: str) -> dict[str, Any] | None:
        mine = [p for p in paths if p["kind"] == kind and p["count"]]
        if not mine:
            return None
        worst = max(mine, key=lambda p: p["p99_s"])
        return {k: v for k, v in worst.items() if k not in ("curve", "flow")}

    drains = [n["drain_s"] for n in nodes.values() if n["drain_s"] is not None]
    return {
        "response": slowest("response"),
        "completion": slowest("completion"),
        "messages": sum(s.produced for s in whole.stages),
        "refused": sum(e.refused for e in whole.edges),
        "dead": sum(e.dead for e in whole.edges),
        "cold_starts": sum(s.cold for s in whole.stages),
        "backlog_end": sum(n["backlog_end"] for n in nodes.values()),
        "backlog_peak": max((n["backlog_peak"] for n in nodes.values() if n["holds"]), default=0.0),
        "drain_s": max(drains, default=None),
        "monthly_cost": total,
        "cost_complete": complete,
    }
