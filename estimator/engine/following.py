"""Which batches follow which: what one batch lets go comes together to where the next one fills.

A batch that ends sends its events on at one time. Where they fill a batch or a buffer again, they
are clumps, and come as evenly as the batches did: how large a batch becomes, how long its members
wait and whom they meet follows from `clumped`.

Sources: superposition of streams by Whitt, The Queueing Network Analyzer (1983), section 4.3;
    splitting, the same, section 4.4; expected range of a normal sample by Blom (1958).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from designer.catalog.base import Outcome, Waits

from .clumped import Formed, gathered_in_clumps, read_in_clumps
from .gathering import closing_scv, fillings, gathered
from .network import EdgePlan, Network, holds_places, is_quick
from .solved import Array
from .variation import once_and_each, variance

Figures = Sequence[float] | Mapping[int, float]  # by arrow
MOST_STEPS = 2_000  # of the search behind one arrow


class Shape(NamedTuple):
    """How batches form on an arrow, in numbers.

    Attributes:
        lanes: They fill apart in so many.
        every_s: Window, or interval of the reads or of the buffer.
        reads: At regular reads.
        most, most_kib: Events and KiB that close one; of a buffer KiB alone.
        sigma: Spread of the sizes of what fills a buffer.
        factor: Size on the arrow over the size in the buffer.
    """

    lanes: float
    every_s: float
    reads: bool
    buffered: bool
    most: float
    most_kib: float
    sigma: float
    factor: float


class Follow(NamedTuple):
    """One way on which the batches of an arrow become clumps of another.

    Attributes:
        before: Arrow whose batches they were.
        copies: Events that arrive, per event of the batch.
        whole: A file or a notice for the whole batch arrives instead.
        apart: Variance of the times that the events of a batch take each for itself.
        late: Variance of the times that batches take as a whole.
    """

    before: int
    shape: Shape
    copies: float
    whole: bool
    apart: float
    late: float


class Clumps(NamedTuple):
    """How events come to where a batch fills.

    Attributes:
        size, spread: Mean and standard deviation of the events that come together, in one lane.
        scv: Squared coefficient of variation of the times between them, 0..1.
        apart_s: Time over which one of them comes.
    """

    size: float
    spread: float
    scv: float
    apart_s: float


SINGLE = Clumps(1.0, 0.0, 1.0, 0.0)


def shape_of(network: Network, edge: EdgePlan) -> Shape:
    """Return how batches form on an arrow."""
    hop, lanes = edge.hop, max(1.0, edge.hop.lanes)
    buffer = network.nodes[edge.source].station.buffer
    if hop.buffered and buffer is not None:
        factor = max(hop.payload_factor, 1e-9)
        return Shape(lanes, buffer.interval_s, False, True, math.inf, buffer.size_kib,
                     buffer.record_sigma, factor)  # fmt: skip
    reads = hop.read_every_s > hop.batch_window_s
    every_s = hop.read_every_s if reads else hop.batch_window_s
    return Shape(lanes, every_s, reads, False, hop.batch_max, hop.batch_kib_max, 0.0, 1.0)


def gathers(network: Network, edge: EdgePlan) -> bool:
    """Tell whether batches form on an arrow by time or by number."""
    hop = edge.hop
    if hop.buffered:
        return network.nodes[edge.source].station.buffer is not None
    timed = hop.batch_window_s > 0 or hop.read_every_s > 0
    return timed and hop.batch_max > 1 and not hop.batch_fixed


def follows(network: Network) -> dict[int, tuple[Follow, ...]]:
    """Return the arrows on which batches follow others, in the order of the flow."""
    if network.follows is None:
        network.follows = _follows(network)
    return network.follows


def _follows(network: Network) -> dict[int, tuple[Follow, ...]]:
    leads = [edge for edge in network.edges if gathers(network, edge)]
    if len(leads) < 2:
        return {}
    found: dict[int, list[Follow]] = {}
    for lead in leads:
        for index, follow in _behind(network, lead):
            found.setdefault(index, []).append(follow)
    rank = {n: at for at, n in enumerate(n for part in network.order for n in part)}
    order = sorted(found, key=lambda i: rank[network.edges[i].source])
    return {i: tuple(found[i]) for i in order}


def _behind(network: Network, lead: EdgePlan) -> Iterator[tuple[int, Follow]]:
    """Yield the arrows behind one on which its batches are clumps, with how they come there."""
    node, shape = network.nodes[lead.target], shape_of(network, lead)
    once, each = once_and_each(network, node)
    late = 0.0 if lead.hop.buffered else once + each
    todo = [(lead, 1.0, False, 0.0)]
    seen = {lead.target}
    for _ in range(MOST_STEPS):
        if not todo:
            return
        came, copies, whole, apart = todo.pop()
        node = network.nodes[came.target]
        for i in node.outs:
            edge = network.edges[i]
            hop = edge.hop
            reacts = hop.reacts_to is None or came.hop.op in hop.reacts_to
            if hop.outcome is not Outcome.SUCCESS or not reacts or hop.op == "read":
                continue
            passed = copies * hop.ratio * edge.share
            one = whole or hop.per_request
            if passed <= 0:
                continue
            if gathers(network, edge):
                spread = apart + _before_gathering(edge)
                yield i, Follow(lead.index, shape, passed, one, spread, late)
            elif edge.target not in seen:
                seen.add(edge.target)
                todo.append((edge, passed, one, apart + _on_the_way(network, edge)))


def _before_gathering(edge: EdgePlan) -> float:
    """Return the variance of what an event takes from its source to where the batch fills.

    A measured latency holds the wait for a regular read, which comes after.
    """
    hop = edge.hop
    varies = sum(variance(item.law) for item in hop.latency)
    if hop.read_every_s <= hop.batch_window_s or not varies > 0:
        return varies
    whole_s = sum(item.law.mean_s for item in hop.latency)
    return varies * max(0.0, 1.0 - hop.read_every_s / 2.0 / whole_s) ** 2


def _on_the_way(network: Network, edge: EdgePlan) -> float:
    """Return the variance of what an event takes for itself until it leaves an arrow's target."""
    source, target = network.nodes[edge.source], network.nodes[edge.target]
    waits = edge.hop.waits is Waits.ANSWER and holds_places(source.station)
    if waits and is_quick(network, target):
        return 0.0  # Part of the caller's own time.
    travel = sum(variance(item.law) for item in edge.hop.latency)
    return travel + sum(once_and_each(network, target))


# ---- How they come -------------------------------------------------------------------------------


def clumps(
    lanes: float,
    before: tuple[Follow, ...],
    rate: float,
    rates: Figures,
    batches: Figures,
) -> Clumps:
    """Return how events come to an arrow whose batches follow others, in each of its lanes.

    Args:
        rate: Events per second on the arrow.
        rates, batches: Events per second, and per batch, of all arrows.
    """
    parts: list[tuple[float, float, float]] = []  # clumps per second and lane; scv; size squared
    left, apart_s = rate, 0.0
    for one in before:
        sent = rates[one.before] * one.copies
        if one.whole:
            sent = sent / max(1.0, batches[one.before])
        if sent <= 0 or left <= 1e-9 * rate:
            continue
        let = min(1.0, left / sent)  # The rest was refused on the way.
        stream = _stream(one, rates[one.before], batches[one.before], let / lanes)
        left -= sent * let
        parts.append(stream[:3])
        apart_s = max(apart_s, stream[3])
    if not parts:
        return SINGLE
    if left > 1e-9 * rate:
        parts.append((left / lanes, 1.0, 1.0))
    total = sum(per_s for per_s, _, _ in parts)
    size = max(1.0, rate / lanes / total)
    squared = sum(per_s * square for per_s, _, square in parts) / total
    spread = math.sqrt(max(0.0, squared - size * size))
    return Clumps(size, spread, _superposed(parts, total), apart_s)


def _stream(
    one: Follow, rate: float, batch: float, share: float
) -> tuple[float, float, float, float]:
    """Return what an arrow's batches send to a lane: clumps per s, scv, size squared, range in s.

    Args:
        share: Of the events that are sent, those that come into the lane.
    """
    batch = max(1.0, batch)
    sources = one.shape.lanes
    between_s = batch * sources / rate
    scv = evenness(one.shape, batch, between_s)
    late = one.late + (one.apart if one.whole else 0.0)
    scv = min(1.0, scv + 2.0 * late / between_s**2)  # Each is late by a time of its own.
    scv = 1.0 - (1.0 - scv) / sources
    if one.whole:
        met = min(1.0, one.copies * share)
        return rate / batch * met, 1.0 - met * (1.0 - scv), 1.0, 0.0
    deviation = _deviation(one.shape, batch, rate / sources)
    times = max(1.0, one.copies)
    hit = min(1.0, one.copies / times * share)
    met = squared = 0.0
    for events in (max(1.0, batch - deviation) * times, (batch + deviation) * times):
        met += (1.0 - (1.0 - hit) ** events if hit < 1.0 else 1.0) / 2.0
        squared += ((events * hit) ** 2 + events * hit * (1.0 - hit)) / 2.0
    size = batch * times * hit / met
    range_s = _range(size) * math.sqrt(one.apart) if size > 1.0 and one.apart > 0 else 0.0
    return rate / batch * met, 1.0 - met * (1.0 - scv), squared / met, range_s


def _deviation(shape: Shape, batch: float, rate: float) -> float:
    """Return the standard deviation of the size of batches that age closes, of single events."""
    if shape.reads:
        varies = batch * (1.0 + rate * shape.every_s) - batch * batch
    elif batch / rate > shape.every_s:
        varies = batch - 1.0
    else:
        return 0.0
    return math.sqrt(max(0.0, min(varies, (shape.most - batch) * (batch - 1.0))))


def evenness(shape: Shape, batch: float, between_s: float) -> float:
    """Return the squared coefficient of variation of the times between batches of one lane."""
    if shape.reads:
        return max(0.0, 1.0 - shape.every_s / between_s)
    rate = batch / between_s
    single = gathered(shape.most, shape.every_s, rate)
    if abs(single.members - batch) < 1e-6 * batch:
        return closing_scv(shape.most, shape.every_s, rate)
    if between_s > shape.every_s:  # By age: the window, and the wait for a first member.
        return (1.0 - shape.every_s / between_s) ** 2
    return min(1.0, 1.0 / batch)


def _superposed(parts: list[tuple[float, float, float]], total: float) -> float:
    """Return the squared coefficient of variation of several streams together."""
    shares = [(per_s / total, scv) for per_s, scv, _ in parts]
    streams = 1.0 / sum(share**2 for share, _ in shares)
    kept = 1.0 / (1.0 + 4.0 * (streams - 1.0))
    return 1.0 - kept + kept * sum(share * scv for share, scv in shares)


@functools.lru_cache(maxsize=1_024)
def _range(count: float) -> float:
    """Return the expected range of so many standard normal values."""
    return 2.0 * NormalDist().inv_cdf((count - 0.375) / (count + 0.25))


# ---- What forms of them --------------------------------------------------------------------------


def formed(shape: Shape, rate: float, size_kib: float, come: Clumps) -> Formed:
    """Return the means of an arrow's batches when nothing waits for a server.

    Args:
        rate: Events per second, of all lanes.
    """
    rate = rate / shape.lanes
    if shape.reads:
        most = max(1.0, min(shape.most, shape.most_kib / max(size_kib, 1e-9)))
        how = come.size, come.scv, come.apart_s, come.spread
        return read_in_clumps(most, shape.every_s, rate, *how)
    if not shape.buffered:
        most = max(1.0, min(shape.most, shape.most_kib / max(size_kib, 1e-9)))
        return gathered_in_clumps(most, shape.every_s, rate, come.size, come.scv, come.spread)
    parts = shape.most_kib / max(size_kib / shape.factor, 1e-9)
    both = (
        gathered_in_clumps(max(1.0, most), shape.every_s, rate, come.size, come.scv, come.spread)
        for most in fillings(parts, shape.sigma)
    )
    return Formed(*((a + b) / 2.0 for a, b in zip(*both, strict=True)))


def formed_after(
    shape: Shape,
    before: tuple[Follow, ...],
    rate: float,
    size_kib: float,
    rates: Figures,
    batches: Figures,
) -> Formed:
    """Return the means of an arrow's batches that follow others; of many scenarios, of each."""
    given = [rate, size_kib, *shape]
    for one in before:
        given += [rates[one.before], batches[one.before], *one.shape, *one[2:]]
    each: Any = next((g.each for g in given if hasattr(g, "each")), None)
    if each is None:
        come = clumps(shape.lanes, before, rate, rates, batches)
        return formed(shape, rate, size_kib, come)
    known = [one.before for one in before]
    return Formed(*each(lambda *row: _formed_of(row, known), *given))


def formed_by_cell(
    shape: Shape,
    before: tuple[Follow, ...],
    rate: Array,
    size_kib: Array,
    rates: Mapping[int, Array],
    batches: Mapping[int, Array],
    most: int | None = None,
) -> Array:
    """Return the members of batches that follow others, as an array over (scenarios, hours).

    Args:
        most: Cells that are worked out, by their rate evenly; those between lie between. For
            scenarios that differ in nothing but the scale.
    """
    given: list[Any] = [rate, size_kib, *shape]
    for one in before:
        given += [rates[one.before], batches[one.before], *one.shape, *one[2:]]
    known = [one.before for one in before]
    columns = [np.broadcast_to(g, rate.shape).ravel() for g in given]
    some = np.arange(rate.size)
    if most is not None and rate.size > most:
        by_rate = np.argsort(columns[0], kind="stable")
        some = by_rate[np.linspace(0, rate.size - 1, most).astype(int)]
    rows = zip(*(column[some].tolist() for column in columns), strict=True)
    found: Array = np.array([_formed_of(row, known).members for row in rows])
    if some.size < rate.size:
        found = np.interp(columns[0], columns[0][some], found)
    return found.reshape(rate.shape)


def _formed_of(row: Sequence[Any], known: list[int]) -> Formed:
    """Return the means of batches from plain numbers in a row."""
    rate, size_kib, *rest = row
    size = len(Shape._fields)
    shape, rest = Shape(*rest[:size]), rest[size:]
    width = 2 + size + len(Follow._fields) - 2
    rates, batches, before = dict[int, float](), dict[int, float](), list[Follow]()
    for k, index in enumerate(known):
        part = rest[k * width : (k + 1) * width]
        rates[index], batches[index] = part[:2]
        before.append(Follow(index, Shape(*part[2 : 2 + size]), *part[2 + size :]))
    come = clumps(shape.lanes, tuple(before), rate, rates, batches)
    return formed(shape, rate, size_kib, come)
