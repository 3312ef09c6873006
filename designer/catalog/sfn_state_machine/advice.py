"""What deserves attention in a workflow's definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..base import Context, Finding, NodeView, number
from . import attempts, language
from .rules import (
    ENDLESS_RETRY,
    EXPRESS_MAX,
    EXPRESS_PATTERN,
    EXPRESS_TOO_LONG,
    HISTORY,
    HISTORY_MAX,
    HTTP_MAX_S,
    HTTP_RATE,
    HTTP_TASK,
    INLINE_MAP,
    INLINE_MOST,
    STANDARD_DEARER,
    TOKEN_FOR_EVER,
)

if TYPE_CHECKING:
    from .room import SfnStateMachine

MANY_ATTEMPTS = 100  # From here a retry counts as endless.
# List prices of us-east-1 (Step Functions pricing): only their ratio matters here.
TRANSITION_USD, START_USD, GB_S_USD = 0.000025, 0.000001, 0.00001667
WORTH_USD = 20.0  # A month; below this nobody changes a workflow.
WAITING = (".waitForTaskToken", ".sync")


def findings(machine: SfnStateMachine, view: NodeView, ctx: Context) -> Iterable[Finding]:
    """Yield what the definition and its load show."""
    if machine.definition is None:
        return
    for name, state in language.all_states(machine.definition):
        yield from _patterns(machine, name, state)
        yield from _retries(machine, name, state)
        yield from _maps(machine, name, state)
        yield from _http(machine, view, name, state)
    events = view.flow.measures.get("events", 0.0) + 2  # Started, succeeded.
    if machine.kind == "STANDARD" and events > HISTORY_MAX.value:
        yield HISTORY.found(
            f"An execution of {view.name} leaves {number(events)} events; its history holds "
            f"{number(HISTORY_MAX.value)}.",
            "Use a distributed map, whose children have histories of their own, or start a new "
            "execution before the end.",
            field="definition",
        )
    yield from _dearer(machine, view, ctx)


def _patterns(machine: SfnStateMachine, name: str, state: Mapping[str, Any]) -> Iterator[Finding]:
    resource = str(state.get("Resource", ""))
    waits = any(mark in resource for mark in WAITING)
    if machine.kind == "EXPRESS" and (waits or language.distributed(state)):
        what = "a distributed map" if language.distributed(state) else resource
        yield EXPRESS_PATTERN.found(
            f'State "{name}" uses {what}.',
            "Make it a Standard workflow.",
            field="kind",
            value="STANDARD",
        )
    seconds = state.get("Seconds")
    too_long = isinstance(seconds, int | float) and seconds > EXPRESS_MAX.value
    if machine.kind == "EXPRESS" and too_long:
        yield EXPRESS_TOO_LONG.found(
            f'State "{name}" alone waits {seconds} s; Express ends after 300 s.',
            "Make it a Standard workflow, or move the wait out of it.",
            field="kind",
            value="STANDARD",
        )
    limited = {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}
    if ".waitForTaskToken" in resource and not limited & set(state):
        yield TOKEN_FOR_EVER.found(
            f'State "{name}" waits for its token without a time limit.',
            "State TimeoutSeconds or HeartbeatSeconds, and catch States.Timeout.",
            field="definition",
        )


def _retries(machine: SfnStateMachine, name: str, state: Mapping[str, Any]) -> Iterator[Finding]:
    tries = attempts.retries(state)
    caught = attempts.catcher(state)
    if tries > MANY_ATTEMPTS:
        yield ENDLESS_RETRY.found(
            f'State "{name}" is tried again up to {number(tries)} times.',
            "Retry a few times, then catch the error and keep the event.",
            field="definition",
        )
    elif caught is not None and _leads_back(machine.definition or {}, caught, name):
        yield ENDLESS_RETRY.found(
            f'What "{name}" catches leads back to it by "{caught}", without a choice on the way.',
            "Count the rounds and leave the loop by a Choice.",
            field="definition",
        )


def _leads_back(machine: Mapping[str, Any], start: str, end: str) -> bool:
    """Return whether the states after `start` lead to `end` with no Choice between."""
    states = dict(language.all_states(machine))
    seen: set[str] = set()
    while start in states and start not in seen:
        if start == end:
            return True
        seen.add(start)
        if states[start]["Type"] == "Choice":
            return False
        start = str(states[start].get("Next", ""))
    return False


def _maps(machine: SfnStateMachine, name: str, state: Mapping[str, Any]) -> Iterator[Finding]:
    if state["Type"] != "Map" or language.distributed(state) or name not in machine.steps:
        return
    items = machine.steps[name].items
    if items > INLINE_MOST.value:
        yield INLINE_MAP.found(
            f'"{name}" has {number(items)} items and works on {number(INLINE_MOST.value)} at a '
            "time at most.",
            "Use a distributed map, which runs up to 10,000 at a time.",
            field="definition",
        )


def _http(
    machine: SfnStateMachine, view: NodeView, name: str, state: Mapping[str, Any]
) -> Iterator[Finding]:
    if ":states:::http:invoke" not in str(state.get("Resource", "")):
        return
    per_s = view.flow.requests_per_s * machine.visits({}).get(name, 0.0)
    stated = machine.steps[name].duration_s if name in machine.steps else None
    if per_s > HTTP_RATE.value or (stated or 0.0) > HTTP_MAX_S.value:
        yield HTTP_TASK.found(
            f'"{name}" makes {number(per_s)} HTTP calls/s of {number(stated or 0)} s each.',
            "Put a queue in front of the endpoint, or call it from a function.",
            field="steps",
        )


def _dearer(machine: SfnStateMachine, view: NodeView, ctx: Context) -> Iterator[Finding]:
    """Compare both kinds at list prices, where the workflow could be Express at all."""
    states = [state for _, state in language.all_states(machine.definition or {})]
    bound = any(
        language.distributed(state) or any(m in str(state.get("Resource", "")) for m in WAITING)
        for state in states
    )
    run_s = view.flow.service_s
    if machine.kind != "STANDARD" or bound or run_s > EXPRESS_MAX.value / 2:
        return
    starts = view.flow.requests_per_s * ctx.month_s
    standard = starts * view.flow.measures.get("transitions", 0.0) * TRANSITION_USD
    express = starts * (START_USD + run_s * machine.memory_mb / 1024 * GB_S_USD)
    if standard - express > WORTH_USD:
        yield STANDARD_DEARER.found(
            f"{view.name} ends after {number(run_s)} s and pays {number(round(standard))} USD a "
            f"month for transitions; as Express it would pay about {number(round(express))} USD, "
            "at list prices of us-east-1.",
            "Make it Express, if every step bears being run twice.",
            field="kind",
            value="EXPRESS",
        )
