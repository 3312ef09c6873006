"""Sample paths: every stage works off a window of time before the next stage sees it.

A window ends before anything that leaves it can come back (the least delay around any loop), and
holds a bounded number of messages, so memory is bounded by the window and by what really waits.
Draws are numbered by message, so the length of the windows changes no bit of the result.
"""

from __future__ import annotations

import copy
import ctypes
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Exponential, Law, Lognormal
from designer.catalog.base.flow import Z99

from . import draws, kernels
from .draws import key_of
from .histogram import Histogram, in_units
from .plan import Bucket, Feeder, Plan, Route, Stage
from .record import EdgeCounts, Outcome, empty
from .workflow import Walker

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 1 << 16
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
MOST_WAITING = 8_000_000  # messages on their way or in line, over all stages
NONE = np.empty(0)
NONE_INT = np.empty(0, np.int64)
ZERO = np.zeros(1)
ZEROS = np.zeros(4 * CHUNK, np.int64)
NO_FAULTS = np.empty((0, 6))
FEEDER_BIT = 48  # Above it a note names the feeder, below it the slot or the tries.
SLOT = (1 << FEEDER_BIT) - 1

Requests = tuple[Floats, Floats, Ints, Floats]  # times, births, notes, arrivals
Key = Callable[..., int]


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

    def put(self, t: Floats, b: Floats, n: Ints | None = None, *, in_order: bool = True) -> None:
        if t.size:
            assert t.size == b.size
            self.fresh.append((t, b, n))
            self.sorted = self.sorted and in_order
            self.noted = self.noted or n is not None

    def take(self, end: float) -> tuple[Floats, Floats, Ints | None]:
        """Return what comes before `end`, in order of time (ties: in order of arrival)."""
        if self.fresh:
            self._settle()
        if not self.t.size:
            return NONE, NONE, NONE_INT if self.noted else None
        k = self.t.size if end == math.inf else int(np.searchsorted(self.t, end))
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


def _out_of_order(t: Floats) -> bool:
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
        self.draws = [Uniforms(key(draws.LANE, 100 + i)) for i, _ in enumerate(self.buckets)]

    def __bool__(self) -> bool:
        return bool(self.buckets)

    def apply(self, t: Floats, note: Ints, refuse: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Return when each goes, and which go: others are refused."""
        t = t.copy()
        ok = np.ones(t.size, np.bool_)
        for bucket, state, draw in zip(self.buckets, self.states, self.draws, strict=True):
            gap = bucket.weight / bucket.rate
            slack = (bucket.burst - bucket.weight) / bucket.rate
            u = draw.take(t.size) if bucket.meets < 1.0 else NONE
            kernels.limit(t, u, bucket.meets, gap, slack, state, refuse, note, ok)
        return t, ok


class Batcher:
    """Gathers events into requests; keeps their members by slot."""

    def __init__(self, feeder: Feeder, key: Callable[[int, int], int]) -> None:
        assert feeder.batch is not None
        self.plan = feeder.batch
        self.lanes = Uniforms(key(draws.LANE, 0)) if self.plan.lanes > 1 else None
        n = max(1 << 10, 2 * self.plan.lanes)
        self.born, self.arrived = np.empty((n, self.plan.most)), np.empty((n, self.plan.most))
        self.note = np.zeros((n, self.plan.most + 1), np.int64)
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
        self.arrived = np.concatenate([self.arrived, np.empty((more, most))])
        self.note = np.concatenate([self.note, np.zeros((more, most + 1), np.int64)])
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
        by_age = self.plan.lanes * (2 + int(min(spell / self.plan.window_s, 1e9)))
        return min(t.size, by_count + by_age) + self.plan.lanes + 1

    def close(self, t: Floats, b: Floats, n: Ints, end: float) -> tuple[Floats, Ints]:
        """Return (times, slots) of the requests that closed before `end`."""
        plan = self.plan
        room = self._most_closed(t, end)
        self._grow(room)
        lane = NONE_INT
        if self.lanes is not None:
            lane = self._lanes_of(self.lanes.take(t.size))
        o_t, o_slot, o_lane = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
        m = kernels.batches(
            t, b, n, lane, end, plan.most, float(plan.window_s), plan.grid, self.born, self.note,
            self.arrived, self.slots, self.st, self.opened, self.cur, self.cnt, o_t, o_slot,
            o_lane,
        )  # fmt: skip
        o_t, o_slot = o_t[:m], o_slot[:m]
        if plan.lanes > 1:  # At equal times by lane: regular reads close all at once.
            order = np.lexsort((o_lane[:m], o_t))
            o_t, o_slot = o_t[order], o_slot[order]
        return o_t, o_slot

    def _lanes_of(self, u: Floats) -> Ints:
        """Return `plan.lane_of` of each."""
        plan = self.plan
        rest = plan.lanes - plan.hot_lanes
        even = plan.hot_lanes + ((u - plan.hot) / (1.0 - plan.hot) * rest).astype(np.int64)
        if not plan.hot:
            return even
        return np.where(u < plan.hot, (u / plan.hot * plan.hot_lanes).astype(np.int64), even)

    def sizes(self, slot: Ints) -> Ints:
        out = np.empty(slot.size, np.int64)
        kernels.sizes(slot, self.note, self.plan.most, out)
        return out

    def free(self, slot: Ints) -> None:
        """Give the slots back."""
        free = int(self.st[0])
        self.slots[free : free + slot.size] = slot
        self.st[0] = free + slot.size

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


class FeederRun:
    """One inbound arrow while the simulation runs."""

    def __init__(self, plan: Feeder, name: str, counts: EdgeCounts, key: Key, many: bool) -> None:
        self.plan, self.counts = plan, counts
        self.stays = 0  # that go on only after the end
        self.poison: list[float] = []

        def mine(purpose: int, part: int) -> int:
            return key(name, purpose, part)

        self.delays = [Draw(mine(draws.DELAY, i), law) for i, law in enumerate(plan.delays)]
        lanes = plan.batch is not None and plan.batch.lanes > 1
        self.limiter = Limiter(plan.buckets, mine, int(plan.refuse), many or lanes)
        self.batcher = Batcher(plan, mine) if plan.batch is not None else None
        self.fail = Uniforms(mine(draws.FAIL, 0))
        self.line, self.again = Line(), Line()

    def put(self, t: Floats, b: Floats, *, in_order: bool = True) -> None:
        """Send messages on their way here."""
        if not t.size:
            return
        for draw in self.delays:
            fixed = draw.constant
            if fixed is not None:
                t = t + fixed
                continue
            in_order = False
            if self.plan.grouped:
                group = _groups(t)
                t = t + draw.take(int(group[-1]) + 1)[group]
            else:
                t = t + draw.take(t.size)
        self.line.put(t, b, in_order=in_order)


def _groups(t: Floats) -> Ints:
    """Return the number of the group of equal times that each belongs to."""
    return np.concatenate(([0], np.cumsum(t[1:] != t[:-1])))


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


class StageRun:
    """One stage while the simulation runs."""

    def __init__(
        self, plan: Stage, edges: list[str], outcome: Outcome, key: Key, until: float
    ) -> None:
        self.plan, self.outcome, self.counts = plan, outcome, outcome.stages[plan.node]
        self.until = until
        many = len(plan.feeders) > 1
        self.feeders = [
            FeederRun(f, edges[f.edge], outcome.edges[f.edge], key, many) for f in plan.feeders
        ]
        if plan.poison_at_s and self.feeders:
            hit = next((f for f in self.feeders if f.plan.retried), self.feeders[0])
            hit.poison = sorted(plan.poison_at_s)
        self.upto = 0.0
        self.ahead: list[StageRun] = []  # all stages, by index: filled by the driver

        def mine(purpose: int, part: int = 0) -> int:
            return key(plan.id, purpose, part)

        modes = {f.refuse for f in plan.feeders}
        self.refuse = 2 if len(modes) > 1 else int(True in modes)
        self.limiter = Limiter(plan.buckets, mine, self.refuse, False)
        self.service = Draw(mine(draws.SERVICE), plan.service)
        self.answer = Draw(mine(draws.SERVICE, 1), plan.answer) if plan.answer else None
        self.extra = [Draw(mine(draws.COLD, 1 + i), law) for i, law in enumerate(plan.extra)]
        self.calls = [
            [Draw(key(edges[c.edge], draws.CALL, i), law) for i, law in enumerate(c.laws)]
            for c in plan.calls
        ]
        self.seldom = [Uniforms(key(edges[c.edge], draws.MAYBE, 7)) for c in plan.calls]
        self.holds = [Draw(mine(draws.HOLD, i), law) for i, law in enumerate(plan.holds)]
        self.by_edge = {r.edge: r for r in plan.routes}
        self.ways = Uniforms(mine(draws.ROUTE, 0))
        self.copies = [Uniforms(key(edges[r.edge], draws.ROUTE, 1)) for r in plan.routes]
        self.sizes = _record_sizes(plan, mine)
        self.buffer, self.kept = np.zeros(4), np.empty(1 << 12)
        self.finished = Finished()
        rows = [
            (f.begin_s, f.end_s, float(f.stopped), f.slower, f.places, f.error) for f in plan.faults
        ]
        self.faults = np.array(rows) if rows else NO_FAULTS
        self.fails = bool(plan.error > 0 or plan.poison_at_s) or any(
            f.error > 0 for f in plan.faults
        )
        self.split = any(
            (r.low, r.high) != (0.0, 1.0) and not r.at_start and not r.buffered for r in plan.routes
        )
        fixed = all(f.absorbed for f in plan.feeders) or (
            self.service.constant is not None and not self.extra and not self.calls
            and not plan.per_event_s
        )  # fmt: skip
        same = len({f.absorbed for f in plan.feeders}) <= 1
        self.in_order = fixed and same and not plan.faults
        early = any(r.at_start for r in plan.routes)
        self.flat = self.in_order and not any(f.absorbed for f in plan.feeders) and not early
        self.walker = None
        if plan.program is not None:
            self.walker = Walker(plan.program, dict(plan.tasks), mine(draws.SERVICE, 2))
        self.executed = 0
        self.transparent = self._is_transparent()
        self._make_pool(mine)
        self._make_source(mine)
        # Where time in the node is that of the histogram, it needs no counting of its own.
        simple = (
            not self.fails
            and not self.limiter
            and all(f.batcher is None and not f.limiter for f in self.feeders)
        )
        idle = self.service.constant == 0.0 and not self.extra and not self.calls
        at_once = plan.pool is None and (idle or all(f.absorbed for f in plan.feeders))
        at_once = at_once and self.walker is None
        self.measured = (
            simple
            and not plan.faults
            and (at_once or (plan.pool is not None and not any(f.refuse for f in plan.feeders)))
        )

    # ---- Making ----

    def _is_transparent(self) -> bool:
        """Tell whether events pass at once, unchanged and all by one arrow."""
        plan = self.plan
        if (
            plan.program is not None
            or plan.pool is not None
            or self.limiter
            or self.fails
            or plan.faults
            or plan.holds
        ):
            return False
        if len(plan.feeders) != 1 or len(plan.routes) != 1 or plan.buffer_kib or self.answer:
            return False
        feeder, route = plan.feeders[0], plan.routes[0]
        idle = self.service.constant == 0.0 and not self.extra and not self.calls
        whole = route.copies == 1.0 and (route.low, route.high) == (0.0, 1.0)
        plain = not route.at_start and not route.per_request
        taken = route.ops is None or feeder.op in route.ops
        single = feeder.batch is None and not feeder.buckets and not feeder.response
        return (idle or feeder.absorbed) and whole and plain and taken and single

    def _make_pool(self, mine: Callable[..., int]) -> None:
        pool = self.plan.pool
        self.single = pool is not None and pool.places == 1 and pool.cold is None
        self.single = self.single and not self.plan.faults and self.refuse == 0
        self.free = np.full(1, -np.inf)
        self.fused = self.single and not (
            self.calls or self.extra or self.plan.per_event_s or self.fails or self.limiter
            or self.service.share < 1.0 or any(r.at_start for r in self.plan.routes)
            or any(f.batcher or f.limiter for f in self.feeders)
        )  # fmt: skip
        if pool is None:
            return
        n = pool.places + 1
        self.slots_of = (
            np.full(n, np.inf), np.empty(n), np.empty(n), np.empty(n),
            np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.bool_), np.arange(n),
            np.empty(n),
        )  # fmt: skip
        kept = pool.places if pool.cold is None else pool.provisioned
        self.n = np.array([0, n, 0, 0, kept, 0])
        self.x = np.array([-1e18, -np.inf])
        self.colds = np.zeros(1024)
        if pool.cold is not None:
            self.colds = Draw(mine(draws.COLD), pool.cold).take(1024)
        self.gap = self.slack = 0.0
        if math.isfinite(pool.starts_per_s):
            self.gap = 1.0 / pool.starts_per_s
            self.slack = max(0.0, pool.starts_burst - 1.0) / pool.starts_per_s

    def _make_source(self, mine: Callable[..., int]) -> None:
        self.made, self.unmade, self.stock = 0, False, NONE
        arrivals = self.plan.arrivals
        if arrivals is None:
            return
        self.unmade = True
        self.gaps = Draw(mine(draws.ARRIVAL), Exponential(1.0))
        self.sum, self.stretch = np.zeros(1), np.zeros(2, np.int64)
        self.starts, self.rates = np.array(arrivals.starts), np.array(arrivals.rates)
        lengths = np.diff(np.append(self.starts, arrivals.period_s))
        self.areas = np.concatenate(([0.0], np.cumsum(lengths * self.rates)))

    # ---- One window ----

    def advance(self, end: float, until: float, most: int | None) -> None:
        """Work off everything that happens here before `end`; producers stop at `until`.

        What comes again into this very stage does so within steps of its own.
        """
        while self.upto < end:
            self.upto = min(end, self.upto + self.plan.pause_s)
            self._step(self.upto, until, most)
        self.flush(end)

    def _step(self, end: float, until: float, most: int | None) -> None:
        if self.plan.arrivals is not None:
            t = self._produce(end, until, most)
            self._send(t, t, None)
        if self.transparent:
            self._pass_through(end)
        elif self.feeders:
            t, b, note, arrived = self._gather(end)
            if self.limiter:
                t, b, note, arrived = self._limited(self.limiter, t, b, note, arrived, end)
            if self.walker is not None:
                self._execute(self.walker, t, b, note, end)
            elif self.plan.pool is None:
                self._serve_freely(t, b, note, arrived, end)
            elif self.single:
                self._serve_singly(t, b, note, arrived)
            else:
                self._serve_in_places(t, b, note, arrived, end)

    def _pass_through(self, end: float) -> None:
        one, route = self.feeders[0], self.plan.routes[0]
        t, b, _ = one.line.take(end)
        if t.size:
            for name in ("arrived", "delivered", "requests", "passed"):
                setattr(one.counts, name, getattr(one.counts, name) + t.size)
            self.counts.left += t.size
            self._count("arrived", t)
            self.ahead[route.stage].feeders[route.feeder].put(t, b)

    # ---- In ----

    def _produce(self, end: float, until: float, most: int | None) -> Floats:
        while self.unmade and (not self.stock.size or self.stock[-1] < end):
            n = CHUNK if most is None else min(CHUNK, most - self.made)
            t = self._arrival_times(n)
            kept = t[: int(np.searchsorted(t, until))]
            self.made += kept.size
            self.unmade = kept.size == n and n > 0 and (most is None or self.made < most)
            self.stock = np.concatenate((self.stock, kept)) if self.stock.size else kept
        k = int(np.searchsorted(self.stock, end))
        t, self.stock = self.stock[:k], self.stock[k:]
        self.counts.produced += k
        self._count("arrived", t)
        self._count("left", t)
        return t

    def _arrival_times(self, n: int) -> Floats:
        arrivals = self.plan.arrivals
        assert arrivals is not None
        if arrivals.times is not None:
            return np.array(arrivals.times[self.made : self.made + n])
        if arrivals.law == "constant":  # In the middle of equal gaps.
            gaps = np.ones(n)
            gaps[: int(self.made == 0)] = 0.5
        else:
            gaps = self.gaps.take(n)
        t = np.empty(n)
        kernels.arrive(
            gaps, self.sum, self.stretch, self.starts, self.areas, self.rates, arrivals.period_s, t
        )  # fmt: skip
        return t

    def _gather(self, end: float) -> Requests:
        """Return the requests of all feeders: times, births, notes, arrivals."""
        if len(self.feeders) == 1:
            return self._requests(self.feeders[0], end)
        parts = []
        for i, feeder in enumerate(self.feeders):
            t, b, note, arrived = self._requests(feeder, end)
            mark = (i << FEEDER_BIT) | (int(feeder.plan.refuse) << 61)
            parts.append((t, b, note | mark if mark else note, arrived))
        both = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        order = np.argsort(both[0], kind="stable")
        t, b, note, arrived = (column[order] for column in both)
        return t, b, note, arrived

    def _requests(self, feeder: FeederRun, end: float) -> Requests:
        t, b, note = feeder.line.take(end)
        counts = feeder.counts
        counts.arrived += t.size
        if note is None:
            note = ZEROS[: t.size] if t.size <= ZEROS.size else np.zeros(t.size, np.int64)
        if feeder.poison and t.size:
            note = note.copy()
            while feeder.poison and t[-1] >= feeder.poison[0]:
                note[int(np.searchsorted(t, feeder.poison.pop(0)))] |= kernels.POISON
        # A message that comes again never left: it is counted once.
        self._count("arrived", t)
        if not self.measured:
            self.counts.sojourn -= int(kernels.total_of(t))
        t2, b2, note2 = feeder.again.take(end)
        if t2.size:
            counts.again += t2.size
            size = t.size + t2.size
            o_t, o_b, o_n = np.empty(size), np.empty(size), np.empty(size, np.int64)
            kernels.merge(t, b, note, t2, b2, note2, o_t, o_b, o_n)
            t, b, note = o_t, o_b, o_n
        counts.delivered += t.size
        arrived = t
        if feeder.limiter:
            t, b, note, arrived = self._limited(feeder.limiter, t, b, note, arrived, end, feeder)
        if feeder.batcher is not None:
            t, slot = feeder.batcher.close(t, b, note, end)
            counts.requests += t.size
            return t, t, slot, t
        counts.requests += t.size
        return t, b, note, arrived

    def _limited(
        self, limiter: Limiter, t: Floats, b: Floats, note: Ints, arrived: Floats, end: float,
        feeder: FeederRun | None = None,
    ) -> Requests:  # fmt: skip
        if t.size:
            refuse = self.refuse if feeder is None else int(feeder.plan.refuse)
            t, good = limiter.apply(t, note, refuse)
            if not good.all():
                bad = ~good
                self._refused(t[bad], note[bad], feeder)
                t, b, note, arrived = t[good], b[good], note[good], arrived[good]
        if limiter.holds and (t.size or len(limiter.held)):
            t, b, arrived, note = limiter.held.sort((t, b, arrived, note), end)
        elif t.size and t[-1] >= self.until:
            k = int(np.searchsorted(t, self.until))
            self._stay(note[k:], feeder)
            t, b, note, arrived = t[:k], b[:k], note[:k], arrived[:k]
        return t, b, note, arrived

    def _stay(self, note: Ints, feeder: FeederRun | None = None) -> None:
        """Count what goes on only after the end of the simulation."""
        for one, mine in self._by_feeder(note, feeder):
            if one.batcher is None or feeder is not None:  # Members of batches are found by slot.
                one.stays += note[mine].size

    def _refused(self, t: Floats, note: Ints, feeder: FeederRun | None = None) -> None:
        """Count what got an error instead of a token or a place."""
        for one, mine in self._by_feeder(note, feeder):
            when = t[mine]
            events = None
            if one.batcher is not None and feeder is None:
                slots = note[mine] & SLOT
                events = one.batcher.sizes(slots)
                one.batcher.free(slots)
            count = when.size if events is None else int(events.sum())
            one.counts.refused += count
            self._count("refused", when, events)
            self._left(when, events)

    def _by_feeder(
        self, note: Ints, feeder: FeederRun | None = None
    ) -> list[tuple[FeederRun, Any]]:
        if feeder is not None:
            return [(feeder, slice(None))]
        if len(self.feeders) == 1:
            return [(self.feeders[0], slice(None))]
        which = (note >> FEEDER_BIT) & 0xFFF
        return [(f, which == i) for i, f in enumerate(self.feeders)]

    def _left(self, t: Floats, events: Ints | None = None) -> None:
        self._count("left", t, events)
        if events is None:
            if not self.measured:
                self.counts.sojourn += int(kernels.total_of(t))
            self.counts.left += t.size
        else:
            self.counts.sojourn += int(kernels.total_of(np.repeat(t, events)))
            self.counts.left += int(events.sum())

    # ---- Service ----

    def _events(self, note: Ints) -> Ints | None:
        """Return how many events each request carries; None where always one."""
        if all(f.batcher is None for f in self.feeders):
            return None
        events = np.ones(note.size, np.int64)
        for one, mine in self._by_feeder(note):
            if one.batcher is not None:
                events[mine] = one.batcher.sizes(note[mine] & SLOT)
        return events

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

    def _serve_freely(self, t: Floats, b: Floats, note: Ints, arrived: Floats, end: float) -> None:
        """Serve requests that need no place: each takes its time."""
        if not t.size and not len(self.finished):
            return
        if self.answer is not None:
            self._answer(t, b, note)
        if self.flat and self.service.constant:
            self.counts.busy += t.size * in_units(self.service.constant)
            self._ended(t + self.service.constant, b, t, note)
            return
        took, parts = self._free_times(t, note)
        start = t
        if self.plan.faults:
            start, took, b, note = self._hindered(start, took, b, note)
        finish = start + took if took is not ZERO else start
        self._early(start, took, parts, b, note)
        if took is not ZERO:
            self.counts.busy += int(kernels.total_of(took))
        if self.in_order:
            self._ended(finish, b, start, note)
        else:
            self._ended(*self.finished.sort((finish, b, start, note), end))

    def _free_times(self, t: Floats, note: Ints) -> tuple[Floats, list[Floats]]:
        absorbed = [f.plan.absorbed for f in self.feeders]
        if all(absorbed) or (self.service.constant == 0.0 and not self.extra and not self.calls):
            return ZERO, []
        grouped = [f.plan.grouped for f in self.feeders]
        if len(grouped) == 1 and grouped[0] and t.size:
            group = _groups(t)
            first = np.concatenate(([True], t[1:] != t[:-1]))
            took, parts = self._times(note[first])
            return took[group], [p[group] for p in parts]
        took, parts = self._times(note)
        if any(absorbed):
            for i, one in enumerate(absorbed):
                if one:
                    took[(note >> FEEDER_BIT) & 0xFFF == i] = 0.0
        return took, parts

    def _hindered(
        self, start: Floats, took: Floats, b: Floats, note: Ints
    ) -> tuple[Floats, Floats, Floats, Ints]:
        """Apply faults to requests that need no place."""
        took = took + np.zeros(start.size)
        for f in self.plan.faults:
            hit = (start >= f.begin_s) & (start < f.end_s)
            if not f.stopped:
                took[hit] *= f.slower
            elif hit.any() and self.refuse == 1:
                self._refused(start[hit], note[hit])
                keep = ~hit
                start, took, b, note = start[keep], took[keep], b[keep], note[keep]
            else:
                start = np.where(hit, f.end_s, start)
        return start, took, b, note

    def _execute(self, walker: Walker, t: Floats, b: Floats, note: Ints, end: float) -> None:
        """Run workflows: their calls leave in between, the rest when they end."""
        if not t.size and not len(self.finished):
            return
        if self.answer is not None and t.size:
            self._answer(t, b, note)
        took = np.empty(t.size)
        called: dict[int, tuple[list[float], list[float]]] = {}
        for i in range(t.size):
            one = walker.run(self.executed + i)
            took[i] = one.duration_s
            for edge, begin, done in one.calls:
                route = self.by_edge[edge]
                target = self.ahead[route.stage].feeders[route.feeder].plan
                times, births = called.setdefault(edge, ([], []))
                times.append(t[i] + (done if target.absorbed else begin))
                births.append(b[i])
        self.executed += t.size
        for edge, (times, births) in sorted(called.items()):
            route = self.by_edge[edge]
            line = self.ahead[route.stage].feeders[route.feeder]
            line.put(np.array(times), np.array(births), in_order=False)
        self.counts.busy += int(kernels.total_of(took))
        self._count("starts", t)
        self._ended(*self.finished.sort((t + took, b, t, note), end))

    def _answer(self, t: Floats, b: Floats, note: Ints) -> None:
        assert self.answer is not None
        ages = t + self.answer.take(t.size)
        for one, mine in self._by_feeder(note):
            if one.plan.response:
                self._age("response", one.plan.edge, ages[mine], b[mine])

    def _serve_singly(self, t: Floats, b: Floats, note: Ints, arrived: Floats) -> None:
        """Serve one after another, first come first served."""
        if not t.size:
            return
        finish = np.empty(t.size)
        if self.fused:
            histogram = self.counts.histogram("time")
            longest = int(histogram.sums[1])
            self.counts.busy += kernels.one_server(
                t, *self.service.next(t.size), self.free, histogram.counts, histogram.sums, finish
            )
            if finish[-1] >= self.until:
                k = self._untold(t, finish, histogram, longest)
                self._stay(note[k:])
                finish, b, t, note = finish[:k], b[:k], t[:k], note[:k]
            self._ended(finish, b, t, note)
            return
        took, parts = self._times(note)
        starts = np.empty(t.size)
        kernels.lindley(t, took, self.free, starts, finish)
        begun = int(np.searchsorted(starts, self.until))
        self._early(
            starts[:begun], took[:begun], [p[:begun] for p in parts], b[:begun], note[:begun]
        )
        self.counts.busy += int(kernels.total_of(took[:begun]))
        if finish[-1] >= self.until:
            k = int(np.searchsorted(finish, self.until))
            self._stay(note[k:])
            finish, starts, b, note, arrived = (
                finish[:k], starts[:k], b[:k], note[:k], arrived[:k]
            )  # fmt: skip
        self._spent(finish, arrived)
        self._ended(finish, b, starts, note)

    def _untold(self, t: Floats, finish: Floats, histogram: Histogram, longest: int) -> int:
        """Take back what a lone server counted after the end; return how many ended before it."""
        k = int(np.searchsorted(finish, self.until))
        again = copy.copy(self.service)
        again.at -= t.size - k
        took = again.take(t.size - k)
        before = float(finish[k - 1]) if k else float(finish[0] - took[0])
        begun = 1 if max(float(t[k]), before) < self.until else 0
        self.counts.busy -= int(kernels.total_of(took[begun:]))
        wrong = Histogram()
        self._tally(wrong, finish[k:], t[k:])
        histogram.counts -= wrong.counts
        histogram.sums[0] -= wrong.sums[0]
        told = (finish[:k] - t[:k]).view(np.int64)
        histogram.sums[1] = max(longest, int(told.max()) if k else 0)
        if not histogram.count:
            self.counts.time = None
        return k

    def _serve_in_places(
        self, t: Floats, b: Floats, note: Ints, arrived: Floats, end: float
    ) -> None:
        pool = self.plan.pool
        assert pool is not None
        if not t.size and not self.n[0]:
            return
        service, parts = self._times(note)
        room = t.size + pool.places + 1
        out = (
            np.empty(room),
            np.empty(room),
            np.empty(room),
            np.empty(room),
            np.empty(room, np.int64),
        )
        starts, took, cold_t = np.empty(t.size), np.empty(t.size), np.empty(t.size)
        refused = np.empty(t.size, np.int64)
        m, gone, chill = kernels.pool(
            t, arrived, b, note, service, self.colds, end, pool.places, float(pool.idle_s),
            pool.provisioned, self.gap, self.slack, self.refuse, self.faults,
            *self.slots_of, self.n, self.x, *out, starts, took, cold_t, refused,
        )  # fmt: skip
        if gone:
            lost = refused[:gone]
            self._refused(t[lost], note[lost])
            good = np.ones(t.size, np.bool_)
            good[lost] = False
            starts, took, b, note = starts[good], took[good], b[good], note[good]
            parts = [p[good] for p in parts]
        if starts.size and starts[-1] >= self.until:
            k = int(np.searchsorted(starts, self.until))
            self._stay(note[k:])
            starts, took, b, note = starts[:k], took[:k], b[:k], note[:k]
            parts = [p[:k] for p in parts]
            chill = int(np.searchsorted(cold_t[:chill], self.until))
        self.counts.cold += chill
        self._count("cold", cold_t[:chill])
        self._count("starts", starts)
        self.counts.busy += int(kernels.total_of(took))
        self._early(starts, took, parts, b, note)
        finish, born, start, came = (column[:m] for column in out[:4])
        notes = out[4][:m]
        if m and finish[-1] >= self.until:
            m = int(np.searchsorted(finish, self.until))
            late = notes[m:][start[m:] < self.until]  # Others were counted by their start.
            self._stay(late)
            finish, born, start, came = (c[:m] for c in (finish, born, start, came))
            notes = notes[:m]
        self._count("ends", finish)
        self._spent(finish, came)
        self._ended(finish, born, start, notes)

    def _count(self, name: str, t: Floats, weights: Ints | None = None) -> None:
        """Count sorted times into the buckets of a line (weights: how many each stands for)."""
        if weights is not None:
            t = np.repeat(t, weights)
        if t.size:
            kernels.count_in(t, self.counts.width_s, self.counts.line(name))

    def _spent(self, finish: Floats, arrived: Floats) -> None:
        """Count time in the node, from arrival to the end of service."""
        if finish.size:
            self._tally(self.counts.histogram("time"), finish, arrived)

    def _tally(self, histogram: Histogram, later: Floats, earlier: Floats) -> None:
        kernels.tally(later, earlier, histogram.counts, histogram.sums)

    def _age(self, kind: str, edge: int, t: Floats, born: Floats) -> None:
        if not t.size:
            return
        histogram = self.outcome.age(kind, edge)
        if t.ctypes.data == born.ctypes.data:  # The same memory: answered at once.
            histogram.counts[0] += t.size
        else:
            self._tally(histogram, t, born)

    # ---- Out ----

    def _ended(self, t: Floats, b: Floats, start: Floats, note: Ints) -> None:
        """Take what ended in order of time: passed, to come again, given up."""
        if t.size and t[-1] >= self.until:
            k = int(np.searchsorted(t, self.until))
            self._stay(note[k:])
            t, b, start, note = t[:k], b[:k], start[:k], note[:k]
        if not t.size:
            return
        passed = []
        for one, mine in self._by_feeder(note):
            passed.append((one, *self._judged(one, t[mine], b[mine], start[mine], note[mine])))
        for one, when, born in passed:
            one.counts.passed += when.size
            if one.plan.response and self.answer is None and not self._answers_later(one):
                self._age("response", one.plan.edge, when, born)
            if self.plan.leaf:
                self._age("completion", one.plan.edge, when, born)
            self._left(when)
        if self.plan.leaf:
            return
        if len(passed) == 1:
            one, when, born = passed[0]
            self._send(when, born, [one.plan.op])
        else:
            self._send_mixed(passed)

    def _answers_later(self, feeder: FeederRun) -> bool:
        return any(self.ahead[r.stage].feeders[r.feeder].plan.response for r in self.plan.routes)

    def _judged(
        self, one: FeederRun, t: Floats, b: Floats, start: Floats, note: Ints
    ) -> tuple[Floats, Floats]:
        """Return what passed (times, births); send on what failed."""
        plan = one.plan
        if one.batcher is None and not self.fails:
            return t, b
        count = t.size
        if one.batcher is not None:
            note = note & SLOT
            count = int(one.batcher.sizes(note).sum())
        u = one.fail.take(count) if self.fails else np.ones(count)
        out = [np.empty(count) for _ in range(6)]
        r_n = np.empty(count, np.int64)
        o_t, o_b, r_t, r_b, d_t, d_b = out
        tries = plan.tries if plan.retried else 1.0
        rest = (u, self.plan.error, tries, plan.again_s, plan.from_start, self.faults,
                o_t, o_b, r_t, r_b, r_n, d_t, d_b)  # fmt: skip
        if one.batcher is not None:
            m, k, d = one.batcher.spread(t, start, note, *rest)
        else:
            m, k, d = kernels.singles(t, b, start, note, *rest)
        if k:
            in_order = not plan.from_start and not _out_of_order(r_t[:k])
            one.again.put(r_t[:k], r_b[:k], r_n[:k], in_order=in_order)
        if d:
            one.counts.dead += d
            self._count("dead", d_t[:d])
            self._left(d_t[:d])
            for route in plan.lost:
                self.ahead[route.stage].feeders[route.feeder].put(
                    d_t[:d], d_b[:d], in_order=len(self.feeders) == 1
                )
        return o_t[:m], o_b[:m]

    def _early(
        self, start: Floats, took: Floats, parts: list[Floats], b: Floats, note: Ints
    ) -> None:
        """Send what leaves before the end: calls whose target is not quick, steps of a workflow."""
        routes = [(i, r) for i, r in enumerate(self.plan.routes) if r.at_start]
        if not routes or not start.size:
            return
        events = self._events(note)
        for i, route in routes:
            when = start
            if route.call >= 0:  # A fault that hurries cannot make it call before it starts.
                when = np.maximum(start, start + took - parts[route.call])
            if route.offset is not None:
                when = when + route.offset.mean_s
            born = b
            if events is not None:
                when = np.repeat(when, events)
                born = np.concatenate(
                    [self._births(n, x) for n, x in zip(note, b, strict=True)] or [NONE]
                )
            self._follow(i, route, when, born, in_order=False)

    def _births(self, note: int, born: float) -> Floats:
        one = (
            self.feeders[int(note) >> FEEDER_BIT & 0xFFF]
            if len(self.feeders) > 1
            else self.feeders[0]
        )
        if one.batcher is None:
            return np.array([born])
        slot = int(note) & SLOT
        return one.batcher.born[slot, : one.batcher.note[slot, one.batcher.plan.most]]

    def _send_mixed(self, passed: list[tuple[FeederRun, Floats, Floats]]) -> None:
        """Send what several feeders brought, in order of time; each arrow takes what it knows."""
        t = np.concatenate([p[1] for p in passed])
        b = np.concatenate([p[2] for p in passed])
        which = np.repeat(np.arange(len(passed)), [p[1].size for p in passed])
        order = np.argsort(t, kind="stable")
        self._send(t[order], b[order], [p[0].plan.op for p in passed], which[order])

    def _send(self, t: Floats, b: Floats, ops: list[str] | None, which: Ints | None = None) -> None:
        """Send events on by all arrows that take them.

        Args:
            ops: Operations that brought them; None is the producer itself.
            which: Index of each event's operation; None where there is one.
        """
        if not t.size:
            return
        in_order = True
        for draw in self.holds:
            fixed = draw.constant
            t = t + (fixed if fixed is not None else draw.take(t.size))
            in_order = in_order and fixed is not None
        u = self.ways.take(t.size) if self.split else NONE
        full: Any = None
        for i, route in enumerate(self.plan.routes):
            if route.at_start or self.walker is not None:
                continue
            takes = [ops is None or route.ops is None or op in route.ops for op in ops or ("",)]
            if not any(takes):
                continue
            mine = np.array(takes)[which] if which is not None and not all(takes) else None
            if route.buffered:
                full = mine if mine is not None else slice(None)
                continue
            when, born = (t, b) if mine is None else (t[mine], b[mine])
            if (route.low, route.high) != (0.0, 1.0):
                chosen = u if mine is None else u[mine]
                when, born = _thinned(when, born, chosen, route.low, route.high)
            if route.per_request and when.size:
                first = np.concatenate(([True], when[1:] != when[:-1]))
                when, born = when[first], born[first]
            self._follow(i, route, when, born, in_order=in_order)
        if full is not None:
            self._into_buffer(t[full], b[full])

    def _follow(self, i: int, route: Route, t: Floats, b: Floats, *, in_order: bool) -> None:
        """Send events by one arrow: as many copies as it passes."""
        if route.copies != 1.0:
            whole = int(route.copies)
            rest = route.copies - whole
            if rest > 1e-12:
                u = self.copies[i].take(t.size)
                if whole == 0:
                    t, b = _thinned(t, b, u, 0.0, rest)
                else:
                    times = whole + (u < rest)
                    t, b = np.repeat(t, times), np.repeat(b, times)
            else:
                t, b = np.repeat(t, whole), np.repeat(b, whole)
        self.ahead[route.stage].feeders[route.feeder].put(t, b, in_order=in_order)

    def _into_buffer(self, t: Floats, b: Floats) -> None:
        plan = self.plan
        waiting = int(self.buffer[0])
        if self.kept.size < waiting + t.size:
            self.kept = np.concatenate((self.kept, np.empty(waiting + t.size)))
        kib = self.sizes.take(t.size) if self.sizes is not None else NONE
        out_t, out_b = np.empty(waiting + t.size), np.empty(waiting + t.size)
        m = kernels.buffered(
            t, b, kib, float(plan.record_kib), self.buffer, float(plan.buffer_kib),
            float(plan.buffer_s), -np.inf, self.kept, out_t, out_b,
        )  # fmt: skip
        self._flushed(out_t[:m], out_b[:m])

    def flush(self, end: float) -> None:
        """Empty the buffer where it became too old before `end`."""
        if not self.plan.buffer_kib or not self.buffer[0]:
            return
        out_t, out_b = np.empty(int(self.buffer[0])), np.empty(int(self.buffer[0]))
        m = kernels.buffered(
            NONE, NONE, NONE, 0.0, self.buffer, float(self.plan.buffer_kib),
            float(self.plan.buffer_s), end, self.kept, out_t, out_b,
        )  # fmt: skip
        self._flushed(out_t[:m], out_b[:m])

    def _flushed(self, t: Floats, b: Floats) -> None:
        if not t.size:
            return
        self.counts.flushes += int(self.buffer[3])
        self.buffer[3] = 0.0
        for i, route in enumerate(self.plan.routes):
            if route.buffered:
                self._follow(i, route, t, b, in_order=True)

    # ---- At the end ----

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way to, or inside, this stage."""
        if self.unmade or self.stock.size or len(self.finished) or self.buffer[0]:
            return False
        if len(self.limiter.held) or any(len(f.limiter.held) for f in self.feeders):
            return False
        if self.plan.pool is not None and not self.single and self.n[0]:
            return False
        return all(
            not len(f.line) and not len(f.again) and (f.batcher is None or not f.batcher.inside)
            for f in self.feeders
        )

    @property
    def waiting(self) -> int:
        return sum(len(f.line) + len(f.again) for f in self.feeders) + int(self.buffer[0])

    def close(self) -> None:
        """Count what is still here, and on its way here."""
        if self.transparent and "arrived" in self.counts.lines:
            self.counts.lines["left"] = self.counts.lines["arrived"].copy()
        if self.measured and self.counts.time is not None:
            self.counts.sojourn += int(self.counts.time.sums[0])
        for i, feeder in enumerate(self.feeders):
            feeder.counts.underway += len(feeder.line)
            inside = len(feeder.again) + feeder.stays + len(feeder.limiter.held)
            many = len(self.feeders) > 1
            notes = [self.finished.kept[3], self.limiter.held.kept[3]]
            if self.plan.pool is not None and not self.single:
                ff, ps, pt = self.slots_of[0], self.slots_of[2], self.slots_of[4]
                notes.append(pt[np.isfinite(ff) & (ps < self.until)])
            for note in notes:
                mine = note[(note >> FEEDER_BIT) & 0xFFF == i] if many else note
                inside += 0 if feeder.batcher is not None else mine.size
            if feeder.batcher is not None:
                inside += feeder.batcher.inside
            feeder.counts.inside += inside


def _thinned(t: Floats, b: Floats, u: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    o_t, o_b = np.empty(t.size + 1), np.empty(t.size + 1)
    m = kernels.thin(t, b, u, low, high, o_t, o_b)
    return o_t[:m], o_b[:m]


def _record_sizes(plan: Stage, mine: Callable[..., int]) -> Draw | None:
    """Return the draws of the records' sizes in KiB; None where all are the same."""
    if not plan.buffer_kib or plan.record_sigma <= 0:
        return None
    median = plan.record_kib / draws.power(plan.record_sigma**2 / 2)
    law = Lognormal(median, median * draws.power(plan.record_sigma * Z99))
    return Draw(mine(draws.SIZE), law)


@functools.cache
def _keep_memory() -> None:
    """Ask the C library to keep freed memory: fresh pages cost more than the work in them."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, 1 << 28)
    except (OSError, AttributeError):  # Another C library: only slower.
        return


# ---- The whole ----------------------------------------------------------------------------------


def run(
    plan: Plan,
    names: tuple[list[str], list[str]],
    *,
    seed: int,
    replication: int = 0,
    duration_s: float,
    messages: int | None = None,
    drain: bool = False,
    chunk: int = CHUNK,
    tell: Callable[[float], bool] | None = None,
) -> Outcome:
    """Run one replication.

    Args:
        names: Ids of nodes and of edges: what draws are keyed by.
        duration_s: Simulated time in which producers produce.
        messages: Each producer stops after this many, where given.
        drain: Go on until nothing is left, else stop at the end of the time.
        chunk: Messages per window, about; changes no bit of the result.
        tell: Told the share that is done; answers False to stop with what there is.
    """

    def key(name: str, purpose: int, part: int = 0) -> int:
        return key_of(seed, replication, name, purpose, part)

    _keep_memory()
    outcome = empty(len(names[0]), len(names[1]), duration_s)
    until = math.inf if drain else duration_s
    stages = [StageRun(s, names[1], outcome, key, until) for s in plan.stages]
    for stage in stages:
        stage.ahead = stages
    span = min(plan.lookahead_s, max(chunk / plan.events_per_s, 1e-3))
    end, window = 0.0, 0
    order = [stages[i] for i in plan.order]
    while True:
        window += 1
        end = min(window * span, duration_s) if not drain else window * span
        for stage in order:
            stage.advance(end, duration_s, messages)
        if not drain and end >= duration_s:
            break
        if (
            drain
            and not any(s.unmade or s.stock.size for s in stages)
            and all(s.quiet for s in stages)
        ):
            break
        if tell is not None and not tell(min(1.0, end / duration_s)):
            outcome.stopped = "cancelled"
            break
        if sum(s.waiting for s in stages) > MOST_WAITING:
            outcome.stopped = "too many messages wait"
            break
    for stage in stages:
        stage.close()
    outcome.duration_s = duration_s
    return outcome
