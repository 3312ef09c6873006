"""Every meter of the collected facts, priced by a quote in every region.

`published_prices.json` is the collection itself, apart from the book: meter -> region -> steps.
A meter without steps in a region has no published price there; null: only an invoice names it.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from estimator.engine.quote import quote
from estimator.prices import regions

FACTS: dict[str, dict[str, list[list[Any]]] | None] = json.loads(
    Path(__file__).with_name("published_prices.json").read_text(encoding="utf-8")
)
PAST_THE_LAST_EDGE = Decimal(1000)


def by_hand(steps: list[list[Any]], quantity: Decimal) -> Decimal:
    """Add up graduated steps, without the code under test."""
    cost, below = Decimal(0), Decimal(0)
    for edge, price in steps:
        upper = quantity if edge is None else min(quantity, Decimal(edge))
        cost += max(upper - below, Decimal(0)) * Decimal(price)
        below = quantity if edge is None else Decimal(edge)
    return cost


def probes(steps: list[list[Any]]) -> list[Decimal]:
    """Return one unit, each edge, one unit past it, and well past the last."""
    edges = [Decimal(edge) for edge, _ in steps if edge is not None]
    last = edges[-1] if edges else Decimal(0)
    return [Decimal(1), *edges, *(edge + 1 for edge in edges), last + PAST_THE_LAST_EDGE]


@pytest.mark.parametrize("region", regions())
def test_a_quote_takes_every_published_meter_at_its_published_steps(region: str) -> None:
    for meter, by_region in FACTS.items():
        steps = (by_region or {}).get(region)
        if steps is None:
            continue
        for quantity in probes(steps):
            answer = quote(
                {"region": region, "lines": [{"meter": meter, "quantity": str(quantity)}]}
            )
            assert answer["complete"], (meter, region)
            assert Decimal(answer["total_exact"]) == by_hand(steps, quantity), (meter, quantity)


@pytest.mark.parametrize("region", regions())
def test_a_price_that_nobody_published_here_is_missing_and_never_borrowed(region: str) -> None:
    found = 0
    for meter, by_region in FACTS.items():
        if by_region is None or region in by_region:
            continue
        found += 1
        answer = quote({"region": region, "lines": [{"meter": meter, "quantity": 7}]})
        assert not answer["complete"], meter
        assert (answer["total"], answer["lines"]) == ("0.00", [])
        (missing,) = answer["missing"]
        assert (missing["meter"], missing["quantity"]) == (meter, "7")
        assert f"({region})" in missing["reason"]
    assert found


@pytest.mark.parametrize("meter", FACTS)
def test_a_price_of_ones_own_is_taken_for_every_meter_in_every_region(meter: str) -> None:
    for region in regions():
        line = {"meter": meter, "quantity": "12.5", "unit_price": "0.3"}
        answer = quote({"region": region, "lines": [line]})
        assert (answer["total"], answer["complete"]) == ("3.75", True)
