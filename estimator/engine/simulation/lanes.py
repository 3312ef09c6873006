"""State of a pool whose arrows have places of their own: who waits, and who is in progress."""

from __future__ import annotations

import numpy as np

from .lines import NONE, NONE_INT, Floats, Ints
from .plan import Stage

UNLIMITED = 1 << 60  # places of a lane without a limit of its own


class LaneState:
    """Requests that wait for a place, and which lanes are in use.

    Attributes:
        kept: Times of arrival at the pool and in the node, births, service, what they add to a
            request that they join, calls one by one.
        note, lane, size: What goes with them.
        old: How many have arrived; the others were let through ahead of time by a limit.
        slots, n, x: What is in progress, as `kernels_lanes.lanes_pool` keeps it.
        places, most, running: By lane: requests at once, events that join into one, in progress.
    """

    def __init__(self, plan: Stage) -> None:
        assert plan.pool is not None
        self.first = np.cumsum([0, *(f.lanes if f.places else 1 for f in plan.feeders)])
        lanes = int(self.first[-1])
        self.places, self.most = np.full(lanes, UNLIMITED), np.zeros(lanes, np.int64)
        self.running = np.zeros(lanes, np.int64)
        for i, f in enumerate(plan.feeders):
            mine = slice(self.first[i], self.first[i + 1])
            if f.places:
                self.places[mine] = f.places
            if f.joins and f.batch is not None:
                self.most[mine] = f.batch.most
        self.kept: list[Floats] = [NONE] * (5 + len(plan.calls))
        self.note = self.lane = self.size = NONE_INT
        self.old = 0
        n = plan.pool.places + 1
        self.slots = (
            np.full(n, np.inf), np.empty(n), np.empty(n), np.empty(n), np.zeros(n, np.int64),
            np.zeros(n, np.int64), np.zeros(n, np.bool_), np.arange(n), np.empty(n),
            np.zeros(n, np.int64), np.zeros(n, np.int64),
        )  # fmt: skip
        always = plan.pool.places if plan.pool.cold is None else plan.pool.provisioned
        self.n, self.x = np.array([0, n, 0, 0, always, 0]), np.array([-1e18, -np.inf])

    @property
    def waiting(self) -> int:
        return self.note.size

    @property
    def empty(self) -> bool:
        return not (self.n[0] or self.note.size)

    @property
    def notes(self) -> Ints:
        """Notes of all that wait or are in progress."""
        return np.concatenate((self.note, self.slots[4][np.isfinite(self.slots[0])]))
