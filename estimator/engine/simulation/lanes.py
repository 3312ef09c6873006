"""State of a pool whose arrows have places of their own: who waits, and who is in progress."""

from __future__ import annotations

from typing import Any

import numpy as np

from .lines import NONE, NONE_INT, Floats, Ints
from .plan import Feeder, Stage

UNLIMITED = 1 << 60  # places of a lane without a limit of its own


class LaneState:
    """Requests that wait for a place, and which lanes are in use.

    Attributes:
        kept: Times of arrival at the pool and in the node, births, service, what they add to a
            request that they join, calls one by one.
        note, lane, size: What goes with them.
        old: How many have arrived; the others were let through ahead of time by a limit.
        slots, members, lines, n, x: What is in progress, its events, and empty lines, as
            `kernels_lanes.lanes_pool` keeps them.
        places, most, running, owed: By lane: requests at once, events that join into one, in
            progress, failed ones that are to come again.
        ordered: By feeder: 0 keeps no order, 1 does, 2 puts several lanes together.
    """

    def __init__(self, plan: Stage) -> None:
        assert plan.pool is not None
        self.first = np.cumsum([0, *(f.lanes if f.places else 1 for f in plan.feeders)])
        lanes = int(self.first[-1])
        self.places, self.most = np.full(lanes, UNLIMITED), np.zeros(lanes, np.int64)
        self.running, self.owed = np.zeros(lanes, np.int64), np.zeros(lanes, np.int64)
        self.ordered = np.array([f.ordered * (1 + f.mixes) for f in plan.feeders])
        for i, f in enumerate(plan.feeders):
            mine = slice(self.first[i], self.first[i + 1])
            if f.places:
                self.places[mine] = f.places
            self.most[mine] = _most_of(f)
        self.kept: list[Floats] = [NONE] * (5 + len(plan.calls))
        self.note = self.lane = self.size = NONE_INT
        self.old = 0
        n = plan.pool.places + 1
        self.slots = (
            np.full(n, np.inf), np.empty(n), np.zeros(n, np.int64), np.zeros(n, np.int64),
            np.zeros(n, np.bool_), np.arange(n), np.empty(n), np.zeros(n, np.int64),
            np.zeros(n, np.int64),
        )  # fmt: skip
        self.members: list[Any] = [NONE, NONE, NONE_INT, NONE_INT, NONE_INT, NONE_INT]
        self.lines = tuple(np.full(lanes, -1) for _ in range(4))
        always = plan.pool.places if plan.pool.cold is None else plan.pool.provisioned
        self.n, self.x = np.array([0, n, 0, 0, always, 0, 0]), np.array([-1e18, -np.inf])

    def make_room(self, more: int) -> int:
        """Make room for so many more events in progress; return how many may then be there."""
        born, spare = self.members[0], self.members[5]
        free, size = int(self.n[6]), born.size
        if free < more:
            extra = max(size, more, 1 << 10)
            self.members = [np.concatenate((x, np.zeros(extra, x.dtype))) for x in self.members]
            self.members[5][:free] = spare[:free]
            self.members[5][free : free + extra] = np.arange(size, size + extra)
            self.n[6] = free + extra
        return int(self.members[0].size - self.n[6]) + more

    @property
    def waiting(self) -> int:
        return self.note.size

    @property
    def empty(self) -> bool:
        return not (self.n[0] or self.note.size)

    @property
    def notes(self) -> Ints:
        """Notes of all that wait or are in progress."""
        used = np.ones(self.members[0].size, np.bool_)
        used[self.members[5][: int(self.n[6])]] = False
        return np.concatenate((self.note, self.members[2][used]))


def _most_of(feeder: Feeder) -> int:
    """Return how many events requests of an arrow have when others may join them."""
    grows = feeder.joins or feeder.ordered
    return feeder.batch.most if grows and feeder.batch is not None else 0
