"""Calls that are waited for: what they take, and whose time they are."""

from __future__ import annotations

from designer.catalog.base import (
    Constant,
    Hop,
    Law,
    Outcome,
    Waits,
)

from ..network import EdgePlan, Network, NodePlan, calls_per_event, holds_places, is_quick
from .limits import Draft, never_full, pool_of
from .plan import (
    Call,
)
from .workflow import TaskCall

# ---- Calls that are waited for ------------------------------------------------------------------


def calls_of(draft: Draft, node: NodePlan) -> tuple[Call, ...]:
    if not holds_places(node.station):
        return ()
    found = []
    for i in node.outs:
        edge = draft.network.edges[i]
        hop = edge.hop
        if hop.waits is Waits.NOTHING:
            continue
        target = draft.network.nodes[edge.target]
        quick = is_quick(draft.network, target)
        nested = hop.waits is Waits.ANSWER and not quick
        if nested or quick:
            draft.waits += look_ahead(draft, node, target, nested=nested)
        if nested and draft.live:
            times, once = calls_per_event(edge), node.service.calls_per_batch
            found.append(Call(i, (), times, once, True, hop.until_done))
            continue
        if hop.waits is Waits.ACCEPT:
            laws: tuple[Law, ...] = (hop.accept.law,) if hop.accept else ()
        else:
            laws = tuple(item.law for item in hop.latency) + answer_laws(draft, node, target, hop)
        laws = tuple(law for law in laws if law.mean_s > 0)
        if laws or not quick:
            times, once = calls_per_event(edge), node.service.calls_per_batch
            faults = draft.faults.get(target.id, ()) if draft.live else ()
            found.append(Call(i, laws, times, once, faults=faults))
    return tuple(found)


def look_ahead(draft: Draft, node: NodePlan, target: NodePlan, *, nested: bool) -> list[str]:
    """Return why a call should be followed: what it leads to may be full, or goes wrong."""
    found = []
    todo, seen = [target], {target.index}
    while todo:
        one = todo.pop()
        if draft.faults.get(one.id):
            found.append(f"{node.name} waits for {target.name}, and {one.name} is at fault")
        pool = pool_of(draft, one) if nested and holds_places(one.station) else None
        if pool is not None and not never_full(draft, [one], pool):
            found.append(f"{node.name} waits for {target.name}, and {one.name} may be full")
        for i in one.outs:
            edge = draft.network.edges[i]
            if edge.hop.waits is Waits.ANSWER and edge.target not in seen:
                seen.add(edge.target)
                todo.append(draft.network.nodes[edge.target])
    return found


def is_nested(network: Network, edge: EdgePlan) -> bool:
    """Tell whether calls on an arrow are answered to who keeps a place, or to a workflow."""
    if edge.hop.waits is not Waits.ANSWER:
        return False
    source = network.nodes[edge.source]
    if holds_places(source.station) or source.station.program is not None:
        return not is_quick(network, network.nodes[edge.target])
    return any(is_nested(network, network.edges[i]) for i in source.ins)


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
        faults, live = draft.faults.get(target.id, ()) if draft.live else (), False
        if hop.waits is Waits.ANSWER:
            nested = not is_quick(draft.network, target)
            draft.waits += look_ahead(draft, node, target, nested=nested)
            live = nested and draft.live
            laws = () if live else laws + answer_laws(draft, node, target, hop)
        elif hop.waits is Waits.ACCEPT and hop.accept:
            laws += (hop.accept.law,)
        visits = node.service.calls_per_event(hop.task)
        share = min(1.0, hop.ratio / visits) if visits > 0 else 0.0
        fails = target.station.error_ratio > 0
        call = TaskCall(i, laws, share, live, hop.until_done, fails, () if live else faults)
        found[hop.task] = (*found.get(hop.task, ()), call)
    return found
