"""What a definition in Amazon States Language says: its states, their parts, and its faults."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
SPEC = "Amazon States Language, https://states-language.net/spec.html"
TYPES = frozenset({"Pass", "Task", "Choice", "Wait", "Parallel", "Map", "Succeed", "Fail"})
TERMINAL = frozenset({"Succeed", "Fail"})
# Children that a distributed map starts in a second (Step Functions quotas).
STARTS_PER_S = {"EXPRESS": 1_000.0, "": 100.0}


def sequence(tasks: Sequence[str]) -> dict[str, Any]:
    """Return the definition that stands for "one task per arrow, one after another"."""
    if not tasks:
        return {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    states: dict[str, Any] = {}
    for i, task in enumerate(tasks):
        ahead = {"Next": tasks[i + 1]} if i + 1 < len(tasks) else {"End": True}
        states[task] = {"Type": "Task", **ahead}
    return {"StartAt": tasks[0], "States": states}


def all_states(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every state with its name, nested ones included."""
    for name, state in machine["States"].items():
        yield name, state
        for sub in inner(state):
            yield from all_states(sub)


def inner(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if state["Type"] == "Parallel":
        yield from state["Branches"]
    elif state["Type"] == "Map":
        yield state.get("ItemProcessor") or state["Iterator"]


def choice_targets(state: Mapping[str, Any]) -> Iterator[str]:
    for rule in state.get("Choices", []):
        if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
            yield rule["Next"]
    if isinstance(state.get("Default"), str):
        yield state["Default"]


def processor(state: Mapping[str, Any]) -> Mapping[str, Any]:
    config = (state.get("ItemProcessor") or {}).get("ProcessorConfig") or {}
    return config if isinstance(config, dict) else {}


def distributed(state: Mapping[str, Any]) -> bool:
    """Return whether a Map runs each batch of items as an execution of its own."""
    return state["Type"] == "Map" and processor(state).get("Mode") == "DISTRIBUTED"


def batches(state: Mapping[str, Any], items: float) -> float:
    """Return how many iterations a Map makes of its items."""
    most = (state.get("ItemBatcher") or {}).get("MaxItemsPerBatch")
    if not isinstance(most, int) or most < 1:
        return items
    return max(1.0, math.ceil(items / most))


def at_once(state: Mapping[str, Any]) -> float:
    """Return how many items of a Map run at a time: inline maps at most 40."""
    if state["Type"] != "Map":
        return math.inf
    most = 10_000 if distributed(state) else 40
    return float(min(state.get("MaxConcurrency") or most, most))


def waves(state: Mapping[str, Any], items: float) -> float:
    """Return how many rounds a Map needs."""
    return max(1.0, math.ceil(items / at_once(state)))


def starts_per_s(state: Mapping[str, Any]) -> float:
    """Return how many iterations a Map starts in a second."""
    if not distributed(state):
        return math.inf
    return STARTS_PER_S["EXPRESS" if processor(state).get("ExecutionType") == "EXPRESS" else ""]


# ---- Is it a definition at all? ----------------------------------------------------------------


def problems(machine: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield (path, message) for each fault in a definition's structure."""
    if not isinstance(machine, dict):
        yield path, "a definition is an object with StartAt and States"
        return
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield (*path, "States"), "States is missing or empty: name at least one state"
        return
    for name, state in states.items():
        yield from _state_problems(name, state, states, (*path, "States", name))
    start = machine.get("StartAt")
    if start not in states:
        hint = _hint(start, states)
        message = f'StartAt names "{start}"{hint}; the states are {_list(states)} ({SPEC})'
        yield (*path, "StartAt"), message
        return
    if any(isinstance(s, dict) and s.get("Type") in TYPES for s in states.values()):
        for name in sorted(set(states) - _reachable(str(start), states)):
            yield (*path, "States", name), f'state "{name}" is never reached'


def _state_problems(
    name: str, state: object, states: Mapping[str, Any], path: Path
) -> Iterator[tuple[Path, str]]:
    if not isinstance(state, dict):
        yield path, f'state "{name}" is not an object'
        return
    kind = state.get("Type")
    if kind not in TYPES:
        hint = _hint(kind, TYPES)
        message = f'"{kind}" is no type of state{hint}; there are {_list(sorted(TYPES))} ({SPEC})'
        yield (*path, "Type"), message
        return
    for key, target in _targets(state):
        if target not in states:
            hint = _hint(target, states)
            message = (
                f'"{name}" goes on to "{target}", which is not a state here{hint}; the states are '
                f"{_list(states)} ({SPEC})"
            )
            yield (*path, *key), message
    if kind == "Choice":
        if not state.get("Choices"):
            yield (*path, "Choices"), f'the choice "{name}" has no Choices'
        return
    if kind not in TERMINAL and ("Next" in state) == (state.get("End") is True):
        yield path, f'state "{name}" needs either Next or "End": true'
    if kind == "Wait" and not {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} & set(state):
        yield path, f'the wait "{name}" needs Seconds or Timestamp'
    if kind == "Task" and not isinstance(state.get("Resource"), str):
        yield (*path, "Resource"), f'the task "{name}" needs a Resource'
    if kind == "Parallel":
        branches = state.get("Branches")
        if not isinstance(branches, list) or not branches:
            yield (*path, "Branches"), f'the parallel state "{name}" needs Branches'
        else:
            for i, branch in enumerate(branches):
                yield from problems(branch, (*path, "Branches", i))
    if kind == "Map":
        inner = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
        yield from problems(state.get(inner), (*path, inner))


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    for key in ("Next", "Default"):
        if key in state:
            yield (key,), state[key]
    for key in ("Choices", "Catch"):
        for i, rule in enumerate(state.get(key) or []):
            if isinstance(rule, dict) and "Next" in rule:
                yield (key, i, "Next"), rule["Next"]


def _reachable(start: str, states: Mapping[str, Any]) -> set[str]:
    seen, stack = {start}, [start]
    while stack:
        state = states[stack.pop()]
        for _, target in _targets(state) if isinstance(state, dict) else ():
            if isinstance(target, str) and target in states and target not in seen:
                seen.add(target)
                stack.append(target)
    return seen


def _hint(name: object, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else ""


def _list(names: Any) -> str:
    return ", ".join(str(n) for n in names)
