"""What producers make in the reference engine: arrival times in blocks, one event each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from heapq import heappush
from typing import TYPE_CHECKING

import numpy as np

from designer.catalog.base import Constant, Exponential

from .. import drawn, draws
from ..drawn import Floats
from ..plan import Arrivals
from .parts import ARRIVE, Key

if TYPE_CHECKING:
    from .station import Station


def arrival_blocks(plan: Arrivals, key: int) -> Iterator[Floats]:
    """Yield times at which the integrated rate reaches the sums of unit gaps.

    All sums are added up and turned into times in the same order of operations as the compiled
    kernel does it one by one, so they are equal to the bit.
    """
    starts, rates = np.array(plan.starts), np.array(plan.rates)
    lengths = np.diff(np.append(starts, plan.period_s))
    areas = np.concatenate(([0.0], np.cumsum(lengths * rates)))
    whole = areas[-1]
    if whole <= 0.0:
        return
    even = plan.law == "constant"  # Then in the middle of equal gaps.
    x = -0.5 if even else 0.0
    for gaps in drawn.time_blocks(key, Constant(1.0) if even else Exponential(1.0)):
        sums = np.cumsum(np.concatenate(([x], gaps)))[1:]
        x = sums[-1]
        rounds = np.floor(sums / whole)
        while (short := sums - rounds * whole >= whole).any():
            rounds += short
        while (over := (rounds > 0) & (sums - (rounds - 1) * whole < whole)).any():
            rounds -= over
        rest = sums - rounds * whole
        at = np.maximum(np.searchsorted(areas, rest, side="right") - 1, 0)
        yield rounds * plan.period_s + starts[at] + (rest - areas[at]) / rates[at]


def begin(station: Station, plan: Arrivals, key: Key, until: float, most: int | None) -> None:
    """Put a producer's first arrival on the heap; each sees to the next."""
    times: Iterable[float] | None = plan.times
    if times is None:
        times = drawn.flat(arrival_blocks(plan, key(station.plan.id, draws.ARRIVAL)))
    next_time = itertools.chain(itertools.islice(times, most), itertools.repeat(math.inf)).__next__
    heap, number, order = station.engine.heap, station.engine.number, station.order(ARRIVE)
    made, direct, sinks = station.ledger.made.append, station.direct, station.sinks

    def arrive(t: float, _b: float, _note: int) -> None:
        made(t)
        if direct:
            for sink in sinks:
                sink(t, t)
        else:
            station.send(t, t, station.ways)
        follow()

    def follow() -> None:
        t = next_time()
        if t < until:
            heappush(heap, (t, order, number(), arrive, 0.0, 0))

    follow()
