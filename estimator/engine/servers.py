"""Servers that exist before the requests do: how many run, and how long requests wait in line.

Every hour is settled: scaling has found its number, and the wait is that of an M/G/c queue
(Erlang C with the Allen-Cunneen factor; exact for exponential times).
"""

from __future__ import annotations

import numpy as np

from designer.catalog.base import (
    Constant,
    Excess,
    Exponential,
    Item,
    Kind,
    Maybe,
    Mechanism,
)
from designer.catalog.base import Servers as Declared

from .errors import Unstable
from .flow import Array, Flow, request_s
from .network import Network, NodePlan
from .queueing import mean_wait_s
from .variation import request_scv

FULL = 1.0 - 1e-6
NOISE = 1e-9


def busy(flow: Flow, node: NodePlan) -> Array:
    """Return the mean requests in progress, as an array over (scenarios, hours)."""
    total = np.zeros_like(flow.produced[node.index])
    for i in node.ins:
        total = total + flow.requests[i] * request_s(node, flow.batch[i])
    return total


def running(declared: Declared, in_progress: Array) -> Array:
    """Return how many servers run: by the load over what scaling aims at, from least to most.

    >>> running(Declared(1, 10, slots=4, target_ratio=0.5), np.array([0.0, 4.0, 4.1, 400.0]))
    array([ 1.,  2.,  3., 10.])
    """
    wanted = np.ceil(in_progress / (declared.slots * declared.target_ratio) - NOISE)
    return np.clip(wanted, declared.least, declared.most)


def is_full(network: Network, flow: Flow, hour: int, node: NodePlan) -> bool:
    """Tell whether callers bring more than all servers together can do."""
    if node.station.servers is None:
        return False
    called = any(network.edges[i].hop.excess is Excess.REFUSE for i in node.ins)
    full = any(
        float(one.floor[0, hour]) >= one.cap.value * FULL and one.edge is None
        for one in flow.caps[node.index]
    )
    return called and full


def wait_items(network: Network, flow: Flow, hour: int, node: NodePlan) -> list[Item]:
    """Return the wait of requests for a free place on a server.

    Empty where nobody waits, and where the line has no bound (`is_full`).
    """
    declared = node.station.servers
    if declared is None or is_full(network, flow, hour, node):
        return []
    in_progress = busy(flow, node)
    load = float(in_progress[0, hour])
    rate = sum(float(flow.requests[i][0, hour]) for i in node.ins)
    count = float(running(declared, in_progress)[0, hour])
    if rate <= 0 or count <= 0:
        return []
    standing = _standing(network, declared, node, flow, hour, load)
    if standing is not None:
        return [standing]
    try:
        own = request_scv(network, node)
        chance, wait_s = mean_wait_s(count * declared.slots, rate, load / rate, own)
    except Unstable:
        return []
    if chance * wait_s < 1e-6:
        return []
    law = Maybe(min(1.0, chance), Exponential(wait_s))
    return [Item(Kind.WAIT, "Wait for a free server", law)]


def _standing(
    network: Network, declared: Declared, node: NodePlan, flow: Flow, hour: int, load: float
) -> Item | None:
    """Return the wait in the backlog that scaling keeps: its length over its rate (Little)."""
    polled = [i for i in node.ins if network.edges[i].hop.mechanism is Mechanism.POLL]
    needed = load / declared.slots
    events = sum(float(flow.served[i][0, hour]) for i in polled)
    if declared.backlog is None or events <= 0 or not declared.least < needed < declared.most:
        return None
    count = float(np.ceil(needed - NOISE))
    law = Constant(declared.backlog * count / events)
    return Item(Kind.WAIT, "Backlog that scaling lets stand", law)


def summary(
    network: Network, flow: Flow, hour: int, node: NodePlan
) -> tuple[dict[str, float | str] | None, float | None]:
    """Return (how many servers run, mean wait at the busiest hour in seconds)."""
    declared = node.station.servers
    if declared is None:
        return None, None
    in_progress = busy(flow, node)
    count = running(declared, in_progress)[0]
    here = float(count[hour]) * declared.slots
    shown: dict[str, float | str] = {
        "least": declared.least,
        "most": declared.most,
        "mean": float(count.mean()),
        "busiest": float(count.max()),
        "in_parallel": declared.slots,
        "unit": declared.unit,
        "utilisation": float(in_progress[0, hour]) / here if here > 0 else 0.0,
    }
    if is_full(network, flow, hour, node):
        return shown, None
    return shown, sum(i.law.mean_s for i in wait_items(network, flow, hour, node))
