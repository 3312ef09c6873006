"""Tables of a result as comma-separated values (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

LINES = ("backlog", "concurrency", "utilisation", "arrived", "refused", "dead", "cold")
TIMES = ("mean_s", "p50_s", "p90_s", "p95_s", "p99_s", "p999_s", "max_s")


def _cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_cell(v) for v in row] for row in rows)
    return out.getvalue()


def series(report: dict[str, Any]) -> str:
    """Return one row per node and bucket of time; counts are averages of the replications."""
    found = report["series"]
    width = found["width_s"]

    def rows() -> Iterable[Iterable[Any]]:
        for node, lines in found["nodes"].items():
            columns = [lines.get(name) for name in LINES]
            for k in range(found["buckets"]):
                yield (k * width, node, *(c[k] if c else None for c in columns))

    return _table(("time_s", "node", *LINES), rows())


def paths(report: dict[str, Any]) -> str:
    """Return one row per path: how many, and its times in seconds."""
    return _table(
        ("kind", "path", "edge", "count", *TIMES, "mean_confidence_s", "p99_confidence_s"),
        (
            (
                p["kind"], p["title"], p["edge"], p["count"], *(p[t] for t in TIMES),
                p["confidence"]["mean_s"], p["confidence"]["p99_s"],
            )
            for p in report["paths"]
        ),
    )  # fmt: skip
