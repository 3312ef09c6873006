"""What callers over HTTP get: requests per second by status, at a front door and on its arrows.

The flow says who was refused where; errors and late answers follow from the laws of time. What
comes too late or ends with an error is work that was done all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from designer.catalog.base import Cause, Status, Waits

from .flow import Array, Flow
from .latency import Line, View
from .laws import SAMPLES, quantile, samples
from .network import EdgePlan, Network, NodePlan

ANSWERED = Status(200, "Answered")
LEAST = 1e-12  # Requests per second that are none.

LAST = np.array([(SAMPLES - 0.5) / SAMPLES])  # Above it, the samples of a law have nothing.

Rates = dict[Cause, float]
Known = dict[int, Rates]  # What fails behind a front door, by node: worked out once.


def node_answers(times: View, node: NodePlan, known: Known) -> list[dict[str, Any]] | None:
    """Return requests per second by status of a front door; None where it has no statuses."""
    statuses = node.service.statuses
    if not statuses:
        return None
    network, flow = times.network, times.flow
    asked = sum(flow.daily("offered")[i] for i in node.ins)
    if asked <= LEAST:
        return None
    served = sum(flow.daily("served")[i] for i in node.ins)
    behind = _behind(times, node, known)
    return _rows(statuses, asked, _all(network, flow, node, behind, served, asked - served))


def edge_answers(times: View, edge: EdgePlan, known: Known) -> list[dict[str, Any]] | None:
    """Return the same for the requests of one arrow into a front door."""
    network, flow = times.network, times.flow
    node = network.nodes[edge.target]
    if not (edge.connection.statuses or node.service.statuses):
        return None
    asked = flow.daily("offered")[edge.index]
    if edge.connection.statuses and asked > LEAST:
        return _rows(edge.connection.statuses, asked, _direct(times, edge))
    if not node.service.statuses or asked <= LEAST:
        return None
    served = flow.daily("served")[edge.index]
    total = sum(flow.daily("served")[i] for i in node.ins)
    part = served / total if total > 0 else 0.0
    behind = {c: rate * part for c, rate in _behind(times, node, known).items()}
    one = _all(network, flow, node, behind, served, asked - served, edge)
    return _rows(node.service.statuses, asked, one)


def _all(
    network: Network,
    flow: Flow,
    node: NodePlan,
    behind: Rates,
    served: float,
    refused: float,
    only: EdgePlan | None = None,
) -> Rates:
    """Return the requests per second of every cause, what is too large taken out first."""
    limit = getattr(node.service, "payload_limit", None)
    large = 0.0
    for i in node.ins:
        if only is not None and i != only.index:
            continue
        if limit is not None and _request_kib(flow, i) > limit.value:
            large += flow.daily("served")[i]
    left = 1.0 - large / served if served > 0 else 1.0
    rates = {cause: rate * left for cause, rate in behind.items()}
    rates[Cause.TOO_LARGE] = large
    rates[Cause.THROTTLED] = refused + rates.get(Cause.THROTTLED, 0.0)
    return rates


def _rows(statuses: Mapping[Cause, Status], asked: float, rates: Rates) -> list[dict[str, Any]]:
    failed = [(statuses[c], rate) for c, rate in rates.items() if rate > LEAST and c in statuses]
    answered = max(0.0, asked - sum(rate for _, rate in failed))
    rows = [(ANSWERED, answered), *sorted(failed, key=lambda row: row[0].code)]
    return [
        {
            "status": status.code,
            "why": status.why,
            "assumed": status.assumed,
            "per_s": rate,
            "ratio": rate / asked,
        }
        for status, rate in rows
    ]


def _direct(times: View, edge: EdgePlan) -> Rates:
    """Return what fails where the arrow itself is the front: a function's URL."""
    flow = times.flow
    station = times.network.nodes[edge.target].station
    cut = _over(times, edge, station.timeout_s)
    good = (1.0 - station.error_ratio) * (1.0 - cut)
    return {
        Cause.NO_CAPACITY: flow.daily("throttled")[edge.index],
        Cause.FAILED: flow.daily("served")[edge.index] * (1.0 - good),
    }


def _behind(times: View, node: NodePlan, known: Known) -> Rates:
    """Return the requests per second that fail behind the front door, by cause."""
    if node.index not in known:
        known[node.index] = _failures(times, node)
    return known[node.index]


def _failures(times: View, node: NodePlan) -> Rates:
    network, flow = times.network, times.flow
    rates: Rates = dict.fromkeys(Cause, 0.0)
    for i in node.outs:
        edge = network.edges[i]
        if edge.hop.waits is not Waits.ANSWER:
            continue
        target = network.nodes[edge.target]
        error = target.station.error_ratio
        throttled, served = flow.daily("throttled")[i], flow.daily("served")[i]
        if edge.connection.guards:
            asked = sum(flow.daily("served")[j] for j in node.ins)
            rates[Cause.DENIED] += asked * edge.connection.refused_share
            rates[Cause.NOT_CHECKED] += throttled + served * error
            continue
        own = _own_throttle(flow, edge)
        function = target.service.type == "lambda_function"
        cause = Cause.NO_CAPACITY if function else Cause.REFUSED
        rates[Cause.THROTTLED if own else cause] += throttled
        late, cut = _late(times, node, edge)
        rates[Cause.TIMEOUT] += served * late
        if function:
            rates[Cause.FAILED] += served * (1.0 - late) * (1.0 - (1.0 - error) * (1.0 - cut))
    return rates


def _own_throttle(flow: Flow, edge: EdgePlan) -> bool:
    """Return whether the route's own throttle cut the arrow, rather than its target."""
    loads = flow.caps[edge.target]
    own = max((float(c.utilisation[0].max()) for c in loads if c.edge == edge.index), default=0.0)
    target = 0.0
    for one in loads:
        if one.edge is None:
            pool = flow.pools.get(one.cap.pool or "")
            used = pool[0] / pool[2] if pool else one.utilisation
            target = max(target, float(used[0].max()))
    return own > 1.0 and own >= target


def _late(times: View, node: NodePlan, edge: EdgePlan) -> tuple[float, float]:
    """Return the shares of the answers over the front door's timeout and over the function's."""
    waits_s = node.station.timeout_s
    own_s = times.network.nodes[edge.target].station.timeout_s
    if waits_s is None:
        return 0.0, 0.0
    if own_s is not None and own_s < waits_s:
        return 0.0, _over(times, edge, own_s)
    return _over(times, edge, waits_s), 0.0


def _over(times: View, edge: EdgePlan, limit_s: float | None) -> float:
    """Return the share of the answers on an edge that take longer than a limit."""
    if limit_s is None:
        return 0.0
    total, over = 0.0, 0.0
    for part, lines in times.answer_ways(edge):
        total += part
        if _longest(lines) > limit_s:
            over += part * float(np.mean(_samples(lines) > limit_s))
    return over / total if total > 0 else 0.0


def _longest(lines: list[Line]) -> float:
    """Return what no sample of the sum exceeds."""
    return sum(float(quantile(line.item.law, LAST)[0]) for line in lines)


def _samples(lines: list[Line]) -> Array:
    total = np.zeros(SAMPLES)
    for position, line in enumerate(lines):
        total += samples(line.item.law, position)
    return total


def _request_kib(flow: Flow, edge: int) -> float:
    return flow.daily("size_kib")[edge] * flow.daily("batch")[edge]
