"""W1 to W3 from the engine's own kernels, wired by hand: what generality and telemetry cost.

No plan, no counts by second, no times by node, no report: only the path's histogram. Whatever the
engine needs beyond this is the price of running any design.
"""

from __future__ import annotations

import math

import numpy as np

from designer.catalog.base import Exponential, Lognormal
from designer.catalog.base.flow import Z99
from estimator.engine.simulation import draws, kernels, pool_kernel
from estimator.engine.simulation.histogram import Histogram
from estimator.engine.simulation.lines import Draw, Uniforms, picked
from estimator.engine.simulation.paths import keep_memory

from .numbers import MANY, RATE_PER_S, TANDEM, Pipeline, Pool, mu_of

CHUNK = 1 << 15
NONE, NONE_INT, NO_FAULTS = np.empty(0), np.empty(0, np.int64), np.empty((0, 6))
NO_FLAGS = np.empty(0, np.bool_)


def _key(seed: int, name: str) -> int:
    return draws.key_of(seed, 0, name, draws.SERVICE)


def _lognormal(mean_s: float, sigma: float) -> Lognormal:
    p50_s = math.exp(mu_of(mean_s, sigma))
    return Lognormal(p50_s, p50_s * math.exp(Z99 * sigma))


def _summary(times: Histogram) -> dict[str, float]:
    found = times.summary()
    return {name: float(found[name]) for name in ("mean_s", "p50_s", "p95_s", "p99_s")}


class _Arrivals:
    """Poisson arrivals at 1,000 a second, a chunk at a time."""

    def __init__(self, messages: int, seed: int) -> None:
        self.gaps = Draw(_key(seed, "arrivals"), Exponential(1 / RATE_PER_S))
        self.left, self.last = messages, 0.0

    def take(self) -> np.ndarray:
        count = min(CHUNK, self.left)
        self.left -= count
        t = np.cumsum(self.gaps.take(count))
        t += self.last
        self.last = t[-1]
        return t


def w1(messages: int, seed: int) -> dict[str, float]:
    """Run five single servers in series; returns the summary of the times in the system."""
    keep_memory()
    count, mean_s = TANDEM
    arrivals = _Arrivals(messages, seed)
    laws = [Draw(_key(seed, f"station{i}"), Exponential(mean_s)) for i in range(count)]
    free = [np.full(1, -np.inf) for _ in laws]
    times = Histogram()
    while arrivals.left:
        born = now = arrivals.take()
        for law, when in zip(laws, free, strict=True):
            out, starts = np.empty(now.size), np.empty(now.size)
            kernels.lindley(now, law.take(now.size), when, starts, out)
            now = out
        kernels.tally(now, born, times.counts, times.sums)
    return _summary(times)


class _Function:
    """Places, with environments or without; requests in and ended ones out, both by time."""

    def __init__(self, seed: int, name: str, pool: Pool | None, servers: int = 0) -> None:
        n = Pipeline()
        self.places = pool.places if pool else servers
        self.law = Draw(
            _key(seed, name),
            _lognormal(pool.mean_s, pool.sigma) if pool else Exponential(MANY[1]),
        )
        self.colds = np.zeros(1024)
        if pool:
            self.colds = Draw(_key(seed, name + " cold"), _lognormal(*n.cold)).take(1024)
        self.idle_s, self.provisioned = n.idle_s, 0 if pool else self.places
        self.idle = np.empty(self.places + 2)
        self.held: list[np.ndarray] = [NONE, NONE, NONE, NONE_INT]  # end, birth, start, note
        self.n = np.array([0, 0, self.provisioned])
        self.x = np.array([-1e18, -np.inf])

    def run(
        self, t: np.ndarray, born: np.ndarray, note: np.ndarray, end: float
    ) -> tuple[np.ndarray, ...]:
        """Return finish, birth, start and note of what ended."""
        ends, before, began, slots = self.held
        size, room = t.size, t.size + ends.size
        finish, starts = np.empty(room), np.empty(size)
        order, left = np.empty(room, np.uint32), np.empty(self.places, np.uint32)
        m, _, _, running = pool_kernel.pool(
            t, note, self.law.take(size), self.colds, end, self.places, self.idle_s,
            self.provisioned, 0.0, 0.0, 0, NO_FAULTS, ends, slots, NO_FLAGS, self.idle, self.n,
            self.x, ends_of := np.empty(room), np.empty(room, np.uint32), NO_FLAGS, finish, order,
            starts, np.empty(size), NONE_INT, left,
        )  # fmt: skip
        left = left[:running]
        columns = [(before, born), (began, starts), (slots, note)]
        self.held = [ends_of[left], *(picked(left, *pair) for pair in columns)]
        return finish[:m], *(picked(order[:m], *pair) for pair in columns)


def w3(messages: int, seed: int) -> dict[str, float]:
    """Run fifty servers with one line; returns the summary of the times in the system."""
    keep_memory()
    arrivals, servers = _Arrivals(messages, seed), _Function(seed, "servers", None, MANY[0])
    times, notes = Histogram(), np.zeros(CHUNK, np.int64)
    while arrivals.left:
        t = arrivals.take()
        end = -np.inf if arrivals.left else np.inf
        finish, born, _, _ = servers.run(t, t, notes[: t.size], end)
        kernels.tally(finish, born, times.counts, times.sums)
    return _summary(times)


def w2(messages: int, seed: int) -> dict[str, float]:
    """Run the pipeline; returns the summary of the ordered path, and the counts beside it."""
    keep_memory()
    run = _Pipeline(messages, seed)
    while not run.done:
        run.window()
    return run.summary()


class _Pipeline:
    """W2 in windows as long as a failed message is hidden: what fails comes in a later one."""

    def __init__(self, messages: int, seed: int) -> None:
        n = self.n = Pipeline()
        self.left = messages
        self.gaps = Draw(_key(seed, "arrivals"), Exponential(1.0))
        self.sums, self.stretch = np.zeros(1), np.zeros(2, np.int64)
        rates = np.array([n.quiet_per_s, n.burst_per_s])
        lengths = np.array([n.quiet_s, n.period_s - n.quiet_s])
        self.profile = (
            np.array([0.0, n.quiet_s]),
            np.concatenate(([0.0], np.cumsum(rates * lengths))),
            rates,
            n.period_s,
        )
        pools = {"a": n.first, "b": n.second, "c": n.third}
        self.functions = [_Function(seed, name, pool) for name, pool in pools.items()]
        self.fails, self.copies = Uniforms(_key(seed, "fails")), Uniforms(_key(seed, "copies"))
        self.sizes = Draw(_key(seed, "sizes"), _lognormal(n.record_bytes, n.record_sigma))
        slots = 1 << 14
        self.members = np.empty((slots, n.batch)), np.zeros((slots, n.batch + 1), np.int64)
        self.slots, self.free = np.arange(slots), np.array([slots])
        self.opened, self.cur, self.cnt = np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64)
        self.tokens = np.array([-1e18])
        self.buffer, self.kept = np.zeros(8), np.empty(1 << 17)  # what the kernel keeps; records
        self.ahead = NONE  # arrivals after the window
        self.queue: tuple[np.ndarray, np.ndarray] = (NONE, NONE)
        self.again: tuple[np.ndarray, ...] = (NONE, NONE, NONE_INT)
        self.ordered, self.stored = Histogram(), Histogram()
        self.dead, self.end, self.done = 0, 0.0, False

    def window(self) -> None:
        self.done = not (
            self.left or self.ahead.size or self.queue[0].size or self.again[0].size
            or self.cnt[0] or self.buffer[0] or any(f.held[0].size for f in self.functions)
        )  # fmt: skip
        self.end += self.n.hidden_s
        t = self._arrivals()
        self._first(t)
        began, ended, slot = self._second(*self._queued())
        t, born = self._spread(began, ended, slot)
        t += self.n.topic_s
        self._store(t, born)
        self._ordered(t, born)

    def _arrivals(self) -> np.ndarray:
        while self.left and (not self.ahead.size or self.ahead[-1] < self.end):
            count = min(CHUNK, self.left)
            self.left -= count
            t = np.empty(count)
            kernels.arrive(*self.gaps.next(count), self.sums, self.stretch, *self.profile, t)
            self.ahead = np.concatenate((self.ahead, t))
        k = int(np.searchsorted(self.ahead, self.end))
        t, self.ahead = self.ahead[:k], self.ahead[k:]
        return t

    def _first(self, t: np.ndarray) -> None:
        t2, born, _, _ = self.functions[0].run(
            t + self.n.api_s, t, np.zeros(t.size, np.int64), self.end
        )
        at, before = self.queue
        self.queue = (
            np.concatenate((at, t2 + self.n.queue_s)),
            np.concatenate((before, born)),
        )

    def _queued(self) -> tuple[np.ndarray, ...]:
        """Return what the second function's queue delivers before the end of the window."""
        order = np.argsort(self.again[0], kind="stable")
        again = [column[order] for column in self.again]
        k = int(np.searchsorted(self.queue[0], self.end))
        j = int(np.searchsorted(again[0], self.end))
        out = np.empty(k + j), np.empty(k + j), np.empty(k + j, np.int64)
        fresh = self.queue[0][:k], self.queue[1][:k], np.zeros(k, np.int64)
        kernels.merge(*fresh, *(column[:j] for column in again), *out)
        self.queue = self.queue[0][k:], self.queue[1][k:]
        self.again = tuple(column[j:] for column in again)
        return out

    def _second(self, t: np.ndarray, born: np.ndarray, note: np.ndarray) -> tuple[np.ndarray, ...]:
        n, room = self.n, t.size + 2
        at, slot = np.empty(room), np.empty(room, np.int64)
        m = kernels.batches(
            t, born, note, self.end, n.batch, n.window_s, 0.0, False, *self.members, self.slots,
            self.free, self.opened, self.cur, self.cnt, at, slot,
        )  # fmt: skip
        ended, _, began, slot = self.functions[1].run(at[:m], at[:m], slot[:m], self.end)
        return began, ended, slot

    def _spread(self, began: np.ndarray, ended: np.ndarray, slot: np.ndarray) -> list[np.ndarray]:
        n, sizes = self.n, np.empty(slot.size, np.int64)
        total = kernels.sizes(slot, self.members[1], n.batch, sizes)
        t, born, at, before, dead_t, dead_b = (np.empty(total) for _ in range(6))
        tries = np.empty(total, np.int64)
        m, k, d = kernels.members(
            ended, began, slot, *self.members, self.slots, self.free, n.batch,
            self.fails.take(total), n.error_ratio, n.receives, n.hidden_s, True, NO_FAULTS,
            t, born, at, before, tries, dead_t, dead_b,
        )  # fmt: skip
        new = at[:k], before[:k], tries[:k]
        self.again = tuple(np.concatenate(pair) for pair in zip(self.again, new, strict=True))
        self.dead += int(d)
        return [t[:m], born[:m]]

    def _store(self, t: np.ndarray, born: np.ndarray) -> None:
        n = self.n
        if self.kept.size < self.buffer[0] + t.size:
            self.kept = np.concatenate((self.kept, np.empty(self.kept.size + t.size)))
        room = t.size + int(self.buffer[0])
        at, before = np.empty(room), np.empty(room)
        m = kernels.buffered(
            t, born, self.sizes.take(t.size), 0.0, self.buffer, n.buffer_bytes, n.buffer_s,
            self.end, self.kept, at, before,
        )  # fmt: skip
        kernels.tally(at[:m] + n.store_s, before[:m], self.stored.counts, self.stored.sums)

    def _ordered(self, t: np.ndarray, born: np.ndarray) -> None:
        n, at, before = self.n, np.empty(t.size + 1), np.empty(t.size + 1)
        m = kernels.thin_out(t, born, *self.copies.next(t.size), n.ordered_ratio, at, before)
        at, before = at[:m], before[:m]
        gap, notes = 1 / n.token_rate, np.zeros(m, np.int64)
        kernels.limit(
            at, NONE, 1.0, gap, (n.tokens - 1) * gap, self.tokens, 0, notes, np.ones(m, np.bool_)
        )
        ended, born, _, _ = self.functions[2].run(at, before, notes, self.end)
        kernels.tally(ended, born, self.ordered.counts, self.ordered.sums)

    def summary(self) -> dict[str, float]:
        stored = self.stored.summary()
        return _summary(self.ordered) | {
            "store_mean_s": float(stored["mean_s"]),
            "store_p95_s": float(stored["p95_s"]),
            "cold_starts": sum(int(f.n[1]) for f in self.functions),
            "dead": self.dead,
        }
