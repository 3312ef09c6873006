"""Loops that never end: the gain of a strongly connected part of the graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Outcome
from designer.errors import Problem, pointer

from .errors import Unstable
from .network import EdgePlan, Network


def is_loop(network: Network, component: list[int]) -> bool:
    """Return whether a strongly connected component of the graph goes round."""
    return len(component) > 1 or any(
        network.edges[i].target == component[0] for i in network.nodes[component[0]].outs
    )


def refuse_gain(network: Network, component: list[int]) -> None:
    """Refuse a loop in which every event brings one or more events back.

    The gain is the spectral radius of the matrix of events that one edge puts on the next, before
    caps.
    """
    members = set(component)
    leave = sorted(i for n in members for i in network.nodes[n].outs)
    inside = [e for e in (network.edges[i] for i in leave) if e.target in members]
    gains = np.zeros((len(inside), len(inside)))
    leaving: dict[int, list[int]] = {}
    for j, ahead in enumerate(inside):
        leaving.setdefault(ahead.source, []).append(j)
    for i, came in enumerate(inside):
        for j in {*leaving.get(came.target, []), *leaving.get(came.source, [])}:
            if _leads_to(network, came, inside[j]):
                gain = _gain(network, inside[j])
                gains[i, j] = np.max(gain) if isinstance(gain, np.ndarray) else gain
    if _ends(gains):
        return
    radius = _spectral_radius(gains)
    if radius < 1.0 - 1e-9:
        return
    names = " → ".join(network.nodes[n].name for n in component)
    message = (
        f"each event that enters the loop {names} brings back {radius:.3g} events: it never ends; "
        "pass on less than all (a filter, a share, fewer calls per event) or remove an arrow"
    )
    raise Unstable([Problem(pointer("model", "edges", e.index), "loop", message) for e in inside])


def _ends(gains: NDArray[np.float64]) -> bool:
    """Tell by one solution that the spectral radius is clearly below one; False is no answer.

    A positive solution v of v = gains v + 1 bounds the radius by 1 - 1 / max(v).

    Source: Collatz (1942) and Wielandt (1950), on matrices without negative entries.
    """
    if len(gains) > 300:
        return False
    try:
        visits = np.linalg.solve(np.eye(len(gains)) - gains, np.ones(len(gains)))
    except np.linalg.LinAlgError:
        return False
    return bool((visits > 0.5).all() and (visits < 1e6).all())


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
