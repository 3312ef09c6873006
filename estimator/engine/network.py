"""From a design to what the solver runs on: stations, hops, an order, and times without load."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from designer.catalog.base import (
    CallWait,
    Cap,
    Connection,
    Context,
    Hop,
    Mechanism,
    Outcome,
    Per,
    Service,
    Waits,
)
from designer.catalog.base.flow import Station
from designer.document import Design
from designer.errors import Problem, pointer

from .errors import Unstable

if TYPE_CHECKING:
    from .following import Follow
    from .lean import Lean


@dataclass
class NodePlan:
    """One node, ready to be solved.

    Attributes:
        request_s: Mean time of a request of one event, the calls it waits for included.
        event_s: Further time for each further event of a batch.
        answer_s: Mean time that a synchronous caller waits.
        held_s: Wait of users whom the full system holds back; None where nothing does.
    """

    index: int
    id: str
    name: str
    service: Service
    station: Station
    ins: list[int] = field(default_factory=list)
    outs: list[int] = field(default_factory=list)
    request_s: float = 0.0
    event_s: float = 0.0
    answer_s: float = 0.0
    calls: tuple[CallWait, ...] = ()
    held_s: float | None = None


@dataclass
class EdgePlan:
    """One edge, ready to be solved.

    Attributes:
        share: Part of the source's events, 1 where events are copied.
        give_up: Deliveries of an event before it is given up.
    """

    index: int
    id: str
    source: int
    target: int
    connection: Connection
    hop: Hop
    share: float = 1.0
    give_up: float = 1.0


@dataclass
class Network:
    """A compiled design.

    Attributes:
        order: Strongly connected components in the order of the flow.
        hours: Hours of the day that are told apart (1 or 24).
        lean: The same laid out for floats, once it was solved so.
        follows: Arrows on which batches follow others, once they were looked for.
    """

    ctx: Context
    scale: float
    nodes: list[NodePlan]
    edges: list[EdgePlan]
    order: list[list[int]]
    hours: int
    lean: Lean | None = None
    follows: dict[int, tuple[Follow, ...]] | None = None


def compile_design(
    design: Design, busy: Mapping[str, float] | None = None, hour: int | None = None
) -> Network:
    """Return the network of a design.

    Args:
        busy: Requests in progress by node at the busiest hour, once the flow is known.
        hour: That hour, where hours are told apart.

    Raises:
        Unstable: Synchronous calls go round in a circle.
    """
    model = design.model
    assumptions = model.assumptions
    taken: dict[str, float] = {}
    for n in model.nodes:
        for key, amount in n.service.takes().items():
            taken[key] = taken.get(key, 0.0) + amount
    ctx = Context(
        model.region, float(assumptions.month_hours), dict(assumptions.quotas), taken=taken
    )
    known = busy or {}
    position = {node.id: i for i, node in enumerate(model.nodes)}
    fan_out = [0] * len(model.nodes)
    for edge in model.edges:
        fan_out[position[edge.source]] += 1
    errors = _step_errors(design)
    nodes = [
        NodePlan(
            i,
            n.id,
            n.name or n.id,
            n.service,
            n.service.station(
                Context(
                    ctx.region,
                    ctx.month_h,
                    ctx.quotas,
                    fan_out=fan_out[i],
                    taken=taken,
                    busy=known.get(n.id),
                    hour=hour,
                    errors=errors.get(n.id, {}),
                )
            ),
        )
        for i, n in enumerate(model.nodes)
    ]
    edges = []
    leaving: list[list[Connection]] = [[] for _ in model.nodes]
    besides: list[Context | None] = [None for _ in model.nodes]
    for edge in model.edges:
        leaving[position[edge.source]].append(edge.connection)
    for i, edge in enumerate(model.edges):
        source, target = position[edge.source], position[edge.target]
        beside = besides[source]
        if beside is None:
            beside = besides[source] = dataclasses.replace(
                ctx, siblings=tuple(leaving[source]), errors=errors.get(edge.source, {})
            )
        hop = edge.connection.hop(nodes[source].service, nodes[target].service, beside)
        hop = drained(hop, nodes[source])
        edges.append(EdgePlan(i, edge.id, source, target, edge.connection, hop))
        nodes[source].outs.append(i)
        nodes[target].ins.append(i)
    _share(nodes, edges)
    _give_up(nodes, edges)
    network = Network(ctx, model.workload.scale, nodes, edges, [], _hours(nodes))
    network.order = _components(network)
    _times(network)
    return network


def drain_pool(cap: Cap, node: NodePlan) -> str:
    """Return the name under which all who poll a node share one of its caps."""
    return f"{cap.limit.id}@{node.id}"


def drained(hop: Hop, source: NodePlan) -> Hop:
    """Return the hop with the caps that its source sets to all who poll it."""
    if hop.mechanism is not Mechanism.POLL or not source.station.drains:
        return hop
    shared = (dataclasses.replace(c, pool=drain_pool(c, source)) for c in source.station.drains)
    return dataclasses.replace(hop, caps=(*hop.caps, *shared))


def _step_errors(design: Design) -> dict[str, dict[str, float]]:
    """Return the share of the calls that fail, by node and by its step."""
    services = {node.id: node.service for node in design.model.nodes}
    found: dict[str, dict[str, float]] = {}
    for edge in design.model.edges:
        if edge.connection.step is None:
            continue
        error = float(getattr(services[edge.target], "error_ratio", 0.0))
        here = found.setdefault(edge.source, {})
        here[edge.connection.step] = max(error, here.get(edge.connection.step, 0.0))
    return found


def _hours(nodes: list[NodePlan]) -> int:
    return max((len(n.station.sources) for n in nodes if n.station.sources), default=1)


def _share(nodes: list[NodePlan], edges: list[EdgePlan]) -> None:
    """Divide the events of a node among its split edges: stated parts first, the rest equally."""
    for node in nodes:
        split = [edges[i] for i in node.outs if edges[i].hop.split]
        stated = sum(e.hop.share or 0.0 for e in split)
        open_edges = [e for e in split if e.hop.share is None]
        left = max(0.0, 1.0 - stated)
        total = stated + (left if open_edges else 0.0)
        if stated > 1.0 + 1e-9:
            total = stated  # Parts over one are read as weights.
        for edge in split:
            part = edge.hop.share if edge.hop.share is not None else left / len(open_edges)
            whole = total if stated > 1.0 or not open_edges else 1.0
            edge.share = part / whole if whole > 0 else 0.0


def _give_up(nodes: list[NodePlan], edges: list[EdgePlan]) -> None:
    """A polled message is given up after the receive count of the queue's redrive."""
    for edge in edges:
        edge.give_up = edge.hop.attempts_max
        dead = [
            edges[i].hop.attempts_max
            for i in nodes[edge.source].outs
            if edges[i].hop.outcome is Outcome.DEAD
        ]
        if edge.hop.outcome is Outcome.SUCCESS and edge.give_up == float("inf") and dead:
            edge.give_up = min(dead)


def successors(network: Network, node: int) -> Iterator[int]:
    """Yield the nodes whose flow depends on this node's flow."""
    nodes, edges = network.nodes, network.edges
    for i in nodes[node].outs:
        if edges[i].hop.outcome is not Outcome.DEAD:
            yield edges[i].target
    for i in nodes[node].ins:  # What this node gives up, the queue behind it redrives.
        for j in nodes[edges[i].source].outs:
            if edges[j].hop.outcome is Outcome.DEAD:
                yield edges[j].target


def _components(network: Network) -> list[list[int]]:
    """Return the strongly connected components, sources first (Tarjan 1972, without recursion)."""
    size = len(network.nodes)
    index, low, on_stack = [-1] * size, [0] * size, [False] * size
    stack: list[int] = []
    found: list[list[int]] = []
    counter = 0
    for root in range(size):
        if index[root] >= 0:
            continue
        work = [(root, successors(network, root))]
        index[root] = low[root] = counter
        counter += 1
        stack.append(root)
        on_stack[root] = True
        while work:
            node, ahead = work[-1]
            step = next(ahead, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack[member] = False
                        component.append(member)
                        if member == node:
                            break
                    found.append(sorted(component))
            elif index[step] < 0:
                index[step] = low[step] = counter
                counter += 1
                stack.append(step)
                on_stack[step] = True
                work.append((step, successors(network, step)))
            elif on_stack[step]:
                low[node] = min(low[node], index[step])
    return found[::-1]


def calls_per_event(edge: EdgePlan) -> float:
    """Return how many calls the source makes on this edge per event it handles."""
    batch = edge.hop.batch_max if edge.hop.batch_fixed else 1.0
    return edge.hop.ratio * edge.share / batch


def _times(network: Network) -> None:
    """Fill the mean times without load, from the last callee to the first caller."""
    state = [0] * len(network.nodes)  # 0 unseen, 1 being computed, 2 done
    for root in range(len(network.nodes)):
        stack = [root]
        while stack:
            node = stack[-1]
            waits = [
                network.edges[i].target
                for i in network.nodes[node].outs
                if network.edges[i].hop.waits is Waits.ANSWER
            ]
            open_calls = [t for t in waits if state[t] == 0]
            if state[node] == 0:
                state[node] = 1
            circle = [t for t in waits if state[t] == 1 and t in stack]
            if circle:
                raise Unstable(_circle_problems(network, stack[stack.index(circle[0]) :]))
            if open_calls:
                stack.append(open_calls[0])
                continue
            if state[node] == 1:
                fill_times(network, network.nodes[node])
                state[node] = 2
            stack.pop()


def fill_times(network: Network, node: NodePlan) -> None:
    """Fill the mean times of a node without load; those of what it calls are known."""
    station = node.station
    calls = []
    for i in node.outs:
        edge = network.edges[i]
        if edge.hop.waits is Waits.NOTHING:
            continue
        if edge.hop.waits is Waits.ACCEPT:
            waits_s = edge.hop.accept.law.mean_s if edge.hop.accept else 0.0
        else:
            travel_s = sum(item.law.mean_s for item in edge.hop.latency)
            target = network.nodes[edge.target]
            waits_s = travel_s + (target.request_s if edge.hop.until_done else target.answer_s)
        error = network.nodes[edge.target].station.error_ratio
        calls.append(CallWait(edge.id, calls_per_event(edge), waits_s, edge.hop.task, error))
    node.calls = tuple(calls)
    cold_s = station.cold.mean_s if station.cold else 0.0
    node.request_s = node.service.service_s(station.service.mean_s, calls)
    each_s = 0.0 if node.service.calls_per_batch else sum(c.calls * c.answer_s for c in calls)
    node.event_s = station.per_event_s + each_s
    own_answer_s = station.answer.mean_s if station.answer else node.request_s
    node.answer_s = cold_s + own_answer_s


def _circle_problems(network: Network, circle: list[int]) -> list[Problem]:
    members = set(circle)
    names = " → ".join(network.nodes[i].name for i in [*circle, circle[0]])
    message = (
        f"synchronous calls go round in a circle ({names}): each would wait for the other for "
        "ever; make one of the calls asynchronous"
    )
    return [
        Problem(pointer("model", "edges", e.index), "calls-in-a-circle", message)
        for e in network.edges
        if e.source in members and e.target in members and e.hop.waits is Waits.ANSWER
    ]


def holds_places(station: Station) -> bool:
    """Tell whether requests occupy one of a limited number of places while they are served."""
    return station.servers is not None or any(c.per is Per.BUSY for c in station.caps)


def is_quick(network: Network, target: NodePlan) -> bool:
    """Tell whether a called node answers by itself, without places and without further calls."""
    if holds_places(target.station) or target.station.answer is not None:
        return False
    if target.service.measures(target.calls):
        return False
    return all(network.edges[i].hop.waits is not Waits.ANSWER for i in target.outs)
