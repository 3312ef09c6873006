"""What holds messages between and before stages: draws in arrays, lines, buckets, batches."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Law

from . import draws, kernels, kernels_lanes
from .plan import Bucket, Feeder
from .shared import Rate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Index = NDArray[np.uint32]
Key = Callable[..., int]

CHUNK = 1 << 16  # messages of one window, about
NONE = np.empty(0)
NONE_INT = np.empty(0, np.int64)
FEEDER_BIT = 48  # Above it a note names the feeder, below it the slot or the tries.
SLOT = (1 << FEEDER_BIT) - 1


class Draw:
    """The draws of one law under one key, in whole arrays."""

    def __init__(self, key: int, law: Law) -> None:
        self.key = np.uint64(key)
        self.maybe = np.uint64(draws.mix(key ^ draws.MAYBE))
        self.at = 0
        self.share, self.kind, self.a, b, tables = draws.parts_of(law)
        self.law, self.rest = (self.kind, self.key), (self.a, b, *tables)

    @property
    def constant(self) -> float | None:
        return self.a if self.kind == draws.CONSTANT and self.share >= 1.0 else None

    def next(self, n: int) -> tuple[Any, ...]:
        """Return what a kernel needs to draw the next `n` times itself."""
        at, self.at = self.at, self.at + n
        return (*self.law, at, *self.rest)

    def take(self, n: int) -> Floats:
        """Return the next `n` times, in seconds."""
        out = np.empty(n)
        kernels.draw(*self.law, self.at, *self.rest, out)
        if self.share < 1.0:
            u = np.empty(n)
            kernels.uniforms(self.maybe, self.at, u)
            out[u >= self.share] = 0.0
        self.at += n
        return out


class Uniforms:
    """Numbers between 0 and 1 under one key."""

    def __init__(self, key: int) -> None:
        self.key, self.at = np.uint64(key), 0

    def next(self, n: int) -> tuple[Any, ...]:
        """Return what a kernel needs to draw the next `n` numbers itself."""
        at, self.at = self.at, self.at + n
        return self.key, at

    def take(self, n: int) -> Floats:
        out = np.empty(n)
        kernels.uniforms(self.key, self.at, out)
        self.at += n
        return out


class Line:
    """Messages on their way, in order of time, until a window takes them."""

    def __init__(self) -> None:
        self.t, self.b, self.n = NONE, NONE, NONE_INT
        self.fresh: list[tuple[Floats, Floats, Ints | None]] = []
        self.sorted = True
        self.noted = False

    def __len__(self) -> int:
        return self.t.size + sum(t.size for t, _, _ in self.fresh)

    def put(
        self, t: Floats, b: Floats, n: Ints | None = None, *, in_order: bool = True,
        after_s: float = 0.0,
    ) -> None:  # fmt: skip
        """Take messages that come a fixed time after `t`."""
        if not t.size:
            return
        assert t.size == b.size
        if in_order and n is None and not (self.noted or self.fresh) and self.t.size:
            self.t, self.b = joined(self.t, t, after_s), joined(self.b, b)
            return
        self.fresh.append((t + after_s if after_s else t, b, n))
        self.sorted = self.sorted and in_order
        self.noted = self.noted or n is not None

    def take(self, end: float) -> tuple[Floats, Floats, Ints | None]:
        """Return what comes before `end`, in order of time (ties: in order of arrival)."""
        if self.fresh:
            self._settle()
        if not self.t.size:
            return NONE, NONE, NONE_INT if self.noted else None
        k = self.t.size if end == math.inf else int(self.t.searchsorted(end))
        t, b = self.t[:k], self.b[:k]
        self.t, self.b = self.t[k:], self.b[k:]
        n = None
        if self.noted:
            n, self.n = self.n[:k], self.n[k:]
        return t, b, n

    def _settle(self) -> None:
        if self.t.size == 0 and len(self.fresh) == 1:
            t, b, n = self.fresh[0]
        else:
            t = np.concatenate([self.t, *(f[0] for f in self.fresh)])
            b = np.concatenate([self.b, *(f[1] for f in self.fresh)])
            n = None
        if self.noted:
            old = self.n if self.n.size == self.t.size else np.zeros(self.t.size, np.int64)
            parts = [np.zeros(f[0].size, np.int64) if f[2] is None else f[2] for f in self.fresh]
            n = np.concatenate([old, *parts])
        if not self.sorted:
            order = np.argsort(t, kind="stable")
            t, b = t[order], b[order]
            n = n[order] if n is not None else None
        self.t, self.b = t, b
        if n is not None:
            self.n = n
        self.fresh, self.sorted = [], True


def joined(first: Floats, then: Floats, after_s: float = 0.0) -> Floats:
    """Return two columns as one, the second moved by a time."""
    out = np.empty(first.size + then.size)
    out[: first.size] = first
    if after_s:
        np.add(then, after_s, out=out[first.size :])
    else:
        out[first.size :] = then
    return out


def out_of_order(t: Floats) -> bool:
    return bool(np.any(t[1:] < t[:-1]))


class Limiter:
    """Token buckets in a row."""

    def __init__(
        self, buckets: tuple[Bucket, ...], key: Callable[[int, int], int], refuse: int, many: bool
    ) -> None:
        self.buckets = [b for b in buckets if b.weight > 0]
        self.mixed = refuse == 2 or any(b.meets < 1.0 for b in self.buckets)
        # What waits for a token stays here until its window, where others may go before it.
        self.holds = self.mixed or (many and refuse != 1)
        self.held = Finished()
        self.states = [np.array([-1e18]) for _ in self.buckets]
        self.watches: list[tuple[Rate, int] | None] = [None for _ in self.buckets]
        self.draws = [Uniforms(key(draws.LANE, 100 + i)) for i, _ in enumerate(self.buckets)]

    def __bool__(self) -> bool:
        return bool(self.buckets)

    def apply(self, t: Floats, note: Ints, refuse: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Return when each goes, and which go: others are refused."""
        t = t.copy()
        ok = np.ones(t.size, np.bool_)
        rows = zip(self.buckets, self.states, self.draws, self.watches, strict=True)
        for bucket, state, draw, watch in rows:
            if watch is not None:
                refused = (note[ok] >> 61) & 1 == 1 if refuse == 2 else refuse == 1
                watch[0].put(watch[1], t[ok], refused)
            u = draw.take(t.size) if bucket.meets < 1.0 else NONE
            one = bucket.gap_s, bucket.slack_s, state
            kernels.limit(t, u, bucket.meets, *one, refuse, note, ok)
        return t, ok

    def watch(self, name: str, rate: Rate) -> None:
        """Let a rate of the account see what is asked of it here."""
        for i, bucket in enumerate(self.buckets):
            if bucket.pool == name:
                self.watches[i] = rate, rate.user(bucket.gap_s, bucket.slack_s)


class Batcher:
    """Gathers events into requests; keeps their members by slot."""

    def __init__(self, feeder: Feeder, key: Callable[[int, int], int]) -> None:
        assert feeder.batch is not None
        self.plan = feeder.batch
        self.lanes = Uniforms(key(draws.LANE, 0)) if self.plan.lanes > 1 else None
        phases = Uniforms(key(draws.LANE, 1)).take(self.plan.lanes).tolist()
        reads = [self.plan.reads(feeder.edge, lane, u) for lane, u in enumerate(phases)]
        self.windows, self.phases = (np.array(column) for column in zip(*reads, strict=True))
        n = max(1 << 10, 2 * self.plan.lanes)
        self.born = np.empty((n, self.plan.most))
        self.note = np.zeros((n, self.plan.most + 1), np.int64)
        self.lane_of = np.zeros(n, np.int64)
        # Full batches of a read that is still to come: times, slots, lanes.
        self.held: tuple[Floats, Ints, Ints] = (NONE, NONE_INT, NONE_INT)
        self.slots, self.st = np.arange(n), np.array([n])
        lanes = self.plan.lanes
        self.opened = np.zeros(lanes)
        self.cur, self.cnt = np.zeros(lanes, np.int64), np.zeros(lanes, np.int64)

    def _grow(self, needed: int) -> None:
        n, most = self.born.shape
        if self.st[0] > needed:
            return
        more = max(n, 2 * needed)
        self.born = np.concatenate([self.born, np.empty((more, most))])
        self.note = np.concatenate([self.note, np.zeros((more, most + 1), np.int64)])
        self.lane_of = np.concatenate([self.lane_of, np.zeros(more, np.int64)])
        slots = np.empty(n + more, np.int64)
        free = int(self.st[0])
        slots[:more] = np.arange(n, n + more)
        slots[more : more + free] = self.slots[:free]
        self.slots = slots
        self.st[0] = free + more

    def _most_closed(self, t: Floats, end: float) -> int:
        """Return a bound on how many requests close: by count, and by age in every lane."""
        if not t.size:
            return self.plan.lanes + 1
        spell = max(end, float(t[-1])) - float(t[0])  # What had to wait may come after the window.
        by_count = t.size // self.plan.most + self.plan.lanes
        window = max(float(self.windows.min()), 1e-9)
        by_age = self.plan.lanes * (2 + int(min(spell / window, 1e9)))
        return min(t.size, by_count + by_age) + self.plan.lanes + 1

    def close(self, t: Floats, b: Floats, n: Ints, end: float) -> tuple[Floats, Ints]:
        """Return (times, slots) of the requests that closed before `end`."""
        plan = self.plan
        room = self._most_closed(t, end)
        self._grow(room)
        o_t, o_slot = np.empty(room), np.empty(room, np.int64)
        gather = (plan.grid, self.born, self.note, self.slots, self.st, self.opened, self.cur,
                  self.cnt, o_t, o_slot)  # fmt: skip
        if self.lanes is None:
            window, phase = float(self.windows[0]), float(self.phases[0])
            m = kernels.batches(t, b, n, end, plan.most, window, phase, *gather)
            if plan.grid:
                return self._until(end, o_t[:m], o_slot[:m], np.zeros(m, np.int64))
            return o_t[:m], o_slot[:m]
        lane, o_lane = plan.lanes_of(self.lanes.take(t.size)), np.empty(room, np.int64)
        clocks = self.windows, self.phases
        m = kernels.batches_in_lanes(t, b, n, lane, end, plan.most, *clocks, *gather, o_lane)
        self.lane_of[o_slot[:m]] = o_lane[:m]
        return self._until(end, o_t[:m], o_slot[:m], o_lane[:m])

    def _until(self, end: float, t: Floats, slot: Ints, lane: Ints) -> tuple[Floats, Ints]:
        """Return what is handed on before `end`, at equal times by lane; keep the rest."""
        held = zip(self.held, (t, slot, lane), strict=True)
        t, slot, lane = (np.concatenate(pair) for pair in held)
        order = np.lexsort((lane, t))
        t, slot, lane = t[order], slot[order], lane[order]
        k = t.size if not self.plan.grid else int(np.searchsorted(t, end))
        self.held = t[k:], slot[k:], lane[k:]
        return t[:k], slot[:k]

    def read(self, t: Floats, b: Floats, n: Ints, end: float) -> tuple[Floats, Floats, Ints]:
        """Return (times, births, notes with lanes) of the events of what closed before `end`."""
        when, slot = self.close(t, b, n, end)
        size = int(self.sizes(slot).sum())
        out = np.empty(size), np.empty(size), np.empty(size, np.int64)
        rows = self.born, self.note, self.slots, self.st
        kernels_lanes.unpack(when, slot, self.lane_of[slot], *rows, self.plan.most, *out)
        return out

    def sizes(self, slot: Ints) -> Ints:
        out = np.empty(slot.size, np.int64)
        kernels.sizes(slot, self.note, self.plan.most, out)
        return out

    def free(self, slot: Ints) -> None:
        """Give the slots back."""
        free = int(self.st[0])
        self.slots[free : free + slot.size] = slot
        self.st[0] = free + slot.size

    def join(self, into: Ints, gone: Ints, moved: Ints) -> None:
        """Put the first members of requests behind those of others."""
        rows = self.born, self.note, self.slots, self.st
        kernels_lanes.join(into, gone, moved, *rows, self.plan.most)

    def spread(self, t: Floats, start: Floats, slot: Ints, *rest: Any) -> tuple[int, int, int]:
        """Spread requests into members: how many passed, come again, were given up."""
        m, k, d = kernels.members(
            t, start, slot, self.born, self.note, self.slots, self.st, self.plan.most, *rest
        )
        return m, k, d

    @property
    def inside(self) -> int:
        """Events in open batches and in requests that did not end."""
        used = np.ones(self.born.shape[0], np.bool_)
        used[self.slots[: int(self.st[0])]] = False
        closed = self.note[:, self.plan.most].copy()
        open_ = self.cur[self.cnt > 0]
        closed[open_] = self.cnt[self.cnt > 0]
        return int(closed[used].sum())


def picked(order: Index, kept: NDArray[Any], fresh: NDArray[Any]) -> NDArray[Any]:
    """Return a column by index: what was in progress before, then what arrived."""
    out = np.empty(order.size, fresh.dtype)
    kernels.pick(order, kept, fresh, out)
    return out


class Finished:
    """Requests that ended, until their window comes: times, births, starts, notes."""

    def __init__(self) -> None:
        self.kept: tuple[Floats, Floats, Floats, Ints] = (NONE, NONE, NONE, NONE_INT)

    def __len__(self) -> int:
        return self.kept[0].size

    def sort(self, new: tuple[Floats, Floats, Floats, Ints], end: float) -> tuple[Any, ...]:
        """Return all that end before `end`, in order; keep the rest."""
        both = [
            np.concatenate(pair) if pair[0].size else pair[1]
            for pair in zip(self.kept, new, strict=True)
        ]
        order = np.argsort(both[0], kind="stable")
        both = [column[order] for column in both]
        k = both[0].size if end == math.inf else int(np.searchsorted(both[0], end))
        self.kept = tuple(column[k:] for column in both)  # type: ignore[assignment]
        return tuple(column[:k] for column in both)
