"""Service in places of which single arrows, or the shards of a stream, have only some."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import kernels, kernels_lanes
from .lines import FEEDER_BIT, SLOT, Floats, Ints
from .plan import LANE_BIT, LANES
from .stage_out import StageOut


class StageLanes(StageOut):
    """A stage that can serve in lanes."""

    def _times(self, note: Ints) -> tuple[Floats, list[Floats]]:
        """Return how long each request takes, and its calls one by one."""
        n = note.size
        total = self.service.take(n)
        for draw in self.extra:
            total += draw.take(n)
        batched = self.plan.per_event_s or self.calls
        events = self._events(note) if batched else None
        if self.plan.per_event_s and events is not None:
            total += self.plan.per_event_s * (events - 1)
        parts = []
        for call, laws, seldom in zip(self.plan.calls, self.calls, self.seldom, strict=True):
            one = laws[0].take(n) if laws else np.zeros(n)
            for draw in laws[1:]:
                one += draw.take(n)
            if call.times < 1.0:
                one[seldom.take(n) >= call.times] = 0.0
            elif call.times != 1.0:
                one *= call.times
            if events is not None and not call.once:
                one *= events
            total += one
            parts.append(one)
        return total, parts

    def _lanes_of(self, note: Ints) -> Ints:
        assert self.lanes is not None
        lane = np.empty(note.size, np.int64)
        for i, feeder in enumerate(self.feeders):
            mine = (note >> FEEDER_BIT) & 0xFFF == i if len(self.feeders) > 1 else slice(None)
            lane[mine] = self.lanes.first[i]
            if feeder.plan.ordered:
                lane[mine] += (note[mine] >> LANE_BIT) & LANES
            elif feeder.batcher is not None and feeder.plan.places and feeder.plan.lanes > 1:
                lane[mine] += feeder.batcher.lane_of[note[mine] & SLOT]
        return lane

    def _serve_in_lanes(
        self, t: Floats, b: Floats, note: Ints, arrived: Floats, end: float
    ) -> None:
        """Serve who finds both a place of the pool and one of its lane; others wait."""
        pool, kept = self.plan.pool, self.lanes
        assert pool is not None
        assert kept is not None
        if not t.size and kept.empty:
            return
        service, parts = self._times(note)
        size, more = self._growth(note, parts)
        old = kept.old
        fresh = (t, arrived, b, service, more, *parts)
        rows = [np.concatenate(pair) for pair in zip(kept.kept, fresh, strict=True)]
        lane = np.concatenate((kept.lane, self._lanes_of(note)))
        note, size = np.concatenate((kept.note, note)), np.concatenate((kept.size, size))
        t, arrived, b, service, more, *parts = rows
        n, room = t.size, kept.make_room(t.size)
        out = tuple(np.empty(room) for _ in range(4))
        notes, firsts = np.empty(room, np.int64), np.empty(room, np.bool_)
        starts, took, cold_t = np.full(n, np.inf), np.zeros(n), np.empty(n)
        order, refused = np.empty(n, np.int64), np.empty(n, np.int64)
        moves = tuple(np.empty(2 * n, np.int64) for _ in range(3))
        shares = np.empty(2 * n)
        m, begun, moved, chill, gone, come = kernels_lanes.lanes_pool(
            t, old, arrived, b, note, lane, service, size, more, self.colds, end, pool.places,
            float(pool.idle_s), self.gap, self.slack, self.refuse, self.faults, kept.places,
            kept.most, kept.running, kept.owed, kept.ordered, *self._failing(), *kept.lines,
            *kept.slots, *kept.members, kept.n, kept.x, *out, notes, firsts,
            starts, took, order, *moves, shares, cold_t, refused,
        )  # fmt: skip
        if gone:
            lost = refused[:gone]
            self._refused(t[lost], note[lost])
        into, gone_from, moved_by = (x[:moved] for x in moves)
        self._join(into, gone_from, moved_by, shares[:moved], note, parts)
        stay = starts == np.inf
        kept.kept = [row[stay] for row in rows]
        kept.note, kept.lane, kept.size = note[stay], lane[stay], size[stay]
        kept.old = int(stay[:come].sum())
        self.counts.cold += chill
        self._count("cold", cold_t[:chill])
        first = order[:begun]
        self._count("starts", starts[first])
        self.counts.busy += int(kernels.total_of(took[first]))
        for feeder, mine in self._by_feeder(note[first]):
            if feeder.plan.ordered:
                feeder.counts.requests += note[first][mine].size
        lead, all_ = first, first
        if self.plan.ordered:
            single = kept.ordered[(note[into] >> FEEDER_BIT) & 0xFFF] > 0  # Others have slots.
            lead, all_ = with_members(first, into[single], gone_from[single], n)
        self._early(starts[lead], took[lead], [p[lead] for p in parts], b[all_], note[all_])
        finish, born, start, came = (column[:m] for column in out)
        firsts = firsts[:m]
        self._count("ends", finish[firsts])
        self._spent(finish[firsts], came[firsts])
        self._ended(finish, born, start, notes[:m])

    def _failing(self) -> tuple[Any, ...]:
        """Return what tells who fails, by feeder: keys and numbers of the draws, deliveries; and
        the share of failures. No keys where nothing fails, or where order does not count."""
        draws = [f.fail for f in self.feeders] if self.fails and self.plan.ordered else []
        tries = [f.plan.tries if f.plan.retried else 1.0 for f in self.feeders]
        keys = np.array([d.key for d in draws], np.uint64)
        at = np.array([d.at for d in draws], np.int64)
        return keys, at, np.array(tries), float(self.plan.error)

    def _growth(self, note: Ints, parts: list[Floats]) -> tuple[Ints, Floats]:
        """Return the events of requests, and the time that they add to one that they join."""
        events = self._events(note)
        if events is None:
            events = np.ones(note.size, np.int64)
        more = np.multiply(self.plan.per_event_s, events, dtype=np.float64)
        for call, one in zip(self.plan.calls, parts, strict=True):
            if not call.once:
                more = more + one
        return events, more

    def _join(
        self, into: Ints, gone: Ints, moved: Ints, share: Floats, note: Ints, parts: list[Floats]
    ) -> None:
        """Put requests together that waited for the same place: one carries the events of all."""
        if not into.size:
            return
        for call, one in zip(self.plan.calls, parts, strict=True):
            if not call.once:
                kernels_lanes.shift(one, into, gone, share)
        for feeder, mine in self._by_feeder(note[gone]):
            if feeder.batcher is not None:
                slots = note[into][mine] & SLOT, note[gone][mine] & SLOT
                feeder.batcher.join(*slots, moved[mine])
                feeder.counts.requests -= int((share[mine] == 1.0).sum())


def with_members(first: Ints, into: Ints, gone: Ints, n: int) -> tuple[Ints, Ints]:
    """Return the events of requests that started, as rows: the request's first, and their own."""
    at = np.empty(n, np.int64)
    at[first] = np.arange(first.size)
    order = np.argsort(np.concatenate((at[first], at[into])), kind="stable")
    return np.concatenate((first, into))[order], np.concatenate((first, gone))[order]
