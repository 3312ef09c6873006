"""The bill as it is shown: lines, who causes each of them, and what has no price."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from estimator.prices import Meter, PriceBook

from ..amounts import CENT, EXACT, money, plain, shares, whole
from .charges import Charge, list_total, total
from .pool import NodeUsage

SHARE_PLACES = 10  # At least this many decimals of a dollar in what an origin is charged.


@dataclass(frozen=True)
class Origin:
    """The part of a line that one node or edge causes; `amount` is exact USD."""

    node: str
    edge: str | None
    quantity: Decimal
    amount: Decimal
    formula: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "edge": self.edge,
            "quantity": plain(self.quantity),
            "amount": plain(self.amount),
            "formula": self.formula,
        }


@dataclass(frozen=True)
class Line:
    """One line of the bill: a charge and its origins, whose amounts sum to it exactly."""

    charge: Charge
    origins: tuple[Origin, ...]

    def to_dict(self, book: PriceBook) -> dict[str, Any]:
        charge, meter = self.charge, self.charge.meter
        return {
            "id": meter.id,
            "meter": meter.id,
            "title": meter.title,
            "service": meter.service,
            "unit": meter.unit,
            "quantity": plain(charge.quantity),
            "free_quantity": plain(charge.free_quantity),
            **charge.to_dict(),
            "rounding": meter.rounding,
            "tiers": [tier.to_dict() for tier in charge.tiers],
            "price": {
                "source": meter.source,
                "as_of": meter.as_of,
                "confidence": meter.confidence,
                "region": book.region,
                "book_date": book.date,
            },
            "origins": [origin.to_dict() for origin in self.origins],
        }


@dataclass(frozen=True)
class MissingLine:
    """Usage that has no price in this region, so that the bill is too low by it."""

    meter: str
    unit: str
    quantity: Decimal
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "meter": self.meter,
            "unit": self.unit,
            "quantity": plain(self.quantity),
            "reason": self.reason,
        }


def missing_line(meter: Meter, quantity: Decimal, book: PriceBook) -> MissingLine:
    """Return the entry for usage that the region has no price for."""
    why = f" ({meter.notes})" if meter.unit == "unknown" and meter.notes else ""
    reason = (
        f"no price for {meter.id} is stored for {book.region_name} ({book.region}); "
        f"the total is too low by this line{why}"
    )
    return MissingLine(meter.id, meter.unit, quantity, reason)


@dataclass(frozen=True)
class Bill:
    """The bill of one month.

    Attributes:
        book: The price book used.
        lines: One per meter, in the order of the price book.
        missing: Usage without a price; the bill is complete when there is none.
        by_node: USD per node, in cents, summing to `total`.
        by_service: USD per service, in cents, summing to `total`.
    """

    book: PriceBook
    lines: tuple[Line, ...]
    missing: tuple[MissingLine, ...]
    by_node: dict[str, Decimal]
    by_service: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        """Return USD: the sum of the rounded lines, as an invoice adds them."""
        return total(line.charge for line in self.lines)

    @property
    def list_total(self) -> Decimal:
        """Return USD without any discount: the sum of the rounded list amounts."""
        return list_total(line.charge for line in self.lines)

    @property
    def complete(self) -> bool:
        """Return whether every metered quantity had a price."""
        return not self.missing

    def to_dict(self) -> dict[str, Any]:
        """Return the `bill` of a report, money and quantities as decimal strings."""
        return {
            "currency": self.book.currency,
            "list_total": money(self.list_total),
            "discount": money(self.list_total - self.total),
            "total": money(self.total),
            "complete": self.complete,
            "missing": [line.to_dict() for line in self.missing],
            "lines": [line.to_dict(self.book) for line in self.lines],
            "by_node": {node: money(amount) for node, amount in self.by_node.items()},
            "by_service": {name: money(amount) for name, amount in self.by_service.items()},
        }


def origins(charge: Charge, items: Sequence[tuple[Decimal, NodeUsage]]) -> tuple[Origin, ...]:
    exact = charge.amount_exact
    exponent = exact.as_tuple().exponent
    assert isinstance(exponent, int)  # Only NaN and infinity have none.
    quantum = Decimal(1).scaleb(min(exponent, -SHARE_PLACES))
    caused = [(quantity, item) for quantity, item in items if quantity]
    parts = shares(exact, whole([quantity for quantity, _ in caused]), quantum)
    return tuple(
        Origin(item.node, item.edge, quantity, part, item.usage.formula)
        for (quantity, item), part in zip(caused, parts, strict=True)
    )


def by_node(lines: Sequence[Line], nodes: Sequence[str]) -> dict[str, Decimal]:
    """Divide the rounded lines among the nodes, in cents; nodes that cost nothing are listed."""
    ratios = [Fraction(x.charge.amount) / Fraction(x.charge.quantity) for x in lines]
    quantities = whole([origin.quantity for line in lines for origin in line.origins])
    common = math.lcm(*(ratio.denominator for ratio in ratios))
    weights = dict.fromkeys(nodes, 0)
    counted = iter(quantities)
    for line, ratio in zip(lines, ratios, strict=True):
        each = ratio.numerator * (common // ratio.denominator)
        for origin in line.origins:
            weights[origin.node] += each * next(counted)
    parts = shares(total(line.charge for line in lines), list(weights.values()), CENT)
    return dict(zip(nodes, parts, strict=True))


def by_service(lines: Sequence[Line]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for line in lines:
            service = line.charge.meter.service
            amounts[service] = amounts.get(service, Decimal("0.00")) + line.charge.amount
    return amounts
