"""Small designs in few words, for the engine's tests."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from designer.document import Design, load
from estimator.engine import estimate
from estimator.prices import book


def design(
    nodes: dict[str, dict[str, Any]],
    edges: list[tuple[str, str, dict[str, Any]]],
    **model: Any,
) -> Design:
    """Return a design of {id: service} and (source, target, connection)."""
    document = {
        "version": 1,
        "name": "Test",
        "model": {
            **model,
            "nodes": [{"id": key, "name": key, "service": value} for key, value in nodes.items()],
            "edges": [
                {"id": f"e{i}", "source": s, "target": t, "connection": c}
                for i, (s, t, c) in enumerate(edges)
            ],
        },
    }
    return load(document)


def report(*args: Any, **model: Any) -> dict[str, Any]:
    """Return the report of a design given as for `design`."""
    drawn = design(*args, **model)
    return estimate(drawn, book(drawn.model.region))


def client(rate_per_s: float, **more: Any) -> dict[str, Any]:
    return {"type": "client", "rate_per_s": rate_per_s, **more}


CALL = {"type": "client_call"}
INVOKE = {"type": "lambda_call"}
MAPPING = {"type": "lambda_sqs_mapping"}
EXACT = {"cold_start_ratio": 0.0, "log_kib": 0.0}


def line(result: dict[str, Any], meter: str) -> dict[str, Any]:
    return next(x for x in result["bill"]["lines"] if x["meter"] == meter)


def finding(result: dict[str, Any], rule: str) -> dict[str, Any] | None:
    return next((f for f in result["findings"] if f["id"] == rule), None)


def expected(arrivals: float, of: Callable[[int], float]) -> float:
    """Return the mean of a function of a Poisson number of arrivals with this mean."""
    chance, total = math.exp(-arrivals), 0.0
    for count in range(int(arrivals + 12 * math.sqrt(arrivals) + 20)):
        total += chance * of(count)
        chance *= arrivals / (count + 1)
    return total


def items_of(found: dict[str, Any], path: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what takes time on a path of a report."""
    return [found["items"][i] for i in path["items"]]
