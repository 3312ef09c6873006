"""One stage while a simulation runs: what it is made of, and what it counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Constant, Exponential, Lognormal
from designer.catalog.base.flow import Z99

from . import draws, kernels
from .feeder_run import FeederRun
from .histogram import Histogram
from .lanes import LaneState
from .lines import (
    FEEDER_BIT,
    NONE,
    NONE_INT,
    SLOT,
    Draw,
    Finished,
    Floats,
    Ints,
    Key,
    Limiter,
    Uniforms,
)
from .plan import Stage
from .record import Outcome
from .shared import Peak
from .workflow import Walker

NO_FAULTS = np.empty((0, 6))


class Running(NamedTuple):
    """What is in progress in places, in the order of its starts."""

    end: Floats
    start: Floats
    arrived: Floats
    born: Floats
    note: Ints
    provisioned: NDArray[np.bool_]


NOBODY = Running(NONE, NONE, NONE, NONE, NONE_INT, np.empty(0, np.bool_))


class StageCore:
    """State and books of a stage; what happens in it stands in `StageOut` and `StageRun`."""

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
        self.peak: Peak | None = None  # of the account's pool that it shares
        self.ahead: Sequence[StageCore] = ()  # all stages, by index: filled by the driver

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
        self.sizes = record_sizes(plan, mine)
        self.buffer, self.kept = np.zeros(4), np.empty(1 << 12)
        self.finished = Finished()
        rows = [
            (f.begin_s, f.end_s, float(f.stopped), f.slower, f.places, f.error) for f in plan.faults
        ]
        self.faults = np.array(rows) if rows else NO_FAULTS
        self.fails = bool(plan.error > 0 or plan.poison_at_s) or any(
            f.error > 0 for f in plan.faults
        )
        # Whether it matters how a request was noted and when it started, once it ended.
        self.judging = self.fails or many or any(f.batch is not None for f in plan.feeders)
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
        self.lanes = LaneState(plan) if plan.in_lanes else None
        self._make_pool(mine)
        self._make_source(mine)
        # Where time in the node is that of the histogram, it needs no counting of its own.
        simple = (
            not self.fails
            and not self.limiter
            and all(
                f.batcher is None and not f.limiter and not f.plan.ordered for f in self.feeders
            )
        )
        idle = self.service.constant == 0.0 and not self.extra and not self.calls
        at_once = plan.pool is None and (idle or all(f.absorbed for f in plan.feeders))
        at_once = at_once and self.walker is None
        self.measured = (
            simple
            and not plan.faults
            and (at_once or (plan.pool is not None and not any(f.refuse for f in plan.feeders)))
        )

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
        self.single = self.single and not (self.plan.in_lanes or (pool and pool.account))
        self.free = np.full(1, -np.inf)
        self.fused = self.single and not (
            self.calls or self.extra or self.plan.per_event_s or self.fails or self.limiter
            or self.service.share < 1.0 or any(r.at_start for r in self.plan.routes)
            or any(f.batcher or f.limiter for f in self.feeders)
        )  # fmt: skip
        if pool is None:
            return
        self.running = NOBODY
        self.idle = np.empty(pool.places + 2)
        self.always = pool.places if pool.cold is None else pool.provisioned
        self.n = np.array([0, 0, self.always])
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
        even = arrivals.law == "constant"  # Then in the middle of equal gaps.
        self.gaps = Draw(mine(draws.ARRIVAL), Constant(1.0) if even else Exponential(1.0))
        self.sum, self.stretch = np.array([-0.5 if even else 0.0]), np.zeros(2, np.int64)
        self.starts, self.rates = np.array(arrivals.starts), np.array(arrivals.rates)
        lengths = np.diff(np.append(self.starts, arrivals.period_s))
        self.areas = np.concatenate(([0.0], np.cumsum(lengths * self.rates)))

    def _by_feeder(
        self, note: Ints, feeder: FeederRun | None = None
    ) -> list[tuple[FeederRun, Any]]:
        if feeder is not None:
            return [(feeder, slice(None))]
        if len(self.feeders) == 1:
            return [(self.feeders[0], slice(None))]
        which = (note >> FEEDER_BIT) & 0xFFF
        return [(f, which == i) for i, f in enumerate(self.feeders)]

    def _events(self, note: Ints) -> Ints | None:
        """Return how many events each request carries; None where always one."""
        if all(f.batcher is None for f in self.feeders):
            return None
        events = np.ones(note.size, np.int64)
        for one, mine in self._by_feeder(note):
            if one.batcher is not None:
                events[mine] = one.batcher.sizes(note[mine] & SLOT)
        return events

    def _left(self, t: Floats, events: Ints | None = None) -> None:
        self._count("left", t, events)
        if events is None:
            if not self.measured:
                self.counts.sojourn += int(kernels.total_of(t))
            self.counts.left += t.size
        else:
            self.counts.sojourn += int(kernels.total_of(np.repeat(t, events)))
            self.counts.left += int(events.sum())

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

    def _count(self, name: str, t: Floats, weights: Ints | None = None) -> None:
        """Count sorted times into the buckets of a line (weights: how many each stands for)."""
        if weights is not None:
            t = np.repeat(t, weights)
        if self.peak is not None and name in ("starts", "ends"):
            self.peak.put(name, t)
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

    def _answers_later(self, feeder: FeederRun) -> bool:
        return any(self.ahead[r.stage].feeders[r.feeder].plan.response for r in self.plan.routes)

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way to, or inside, this stage."""
        if self.unmade or self.stock.size or len(self.finished) or self.buffer[0]:
            return False
        if len(self.limiter.held) or any(len(f.limiter.held) for f in self.feeders):
            return False
        if self.plan.pool is not None and len(self.running.end):
            return False
        if self.lanes is not None and not self.lanes.empty:
            return False
        return all(not (len(f.line) or len(f.again) or f.gathered) for f in self.feeders)

    @property
    def waiting(self) -> int:
        found = sum(len(f.line) + len(f.again) for f in self.feeders) + int(self.buffer[0])
        return found + (self.lanes.waiting if self.lanes is not None else 0)

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
                notes.append(self.running.note[self.running.start < self.until])
            if self.lanes is not None:
                notes.append(self.lanes.notes)
            for note in notes:
                mine = note[(note >> FEEDER_BIT) & 0xFFF == i] if many else note
                inside += 0 if feeder.batcher is not None else mine.size
            inside += feeder.gathered
            feeder.counts.inside += inside


def record_sizes(plan: Stage, mine: Callable[..., int]) -> Draw | None:
    """Return the draws of the records' sizes in KiB; None where all are the same."""
    if not plan.buffer_kib or plan.record_sigma <= 0:
        return None
    median = plan.record_kib / draws.power(plan.record_sigma**2 / 2)
    law = Lognormal(median, median * draws.power(plan.record_sigma * Z99))
    return Draw(mine(draws.SIZE), law)
