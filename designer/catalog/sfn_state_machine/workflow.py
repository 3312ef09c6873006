"""What an Amazon States Language definition does to the flow: visits, transitions, time.

A definition is read as a Markov chain: a Choice goes each way with a share, everything else goes on
for sure. Expected visits and entry times are the solution of linear equations, so waiting loops
are exact in the mean. A task that fails is tried again by its Retry, then goes on by its Catch or
ends the execution; so does a Parallel or Map of which a branch or an item fails. Errors are
independent of each other.

Source: Kemeny and Snell, Finite Markov Chains (1960), chapter 3 (fundamental matrix).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import attempts
from .language import batches, choice_targets, distributed, inner, processor, starts_per_s, waves


@dataclass(frozen=True)
class Step:
    """What the user knows better about one state."""

    share: Mapping[str, float] = field(default_factory=dict)
    items: float = 1.0
    duration_s: float | None = None
    error_ratio: float | None = None


@dataclass
class Walk:
    """Expected figures of one execution.

    Attributes:
        visits: Entries of each state, by state name (nested states included).
        reach_s: Mean time from the start to an entry of the state.
        transitions: State entries in all, as AWS bills them.
        duration_s: Mean time of the execution.
        events: Entries of the execution's history.
        children: Express executions that distributed maps start.
        children_s: Their billed time in all, each rounded up to 100 ms.
        fails: Share of the executions that end by an error.
    """

    visits: dict[str, float] = field(default_factory=dict)
    reach_s: dict[str, float] = field(default_factory=dict)
    transitions: float = 0.0
    duration_s: float = 0.0
    events: float = 0.0
    children: float = 0.0
    children_s: float = 0.0
    fails: float = 0.0


# Events that a state leaves in the history, its attempts apart (sfn execution history).
STATE_EVENTS = 2.0
ATTEMPT_EVENTS = 3.0  # Scheduled, started, and how it ended.


def walk(
    machine: Mapping[str, Any],
    steps: Mapping[str, Step],
    task_s: Callable[[str], float],
    transition_s: float,
    task_error: Callable[[str], float] = lambda name: 0.0,
) -> Walk:
    """Return the expected visits, entry times, transitions and duration of one execution.

    Args:
        machine: A definition without problems (see `problems`).
        steps: Assumptions by state name.
        task_s: Mean time of a Task state's work, in seconds.
        transition_s: Time from one state to the next, in seconds.
        task_error: Share of the attempts of a Task state that fail.
    """
    states: Mapping[str, Any] = machine["States"]
    walks = {
        name: [walk(sub, steps, task_s, transition_s, task_error) for sub in inner(state)]
        for name, state in states.items()
    }

    def error(name: str, state: Mapping[str, Any]) -> float:
        stated = steps.get(name, Step()).error_ratio
        if stated is not None:
            return stated
        if state["Type"] == "Task":
            return task_error(name)
        return _inner_error(state, _items(name, steps), walks[name])

    tries = {name: attempts.of_state(state, error(name, state)) for name, state in states.items()}
    own_s = {
        name: transition_s
        + own_s_of(name, state, steps, task_s, walks[name]) * tries[name].mean
        + tries[name].wait_s
        for name, state in states.items()
    }
    visits, entries = _visits_and_entries(machine, steps, tries, own_s)
    result = Walk()
    for name, state in states.items():
        count, tried = visits[name], visits[name] * tries[name].mean
        result.visits[name] = count
        result.reach_s[name] = entries[name] / count if count > 0 else 0.0
        result.transitions += tried  # Each retry is billed.
        result.events += count * STATE_EVENTS
        if state["Type"] == "Task":
            result.events += count * ATTEMPT_EVENTS * tries[name].mean
        result.duration_s += count * own_s[name]
        _add_inner(result, name, state, steps, walks[name], tried)
        if attempts.catcher(state) is None:
            result.fails += count * tries[name].fails
        if state["Type"] == "Fail":
            result.fails += count
    return result


def _visits_and_entries(
    machine: Mapping[str, Any],
    steps: Mapping[str, Step],
    tries: Mapping[str, attempts.Tries],
    own_s: Mapping[str, float],
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the expected visits of each state, and the sum of the times at which they begin."""
    names = list(machine["States"])
    position = {name: i for i, name in enumerate(names)}
    chain = [[0.0] * len(names) for _ in names]  # chain[i][j]: share of i's exits that enter j
    for name, state in machine["States"].items():
        for target, share in attempts.ways_out(state, exits(name, state, steps), tries[name]):
            chain[position[name]][position[target]] += share
    visits = _solve(chain, [1.0 if n == machine["StartAt"] else 0.0 for n in names])
    # M[j] = sum of entry times over the visits of j = sum_i chain[i][j] (M[i] + visits[i] own[i])
    pushed = [
        sum(chain[i][j] * visits[i] * own_s[name] for i, name in enumerate(names))
        for j in range(len(names))
    ]
    entries = _solve(chain, pushed)
    return dict(zip(names, visits, strict=True)), dict(zip(names, entries, strict=True))


def _inner_error(state: Mapping[str, Any], items: float, walks: Sequence[Walk]) -> float:
    """Return the share of the runs of a Parallel or Map in which a branch or an item fails."""
    if {"ToleratedFailureCount", "ToleratedFailurePercentage"} & set(state):
        return 0.0  # A distributed map that bears failures is read as one that never fails.
    times = batches(state, items) if state["Type"] == "Map" else 1.0
    borne: float = math.prod((1.0 - min(1.0, one.fails)) ** times for one in walks)
    return 1.0 - borne


def _add_inner(
    result: Walk,
    name: str,
    state: Mapping[str, Any],
    steps: Mapping[str, Step],
    walks: Sequence[Walk],
    visits: float,
) -> None:
    times = batches(state, _items(name, steps)) if state["Type"] == "Map" else 1.0
    apart = distributed(state)
    express = apart and processor(state).get("ExecutionType") == "EXPRESS"
    for one in walks:
        mean_start_s = (waves(state, times) - 1) / 2 * one.duration_s
        result.children += visits * times * (one.children + express)
        result.children_s += visits * times * one.children_s
        if express:
            result.children_s += visits * times * math.ceil(round(one.duration_s * 10, 6)) / 10
        else:
            result.transitions += visits * times * one.transitions
        if not apart:  # Children of a distributed map have histories of their own.
            result.events += visits * times * (one.events + 2 * (state["Type"] == "Map"))
        for inner_name, inner_visits in one.visits.items():
            result.visits[inner_name] = visits * times * inner_visits
            result.reach_s[inner_name] = (
                result.reach_s[name] + mean_start_s + one.reach_s[inner_name]
            )


def exits(
    name: str, state: Mapping[str, Any], steps: Mapping[str, Step]
) -> list[tuple[str, float]]:
    """Return the next states with their shares: a Choice's unstated ways share what is left."""
    if state["Type"] != "Choice":
        return [(state["Next"], 1.0)] if "Next" in state else []
    ways = list(dict.fromkeys(choice_targets(state)))
    stated = {w: s for w, s in steps.get(name, Step()).share.items() if w in ways}
    left = max(0.0, 1.0 - sum(stated.values()))
    unstated = [w for w in ways if w not in stated]
    total = sum(stated.values()) + (left if unstated else 0.0) or 1.0
    return [(w, (stated[w] if w in stated else left / len(unstated)) / total) for w in ways]


def _items(name: str, steps: Mapping[str, Step]) -> float:
    return steps.get(name, Step()).items


def own_s_of(
    name: str,
    state: Mapping[str, Any],
    steps: Mapping[str, Step],
    task_s: Callable[[str], float],
    walks: Sequence[Walk],
) -> float:
    kind, step = state["Type"], steps.get(name, Step())
    if kind == "Wait":
        seconds = state.get("Seconds")
        if step.duration_s is not None or not isinstance(seconds, int | float):
            return step.duration_s or 0.0
        return float(seconds)
    if kind == "Task":
        return step.duration_s if step.duration_s is not None else task_s(name)
    if kind == "Parallel":
        return max((w.duration_s for w in walks), default=0.0)
    if kind == "Map":
        times = batches(state, step.items)
        return max(
            waves(state, times) * sum(w.duration_s for w in walks), times / starts_per_s(state)
        )
    return 0.0


def _solve(chain: Sequence[Sequence[float]], start: Sequence[float]) -> list[float]:
    """Return v with v = start + chainᵀ v, by elimination with pivots.

    Raises:
        ArithmeticError: A loop is never left.
    """
    size = len(start)
    rows = [
        [(1.0 if i == j else 0.0) - chain[j][i] for j in range(size)] + [start[i]]
        for i in range(size)
    ]
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        if abs(rows[pivot][column]) < 1e-12:
            raise ArithmeticError("a loop of states is never left")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = rows[column]
        for row in rows[column + 1 :]:
            factor = row[column] / top[column]
            if factor:
                for k in range(column, size + 1):
                    row[k] -= factor * top[k]
    values = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(rows[i][k] * values[k] for k in range(i + 1, size))
        values[i] = (rows[i][size] - rest) / rows[i][i]
    return values
