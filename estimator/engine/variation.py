"""How long a request takes, and how much that varies: own work, and the calls it waits for."""

from __future__ import annotations

from typing import TypeVar

from designer.catalog.base import (
    Constant,
    Exponential,
    Gathering,
    Law,
    Lognormal,
    Maybe,
    Uniform,
    Waits,
)
from designer.catalog.base.flow import expm1

from .network import EdgePlan, Network, NodePlan, calls_per_event
from .solved import Array

Figure = TypeVar("Figure", float, Array)
DEEPEST = 20  # calls within calls


def request_s(node: NodePlan, batch: Figure) -> Figure:
    """Return the mean time of a request with this many events, start-up included, in seconds."""
    cold_s = node.station.cold.mean_s if node.station.cold else 0.0
    return cold_s + node.request_s + node.event_s * (batch - 1.0)


def variance(law: Law) -> float:
    """Return the variance of a time, in seconds squared."""
    if isinstance(law, Constant):
        return 0.0
    if isinstance(law, Exponential):
        return law.mean_s**2
    if isinstance(law, Lognormal):
        return law.mean_s**2 * expm1(law.sigma**2)
    if isinstance(law, Maybe):
        return law.share_ratio * _square(law.law) - law.mean_s**2
    if isinstance(law, Gathering):  # The first all of it, the others evenly below.
        others = 1.0 - law.first_ratio
        return law.high_s**2 * (law.first_ratio + others / 3.0) - law.mean_s**2
    width: float = law.high_s - law.low_s if isinstance(law, Uniform) else 0.0
    return width**2 / 12.0


def _square(law: Law) -> float:
    return variance(law) + law.mean_s**2


def request_scv(network: Network, node: NodePlan, batch: float = 1.0, others: float = 0.0) -> float:
    """Return the squared coefficient of variation of the time of a request.

    What is called once for each event takes as many times one draw, as everywhere in the engine.
    Events of different batches differ in number: that varies the time too.

    Args:
        batch: Mean events of a request.
        others: How many others an event finds in its batch, on average over the events.
    """
    mean_s = request_s(node, batch)
    if not mean_s > 0:
        return 0.0
    once, each = once_and_each(network, node)
    squared = batch * (1.0 + others)
    spread = squared - batch * batch
    varies = once + each * squared
    if spread > 0:
        varies = varies + node.event_s**2 * spread
    return varies / mean_s**2


def once_and_each(network: Network, node: NodePlan, depth: int = 0) -> tuple[float, float]:
    """Return the variance of what a request does once, and of what it does for each event."""
    station = node.station
    once, each = variance(station.service), 0.0
    if station.cold is not None:
        once = once + variance(station.cold)
    if node.service.measures(node.calls) or depth > DEEPEST:
        return once, each
    for i in node.outs:
        edge = network.edges[i]
        if edge.hop.waits is Waits.NOTHING:
            continue
        mean_s, varies = _call(network, edge, depth)
        times = calls_per_event(edge)
        if times < 1:
            varies = times * (varies + mean_s**2) - (times * mean_s) ** 2
        else:
            varies = times**2 * varies
        if node.service.calls_per_batch:
            once = once + varies
        else:
            each = each + varies
    return once, each


def _call(network: Network, edge: EdgePlan, depth: int) -> tuple[float, float]:
    """Return mean and variance of what a caller waits for, in seconds and squared."""
    hop = edge.hop
    if hop.waits is Waits.ACCEPT:
        law = hop.accept.law if hop.accept else Constant(0.0)
        return law.mean_s, variance(law)
    target = network.nodes[edge.target]
    mean_s = sum(item.law.mean_s for item in hop.latency)
    varies = sum(variance(item.law) for item in hop.latency)
    if target.station.answer is not None and not hop.until_done:
        return mean_s + target.answer_s, varies + variance(target.station.answer)
    once, each = once_and_each(network, target, depth + 1)
    whole_s = target.request_s if hop.until_done else target.answer_s
    return mean_s + whole_s, varies + once + each
