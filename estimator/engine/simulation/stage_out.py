"""How events leave a stage: judged, copied, split, gathered in a buffer, sent on."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import kernels
from .feeder_run import FeederRun
from .lines import (
    FEEDER_BIT,
    NONE,
    SLOT,
    Floats,
    Ints,
    out_of_order,
)
from .plan import Route
from .stage_core import StageCore


class StageOut(StageCore):
    """The way out of a stage."""

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
            self._left(when)
        if self.plan.leaf:
            for (one, _, born), until in zip(passed, self._held(passed), strict=True):
                self._age("completion", one.plan.edge, until, born)
            return
        if len(passed) == 1:
            one, when, born = passed[0]
            self._send(when, born, [one.plan.op])
        else:
            self._send_mixed(passed)

    def _held(self, passed: list[tuple[FeederRun, Floats, Floats]]) -> list[Floats]:
        """Return when what ends here may be seen: what a last queue delays is not there before."""
        times = [when for _, when, _ in passed]
        if not self.holds:
            return times
        t = np.concatenate(times)
        order = np.argsort(t, kind="stable")
        for draw in self.holds:
            t[order] += draw.take(t.size)
        return np.split(t, np.cumsum([x.size for x in times])[:-1])

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
            in_order = not plan.from_start and not out_of_order(r_t[:k])
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
                when, born = thinned(when, born, chosen, route.low, route.high)
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
                if whole == 0:
                    o_t, o_b = np.empty(t.size + 1), np.empty(t.size + 1)
                    m = kernels.thin_out(t, b, *self.copies[i].next(t.size), rest, o_t, o_b)
                    t, b = o_t[:m], o_b[:m]
                else:
                    times = whole + (self.copies[i].take(t.size) < rest)
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


def thinned(t: Floats, b: Floats, u: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    o_t, o_b = np.empty(t.size + 1), np.empty(t.size + 1)
    m = kernels.thin(t, b, u, low, high, o_t, o_b)
    return o_t[:m], o_b[:m]
