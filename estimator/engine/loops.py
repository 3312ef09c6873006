"""Loops that never end: the gain of a strongly connected part of the graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Outcome
from designer.errors import Problem, pointer

from .errors import Unstable
from .network import EdgePlan, Network


def refuse_gain(network: Network, component: list[int]) -> None:
    """Refuse a loop in which every event brings one or more events back.

    The gain is the spectral radius of the matrix of events that one edge puts on the next, before
    caps.
    """
    members = set(component)
    inside = [e for e in network.edges if e.source in members and e.target in members]
    gains = np.zeros((len(inside), len(inside)))
    leaving: dict[int, list[int]] = {}
    for j, ahead in enumerate(inside):
        leaving.setdefault(ahead.source, []).append(j)
    for i, came in enumerate(inside):
        for j in {*leaving.get(came.target, []), *leaving.get(came.source, [])}:
            if _leads_to(network, came, inside[j]):
                gains[i, j] = _gain(network, inside[j])
    radius = _spectral_radius(gains)
    if radius < 1.0 - 1e-9:
        return
    names = " → ".join(network.nodes[n].name for n in component)
    message = (
        f"each event that enters the loop {names} brings back {radius:.3g} events: it never ends; "
        "pass on less than all (a filter, a share, fewer calls per event) or remove an arrow"
    )
    raise Unstable([Problem(pointer("model", "edges", e.index), "loop", message) for e in inside])


def _spectral_radius(gains: NDArray[np.float64]) -> float:
    """Return the largest eigenvalue of a matrix without negative entries.

    Large ones by power iteration on the matrix plus one, which does not swing (Perron-Frobenius).
    """
    size = len(gains)
    if size == 0 or not gains.any():
        return 0.0
    if size <= 300:
        return float(np.max(np.abs(np.linalg.eigvals(gains))))
    vector, radius = np.ones(size), 0.0
    for _ in range(2_000):
        ahead = gains @ vector + vector
        radius = float(np.max(ahead))
        vector = ahead / radius
    return radius - 1.0


def _leads_to(network: Network, came: EdgePlan, ahead: EdgePlan) -> bool:
    """Return whether events of one edge make events on the other."""
    if ahead.hop.outcome is Outcome.DEAD:  # Given up by the consumers of the redriven queue.
        return came.source == ahead.source and came.hop.dies
    if came.target != ahead.source:
        return False
    return ahead.hop.reacts_to is None or came.hop.op in ahead.hop.reacts_to


def _gain(network: Network, edge: EdgePlan) -> float:
    error = network.nodes[edge.source].station.error_ratio
    if edge.hop.outcome is Outcome.FAILURE:
        retries = float(getattr(network.nodes[edge.source].service, "async_retries", 0))
        return float(edge.hop.ratio * error ** (1 + retries))
    if edge.hop.outcome is Outcome.DEAD:
        consumers = [
            network.edges[i] for i in network.nodes[edge.source].outs if network.edges[i].hop.dies
        ]
        return max(
            (network.nodes[c.target].station.error_ratio ** c.give_up for c in consumers),
            default=0.0,
        )
    return edge.hop.ratio * edge.share
