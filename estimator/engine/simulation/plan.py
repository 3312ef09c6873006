"""From a compiled design to what a simulation runs: stages, feeders, routes. No draw is made here.

A *stage* is a node: requests come in by *feeders* (its inbound arrows), pass token buckets, wait
for and occupy a place in the *pool*, and their events leave by *routes* (its outgoing arrows).
Both engines run the same plan with the same draws: the compiled sample paths, and the reference.

What a caller waits for while it keeps its place (a function that calls a table) is part of its own
time: its mean-time law is drawn with the caller, and what was called passes the event on when the
caller is done. The flow solver counts the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from designer.catalog.base import (
    Cap,
    Constant,
    Excess,
    Exponential,
    Hop,
    Law,
    Maybe,
    Mechanism,
    Outcome,
    Per,
    Program,
    Uniform,
    Waits,
)
from designer.catalog.base.flow import Environments, Station

from ..flow import Flow
from ..network import EdgePlan, Network, NodePlan, calls_per_event
from ..servers import busy, running
from .workflow import TaskCall

DAY_S = 86_400.0
BURST_S = 1.0  # Assumption: a rate limit lets one second's worth through at once.
REST = 0.1  # of its visibility timeout: least time between a late failure and the next delivery
HEADROOM = 5.0  # Limits this far above any load are not simulated, unless something goes wrong.
FOREVER = math.inf


@dataclass(frozen=True)
class Bucket:
    """A token bucket: a rate, a burst, and the tokens that one request takes.

    Attributes:
        meets: Share of the requests that meet it (those of one shard); the others pass.
    """

    limit: str
    rate: float
    burst: float
    weight: float
    meets: float = 1.0


@dataclass(frozen=True)
class Pool:
    """Places for requests in progress.

    Attributes:
        places: How many at most.
        cold: Start-up law of a new environment; None where places simply exist.
        idle_s: An environment that was idle for longer is gone.
        provisioned: Environments that are always there and warm.
        starts_per_s, starts_burst: New environments that may start.
    """

    places: int
    cold: Law | None = None
    idle_s: float = FOREVER
    provisioned: int = 0
    starts_per_s: float = FOREVER
    starts_burst: float = FOREVER


@dataclass(frozen=True)
class Batch:
    """Events gathered into requests: closed by count or by age; at fixed reads where `grid`.

    Attributes:
        lanes: They gather apart in so many shards.
        hot, hot_lanes: Share of the events in the first lanes, the busiest shard's, and how many.
    """

    most: int
    window_s: float
    grid: bool = False
    lanes: int = 1
    hot: float = 0.0
    hot_lanes: int = 0

    def lane_of(self, u: float) -> int:
        """Return the lane of an event that drew `u`, 0 <= u < 1."""
        if u < self.hot:
            return int(u / self.hot * self.hot_lanes)
        rest = self.lanes - self.hot_lanes
        return self.hot_lanes + int((u - self.hot) / (1.0 - self.hot) * rest)


@dataclass(frozen=True)
class Feeder:
    """An inbound arrow of a stage.

    Attributes:
        delays: Times between leaving the source and arriving here.
        absorbed: The caller's own time held the service already.
        refuse: What finds no place or no token gets an error; else it waits.
        tries: Deliveries before an event is given up.
        again_s: Time until the next delivery, from the start of the last one where `from_start`.
        retried: Whether a failed event comes again at all (a caller gets the error instead).
        response: A synchronous caller of a producer gets its answer here.
        grouped: Events come in groups of equal times: the files of a buffer.
        per_call: Events carried by one request where the sender fills batches itself.
    """

    edge: int
    op: str
    delays: tuple[Law, ...] = ()
    batch: Batch | None = None
    buckets: tuple[Bucket, ...] = ()
    absorbed: bool = False
    refuse: bool = False
    tries: float = 1.0
    again_s: float = 0.0
    from_start: bool = False
    retried: bool = False
    response: bool = False
    grouped: bool = False
    per_call: float = 1.0
    lost: tuple[Route, ...] = ()


@dataclass(frozen=True)
class Route:
    """An outgoing arrow of a stage.

    Attributes:
        stage, feeder: Where it leads, as indices into the plan.
        copies: Events passed per event, filters included; below 1 with that chance.
        low, high: Interval of the stage's own draw that chooses among split arrows.
        ops: Operations that it reacts to; None is all.
        at_start: Leaves at this many laws after the start, instead of at the end.
        before_end: Index of the call whose time is taken off the end (with `at_start`).
    """

    edge: int
    stage: int
    feeder: int
    copies: float = 1.0
    low: float = 0.0
    high: float = 1.0
    ops: frozenset[str] | None = None
    per_request: bool = False
    buffered: bool = False
    at_start: bool = False
    call: int = -1
    offset: Law | None = None


@dataclass(frozen=True)
class Call:
    """A call that the stage makes and waits for: its time, and how often per event.

    Attributes:
        once: It carries the whole batch.
    """

    edge: int
    laws: tuple[Law, ...]
    times: float
    once: bool = False


@dataclass(frozen=True)
class Arrivals:
    """Events a producer makes: a rate that is constant between breakpoints.

    Attributes:
        starts: Beginning of each stretch in seconds, the first 0.
        rates: Events per second in it.
        law: "poisson" or "constant".
        times: Recorded arrival times; then the rates count for nothing.
        period_s: After this time the rates begin again.
    """

    starts: tuple[float, ...]
    rates: tuple[float, ...]
    law: str = "poisson"
    times: tuple[float, ...] | None = None
    period_s: float = 86_400.0


@dataclass(frozen=True)
class Fault:
    """What goes wrong at a stage between two times.

    Attributes:
        stopped: It takes nothing.
        error: Share of the events that fail instead of the drawn one; negative keeps it.
        slower: Its times are this many times as long.
        places: Share of the places that are left.
    """

    begin_s: float
    end_s: float
    stopped: bool = False
    error: float = -1.0
    slower: float = 1.0
    places: float = 1.0


@dataclass(frozen=True)
class Stage:
    """One node as both engines run it.

    Attributes:
        pause_s: Least time after which a failed event comes again: what comes again within the
            stage allows it no longer windows.
    """

    node: int
    name: str
    id: str
    arrivals: Arrivals | None
    feeders: tuple[Feeder, ...]
    buckets: tuple[Bucket, ...]
    pool: Pool | None
    service: Law
    answer: Law | None
    per_event_s: float
    extra: tuple[Law, ...]
    calls: tuple[Call, ...]
    holds: tuple[Law, ...]
    buffer_kib: float
    buffer_s: float
    record_kib: float
    record_sigma: float
    error: float
    routes: tuple[Route, ...]
    faults: tuple[Fault, ...] = ()
    poison_at_s: tuple[float, ...] = ()
    program: Program | None = None
    tasks: Mapping[str, tuple[TaskCall, ...]] = field(default_factory=dict)
    pause_s: float = FOREVER

    @property
    def leaf(self) -> bool:
        """Whether events end here when all is well."""
        return not self.routes


@dataclass(frozen=True)
class Plan:
    """A whole simulation, ready to run.

    Attributes:
        order: Stages sources first; a route to an earlier stage closes a loop.
        lookahead_s: Least delay around any loop of several stages; inf without loops.
        blockers: Why sample paths cannot run this and events must, in words.
        notes: What was simplified.
    """

    stages: tuple[Stage, ...]
    order: tuple[int, ...]
    lookahead_s: float
    events_per_s: float
    blockers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Draft:
    """A plan in the making."""

    network: Network
    flow: Flow
    hour: int
    begin: int
    troubled: bool
    swing: float
    notes: list[str] = field(default_factory=list)
    blockers: list[str] = field(default_factory=list)


def lower(
    network: Network,
    flow: Flow,
    hour: int,
    begin: int = 0,
    faults: dict[str, tuple[Fault, ...]] | None = None,
    arrivals: dict[str, Arrivals] | None = None,
    poison: dict[str, tuple[float, ...]] | None = None,
    calm: bool = True,
) -> Plan:
    """Return the plan of a network.

    Args:
        flow: The steady answer: sizes, settled numbers of servers and closed users' rates.
        begin: Hour of the day at which the simulation starts.
        faults, arrivals, poison: By node id: what a scenario changes.
        calm: Whether the rates are those of the document.
    """
    troubled = bool(faults or arrivals or poison or calm is False)
    swing = max((n.station.pulse.factor for n in network.nodes if n.station.pulse), default=1.0)
    draft = _Draft(network, flow, hour, begin, troubled, swing)
    feeders = {e.index: _feeder(draft, e) for e in network.edges}
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
    stages = [replace(s, pause_s=_pause_s(draft, s)) for s in stages]
    lookahead = _lookahead(draft, stages, rank)
    return Plan(
        tuple(stages),
        order,
        lookahead,
        rate,
        tuple(dict.fromkeys(draft.blockers)),
        tuple(dict.fromkeys(draft.notes)),
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


# ---- Stations ----------------------------------------------------------------------------------


def holds_places(station: Station) -> bool:
    """Tell whether requests occupy one of a limited number of places while they are served."""
    return station.servers is not None or any(c.per is Per.BUSY for c in station.caps)


def _stage(
    draft: _Draft,
    node: NodePlan,
    ins: list[int],
    feeders: dict[int, Feeder],
    where: dict[int, tuple[int, int]],
    faults: dict[str, tuple[Fault, ...]],
    arrivals: dict[str, Arrivals],
    poison: dict[str, tuple[float, ...]],
) -> Stage:
    station = node.station
    calls = _calls(draft, node)
    routes = _routes(draft, node, where, calls)
    own = tuple(_with_losses(draft, node, i, feeders[i], where) for i in ins)
    pool = _pool(draft, node)
    cold = station.cold
    extra: tuple[Law, ...] = ()
    if cold is not None and (pool is None or pool.cold is None) and cold.share_ratio > 0:
        extra = (cold,)
    service = station.service
    program, tasks = station.program, dict[str, tuple[TaskCall, ...]]()
    if program is not None:
        tasks, calls, pool = _tasks(draft, node), (), None
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
        buckets=tuple(_buckets(draft, station.caps, ins, whole=True)),
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


def _record(draft: _Draft, node: NodePlan) -> tuple[float, float]:
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


def _arrivals(draft: _Draft, node: NodePlan) -> Arrivals | None:
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
    marks = {0.0}
    for k in range(math.ceil(day_s / every_s)):
        marks |= {k * every_s, k * every_s + every_s - for_s}
    marks |= {h * day_s / len(rates) for h in range(len(rates))}
    starts = tuple(sorted(m for m in marks if m < day_s))
    found = []
    for s in starts:
        hourly = rates[int(s // (day_s / len(rates)))]
        found.append(hourly * base * (factor if s % every_s >= every_s - for_s - 1e-9 else 1.0))
    return Arrivals(starts, tuple(found))


def _pool(draft: _Draft, node: NodePlan) -> Pool | None:
    station = node.station
    if station.servers is not None:
        count = running(station.servers, busy(draft.flow, node))[0, draft.hour]
        if station.servers.least < station.servers.most:
            draft.notes.append(
                f"{node.name} runs {count:g} {station.servers.unit} all the time, as settled at "
                "the busiest hour; scaling is not simulated."
            )
        return Pool(max(1, int(count * station.servers.slots)))
    caps = [c.value / c.share for c in station.caps if c.per is Per.BUSY]
    own = [
        c.value / c.share
        for i in node.ins
        for c in draft.network.edges[i].hop.caps
        if c.per is Per.BUSY
    ]
    if len(node.ins) == 1:
        caps += own
    elif own:
        draft.notes.append(
            f"Limits that single arrows into {node.name} set to its concurrency are not simulated."
        )
    if not caps:
        return None
    places = max(1, int(min(caps)))
    known: Environments | None = station.environments
    if known is None or station.cold is None:
        return Pool(places)
    return Pool(
        places,
        station.cold.law,
        known.idle_s,
        min(known.provisioned, places),
        known.starts_per_s,
        known.starts_burst,
    )


def _buckets(draft: _Draft, caps: Sequence[Cap], edges: list[int], *, whole: bool) -> list[Bucket]:
    """Return the token buckets of rate limits, without those that can never be met."""
    found = []
    for cap in caps:
        if cap.per in (Per.BUSY, Per.HELD):  # Places, not rates; messages in flight are not cut.
            continue
        weight = _weight(draft, cap, edges, whole)
        rate = cap.value * cap.meets / cap.share
        if not draft.troubled and rate > HEADROOM * _load(draft, cap, edges) * cap.meets:
            continue
        # An allowance of a day or longer may be used up at once.
        burst = max(rate * (DAY_S if cap.over_day else BURST_S), weight)
        found.append(Bucket(cap.limit.id, rate, burst, weight, cap.meets))
    return found


def _load(draft: _Draft, cap: Cap, edges: list[int]) -> float:
    """Return the highest load on a rate limit, bursts included, before any limit."""
    total = 0.0
    for i in edges:
        edge = draft.network.edges[i]
        if cap.ops is None or edge.hop.op in cap.ops:
            events = float((draft.flow.offered[i] * draft.flow.attempts[i]).max())
            total += events * _weight(draft, cap, [i], False)
    return total * draft.swing + 10.0


def _weight(draft: _Draft, cap: Cap, edges: list[int], whole: bool) -> float:
    """Return the tokens of what passes: size, units, or part of a call.

    Args:
        whole: Requests pass, batches being gathered; else single events, before they are.
    """
    sizes, weights = [], []
    for i in edges:
        edge = draft.network.edges[i]
        if cap.ops is not None and edge.hop.op not in cap.ops:
            continue
        rate = max(1e-9, float(draft.flow.offered[i][0, draft.hour]))
        size = float(draft.flow.size_kib[i][0, draft.hour])
        batch = float(draft.flow.batch[i][0, draft.hour])
        sent = batch if edge.hop.batch_fixed or edge.hop.buffered else 1.0  # one by one in a call
        if cap.per is Per.KIB:
            one = size
        elif cap.per is Per.UNIT:
            one = max(1.0, math.ceil(round(size / cap.unit_kib, 9))) / sent
        else:
            one = 1.0 / sent if cap.per is Per.REQUEST else 1.0
        gathered = _batch(edge) is not None
        if gathered and whole and cap.per in (Per.EVENT, Per.KIB):
            one *= batch
        elif gathered and not whole and cap.per in (Per.REQUEST, Per.UNIT):
            one /= batch
        sizes.append(one * rate)
        weights.append(rate)
    return sum(sizes) / sum(weights) if weights else 0.0


# ---- Calls that are waited for ------------------------------------------------------------------


def _quick(network: Network, target: NodePlan) -> bool:
    """Tell whether a called node answers by itself, without places and without further calls."""
    if holds_places(target.station) or target.station.answer is not None:
        return False
    if target.service.measures(target.calls):
        return False
    return all(network.edges[i].hop.waits is not Waits.ANSWER for i in target.outs)


def _calls(draft: _Draft, node: NodePlan) -> tuple[Call, ...]:
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
            laws = tuple(item.law for item in hop.latency) + _answer_laws(draft, node, target, hop)
        laws = tuple(law for law in laws if law.mean_s > 0)
        if laws or not _quick(draft.network, draft.network.nodes[edge.target]):
            found.append(Call(i, laws, calls_per_event(edge), node.service.calls_per_batch))
    return tuple(found)


def _answer_laws(draft: _Draft, node: NodePlan, target: NodePlan, hop: Hop) -> tuple[Law, ...]:
    station = target.station
    if _quick(draft.network, target):
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


def _tasks(draft: _Draft, node: NodePlan) -> dict[str, tuple[TaskCall, ...]]:
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
            laws += _answer_laws(draft, node, target, hop)
        elif hop.waits is Waits.ACCEPT and hop.accept:
            laws += (hop.accept.law,)
        visits = node.service.calls_per_event(hop.task)
        share = min(1.0, hop.ratio / visits) if visits > 0 else 0.0
        found[hop.task] = (*found.get(hop.task, ()), TaskCall(i, laws, share))
    return found


# ---- Arrows -------------------------------------------------------------------------------------


def _feeder(draft: _Draft, edge: EdgePlan) -> Feeder:
    network, hop = draft.network, edge.hop
    source, target = network.nodes[edge.source], network.nodes[edge.target]
    waits = hop.waits is Waits.ANSWER and holds_places(source.station)
    absorbed = waits and _quick(network, target)
    delays = () if waits else tuple(item.law for item in hop.latency if item.law.mean_s > 0)
    if hop.waits is Waits.ACCEPT and hop.accept and not holds_places(source.station):
        delays = (hop.accept.law, *delays) if source.station.sources == () else delays
    poll = hop.mechanism is Mechanism.POLL
    batch = _batch(edge)
    if batch is not None and batch.most > 1_000:  # Room for far more than the mean.
        usual = float(draft.flow.batch[edge.index].max())
        batch = replace(batch, most=min(batch.most, 1_000 + int(4 * usual)))
    size = max(1e-9, float(draft.flow.size_kib[edge.index][0, draft.hour]))
    if batch is not None and math.isfinite(hop.batch_kib_max):
        batch = replace(batch, most=max(1, min(batch.most, int(hop.batch_kib_max / size))))
    return Feeder(
        edge=edge.index,
        op=hop.op,
        delays=delays,
        batch=batch,
        buckets=tuple(_buckets(draft, hop.caps, [edge.index], whole=False)),
        absorbed=absorbed,
        refuse=hop.excess is Excess.REFUSE and target.station.servers is None,
        tries=edge.give_up,
        again_s=hop.retry_wait_s,
        from_start=poll,
        retried=edge.give_up > 1,
        response=_answers_here(network, edge),
        grouped=hop.buffered,
        per_call=hop.batch_max if hop.batch_fixed else 1.0,
    )


def _batch(edge: EdgePlan) -> Batch | None:
    hop = edge.hop
    if hop.buffered or hop.batch_fixed or hop.batch_max <= 1:
        return None
    most = int(min(hop.batch_max, 10_000))
    lanes = max(1, int(hop.lanes))
    hot = (hop.hot[0], int(hop.hot[1])) if hop.hot is not None and hop.hot[1] < lanes else (0.0, 0)
    if hop.read_every_s > hop.batch_window_s:
        return Batch(most, hop.read_every_s, True, lanes, *hot)
    if hop.batch_window_s <= 0:
        return None  # What is there when it is fetched goes alone unless a backlog stands.
    return Batch(most, hop.batch_window_s, False, lanes, *hot)


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


def _with_losses(
    draft: _Draft, node: NodePlan, index: int, feeder: Feeder, where: dict[int, tuple[int, int]]
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


def _routes(
    draft: _Draft, node: NodePlan, where: dict[int, tuple[int, int]], calls: tuple[Call, ...]
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
            slots and hop.waits is Waits.ANSWER and not _quick(network, network.nodes[edge.target])
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


# ---- Loops --------------------------------------------------------------------------------------


def most_s(law: Law) -> float:
    """Return the longest time that can be drawn from a law."""
    if isinstance(law, Maybe):
        return most_s(law.law)
    if isinstance(law, Constant):
        return law.value_s
    if isinstance(law, Exponential):
        return 38.0 * law.mean_s  # Of a uniform number of at least 2^-54.
    if isinstance(law, Uniform):
        return law.high_s
    return law.p50_s * math.exp(law.sigma * 6.0)  # Its tables end at 5.9 standard deviations.


def least_s(law: Law) -> float:
    """Return the shortest time that a law gives."""
    if isinstance(law, Constant):
        return law.value_s
    if isinstance(law, Maybe):
        return 0.0
    return float(getattr(law, "low_s", 0.0))


def _longest_s(stage: Stage, feeder: Feeder) -> float:
    """Return a bound on the time of one request."""
    events = feeder.batch.most if feeder.batch else 1
    total = most_s(stage.service) + sum(most_s(law) for law in stage.extra)
    total += stage.per_event_s * (events - 1)
    total += sum(
        max(1.0, c.times) * (1 if c.once else events) * sum(most_s(law) for law in c.laws)
        for c in stage.calls
    )
    if stage.pool is not None and stage.pool.cold is not None:
        total += most_s(stage.pool.cold)
    return total * max([1.0, *(f.slower for f in stage.faults)])


def _pause_s(draft: _Draft, stage: Stage) -> float:
    """Return the least time after which a failed event comes again; inf where none does."""
    least = math.inf
    for feeder in stage.feeders:
        if not (feeder.retried and (stage.error > 0 or stage.faults or stage.poison_at_s)):
            continue
        if feeder.again_s <= 0:
            draft.blockers.append(f"{stage.name} tries again without a pause")
        pause = feeder.again_s
        if feeder.from_start:
            pause = max(REST * pause, pause - _longest_s(stage, feeder))
        least = min(least, pause)
    return least


def _lookahead(draft: _Draft, stages: Sequence[Stage], rank: dict[int, int]) -> float:
    """Return the least delay around any loop of several stages; note where there is none."""
    least = math.inf
    for at, stage in enumerate(stages):
        ways = [*stage.routes, *(r for f in stage.feeders for r in f.lost)]
        for route in ways:
            ahead = stages[route.stage]
            if rank[route.stage] > rank[at]:
                continue
            delay = sum(least_s(law) for law in ahead.feeders[route.feeder].delays)
            delay += sum(least_s(law) for law in stage.holds)
            if delay <= 0:
                draft.blockers.append(
                    f"the loop over {stage.name} and {ahead.name} has no least delay"
                )
            least = min(least, delay)
    return least
