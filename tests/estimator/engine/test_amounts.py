"""Exact amounts keep every cent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.amounts import CENT, money, plain, shares


@pytest.mark.parametrize(
    ("number", "text"), [("0", "0"), ("1E+3", "1000"), ("4E-7", "0.0000004"), ("2.50", "2.5")]
)
def test_numbers_are_written_out(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_money_always_has_two_decimals() -> None:
    assert [money(Decimal(n)) for n in ("0", "1.005", "1E+3")] == ["0.00", "1.01", "1000.00"]


@given(
    st.decimals(0, 10**6, places=2),
    st.lists(st.fractions(0, 10**6), min_size=1, max_size=9).filter(any),
)
def test_shares_are_whole_sum_exactly_and_stay_within_one_cent(
    amount: Decimal, weights: list[Fraction]
) -> None:
    parts = shares(amount, weights, CENT)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part == part.quantize(CENT)
        assert abs(Fraction(part) - Fraction(amount) * weight / sum(weights)) < Fraction(1, 100)


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert shares(Decimal("0.02"), [Fraction(1)] * 3, CENT) == [CENT, CENT, Decimal("0.00")]


def test_nothing_divided_by_nothing_is_nothing() -> None:
    assert shares(Decimal("0.00"), [Fraction(0)] * 2, CENT) == [Decimal("0.00")] * 2
    assert shares(Decimal("0.00"), [], CENT) == []
