"""What an event waits for on an edge: its batch or buffer, the next read, a free place, retries."""

from __future__ import annotations

import math

from designer.catalog.base import (
    Exponential,
    Gathering,
    Hop,
    Item,
    Kind,
    Law,
    Maybe,
    Mechanism,
    Per,
    Uniform,
)

from .clumped import Formed
from .errors import Unstable
from .flow import Flow, request_s
from .following import evenness, follows, formed_after, shape_of
from .gathering import Gathered, buffered, gathered, met, regularity, unevenness
from .network import EdgePlan, Network
from .queueing import joined_wait_s, mean_wait_s
from .servers import wait_items
from .variation import request_scv


class Crossing:
    """The edges of a network at one hour: their batches, and what an event waits for on them."""

    def __init__(self, network: Network, flow: Flow, hour: int) -> None:
        self.network, self.flow, self.hour = network, flow, hour
        self.offered, self.requests = flow.at("offered", hour), flow.at("requests", hour)
        self.batch, self.size_kib = flow.at("batch", hour), flow.at("size_kib", hour)

    def items(self, edge: EdgePlan) -> list[Item]:
        """Return what passes between leaving the source and starting at the target."""
        hop, items = edge.hop, list[Item]()
        if hop.buffered:
            items += self._buffer_items(edge)
        elif hop.batch_window_s > 0 and hop.batch_max > 1:
            found = self._formed(edge)
            if found is None:
                rate = self._lane_rate(edge)
                law = waiting(gathered(self._most(edge), hop.batch_window_s, rate))
            else:
                law = waited(found.wait_s, found.first_ratio)
            items.append(Item(Kind.WINDOW, "Batching window", law))
        items += hop.latency
        items += _read_items(hop)
        items += self._wait_items(edge)
        items += self._retry_items(edge)
        return items

    def _buffer_items(self, edge: EdgePlan) -> list[Item]:
        buffer = self.network.nodes[edge.source].station.buffer
        if buffer is None:
            return []
        kib = self.size_kib[edge.index] / max(edge.hop.payload_factor, 1e-9)
        rate = self._lane_rate(edge)
        parts = buffer.size_kib / max(kib, 1e-9)
        by = "interval" if parts >= rate * buffer.interval_s else "size"
        found = self._formed(edge)
        if found is None:
            law = waiting(buffered(parts, buffer.record_sigma, buffer.interval_s, rate))
        else:
            law = waited(found.wait_s, found.first_ratio)
        return [Item(Kind.BUFFER, f"Buffer until its {by} is reached", law)]

    def _wait_items(self, edge: EdgePlan) -> list[Item]:
        """Return the wait of polled messages for a free execution."""
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
        per_lane = self._lane_rate(edge)
        lanes = max(1.0, hop.lanes * share)
        one = self._unevenness(edge, per_lane)
        arrivals = 1.0 - (1.0 - one) / lanes
        own = request_scv(self.network, node, batch, self.others(edge))
        most = self._most(edge)
        try:
            chance, wait_s = mean_wait_s(servers, rate, time_s, arrivals + own - 1.0)
        except Unstable:
            chance, wait_s = 1.0, math.inf
        if chance * wait_s < 1e-6:
            return []
        whole = max(1.0, math.floor(servers))
        wait_s = wait_s * regularity(rate * time_s / whole, arrivals, own)
        if batch < most and servers <= lanes:  # Each lane has a place of its own.
            between_s = lanes * batch / (self.offered[edge.index] * share)
            joined = self._joined_wait_s(edge, between_s, one, own)
            if joined[0] * joined[1] < chance * wait_s:
                chance, wait_s = joined
        elif batch < most:
            wait_s = min(wait_s, self._grown_wait_s(edge, servers, share, own))
        cuts = self.offered[edge.index] * hop.read_every_s / max(1.0, hop.lanes) / batch
        if hop.read_every_s > hop.batch_window_s and cuts > 1.0:  # One after another.
            chance, wait_s = 1.0, max(chance * wait_s, (cuts - 1.0) / 2.0 * time_s)
        if chance * wait_s < 1e-6 or wait_s == math.inf:
            return []
        law = Maybe(min(1.0, chance), Exponential(wait_s))
        return [Item(Kind.WAIT, "Wait for a free execution", law)]

    def _joined_wait_s(
        self, edge: EdgePlan, between_s: float, one: float, own: float
    ) -> tuple[float, float]:
        """Return (chance, wait) where all that stand in a lane go on together, in full batches."""
        node, batch = self.network.nodes[edge.target], self.batch[edge.index]
        chance, rest_s = joined_wait_s(between_s, one, request_s(node, batch), own)
        more_s = self._overflow_s(edge, 1.0, batch / between_s, own)
        if not more_s > 1e-6:
            return chance, rest_s
        return 1.0, chance * rest_s + more_s

    def _grown_wait_s(self, edge: EdgePlan, servers: float, share: float, own: float) -> float:
        """Return the wait where all that stand in line go on together when a batch has ended.

        It is the rest of that batch, and what full batches would wait: inf where they do as well.
        """
        node, whole = self.network.nodes[edge.target], max(1.0, math.floor(servers))
        rest_s = (1.0 + own) / 2.0 * request_s(node, self.batch[edge.index])
        more_s = self._overflow_s(edge, servers, self.offered[edge.index] * share, own)
        return rest_s / whole + more_s

    def _overflow_s(self, edge: EdgePlan, servers: float, rate: float, own: float) -> float:
        """Return what full batches would wait; inf where there are too many of them."""
        node, most = self.network.nodes[edge.target], self._most(edge)
        full_s, whole, even = request_s(node, most), max(1.0, math.floor(servers)), 1.0 / most
        try:
            chance, wait_s = mean_wait_s(servers, rate / most, full_s, even + own - 1.0)
        except Unstable:
            return math.inf
        return chance * wait_s * regularity(rate / most * full_s / whole, even, own)

    def _retry_items(self, edge: EdgePlan) -> list[Item]:
        """Return the mean time until the successful delivery, for independent errors."""
        error = self.network.nodes[edge.target].station.error_ratio
        if error <= 0 or edge.give_up <= 1 or edge.hop.retry_wait_s <= 0:
            return []
        law = Maybe(error, Exponential(edge.hop.retry_wait_s / (1 - error)))
        return [Item(Kind.RETRY, "Delivered again after an error", law, None, True)]

    def others(self, edge: EdgePlan) -> float:
        """Return how many others are in the batch of an event, on average over the events."""
        hop, i = edge.hop, edge.index
        if hop.buffered or hop.batch_fixed or hop.batch_max <= 1:
            return 0.0
        found = self._formed(edge)
        if found is not None:
            return max(found.others, self.batch[i] - 1.0)
        rate = self._lane_rate(edge)
        others = met(hop.batch_window_s, hop.read_every_s, self._most(edge), rate)
        return max(others, self.batch[i] - 1.0)

    def _unevenness(self, edge: EdgePlan, per_lane: float) -> float:
        """Return the squared coefficient of variation of the times between batches of a lane."""
        hop = edge.hop
        if self._formed(edge) is None:
            return unevenness(hop.batch_window_s, hop.read_every_s, self._most(edge), per_lane)
        batch = self.batch[edge.index]
        return evenness(shape_of(self.network, edge), batch, batch / per_lane)

    def _formed(self, edge: EdgePlan) -> Formed | None:
        """Return the batches of an arrow whose events come in clumps; None: they come alone."""
        i = edge.index
        before = follows(self.network).get(i)
        if before is None:
            return None
        shape, rate = shape_of(self.network, edge), self.offered[i]
        return formed_after(shape, before, rate, self.size_kib[i], self.offered, self.batch)

    def _most(self, edge: EdgePlan) -> float:
        """Return the largest batch that an edge takes."""
        size_kib = max(self.size_kib[edge.index], 1e-9)
        return min(edge.hop.batch_max, max(1.0, edge.hop.batch_kib_max / size_kib))

    def _lane_rate(self, edge: EdgePlan) -> float:
        """Return the events per second of one of the lanes in which batches form."""
        return self.offered[edge.index] / max(1.0, edge.hop.lanes)


def _read_items(hop: Hop) -> list[Item]:
    """Return the wait for a regular read, so far as it is longer than the measured latency."""
    measured_s = sum(item.law.mean_s for item in hop.latency)
    longer_s = hop.read_every_s / 2 - measured_s
    if hop.read_every_s <= hop.batch_window_s or hop.batch_max <= 1 or longer_s <= 0:
        return []
    return [Item(Kind.POLL, "Wait for the next read", Uniform(0.0, 2 * longer_s))]


def waiting(found: Gathered) -> Law:
    """Return the wait of an event for its batch: closed by its count, or by its first's age.

    Its mean is that of the batch. Those who come first in a batch that closes by age wait longest;
    the others are spread evenly below.
    """
    return waited(found.wait_s, found.aged_ratio / found.members)


def waited(mean_s: float, first: float) -> Law:
    """Return the wait for a batch by its mean, and the share of those that wait longest."""
    high_s = 2.0 * mean_s / (1.0 + first)
    return Gathering(high_s, first) if first > 1e-9 else Uniform(0.0, high_s)
