"""The run: stages put together, and one event after another taken from the heap."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from .. import drawn
from ..draws import key_of
from ..plan import Plan, horizon_s
from ..record import Outcome, empty
from ..shared import Peak, Rate
from .calls import follow
from .parts import Key
from .shared import Account, claim
from .source import begin
from .station import Engine, Station

MOST_WAITING = 2_000_000
MOST_STRAIGHT = 40  # stages in a row that are passed without the heap
SETTLE = 1 << 15  # events between two counts


def _mark_straight(stations: list[Station]) -> None:
    """Find the arrows whose events may be treated at once, ahead of the clock."""
    length = [0] * len(stations)
    live = any(f.nested for s in stations for f in s.plan.feeders)
    at = {id(s): i for i, s in enumerate(stations)}
    for s in sorted(stations, key=lambda s: s.rank):
        random = any(drawn.fixed(law) is None for law in s.plan.holds)
        for r in (*s.plan.routes, *(r for f in s.plan.feeders for r in f.lost)):
            ahead = stations[r.stage]
            one = ahead.inlets[r.feeder]
            ordered = not random and not r.at_start and s.walker is None and one.in_order
            near = length[at[id(s)]] < MOST_STRAIGHT
            one.straight = ordered and near and ahead.rank > s.rank and ahead.keeps_order
            one.straight = one.straight and not live
            if one.straight:
                length[r.stage] = length[at[id(s)]] + 1
            one.ordered = ordered
    for s in sorted(stations, key=lambda s: -s.rank):  # What is ahead first.
        s.aim()
        for one in s.inlets:
            one.choose(one.ordered)
    for one in (x for s in stations for x in s.inlets if x.plan.nested):
        follow(one)
    for s in stations:  # And once more, for loops and what was not settled yet.
        s.aim()


def run(
    plan: Plan,
    names: tuple[list[str], list[str]],
    *,
    seed: int,
    replication: int = 0,
    duration_s: float,
    messages: int | None = None,
    drain: bool = False,
    tell: Callable[[float], bool] | None = None,
    joined: bool = False,
) -> Outcome:
    """Run one replication, event by event; arguments as for the compiled sample paths.

    Args:
        joined: Stages that share places or a rate of the account have one; else each its own.

    Returns:
        The same outcome to the bit, where pools are not joined.
    """

    def key(name: str, purpose: int, part: int = 0) -> int:
        return key_of(seed, replication, name, purpose, part)

    outcome = empty(len(names[0]), len(names[1]), duration_s)
    engine = Engine(horizon_s(duration_s, drain=drain))
    ranks = {at: rank for rank, at in enumerate(plan.order)}
    stations = [
        Station(engine, s, ranks[i], names[1], outcome, key) for i, s in enumerate(plan.stages)
    ]
    peaks = _share(plan, stations, key, joined=joined)
    for station in stations:
        station.connect(stations)
    _mark_straight(stations)
    for station in stations:
        if station.plan.arrivals is not None:
            begin(station, station.plan.arrivals, key, duration_s, messages)
    outcome.stopped = _follow_time(engine, stations, duration_s, tell, peaks)
    inlets = {
        f: one for s in stations for one in s.inlets for f in (one.arrive, one.arrive_plainly)
    }
    for _, _, _, action, _, _ in engine.heap:
        if action in inlets:
            inlets[action].late += 1
    for station in stations:
        station.settle()
        for one in station.inlets:
            one.close()
    for group, peak in zip(plan.shared, peaks, strict=True):
        peak.advance(engine.until)
        outcome.peaks[group.name] = peak.most
    outcome.joined = int(joined)
    outcome.duration_s = duration_s
    return outcome


def _share(plan: Plan, stations: list[Station], key: Key, *, joined: bool) -> list[Peak | Rate]:
    """Watch what the stages of the account share, or let them draw from it together."""
    watched: list[Peak | Rate] = []
    for group in plan.shared:
        mine = [stations[i] for i in group.stages]
        if group.rate_per_s:
            watched.append(_share_rate(group.name, mine, joined=joined))
            continue
        peak, account = Peak(), Account(group.places)
        watched.append(peak)
        for station in mine:
            station.ledger.peak = peak
            if joined:
                station.share(account, key)
    return watched


def _share_rate(name: str, stations: list[Station], *, joined: bool) -> Rate:
    rate, token = Rate(claim), [-1e18]
    for station in stations:
        for limiter in (station.limiter, *(one.limiter for one in station.inlets)):
            if joined:
                limiter.join(name, token)
            else:
                limiter.watch(name, rate)
    return rate


def _follow_time(
    engine: Engine,
    stations: list[Station],
    duration_s: float,
    tell: Callable[[float], bool] | None,
    peaks: list[Peak | Rate],
) -> str | None:
    """Take one event after another; return why it stopped early."""
    heap = engine.heap
    heappush(heap, (engine.until, -1, 0, _end, 0.0, 0))
    try:
        while True:
            for _ in itertools.repeat(None, SETTLE):
                t, _, _, action, b, note = heappop(heap)
                engine.now = t
                action(t, b, note)
            for station in stations:
                station.settle()
            for peak in peaks:
                peak.advance(engine.now)
            if tell is not None and not tell(min(1.0, engine.now / duration_s)):
                return "cancelled"
            waiting = sum(s.places.waiting for s in stations if s.places is not None)
            if len(heap) + waiting > MOST_WAITING:
                return "too many messages wait"
    except _EndError:
        return None


class _EndError(Exception):
    """The time until which the engine runs."""


def _end(_t: float, _b: float, _note: Any) -> None:
    raise _EndError
