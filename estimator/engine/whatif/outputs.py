"""What a what-if asks of each point, and the light way to it.

A point needs a few figures, not a report: the network is compiled and solved once, and only what
was asked for is worked out: the bill's total without its derivations, percentiles of the slowest
path alone. The figures are those of the report, to the bit (a test holds them together).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from designer.document import Design
from designer.errors import Problem, pointer
from estimator.prices import PriceBook

from ..capacity import bottlenecks
from ..estimate import month_total, settled
from ..flow import Flow
from ..latency import Path, View, percentiles
from ..network import Network
from ..report import used
from .errors import WhatIfError

Figures = dict[str, float | None]
BOTH, FLOW, SIMULATION = ("flow", "simulation"), ("flow",), ("simulation",)


@dataclass(frozen=True)
class Output:
    """A figure that every point of a what-if answers.

    Attributes:
        unit: Of the value; "USD" is a month.
        engines: Which engines answer it.
        less: Less of it is better.
    """

    name: str
    title: str
    unit: str
    engines: tuple[str, ...]
    less: bool = True

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "engines": list(self.engines)}


def _times(kind: str, name: str) -> list[Output]:
    shares = (("mean", "mean"), ("p50", "median"), ("p90", "90 %"), ("p99", "99 %"))
    found = [Output(f"{kind}_{k}_s", f"{name}, {title}", "s", BOTH) for k, title in shares]
    return [*found, Output(f"{kind}_p999_s", f"{name}, 99.9 %", "s", SIMULATION)]


OUTPUTS: dict[str, Output] = {
    one.name: one
    for one in (
        Output("monthly_cost", "Cost a month", "USD", BOTH),
        *_times("completion", "Completion time"),
        *_times("response", "Response time"),
        Output("max_rate_per_s", "Highest rate carried", "1/s", FLOW, less=False),
        Output("utilisation", "Utilisation of the tightest limit", "ratio", FLOW),
        Output("offered_per_s", "Events offered", "1/s", FLOW, less=False),
        Output("throttled_per_s", "Refused", "1/s", FLOW),
        Output("backlog_growth_per_h", "Backlog grows by", "1/h", FLOW),
        Output("refused", "Refused messages", "", SIMULATION),
        Output("dead", "Dead letters", "", SIMULATION),
        Output("cold_starts", "Cold starts", "", SIMULATION),
        Output("backlog_peak", "Largest backlog", "", SIMULATION),
        Output("drain_s", "Time to drain", "s", SIMULATION),
    )
}
USUAL = ("monthly_cost", "completion_p99_s", "response_p99_s", "max_rate_per_s")


def wanted(names: Sequence[str] | None, engine: str, place: str = "outputs") -> tuple[str, ...]:
    """Return the outputs to answer; the usual ones of the engine where none is named.

    Raises:
        WhatIfError: An output is not known, or is not one of this engine.
    """
    if not names:
        return tuple(n for n in USUAL if engine in OUTPUTS[n].engines)
    problems = []
    known = [n for n, o in OUTPUTS.items() if engine in o.engines]
    for i, name in enumerate(names):
        where = pointer("spec", place, i)
        if name not in OUTPUTS:
            message = f'there is no output "{name}"; known are: {", ".join(known)}'
            problems.append(Problem(where, "unknown-output", message))
        elif engine not in OUTPUTS[name].engines:
            message = (
                f'"{name}" is not answered by the engine "{engine}", only by '
                f'"{OUTPUTS[name].engines[0]}"; with "{engine}" ask for: {", ".join(known)}'
            )
            problems.append(Problem(where, "other-engine", message))
    if problems:
        raise WhatIfError(problems)
    return tuple(dict.fromkeys(names))


# ---- The steady answer ---------------------------------------------------------------------------


def figures(design: Design, book: PriceBook, names: Iterable[str]) -> Figures:
    """Return the figures of a design by the steady answer; None where there is none.

    Raises:
        Unstable: A loop multiplies its events, or synchronous calls go round in a circle.
    """
    network, flow, hour = settled(design)
    asked = set(names)
    found: Figures = {}
    if "monthly_cost" in asked:
        found["monthly_cost"] = float(month_total(design, network, flow, book))
    for kind in ("response", "completion"):
        parts = {n for n in asked if n.startswith(kind)}
        if parts:
            found |= _times_of(kind, parts, network, flow, hour)
    if "max_rate_per_s" in asked:
        found["max_rate_per_s"] = _max_rate(network, flow)
    for name, measure in MEASURES.items():
        if name in asked:
            found[name] = measure(network, flow)
    return {name: found[name] for name in names}


def _times_of(kind: str, names: set[str], network: Network, flow: Flow, hour: int) -> Figures:
    found: Figures = dict.fromkeys(names)
    path = slowest([p for p in View(network, flow, hour).path_list()[0] if p.kind == kind])
    if path is not None:
        shown = percentiles(path.lines)
        for name in names:
            found[name] = shown.get(name.removeprefix(f"{kind}_"))
    return found


def slowest(paths: Iterable[Path]) -> Path | None:
    """Return the path with the longest mean, as the headline has it; None if one never ends."""
    mine = [p for p in paths if p.rate_per_s > 0]
    if not mine or any(p.unbounded for p in mine):
        return None
    return max(mine, key=lambda p: sum(line.item.law.mean_s for line in p.lines))


def _max_rate(network: Network, flow: Flow) -> float | None:
    limits = bottlenecks(network)
    grows = [n.index for n in network.nodes if n.station.scales]
    return (
        limits[0].scale * sum(float(flow.produced[i][0].mean()) for i in grows) if limits else None
    )


def _utilisation(network: Network, flow: Flow) -> float:
    values = [
        float((np.mean if one.held_only else np.max)(used(flow, one)[0]))
        for loads in flow.caps
        for one in loads
    ]
    return max(values, default=0.0)


def _sum(values: Iterable[Any]) -> float:
    return math.fsum(float(v[0].mean()) for v in values)


MEASURES: dict[str, Callable[[Network, Flow], float]] = {
    "utilisation": _utilisation,
    "offered_per_s": lambda network, flow: _sum(flow.produced),
    "throttled_per_s": lambda network, flow: _sum(flow.throttled),
    "backlog_growth_per_h": lambda network, flow: 3600 * _sum(flow.backlog),
}


# ---- The simulated answer ------------------------------------------------------------------------


def simulated(report: dict[str, Any], names: Iterable[str]) -> Figures:
    """Return the figures of a simulation's report; None where there is none."""
    headline = report["headline"]
    found: Figures = {}
    for name in names:
        kind, _, rest = name.partition("_")
        if kind in ("response", "completion"):
            value = (headline[kind] or {}).get(rest)
        else:
            value = headline[name]
        found[name] = None if value is None else float(value)
    return found
