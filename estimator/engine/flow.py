"""Traffic equations over the graph: rates through filters, batches, caps, retries and loops.

Every quantity is an array over (scenarios, hours of the day); a scenario multiplies all producers
that scale. Within one hour the flow is steady; what is held back in a busy hour is handled in a
quiet one (a fluid queue over the day).

Source: traffic equations of open networks, Jackson (1957); pointwise stationary approximation,
    Green and Kolesar (1991).
"""

from __future__ import annotations

import numpy as np

from designer.catalog.base import Cap, Excess, Mechanism, Outcome, Per

from .following import Follow, follows, formed_by_cell, shape_of
from .gathering import kept, members, per_reads
from .loops import is_loop, refuse_gain
from .network import EdgePlan, Network, NodePlan
from .single import solve_one
from .solved import Array, CapLoad, Flow, Pool, growth, mean, pressure
from .variation import request_s

__all__ = ["Array", "CapLoad", "Flow", "mean", "pressure", "request_s", "solve"]

CONVERGED = 1e-10
MAX_SWEEPS = 2_000
MAX_VISITS = 200_000  # of nodes, while a loop settles
MAX_POOL_ROUNDS = 60
SOME = 32  # cells at which batches that follow others are worked out over many scales


def solve(
    network: Network,
    scales: Array,
    *,
    capped: bool = True,
    produced: list[Array] | None = None,
) -> Flow:
    """Return the flow of every scenario.

    Args:
        scales: Multipliers of the producers' rates, one per scenario.
        capped: False lets everything through and only measures the load on each cap.
        produced: What each node produces, as arrays over (scenarios, hours), in place of the
            scaled sources.

    Raises:
        Unstable: A loop multiplies its events (gain of one or more).
    """
    shape = (len(scales), network.hours)
    if shape == (1, 1) and produced is None:
        return solve_one(network, float(scales[0]), capped)
    flow = _empty_flow(network, scales, shape)
    if produced is not None:
        flow.produced = produced
    loops = [c for c in network.order if is_loop(network, c)]
    for component in loops:
        refuse_gain(network, component)
    for _ in range(MAX_POOL_ROUNDS):
        _sweep(network, flow, capped)
        before, flow.pools = flow.pools, pool_loads(flow)
        if not capped or not _pools_moved(before, flow.pools):
            break
    return flow


def _empty_flow(network: Network, scales: Array, shape: tuple[int, int]) -> Flow:
    def zeros() -> list[Array]:
        return [np.zeros(shape) for _ in network.edges]

    def ones() -> list[Array]:
        return [np.ones(shape) for _ in network.edges]

    produced = []
    for node in network.nodes:
        station = node.station
        rates = np.asarray(station.sources or (0.0,), dtype=float)
        day = np.broadcast_to(rates, (network.hours,)) if rates.size == 1 else rates
        factor = scales * network.scale if station.scales else np.ones_like(scales)
        produced.append(factor[:, None] * day[None, :])
    return Flow(
        zeros(),
        zeros(),
        zeros(),
        ones(),
        ones(),
        ones(),
        zeros(),
        zeros(),
        zeros(),
        produced,
        [[] for _ in network.nodes],
    )


def _sweep(network: Network, flow: Flow, capped: bool) -> None:
    for component in network.order:
        loop = is_loop(network, component)
        sweeps = max(50, min(MAX_SWEEPS, MAX_VISITS // len(component)))
        for _ in range(sweeps if loop else 1):
            before = [flow.offered[i].copy() for n in component for i in network.nodes[n].outs]
            for node in component:
                _handle(network, flow, network.nodes[node], capped)
                _pass_on(network, flow, network.nodes[node])
                _redrive(network, flow, network.nodes[node])
            after = [flow.offered[i] for n in component for i in network.nodes[n].outs]
            change = max(
                (
                    float(np.max(np.abs(a - b) / (1e-12 + np.abs(a))))
                    for a, b in zip(after, before, strict=True)
                ),
                default=0.0,
            )
            if change < CONVERGED:
                break


# ---- One node ----------------------------------------------------------------------------------


def _handle(network: Network, flow: Flow, node: NodePlan, capped: bool) -> None:
    """Fill batches, measure the load on each cap, and divide what is over."""
    edges = [network.edges[i] for i in node.ins]
    error = node.station.error_ratio
    full: dict[int, Array] = {}
    for edge in edges:
        i = edge.index
        flow.attempts[i], flow.given_up[i] = _attempts(error, edge, flow.offered[i])
        flow.batch[i] = _smallest_batch(network, edge, flow, exact=capped)
        full[i] = _largest_batch(edge, flow) if _grows(edge) else flow.batch[i]
    loads = flow.caps[node.index] = _cap_loads(flow, node, edges, full)
    for edge in edges:
        i = edge.index
        grown, factor = _pressures(flow, edge, loads, full[i] / flow.batch[i])
        if _grows(edge) and capped:
            flow.batch[i] = np.minimum(full[i], flow.batch[i] * grown)
        flow.requests[i] = flow.offered[i] * flow.attempts[i] / flow.batch[i]
        flow.throttled[i] = np.zeros_like(flow.offered[i])
        flow.backlog[i] = np.zeros_like(flow.offered[i])
        flow.served[i] = flow.offered[i]
        if capped:
            _limit(flow, edge, factor)


def _grows(edge: EdgePlan) -> bool:
    """Polled batches grow while the consumer is overloaded: a backlog fills them."""
    hop = edge.hop
    return hop.mechanism is Mechanism.POLL and hop.batch_max > 1 and not hop.batch_fixed


def _attempts(error: float, edge: EdgePlan, like: Array) -> tuple[Array, Array]:
    """Return deliveries per event and the share that is given up, for independent errors."""
    tries = edge.give_up
    if error <= 0:
        return np.ones_like(like), np.zeros_like(like)
    given_up = 0.0 if np.isinf(tries) else error**tries
    return np.full_like(like, (1 - given_up) / (1 - error)), np.full_like(like, given_up)


def _largest_batch(edge: EdgePlan, flow: Flow) -> Array:
    by_size = edge.hop.batch_kib_max / np.maximum(flow.size_kib[edge.index], 1e-9)
    return np.maximum(1.0, np.minimum(edge.hop.batch_max, by_size))


def _smallest_batch(network: Network, edge: EdgePlan, flow: Flow, *, exact: bool) -> Array:
    """Return the batch at this rate when nothing waits for a server."""
    hop, i = edge.hop, edge.index
    rate = flow.offered[i]
    before = follows(network).get(i)
    if before is not None:
        return _following_batch(network, edge, flow, before, exact=exact)
    if hop.buffered:
        buffer = network.nodes[edge.source].station.buffer
        if buffer is None:
            return np.ones_like(rate)
        raw_kib = flow.size_kib[i] / max(hop.payload_factor, 1e-9)
        parts = buffer.size_kib / np.maximum(raw_kib, 1e-9)
        sigma = np.asarray(buffer.record_sigma)
        return kept(parts, sigma, rate / max(1.0, hop.lanes) * buffer.interval_s)
    most = _largest_batch(edge, flow)
    if hop.batch_fixed:
        return most
    rate = rate / max(1.0, hop.lanes)
    if hop.read_every_s > hop.batch_window_s:  # Poisson arrivals; an empty read is no batch.
        return per_reads(most, rate * hop.read_every_s)
    return members(most, rate * hop.batch_window_s)


def _following_batch(
    network: Network, edge: EdgePlan, flow: Flow, before: tuple[Follow, ...], *, exact: bool
) -> Array:
    """Return the batch that forms of other batches' events; of some cells, if not exactly."""
    shape, i, known = shape_of(network, edge), edge.index, [one.before for one in before]
    rates, batches = {j: flow.offered[j] for j in known}, {j: flow.batch[j] for j in known}
    most = None if exact else SOME
    own = flow.offered[i], flow.size_kib[i]
    return formed_by_cell(shape, before, *own, rates, batches, most)


def _load(
    flow: Flow, node: NodePlan, cap: Cap, edges: list[EdgePlan], batches: list[Array]
) -> Array:
    total = np.zeros_like(flow.produced[node.index])
    for edge, batch in zip(edges, batches, strict=True):
        if cap.ops is not None and edge.hop.op not in cap.ops:
            continue
        tries = flow.offered[edge.index] * flow.attempts[edge.index]
        size = flow.size_kib[edge.index]
        if cap.per is Per.EVENT:
            total = total + tries
        elif cap.per is Per.REQUEST:
            total = total + tries / batch
        elif cap.per is Per.KIB:
            total = total + tries * size
        elif cap.per is Per.UNIT:
            units = np.maximum(1.0, np.ceil(np.round(size / cap.unit_kib, 9)))
            total = total + tries / batch * units
        elif cap.per is Per.HELD:
            total = total + _in_progress(tries, request_s(node, batch))
        else:
            total = total + _in_progress(tries / batch, request_s(node, batch))
    if cap.over_day:
        total = np.broadcast_to(total.mean(axis=1, keepdims=True), total.shape)
    return total * cap.share


def _in_progress(per_s: Array, time_s: Array) -> Array:
    """Return requests in progress (Little's law); long ones add up over the hours they last."""
    busy = per_s * time_s
    hours = per_s.shape[1]
    lasts = min(hours, int(np.median(time_s) // 3600)) if hours > 1 else 1
    if lasts < 2:
        return busy
    spread: Array = np.mean([np.roll(busy, shift, axis=1) for shift in range(lasts)], axis=0)
    return spread


def _cap_loads(
    flow: Flow, node: NodePlan, edges: list[EdgePlan], full: dict[int, Array]
) -> list[CapLoad]:
    """Return the load on the node's caps and on the caps of its inbound edges."""
    refusing = any(e.hop.excess is Excess.REFUSE for e in edges)

    def measure(cap: Cap, on: list[EdgePlan], edge: int | None, held: bool) -> CapLoad:
        load = _load(flow, node, cap, on, [flow.batch[e.index] for e in on])
        floor = _load(flow, node, cap, on, [full[e.index] for e in on])
        return CapLoad(cap, load, floor, edge, held)

    found = [measure(cap, edges, None, not refusing) for cap in node.station.caps]
    for edge in edges:
        held = edge.hop.excess is not Excess.REFUSE
        found += [measure(cap, [edge], edge.index, held) for cap in edge.hop.caps]
    return found


def _pressures(
    flow: Flow, edge: EdgePlan, loads: list[CapLoad], most: Array
) -> tuple[Array, Array]:
    """Return by how much batches grow for the caps on the edge's way, and what gets through.

    The part is that with full batches. A cap that only some of the events meet (those of a hot
    shard) cuts these alone.
    """
    grown = np.ones_like(flow.offered[edge.index])
    floor = np.zeros_like(grown)
    parts: dict[tuple[int | None, float, float], Array] = {}
    for one in loads:
        if one.edge not in (None, edge.index):
            continue
        if one.cap.ops is not None and edge.hop.op not in one.cap.ops:
            continue
        load, least = one.load, one.floor
        if one.cap.pool is not None:
            none = np.zeros_like(grown)
            load, least, _ = flow.pools.get(one.cap.pool, (none, none, 1.0))
        grown = np.maximum(grown, growth(load, least, one.cap.value, most))
        if one.cap.meets >= 1.0:
            floor = np.maximum(floor, least / one.cap.value)
        else:
            key = one.edge, one.cap.share, one.cap.meets
            parts[key] = np.maximum(parts.get(key, floor * 0), least / one.cap.value)
    factor = 1.0 / np.maximum(1.0, floor)
    for owner in {key[0] for key in parts}:
        mine = {key: over for key, over in parts.items() if key[0] == owner}
        cut = sum(key[2] * (1.0 - 1.0 / np.maximum(1.0, over)) for key, over in mine.items())
        factor = np.minimum(factor, 1.0 - cut)
    return grown, factor


def _limit(flow: Flow, edge: EdgePlan, factor: Array) -> None:
    """Cut what is over the caps: refused at once, or kept for a quieter hour."""
    i = edge.index
    if np.all(factor >= 1.0):
        return
    offered = flow.offered[i]
    if edge.hop.excess is Excess.REFUSE:
        flow.served[i] = offered * factor
        flow.throttled[i] = offered - flow.served[i]
    elif offered.shape[1] == 1:
        flow.served[i] = offered * factor
        flow.backlog[i] = offered - flow.served[i]
    else:
        flow.served[i], flow.backlog[i] = _drain(offered, factor)
    through = np.divide(flow.served[i], offered, out=np.ones_like(offered), where=offered > 0)
    flow.requests[i] = flow.requests[i] * through


def _drain(offered: Array, factor: Array) -> tuple[Array, Array]:
    """Return served and growth of the backlog over a day that repeats.

    A busy hour serves at capacity and keeps the rest; a quieter one works the backlog off. The
    capacity of a quiet hour is at least that of the busiest one that was cut.
    """
    capacity = offered * factor
    limit = np.where(factor < 1.0, capacity, np.inf).min(axis=1, keepdims=True)
    hours = offered.shape[1]
    mean_in, most = offered.mean(axis=1), limit[:, 0]
    growing = mean_in > most
    waiting = np.zeros(offered.shape[0])
    served = np.zeros_like(offered)
    for _ in range(2):  # The second day starts with what the first left over.
        for hour in range(hours):
            room = np.where(factor[:, hour] < 1.0, capacity[:, hour], most)
            served[:, hour] = np.minimum(room, offered[:, hour] + waiting)
            waiting = np.maximum(0.0, waiting + offered[:, hour] - served[:, hour])
        waiting = np.where(growing, 0.0, waiting)
    growth = np.where(growing, mean_in - np.minimum(most, served.mean(axis=1)), 0.0)
    return served, np.broadcast_to(growth[:, None], offered.shape).copy()


# ---- What goes on ------------------------------------------------------------------------------


def _pass_on(network: Network, flow: Flow, node: NodePlan) -> None:
    """Offer what the node handled to its outgoing edges."""
    edges = network.edges
    for i in node.outs:
        edge = edges[i]
        if edge.hop.outcome is Outcome.DEAD:
            continue
        failed = edge.hop.outcome is Outcome.FAILURE
        events = np.zeros_like(flow.offered[i])
        weight = np.zeros_like(events)
        own = flow.produced[node.index]
        if not failed and node.station.sources:
            events = events + own
            weight = weight + own * node.station.payload_kib
        for j in node.ins:
            source = edges[j]
            if edge.hop.reacts_to is not None and source.hop.op not in edge.hop.reacts_to:
                continue
            share = flow.given_up[j] if failed else 1.0 - flow.given_up[j]
            if failed and source.hop.mechanism is Mechanism.CALL:
                continue  # The caller gets the error.
            passed = flow.served[j] * share
            if edge.hop.per_request:
                passed = passed / flow.batch[j]
            events = events + passed
            weight = weight + passed * flow.size_kib[j]
        flow.offered[i] = events * edge.hop.ratio * edge.share
        mean_kib = np.divide(weight, events, out=np.ones_like(events), where=events > 0)
        size = mean_kib * edge.hop.payload_factor
        stated = edge.hop.payload_kib
        flow.size_kib[i] = np.full_like(size, stated) if stated is not None else size


def _redrive(network: Network, flow: Flow, node: NodePlan) -> None:
    """Move what this consumer gave up to the dead-letter queues of its source queues."""
    edges = network.edges
    for j in node.ins:
        source = network.nodes[edges[j].source]
        for i in source.outs:
            if edges[i].hop.outcome is not Outcome.DEAD:
                continue
            dead = np.zeros_like(flow.offered[i])
            weight = np.zeros_like(dead)
            for k in source.outs:
                if edges[k].hop.dies:
                    gone = flow.served[k] * flow.given_up[k]
                    dead = dead + gone
                    weight = weight + gone * flow.size_kib[k]
            flow.offered[i] = dead
            flow.size_kib[i] = np.divide(weight, dead, out=np.ones_like(dead), where=dead > 0)


# ---- Account-wide pools ------------------------------------------------------------------------


def pool_loads(flow: Flow) -> dict[str, Pool]:
    """Return (load, load with full batches, capacity) of every account-wide pool."""
    pools: dict[str, Pool] = {}
    for loads in flow.caps:
        for one in loads:
            if one.cap.pool is not None:
                zero = np.zeros_like(one.load)
                load, floor, _ = pools.get(one.cap.pool, (zero, zero, 0.0))
                pools[one.cap.pool] = (load + one.load, floor + one.floor, one.cap.value)
    return pools


def _pools_moved(before: dict[str, Pool], after: dict[str, Pool]) -> bool:
    """Return whether an overdrawn pool changed, so that the flow has to be solved again."""
    for pool, (load, floor, capacity) in after.items():
        old_load, old_floor, _ = before.get(pool, (load * 0, floor * 0, capacity))
        for new, old in ((load, old_load), (floor, old_floor)):
            over = np.maximum(new, old) > capacity
            if np.any(over & (np.abs(new - old) > 1e-9 * capacity)):
                return True
    return False
