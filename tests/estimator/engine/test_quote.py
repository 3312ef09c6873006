"""Quotes: the bill's arithmetic without a design, and what it refuses."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.catalog.base import Usage
from estimator.engine.billing import NodeUsage, bill
from estimator.engine.errors import QuoteError
from estimator.engine.quote import quote
from estimator.prices import book

US = book("us-east-1")


def line(meter: str, quantity: object, **more: object) -> dict[str, object]:
    return {"meter": meter, "quantity": quantity, **more}


def asked(*lines: dict[str, object], **more: object) -> dict[str, Any]:
    return quote({"region": "us-east-1", "lines": list(lines), **more})


def problems(data: object) -> dict[str, tuple[str, str | None]]:
    with pytest.raises(QuoteError) as caught:
        quote(data)
    return {p.pointer: (p.code, p.nearest) for p in caught.value.problems}


def test_an_answer_shows_its_steps_and_its_source() -> None:
    answer = asked(line("apigw.rest.requests", 400_000_000))
    (priced,) = answer["lines"]
    assert priced["title"] == "REST API calls"
    assert priced["tiers"] == [
        {
            "from": "0",
            "up_to": "333000000",
            "quantity": "333000000",
            "unit_price": "0.0000035",
            "amount": "1165.5",
        },
        {
            "from": "333000000",
            "up_to": "1000000000",
            "quantity": "67000000",
            "unit_price": "0.0000028",
            "amount": "187.6",
        },
    ]
    assert priced["price"]["as_of"] == "2025-10-20"
    assert priced["price"]["confidence"] == "source"
    assert (answer["total"], answer["total_exact"]) == ("1353.10", "1353.1")
    assert (answer["price_date"], answer["free_tier"]) == ("2026-11-21", False)


def test_an_answer_is_json_and_all_its_numbers_are_strings() -> None:
    def numbers(value: object) -> list[object]:
        if isinstance(value, dict):
            return [n for v in value.values() for n in numbers(v)]
        if isinstance(value, list):
            return [n for v in value for n in numbers(v)]
        return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []

    answer = asked(line("sqs.requests.standard", 5e6), line("eb.custom_bus_v2", 1))
    assert json.loads(json.dumps(answer)) == answer
    assert numbers(answer) == []


def test_lines_of_one_meter_are_pooled_before_the_steps() -> None:
    apart = asked(*[line("apigw.rest.requests", 200_000_000)] * 2)
    assert apart == asked(line("apigw.rest.requests", 400_000_000))


def test_lines_of_one_meter_share_the_allowance() -> None:
    answer = asked(*[line("sqs.requests.standard", 900_000)] * 2, free_tier=True)
    assert answer["lines"][0]["free_quantity"] == "1000000"
    assert answer["total"] == "0.32"


def test_a_price_of_one_s_own_replaces_the_steps_and_is_named_as_such() -> None:
    answer = asked(
        line("apigw.rest.requests", 400_000_000, unit_price="0.000001"),
        line("apigw.rest.requests", 1_000_000),
    )
    ours, given_price = answer["lines"]
    assert (ours["amount"], given_price["amount"]) == ("3.50", "400.00")
    assert given_price["price"] == {
        "source": "given in the quote",
        "as_of": "",
        "confidence": None,
    }


def test_a_price_of_one_s_own_fills_a_gap_of_the_region() -> None:
    lines = [line("firehose.ingest.direct_put_or_kds", 100, unit_price="0.031")]
    answer = quote({"region": "eu-west-1", "lines": lines})
    assert (answer["total"], answer["missing"], answer["complete"]) == ("3.10", [], True)


def test_a_missing_price_is_listed_and_never_counted_as_zero() -> None:
    lines = [line("firehose.ingest.direct_put_or_kds", 100), line("sqs.requests.standard", 5e6)]
    answer = quote({"region": "eu-west-1", "lines": lines})
    assert answer["complete"] is False
    assert [entry["meter"] for entry in answer["missing"]] == ["firehose.ingest.direct_put_or_kds"]
    assert [priced["meter"] for priced in answer["lines"]] == ["sqs.requests.standard"]


def test_hours_of_the_month_scale_allowances_granted_by_the_hour() -> None:
    answer = asked(line("ddb.provisioned.wcu_hour", 20_000), free_tier=True, month_hours=744)
    assert answer["lines"][0]["free_quantity"] == "18600"


def test_long_quantities_are_not_cut() -> None:
    answer = asked(line("sqs.requests.standard", "123456789012345678.25"))
    assert answer["lines"][0]["quantity"] == "123456789012345678.25"
    fine = "100000000000000000.00000000000000000001"
    twice = asked(*[line("sqs.requests.standard", fine)] * 2)
    assert twice["lines"][0]["quantity"] == "200000000000000000.00000000000000000002"


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        (-1, "greater-than-equal"),
        ("NaN", "finite-number"),
        (float("nan"), "finite-number"),
        ("Infinity", "finite-number"),
        ("1e19", "less-than-equal"),
        (10**18 + 1, "less-than-equal"),
        ("many", "decimal-parsing"),
        (True, "number"),
        (None, "decimal-type"),
        ("0." + "1" * 50, "decimal-max-digits"),
    ],
)
def test_a_quantity_that_cannot_be_counted_is_refused(quantity: object, code: str) -> None:
    lines = [line("sqs.requests.standard", quantity)]
    found = problems({"region": "us-east-1", "lines": lines})
    assert found == {"/lines/0/quantity": (code, None)}


def test_all_unknown_names_are_reported_at_once_with_the_nearest() -> None:
    lines = [line("sqs.requests.standard", 1), line("lamda.requests", 1)]
    found = problems({"region": "eu-west-11", "price_date": "2026-11-01", "lines": lines})
    assert found == {
        "/region": ("unknown-region", "eu-west-1"),
        "/price_date": ("unknown-price-date", "2026-11-21"),
        "/lines/1/meter": ("unknown-meter", "lambda.requests"),
    }


def test_many_unknown_meters_are_answered_at_once_and_briefly() -> None:
    lines = [line(f"{'nothing' * 12}.{i}", 1) for i in range(10_000)]
    start = time.perf_counter()
    found = problems({"region": "us-east-1", "lines": lines})
    assert time.perf_counter() - start < 5
    assert len(found) == 21
    assert found["/lines"] == ("unknown-meter", None)


def test_a_misspelt_field_is_refused_and_not_ignored() -> None:
    found = problems(
        {
            "region": "us-east-1",
            "free_teir": True,
            "lines": [line("sqs.requests.standard", 1, unitprice="2")],
        }
    )
    assert found == {
        "/free_teir": ("unknown-field", "free_tier"),
        "/lines/0/unitprice": ("unknown-field", "unit_price"),
    }


@pytest.mark.parametrize("data", [None, [], "x", 1])
def test_a_body_that_is_no_object_is_refused(data: object) -> None:
    assert set(problems(data)) == {""}


def test_a_quote_of_nothing_is_refused() -> None:
    assert problems({"region": "us-east-1", "lines": []}) == {"/lines": ("too-short", None)}
    endless = [line("sqs.requests.standard", 1)] * 10_001
    assert problems({"region": "us-east-1", "lines": endless}) == {"/lines": ("too-long", None)}
    assert problems({}) == {"/region": ("required", None), "/lines": ("required", None)}


@pytest.mark.parametrize(("hours", "code"), [(0, "greater-than"), (745, "less-than-equal")])
def test_a_month_has_at_most_744_hours(hours: int, code: str) -> None:
    lines = [line("sqs.requests.standard", 1)]
    found = problems({"region": "us-east-1", "month_hours": hours, "lines": lines})
    assert found == {"/month_hours": (code, None)}


def test_messages_say_what_is_allowed() -> None:
    with pytest.raises(QuoteError) as caught:
        asked(line("sqs.requests.standard", -5))
    assert str(caught.value) == "quantity must be 0 or more, not -5"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([m.id for m in US.meters.values() if m.priced]),
            st.integers(1, 10**11),
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_a_quote_and_a_bill_agree(lines: list[tuple[str, int]], free_tier: bool) -> None:
    usages = [NodeUsage("n", None, Usage(m, q, US.meters[m].unit, "")) for m, q in lines]
    made = bill(usages, US, free_tier=free_tier)
    answer = asked(*[line(m, q) for m, q in lines], free_tier=free_tier)
    assert Decimal(answer["total"]) == made.total
