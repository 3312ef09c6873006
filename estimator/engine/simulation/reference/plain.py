"""What most stages of the reference engine are: places for one arrow without faults, and batches.

It does what `Places` and `Inlet` do, in fewer steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappush
from typing import TYPE_CHECKING, Any

from .parts import COLDS, WAKE

if TYPE_CHECKING:
    from .inlet import Inlet
    from .parts import Gatherer, Places


def plain_places(places: Places, inlet: Inlet) -> Callable[[float, float, int], None]:
    """Return what takes an event that arrives: it starts, or waits for a place."""
    station, engine, queue, idle = places.station, places.engine, places.queue, places.idle
    ledger, sinks, leaf, answers = station.ledger, inlet.sinks, station.leaf, inlet.answers
    heap, number, order, wakes = (
        engine.heap,
        engine.number,
        station.finish_order,
        station.order(WAKE),
    )
    service, most, running, last = station.service, places.most, 0, -math.inf
    arrived, left, time, took_s = (
        x.append for x in (ledger.arrived, ledger.left, ledger.time, ledger.took)
    )
    starts = ledger.starts.append if not places.single else None
    ends = ledger.ends.append if not places.single else None
    response, completion = inlet.ledger.response.append, inlet.ledger.completion.append
    held = station.held
    environments, idle_s, colds = places.pool.cold is not None, places.idle_s, places.colds
    cold, gap, slack, allowed = 0, places.gap, places.slack, places.allowed

    def arrive(t: float, b: float, _note: int) -> None:
        nonlocal running, last
        arrived(t)
        took = service()
        if running >= most or queue or t < last:
            queue.append((b, t, took))
            if len(queue) == 1:
                attempt(t)
            return
        if environments:
            if not idle or t - idle[-1] > idle_s:
                if not start(t, b, t, took):
                    queue.append((b, t, took))
                return
            idle.pop()
        running += 1
        last = t
        if starts is not None:
            starts(t)
        took_s(took)
        heappush(heap, (t + took, order, number(), finish, b, t))

    def start(now: float, b: float, came: float, took: float) -> bool:
        """Start a request; False when no new environment may start before the end."""
        nonlocal running, last, cold, allowed
        if environments:
            if idle and now - idle[-1] <= idle_s:
                idle.pop()
            else:  # The one that was idle last is gone: so are all.
                if gap > 0.0:
                    now = max(now, allowed - slack)
                    if now >= engine.until:
                        last = now
                        return False
                    allowed = max(allowed, now) + gap
                idle.clear()
                took += colds[cold & (COLDS - 1)]
                cold += 1
                ledger.cold.append(now)
        running += 1
        last = now
        if starts is not None:
            starts(now)
        took_s(took)
        heappush(heap, (now + took, order, number(), finish, b, came))
        return True

    def attempt(now: float) -> None:
        """Start those who wait, as far as it can be done now."""
        while queue and running < most and last <= now and start(now, *queue[0]):
            queue.popleft()
        if queue and last > now:
            engine.push(last, wakes, wake, 0.0, 0)

    def wake(t: float, _b: float, _note: Any) -> None:
        attempt(t)

    def finish(t: float, b: float, came: float) -> None:
        nonlocal running, last
        running -= 1
        if environments:
            idle.append(t)
        time(t - came)
        if ends is not None:
            ends(t)
        left(t)
        if answers:
            response(t - b)
        if leaf:
            completion(held(t) - b)
        for sink in sinks:
            sink(t, b)
        if queue and last <= t:  # Place and environment are handed over.
            if environments:
                idle.pop()
            running += 1
            last = t
            b, came, took = queue.popleft()
            if starts is not None:
                starts(t)
            took_s(took)
            heappush(heap, (t + took, order, number(), finish, b, came))
        if queue:
            attempt(t)

    return arrive


def plain_batch(gatherer: Gatherer, inlet: Inlet) -> Callable[[float, float, int], None]:
    """Return what takes an event that arrives where only a batch gathers in one lane."""
    arrived, lanes, most = inlet.station.ledger.arrived.append, gatherer.open, gatherer.most
    join, fill = gatherer.join, gatherer.fill

    def arrive(t: float, b: float, note: int) -> None:
        inlet.arrived_count += 1
        arrived(t)
        batch = lanes[0]
        if batch is None:
            join(t, b, note)
            return
        batch.append((b, note))
        if len(batch) == most:
            fill(t, 0)

    return arrive
