"""One estimate from end to end: compile, solve, measure, bill, observe, report."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from designer.catalog.base import (
    Context,
    EdgeFlow,
    EdgeView,
    NodeFlow,
    NodeView,
)
from designer.document import Design, design_hash
from estimator.prices import PriceBook

from . import report
from .billing import Bill, NodeUsage, bill, bill_total
from .capacity import bottlenecks
from .closed import settle
from .compiled import compiled
from .flow import Flow, mean, request_s
from .latency import View
from .network import EdgePlan, Network, NodePlan, compile_design, drain_pool
from .servers import busy as in_progress
from .servers import running

ENGINE_VERSION = "2"

Progress = Callable[[float], None]


@dataclass
class Estimate:
    """Everything an estimate found, before it is written down."""

    design: Design
    network: Network
    flow: Flow
    hour: int
    node_flows: list[NodeFlow]
    edge_views: list[EdgeView]
    node_views: list[NodeView]
    bill: Bill
    times: View


def estimate(
    design: Design, book: PriceBook, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Return the report of a design as JSON values.

    Args:
        design: A valid document.
        book: Prices of the design's region.
        progress: Called with the share that is done, 0..1.

    Raises:
        Unstable: A loop multiplies its events, or synchronous calls go round in a circle.
    """
    tell = progress or (lambda share: None)
    tell(0.02)
    network, flow, hour = settled(design)
    tell(0.3)
    limits = bottlenecks(network)
    tell(0.55)
    node_flows, edge_views, paid = month(design, network, flow, book)
    node_views = [_node_view(network, flow, node, node_flows, edge_views) for node in network.nodes]
    tell(0.7)
    times = View(network, flow, hour)
    found = Estimate(design, network, flow, hour, node_flows, edge_views, node_views, paid, times)
    paths, omitted = times.path_list()
    tell(0.85)
    result = report.write(found, paths, omitted, limits, book)
    result["engine_version"] = ENGINE_VERSION
    result["input_hash"] = design_hash(design)
    tell(1.0)
    return result


def settled(design: Design, factor: float = 1.0) -> tuple[Network, Flow, int]:
    """Return network, flow and busiest hour of a design at a multiple of its load (0 is idle).

    Raises:
        Unstable: A loop multiplies its events, or synchronous calls go round in a circle.
    """
    network = compiled(design)
    network.scale *= factor
    flow = settle(network)
    hour = _busiest_hour(network, flow)
    if any(node.service.follows_load for node in network.nodes):
        busy = {n.id: busy_by_hour(network, flow, n)[hour] for n in network.nodes}
        network = compile_design(design, busy, hour if network.hours > 1 else None)
        network.scale *= factor
        flow = settle(network)
    return network, flow, hour


def month(
    design: Design, network: Network, flow: Flow, book: PriceBook
) -> tuple[list[NodeFlow], list[EdgeView], Bill]:
    """Return what nodes and edges carry, and the month's bill."""
    node_flows = [_node_flow(network, flow, node) for node in network.nodes]
    edge_views = [_edge_view(network, flow, edge) for edge in network.edges]
    usages = list(_usages(network, node_flows, edge_views))
    assumptions = design.model.assumptions
    paid = bill(
        usages,
        book,
        free_tier=assumptions.free_tier,
        month_hours=assumptions.month_hours,
        discounts=assumptions.discounts,
    )
    return node_flows, edge_views, paid


def month_total(design: Design, network: Network, flow: Flow, book: PriceBook) -> Decimal:
    """Return the total of the month's bill, in USD, without what derives it."""
    node_flows = [_node_flow(network, flow, node) for node in network.nodes]
    edge_views = [_edge_view(network, flow, edge) for edge in network.edges]
    assumptions = design.model.assumptions
    return bill_total(
        _usages(network, node_flows, edge_views),
        book,
        free_tier=assumptions.free_tier,
        month_hours=assumptions.month_hours,
        discounts=assumptions.discounts,
    )


def _busiest_hour(network: Network, flow: Flow) -> int:
    if flow.steady:
        return 0
    total = sum((p[0] for p in flow.produced), start=np.zeros(network.hours))
    return int(np.argmax(total))


# ---- What rooms see ------------------------------------------------------------------------------


def _ratio(part: float, whole: float, otherwise: float) -> float:
    return part / whole if whole > 0 else otherwise


def edge_flow(network: Network, flow: Flow, edge: EdgePlan, peer: NodePlan) -> EdgeFlow:
    """Return the month's mean traffic of an edge, named after the node at its other end."""
    known = flow.seen.get((edge.index, peer.index))
    if known is None:
        known = flow.seen[edge.index, peer.index] = _edge_flow(flow, edge, peer)
    return known


def _edge_flow(flow: Flow, edge: EdgePlan, peer: NodePlan) -> EdgeFlow:
    day, hop = flow.edges[edge.index], edge.hop
    return EdgeFlow(
        edge=edge.id,
        peer=peer.name,
        peer_type=peer.service.type,
        op=hop.op,
        mechanism=hop.mechanism,
        events_per_s=day.served,
        offered_per_s=day.offered,
        requests_per_s=day.requests,
        size_kib=_ratio(day.kib_per_s, day.served, day.size_kib),
        batch=_ratio(day.served * day.attempts, day.requests, day.batch),
        attempts=day.attempts,
        throttled_per_s=day.throttled,
        pollers=hop.pollers,
        poll_wait_s=hop.poll_wait_s,
        passed_ratio=hop.ratio,
        denied_ratio=edge.connection.refused_share,
    )


def busy_by_hour(network: Network, flow: Flow, node: NodePlan) -> tuple[float, ...]:
    """Return the mean number of requests in progress at a node, by hour of the day."""
    if flow.steady:
        return (_busy(flow, node),)
    total = np.zeros(network.hours)
    for i in node.ins:
        total = total + flow.requests[i][0] * request_s(node, flow.batch[i])[0]
    return tuple(float(value) for value in total)


def _requests_by_hour(network: Network, flow: Flow, node: NodePlan) -> tuple[float, ...]:
    if flow.steady:
        own = flow.daily("produced")[node.index]
        return (sum((flow.edges[i].requests for i in node.ins), own),)
    total = np.array(flow.produced[node.index][0])
    for i in node.ins:
        total = total + flow.requests[i][0]
    return tuple(float(value) for value in total)


def _node_flow(network: Network, flow: Flow, node: NodePlan) -> NodeFlow:
    edges, nodes = network.edges, network.nodes
    inbound = tuple(edge_flow(network, flow, edges[i], nodes[edges[i].source]) for i in node.ins)
    outbound = tuple(edge_flow(network, flow, edges[i], nodes[edges[i].target]) for i in node.outs)
    produced = flow.daily("produced")[node.index]
    events = sum(e.events_per_s for e in inbound) + produced
    requests = sum(e.requests_per_s for e in inbound) + produced
    weight = sum(e.events_per_s * e.size_kib for e in inbound)
    weight += produced * node.station.payload_kib
    busy = _busy(flow, node)
    cold_s = node.station.cold.mean_s if node.station.cold else 0.0
    passed = sum(e.requests_per_s for e in inbound)
    return NodeFlow(
        node=node.id,
        inbound=inbound,
        outbound=outbound,
        events_per_s=events,
        requests_per_s=requests,
        size_kib=_ratio(weight, events, 0.0),
        service_s=_ratio(busy, passed, node.request_s + cold_s) - cold_s,
        busy=busy,
        measures=node.service.measures(node.calls),
        requests_by_hour=_requests_by_hour(network, flow, node),
        busy_by_hour=busy_by_hour(network, flow, node),
        servers=_servers(flow, node),
    )


def _busy(flow: Flow, node: NodePlan) -> float:
    """Return the mean number of requests in progress, over the day."""
    if flow.steady:
        days = (flow.edges[i] for i in node.ins)
        return sum((day.requests * request_s(node, day.batch) for day in days), 0.0)
    arrays = (flow.requests[i] * request_s(node, flow.batch[i]) for i in node.ins)
    return sum((mean(values) for values in arrays), 0.0)


def _servers(flow: Flow, node: NodePlan) -> float:
    declared = node.station.servers
    return mean(running(declared, in_progress(flow, node))) if declared else 0.0


def _edge_view(network: Network, flow: Flow, edge: EdgePlan) -> EdgeView:
    source, target = network.nodes[edge.source], network.nodes[edge.target]
    return EdgeView(
        id=edge.id,
        source=source.service,
        target=target.service,
        connection=edge.connection,
        flow=edge_flow(network, flow, edge, source),
        source_name=source.name,
        target_name=target.name,
    )


def _node_view(
    network: Network, flow: Flow, node: NodePlan, flows: list[NodeFlow], edges: list[EdgeView]
) -> NodeView:
    used: dict[str, float] = {}
    for one in flow.caps[node.index]:
        value = report.reached(flow, one)[1] if flow.steady else report.most(report.used(flow, one))
        used[one.cap.limit.id] = max(value, used.get(one.cap.limit.id, 0.0))
    for cap in node.station.drains:
        pool = flow.pools.get(drain_pool(cap, node))
        used[cap.limit.id] = float((pool[0] / pool[2]).max()) if pool else 0.0
    return NodeView(
        id=node.id,
        name=node.name,
        service=node.service,
        flow=flows[node.index],
        inbound=[_inward(network, network.edges[i], edges) for i in node.ins],
        outbound=[_outward(network, flow, network.edges[i], edges[i]) for i in node.outs],
        utilisation=used,
        throttled_per_s=sum(flow.edges[i].throttled for i in node.ins),
        backlog_growth_per_h=sum(flow.edges[i].backlog for i in node.ins) * 3600,
    )


def _inward(network: Network, edge: EdgePlan, edges: list[EdgeView]) -> EdgeView:
    """Return the edge with what else leaves its source."""
    beside = network.nodes[edge.source].outs
    return dataclasses.replace(edges[edge.index], peers=[edges[i] for i in beside])


def _outward(network: Network, flow: Flow, edge: EdgePlan, view: EdgeView) -> EdgeView:
    """Return the edge with its traffic named after the target, as the source sees it."""
    target = network.nodes[edge.target]
    return EdgeView(
        view.id,
        view.source,
        view.target,
        view.connection,
        edge_flow(network, flow, edge, target),
        view.source_name,
        view.target_name,
    )


def _usages(network: Network, flows: list[NodeFlow], edges: list[EdgeView]) -> Iterator[NodeUsage]:
    ctx: Context = network.ctx
    for node in network.nodes:
        for usage in node.service.usage(flows[node.index], ctx):
            yield NodeUsage(node.id, None, usage)
    for edge, view in zip(network.edges, edges, strict=True):
        for usage in edge.connection.usage(view.flow, view.source, view.target, ctx):
            yield NodeUsage(network.nodes[edge.target].id, edge.id, usage)
