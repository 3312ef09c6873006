"""Two latencies, never mixed: what a synchronous caller waits, and when the last consumer is done.

Each is a list of items along a path; an item has a law of time. Percentiles of a path add
independent items by stratified sampling with fixed permutations, so equal designs give equal
figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from designer.catalog.base import (
    Constant,
    Excess,
    Item,
    Kind,
    Law,
    Mechanism,
    Outcome,
    Waits,
)

from . import sums
from .crossing import Crossing
from .flow import Flow
from .laws import scaled
from .network import EdgePlan, Network, NodePlan, calls_per_event, is_quick
from .servers import is_full, wait_items

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


@dataclass
class _Trail:
    """The way that was followed last; the next shares its beginning.

    Attributes:
        lengths: How many lines there were on arrival at each step's target.
    """

    steps: list[_Step] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def holds(self, step: _Step) -> bool:
        return len(self.steps) >= step.depth and self.steps[step.depth - 1] is step

    def back_to(self, step: _Step | None) -> None:
        """Forget what follows a step; all, if there is none."""
        kept = step.depth if step is not None else 0
        del self.steps[kept:], self.lengths[kept:]
        del self.lines[self.lengths[-1] if kept else 0 :]

    def add(self, step: _Step, lines: list[Line]) -> None:
        self.steps.append(step)
        self.lines += lines
        self.lengths.append(len(self.lines))


class View:
    """The network at one hour, and the times on its ways."""

    def __init__(self, network: Network, flow: Flow, hour: int) -> None:
        self.network, self.flow, self.hour = network, flow, hour
        self.steps = 0
        self.crossing = Crossing(network, flow, hour)
        self.offered, self.served = self.crossing.offered, flow.at("served", hour)
        self._hops: dict[int, list[Line]] = {}
        self._ways: dict[tuple[int, int, int], list[Line]] = {}

    def path_list(self) -> tuple[list[Path], int]:
        """Return the paths, busiest first within a kind, and how many were left out."""
        self.steps = 0
        response = sorted(self.responses(), key=lambda p: -p.rate_per_s)
        ends = list(self.completions())
        order = sorted(range(len(ends)), key=lambda i: -self.served[ends[i].edge.index])[:MAX_PATHS]
        trail = _Trail()
        built = {i: self._path(ends[i], trail) for i in sorted(order)}
        kept = response[:MAX_PATHS] + [built[i] for i in order]
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

    def _path(self, last: _Step, trail: _Trail) -> Path:
        """Return the way to a last step with its items; the trail is that of the path before."""
        new, step = [last], last.before
        while step is not None and not trail.holds(step):
            new.append(step)
            step = step.before
        trail.back_to(step)
        for step in reversed(new):
            if trail.steps:
                trail.lines += self._inside(trail.steps[-1].edge, step.edge)
            trail.add(step, self._hop_lines(step.edge))
        lines = trail.lines + self._inside(last.edge, None)
        edges = [step.edge for step in trail.steps]
        indices = [edge.index for edge in edges]
        nodes = [edges[0].source, *(edge.target for edge in edges)]
        rate = self.served[last.edge.index]
        return Path("completion", nodes, indices, rate, lines, self._unbounded(indices))

    def _inside(self, came: EdgePlan, ahead: EdgePlan | None) -> list[Line]:
        return self._through(self.network.nodes[came.target], came, ahead)

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
            items = self.crossing.items(edge)
            known = self._hops[edge.index] = [Line(item, edge=edge.index) for item in items]
        return known

    def _through(self, node: NodePlan, came: EdgePlan, ahead: EdgePlan | None) -> list[Line]:
        """Return the items inside a node on the way to `ahead` (None: until it is done)."""
        key = node.index, came.index, -1 if ahead is None else ahead.index
        known = self._ways.get(key)
        if known is None:
            known = self._ways[key] = self._new_through(node, came, ahead)
        return known

    def _new_through(self, node: NodePlan, came: EdgePlan, ahead: EdgePlan | None) -> list[Line]:
        others = self.crossing.others(came)
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


def percentiles(lines: list[Line]) -> dict[str, float]:
    """Return mean, p50, p90 and p99 of the sum of independent items, in seconds."""
    return sums.percentiles([[line.item.law for line in lines]])[0]


def path_percentiles(paths: list[Path]) -> list[dict[str, float]]:
    """Return the same of paths, which share what they begin with."""
    return sums.percentiles([[line.item.law for line in path.lines] for path in paths])
