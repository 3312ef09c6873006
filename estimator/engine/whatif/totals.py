"""The month's bill of many scenarios: what rooms meter, pooled and priced for all of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from designer.catalog.base import EdgeFlow, NodeFlow
from estimator.prices import Meter

from ..flow import Array, Flow, request_s
from ..network import EdgePlan, NodePlan
from ..servers import busy as in_progress
from ..servers import running
from ..solved import daily
from .declared import Declared
from .many import CannotFollow, Many, ways
from .points import Setting

# ---- What rooms see, for many scenarios ----------------------------------------------------------


class _Seen:
    """The traffic of some scenarios as rooms see it."""

    def __init__(self, declared: Declared, flow: Flow, which: Any) -> None:
        self.network, self.columns = declared.narrow(which), declared.columns
        self.flow, self.which = flow, which

    def _mean(self, values: Array) -> Any:
        return Many(daily(values)[self.which])

    def edge(self, edge: EdgePlan, peer: NodePlan) -> EdgeFlow:
        flow, i = self.flow, edge.index
        served, requests = flow.served[i], flow.requests[i]
        attempts = flow.attempts[i]
        size = _share(daily(served * flow.size_kib[i]), daily(served), daily(flow.size_kib[i]))
        batch = _share(daily(served) * daily(attempts), daily(requests), daily(flow.batch[i]))
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
        edges, nodes, column = network.edges, network.nodes, self.columns.nodes[node.index]
        own = flow.produced[node.index]
        events, requests, busy = own.copy(), own.copy(), np.zeros_like(own)
        weight = daily(own * column.station.payload_kib)
        for i in node.ins:
            events = events + flow.served[i]
            requests = requests + flow.requests[i]
            busy = busy + flow.requests[i] * request_s(column, flow.batch[i])
            weight = weight + daily(flow.served[i] * flow.size_kib[i])
        alone: Any = request_s(column, np.ones_like(own))
        cold_s: Any = node.station.cold.mean_s if node.station.cold else 0.0
        passed = daily(requests - own)
        service = _share(daily(busy), passed, daily(alone))
        size = _share(weight, daily(events), np.zeros(len(own)))
        servers: Any = 0.0
        if column.station.servers:
            servers = self._mean(running(column.station.servers, in_progress(flow, column)))
        many: Any = Many
        return NodeFlow(
            node=node.id,
            inbound=tuple(self.edge(edges[i], nodes[edges[i].source]) for i in node.ins),
            outbound=tuple(self.edge(edges[i], nodes[edges[i].target]) for i in node.outs),
            events_per_s=self._mean(events), requests_per_s=self._mean(requests),
            size_kib=many(size[which]), service_s=many(service[which]) - cold_s,
            busy=self._mean(busy), measures=node.service.measures(node.calls),
            requests_by_hour=tuple(many(requests[which, h]) for h in range(network.hours)),
            busy_by_hour=tuple(many(busy[which, h]) for h in range(network.hours)),
            servers=servers,
        )  # fmt: skip


def _share(part: Array, whole: Array, otherwise: Array) -> Array:
    found: Array = np.divide(part, whole, out=np.array(otherwise, dtype=float), where=whole > 0)
    return found


# ---- The bill ------------------------------------------------------------------------------------


def totals(setting: Setting, declared: Declared, flow: Flow) -> Array:
    """Return the bill's total of each scenario, in USD."""
    count, ctx = declared.count, declared.rooms.ctx
    pooled: dict[str, Array] = {}
    barred: dict[str, Array] = {}

    def take(which: Any, usages: list[Any]) -> None:
        for usage in usages:
            if not isinstance(usage.least, int | float) or usage.least or usage.with_meters:
                raise CannotFollow("a commitment is billed by the whole design")
            if setting.book.meter(usage.meter) is None:
                raise CannotFollow(f"a meter of its own for each scenario: {usage.meter}")
            quantity = usage.quantity
            values = quantity.values if isinstance(quantity, Many) else quantity
            for pool in (pooled,) if usage.allowed else (pooled, barred):
                pool.setdefault(usage.meter, np.zeros(count))[which] += values

    for index in range(len(declared.rooms.nodes)):

        def of_node(which: Any, index: int = index) -> list[Any]:
            seen = _Seen(declared, flow, which)
            node = seen.network.nodes[index]
            return list(node.service.usage(seen.node(node), ctx))

        for which, usages in ways(count, of_node):
            take(which, usages)
    for index in range(len(declared.rooms.edges)):

        def of_edge(which: Any, index: int = index) -> list[Any]:
            seen = _Seen(declared, flow, which)
            edge = seen.network.edges[index]
            source, target = (seen.network.nodes[i] for i in (edge.source, edge.target))
            found = seen.edge(edge, source)
            return list(edge.connection.usage(found, source.service, target.service, ctx))

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
