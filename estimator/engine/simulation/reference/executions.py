"""Executions of workflows whose calls are waited for as long as they really take."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from ..workflow import Ask, Fork, Walk, Walker
from .calls import Born

if TYPE_CHECKING:
    from .inlet import Inlet
    from .station import Station

Then = Callable[[Any], None]


class Running:
    """One execution: its steps go on when what they asked for is answered.

    Between two answers it may be ahead of the clock: nobody else sees what it does then but by
    the calls that it makes, and these have their times.
    """

    def __init__(
        self, station: Station, index: int, t: float, inlet: Inlet, b: float, note: Any
    ) -> None:
        assert station.walker is not None
        self.station, self.start, self.inlet, self.b, self.note = station, t, inlet, b, note
        known = station.walker
        self.walker = Walker(known.program, known.calls, known.key)
        station.ledger.starts.append(t)
        self.drive(self.walker.follow(index, t, at_once=station.answer is None), None, self.end)

    def drive(self, walk: Walk, answer: Any, then: Then) -> None:
        """Give steps the answer that they wait for; they go on until they ask again, or end."""
        try:
            asked = walk.send(answer)
        except StopIteration as ended:
            self.send_made()
            then(ended.value)
            return
        self.send_made()
        if isinstance(asked, Fork):
            Branches(self, asked, lambda both: self.later(walk, both, then)).go_on()
            return
        self.call(asked, walk, then)

    def later(self, walk: Walk, answer: Any, then: Then) -> None:
        """Go on by an event of its own, so that no loop of steps calls itself without end."""
        engine, order = self.station.engine, self.station.depart_order
        engine.push(engine.now, order, lambda *_: self.drive(walk, answer, then), 0.0, 0)

    def call(self, asked: Ask, walk: Walk, then: Then) -> None:
        route = self.station.by_edge[asked.call.edge]

        def done(t: float) -> None:
            self.drive(walk, (t, one.fate), then)

        one = Born(self.b, done, asked.call.until_done)
        self.station.ahead[route.stage].inlets[route.feeder].put(asked.now, one)

    def send_made(self) -> None:
        """Send the calls that nobody waits for, or whose time was drawn."""
        made, self.walker.made = self.walker.made, []
        for edge, begun, done in made:
            route = self.station.by_edge[edge]
            target = self.station.ahead[route.stage].inlets[route.feeder]
            target.put(done if target.plan.absorbed else begun, float(self.b))  # Waits for none.

    def end(self, result: tuple[float, float, bool]) -> None:
        begin, end, _ = result
        station = self.station
        station.ledger.took.append(end - begin)
        order = station.depart_order + self.inlet.index
        event = (self.inlet, self.start, self.note)
        station.engine.push(end, order, station.depart, self.b, event)


class Branches:
    """Programs side by side, so many at once; the steps go on when all have ended."""

    def __init__(self, run: Running, asked: Fork, back: Then) -> None:
        self.run, self.todo, self.back = run, deque(asked.programs), back
        self.last, self.failed, self.active, self.busy = asked.now, False, 0, False
        self.free = [asked.now] * int(min(asked.at_once, len(asked.programs)))

    def go_on(self) -> None:
        """Start as many as may run now."""
        if self.busy:
            return
        self.busy = True
        while self.todo and self.free:
            self.active += 1
            walk = self.run.walker.walk(self.todo.popleft(), heappop(self.free))
            self.run.drive(walk, None, self.ended)
        self.busy = False
        if not self.todo and not self.active:
            self.back((self.last, self.failed))

    def ended(self, result: tuple[float, bool]) -> None:
        end, failed = result
        self.active -= 1
        self.last, self.failed = max(self.last, end), self.failed or failed
        heappush(self.free, end)
        self.go_on()
