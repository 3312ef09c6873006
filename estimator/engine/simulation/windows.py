"""How far a window may reach: the least time until something comes back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from designer.catalog.base import (
    Constant,
    Exponential,
    Gathering,
    Law,
    Maybe,
    Uniform,
)

from .limits import Draft
from .plan import (
    REST,
    Feeder,
    Stage,
)

# ---- Loops --------------------------------------------------------------------------------------


def most_s(law: Law) -> float:
    """Return the longest time that can be drawn from a law."""
    if isinstance(law, Maybe):
        return most_s(law.law)
    if isinstance(law, Constant):
        return law.value_s
    if isinstance(law, Exponential):
        return 38.0 * law.mean_s  # Of a uniform number of at least 2^-54.
    if isinstance(law, Uniform | Gathering):
        return law.high_s
    return law.p50_s * math.exp(law.sigma * 6.0)  # Its tables end at 5.9 standard deviations.


def least_s(law: Law) -> float:
    """Return the shortest time that a law gives."""
    if isinstance(law, Constant):
        return law.value_s
    if isinstance(law, Maybe):
        return 0.0
    return float(getattr(law, "low_s", 0.0))


def _longest_s(stage: Stage, feeder: Feeder) -> float:
    """Return a bound on the time of one request."""
    events = feeder.batch.most if feeder.batch else 1
    total = most_s(stage.service) + sum(most_s(law) for law in stage.extra)
    total += stage.per_event_s * (events - 1)
    total += sum(
        max(1.0, c.times) * (1 if c.once else events) * sum(most_s(law) for law in c.laws)
        for c in stage.calls
    )
    if stage.pool is not None and stage.pool.cold is not None:
        total += most_s(stage.pool.cold)
    return total * max([1.0, *(f.slower for f in stage.faults)])


def pause_s(draft: Draft, stage: Stage) -> float:
    """Return the least time after which a failed event comes again; inf where none does."""
    least = math.inf
    for feeder in stage.feeders:
        if not (feeder.retried and (stage.error > 0 or stage.faults or stage.poison_at_s)):
            continue
        if feeder.again_s <= 0:
            draft.blockers.append(f"{stage.name} tries again without a pause")
        pause = feeder.again_s
        if feeder.from_start:
            pause = max(REST * pause, pause - _longest_s(stage, feeder))
        least = min(least, pause)
    return least


def lookahead_s(draft: Draft, stages: Sequence[Stage], rank: dict[int, int]) -> float:
    """Return the least delay around any loop of several stages; note where there is none."""
    least = math.inf
    for at, stage in enumerate(stages):
        ways = [*stage.routes, *(r for f in stage.feeders for r in f.lost)]
        for route in ways:
            ahead = stages[route.stage]
            if rank[route.stage] > rank[at]:
                continue
            delay = sum(least_s(law) for law in ahead.feeders[route.feeder].delays)
            delay += sum(least_s(law) for law in stage.holds)
            if delay <= 0:
                draft.blockers.append(
                    f"the loop over {stage.name} and {ahead.name} has no least delay"
                )
            least = min(least, delay)
    return least
