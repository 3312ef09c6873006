"""What a stage cannot exceed: places, rates, batches; and what is kept of the network meanwhile."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from designer.catalog.base import (
    Cap,
    Mechanism,
    Per,
)
from designer.catalog.base.flow import Environments

from ..flow import Flow
from ..network import EdgePlan, Network, NodePlan
from ..servers import busy, running
from .plan import (
    ALWAYS_FULL,
    BURST_S,
    DAY_S,
    DEVIATIONS,
    FEW_CLUMPS,
    HEADROOM,
    Batch,
    Bucket,
    Fault,
    Pool,
    Shared,
    Stage,
)


@dataclass
class Draft:
    """A plan in the making.

    Attributes:
        faults: By node id.
        live: Calls are followed while their callers keep a place, instead of drawn.
        waits: Why they should be, in words.
        pooled: Rates of the account that their users might reach together.
        apart: Arrows whose events stand in line one by one, and become batches when they start.
    """

    network: Network
    flow: Flow
    hour: int
    begin: int
    troubled: bool
    swing: float
    notes: list[str] = field(default_factory=list)
    blockers: list[str] = field(default_factory=list)
    faults: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)
    live: bool = False
    waits: list[str] = field(default_factory=list)
    pooled: frozenset[str] = frozenset()
    apart: set[int] = field(default_factory=set)


def pool_of(draft: Draft, node: NodePlan) -> Pool | None:
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
    if len(node.ins) == 1 and not in_lanes(draft.network.edges[node.ins[0]]):
        caps += busy_caps(draft.network.edges[node.ins[0]])
    if not caps:
        return None
    places = max(1, int(min(caps)))
    account = next((c.pool for c in station.caps if c.per is Per.BUSY and c.pool), "")
    known: Environments | None = station.environments
    if known is None or station.cold is None:
        return Pool(places, account=account)
    return Pool(
        places,
        station.cold.law,
        known.idle_s,
        min(known.provisioned, places),
        known.starts_per_s,
        known.starts_burst,
        account,
    )


def shared_pools(draft: Draft, stages: Sequence[Stage]) -> tuple[Shared, ...]:
    """Return the account's pools that stages might use up together."""
    members: dict[str, list[int]] = {}
    for i, stage in enumerate(stages):
        if stage.pool is not None and stage.pool.account:
            members.setdefault(stage.pool.account, []).append(i)
    found = []
    for name, indices in members.items():
        nodes = [draft.network.nodes[stages[i].node] for i in indices]
        cap = next(c for c in nodes[0].station.caps if c.pool == name and c.per is Per.BUSY)
        whole = Pool(max(1, int(cap.value / cap.share)))
        if len(indices) > 1 and not never_full(draft, nodes, whole):
            found.append(Shared(name, cap.limit.title, whole.places, tuple(indices)))
    return tuple(found)


def busy_caps(edge: EdgePlan) -> list[float]:
    """Return how many requests of an arrow may be in progress, by each of its limits."""
    return [c.value / c.share for c in edge.hop.caps if c.per is Per.BUSY]


def in_lanes(edge: EdgePlan) -> bool:
    """Tell whether requests of an arrow queue apart: those of each shard, one after another."""
    batch = batch_of(edge)
    return batch is not None and batch.lanes > 1 and bool(busy_caps(edge))


def own_places(draft: Draft, node: NodePlan, index: int, pool: Pool | None) -> int:
    """Return the places of one lane of an arrow within the pool; 0 where the pool alone counts."""
    edge = draft.network.edges[index]
    caps = busy_caps(edge)
    if pool is None or not caps:
        return 0
    if in_lanes(edge):
        return 1
    places = max(1, int(min(caps)))
    return places if len(node.ins) > 1 and places < pool.places else 0


def never_full(draft: Draft, nodes: Sequence[NodePlan], pool: Pool) -> bool:
    """Tell whether a pool has more places than are ever in use, by far or by what chance adds."""
    if draft.troubled:
        return False
    load = float(np.sum([busy(draft.flow, n) for n in nodes], axis=0).max()) * draft.swing + 10.0
    if pool.places > HEADROOM * load:
        return True
    clump = max((_clump(draft, i) for n in nodes for i in n.ins), default=1.0)
    return pool.places > load + DEVIATIONS * math.sqrt(load * clump)


def joined_batch(
    draft: Draft, node: NodePlan, index: int, batch: Batch | None, places: int, pool: Pool | None
) -> Batch | None:
    """Return how batches of an arrow are gathered that grow while they wait; None: they do not.

    What is polled is fetched when there is a place for it: the longer that takes, the more there
    is. Where the pool is never full, and where batches are always full, nothing can grow.
    """
    hop = draft.network.edges[index].hop
    polled = hop.mechanism is Mechanism.POLL and not (hop.batch_fixed or hop.buffered)
    if pool is None or not polled or hop.batch_max <= 1:
        return None
    if batch is None:
        batch = Batch(int(min(hop.batch_max, 1_000)), 0.0)
    elif not draft.troubled and not batch.grid:
        rate = float(draft.flow.offered[index].min()) / draft.swing / max(1, batch.lanes)
        if rate * batch.window_s > ALWAYS_FULL * batch.most:
            return None
    return None if not places and never_full(draft, [node], pool) else batch


def buckets_of(draft: Draft, caps: Sequence[Cap], edges: list[int], *, whole: bool) -> list[Bucket]:
    """Return the token buckets of rate limits, without those that can never be met."""
    found = []
    for cap in caps:
        if cap.per in (Per.BUSY, Per.HELD):  # Places, not rates; messages in flight are not cut.
            continue
        weight = weight_of(draft, cap, edges, whole)
        rate = cap.value * cap.meets / cap.share
        pool = (cap.pool or "") if cap.pool in draft.pooled else ""
        if not (pool or draft.troubled) and _never_met(draft, cap, edges, rate, weight):
            continue
        # An allowance of a day or longer may be used up at once.
        burst = max(rate * (DAY_S if cap.over_day else BURST_S), weight)
        found.append(Bucket(cap.limit.id, rate, burst, weight, cap.meets, pool))
    return found


def _never_met(draft: Draft, cap: Cap, edges: list[int], rate: float, weight: float) -> bool:
    load = load_on(draft, cap, edges) * cap.meets
    return out_of_reach(cap, load, rate, weight * clump_of(draft, edges))


def out_of_reach(cap: Cap, load: float, rate: float, clump: float) -> bool:
    """Tell whether a rate limit is never met: far above the load, or above what chance adds.

    Arrivals vary about as a Poisson stream of clumps does, a clump being the batch that the sender
    was handed; what a buffer lets go at once is no such stream.
    """
    if rate > HEADROOM * load:
        return True
    if cap.over_day or rate * BURST_S < FEW_CLUMPS * clump:
        return False
    return rate > load + DEVIATIONS * math.sqrt(load * clump)


def clump_of(draft: Draft, edges: list[int]) -> float:
    """Return how many events are sent at once over any of some edges, about."""
    return max((_clump(draft, i) for i in edges), default=1.0)


def _clump(draft: Draft, index: int) -> float:
    """Return how many events a sender sends at once over an edge, about."""
    edge = draft.network.edges[index]
    ins = [draft.network.edges[i] for i in draft.network.nodes[edge.source].ins]
    if edge.hop.buffered or any(e.hop.buffered for e in ins):
        return math.inf
    sizes = [float(draft.flow.batch[e.index].max()) for e in ins]
    return max([1.0, *sizes]) * max(1.0, edge.hop.ratio)


def load_on(draft: Draft, cap: Cap, edges: list[int]) -> float:
    """Return the highest load on a rate limit, bursts included, before any limit."""
    total = 0.0
    for i in edges:
        edge = draft.network.edges[i]
        if cap.ops is None or edge.hop.op in cap.ops:
            events = float((draft.flow.offered[i] * draft.flow.attempts[i]).max())
            total += events * weight_of(draft, cap, [i], False)
    return total * draft.swing + 10.0


def weight_of(draft: Draft, cap: Cap, edges: list[int], whole: bool) -> float:
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
        gathered = batch_of(edge) is not None
        whole_here = whole and i not in draft.apart
        if gathered and whole_here and cap.per in (Per.EVENT, Per.KIB):
            one *= batch
        elif gathered and not whole_here and cap.per in (Per.REQUEST, Per.UNIT):
            one /= batch
        sizes.append(one * rate)
        weights.append(rate)
    return sum(sizes) / sum(weights) if weights else 0.0


def batch_of(edge: EdgePlan) -> Batch | None:
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
