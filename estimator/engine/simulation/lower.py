"""From a compiled network to a plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from designer.catalog.base import (
    Constant,
    Law,
    Mechanism,
    Outcome,
)

from ..flow import Flow
from ..network import Network, NodePlan, holds_places
from .arrows import feeder_of, routes_of, with_losses
from .limits import (
    Draft,
    buckets_of,
    joined_batch,
    own_places,
    pool_of,
    shared_pools,
)
from .ordering import in_order
from .plan import (
    Arrivals,
    Fault,
    Feeder,
    Plan,
    Pool,
    Stage,
)
from .rates import pooled_rates, shared_rates
from .waits import calls_of, tasks_of
from .windows import lookahead_s, pause_s
from .workflow import TaskCall


def lower(
    network: Network,
    flow: Flow,
    hour: int,
    begin: int = 0,
    faults: dict[str, tuple[Fault, ...]] | None = None,
    arrivals: dict[str, Arrivals] | None = None,
    poison: dict[str, tuple[float, ...]] | None = None,
    calm: bool = True,
    live: bool = False,
) -> Plan:
    """Return the plan of a network.

    Args:
        flow: The steady answer: sizes, settled numbers of servers and closed users' rates.
        begin: Hour of the day at which the simulation starts.
        faults, arrivals, poison: By node id: what a scenario changes.
        calm: Whether the rates are those of the document.
        live: Follow calls while their callers keep a place, where their times are not known.
    """
    troubled = bool(faults or arrivals or poison or calm is False)
    pulses = [n.station.pulse for n in network.nodes if n.station.pulse]
    swing = max(
        (p.factor / (1 + (p.factor - 1) * p.for_s / p.every_s) for p in pulses), default=1.0
    )
    draft = Draft(network, flow, hour, begin, troubled, swing, faults=faults or {}, live=live)
    draft.pooled = pooled_rates(draft)
    feeders = {e.index: feeder_of(draft, e) for e in network.edges}
    where = _places(network)
    stages = []
    for node in network.nodes:
        ins = [i for i in node.ins if where[i][0] == node.index]
        stages.append(
            _stage(draft, node, ins, feeders, where, faults or {}, arrivals or {}, poison or {})
        )
    ends = sorted(
        {(at, network.edges[i].target) for i, (at, _) in where.items() if at >= len(stages)}
    )
    for at, n in ends:
        ins = [i for i in network.nodes[n].ins if where[i][0] == at]
        stage = _stage(draft, network.nodes[n], ins, feeders, where, faults or {}, {}, {})
        stages.append(replace(stage, arrivals=None, routes=()))
    order = tuple(n for component in network.order for n in component)
    order += tuple(range(len(network.nodes), len(stages)))
    rank = {n: at for at, n in enumerate(order)}
    rate = _peak_rate(network, flow)
    stages = [replace(s, pause_s=pause_s(draft, s)) for s in stages]
    lookahead = lookahead_s(draft, stages, rank)
    if live:
        draft.blockers += draft.waits
    return Plan(
        tuple(stages),
        order,
        lookahead,
        rate,
        tuple(dict.fromkeys(draft.blockers)),
        tuple(dict.fromkeys(draft.notes)),
        (*shared_pools(draft, stages), *shared_rates(draft, stages)),
        tuple(dict.fromkeys(draft.waits)),
        () if live else tuple(dict.fromkeys(draft.waits)),
    )


def _places(network: Network) -> dict[int, tuple[int, int]]:
    """Return stage and feeder of each arrow.

    What no outgoing arrow reacts to (reads of a table) ends here: it gets a stage of its own, so
    that it closes no loop.
    """
    found: dict[int, tuple[int, int]] = {}
    extra = len(network.nodes)
    for node in network.nodes:
        outs = [network.edges[i].hop for i in node.outs]
        onward = [h for h in outs if h.outcome is Outcome.SUCCESS]
        ends = [
            i for i in node.ins
            if onward and not holds_places(node.station)
            and all(h.reacts_to is not None and network.edges[i].hop.op not in h.reacts_to
                    for h in onward)
        ]  # fmt: skip
        main = [i for i in node.ins if i not in ends]
        found |= {i: (node.index, at) for at, i in enumerate(main)}
        if ends:
            found |= {i: (extra, at) for at, i in enumerate(ends)}
            extra += 1
    return found


def _peak_rate(network: Network, flow: Flow) -> float:
    busiest = [
        float(flow.offered[e.index].max() * flow.attempts[e.index].max()) for e in network.edges
    ]
    made = [float(p.max()) for p in flow.produced]
    return max([1e-6, *busiest, *made])


def _stage(
    draft: Draft,
    node: NodePlan,
    ins: list[int],
    feeders: dict[int, Feeder],
    where: dict[int, tuple[int, int]],
    faults: dict[str, tuple[Fault, ...]],
    arrivals: dict[str, Arrivals],
    poison: dict[str, tuple[float, ...]],
) -> Stage:
    station = node.station
    calls = calls_of(draft, node)
    routes = routes_of(draft, node, where, calls)
    pool = pool_of(draft, node)
    own = tuple(_in_pool(draft, node, with_losses(draft, node, i, feeders[i], where), pool)
                for i in ins)  # fmt: skip
    hindered = bool(faults.get(node.id) or poison.get(node.id))
    own = in_order(draft, node, own, pool, fails=station.error_ratio > 0 or hindered)
    draft.apart |= {f.edge for f in own if f.ordered}
    cold = station.cold
    extra: tuple[Law, ...] = ()
    if cold is not None and (pool is None or pool.cold is None) and cold.share_ratio > 0:
        extra = (cold,)
    service = station.service
    program, tasks = station.program, dict[str, tuple[TaskCall, ...]]()
    if program is not None:
        tasks, calls, pool = tasks_of(draft, node), (), None
    elif node.service.measures(
        node.calls
    ):  # A workflow: its mean time with the calls it waits for.
        service, calls = Constant(node.request_s), ()
        draft.notes.append(
            f"{node.name} runs for its mean time; its steps are not drawn one by one."
        )
    kib, sigma = _record(draft, node)
    return Stage(
        node=node.index,
        name=node.name,
        id=node.id,
        arrivals=arrivals.get(node.id) or _arrivals(draft, node),
        feeders=own,
        buckets=tuple(buckets_of(draft, station.caps, ins, whole=True)),
        pool=pool,
        service=service,
        answer=station.answer,
        per_event_s=station.per_event_s if any(f.batch for f in own) else 0.0,
        extra=extra,
        calls=calls,
        holds=tuple(item.law for item in station.holds),
        buffer_kib=station.buffer.size_kib if station.buffer else 0.0,
        buffer_s=station.buffer.interval_s if station.buffer else 0.0,
        record_kib=kib,
        record_sigma=sigma,
        error=station.error_ratio,
        routes=routes,
        faults=faults.get(node.id, ()),
        poison_at_s=poison.get(node.id, ()),
        program=program,
        tasks=tasks,
    )


def _in_pool(draft: Draft, node: NodePlan, feeder: Feeder, pool: Pool | None) -> Feeder:
    """Return the feeder with its own places in the pool, and with batches that grow in line."""
    places = own_places(draft, node, feeder.edge, pool)
    batch = joined_batch(draft, node, feeder.edge, feeder.batch, places, pool)
    if batch is None:
        return replace(feeder, places=places)
    return replace(feeder, places=places, batch=batch, joins=True)


def _record(draft: Draft, node: NodePlan) -> tuple[float, float]:
    """Return mean size and spread of the records in a node's buffer."""
    buffer = node.station.buffer
    if buffer is None:
        return 0.0, 0.0
    weight = rate = 0.0
    for i in node.ins:
        events = float(draft.flow.served[i][0, draft.hour])
        weight += events * float(draft.flow.size_kib[i][0, draft.hour])
        rate += events
    return (weight / rate if rate > 0 else 1.0), buffer.record_sigma


def _arrivals(draft: Draft, node: NodePlan) -> Arrivals | None:
    if not node.station.sources:
        return None
    rates = tuple(float(r) for r in draft.flow.produced[node.index][0])
    hours = len(rates)
    rates = rates[draft.begin % hours :] + rates[: draft.begin % hours]
    starts = tuple(h * 3600.0 for h in range(hours))
    timer = any(draft.network.edges[i].hop.mechanism is Mechanism.SCHEDULE for i in node.outs)
    law = "constant" if timer else "poisson"
    pulse = node.station.pulse
    if pulse is not None and not timer:
        return _pulsed(rates, pulse.factor, pulse.every_s, pulse.for_s)
    if node.station.closed is not None:
        draft.notes.append(f"Users of {node.name} call at the rate that the steady answer found.")
    return Arrivals(starts, rates, law)


def _pulsed(rates: Sequence[float], factor: float, every_s: float, for_s: float) -> Arrivals:
    """Return a rate that is `factor` times as high at the end of every period, same mean."""
    day_s = 86_400.0
    base = 1.0 / (1.0 + (factor - 1.0) * for_s / every_s)
    hour_s = day_s / len(rates)
    begins = np.arange(math.ceil(day_s / every_s)) * every_s
    hours = np.arange(len(rates)) * day_s / len(rates)
    starts = np.unique(np.concatenate((begins, begins + every_s - for_s, hours)))
    starts = starts[starts < day_s]
    hourly = np.array(rates)[(starts // hour_s).astype(np.int64)]
    high = starts % every_s >= every_s - for_s - 1e-9
    found = hourly * base * np.where(high, factor, 1.0)
    return Arrivals(tuple(starts.tolist()), tuple(found.tolist()))
