"""Load on every cap over many scales at once, when everything is let through.

Without caps the rates grow in proportion to the producers', so two solutions on floats give them
at every scale; batches and loads then follow for all arrows and all scales in one pass. Where one
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
    """A network without hours whose rates are straight lines over the scale."""

    def __init__(self, network: Network) -> None:
        if network.lean is None:
            network.lean = lean.lay_out(network)
        self.table = network.lean.table
        idle, drawn = (lean.Solution(network.lean, scale) for scale in (0.0, 1.0))
        idle.pass_through()
        drawn.pass_through()
        self.still = np.array(idle.offered)
        self.grows = np.array(drawn.offered) - self.still
        kib = np.array(idle.size)
        self.still_kib = self.still * kib
        self.grows_kib = np.array(drawn.offered) * np.array(drawn.size) - self.still_kib
        self.idle_size = np.array(drawn.size)

    def loads(self, scales: Array) -> Loads:
        """Return the load on every cap at every scale."""
        rates = self.still[:, None] + self.grows[:, None] * scales
        kib = self.still_kib[:, None] + self.grows_kib[:, None] * scales
        whole = np.broadcast_to(self.idle_size[:, None], kib.shape).copy()
        sizes = np.divide(kib, rates, out=whole, where=rates > 0)
        batches, full = self.table.batches(rates, sizes)
        load = self.table.loads(rates, sizes, batches)
        floor = load if full is batches else self.table.loads(rates, sizes, full)
        caps = [(node, one.cap, one.held) for node, one in self.table.caps]
        return Loads(caps, load[:, :, None], floor[:, :, None])
