"""Exact amounts: rounding to cents, dividing without loss, writing numbers out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

CENT = Decimal("0.01")
EXACT = Context(prec=400)  # More digits than the product of any float and any price.


def shares(amount: Decimal, weights: Sequence[int | Fraction], quantum: Decimal) -> list[Decimal]:
    """Divide an amount in proportion to the weights so that the parts sum to it exactly.

    Every part is a multiple of `quantum` and less than one quantum away from its exact share:
    the method of the largest remainder. Equal remainders go to the earlier part.

    >>> [str(part) for part in shares(Decimal("1.00"), [Fraction(1)] * 3, Decimal("0.01"))]
    ['0.34', '0.33', '0.33']
    """
    with localcontext(EXACT):
        if not any(weights):
            return [Decimal(0) * quantum for _ in weights]
        units = int(amount / quantum)
        common = math.lcm(*(weight.denominator for weight in weights))
        scaled = [weight.numerator * (common // weight.denominator) for weight in weights]
        all_of_it = sum(scaled)
        split = [divmod(units * weight, all_of_it) for weight in scaled]
        parts = [part for part, _ in split]
        by_remainder = sorted(range(len(parts)), key=lambda i: (-split[i][1], i))
        for i in by_remainder[: units - sum(parts)]:
            parts[i] += 1
        return [part * quantum for part in parts]


def whole(amounts: Sequence[Decimal]) -> list[int]:
    """Return whole numbers in the proportions of some amounts.

    >>> whole([Decimal("0.25"), Decimal("3"), Decimal("1E+2")])
    [25, 300, 10000]
    """
    exponents = [exponent for x in amounts if isinstance(exponent := x.as_tuple().exponent, int)]
    places = -min(exponents, default=0)
    with localcontext(EXACT):
        return [int(amount.scaleb(places)) for amount in amounts]


def money(amount: Decimal) -> str:
    """Return USD with two decimals, for example "1234.50"."""
    with localcontext(EXACT):
        return format(amount.quantize(CENT, ROUND_HALF_UP), "f")


def plain(number: Decimal) -> str:
    """Return a number without exponent and without trailing zeros.

    >>> plain(Decimal("4.0E-7")), plain(Decimal("1E+3"))
    ('0.0000004', '1000')
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
