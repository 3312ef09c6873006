"""Sample paths: every stage works off a window of time before the next stage sees it.

A window ends before anything that leaves it can come back (the least delay around any loop), and
holds a bounded number of messages, so memory is bounded by the window and by what really waits.
Draws are numbered by message, so the length of the windows changes no bit of the result.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

from . import kernels
from .draws import key_of
from .lines import (
    CHUNK,
)
from .plan import Plan, horizon_s
from .record import Outcome, empty
from .shared import Peak, Rate
from .stage import StageRun

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
MOST_WAITING = 8_000_000  # messages on their way or in line, over all stages


@functools.cache
def keep_memory() -> None:
    """Ask the C library to keep freed memory: fresh pages cost more than the work in them."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(M_TRIM_THRESHOLD, 1 << 28)
    except (OSError, AttributeError):  # Another C library: only slower.
        return


def _watched(plan: Plan, stages: list[StageRun]) -> dict[str, Peak | Rate]:
    """Watch what stages of the account share."""
    found: dict[str, Peak | Rate] = {}
    for group in plan.shared:
        if not group.rate_per_s:
            peak = found[group.name] = Peak()
            for i in group.stages:
                stages[i].peak = peak
            continue
        rate = found[group.name] = Rate(kernels.claim)
        for stage in (stages[i] for i in group.stages):
            for limiter in (stage.limiter, *(f.limiter for f in stage.feeders)):
                limiter.watch(group.name, rate)
    return found


def run(
    plan: Plan,
    names: tuple[list[str], list[str]],
    *,
    seed: int,
    replication: int = 0,
    duration_s: float,
    messages: int | None = None,
    drain: bool = False,
    chunk: int = CHUNK,
    tell: Callable[[float], bool] | None = None,
) -> Outcome:
    """Run one replication.

    Args:
        names: Ids of nodes and of edges: what draws are keyed by.
        duration_s: Simulated time in which producers produce.
        messages: Each producer stops after this many, where given.
        drain: Go on until nothing is left, or for a day, else stop at the end of the time.
        chunk: Messages per window, about; changes no bit of the result.
        tell: Told the share that is done; answers False to stop with what there is.
    """

    def key(name: str, purpose: int, part: int = 0) -> int:
        return key_of(seed, replication, name, purpose, part)

    keep_memory()
    outcome = empty(len(names[0]), len(names[1]), duration_s)
    until = horizon_s(duration_s, drain=drain)
    stages = [StageRun(s, names[1], outcome, key, until) for s in plan.stages]
    for stage in stages:
        stage.ahead = stages
    peaks = _watched(plan, stages)
    span = min(plan.lookahead_s, max(chunk / plan.events_per_s, 1e-3))
    end, window = 0.0, 0
    order = [stages[i] for i in plan.order]
    while True:
        window += 1
        end = min(window * span, until)
        for stage in order:
            stage.advance(end, duration_s, messages)
        for peak in peaks.values():
            peak.advance(end)
        if end >= until:
            break
        if (
            drain
            and not any(s.unmade or s.stock.size for s in stages)
            and all(s.quiet for s in stages)
        ):
            break
        if tell is not None and not tell(min(1.0, end / duration_s)):
            outcome.stopped = "cancelled"
            break
        if sum(s.waiting for s in stages) > MOST_WAITING:
            outcome.stopped = "too many messages wait"
            break
    for stage in stages:
        stage.close()
    outcome.duration_s = duration_s
    outcome.peaks = {name: peak.most for name, peak in peaks.items()}
    return outcome
