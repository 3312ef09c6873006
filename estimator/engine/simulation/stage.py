"""How events enter a stage and are served, window by window."""

from __future__ import annotations

import copy

import numpy as np

from . import kernels, pool_kernel
from .feeder_run import FeederRun, groups
from .histogram import Histogram, in_units
from .lines import (
    CHUNK,
    FEEDER_BIT,
    Floats,
    Index,
    Ints,
    Limiter,
    picked,
)
from .plan import POISON
from .stage_core import Running
from .stage_lanes import StageLanes
from .workflow import Walker

Requests = tuple[Floats, Floats, Ints, Floats]  # times, births, notes, arrivals
ZERO = np.zeros(1)
ZEROS = np.zeros(4 * CHUNK, np.int64)


class StageRun(StageLanes):
    """A stage that can be advanced."""

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
            elif self.lanes is not None:
                self._serve_in_lanes(t, b, note, arrived, end)
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

    def _produce(self, end: float, until: float, most: int | None) -> Floats:
        while self.unmade and (not self.stock.size or self.stock[-1] < end):
            n = CHUNK if most is None else min(CHUNK, most - self.made)
            ready = self.stock.size
            self.stock = self._arrival_times(self.stock, n)
            self.stock = self.stock[: ready + int(np.searchsorted(self.stock[ready:], until))]
            kept = self.stock.size - ready
            self.made += kept
            self.unmade = kept == n > 0 and (most is None or self.made < most)
        k = int(np.searchsorted(self.stock, end))
        t, self.stock = self.stock[:k], self.stock[k:]
        self.counts.produced += k
        self._count("arrived", t)
        self._count("left", t)
        return t

    def _arrival_times(self, ready: Floats, n: int) -> Floats:
        """Return `n` more arrivals, or all that were recorded, behind those that are ready."""
        arrivals = self.plan.arrivals
        assert arrivals is not None
        if arrivals.times is not None:
            return np.concatenate((ready, arrivals.times[self.made : self.made + n]))
        t = np.empty(ready.size + n)
        t[: ready.size] = ready
        kernels.arrive(
            *self.gaps.next(n), self.sum, self.stretch, self.starts, self.areas, self.rates,
            arrivals.period_s, t[ready.size :],
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
                note[int(np.searchsorted(t, feeder.poison.pop(0)))] |= POISON
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
        if feeder.plan.ordered:
            return feeder.in_lanes(t, b, note, arrived, end)
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
            group = groups(t)
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
        was = self.running
        if not t.size and not was.end.size:
            return
        took, parts = self._times(note)
        room = was.end.size + t.size
        ff, nx, kept_by = np.empty(room), np.empty(room, np.uint32), np.empty(room, np.bool_)
        finish, order, starts = np.empty(room), np.empty(room, np.uint32), np.empty(t.size)
        cold_t, refused = np.empty(t.size), np.empty(t.size, np.int64)
        left = np.empty(pool.places, np.uint32)
        m, gone, chill, running = pool_kernel.pool(
            t, note, took, self.colds, end, pool.places, float(pool.idle_s), self.always, self.gap,
            self.slack, self.refuse, self.faults, was.end, was.note, was.provisioned, self.idle,
            self.n, self.x, ff, nx, kept_by, finish, order, starts, cold_t, refused, left,
        )  # fmt: skip
        finish, order, left = finish[:m], order[:m], left[:running]
        whole = self._ended_in_places(finish, order, starts, arrived, b, note)
        self.running = Running(
            ff[left], picked(left, was.start, starts), picked(left, was.arrived, arrived),
            picked(left, was.born, b), picked(left, was.note, note), kept_by[left],
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
        self._ended(*whole)

    def _ended_in_places(
        self, finish: Floats, order: Index, starts: Floats, arrived: Floats, b: Floats, note: Ints
    ) -> tuple[Floats, Floats, Floats, Ints]:
        """Count what ended in places before the end of the time; return times, births, starts
        and notes of it."""
        was = self.running
        late = finish.size and finish[-1] >= self.until
        started, notes = finish, ZEROS[:0]
        if late or self.judging:
            started = picked(order, was.start, starts)
            notes = picked(order, was.note, note)
        if late:
            m = int(np.searchsorted(finish, self.until))
            self._stay(notes[m:][started[m:] < self.until])  # Others were counted by their start.
            finish, order, started, notes = finish[:m], order[:m], started[:m], notes[:m]
        self._count("ends", finish)
        if finish.size:
            histogram = self.counts.histogram("time")
            kernels.tally_from(
                finish, order, was.arrived, arrived, histogram.counts, histogram.sums
            )
        return finish, picked(order, was.born, b), started, notes
