"""Each limit, kept and broken, says in words what was found and what is allowed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from designer.proposals.guardrails import check
from designer.proposals.models import Policy


def measured(**more: Any) -> dict[str, Any]:
    times = {"p99_s": 0.4}
    found: dict[str, Any] = {
        "problem": None,
        "cost": {"before": "100.00", "after": "120.00", "percent": 20.0},
        "after": {
            "headline": {
                "response": times,
                "response_reason": None,
                "completion": None,
                "completion_reason": "a backlog grows without bound",
            },
            "headroom": 0.5,
            "findings": {"error": 2, "warning": 0, "note": 0},
        },
    }
    return {**found, **more}


@pytest.mark.parametrize(
    ("limit", "broken", "words"),
    [
        ({"budget_per_month": Decimal("120.00")}, False, "120.00 USD is within"),
        ({"budget_per_month": Decimal("119.99")}, True, "is above the limit of 119.99 USD"),
        ({"cost_delta_percent": 20.0}, False, "20 % is within"),
        ({"cost_delta_percent": 19.9}, True, "is above the limit of 19.9 %"),
        ({"response_p99_s": 0.4}, False, "0.4 s is within"),
        ({"response_p99_s": 0.3}, True, "is above the limit of 0.3 s"),
        ({"completion_p99_s": 60.0}, True, "a backlog grows without bound"),
        ({"headroom_ratio": 0.5}, False, "may grow by 50%"),
        ({"headroom_ratio": 0.6}, True, "at least 60% is asked for"),
        ({"no_error_findings": True}, True, "2 findings of severity error"),
    ],
)
def test_a_limit_is_kept_up_to_its_value(limit: dict[str, Any], broken: bool, words: str) -> None:
    (one,) = check(Policy(**limit), measured())
    assert one["broken"] is broken
    assert words in one["text"]


def test_where_nobody_waits_no_time_is_too_long() -> None:
    found = measured()
    found["after"]["headline"] |= {"response": None, "response_reason": "no synchronous caller"}
    (one,) = check(Policy(response_p99_s=0.1), found)
    assert not one["broken"]


def test_a_bill_that_was_nothing_cannot_grow_by_a_percentage() -> None:
    found = measured(cost={"before": "0.00", "after": "5.00", "percent": None})
    assert check(Policy(cost_delta_percent=50.0), found)[0]["broken"]
    nothing = measured(cost={"before": "0.00", "after": "0.00", "percent": None})
    assert not check(Policy(cost_delta_percent=50.0), nothing)[0]["broken"]


@pytest.mark.parametrize("found", [None, {"problem": {"detail": "it never ends"}}])
def test_what_cannot_be_measured_is_not_kept(found: Any) -> None:
    limits = {"budget_per_month": Decimal(1), "headroom_ratio": 0.1, "no_error_findings": True}
    shown = check(Policy(**limits), found)
    assert [one["broken"] for one in shown] == [True] * 3
    assert all("cannot be estimated" in one["text"] for one in shown)


def test_without_limits_there_is_nothing_to_keep() -> None:
    assert check(Policy(), None) == []
