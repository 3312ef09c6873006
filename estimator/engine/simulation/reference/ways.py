"""How the reference engine sends events on: functions made for each arrow, with all it needs.

They do what `Inlet.put` and what follows it do, in fewer steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappush
from typing import TYPE_CHECKING

from .. import drawn

if TYPE_CHECKING:
    from .inlet import Inlet

Sink = Callable[[float, float], None]


def heap_way(inlet: Inlet, delay_s: float) -> Sink:
    """Return what puts an event on the heap, to arrive after a fixed time."""
    engine = inlet.engine
    heap, number, order = engine.heap, engine.number, inlet.order
    arrive = inlet.arrive
    if inlet.station.plain and not inlet.plainly and not inlet.poison:
        arrive = inlet.arrive_plainly

    def put(t: float, b: float) -> None:
        heappush(heap, (t + delay_s, order, number(), arrive, b, 0))

    def put_at_once(t: float, b: float) -> None:
        if t == engine.now and (not heap or heap[0][0] > t):  # It would be the next event.
            arrive(t, b, 0)
        else:
            heappush(heap, (t, order, number(), arrive, b, 0))

    return put_at_once if inlet.plainly and delay_s == 0.0 else put


def straight_way(inlet: Inlet, delay_s: float) -> Sink:
    """Return what treats an event at once, at a stage whose order nothing changes."""
    station = inlet.station
    until, sinks = inlet.engine.until, inlet.sinks
    rows = [*inlet.limiter.rows, *station.limiter.rows]
    if station.timeless and not station.leaf and len(sinks) == 1:
        if not rows:
            return _passing(inlet, delay_s, sinks[0])
        if len(rows) == 1 and not inlet.answers and not inlet.limiter.rows:
            return _shaping(inlet, delay_s, sinks[0])
    bare = station.leaf and not station.holds
    if bare and not station.timeless and not rows and not inlet.answers:
        return _ending(inlet, delay_s)
    go_on = _gone_on(inlet)
    note = station.ledger.through.append

    def put(t: float, b: float) -> None:
        t += delay_s
        if t >= until:
            inlet.late += 1
            return
        note(t)
        for sink in sinks:
            sink(t, b)

    def put_at_length(t: float, b: float) -> None:
        t += delay_s
        if t >= until:
            inlet.late += 1
        else:
            go_on(t, b)

    return put if inlet.through else put_at_length


def _passing(inlet: Inlet, delay_s: float, sink: Sink) -> Sink:
    """Return what passes an event to its only way."""
    until, note = inlet.engine.until, inlet.station.ledger.through.append
    response = inlet.ledger.response.append if inlet.answers else None

    def put_through(t: float, b: float) -> None:
        note(t)
        sink(t, b)

    if delay_s == 0.0 and response is None:
        return put_through

    def put(t: float, b: float) -> None:
        t += delay_s
        if t < until:
            note(t)
            if response is not None:
                response(t - b)
            sink(t, b)
        else:
            inlet.late += 1

    return put


def _ending(inlet: Inlet, delay_s: float) -> Sink:
    """Return what ends an event after a constant time of service."""
    station, until = inlet.station, inlet.engine.until
    took_s = drawn.fixed(station.plan.service) or 0.0
    arrived, left = station.ledger.arrived.append, station.ledger.left.append
    took, completion = station.ledger.took.append, inlet.ledger.completion.append

    def put(t: float, b: float) -> None:
        t += delay_s
        if t >= until:
            inlet.late += 1
            return
        inlet.arrived_count += 1
        arrived(t)
        took(took_s)
        t += took_s
        if t < until:
            left(t)
            completion(t - b)
            inlet.passed_count += 1

    inlet.requests_are_arrivals = True
    return put


def _shaping(inlet: Inlet, delay_s: float, sink: Sink) -> Sink:
    """Return what passes an event to its only way when there is a token for it."""
    station, until = inlet.station, inlet.engine.until
    arrived, left = station.ledger.arrived.append, station.ledger.left.append
    (((theoretical,), gap, slack, _, _, _),) = station.limiter.rows
    refuse = inlet.plan.refuse
    inlet.requests_are_arrivals = True

    def put(t: float, b: float) -> None:
        nonlocal theoretical
        t += delay_s
        if t >= until:
            inlet.late += 1
            return
        inlet.arrived_count += 1
        arrived(t)
        at = theoretical - slack
        if refuse and at > t:
            station.refuse(t, inlet, 0)
            return
        theoretical = (theoretical if theoretical > t else t) + gap
        if at > t:
            t = at
            if t >= until:
                return
        inlet.passed_count += 1
        left(t)
        sink(t, b)

    return put


def _gone_on(inlet: Inlet) -> Sink:
    """Return what takes an event through limits and a constant time of service."""
    station = inlet.station
    until, sinks, leaf, answers = inlet.engine.until, inlet.sinks, station.leaf, inlet.answers
    took_s = 0.0 if station.timeless else drawn.fixed(station.plan.service) or 0.0
    took = None if station.timeless else station.ledger.took.append
    arrived, left = station.ledger.arrived.append, station.ledger.left.append
    limiters = [x.passed for x in (inlet.limiter, station.limiter) if x.rows]
    refuse = inlet.plan.refuse
    response, completion = inlet.ledger.response.append, inlet.ledger.completion.append
    held = station.held

    def go_on(t: float, b: float) -> None:
        inlet.arrived_count += 1
        arrived(t)
        for k, passed in enumerate(limiters):
            at = passed(t, refuse)
            if at == math.inf:
                inlet.requests += k if inlet.limiter.rows else 1
                station.refuse(t, inlet, 0)
                return
            if at >= until:
                inlet.requests += k if inlet.limiter.rows else 1
                return
            t = at
        inlet.requests += 1
        if took is not None:
            took(took_s)
            t += took_s
            if t >= until:
                return
        inlet.passed_count += 1
        left(t)
        if answers:
            response(t - b)
        if leaf:
            completion(held(t) - b)
        else:
            for sink in sinks:
                sink(t, b)

    return go_on


def sink_of(put: Sink, copies: float, chance: Callable[[], float]) -> Sink:
    """Return what sends so many copies of an event."""
    if copies == 1.0:
        return put
    whole = int(copies)
    rest = copies - whole

    def thinned(t: float, b: float) -> None:
        if chance() < rest:
            put(t, b)

    def repeated(t: float, b: float) -> None:
        for _ in range(whole + (rest > 1e-12 and chance() < rest)):
            put(t, b)

    return thinned if whole == 0 and rest > 1e-12 else repeated
