"""Windows by which stream processing gathers records."""

from __future__ import annotations

from typing import Any

from .fields import quantity
from .flow import Item, Kind, Uniform


def window_length() -> Any:
    """Return the field that says how long the windows are."""
    return quantity(
        "s",
        0,
        "Length of the windows by which records are gathered; 0 passes each on at once.",
        title="Window",
        ge=0,
        le=86_400,
        group="Assumptions",
        assumed=True,
    )


def until_window_ends(window_s: float) -> tuple[Item, ...]:
    """Return what a record waits for that comes at any time of a window."""
    if window_s <= 0:
        return ()
    return (Item(Kind.WINDOW, "Until the window ends", Uniform(0.0, window_s), None, True),)
