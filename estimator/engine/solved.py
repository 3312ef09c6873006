"""What a solution is: rates by edge and node, and the load on each cap."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Cap, EdgeFlow

if TYPE_CHECKING:
    from .lean import Table

Array = NDArray[np.float64]
Rows = list[Array] | Array  # by edge or node
Pool = tuple[Array, Array, float]  # load, load with full batches, capacity


@dataclass
class CapLoad:
    """Load on one cap, as arrays over (scenarios, hours).

    Attributes:
        load: With the batches that form at this rate.
        floor: With the largest batches that polling may form under a backlog.
        held_only: What is over the cap waits; nothing is refused.
    """

    cap: Cap
    load: Array
    floor: Array
    edge: int | None = None
    held_only: bool = False

    @property
    def utilisation(self) -> Array:
        return pressure(self.load, self.floor, self.cap.value)


def pressure(load: Array, floor: Array, capacity: float) -> Array:
    """Return load over capacity; above 1 only when full batches do not help either."""
    used = load / capacity
    return np.where(used <= 1.0, used, np.maximum(1.0, floor / capacity))


def growth(load: Array, floor: Array, capacity: Array | float, most: Array) -> Array:
    """Return by how much batches grow under a backlog, until the load is no more than capacity.

    A part of the load is that of requests, which become fewer; the rest is that of their events.

    Args:
        floor: The load when batches have grown by `most`.
    """
    wide = np.maximum(most, 1.0 + 1e-9)
    shrinks = np.where(most > 1.0, (load - floor) * wide / (wide - 1.0), load)
    room = capacity - (load - shrinks)
    grown = np.where(room > 0.0, shrinks / np.where(room > 0.0, room, 1.0), np.inf)
    return np.where(load > capacity, grown, 1.0)


class Caps(Sequence[list[CapLoad]]):
    """The caps of each node with their loads, made when they are looked at."""

    def __init__(self, table: Table, load: Array, floor: Array) -> None:
        shape = load.shape if load.ndim == 3 else (*load.shape, 1)
        self.table, self.load, self.floor = table, load.reshape(shape), floor.reshape(shape)
        self.known: dict[int, list[CapLoad]] = {}

    def __len__(self) -> int:
        return len(self.table.first) - 1

    def __getitem__(self, node: Any) -> Any:
        known = self.known.get(node)
        if known is None:
            first, last = self.table.first[node], self.table.first[node + 1]
            known = self.known[node] = [
                CapLoad(one.cap, self.load[row], self.floor[row], one.edge, one.held)
                for row, (_, one) in enumerate(self.table.caps[first:last], first)
            ]
        return known

    def __setitem__(self, node: int, loads: list[CapLoad]) -> None:
        self.known[node] = loads


class EdgeDay(NamedTuple):
    """An edge over the mean day of the first scenario; `kib_per_s` is what it hands on."""

    served: float
    offered: float
    requests: float
    size_kib: float
    batch: float
    attempts: float
    throttled: float
    backlog: float
    kib_per_s: float


@dataclass
class Flow:
    """The solution; lists by edge or node index, arrays over (scenarios, hours).

    Attributes:
        seen: What rooms saw of an edge from one of its ends: (edge, node at the other end).
    """

    offered: Rows
    served: Rows
    requests: Rows
    batch: Rows
    size_kib: Rows
    attempts: Rows
    given_up: Rows
    throttled: Rows
    backlog: Rows
    produced: Rows
    caps: list[list[CapLoad]] | Caps
    pools: dict[str, Pool] = field(default_factory=dict)
    seen: dict[tuple[int, int], EdgeFlow] = field(default_factory=dict)
    _rows: dict[tuple[str, int | None], list[float]] = field(default_factory=dict)

    @functools.cached_property
    def steady(self) -> bool:
        """Whether there is one hour only, kept in columns."""
        return isinstance(self.offered, np.ndarray) and self.offered.shape[1:] == (1, 1)

    @functools.cached_property
    def edges(self) -> list[EdgeDay]:
        """Each edge over the mean day of the first scenario."""
        served, sizes = self.served, self.size_kib
        if isinstance(served, np.ndarray) and isinstance(sizes, np.ndarray):
            kib = means(served * sizes)
        else:
            kib = means([a * b for a, b in zip(served, sizes, strict=True)])
        columns = [self.daily(name) for name in EdgeDay._fields[:-1]]
        return list(itertools.starmap(EdgeDay, zip(*columns, kib, strict=True)))

    def daily(self, name: str) -> list[float]:
        """Return the means over the day of one of the lists, in the first scenario."""
        known = self._rows.get((name, None))
        if known is None:
            known = self._rows[name, None] = means(getattr(self, name))
        return known

    def at(self, name: str, hour: int) -> list[float]:
        """Return the values at one hour of one of the lists, in the first scenario."""
        known = self._rows.get((name, hour))
        if known is None:
            rows = getattr(self, name)
            known = self.daily(name) if self.steady else [float(v[0, hour]) for v in rows]
            self._rows[name, hour] = known
        return known


def means(rows: Rows) -> list[float]:
    """Return the mean over the day of the first scenario, of each row."""
    if isinstance(rows, np.ndarray) and rows.shape[1:] == (1, 1):
        found: list[float] = rows[:, 0, 0].tolist()
        return found
    return [mean(values) for values in rows]


def mean(values: Array) -> float:
    """Return the mean over the day of the first scenario."""
    row = values[0]
    return float(row[0]) if len(row) == 1 else float(row.mean())


def daily(values: Array) -> Array:
    """Return the mean over the day of each scenario."""
    found: Array = values[:, 0] if values.shape[1] == 1 else values.mean(axis=1)
    return found
