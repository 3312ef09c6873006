"""Ten thousand scenarios in one pass, where only the producers' rates differ.

The network is compiled once; rates, caps and backlogs are solved as arrays over the scenarios, and
the rooms' usage and the bill follow for all of them together. Whether a study can be answered so
is found out by trying: the networks of its extreme values must differ in nothing but sources, and
some of its points are worked out the long way and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from designer import document
from designer.catalog.base import EdgeFlow, NodeFlow
from designer.errors import UserError
from estimator.prices import Meter

from ..flow import Array, Flow, request_s, solve
from ..network import EdgePlan, Network, NodePlan, compile_design
from ..report import used
from ..servers import busy as in_progress
from ..servers import running
from .many import CannotFollow, Many, ways
from .numbers import Change, Number, changed
from .outputs import Figures, figures
from .points import Point, Setting

SCALE = "/model/workload/scale"
TOGETHER = {
    "monthly_cost",
    "utilisation",
    "offered_per_s",
    "throttled_per_s",
    "backlog_growth_per_h",
}
CHUNK = 2_000  # scenarios at a time; bounds memory
SAME = 1e-6  # relative; beside the cent to which each line of a bill is rounded
WORTH = 8  # points from which it pays
CENTS = 0.05  # that rounding of lines may differ by, all together


@dataclass(frozen=True)
class Together:
    """A study whose points differ in their sources only.

    Attributes:
        inputs: Pointer of each input; the load as a whole, or one number of a producer.
        nodes: Index of the producer that each input belongs to; None is the load as a whole.
    """

    setting: Setting
    network: Network
    inputs: tuple[str, ...]
    nodes: tuple[int | None, ...]

    def evaluate(self, changes: Sequence[Change]) -> list[Point]:
        """Return the points of these changes, in order."""
        found: list[Point] = []
        for begin in range(0, len(changes), CHUNK):
            part = changes[begin : begin + CHUNK]
            with np.errstate(all="ignore"):  # Idle scenarios divide nothing by nothing.
                columns = self._figures(part)
            rows = zip(*(columns[n] for n in self.setting.outputs), strict=True)
            names = self.setting.outputs
            found += [
                Point(dict(change), dict(zip(names, row, strict=True)))
                for change, row in zip(part, rows, strict=True)
            ]
        return found

    def _figures(self, changes: Sequence[Change]) -> dict[str, list[float]]:
        network, names = self.network, set(self.setting.outputs)
        flow = solve(network, np.ones(len(changes)), produced=self._produced(changes))
        found: dict[str, Array] = {}
        if "monthly_cost" in names:
            found["monthly_cost"] = _totals(self.setting, network, flow, len(changes))
        if "utilisation" in names:
            zero = [np.zeros(len(changes))]
            caps = [
                (np.mean if one.held_only else np.max)(used(flow, one), axis=1)
                for loads in flow.caps
                for one in loads
            ]
            found["utilisation"] = np.max(caps or zero, axis=0)
        for name, lists, factor in (
            ("offered_per_s", flow.produced, 1.0),
            ("throttled_per_s", flow.throttled, 1.0),
            ("backlog_growth_per_h", flow.backlog, 3600.0),
        ):
            if name in names:
                found[name] = factor * np.sum([v.mean(axis=1) for v in lists], axis=0)
        return {name: values.tolist() for name, values in found.items()}

    def _produced(self, changes: Sequence[Change]) -> list[Array]:
        """Return what each node produces, as arrays over (scenarios, hours)."""
        network, model = self.network, self.setting.design.model
        count, hours = len(changes), network.hours
        scales = np.array([c.get(SCALE, model.workload.scale) for c in changes])
        found = []
        for node in network.nodes:
            day = np.asarray(node.station.sources or (0.0,), dtype=float)
            rates = np.broadcast_to(day, (count, hours)).copy()
            if node.index in self.nodes:
                known: dict[tuple[float, ...], Array] = {}
                mine = [p for p, n in zip(self.inputs, self.nodes, strict=True) if n == node.index]
                for row, change in enumerate(changes):
                    values = tuple(change[p] for p in mine if p in change)
                    if values not in known:
                        known[values] = self._sources(node, change, mine)
                    rates[row] = known[values]
            found.append(rates * scales[:, None] if node.station.scales else rates)
        return found

    def _sources(self, node: NodePlan, change: Change, pointers: list[str]) -> Array:
        fields = {p.rsplit("/", 1)[1]: change[p] for p in pointers if p in change}
        kinds = {k: type(getattr(node.service, k)) for k in fields}
        own = {k: int(v) if kinds[k] is int else v for k, v in fields.items()}
        service = node.service.model_copy(update=own)
        sources = service.station(self.network.ctx).sources
        return np.asarray(sources, dtype=float)


def together(
    setting: Setting, inputs: Sequence[tuple[Number, Sequence[float]]], changes: Sequence[Change]
) -> Together | None:
    """Return how the points are answered in one pass, or None where they cannot be.

    Args:
        inputs: Each input with its values, all within its bounds.
        changes: The study's changes.
    """
    if setting.engine != "flow" or len(changes) < WORTH or not TOGETHER.issuperset(setting.outputs):
        return None
    network = compile_design(setting.design)
    if any(n.service.follows_load or n.station.closed is not None for n in network.nodes):
        return None
    places = {f"/model/nodes/{n.index}/service/": n.index for n in network.nodes}
    nodes: list[int | None] = []
    for number, values in inputs:
        parent, _, field = number.pointer.rpartition("/")
        at = places.get(parent + "/")
        if number.pointer != SCALE and (
            at is None or not hasattr(network.nodes[at].service, field)
        ):
            return None
        ends = {min(values), max(values)}
        if number.pointer != SCALE and not all(
            _only_sources(setting, network, {number.pointer: value}) for value in ends
        ):
            return None
        nodes.append(at)
    found = Together(setting, network, tuple(n.pointer for n, _ in inputs), tuple(nodes))
    return found if _holds(found, changes) else None


def _only_sources(setting: Setting, network: Network, change: Change) -> bool:
    """Tell whether a changed network differs in nothing but the rates of its sources."""
    try:
        other = compile_design(document.load(changed(setting.base, change)))
    except UserError:
        return False
    return other.hours == network.hours and all(
        replace(a.station, sources=()) == replace(b.station, sources=())
        and bool(a.station.sources) == bool(b.station.sources)
        and (a.request_s, a.event_s, a.answer_s) == (b.request_s, b.event_s, b.answer_s)
        for a, b in zip(network.nodes, other.nodes, strict=True)
    ) and all(
        a.hop == b.hop and (a.share, a.give_up) == (b.share, b.give_up)
        for a, b in zip(network.edges, other.edges, strict=True)
    )  # fmt: skip


def _holds(found: Together, changes: Sequence[Change]) -> bool:
    """Compare some points, the extreme ones among them, with the long way."""
    setting = found.setting
    size = [sum(abs(v) for v in c.values()) for c in changes]
    picked = {int(np.argmin(size)), int(np.argmax(size)), len(changes) // 2}
    some = [changes[i] for i in sorted(picked)]
    try:
        mine = found.evaluate(some)
        theirs = [_alone(setting, change) for change in some]
    except (CannotFollow, UserError):
        return False
    return all(
        _close(name, a.outputs[name], b[name])
        for a, b in zip(mine, theirs, strict=True)
        for name in setting.outputs
    )


def _alone(setting: Setting, change: Change) -> Figures:
    design = document.load(changed(setting.base, change)) if change else setting.design
    return figures(design, setting.book, setting.outputs)


def _close(name: str, mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    room = CENTS if name == "monthly_cost" else 1e-9
    return abs(mine - theirs) <= room + SAME * abs(theirs)


# ---- What rooms see, for many scenarios ----------------------------------------------------------


class _Seen:
    """The traffic of some scenarios as rooms see it."""

    def __init__(self, network: Network, flow: Flow, which: Any) -> None:
        self.network, self.flow, self.which = network, flow, which

    def _mean(self, values: Array) -> Any:
        return Many(values[self.which].mean(axis=1))

    def edge(self, edge: EdgePlan, peer: NodePlan) -> EdgeFlow:
        flow, i = self.flow, edge.index
        served, requests = flow.served[i], flow.requests[i]
        attempts = flow.attempts[i]
        size = _share((served * flow.size_kib[i]).mean(axis=1), served.mean(axis=1),
                      flow.size_kib[i].mean(axis=1))  # fmt: skip
        batch = _share(served.mean(axis=1) * attempts.mean(axis=1), requests.mean(axis=1),
                       flow.batch[i].mean(axis=1))  # fmt: skip
        many: Any = Many
        return EdgeFlow(
            edge=edge.id, peer=peer.name, peer_type=peer.service.type, op=edge.hop.op,
            mechanism=edge.hop.mechanism, events_per_s=self._mean(served),
            offered_per_s=self._mean(flow.offered[i]), requests_per_s=self._mean(requests),
            size_kib=many(size[self.which]), batch=many(batch[self.which]),
            attempts=self._mean(attempts), throttled_per_s=self._mean(flow.throttled[i]),
            pollers=edge.hop.pollers, poll_wait_s=edge.hop.poll_wait_s,
            passed_ratio=edge.hop.ratio, denied_ratio=edge.connection.refused_share,
        )  # fmt: skip

    def node(self, node: NodePlan) -> NodeFlow:
        network, flow, which = self.network, self.flow, self.which
        edges, nodes = network.edges, network.nodes
        own = flow.produced[node.index]
        events, requests, busy = own.copy(), own.copy(), np.zeros_like(own)
        weight = own.mean(axis=1) * node.station.payload_kib
        for i in node.ins:
            events = events + flow.served[i]
            requests = requests + flow.requests[i]
            busy = busy + flow.requests[i] * request_s(node, flow.batch[i])
            weight = weight + (flow.served[i] * flow.size_kib[i]).mean(axis=1)
        cold_s = node.station.cold.mean_s if node.station.cold else 0.0
        passed = (requests - own).mean(axis=1)
        service = _share(busy.mean(axis=1), passed, np.full(len(own), node.request_s + cold_s))
        size = _share(weight, events.mean(axis=1), np.zeros(len(own)))
        servers: Any = 0.0
        if node.station.servers:
            servers = self._mean(running(node.station.servers, in_progress(flow, node)))
        many: Any = Many
        return NodeFlow(
            node=node.id,
            inbound=tuple(self.edge(edges[i], nodes[edges[i].source]) for i in node.ins),
            outbound=tuple(self.edge(edges[i], nodes[edges[i].target]) for i in node.outs),
            events_per_s=self._mean(events), requests_per_s=self._mean(requests),
            size_kib=many(size[which]), service_s=many(service[which] - cold_s),
            busy=self._mean(busy), measures=node.service.measures(node.calls),
            requests_by_hour=tuple(many(requests[which, h]) for h in range(network.hours)),
            busy_by_hour=tuple(many(busy[which, h]) for h in range(network.hours)),
            servers=servers,
        )  # fmt: skip


def _share(part: Array, whole: Array, otherwise: Array) -> Array:
    found: Array = np.divide(part, whole, out=np.array(otherwise, dtype=float), where=whole > 0)
    return found


# ---- The bill ------------------------------------------------------------------------------------


def _totals(setting: Setting, network: Network, flow: Flow, count: int) -> Array:
    """Return the bill's total of each scenario, in USD."""
    pooled: dict[str, Array] = {}
    barred: dict[str, Array] = {}
    ctx = network.ctx

    def take(which: Any, usages: list[Any]) -> None:
        for usage in usages:
            if not isinstance(usage.least, int | float) or usage.least or usage.with_meters:
                raise CannotFollow("a commitment is billed by the whole design")
            quantity = usage.quantity
            values = quantity.values if isinstance(quantity, Many) else quantity
            for pool in (pooled,) if usage.allowed else (pooled, barred):
                pool.setdefault(usage.meter, np.zeros(count))[which] += values

    for node in network.nodes:

        def of_node(which: Any, node: NodePlan = node) -> list[Any]:
            return list(node.service.usage(_Seen(network, flow, which).node(node), ctx))

        for which, usages in ways(count, of_node):
            take(which, usages)
    for edge in network.edges:
        source, target = network.nodes[edge.source], network.nodes[edge.target]

        def of_edge(
            which: Any, edge: EdgePlan = edge, s: NodePlan = source, t: NodePlan = target
        ) -> list[Any]:
            seen = _Seen(network, flow, which).edge(edge, s)
            return list(edge.connection.usage(seen, s.service, t.service, ctx))

        for which, usages in ways(count, of_edge):
            take(which, usages)
    return _priced(setting, pooled, barred, count)


def _priced(
    setting: Setting, pooled: dict[str, Array], barred: dict[str, Array], count: int
) -> Array:
    """Price pooled quantities as `billing.price` does, each line rounded to the cent."""
    assumptions, book = setting.design.model.assumptions, setting.book
    left: dict[str, Array] = {}
    total = np.zeros(count)
    for key, meter in book.meters.items():
        quantity = pooled.get(key)
        if quantity is None or not meter.priced:
            continue
        free = np.zeros(count)
        allowance = meter.allowance
        if assumptions.free_tier and allowance is not None and allowance.kind == "always free":
            whole = float(allowance.monthly_amount(Decimal(assumptions.month_hours)))
            remaining = left.get(allowance.group, np.full(count, whole))
            free = np.minimum(quantity - barred.get(key, np.zeros(count)), remaining)
            left[allowance.group] = remaining - free
        percent = (
            float(assumptions.discounts.get(meter.service, 0.0)) if meter.at_list_price else 0.0
        )
        amount = _amount(meter, quantity, free) * (100.0 - percent) / 100.0
        total += np.floor(np.round(amount * 100.0, 6) + 0.5) / 100.0
    return np.round(total, 2)


def _amount(meter: Meter, quantity: Array, free: Array) -> Array:
    amount, start = np.zeros(len(quantity)), 0.0
    for tier in meter.tiers:
        end = quantity if tier.up_to is None else np.minimum(quantity, float(tier.up_to))
        inside = np.maximum(0.0, end - np.maximum(start, free))
        amount = amount + inside * float(tier.price)
        if tier.up_to is not None:
            start = float(tier.up_to)
    return amount
