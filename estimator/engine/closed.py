"""Users who wait for an answer before they ask again: slow answers slow their calls.

They call at users / (think time + response time without load), and no faster than the system
answers: the two asymptotic bounds of a closed network. Near their crossing the true rate is lower.

Source: Denning and Buzen, The Operational Analysis of Queueing Network Models (1978), section 9.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from designer.catalog.base import Waits

from .flow import Array, Flow, solve
from .network import Network, NodePlan

SETTLED = 1.0 - 1e-6
MAX_ROUNDS = 40


def settle(network: Network) -> Flow:
    """Return the flow in which no user asks faster than the system answers.

    Sets the sources of the closed producers, and `held_s` where the system holds their users back.
    """
    closed = [n for n in network.nodes if n.station.closed is not None]
    for node in closed:
        _set_rates(node, np.ones(network.hours))
    flow = solve(network, np.ones(1))
    if not closed:
        return flow
    kept = {node.index: np.ones(network.hours) for node in closed}
    for _ in range(MAX_ROUNDS):
        through = {node.index: _through(network, flow, node) for node in closed}
        if all(float(np.min(part)) >= SETTLED for part in through.values()):
            break
        for node in closed:
            kept[node.index] = kept[node.index] * through[node.index]
            _set_rates(node, kept[node.index])
        flow = solve(network, np.ones(1))
    hour = int(np.argmax(sum((p[0] for p in flow.produced), start=np.zeros(network.hours))))
    for node in closed:
        node.held_s = _held_s(node, float(kept[node.index][hour]))
    return flow


def _set_rates(node: NodePlan, kept: Array) -> None:
    closed = node.station.closed
    if closed is None:
        return
    cycle_s = closed.think_s + node.request_s
    users = np.broadcast_to(np.asarray(closed.users), kept.shape)
    rates = tuple(float(x) for x in users / cycle_s * kept)
    node.station = replace(node.station, sources=rates)


def _held_s(node: NodePlan, kept: float) -> float | None:
    """Return what a cycle takes beyond think time and bare answer (interactive response time)."""
    closed = node.station.closed
    if closed is None or kept >= SETTLED or kept <= 0:
        return None
    return (closed.think_s + node.request_s) * (1 / kept - 1)


def _through(network: Network, flow: Flow, node: NodePlan) -> Array:
    """Return the share of the calls that are answered on every way the user waits for, by hour."""
    least = np.ones(network.hours)
    stack, seen = list(node.outs), set[int]()
    while stack:
        i = stack.pop()
        edge = network.edges[i]
        if i in seen or edge.hop.waits is Waits.NOTHING:
            continue
        seen.add(i)
        offered, served = flow.offered[i][0], flow.served[i][0]
        part = np.divide(served, offered, out=np.ones_like(offered), where=offered > 0)
        # What waits in a queue has been accepted; only a refusal holds the caller.
        refused = flow.throttled[i][0] > 0
        least = np.minimum(least, np.where(refused, part, 1.0))
        if edge.hop.waits is Waits.ANSWER:
            stack += network.nodes[edge.target].outs
    return least
