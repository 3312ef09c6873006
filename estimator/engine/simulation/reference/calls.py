"""Calls that a request waits for while it keeps its place, as long as they really take.

A call is an event whose birth is a `Born`: a float that also knows who waits for it. Where the
event is answered, that one goes on. It is answered by the last stage that synchronous arrows lead
to, also when it is refused or given up there.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..plan import Route
    from .inlet import Inlet
    from .parts import Places


class Born(float):
    """A time of birth that knows who waits for the event, and on how many arrows it is now."""

    __slots__ = ("done", "fate", "pending", "until_done")

    def __new__(cls, b: float, _done: Callable[[float], None], _until_done: bool) -> Born:
        return super().__new__(cls, b)

    def __init__(self, _b: float, done: Callable[[float], None], until_done: bool) -> None:
        self.done, self.pending, self.until_done = done, 0, until_done
        self.fate = ""  # Else how it failed.

    def left(self, t: float) -> None:
        """Note that it left an arrow for good; it is answered when it is on none."""
        self.pending -= 1
        if self.pending == 0:
            self.done(t)


def follow(inlet: Inlet) -> None:
    """Let an arrow of synchronous calls tell who waits when it is through with an event."""
    put, passed = inlet.put, inlet.passed

    def counted(t: float, b: float) -> None:
        if type(b) is Born:
            b.pending += 1
        put(t, b)

    def left(t: float, b: float) -> None:
        passed(t, b)
        if type(b) is Born:
            b.left(t)

    inlet.put, inlet.passed = counted, left  # type: ignore[method-assign]


class Work:
    """One request that calls others: its own time is over, its calls follow one another."""

    def __init__(
        self, places: Places, start: float, own_s: float, request: tuple[Any, ...], warm: bool
    ) -> None:
        self.places, self.start, self.warm = places, start, warm
        self.inlet, self.b, self.note, self.arrived = request[:4]
        station = places.station
        born = [x for x, _ in self.note] if self.inlet.batched else [self.b]
        self.steps: list[tuple[Route, list[float], bool]] = []
        for i, route in station.early:
            if route.call < 0:
                continue
            call, called = station.plan.calls[route.call], list[float]()
            for x in born:  # Several calls for one event follow one another.
                whole = int(route.copies)
                rest = route.copies - whole
                called += [x] * (whole + (rest > 1e-12 and station.copies[i]() < rest))
            groups = [called] if call.once else [[x] for x in called]
            self.steps += [(route, group, call.until_done) for group in groups if group]
        station.engine.push(start + own_s, self._order, self.go_on, 0.0, 0)

    @property
    def _order(self) -> int:
        order: int = self.places.station.finish_order + self.inlet.index
        return order

    def go_on(self, t: float, _b: float, _note: Any) -> None:
        """Make the next call, or end."""
        station = self.places.station
        if self.steps:
            route, group, until_done = self.steps.pop(0)
            waits = Waiters(self, len(group))
            for b in group:
                one = Born(b, waits.one_done, until_done)
                station.ahead[route.stage].inlets[route.feeder].put(t, one)
            return
        self.end(t)

    def end(self, t: float) -> None:
        engine, station = self.places.engine, self.places.station
        station.ledger.took.append(t - self.start)
        event = (self.inlet, self.note, self.start, self.arrived, self.warm)
        heappush(engine.heap, (t, self._order, engine.number(), self.places.finish, self.b, event))


class Waiters:
    """A step of some calls at once: the work goes on when all are answered."""

    def __init__(self, work: Work, count: int) -> None:
        self.work, self.count = work, count

    def one_done(self, t: float) -> None:
        self.count -= 1
        if self.count == 0:
            self.work.go_on(t, 0.0, 0)
