"""The definition as a program that a simulation goes through, state by state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..base import Constant, Law, Program
from ..base import Step as Stage
from . import attempts, language, workflow


def program_of(
    machine: Mapping[str, Any],
    steps: Mapping[str, workflow.Step],
    transition_s: float,
    task_error: Callable[[str], float],
    start: Law | None = None,
) -> Program:
    """Return the steps of a definition without problems, the first state first."""
    names = list(machine["States"])
    names.remove(machine["StartAt"])
    names.insert(0, machine["StartAt"])
    index = {name: i for i, name in enumerate(names)}
    return Program(
        tuple(
            _stage(name, machine["States"][name], steps, transition_s, task_error, index)
            for name in names
        ),
        start or Constant(0.0),
    )


def _stage(
    name: str,
    state: Mapping[str, Any],
    steps: Mapping[str, workflow.Step],
    transition_s: float,
    task_error: Callable[[str], float],
    index: Mapping[str, int],
) -> Stage:
    step = steps.get(name, workflow.Step())
    task = state["Type"] == "Task"
    stated = step.duration_s if task else None
    own_s = transition_s
    if state["Type"] == "Wait":
        own_s += workflow.own_s_of(name, state, steps, lambda _: 0.0, ())
    error = step.error_ratio
    if error is None:
        error = task_error(name) if task else 0.0
    caught = attempts.catcher(state)
    return Stage(
        own=Constant(own_s),
        lasts=Constant(stated) if stated is not None else None,
        task=name if task else None,
        ways=tuple((share, index[w]) for w, share in workflow.exits(name, state, steps)),
        branches=tuple(
            program_of(one, steps, transition_s, task_error) for one in language.inner(state)
        ),
        items=language.batches(state, step.items) if state["Type"] == "Map" else 1.0,
        at_once=language.at_once(state),
        error=error,
        retries=tuple(attempts.waits(state)) if error > 0 or task else (),
        caught=index[caught] if caught is not None else None,
        fails=state["Type"] == "Fail",
    )
