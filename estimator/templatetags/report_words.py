"""How reports write numbers: with units, signs and words; computes nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from estimator.charts import seconds as in_seconds
from estimator.engine import wording

register = template.Library()
SAME = 1e-9  # Of a rate; the last digits of two equal results may differ.


@register.filter
def percent_change(percent: float | None) -> str:
    return wording.percent_change(percent).replace("-", "−")


@register.filter
def money_change(amount: str) -> str:
    """Return a difference of money with the sign that print has."""
    return wording.money_change(amount).replace("-", "−")


@register.filter
def money(amount: str | None) -> str:
    """Return an amount with thousands apart; a template's "" is nothing too."""
    return f"{Decimal(amount):,.2f}" if amount else wording.NOTHING


@register.filter
def number(one: Any) -> str:
    """Return a number of six significant digits; of a quantity every digit before the point."""
    if one is None or one == "":
        return wording.NOTHING
    exact = Decimal(one)
    text = f"{exact:,.3f}" if abs(exact) >= 1 else f"{exact:.6g}"
    return text.rstrip("0").rstrip(".") if "." in text and "E" not in text.upper() else text


@register.filter
def seconds(one: float | None) -> str:
    return wording.NOTHING if one is None else in_seconds(one)


@register.filter
def rate(one: float | None) -> str:
    return wording.rate(one)


@register.filter
def percent(ratio: float | None) -> str:
    return wording.NOTHING if ratio is None else f"{100 * ratio:,.3g} %"


@register.filter
def trend(difference: Any) -> str:
    """Return the arrow of a difference: what a colour says, as a shape."""
    one = float(difference or 0)
    return "▲" if one > 0 else "▼" if one < 0 else "="


@register.filter
def times(one: dict[str, Any] | None, key: str) -> str:
    return wording.time(one, key)


@register.filter
def rate_change(change: dict[str, Any]) -> str:
    """Return how much a highest rate grew or fell, with an arrow."""
    before, difference = change["before"], change["difference"]
    if not before or difference is None:
        return ""
    if abs(difference) < SAME * before:
        return "= as before"
    return f"{trend(difference)} {difference / before:+,.1%}".replace("-", "−")


@register.filter
def times_change(change: dict[str, Any], key: str) -> str:
    return wording.time_change(change, key).replace("-", "−")


@register.filter
def short_hash(one: str | None) -> str:
    """Return the beginning of a hash, enough to tell two apart."""
    return wording.NOTHING if not one else one.removeprefix("sha256:")[:12]
