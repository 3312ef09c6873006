"""Bills that AWS and others published, reproduced from their quantities."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from estimator.engine.quote import quote

EXAMPLES: list[dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).with_name("worked_examples.yaml")
)
ids = [example["id"] for example in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=ids)
def test_a_published_bill_is_reproduced(example: dict[str, Any]) -> None:
    answer = quote(
        {
            "region": example.get("region", "us-east-1"),
            "price_date": "2026-11-21",
            "free_tier": example.get("free_tier", False),
            "lines": example["lines"],
        }
    )
    compared = "total_exact" if example.get("compare") == "exact" else "total"
    expected, tolerance = Decimal(example["expected_total"]), Decimal(example["tolerance"])
    assert answer["complete"]
    assert abs(Decimal(answer[compared]) - expected) <= tolerance, answer


def test_every_example_says_where_it_comes_from_and_counts_once() -> None:
    assert len(set(ids)) == len(ids)
    for example in EXAMPLES:
        assert example["publisher"]
        assert example["source"]
        assert example["price_date"]
        assert example["grade"] in {"exact", "near", "measured"}


def test_only_near_and_measured_examples_need_a_tolerance() -> None:
    loose = {
        example["id"]
        for example in EXAMPLES
        if example["grade"] == "exact" and Decimal(example["tolerance"]) > Decimal("0.000001")
    }
    assert not loose


def test_a_price_given_by_an_example_differs_from_the_book_or_cuts_through_its_steps() -> None:
    """Otherwise the example could check the book and does not."""
    for example in EXAMPLES:
        given = [line for line in example["lines"] if "unit_price" in line]
        if not given:
            continue
        priced_by_book = quote(
            {
                "region": example.get("region", "us-east-1"),
                "free_tier": example.get("free_tier", False),
                "lines": [
                    {key: line[key] for key in ("meter", "quantity")} for line in example["lines"]
                ],
            }
        )
        assert Decimal(priced_by_book["total_exact"]) != Decimal(
            quote(
                {
                    "region": example.get("region", "us-east-1"),
                    "free_tier": example.get("free_tier", False),
                    "lines": example["lines"],
                }
            )["total_exact"]
        ), example["id"]
