"""A simulation from end to end: prepare once, replicate anywhere, merge, report."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from designer.document import Design
from designer.errors import Problem, pointer
from estimator.prices import PriceBook

from ..estimate import settled
from ..flow import Flow
from ..network import Network
from .lower import lower
from .options import MOST_MESSAGES, Options, OptionsError, read_options, surged, troubles
from .plan import Arrivals, Plan
from .record import Outcome

Tell = Callable[[float], bool]
PER_REPLICATION = 400_000_000  # messages
LIVE = 1_000_000  # messages in one replication in which calls are followed by themselves
EVENT_BY_EVENT = 3_000_000  # messages in one replication of the reference engine: about a minute


@dataclass(frozen=True)
class Job:
    """A simulation that is ready to run.

    Attributes:
        begin: Hour of the day at which it starts.
        names: Ids of the nodes and of the edges.
    """

    design: Design
    options: Options
    network: Network
    flow: Flow
    hour: int
    plan: Plan
    begin: int
    names: tuple[list[str], list[str]]

    @property
    def hours(self) -> list[int]:
        """The hours of the steady answer that are simulated, as often as they are."""
        if self.network.hours == 1:
            return [0]
        return [(self.begin + i) % 24 for i in range(max(1, round(self.options.duration_s / 3600)))]

    @property
    def can_join(self) -> bool:
        """Whether it is small enough to be followed event by event."""
        return self.plan.events_per_s * self.options.duration_s <= EVENT_BY_EVENT

    @property
    def engine(self) -> str:
        """Which engine runs it: "paths", or "events" where sample paths cannot."""
        return _engine(self.plan)


def compiled() -> bool:
    """Tell whether compiled kernels can be had here; loads none."""
    return importlib.util.find_spec("numba") is not None


def _engine(plan: Plan) -> str:
    return "events" if plan.blockers or not compiled() else "paths"


def prepare(design: Design, data: Any = None, *, live: bool = True) -> Job:
    """Return a simulation of a design, checked and ready.

    Args:
        data: The options as JSON values.
        live: Follow calls event by event while their callers keep a place, where what was called
            may be full or goes wrong, and the simulation is small enough; else draw their times.

    Raises:
        OptionsError: The options are not valid, or ask for more than can be answered.
        Unstable: A loop multiplies its events.
    """
    options = data if isinstance(data, Options) else read_options(data, design)
    network, flow, hour = settled(design)
    _check_traces(options, network)
    faults, poison, surges = troubles(options)
    begin = options.start_hour
    if begin is None:
        begin = hour if network.hours > 1 and options.duration_s < 86_400 else 0
    calm = not (surges or options.traces)
    most = max((s.value or 1.0 for s in surges), default=1.0)

    def lowered(*, live: bool) -> Plan:
        return lower(network, flow, hour, begin, faults, None, poison, calm, live)

    plan = lowered(live=False)
    expected = plan.events_per_s * max(1.0, most) * options.duration_s
    if plan.waits and live and expected <= LIVE and expected * options.replications <= 10 * LIVE:
        plan = lowered(live=True)
    stages = []
    for stage in plan.stages:
        arrivals = stage.arrivals
        if stage.id in options.traces:
            arrivals = Arrivals((0.0,), (0.0,), times=options.traces[stage.id])
        elif arrivals is not None:
            arrivals = surged(arrivals, surges, stage.id, options.duration_s)
        stages.append(replace(stage, arrivals=arrivals))
    plan = replace(plan, stages=tuple(stages), events_per_s=plan.events_per_s * max(1.0, most))
    _check_size(plan, options)
    names = ([n.id for n in design.model.nodes], [e.id for e in design.model.edges])
    return Job(design, options, network, flow, hour, plan, begin, names)


def _check_traces(options: Options, network: Network) -> None:
    """Refuse recorded times of what produces no events by itself."""
    producers = [n.id for n in network.nodes if n.station.sources]
    problems = [
        Problem(
            pointer("traces", name), "invalid",
            f'"{name}" produces no events by itself; name one of {", ".join(producers)}',
        )
        for name in options.traces if name not in producers
    ]  # fmt: skip
    if problems:
        raise OptionsError(problems)


def _check_size(plan: Plan, options: Options) -> None:
    expected = plan.events_per_s * options.duration_s
    most, most_of_all, why = PER_REPLICATION, MOST_MESSAGES, ""
    if _engine(plan) == "events":
        most, most_of_all = EVENT_BY_EVENT, 10 * EVENT_BY_EVENT
        reasons = "; ".join(plan.blockers) or "Numba is not installed here"
        why = f", because this runs event by event ({reasons})"
    if expected > most:
        raise OptionsError(
            f"about {expected:,.0f} messages in one replication; at most {most:,} are simulated"
            f"{why}: shorten the time to {most / plan.events_per_s:,.0f} s, or lower the rate"
        )
    if expected * options.replications > most_of_all:
        count = max(1, int(most_of_all / expected))
        raise OptionsError(
            f"about {expected * options.replications:,.0f} messages in all replications; at most "
            f"{most_of_all:,} are simulated{why}: take {count} replications, or shorten the time"
        )


def replicate(
    job: Job, number: int, tell: Tell | None = None, *, chunk: int | None = None,
    messages: int | None = None,
) -> Outcome:  # fmt: skip
    """Return replication `number` of a job; equal numbers give equal bits, wherever they run.

    Stages that share a pool of the account have it each for itself at first. Where they used more
    of it together than there is, the replication is followed once more, event by event, with one
    pool for all: then what they were refused, or waited for, is known.

    Args:
        tell: Told the share that is done; answers False to stop with what there is.
    """
    from . import reference

    options = job.options
    known: dict[str, Any] = {
        "seed": options.seed, "replication": number, "duration_s": options.duration_s,
        "drain": options.drain, "tell": tell, "messages": messages,
    }  # fmt: skip
    if job.engine == "paths":
        from .lines import CHUNK
        from .paths import run

        outcome = run(job.plan, job.names, chunk=chunk or CHUNK, **known)
    else:
        outcome = reference.run(job.plan, job.names, **known)
    over = any(outcome.peaks[g.name] > g.places for g in job.plan.shared)
    if not over or outcome.stopped or not job.can_join:
        return outcome
    whole = reference.run(job.plan, job.names, joined=True, **known)
    whole.peaks = outcome.peaks  # What they would have used together.
    return whole


def simulate(
    design: Design, book: PriceBook, data: Any = None, tell: Tell | None = None
) -> dict[str, Any]:
    """Return the report of a whole simulation, run here one replication after another."""
    from .report import write  # Which imports this module.

    job = prepare(design, data)
    count = job.options.replications
    outcomes = []
    for k in range(count):

        def told(share: float, k: int = k) -> bool:
            return tell is None or tell((k + share) / count)

        outcomes.append(replicate(job, k, told))
        if outcomes[-1].stopped == "cancelled":
            break
    return write(job, outcomes, book)
