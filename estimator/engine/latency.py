"""Two latencies, never mixed: what a synchronous caller waits, and when the last consumer is done.

Each is a list of items along a path; an item has a law of time. Percentiles of a path add
independent items by stratified sampling with fixed permutations, so equal designs give equal
figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from designer.catalog.base import (
    Constant,
    Excess,
    Exponential,
    Gathering,
    Hop,
    Item,
    Kind,
    Law,
    Maybe,
    Mechanism,
    Outcome,
    Per,
    Uniform,
    Waits,
)

from . import sums
from .errors import Unstable
from .flow import Flow, request_s
from .gathering import gathered, met, regularity, unevenness
from .laws import scaled
from .network import EdgePlan, Network, NodePlan, calls_per_event, is_quick
from .queueing import mean_wait_s
from .servers import is_full, scv, wait_items

MAX_PATHS = 24  # per kind; the busiest are shown
MAX_STEPS = 20_000  # of the search for paths
MAX_CALLS = 200  # nested calls listed in one answer
MAX_DEPTH = 40  # calls within calls that are listed one by one


@dataclass(frozen=True)
class Line:
    """One item at its place."""

    item: Item
    node: int | None = None
    edge: int | None = None


@dataclass
class Path:
    """A way through the design with its items."""

    kind: str
    nodes: list[int]
    edges: list[int]
    rate_per_s: float
    lines: list[Line] = field(default_factory=list)
    unbounded: str | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """An edge of a search, with the way to it."""

    edge: EdgePlan
    before: _Step | None
    depth: int


class View:
    """The network at one hour, and the times on its ways."""

    def __init__(self, network: Network, flow: Flow, hour: int) -> None:
        self.network, self.flow, self.hour = network, flow, hour
        self.steps = 0
        self.offered, self.served = flow.at("offered", hour), flow.at("served", hour)
        self.requests, self.batch = flow.at("requests", hour), flow.at("batch", hour)
        self.size_kib = flow.at("size_kib", hour)
        self._hops: dict[int, list[Line]] = {}
        self._ways: dict[tuple[int, int, int], list[Line]] = {}

    def path_list(self) -> tuple[list[Path], int]:
        """Return the paths, busiest first within a kind, and how many were left out."""
        self.steps = 0
        response = sorted(self.responses(), key=lambda p: -p.rate_per_s)
        ends = sorted(self.completions(), key=lambda step: -self.served[step.edge.index])
        kept = response[:MAX_PATHS] + [self._path(step) for step in ends[:MAX_PATHS]]
        return kept, len(response) + len(ends) - len(kept)

    def answer_ways(self, edge: EdgePlan) -> list[tuple[float, list[Line]]]:
        """Return (share, items) of each way in which a call on an edge is answered."""
        self.steps = 0
        return [(part, lines) for part, lines, _ in self._answers(edge, (edge.source,))]

    # ---- Answers -----------------------------------------------------------------------------

    def responses(self) -> Iterator[Path]:
        """Yield a path for each call of a producer, one for each way that requests may go."""
        for node in self.network.nodes:
            if not node.station.sources:
                continue
            for i in node.outs:
                edge = self.network.edges[i]
                if edge.hop.waits is not Waits.NOTHING:
                    for part, lines, edges in self._answers(edge, (edge.source,)):
                        nodes = [edge.source, *dict.fromkeys(self._targets(edges))]
                        rate = self.offered[edge.index] * part
                        yield self._response(node, nodes, edges, rate, lines)

    def _response(
        self, producer: NodePlan, nodes: list[int], edges: list[int], rate: float, lines: list[Line]
    ) -> Path:
        found = Path("response", nodes, edges, rate, lines, self._full(nodes))
        held_s = producer.held_s
        if found.unbounded and held_s is not None:  # Users who wait do not ask again.
            item = Item(Kind.WAIT, "Wait of users while the system is full", Constant(held_s))
            found.lines, found.unbounded = [*lines, Line(item, node=nodes[-1])], None
        return found

    def _full(self, nodes: Iterable[int]) -> str | None:
        for i in nodes:
            node = self.network.nodes[i]
            if is_full(self.network, self.flow, self.hour, node):
                return f"{node.name} is full: the line in front of it grows without bound"
        return None

    def _targets(self, edges: Iterable[int]) -> list[int]:
        return [self.network.edges[i].target for i in edges]

    def _answers(
        self, edge: EdgePlan, above: tuple[int, ...]
    ) -> Iterator[tuple[float, list[Line], list[int]]]:
        """Yield (share, lines, edges) of each way in which a call on this edge is answered."""
        hop = edge.hop
        if hop.waits is Waits.ACCEPT:
            lines = [Line(hop.accept, edge=edge.index)] if hop.accept else []
            yield 1.0, lines, [edge.index]
            return
        travel = [Line(item, edge=edge.index) for item in hop.latency]
        target = self.network.nodes[edge.target]
        self.steps += 1
        if len(above) > MAX_DEPTH or self.steps > MAX_STEPS:
            rest = Item(Kind.SERVICE, "Further calls, mean", Constant(target.answer_s), None, True)
            yield 1.0, [*travel, Line(rest, node=target.index)], [edge.index]
            return
        for part, lines, edges in self._node_answers(target, above):
            yield part, travel + lines, [edge.index, *edges]

    def _node_answers(
        self, node: NodePlan, above: tuple[int, ...]
    ) -> Iterator[tuple[float, list[Line], list[int]]]:
        line = wait_items(self.network, self.flow, self.hour, node)
        own = [Line(item, node=node.index) for item in [*line, *_start_items(node)]]
        if node.station.answer is not None:
            item = _service_item(node, node.station.answer)
            yield 1.0, [*own, Line(item, node=node.index)], []
            return
        own += [Line(item, node=node.index) for item in _work_items(node)]
        if node.service.measures(node.calls):  # A workflow's time already holds its calls.
            yield 1.0, own, []
            return
        waiting = [
            self.network.edges[i]
            for i in node.outs
            if self.network.edges[i].hop.waits is not Waits.NOTHING
            and self.network.edges[i].target not in above
        ]
        ways = [e for e in waiting if e.hop.split]
        always = [e for e in waiting if not e.hop.split]
        common, edges = own, list[int]()
        for call in always:
            for _, lines, inner in self._answers(call, (*above, node.index)):
                if len(common) < MAX_CALLS:
                    common = common + [_repeat(line, calls_per_event(call)) for line in lines]
                    edges = [*edges, *inner]
                break  # Nested alternatives: the first stands for all.
        if not ways:
            yield 1.0, common, edges
            return
        left = 1.0 - min(1.0, sum(e.hop.ratio * e.share for e in ways))
        if left > 1e-9:  # Answered without the integration: from the cache.
            yield left, common, edges
        for way in ways:
            for part, lines, inner in self._answers(way, (*above, node.index)):
                yield way.hop.ratio * way.share * part, common + lines, edges + inner

    # ---- Completion --------------------------------------------------------------------------

    def completions(self) -> Iterator[_Step]:
        """Yield the last step of each way from a producer to a last consumer, depth first."""
        for node in self.network.nodes:
            if node.station.sources:
                first = [self.network.edges[i] for i in node.outs]
                yield from self._follow(node.index, [e for e in first if _carries(e)])

    def _follow(self, start: int, first: list[EdgePlan]) -> Iterator[_Step]:
        """Yield the ways that begin with these edges; a stack, because chains may be long."""
        stack = [_Step(edge, None, 1) for edge in reversed(first)]
        trail, seen = [start], {start}  # The nodes of the way to the step at hand.
        while stack and self.steps < MAX_STEPS:
            self.steps += 1
            step = stack.pop()
            while len(trail) > step.depth:
                seen.discard(trail.pop())
            target = step.edge.target
            if target in seen:
                continue
            trail.append(target)
            seen.add(target)
            node = self.network.nodes[target]
            onward = [e for e in self._onward(node, step.edge) if e.target not in seen]
            if not onward:
                yield step
            stack += [_Step(ahead, step, step.depth + 1) for ahead in reversed(onward)]

    def _path(self, last: _Step) -> Path:
        """Return the way to a last step with its items."""
        edges = [last.edge]
        step = last
        while step.before is not None:
            step = step.before
            edges.append(step.edge)
        edges.reverse()
        lines: list[Line] = []
        for edge, ahead in zip(edges, [*edges[1:], None], strict=True):
            lines += self._hop_lines(edge)
            lines += self._through(self.network.nodes[edge.target], edge, ahead)
        indices = [e.index for e in edges]
        nodes = [edges[0].source, *(e.target for e in edges)]
        rate = self.served[last.edge.index]
        return Path("completion", nodes, indices, rate, lines, self._unbounded(indices))

    def _onward(self, node: NodePlan, came: EdgePlan) -> list[EdgePlan]:
        found = []
        for i in node.outs:
            edge = self.network.edges[i]
            hop = edge.hop
            reacts = hop.reacts_to is None or came.hop.op in hop.reacts_to
            if hop.outcome is Outcome.SUCCESS and reacts and _carries(edge):
                found.append(edge)
        return found

    def _hop_lines(self, edge: EdgePlan) -> list[Line]:
        """Return what passes between leaving the source and starting at the target."""
        known = self._hops.get(edge.index)
        if known is None:
            known = self._hops[edge.index] = self._new_hop_lines(edge)
        return known

    def _new_hop_lines(self, edge: EdgePlan) -> list[Line]:
        hop, items = edge.hop, list[Item]()
        if hop.buffered:
            items += self._buffer_items(edge)
        elif hop.batch_window_s > 0 and hop.batch_max > 1:
            rate = self.offered[edge.index] / max(1.0, hop.lanes)
            law = gathering(hop.batch_window_s, self._most(edge), rate)
            items.append(Item(Kind.WINDOW, "Batching window", law))
        items += hop.latency
        items += _read_items(hop)
        items += self._wait_items(edge)
        items += self._retry_items(edge)
        return [Line(item, edge=edge.index) for item in items]

    def _buffer_items(self, edge: EdgePlan) -> list[Item]:
        buffer = self.network.nodes[edge.source].station.buffer
        if buffer is None:
            return []
        kib = self.size_kib[edge.index] / max(edge.hop.payload_factor, 1e-9)
        rate = self.offered[edge.index] / max(1.0, edge.hop.lanes)
        most = math.ceil(buffer.size_kib / max(kib, 1e-9) - 1e-9)
        by = "interval" if most >= rate * buffer.interval_s else "size"
        law = gathering(buffer.interval_s, most, rate)
        return [Item(Kind.BUFFER, f"Buffer until its {by} is reached", law)]

    def _wait_items(self, edge: EdgePlan) -> list[Item]:
        """Return the wait of polled messages for a free execution (Allen-Cunneen)."""
        node = self.network.nodes[edge.target]
        if node.station.servers is not None:
            return wait_items(self.network, self.flow, self.hour, node)
        if edge.hop.mechanism is not Mechanism.POLL:
            return []
        caps = [*node.station.caps, *edge.hop.caps]
        busy = [c for c in caps if c.per is Per.BUSY]
        tightest = min(busy, key=lambda c: c.value / c.share, default=None)
        servers, share = (tightest.value, tightest.share) if tightest else (math.inf, 1.0)
        rate = self.requests[edge.index] * share
        batch, hop = self.batch[edge.index], edge.hop
        time_s = request_s(node, batch)
        per_lane = self.offered[edge.index] / max(1.0, hop.lanes)
        lanes = max(1.0, hop.lanes * share)
        one = unevenness(hop.batch_window_s, hop.read_every_s, self._most(edge), per_lane)
        arrivals, own = 1.0 - (1.0 - one) / lanes, scv(node.station.service)
        try:
            chance, wait_s = mean_wait_s(servers, rate, time_s, arrivals + own - 1.0)
        except Unstable:
            chance, wait_s = 1.0, math.inf
        if chance * wait_s < 1e-6:
            return []
        whole = max(1.0, math.floor(servers))
        wait_s = wait_s * regularity(rate * time_s / whole, arrivals, own)
        if batch < self._most(edge):
            wait_s = min(wait_s, self._grown_wait_s(edge, servers, share, own))
        cuts = self.offered[edge.index] * hop.read_every_s / max(1.0, hop.lanes) / batch
        if hop.read_every_s > hop.batch_window_s and cuts > 1.0:  # One after another.
            chance, wait_s = 1.0, max(chance * wait_s, (cuts - 1.0) / 2.0 * time_s)
        if chance * wait_s < 1e-6 or wait_s == math.inf:
            return []
        law = Maybe(min(1.0, chance), Exponential(wait_s))
        return [Item(Kind.WAIT, "Wait for a free execution", law)]

    def _grown_wait_s(self, edge: EdgePlan, servers: float, share: float, own: float) -> float:
        """Return the wait where all that stand in line go on together when a batch has ended.

        It is the rest of that batch, and what full batches would wait: inf where they do as well.
        """
        node, most = self.network.nodes[edge.target], self._most(edge)
        rest_s = (1.0 + own) / 2.0 * request_s(node, self.batch[edge.index])
        rate, full_s = self.offered[edge.index] * share / most, request_s(node, most)
        whole, even = max(1.0, math.floor(servers)), 1.0 / most
        try:
            chance, wait_s = mean_wait_s(servers, rate, full_s, even + own - 1.0)
        except Unstable:
            return math.inf
        return rest_s / whole + chance * wait_s * regularity(rate * full_s / whole, even, own)

    def _retry_items(self, edge: EdgePlan) -> list[Item]:
        """Return the mean time until the successful delivery, for independent errors."""
        error = self.network.nodes[edge.target].station.error_ratio
        if error <= 0 or edge.give_up <= 1 or edge.hop.retry_wait_s <= 0:
            return []
        law = Maybe(error, Exponential(edge.hop.retry_wait_s / (1 - error)))
        return [Item(Kind.RETRY, "Delivered again after an error", law, None, True)]

    def _through(self, node: NodePlan, came: EdgePlan, ahead: EdgePlan | None) -> list[Line]:
        """Return the items inside a node on the way to `ahead` (None: until it is done)."""
        key = node.index, came.index, -1 if ahead is None else ahead.index
        known = self._ways.get(key)
        if known is None:
            known = self._ways[key] = self._new_through(node, came, ahead)
        return known

    def _new_through(self, node: NodePlan, came: EdgePlan, ahead: EdgePlan | None) -> list[Line]:
        others = self._others(came)
        items = [*node.station.holds, *_start_items(node)]
        own_way = (
            [] if ahead is None else node.service.reach_items(ahead.id, ahead.hop.task, node.calls)
        )
        if own_way:
            return [Line(item, node=node.index) for item in [*items, *own_way]]
        lines = [Line(item, node=node.index) for item in items]
        lines += [Line(item, node=node.index) for item in _work_items(node)]
        if node.service.measures(node.calls):
            return lines
        if others * node.station.per_event_s > 0:
            law = Constant(others * node.station.per_event_s)
            item = Item(Kind.SERVICE, "Other events of the batch", law, None, True)
            lines.append(Line(item, node=node.index))
        each = 1.0 if node.service.calls_per_batch else 1.0 + others
        for i in node.outs:
            call = self.network.edges[i]
            times = calls_per_event(call) * each  # A batch is done when all of it is.
            if call is ahead:  # Its own call is on the way; those of others delay it.
                times -= calls_per_event(call)
            skipped = call.hop.waits is Waits.NOTHING or call.hop.split or not times > 0
            if call is ahead and call.hop.waits is Waits.ANSWER:  # Or made before theirs.
                skipped = skipped or not is_quick(self.network, self.network.nodes[call.target])
            if not skipped and len(lines) < MAX_CALLS:
                for _, inner, _edges in self._answers(call, (node.index,)):
                    lines += [_repeat(line, times) for line in inner]
                    break
        return lines

    def _others(self, edge: EdgePlan) -> float:
        """Return how many others are in the batch of an event, on average over the events."""
        hop, i = edge.hop, edge.index
        if hop.buffered or hop.batch_fixed or hop.batch_max <= 1:
            return 0.0
        rate = self.offered[i] / max(1.0, hop.lanes)
        others = met(hop.batch_window_s, hop.read_every_s, self._most(edge), rate)
        return max(others, self.batch[i] - 1.0)

    def _most(self, edge: EdgePlan) -> float:
        """Return the largest batch that an edge takes."""
        size_kib = max(self.size_kib[edge.index], 1e-9)
        return min(edge.hop.batch_max, max(1.0, edge.hop.batch_kib_max / size_kib))

    def _unbounded(self, edges: list[int]) -> str | None:
        backlog = self.flow.daily("backlog")
        for i in edges:
            growth = backlog[i]
            if growth > 1e-9:
                source = self.network.nodes[self.network.edges[i].source]
                return f"the backlog of {source.name} grows by {growth * 3600:,.0f} events an hour"
        for i in edges:
            edge = self.network.edges[i]
            if edge.hop.excess is not Excess.REFUSE and self.offered[i] - self.served[i] > 1e-9:
                target = self.network.nodes[edge.target]
                return (
                    f"{target.name} is at its limit in the busiest hour: what comes then waits "
                    "for a quieter one"
                )
        called = [e for e in edges if self.network.edges[e].hop.excess is Excess.REFUSE]
        return self._full(self._targets(called))

    # ---- Time at a node ----------------------------------------------------------------------

    def node_lines(self, node: NodePlan) -> list[Line]:
        """Return the items of the time an event spends at a node: calls it waits for included."""
        self.steps = 0
        lines = [Line(item, node=node.index) for item in node.station.holds]
        pulled = [
            self.network.edges[i]
            for i in node.outs
            if self.network.edges[i].hop.mechanism is Mechanism.POLL
            or self.network.edges[i].hop.buffered
        ]
        if pulled:
            return lines + self._hop_lines(pulled[0])
        for _, answer, _ in self._time_answers(node):
            return lines + answer
        return lines

    def _time_answers(self, node: NodePlan) -> Iterator[tuple[float, list[Line], list[int]]]:
        if node.station.answer is None:
            yield from self._node_answers(node, (node.index,))
        else:
            yield 1.0, [Line(item, node=node.index) for item in _work_items(node)], []


# ---- Items of a node -----------------------------------------------------------------------------


def _carries(edge: EdgePlan) -> bool:
    """Tell whether events go on along an edge; an alarm that watches gets none."""
    return edge.hop.op != "read" and edge.hop.ratio > 0


def _start_items(node: NodePlan) -> list[Item]:
    if node.station.cold is None or node.station.cold.share_ratio <= 0:
        return []
    return [Item(Kind.COLD, "Cold start", node.station.cold, None, True)]


def _service_item(node: NodePlan, law: Law) -> Item:
    station = node.station
    return Item(
        Kind.SERVICE, station.service_label, law, station.service_source, station.service_assumed
    )


def _work_items(node: NodePlan) -> list[Item]:
    """Return the node's own work; a workflow's mean time stands as one constant."""
    if node.service.measures(node.calls):
        law: Law = Constant(node.request_s)
        return [Item(Kind.SERVICE, "Workflow, mean time", law, None, True)]
    if node.station.service.mean_s <= 0:
        return []
    return [_service_item(node, node.station.service)]


def _repeat(line: Line, times: float) -> Line:
    """Return the line for a call made `times` per event: seldom, or several in a row."""
    if times == 1.0:
        return line
    item = line.item
    law = scaled(item.law, times)
    label = item.label if times < 1 else f"{item.label} × {times:.3g}"
    return replace(line, item=replace(item, law=law, label=label))


def _read_items(hop: Hop) -> list[Item]:
    """Return the wait for a regular read, so far as it is longer than the measured latency."""
    measured_s = sum(item.law.mean_s for item in hop.latency)
    longer_s = hop.read_every_s / 2 - measured_s
    if hop.read_every_s <= hop.batch_window_s or hop.batch_max <= 1 or longer_s <= 0:
        return []
    return [Item(Kind.POLL, "Wait for the next read", Uniform(0.0, 2 * longer_s))]


def gathering(window_s: float, most: float, rate_per_s: float) -> Law:
    """Return the wait of Poisson arrivals for a batch: closed by its count, or by its first's age.

    Its mean is exact. Those who come first in a batch that closes by age wait longest; the others
    are spread evenly below.

    Args:
        most: Arrivals that close it.
    """
    found = gathered(most, window_s, rate_per_s)
    first = found.aged_ratio / found.members
    high_s = 2.0 * found.wait_s / (1.0 + first)
    return Gathering(high_s, first) if first > 1e-9 else Uniform(0.0, high_s)


def percentiles(lines: list[Line]) -> dict[str, float]:
    """Return mean, p50, p90 and p99 of the sum of independent items, in seconds."""
    return sums.percentiles([[line.item.law for line in lines]])[0]


def path_percentiles(paths: list[Path]) -> list[dict[str, float]]:
    """Return the same of paths, which share what they begin with."""
    return sums.percentiles([[line.item.law for line in path.lines] for path in paths])
