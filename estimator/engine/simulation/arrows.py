"""Arrows as feeders and routes."""

from __future__ import annotations

import math
from dataclasses import replace

from designer.catalog.base import (
    Constant,
    Excess,
    Law,
    Lognormal,
    Mechanism,
    Outcome,
    Waits,
)

from ..network import EdgePlan, Network, NodePlan, holds_places, is_quick
from .limits import Draft, batch_of, buckets_of
from .plan import (
    Call,
    Feeder,
    Route,
)
from .waits import is_nested

# ---- Arrows -------------------------------------------------------------------------------------


def feeder_of(draft: Draft, edge: EdgePlan) -> Feeder:
    network, hop = draft.network, edge.hop
    source, target = network.nodes[edge.source], network.nodes[edge.target]
    waits = hop.waits is Waits.ANSWER and holds_places(source.station)
    absorbed = waits and is_quick(network, target)
    live = draft.live and is_nested(network, edge)
    followed = live and waits and not absorbed  # Then its way is no part of a drawn answer.
    travel = tuple(item.law for item in hop.latency if item.law.mean_s > 0)
    delays = travel if followed or not waits else ()
    if hop.waits is Waits.ACCEPT and hop.accept and not holds_places(source.station):
        delays = (hop.accept.law, *delays) if source.station.sources == () else delays
    poll = hop.mechanism is Mechanism.POLL
    batch = batch_of(edge)
    if batch is not None and batch.most > 1_000:  # Room for far more than the mean.
        usual = float(draft.flow.batch[edge.index].max())
        batch = replace(batch, most=min(batch.most, 1_000 + int(4 * usual)))
    size = max(1e-9, float(draft.flow.size_kib[edge.index][0, draft.hour]))
    if batch is not None and math.isfinite(hop.batch_kib_max):
        batch = replace(batch, most=max(1, min(batch.most, int(hop.batch_kib_max / size))))
    if batch is not None and batch.grid:
        delays = tuple(
            _after_read(law, batch.window_s / 2, sum(x.mean_s for x in delays)) for law in delays
        )
    return Feeder(
        edge=edge.index,
        op=hop.op,
        delays=tuple(law for law in delays if law.mean_s > 0),
        batch=batch,
        buckets=tuple(buckets_of(draft, hop.caps, [edge.index], whole=False)),
        absorbed=absorbed,
        refuse=hop.excess is Excess.REFUSE and target.station.servers is None,
        tries=edge.give_up,
        again_s=hop.retry_wait_s,
        from_start=poll,
        retried=edge.give_up > 1,
        response=_answers_here(network, edge),
        grouped=hop.buffered,
        per_call=hop.batch_max if hop.batch_fixed else 1.0,
        nested=live,
    )


def _after_read(law: Law, wait_s: float, whole_s: float) -> Law:
    """Return what is left of a measured delay that holds the mean wait for a regular read."""
    left = max(0.0, 1.0 - wait_s / whole_s)
    if left == 0.0:
        return Constant(0.0)
    return Lognormal(law.p50_s * left, law.p99_s * left) if isinstance(law, Lognormal) else law


def _answers_here(network: Network, edge: EdgePlan) -> bool:
    """Tell whether a producer's synchronous call that comes over this edge is answered there."""
    hop = edge.hop
    if hop.waits is Waits.NOTHING:
        return False
    source = network.nodes[edge.source]
    if source.station.sources:
        return True
    if holds_places(source.station) or hop.waits is not Waits.ANSWER:
        return False
    return any(_answers_here(network, network.edges[i]) for i in source.ins)


def with_losses(
    draft: Draft, node: NodePlan, index: int, feeder: Feeder, where: dict[int, tuple[int, int]]
) -> Feeder:
    """Return the feeder with the arrows that take what is given up on it."""
    network = draft.network
    edge = network.edges[index]
    lost = []
    if edge.hop.dies:
        for i in network.nodes[edge.source].outs:
            if network.edges[i].hop.outcome is Outcome.DEAD:
                lost.append(_plain_route(i, where))
    if edge.hop.mechanism is not Mechanism.CALL:
        for i in node.outs:
            hop = network.edges[i].hop
            reacts = hop.reacts_to is None or edge.hop.op in hop.reacts_to
            if hop.outcome is Outcome.FAILURE and reacts:
                lost.append(_plain_route(i, where))
    return replace(feeder, lost=tuple(lost))


def _plain_route(index: int, where: dict[int, tuple[int, int]]) -> Route:
    return Route(index, *where[index])


def routes_of(
    draft: Draft, node: NodePlan, where: dict[int, tuple[int, int]], calls: tuple[Call, ...]
) -> tuple[Route, ...]:
    network = draft.network
    found = []
    at = 0.0
    workflow = bool(node.service.measures(node.calls))
    slots = holds_places(node.station) and not workflow
    for i in node.outs:
        edge = network.edges[i]
        hop = edge.hop
        if hop.outcome is not Outcome.SUCCESS:
            continue
        low, high = 0.0, 1.0
        if hop.split:
            low, high = at, at + edge.share
            at = high
        elif edge.share != 1.0:
            raise AssertionError("only split arrows have a share")
        nested = (
            slots
            and hop.waits is Waits.ANSWER
            and not is_quick(network, network.nodes[edge.target])
        )
        call = next((k for k, c in enumerate(calls) if c.edge == i), -1) if nested else -1
        offset: Law | None = None
        if workflow:
            reach = node.service.reach_items(edge.id, hop.task, node.calls)
            mean = node.station.service.mean_s if not reach else 0.0
            offset = Constant(mean + sum(item.law.mean_s for item in reach))
        found.append(
            Route(
                edge=i,
                stage=where[i][0],
                feeder=where[i][1],
                copies=hop.ratio,
                low=low,
                high=high,
                ops=hop.reacts_to,
                per_request=hop.per_request,
                buffered=hop.buffered,
                at_start=nested or workflow,
                call=call,
                offset=offset,
            )
        )
    return tuple(found)
