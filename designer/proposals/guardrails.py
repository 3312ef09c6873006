"""The limits a workspace sets, held against what a change was measured to do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .models import Policy

Measured = dict[str, Any] | None


def check(policy: Policy, measured: Measured) -> list[dict[str, Any]]:
    """Return each limit that is set: what it allows, what was found, whether it is broken.

    A limit on a number that cannot be had is broken: nobody can say that it is kept.
    """
    if measured is None or measured.get("problem"):
        why = (measured or {}).get("problem") or {}
        reason = f"cannot be estimated: {why.get('detail') or 'no estimator is running'}"
        limits = _limits(policy, None)
        return [
            {**one, "value": None, "broken": True, "text": f"{one['title']}: {reason}"}
            for one in limits
        ]
    return list(_limits(policy, measured))


def _limits(policy: Policy, measured: Measured) -> Iterator[dict[str, Any]]:
    cost = measured["cost"] if measured else None
    after = measured["after"] if measured else None
    if policy.budget_per_month is not None:
        total = Decimal(cost["after"]) if cost else None
        yield _most("budget-per-month", "Budget per month", policy.budget_per_month, total, "USD")
    if policy.cost_delta_percent is not None:
        yield _growth(policy.cost_delta_percent, cost)
    for kind in ("response", "completion"):
        limit = getattr(policy, f"{kind}_p99_s")
        if limit is not None:
            title = f"p99 of {kind} time"
            yield _p99(f"{kind}-p99", title, limit, after and after["headline"], kind)
    if policy.headroom_ratio is not None:
        yield _headroom(policy.headroom_ratio, after)
    if policy.no_error_findings:
        found = after["findings"]["error"] if after else None
        yield {
            **_entry("no-error-findings", "Findings of severity error", 0, found, "findings"),
            "broken": bool(found),
            "text": f"{found or 0} findings of severity error; none is allowed",
        }


def _entry(rule: str, title: str, limit: Any, value: Any, unit: str) -> dict[str, Any]:
    shown = [str(v) if isinstance(v, Decimal) else v for v in (limit, value)]
    return {"id": rule, "title": title, "limit": shown[0], "value": shown[1], "unit": unit}


def _most(rule: str, title: str, limit: Any, value: Any, unit: str) -> dict[str, Any]:
    broken = value is not None and value > limit
    verb = "is above" if broken else "is within"
    shown = value if isinstance(value, Decimal) else f"{value or 0:.4g}"
    text = f"{title}: {shown} {unit} {verb} the limit of {limit} {unit}"
    return {**_entry(rule, title, limit, value, unit), "broken": broken, "text": text}


def _growth(limit: float, cost: dict[str, Any] | None) -> dict[str, Any]:
    rule, title = "cost-delta-percent", "Growth of the monthly cost"
    percent = cost["percent"] if cost else None
    if cost and percent is None and Decimal(cost["after"]) > 0:
        text = (
            f"{title}: from 0.00 to {cost['after']} USD has no percentage; the limit is {limit} %"
        )
        return {**_entry(rule, title, limit, None, "%"), "broken": True, "text": text}
    return _most(rule, title, limit, percent or 0.0, "%")


def _p99(
    rule: str, title: str, limit: float, headline: dict[str, Any] | None, kind: str
) -> dict[str, Any]:
    times = headline[kind] if headline else None
    if times is None:
        reason = headline[f"{kind}_reason"] if headline else ""
        nothing = reason.startswith("no ")  # No caller or no consumer: nobody waits.
        text = f"{title}: {reason}"
        return {**_entry(rule, title, limit, None, "s"), "broken": not nothing, "text": text}
    return _most(rule, title, limit, times["p99_s"], "s")


def _headroom(limit: float, after: dict[str, Any] | None) -> dict[str, Any]:
    value = after["headroom"] if after else None
    broken = value is not None and value < limit
    shown = "nothing gives way" if value is None else f"the load may grow by {value:.0%}"
    text = f"Headroom: {shown}; at least {limit:.0%} is asked for"
    entry = _entry("headroom", "Headroom", limit, value, "ratio")
    return {**entry, "broken": broken, "text": text}
