"""Workflows, execution by execution: which states are entered, what is called, and when it ends.

Plain Python, shared by both engines: execution `i` draws from a key of its own, so its result does
not depend on when or where it is computed.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from designer.catalog.base import Law, Program, Step

from .draws import CONSTANT, EXPONENTIAL, UNIFORM, looked_up, minus_log, mix, parts_of, uniform

MOST_STEPS = 100_000  # of one execution


@dataclass(frozen=True)
class TaskCall:
    """A call that a task makes: its arrow, the laws of its time, its chance per visit."""

    edge: int
    laws: tuple[Law, ...]
    share: float


@dataclass
class Execution:
    """One execution.

    Attributes:
        duration_s: From its start to its end.
        calls: (arrow, begin, end) of each call, in seconds from the start.
        failed: It ended by an error that nothing caught.
        steps: States entered.
    """

    duration_s: float
    calls: list[tuple[int, float, float]]
    failed: bool
    steps: int


class Walker:
    """Runs the executions of one workflow."""

    def __init__(self, program: Program, calls: dict[str, tuple[TaskCall, ...]], key: int) -> None:
        self.program, self.calls, self.key = program, calls, key

    def run(self, index: int) -> Execution:
        """Return execution `index`.

        Raises:
            RuntimeError: It enters more states than any real one would.
        """
        self._own, self._at, self._steps = mix(self.key ^ mix(index + 1)), 0, 0
        self._made: list[tuple[int, float, float]] = []
        begin = self._time(self.program.start)
        end, failed = self._walk(self.program, begin)
        return Execution(end - begin, self._made, failed, self._steps)

    # ---- Draws ----

    def _uniform(self) -> float:
        self._at += 1
        return uniform(self._own, self._at)

    def _time(self, law: Law) -> float:
        share, kind, a, b, tables = parts_of(law)
        if share < 1.0 and self._uniform() >= share:
            return 0.0
        if kind == CONSTANT:
            return a
        u = self._uniform()
        if kind == UNIFORM:
            return u * b + a
        return minus_log(u) * a if kind == EXPONENTIAL else looked_up(u, *tables)

    # ---- States ----

    def _walk(self, program: Program, now: float) -> tuple[float, bool]:
        """Return (end, failed) of a program that starts now."""
        at: int | None = 0
        while at is not None:
            step = program.steps[at]
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise RuntimeError("an execution enters more than 100,000 states")
            now, failed = self._visit(step, now)
            if failed:
                if step.caught is None:
                    return now, True
                at = step.caught
                continue
            if step.fails:
                return now, True
            at = self._next(step)
        return now, False

    def _next(self, step: Step) -> int | None:
        if not step.ways:
            return None
        if len(step.ways) == 1 and step.ways[0][0] >= 1.0:
            return step.ways[0][1]
        u = self._uniform()
        for share, target in step.ways:
            u -= share
            if u < 0:
                return target
        return step.ways[-1][1]

    def _visit(self, step: Step, now: float) -> tuple[float, bool]:
        """Return (end, failed for good) of one visit, its further attempts included."""
        for k, wait_s in enumerate((*step.retries, None)):
            now, failed = self._attempt(step, now, first=k == 0)
            if step.error > 0 and self._uniform() < step.error:
                failed = True
            if not failed:
                return now, False
            if wait_s is not None:
                now += wait_s
        return now, True

    def _attempt(self, step: Step, now: float, *, first: bool) -> tuple[float, bool]:
        """Return (end, failed) of one attempt. Its call is made by the first: what fails at the
        callee comes again on its arrow."""
        now += self._time(step.own)
        begun = now
        if step.task is not None:
            for call in self.calls.get(step.task, ()):
                begin = now
                for law in call.laws:
                    now += self._time(law)
                if (call.share >= 1.0 or self._uniform() < call.share) and first:
                    self._made.append((call.edge, begin, now))
        if step.lasts is not None:
            now = begun + self._time(step.lasts)
        if not step.branches:
            return now, False
        return self._inner(step, now)

    def _inner(self, step: Step, now: float) -> tuple[float, bool]:
        """Return (end, failed) of branches side by side, or of a Map's items."""
        if len(step.branches) > 1 or step.items == 1.0:
            ends = [self._walk(one, now) for one in step.branches]
            return max(end for end, _ in ends), any(failed for _, failed in ends)
        count = int(step.items)
        if self._uniform() < step.items - count:
            count += 1
        free: list[float] = []
        last, failed = now, False
        for _ in range(count):
            begin = heapq.heappop(free) if len(free) >= step.at_once else now
            end, bad = self._walk(step.branches[0], begin)
            heapq.heappush(free, end)
            last, failed = max(last, end), failed or bad
        return last, failed
