"""Discounts agreed with AWS: off a service's lines, after the steps, before the rounding."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from designer.catalog.base import BILLED_SERVICES
from designer.document import design_hash, dump, json_schema, load
from designer.errors import DesignError
from estimator.engine import estimate
from estimator.engine.quote import quote
from estimator.engine.tables import estimate_table
from estimator.prices import book, dates, regions
from tests import documents


def discounted(discounts: dict[str, Any] | None) -> dict[str, Any]:
    document = copy.deepcopy(documents.pipeline(rate_per_s=100.0))
    if discounts is not None:
        document["model"]["assumptions"] = {"discounts": discounts}
    return document


def report(discounts: dict[str, Any] | None) -> dict[str, Any]:
    return estimate(load(discounted(discounts)), book("us-east-1"))


def test_a_discount_comes_off_the_lines_of_its_service_only() -> None:
    plain, less = report(None)["bill"], report({"lambda": 12.5})["bill"]
    for before, after in zip(plain["lines"], less["lines"], strict=True):
        assert after["list_amount"] == before["amount"]
        assert after["tiers"] == before["tiers"]
        if after["service"] == "lambda":
            assert after["discount"]["percent"] == "12.5"
            assert Decimal(after["amount_exact"]) == Decimal(before["amount_exact"]) * 7 / 8
        else:
            assert after["discount"] is None
            assert after["amount"] == before["amount"]
    assert less["list_total"] == plain["total"]
    assert Decimal(less["total"]) + Decimal(less["discount"]) == Decimal(less["list_total"])


def test_list_amount_less_discount_is_the_amount_to_the_cent() -> None:
    for line in report({"lambda": 33.3, "sqs": 1})["bill"]["lines"]:
        off = Decimal(line["discount"]["amount"]) if line["discount"] else Decimal(0)
        assert Decimal(line["list_amount"]) - off == Decimal(line["amount"])


def test_nodes_and_services_sum_to_the_discounted_total() -> None:
    bill = report({"lambda": 50, "sqs": 25})["bill"]
    for part in ("by_node", "by_service"):
        assert sum(map(Decimal, bill[part].values())) == Decimal(bill["total"])
    for line in bill["lines"]:
        shares = sum(Decimal(origin["amount"]) for origin in line["origins"])
        assert shares == Decimal(line["amount_exact"])


def test_the_headline_and_the_table_tell_the_discounted_cost() -> None:
    found = report({"lambda": 50})
    assert found["headline"]["monthly_cost"] == found["bill"]["total"]
    assert "At list prices" in estimate_table(found)
    assert "At list prices" not in estimate_table(report(None))


def test_a_discount_is_listed_among_the_assumptions() -> None:
    (row,) = [a for a in report({"sqs": 10})["assumptions"] if "/discounts/" in a["pointer"]]
    assert (row["title"], row["value"], row["unit"]) == ("Discount on Amazon SQS", 10.0, "%")


def test_a_document_without_discounts_keeps_its_hash_and_shape() -> None:
    without, empty = load(discounted(None)), load(discounted({}))
    assert design_hash(without) == design_hash(empty)
    assert "discounts" not in dump(without)["model"]["assumptions"]
    # The hash that this document had before discounts existed.
    expected = "sha256:41f2732956089432438d04d405b0a1c2d12772d1cd04d6d5fcaf18d7ad797781"
    assert design_hash(without) == expected


def test_a_discount_changes_the_hash_and_is_kept() -> None:
    less = load(discounted({"lambda": 12.5}))
    assert design_hash(less) != design_hash(load(discounted(None)))
    assert load(dump(less)) == less


@pytest.mark.parametrize(
    ("discounts", "place", "nearest"),
    [
        ({"lamda": 5}, "/model/assumptions/discounts/lamda", "lambda"),
        ({"lambda": 101}, "/model/assumptions/discounts/lambda", None),
        ({"lambda": -1}, "/model/assumptions/discounts/lambda", None),
        ({"lambda": "5"}, "/model/assumptions/discounts/lambda", None),
    ],
)
def test_a_discount_that_means_nothing_is_refused(
    discounts: dict[str, Any], place: str, nearest: str | None
) -> None:
    with pytest.raises(DesignError) as caught:
        load(discounted(discounts))
    assert [(p.pointer, p.nearest) for p in caught.value.problems] == [(place, nearest)]


def test_a_price_of_one_s_own_takes_no_discount() -> None:
    lines = [{"meter": "lambda.requests", "quantity": 10**6, "unit_price": "0.000001"}]
    answer = quote({"region": "us-east-1", "discounts": {"lambda": 50}, "lines": lines})
    assert (answer["total"], answer["lines"][0]["discount"]) == ("1.00", None)


def test_every_service_on_a_bill_can_have_a_discount_and_the_schema_names_them() -> None:
    for day in dates():
        for region in regions():
            assert set(book(region, day).services) == BILLED_SERVICES
    discounts = json_schema()["$defs"]["Assumptions"]["properties"]["discounts"]
    assert set(discounts["propertyNames"]["enum"]) == BILLED_SERVICES
