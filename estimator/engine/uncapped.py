"""Load on every cap over many scales at once, when everything is let through.

Without caps the rates grow in proportion to the producers', so one solution on floats (two, where
some do not scale) gives them at every scale. Loads do as well where batches stay as they are; the
others follow for their arrows and all scales in one pass. Where one
event is made per request (a file per flush) rates bend with the batches, and where hours are told
apart loads last into the next one: there the arrays of `flow` are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from designer.catalog.base import Cap

from . import lean
from .flow import Array, solve
from .network import Network

ENDS = 1e-7, 1e7  # Of the scale; between them batches grow one way.


@dataclass
class Loads:
    """Loads by cap, as arrays over (caps, scales, hours).

    Attributes:
        caps: (index of the node, the cap, what is over it waits) of each row.
    """

    caps: list[tuple[int, Cap, bool]]
    load: Array
    floor: Array


def measure(network: Network) -> Callable[[Array], Loads]:
    """Return what tells the load on every cap at given scales.

    Raises:
        Unstable: A loop multiplies its events (gain of one or more).
    """
    bends = any(edge.hop.per_request for edge in network.edges)
    if network.hours > 1 or bends or not network.edges:
        return lambda scales: _by_arrays(network, scales)
    return Grid(network).loads


def _by_arrays(network: Network, scales: Array) -> Loads:
    flow = solve(network, scales, capped=False)
    found = [(n.index, one) for n in network.nodes for one in flow.caps[n.index]]
    shape = (len(found), len(scales), network.hours)
    load, floor = np.empty(shape), np.empty(shape)
    for row, (_, one) in enumerate(found):
        load[row], floor[row] = one.load, one.floor
    return Loads([(n, one.cap, one.held_only) for n, one in found], load, floor)


class Grid:
    """A network without hours whose rates are straight lines over the scale.

    So is the load on a cap whose arrows batch alike at every scale, where nothing flows at zero.
    """

    def __init__(self, network: Network) -> None:
        if network.lean is None:
            network.lean = lean.lay_out(network)
        table = network.lean.table
        self.caps = [(node, one.cap, one.held) for node, one in table.caps]
        drawn, self.idle_size = _passed(network.lean, 1.0)
        self.still = self.still_kib = np.zeros_like(drawn)
        self.load = self.floor = np.zeros((len(self.caps), 1))
        self.bent = np.arange(len(self.caps))
        if any(node.station.sources and not node.station.scales for node in network.nodes):
            self.still, kib = _passed(network.lean, 0.0)
            self.still_kib = self.still * kib
        else:
            self._straighten(table, drawn)
        self.grows = drawn - self.still
        self.grows_kib = drawn * self.idle_size - self.still_kib
        self.part = table.only(self.bent.tolist()) if self.bent.size else None

    def _straighten(self, table: lean.Table, drawn: Array) -> None:
        """Find the loads per unit of scale, and the caps whose loads bend with the batches."""
        near, far = (table.batches(drawn * scale, self.idle_size) for scale in ENDS)
        self.load, self.floor = (table.loads(drawn, self.idle_size, one) for one in near)
        bent = np.zeros(len(self.caps), dtype=bool)
        for one, same, load in zip(near, far, (self.load, self.floor), strict=True):
            if not np.array_equal(one, same):
                bent |= (table.loads(drawn, self.idle_size, same) != load)[:, 0]
        self.bent = np.flatnonzero(bent)

    def loads(self, scales: Array) -> Loads:
        """Return the load on every cap at every scale."""
        load, floor = self.load * scales, self.floor * scales
        if self.part is not None:
            arrows = self.part.arrows
            rates = self.still[arrows] + self.grows[arrows] * scales
            kib = self.still_kib[arrows] + self.grows_kib[arrows] * scales
            whole = np.broadcast_to(self.idle_size[arrows], kib.shape).copy()
            sizes = np.divide(kib, rates, out=whole, where=rates > 0)
            batches, full = self.part.batches(rates, sizes)
            load[self.bent] = self.part.loads(rates, sizes, batches)
            floor[self.bent] = (
                load[self.bent] if full is batches else self.part.loads(rates, sizes, full)
            )
        return Loads(self.caps, load[:, :, None], floor[:, :, None])


def _passed(plan: lean.Lean, scale: float) -> tuple[Array, Array]:
    """Return rates and sizes by edge at a scale, everything let through, as columns."""
    found = lean.Solution(plan, scale)
    found.pass_through()
    rates, sizes = np.array(found.offered), np.array(found.size)
    return rates.reshape(-1, 1), sizes.reshape(-1, 1)
