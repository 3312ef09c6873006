"""Recorded arrivals by what they contain, so that who edits a scenario need not send them again.

Wherever a recording's times may stand, so may the name of one that the design has already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from designer.errors import Problem, pointer
from estimator.engine.simulation import OptionsError

Times = Sequence[float]

MOST_NAMED = 5_000_000  # Characters as JSON: naming asks for no more than sending could.


def name_of(times: Times) -> str:
    """Return the name of a recording: the hash of its times."""
    return f"sha256:{hashlib.sha256(_json(times).encode()).hexdigest()}"


def _json(times: Times) -> str:
    return json.dumps([float(t) for t in times], separators=(",", ":"))


def apart(items: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Times]]:
    """Return scenarios with names in place of recorded times, and each recording once."""
    found: dict[str, Times] = {}
    named = []
    for item in items:
        options = dict(item["options"])
        if traces := options.get("traces"):
            names = {node: name_of(times) for node, times in traces.items()}
            found.update((names[node], times) for node, times in traces.items())
            options["traces"] = names
        named.append({**item, "options": options})
    return named, found


class Kept:
    """The recordings of a design's scenarios, read only when one is named."""

    def __init__(self, items: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
        self._items = items
        self._by_name: Mapping[str, Times] | None = None
        self._taken = 0

    def filled(self, options: dict[str, Any], at: str) -> dict[str, Any]:
        """Return options with times in place of names.

        Args:
            options: As they came.
            at: Pointer to them.

        Raises:
            OptionsError: No scenario of the design has such a recording, or they are too many.
        """
        traces = options.get("traces")
        if not isinstance(traces, dict) or not any(isinstance(t, str) for t in traces.values()):
            return options
        filled, problems = {}, []
        for node, times in traces.items():
            if not isinstance(times, str):
                filled[node] = times
                continue
            try:
                filled[node] = self._take(times)
            except LookupError as error:
                where = f"{at}{pointer('traces', node)}"
                problems.append(Problem(where, "unknown-recording", str(error.args[0])))
        if problems:
            raise OptionsError(problems)
        return {**options, "traces": filled}

    def _take(self, name: str) -> Times:
        if self._by_name is None:
            self._by_name = apart(self._items())[1]
        times = self._by_name.get(name)
        if times is None:
            raise LookupError("no saved scenario of the design has this recording; send its times")
        self._taken += len(_json(times))
        if self._taken > MOST_NAMED:
            message = f"the recordings named take over {MOST_NAMED // 10**6} MB; name fewer"
            raise LookupError(message)
        return times
