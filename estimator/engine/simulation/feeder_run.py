"""One inbound arrow of a stage while sample paths run: what is on its way, and in which lanes."""

from __future__ import annotations

import numpy as np

from . import draws
from .lines import Batcher, Draw, Floats, Ints, Key, Limiter, Line, Uniforms
from .plan import LANE_BIT, LANES, TRIES, Feeder
from .record import EdgeCounts


class FeederRun:
    """One inbound arrow while the simulation runs."""

    def __init__(self, plan: Feeder, name: str, counts: EdgeCounts, key: Key, many: bool) -> None:
        self.plan, self.counts = plan, counts
        self.stays = 0  # that go on only after the end
        self.poison: list[float] = []

        def mine(purpose: int, part: int) -> int:
            return key(name, purpose, part)

        self.delays = [Draw(mine(draws.DELAY, i), law) for i, law in enumerate(plan.delays)]
        self.limiter = Limiter(plan.buckets, mine, int(plan.refuse), many or plan.lanes > 1)
        gathers = Batcher(plan, mine) if plan.batch is not None and plan.gathers else None
        self.batcher = None if plan.ordered else gathers
        # Where order counts, events stand in line one by one, and note their lane.
        self.reader = gathers if plan.ordered else None
        self.lanes = Uniforms(mine(draws.LANE, 0)) if plan.ordered and plan.lanes > 1 else None
        self.fail = Uniforms(mine(draws.FAIL, 0))
        self.line, self.again = Line(), Line()

    def put(self, t: Floats, b: Floats, *, in_order: bool = True) -> None:
        """Send messages on their way here."""
        if not t.size:
            return
        after_s = 0.0
        if len(self.delays) == 1 and self.delays[0].constant is not None:
            after_s = self.delays[0].constant
        else:
            t, in_order = self._delayed(t, in_order)
        self.line.put(t, b, in_order=in_order, after_s=after_s)

    @property
    def gathered(self) -> int:
        """Events in open batches and in requests that did not end."""
        one = self.batcher or self.reader
        return one.inside if one is not None else 0

    def in_lanes(
        self, t: Floats, b: Floats, note: Ints, arrived: Floats, end: float
    ) -> tuple[Floats, Floats, Ints, Floats]:
        """Return events with the lanes that keep their order, as they stand in line."""
        again = (note & TRIES) > 0
        if self.reader is None:
            if self.lanes is not None and self.plan.batch is not None:
                lane = self.plan.batch.lanes_of(self.lanes.take(int((~again).sum())))
                note = note.copy()
                note[~again] |= lane << LANE_BIT
        else:
            fresh = ~again
            read = self.reader.read(t[fresh], b[fresh], note[fresh], end)
            t, b, note, arrived = (
                np.concatenate((old[again], new))
                for old, new in zip((t, b, note, arrived), (*read, read[0]), strict=True)
            )
        order = np.lexsort(((note >> LANE_BIT) & LANES, t))
        return t[order], b[order], note[order], arrived[order]

    def _delayed(self, t: Floats, in_order: bool) -> tuple[Floats, bool]:
        for draw in self.delays:
            fixed = draw.constant
            if fixed is not None:
                t = t + fixed
                continue
            in_order = False
            if self.plan.grouped:
                group = groups(t)
                t = t + draw.take(int(group[-1]) + 1)[group]
            else:
                t = t + draw.take(t.size)
        return t, in_order


def groups(t: Floats) -> Ints:
    """Return the number of the group of equal times that each belongs to."""
    return np.concatenate(([0], np.cumsum(t[1:] != t[:-1])))
