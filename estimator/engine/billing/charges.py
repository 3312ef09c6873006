"""Pooled quantities of a month, priced: allowance, steps, discount, in this order."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from estimator.prices import Meter

from ..amounts import CENT, EXACT, money, plain


@dataclass(frozen=True)
class TierCharge:
    """What falls into one step of a graduated price.

    Attributes:
        start: Cumulative lower edge of the step, in the meter's unit.
        up_to: Cumulative upper edge, or None.
        quantity: Billed units inside the step.
        unit_price: USD per unit.
        amount: USD, exact.
    """

    start: Decimal
    up_to: Decimal | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal

    def to_dict(self) -> dict[str, Any]:
        return {
            "from": plain(self.start),
            "up_to": None if self.up_to is None else plain(self.up_to),
            "quantity": plain(self.quantity),
            "unit_price": plain(self.unit_price),
            "amount": plain(self.amount),
        }


@dataclass(frozen=True)
class Charge:
    """One meter, priced.

    Attributes:
        meter: Meter with its price.
        quantity: Pooled units of the month, allowance included.
        free_quantity: Units covered by an allowance.
        tiers: Steps that hold billed units, at list prices.
        discount_percent: What comes off the sum of the steps, 0..100.
    """

    meter: Meter
    quantity: Decimal
    free_quantity: Decimal
    tiers: tuple[TierCharge, ...]
    discount_percent: Decimal = Decimal(0)

    @functools.cached_property
    def list_exact(self) -> Decimal:
        """Return USD at list prices, unrounded."""
        with localcontext(EXACT):
            return sum((tier.amount for tier in self.tiers), Decimal(0))

    @functools.cached_property
    def list_amount(self) -> Decimal:
        """Return USD at list prices, rounded to cents."""
        with localcontext(EXACT):
            return self.list_exact.quantize(CENT, ROUND_HALF_UP)

    @functools.cached_property
    def amount_exact(self) -> Decimal:
        """Return USD, unrounded, the discount taken off."""
        with localcontext(EXACT):
            return self.list_exact * (100 - self.discount_percent) / 100

    @functools.cached_property
    def amount(self) -> Decimal:
        """Return USD, rounded half up to cents as an AWS invoice rounds each line."""
        with localcontext(EXACT):
            return self.amount_exact.quantize(CENT, ROUND_HALF_UP)

    def to_dict(self) -> dict[str, Any]:
        """Return the money: list amount less discount is the amount, to the cent."""
        discount = None
        if self.discount_percent:
            with localcontext(EXACT):
                off = self.list_amount - self.amount
            discount = {"percent": plain(self.discount_percent), "amount": money(off)}
        return {
            "list_amount": money(self.list_amount),
            "discount": discount,
            "amount": money(self.amount),
            "amount_exact": plain(self.amount_exact),
        }


def price(
    pooled: Sequence[tuple[Meter, Decimal]],
    *,
    free_tier: bool,
    month_hours: Decimal,
    discounts: Mapping[str, Decimal],
    barred: Mapping[str, Decimal] | None = None,
) -> list[Charge]:
    """Price pooled quantities of a month.

    Args:
        barred: Part of a meter's quantity that no allowance covers, by meter id.

    An allowance covers the first units of its meters in the order given here, which both
    callers make the order of the price book. The free units are the lowest ones: they use up
    room in the first step and the edges of the steps stay where they are.

    Source: Amazon S3 FAQ, billing: of 62 TB sent out with 1 GB free, 10,239 GB are charged at
        the price of the first 10,240 GB.
    """
    left: dict[str, Decimal] = {}
    charges = []
    with localcontext(EXACT):
        for meter, quantity in pooled:
            free, allowance = Decimal(0), meter.allowance
            if free_tier and allowance is not None and allowance.kind == "always free":
                remaining = left.get(allowance.group, allowance.monthly_amount(month_hours))
                free = min(quantity - (barred or {}).get(meter.id, Decimal(0)), remaining)
                left[allowance.group] = remaining - free
            percent = (
                discounts.get(meter.service, Decimal(0)) if meter.at_list_price else Decimal(0)
            )
            steps = tier_charges(meter, quantity, free)
            charges.append(Charge(meter, quantity, free, steps, percent))
    return charges


def tier_charges(meter: Meter, quantity: Decimal, free: Decimal) -> tuple[TierCharge, ...]:
    """Return the steps of the price that hold the units above `free` up to `quantity`."""
    steps, start = [], Decimal(0)
    with localcontext(EXACT):
        for tier in meter.tiers:
            end = quantity if tier.up_to is None else min(quantity, tier.up_to)
            inside = end - max(start, free)
            if inside > 0:
                amount = inside * tier.price
                steps.append(TierCharge(start, tier.up_to, inside, tier.price, amount))
            if tier.up_to is not None:
                start = tier.up_to
    return tuple(steps)


def total(charges: Iterable[Charge]) -> Decimal:
    """Return the sum of the rounded amounts, in USD."""
    with localcontext(EXACT):
        return sum((charge.amount for charge in charges), Decimal("0.00"))


def list_total(charges: Iterable[Charge]) -> Decimal:
    """Return the sum of the rounded list amounts, in USD."""
    with localcontext(EXACT):
        return sum((charge.list_amount for charge in charges), Decimal("0.00"))
