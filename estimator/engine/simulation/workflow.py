"""Workflows, execution by execution: which states are entered, what is called, and when it ends.

Plain Python, shared by both engines: execution `i` draws from a key of its own, so its result does
not depend on when or where it is computed.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from designer.catalog.base import Law, Program, Step

from .draws import CONSTANT, EXPONENTIAL, UNIFORM, looked_up, minus_log, mix, parts_of, uniform

MOST_STEPS = 100_000  # of one execution
REFUSED, DEAD = "refused", "dead"  # How a call may end that is followed.


@dataclass(frozen=True)
class TaskCall:
    """A call that a task makes: its arrow, the laws of its time, its chance per visit.

    Attributes:
        live: It is waited for as long as it takes: it has no laws.
        until_done: Its answer comes at the end of what was called, not at its start.
        fails: What was called fails by itself, and is tried again on the arrow.
        faults: What goes wrong at a callee whose time is drawn, where calls are followed.
    """

    edge: int
    laws: tuple[Law, ...]
    share: float
    live: bool = False
    until_done: bool = False
    fails: bool = False
    faults: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Ask:
    """A call that is followed: made now; the answer is its end, and how it ended."""

    call: TaskCall
    now: float


@dataclass(frozen=True)
class Fork:
    """Programs that run side by side from now on; the answer is (end, failed) of all."""

    programs: tuple[Program, ...]
    at_once: float
    now: float


Walk = Generator[Ask | Fork, Any, Any]


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

    def _begin(self, index: int) -> None:
        self._own, self._at, self._steps = mix(self.key ^ mix(index + 1)), 0, 0
        self.made: list[tuple[int, float, float]] = []

    def run(self, index: int) -> Execution:
        """Return execution `index`.

        Raises:
            RuntimeError: It enters more states than any real one would.
        """
        self._begin(index)
        begin = self._time(self.program.start)
        end, failed = self._settled(self.walk(self.program, begin))
        return Execution(end - begin, self.made, failed, self._steps)

    def follow(self, index: int, now: float, *, at_once: bool) -> Walk:
        """Return execution `index` as steps that ask for what is to be followed; see `Ask`, `Fork`.

        Its result is (begin, end, failed). Other calls are in `made`, in the times of `now`.

        Args:
            at_once: A caller waits, who is told the time from the first step on.
        """
        self._begin(index)
        begin = now if at_once else now + self._time(self.program.start)
        end, failed = yield from self.walk(self.program, begin)
        return begin, end, failed

    def _settled(self, walk: Walk) -> Any:
        """Return the result of steps in which nothing is followed: branches one after another."""
        answer: Any = None
        while True:
            try:
                asked = walk.send(answer)
            except StopIteration as ended:
                return ended.value
            assert isinstance(asked, Fork)
            free: list[float] = []
            last, failed = asked.now, False
            for one in asked.programs:
                begin = heapq.heappop(free) if len(free) >= asked.at_once else asked.now
                end, bad = self._settled(self.walk(one, begin))
                heapq.heappush(free, end)
                last, failed = max(last, end), failed or bad
            answer = last, failed

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

    def walk(self, program: Program, now: float) -> Walk:
        """Return (end, failed) of a program that starts now."""
        at: int | None = 0
        while at is not None:
            step = program.steps[at]
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise RuntimeError("an execution enters more than 100,000 states")
            now, failed = yield from self._visit(step, now)
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

    def _visit(self, step: Step, now: float) -> Walk:
        """Return (end, failed for good) of one visit, its further attempts included."""
        calls = self.calls.get(step.task, ()) if step.task is not None else ()
        error = 0.0 if any(call.live and call.fails for call in calls) else step.error
        for k, wait_s in enumerate((*step.retries, None)):
            now, failed, dead = yield from self._attempt(step, calls, now, first=k == 0)
            if error > 0 and self._uniform() < error:
                failed = True
            if dead or not failed:
                return now, failed
            if wait_s is not None:
                now += wait_s
        return now, True

    def _attempt(self, step: Step, calls: tuple[TaskCall, ...], now: float, *, first: bool) -> Walk:
        """Return (end, failed, whether it was tried for the last time) of one attempt.

        Its call is made by the first, unless it is followed: what fails at the callee comes again
        on its arrow.
        """
        now += self._time(step.own)
        begun, failed, dead = now, False, False
        for call in calls:
            begin = now
            for law in call.laws:
                now += self._time(law)
            for f in call.faults:
                if f.begin_s <= begin < f.end_s and not f.stopped:
                    now = begin + (now - begin) * f.slower
            if call.share < 1.0 and self._uniform() >= call.share:
                continue
            if not call.live or step.lasts is not None:
                if first or call.live:
                    self.made.append((call.edge, begin, now))
                continue
            now, fate = yield Ask(call, now)
            failed, dead = failed or fate != "", dead or fate == DEAD
        if step.lasts is not None:
            now = begun + self._time(step.lasts)
        if step.branches and not failed:
            now, failed = yield self._inner(step, now)
        return now, failed, dead

    def _inner(self, step: Step, now: float) -> Fork:
        """Return branches side by side, or a Map's items."""
        if len(step.branches) > 1 or step.items == 1.0:
            return Fork(step.branches, len(step.branches), now)
        count = int(step.items)
        if self._uniform() < step.items - count:
            count += 1
        return Fork(step.branches * count, step.at_once, now)
