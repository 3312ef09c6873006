"""Logs that a resource writes by itself: how long they are kept, and what that costs."""

from __future__ import annotations

from typing import Any

from .fields import choice
from .flow import Usage, number
from .limits import Context

LOG_DAYS = 30  # Where the form does not ask.
COMPRESSED = 0.2  # Archived log volume over ingested: 30 GB to 6 GB in AWS's pricing example.


def log_retention() -> Any:
    """Return the field that says for how many days a log group keeps its events."""
    return choice(
        "30",
        "How long CloudWatch keeps the log.",
        title="Log retention",
        group="Logs",
        titles={k: f"{k} days" for k in ("1", "7", "14", "30", "90", "365")},
    )


def kept_log(gb_per_s: float, days: int, ctx: Context, what: str = "Log") -> Usage:
    """Return what is kept of a log that is written at a steady rate."""
    months = days * 24 / ctx.month_h
    kept_gb = gb_per_s * ctx.month_s * months * COMPRESSED
    formula = f"{what} kept {days} days, compressed to {number(COMPRESSED)}: {number(kept_gb)} GB"
    return Usage("cw.logs.storage", kept_gb, "GB-month", formula)
