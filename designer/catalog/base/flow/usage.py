"""Metered quantities, and the arithmetic and wording that all meters share."""

from __future__ import annotations

import math
from dataclasses import dataclass

KIB_PER_GB = 1024.0 * 1024.0  # A GB of a bill is 1,024 MB of 1,024 KB.


@dataclass(frozen=True)
class Usage:
    """A metered quantity of one month.

    Attributes:
        meter: Key in the price book.
        quantity: In `unit`.
        unit: The price book's unit, word for word.
        formula: Where the quantity comes from, with its numbers, for people.
        allowed: Whether the meter's free allowance covers it.
        least: The meter's quantity in the whole design is billed as at least this (a commitment).
        with_meters: Meters whose quantities count towards `least` too.
    """

    meter: str
    quantity: float
    unit: str
    formula: str
    allowed: bool = True
    least: float = 0.0
    with_meters: tuple[str, ...] = ()


def expm1(value: float) -> float:
    """Return exp(value) − 1, also of a figure over many scenarios, which knows its own."""
    own = getattr(value, "expm1", None)
    return float(math.expm1(value)) if own is None else own()


def chunks(size_kib: float, of_kib: float) -> int:
    """Return how many billed chunks a payload is: every started chunk counts, at least one.

    >>> chunks(1, 64), chunks(64, 64), chunks(64.1, 64)
    (1, 1, 2)
    """
    return max(1, math.ceil(round(size_kib / of_kib, 9)))


def number(value: float) -> str:
    """Return a number for a formula: thousands apart, no noise digits.

    >>> number(2628000.0), number(0.25), number(1234.5678)
    ('2,628,000', '0.25', '1,234.57')
    """
    if not isinstance(value, int | float):
        return f"{value}"  # Of many scenarios at once: no one text says them.
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        shown = f"{value:,.2f}"
    else:
        shown = f"{value:.6g}"
        if "e" in shown:
            return shown
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def monthly(meter: str, unit: str, per_s: float, month_s: float, origin: str) -> Usage:
    """Return the usage of a meter that runs at a mean rate, with its formula."""
    formula = f"{origin}: {number(per_s)}/s × {number(month_s)} s"
    return Usage(meter, per_s * month_s, unit, formula)
