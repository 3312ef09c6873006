"""A network laid out for floats: what never changes while it is solved, looked up once."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import NamedTuple

from designer.catalog.base import Cap, Excess, Mechanism, Outcome, Per

from ..following import Follow, Shape, follows, shape_of
from ..loops import is_loop, refuse_gain
from ..network import EdgePlan, Network, NodePlan
from .kinds import (
    ALONE,
    BUFFERED,
    BUSY,
    EVENT,
    FIXED,
    HELD,
    KIB,
    READ,
    REQUEST,
    UNIT,
    WINDOW,
)
from .table import Table

_KIND = {
    Per.EVENT: EVENT, Per.REQUEST: REQUEST, Per.KIB: KIB, Per.UNIT: UNIT, Per.HELD: HELD,
    Per.BUSY: BUSY,
}  # fmt: skip


@dataclass(slots=True)
class Arrow:
    """What one edge needs to be solved.

    Attributes:
        attempts, given_up: Deliveries per event and share given up, for independent errors.
        how: How its batches form.
        most, most_kib: Events and KiB of its largest batch.
        every_s: Window or interval in which a batch fills.
        sigma: Spread of the sizes of what fills a buffer.
        grows: Polled batches grow under a backlog.
        loads: Places of the caps on its way among those of its target; with what each cuts.
        partial: Some of these caps meet only a part of the events.
        after: The arrows whose batches its own follow, in clumps; with its shape.
        turn: Place among such arrows in the order of the flow.
    """

    index: int
    source: int
    attempts: float
    given_up: float
    how: int
    most: float
    most_kib: float
    every_s: float
    lanes: float
    factor_kib: float
    sigma: float
    grows: bool
    refuse: bool
    edge: EdgePlan
    loads: list[int] = field(default_factory=list)
    partial: bool = False
    after: tuple[Follow, ...] = ()
    shape: Shape | None = None
    turn: int = 0


@dataclass(slots=True)
class Counted:
    """What one cap counts: (arrow, start of request time, further time of each event)."""

    cap: Cap
    kind: int
    value: float
    share: float
    unit_kib: float
    pool: str | None
    arrows: list[Arrow]
    edge: int | None
    held: bool
    grows: bool


class Onward(NamedTuple):
    """An edge out of a node, with the edges in whose events it carries on.

    Attributes:
        single: The edge in of which alone it carries events, one for one; -1 where it is not so.
        part: Of those events that goes on.
        gain: Events on it for each that goes on.
        own: It carries what the node produces by itself.
        parts: (edge in, part of its events that goes on).
    """

    edge: int
    single: int
    part: float
    gain: float
    stated: float | None
    factor: float
    own: bool
    per_request: bool
    parts: list[tuple[int, float]]


@dataclass(slots=True)
class Spot:
    """What one node needs to be solved.

    Attributes:
        once_s, each_s: Time of a request of one event, and of each further event.
        dead: (dead-letter edge, edges whose given-up events it takes).
        by_batch: What goes on counts batches: one event for each request.
    """

    index: int
    ins: list[Arrow]
    outs: list[Onward]
    counted: list[Counted]
    dead: list[tuple[int, list[int]]]
    once_s: float
    each_s: float
    payload_kib: float
    by_batch: bool


@dataclass
class Lean:
    """A network laid out for floats; sources are read anew by each solution.

    Attributes:
        steps: Spots in the order of the flow: those of a loop together, with the edges that a
            sweep reads before it writes them, and those between two loops, with None.
        producers: Nodes that produce by themselves.
    """

    network: Network
    spots: list[Spot]
    given_up: list[float]
    attempts: list[float]
    steps: list[tuple[list[Spot], list[int] | None]]
    producers: list[int]

    @functools.cached_property
    def table(self) -> Table:
        """The arrows and caps in columns."""
        return Table(self.spots)


def lay_out(network: Network) -> Lean:
    """Return the network laid out for `Solution`.

    Raises:
        Unstable: A loop multiplies its events (gain of one or more).
    """
    spots = [_spot(network, node) for node in network.nodes]
    _follow(network, spots)
    edges = len(network.edges)
    given_up, attempts = [0.0] * edges, [1.0] * edges
    for spot in spots:
        for arrow in spot.ins:
            given_up[arrow.index], attempts[arrow.index] = arrow.given_up, arrow.attempts
    steps: list[tuple[list[Spot], list[int] | None]] = []
    for component in network.order:
        mine = [spots[n] for n in component]
        if is_loop(network, component):
            refuse_gain(network, component)
            steps.append((mine, _back(network, mine)))
        elif steps and steps[-1][1] is None:
            steps[-1][0].extend(mine)
        else:
            steps.append((mine, None))
    producers = [node.index for node in network.nodes if node.station.sources]
    return Lean(network, spots, given_up, attempts, steps, producers)


def _follow(network: Network, spots: list[Spot]) -> None:
    """Tell arrows whose batches theirs follow; where files count, batches are known on the way."""
    known = follows(network)
    if not known:
        return
    turns = {index: at for at, index in enumerate(known)}
    around = {*known, *(one.before for ones in known.values() for one in ones)}
    counted = any(spot.by_batch for spot in spots)
    for spot in spots:
        for arrow in spot.ins:
            if arrow.index in known:
                arrow.after, arrow.turn = known[arrow.index], turns[arrow.index]
                arrow.shape = shape_of(network, arrow.edge)
            spot.by_batch = spot.by_batch or (counted and arrow.index in around)


def _back(network: Network, spots: list[Spot]) -> list[int]:
    """Return the edges of a loop that lead back in the order of its spots."""
    leaving = [i for spot in spots for i in network.nodes[spot.index].outs]
    if any(spot.dead for spot in spots):  # Redrives also read what other consumers have.
        return leaving
    place = {spot.index: at for at, spot in enumerate(spots)}
    edges = (network.edges[i] for i in leaving)
    return [e.index for e in edges if place.get(e.target, len(place)) <= place[e.source]]


def _spot(network: Network, node: NodePlan) -> Spot:
    station = node.station
    ins = [_arrow(network, network.edges[i], station.error_ratio) for i in node.ins]
    given_up = {arrow.index: arrow.given_up for arrow in ins}
    outs = [
        _onward(network, node, i, given_up) for i in node.outs if not _is_dead(network.edges[i])
    ]
    refusing = any(arrow.refuse for arrow in ins)
    counted = [_counted(cap, ins, None, not refusing) for cap in station.caps]
    for arrow in ins:
        own = arrow.edge.hop.caps
        counted += [_counted(cap, [arrow], arrow.index, not arrow.refuse) for cap in own]
    for k, one in enumerate(counted):
        for arrow in one.arrows:
            arrow.loads.append(k)
            arrow.partial = arrow.partial or one.cap.meets < 1.0
    dead = []
    for j in node.ins:
        around = network.nodes[network.edges[j].source].outs
        if letters := [i for i in around if _is_dead(network.edges[i])]:
            gone = [k for k in around if network.edges[k].hop.dies]
            dead += [(i, gone) for i in letters]
    cold_s = station.cold.mean_s if station.cold else 0.0
    return Spot(
        node.index, ins, outs, counted, dead, cold_s + node.request_s, node.event_s,
        station.payload_kib, any(one.per_request for one in outs),
    )  # fmt: skip


def _is_dead(edge: EdgePlan) -> bool:
    return edge.hop.outcome is Outcome.DEAD


def _arrow(network: Network, edge: EdgePlan, error: float) -> Arrow:
    hop = edge.hop
    attempts, given_up = 1.0, 0.0
    if error > 0:
        given_up = 0.0 if math.isinf(edge.give_up) else error**edge.give_up
        attempts = (1 - given_up) / (1 - error)
    how, most, most_kib = WINDOW, hop.batch_max, hop.batch_kib_max
    every_s, factor_kib, sigma = hop.batch_window_s, 1.0, 0.0
    if hop.buffered:
        buffer = network.nodes[edge.source].station.buffer
        how = ALONE if buffer is None else BUFFERED
        if buffer is not None:
            factor_kib = max(hop.payload_factor, 1e-9)
            every_s, most_kib, sigma = buffer.interval_s, buffer.size_kib, buffer.record_sigma
    elif hop.batch_fixed:
        how = FIXED
    elif hop.read_every_s > hop.batch_window_s:
        how, every_s = READ, hop.read_every_s
    grows = hop.mechanism is Mechanism.POLL and hop.batch_max > 1 and not hop.batch_fixed
    return Arrow(
        edge.index, edge.source, attempts, given_up, how, most, most_kib, every_s,
        max(1.0, hop.lanes), factor_kib, sigma, grows, hop.excess is Excess.REFUSE, edge,
    )  # fmt: skip


def _counted(cap: Cap, ins: list[Arrow], edge: int | None, held: bool) -> Counted:
    on = [a for a in ins if cap.ops is None or a.edge.hop.op in cap.ops]
    return Counted(
        cap, _KIND[cap.per], cap.value, cap.share, cap.unit_kib, cap.pool, on, edge, held,
        any(a.grows for a in on),
    )  # fmt: skip


def _onward(network: Network, node: NodePlan, index: int, given_up: dict[int, float]) -> Onward:
    edge = network.edges[index]
    hop = edge.hop
    failed = hop.outcome is Outcome.FAILURE
    parts = []
    for j in node.ins:
        came = network.edges[j].hop
        reacts = hop.reacts_to is None or came.op in hop.reacts_to
        if reacts and not (failed and came.mechanism is Mechanism.CALL):
            parts.append((j, given_up[j] if failed else 1.0 - given_up[j]))
    own = not failed and bool(node.station.sources)
    plain = len(parts) == 1 and not own and not hop.per_request
    single, part = parts[0] if plain else (-1, 0.0)
    return Onward(
        index, single, part, hop.ratio * edge.share, hop.payload_kib, hop.payload_factor, own,
        hop.per_request, parts,
    )  # fmt: skip
