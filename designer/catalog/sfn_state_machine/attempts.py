"""What Retry and Catch make of a task that fails: attempts, waits, and where it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Errors of the call itself; what a handler or a job throws has another name.
OF_THE_CALL = ("Lambda.", "States.Timeout", "States.HeartbeatTimeout", "States.Permissions")
INTERVAL_S, MAX_ATTEMPTS, BACKOFF = 1.0, 3, 2.0  # Defaults of a retrier.
MOST = 1_000  # Attempts added up one by one.


@dataclass(frozen=True)
class Tries:
    """The tries of one visit.

    Attributes:
        mean: Mean number of attempts.
        wait_s: Mean time waited between them, in seconds.
        fails: Share of the visits that fail for good.
    """

    mean: float = 1.0
    wait_s: float = 0.0
    fails: float = 0.0


ONCE = Tries()


def retrier(state: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the first retrier that takes what a task throws."""
    return next((r for r in _listed(state, "Retry") if _takes(r)), None)


def catcher(state: Mapping[str, Any]) -> str | None:
    """Return the state to which the first matching catcher leads."""
    found = next((c for c in _listed(state, "Catch") if _takes(c)), None)
    return str(found["Next"]) if found and isinstance(found.get("Next"), str) else None


def retries(state: Mapping[str, Any]) -> int:
    """Return how often the state is tried again: MaxAttempts, 3 unless stated."""
    rule = retrier(state)
    if rule is None:
        return 0
    stated = rule.get("MaxAttempts", MAX_ATTEMPTS)
    return stated if isinstance(stated, int) and stated >= 0 else MAX_ATTEMPTS


def of_state(state: Mapping[str, Any], error: float) -> Tries:
    """Return the tries of a state whose attempts fail independently with a probability.

    >>> of_state({"Type": "Task", "Retry": [{"ErrorEquals": ["States.ALL"]}]}, 0.5)
    Tries(mean=1.875, wait_s=1.5, fails=0.0625)
    """
    if error <= 0:
        return ONCE
    rule, more = retrier(state) or {}, min(MOST, retries(state))
    wait_s = _number(rule, "IntervalSeconds", INTERVAL_S)
    mean, waited, reached = 1.0, 0.0, error
    for _ in range(more):
        mean += reached
        waited += reached * min(wait_s, _number(rule, "MaxDelaySeconds", wait_s))
        wait_s *= _number(rule, "BackoffRate", BACKOFF)
        reached *= error
    return Tries(mean, waited, reached)


def waits(state: Mapping[str, Any]) -> Iterator[float]:
    """Yield the wait before each further attempt, in seconds."""
    rule = retrier(state) or {}
    wait_s = _number(rule, "IntervalSeconds", INTERVAL_S)
    for _ in range(min(MOST, retries(state))):
        yield min(wait_s, _number(rule, "MaxDelaySeconds", wait_s))
        wait_s *= _number(rule, "BackoffRate", BACKOFF)


def ways_out(
    state: Mapping[str, Any], ways: Sequence[tuple[str, float]], tries: Tries
) -> Iterator[tuple[str, float]]:
    """Yield the next states with their shares: what fails for good takes the Catch, or ends."""
    for target, share in ways:
        yield target, share * (1.0 - tries.fails)
    caught = catcher(state)
    if tries.fails > 0 and caught is not None:
        yield caught, tries.fails


def _listed(state: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = state.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _takes(rule: Mapping[str, Any]) -> bool:
    names = rule.get("ErrorEquals")
    if not isinstance(names, list):
        return False
    return any(isinstance(n, str) and not n.startswith(OF_THE_CALL) for n in names)


def _number(rule: Mapping[str, Any], key: str, otherwise: float) -> float:
    value = rule.get(key, otherwise)
    return float(value) if isinstance(value, int | float) and value >= 0 else otherwise
