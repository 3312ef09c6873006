"""Weir on the reference workloads by its own way: a document's text in, a report's text out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from designer import document
from estimator.engine.simulation import prepare, replicate
from estimator.engine.simulation.report import write
from estimator.prices import book

WORKLOADS = Path(__file__).parent / "workloads"
LAST = {"w1": "s5", "w2": "c", "w3": "servers", "w4": "f"}  # where the measured path ends
RATE_PER_S = 1_000.0
DAY_S = 86_400.0
SPARE_S = 60.0  # Time in which the last messages surely come.


@cache
def text_of(workload: str) -> str:
    """Return the design as it is stored."""
    return (WORKLOADS / f"{workload}.design.json").read_text()


def load_workload(workload: str) -> document.Design:
    """Return the design, checked."""
    return document.load(json.loads(text_of(workload)))


def report(workload: str, messages: int | None, seed: int = 1) -> str:
    """Return the report of one replication, as JSON text.

    Args:
        messages: That many are produced and all of them run to their end; None is a whole day.
    """
    design = load_workload(workload)
    duration_s = DAY_S if messages is None else 1.02 * messages / RATE_PER_S + SPARE_S
    options = {"duration_s": duration_s, "drain": True, "replications": 1, "seed": seed}
    job = prepare(design, options)
    outcome = replicate(job, 0, messages=messages)
    return json.dumps(write(job, [outcome], book(design.model.region)))


def figures(workload: str, text: str) -> dict[str, float]:
    """Return what a report says of the measured path, and the counts beside it."""
    found = json.loads(text)
    path = _path(found, LAST[workload])
    row = {name: path[name] for name in ("mean_s", "p50_s", "p95_s", "p99_s")}
    row["messages"] = found["headline"]["messages"]
    row["cold_starts"] = found["headline"]["cold_starts"]
    if workload == "w2":
        stored = _path(found, "lake")
        row |= {"store_mean_s": stored["mean_s"], "store_p95_s": stored["p95_s"]}
        row["dead"] = found["headline"]["dead"]
    row["report_kib"] = len(text) / 1024
    return row


def _path(found: dict[str, Any], last: str) -> dict[str, Any]:
    paths = [p for p in found["paths"] if p["kind"] == "completion" and p["nodes"][-1] == last]
    if len(paths) != 1:
        raise SystemExit(f"{len(paths)} paths end at {last}: one was expected")
    return paths[0]
