"""Calls that are waited for: what they take, and whose time they are."""

from __future__ import annotations

from designer.catalog.base import (
    Constant,
    Hop,
    Law,
    Outcome,
    Waits,
)

from ..network import Network, NodePlan, calls_per_event
from .limits import Draft, holds_places
from .plan import (
    Call,
)
from .workflow import TaskCall

# ---- Calls that are waited for ------------------------------------------------------------------


def is_quick(network: Network, target: NodePlan) -> bool:
    """Tell whether a called node answers by itself, without places and without further calls."""
    if holds_places(target.station) or target.station.answer is not None:
        return False
    if target.service.measures(target.calls):
        return False
    return all(network.edges[i].hop.waits is not Waits.ANSWER for i in target.outs)


def calls_of(draft: Draft, node: NodePlan) -> tuple[Call, ...]:
    if not holds_places(node.station):
        return ()
    found = []
    for i in node.outs:
        edge = draft.network.edges[i]
        hop = edge.hop
        if hop.waits is Waits.NOTHING:
            continue
        if hop.waits is Waits.ACCEPT:
            laws: tuple[Law, ...] = (hop.accept.law,) if hop.accept else ()
        else:
            target = draft.network.nodes[edge.target]
            laws = tuple(item.law for item in hop.latency) + answer_laws(draft, node, target, hop)
        laws = tuple(law for law in laws if law.mean_s > 0)
        if laws or not is_quick(draft.network, draft.network.nodes[edge.target]):
            found.append(Call(i, laws, calls_per_event(edge), node.service.calls_per_batch))
    return tuple(found)


def answer_laws(draft: Draft, node: NodePlan, target: NodePlan, hop: Hop) -> tuple[Law, ...]:
    station = target.station
    if is_quick(draft.network, target):
        return (station.service,)
    if not hop.until_done and station.answer is not None:
        return (station.answer,)
    draft.notes.append(f"{node.name} waits for {target.name} as long as it takes without load.")
    known = station.service.mean_s + (station.cold.mean_s if station.cold else 0.0)
    whole = target.request_s if hop.until_done else target.answer_s
    laws: list[Law] = [station.service]
    if station.cold is not None:
        laws.append(station.cold)
    if whole - known > 1e-12:
        laws.append(Constant(whole - known))
    return tuple(laws)


def tasks_of(draft: Draft, node: NodePlan) -> dict[str, tuple[TaskCall, ...]]:
    """Return the calls of a workflow's tasks, by the name of the task."""
    found: dict[str, tuple[TaskCall, ...]] = {}
    for i in node.outs:
        edge = draft.network.edges[i]
        hop = edge.hop
        if hop.task is None or hop.outcome is not Outcome.SUCCESS:
            continue
        target = draft.network.nodes[edge.target]
        laws: tuple[Law, ...] = tuple(item.law for item in hop.latency)
        if hop.waits is Waits.ANSWER:
            laws += answer_laws(draft, node, target, hop)
        elif hop.waits is Waits.ACCEPT and hop.accept:
            laws += (hop.accept.law,)
        visits = node.service.calls_per_event(hop.task)
        share = min(1.0, hop.ratio / visits) if visits > 0 else 0.0
        found[hop.task] = (*found.get(hop.task, ()), TaskCall(i, laws, share))
    return found
