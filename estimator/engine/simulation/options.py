"""What a simulation is asked: how long, how often, with which seed, and what goes wrong."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from designer.document import Design
from designer.errors import Problem, UserError, pointer

from .plan import Arrivals, Fault

MOST_MESSAGES = 2_000_000_000  # over all replications
MOST_TRACE = 1_000_000
MOST_REPLICATIONS = 1_000
MOST_FAULTS = 100

KINDS = {
    "stop": "takes nothing",
    "errors": "errors rise",
    "slow": "is slower",
    "places": "loses concurrency",
    "surge": "traffic is multiplied",
    "poison": "a message that always fails",
}


class OptionsError(UserError):
    """The simulation that was asked for cannot be run."""

    code = "invalid-simulation"
    title = "The simulation is not valid"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Trouble(_Strict):
    """One fault.

    Attributes:
        node: Id of the node; None is every producer (a surge).
        value: Errors: share of the events (0..1). Slow: factor. Places: share that is left. Surge:
            factor. Stop and poison need none.
    """

    kind: Literal["stop", "errors", "slow", "places", "surge", "poison"]
    node: str | None = None
    begin_s: Annotated[float, Field(ge=0)] = 0.0
    end_s: Annotated[float, Field(gt=0)] | None = None
    value: float | None = None


class Options(_Strict):
    """A simulation.

    Attributes:
        duration_s: Simulated time; of a day that repeats.
        replications: Independent repetitions: they make the confidence.
        start_hour: Hour of the day at which it begins; None is the busiest, or 0 h for whole days.
        drain: Go on after the end of the time until nothing is left, for a day at most.
        traces: Recorded arrival times by producer, in seconds from the start.
    """

    duration_s: Annotated[float, Field(ge=1, le=31 * 86_400)] = 3_600.0
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] = 4
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    drain: bool = False
    start_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    scenario: Annotated[str, Field(max_length=100)] = ""
    faults: Annotated[tuple[Trouble, ...], Field(max_length=MOST_FAULTS)] = ()
    traces: Mapping[str, tuple[float, ...]] = Field(default_factory=dict)


def read_options(data: Any, design: Design) -> Options:
    """Return the options of a request for a simulation of this design.

    Raises:
        OptionsError: With all problems and their places.
    """
    try:
        options = Options.model_validate(data or {})
    except ValidationError as error:
        raise OptionsError(
            [Problem(pointer(*e["loc"]), "invalid", e["msg"]) for e in error.errors()]
        ) from None
    problems = [*_fault_problems(options, design), *_trace_problems(options, design)]
    if problems:
        raise OptionsError(problems)
    return options


def _fault_problems(options: Options, design: Design) -> list[Problem]:
    ids = {n.id for n in design.model.nodes}
    found = []
    for i, fault in enumerate(options.faults):

        def add(field: str, message: str, at: int = i) -> None:
            found.append(Problem(pointer("faults", at, field), "invalid", message))

        if fault.node is None and fault.kind != "surge":
            add("node", f'"{fault.kind}" needs the node at which it happens')
        elif fault.node is not None and fault.node not in ids:
            add("node", f'there is no node "{fault.node}"; name one of {", ".join(sorted(ids))}')
        if fault.begin_s >= options.duration_s:
            add("begin_s", f"begins after the end of the simulation ({options.duration_s:g} s)")
        if fault.end_s is not None and fault.end_s <= fault.begin_s:
            add("end_s", "must be later than the beginning")
        low, high = {
            "errors": (0.0, 1.0), "slow": (1e-3, 1e4), "places": (0.0, 1.0), "surge": (0.0, 1e4)
        }.get(fault.kind, (None, None))  # fmt: skip
        if (
            low is not None
            and high is not None
            and (fault.value is None or not low <= fault.value <= high)
        ):
            add("value", f'"{fault.kind}" needs a value from {low:g} to {high:g}')
    return found


def _trace_problems(options: Options, design: Design) -> list[Problem]:
    producers = {n.id for n in design.model.nodes}
    found = []
    for name, times in options.traces.items():
        where = pointer("traces", name)
        if name not in producers:
            found.append(Problem(where, "invalid", f'there is no node "{name}"'))
        elif not times:
            found.append(Problem(where, "invalid", "the trace has no times"))
        elif len(times) > MOST_TRACE:
            message = f"{len(times):,} times; at most {MOST_TRACE:,} are taken: shorten the trace"
            found.append(Problem(where, "invalid", message))
        else:
            bad = next((i for i, t in enumerate(times) if t < 0), None)
            if bad is not None:
                found.append(
                    Problem(pointer("traces", name, bad), "invalid", "a time is not negative")
                )
            late = next((i for i in range(1, len(times)) if times[i] < times[i - 1]), None)
            if late is not None:
                message = (
                    "times are in order: this one is earlier than the one before it; sort them"
                )
                found.append(Problem(pointer("traces", name, late), "invalid", message))
    return found


def troubles(
    options: Options,
) -> tuple[dict[str, tuple[Fault, ...]], dict[str, tuple[float, ...]], list[Trouble]]:
    """Return faults by node, poisoned messages by node, and surges."""
    faults: dict[str, tuple[Fault, ...]] = {}
    poison: dict[str, tuple[float, ...]] = {}
    surges = []
    for one in options.faults:
        end = options.duration_s if one.end_s is None else one.end_s
        node, value = one.node or "", one.value
        if one.kind == "surge":
            surges.append(one)
        elif one.kind == "poison":
            poison[node] = (*poison.get(node, ()), one.begin_s)
        else:
            fault = Fault(
                one.begin_s,
                end,
                stopped=one.kind == "stop",
                error=value if one.kind == "errors" and value is not None else -1.0,
                slower=value if one.kind == "slow" and value is not None else 1.0,
                places=value if one.kind == "places" and value is not None else 1.0,
            )
            faults[node] = (*faults.get(node, ()), fault)
    return faults, poison, surges


def surged(arrivals: Arrivals, surges: list[Trouble], node: str, duration_s: float) -> Arrivals:
    """Return arrivals whose rate is multiplied while a surge lasts.

    The day's stretches are laid out over the whole simulation, because a surge does not come again
    the next day.
    """
    mine = [s for s in surges if s.node in (None, node)]
    if not mine or arrivals.times is not None:
        return arrivals
    days = max(1, -(-int(duration_s) // 86_400))
    marks = {d * 86_400.0 + s for d in range(days) for s in arrivals.starts}
    for s in mine:
        marks |= {s.begin_s, duration_s if s.end_s is None else s.end_s}
    period = days * 86_400.0
    starts = tuple(sorted(m for m in marks if m < period))
    rates = []
    for start in starts:
        hour = start % 86_400.0
        rate = arrivals.rates[bisect_right(arrivals.starts, hour) - 1]
        for s in mine:
            end = duration_s if s.end_s is None else s.end_s
            if s.begin_s <= start < end and s.value is not None:
                rate *= s.value
        rates.append(rate)
    return Arrivals(starts, tuple(rates), arrivals.law, None, period)
