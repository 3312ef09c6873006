"""From metered quantities to a monthly bill that can be checked line by line.

The order is AWS's: all usage of a meter is pooled over the whole design, then the allowance is
taken off, then the graduated price applies. Only afterwards is each amount handed back to the
nodes and edges that caused it. Pooling later would give every node its own free tier.

Everything here is Decimal; a float enters once, by its shortest decimal form. A discount agreed
with AWS for a service comes off each of its lines after the steps and before the rounding.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from estimator.prices import MONTH_HOURS, Meter, PriceBook

from .amounts import CENT, EXACT, money, plain, shares, whole

if TYPE_CHECKING:  # A quote needs no rooms, and importing them all takes longer than a bill.
    from designer.catalog.base import Usage

QUANTITY_DIGITS = 12  # Engine floats carry 15 to 17 digits; the last ones are noise of adding up.
SHARE_PLACES = 10  # At least this many decimals of a dollar in what an origin is charged.
_AS_METERED = Context(prec=QUANTITY_DIGITS)


@dataclass(frozen=True)
class NodeUsage:
    """A metered quantity and who causes it.

    Attributes:
        node: Id of the node that is charged.
        edge: Id of the edge whose traffic it is, or None.
        usage: Meter, quantity per month, unit and formula.
    """

    node: str
    edge: str | None
    usage: Usage


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


def bill(
    usages: Iterable[NodeUsage],
    book: PriceBook,
    *,
    free_tier: bool,
    month_hours: float | Decimal = MONTH_HOURS,
    discounts: Mapping[str, float | Decimal] | None = None,
) -> Bill:
    """Return the monthly bill of all usages of one design.

    Args:
        usages: Metered quantities per month; their order does not matter.
        book: Prices of the design's region.
        free_tier: Whether to subtract the amounts that AWS gives every account for ever.
            First steps at price 0 belong to the price list and apply either way.
        month_hours: Hours of the month, for allowances granted by the hour.
        discounts: Percent, 0..100, off the list prices of a service, by its slug.

    Raises:
        KeyError: A usage names a meter that the price book does not know.
        ValueError: A usage states another unit than the price book, or a quantity that is
            negative or not finite. Both are faults of a room, not of the user.
    """
    given = list(usages)
    pool = _pool(given, book)
    barred = _pool((item for item in given if not item.usage.allowed), book)
    used = {meter_id: items for meter_id, items in pool.items() if any(q for q, _ in items)}
    priced = [
        (book.meters[key], _sum(items)) for key, items in used.items() if book.meters[key].priced
    ]
    charges = price(
        priced,
        free_tier=free_tier,
        month_hours=_decimal(month_hours),
        discounts={slug: _decimal(percent) for slug, percent in (discounts or {}).items()},
        barred={key: _sum(items) for key, items in barred.items()},
    )
    lines = tuple(Line(charge, _origins(charge, used[charge.meter.id])) for charge in charges)
    missing = tuple(
        missing_line(book.meters[key], _sum(items), book)
        for key, items in used.items()
        if not book.meters[key].priced
    )
    nodes = sorted({item.node for items in pool.values() for _, item in items})
    return Bill(book, lines, missing, _by_node(lines, nodes), _by_service(lines))


def bill_total(
    usages: Iterable[NodeUsage],
    book: PriceBook,
    *,
    free_tier: bool,
    month_hours: float | Decimal = MONTH_HOURS,
    discounts: Mapping[str, float | Decimal] | None = None,
) -> Decimal:
    """Return the total of `bill` alone, in USD: nothing is handed back to the nodes."""
    given = list(usages)
    barred = _pool((item for item in given if not item.usage.allowed), book)
    priced = [
        (meter, quantity)
        for key, items in _pool(given, book).items()
        if (meter := book.meters[key]).priced and (quantity := _sum(items))
    ]
    charges = price(
        priced,
        free_tier=free_tier,
        month_hours=_decimal(month_hours),
        discounts={slug: _decimal(percent) for slug, percent in (discounts or {}).items()},
        barred={key: _sum(items) for key, items in barred.items()},
    )
    return total(charges)


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


def missing_line(meter: Meter, quantity: Decimal, book: PriceBook) -> MissingLine:
    """Return the entry for usage that the region has no price for."""
    why = f" ({meter.notes})" if meter.unit == "unknown" and meter.notes else ""
    reason = (
        f"no price for {meter.id} is stored for {book.region_name} ({book.region}); "
        f"the total is too low by this line{why}"
    )
    return MissingLine(meter.id, meter.unit, quantity, reason)


def total(charges: Iterable[Charge]) -> Decimal:
    """Return the sum of the rounded amounts, in USD."""
    with localcontext(EXACT):
        return sum((charge.amount for charge in charges), Decimal("0.00"))


def list_total(charges: Iterable[Charge]) -> Decimal:
    """Return the sum of the rounded list amounts, in USD."""
    with localcontext(EXACT):
        return sum((charge.list_amount for charge in charges), Decimal("0.00"))


def _pool(
    usages: Iterable[NodeUsage], book: PriceBook
) -> dict[str, list[tuple[Decimal, NodeUsage]]]:
    """Return quantities by meter, in the order of the price book and then of the origins."""
    pool: dict[str, list[tuple[Decimal, NodeUsage]]] = defaultdict(list)
    for item in usages:
        usage = item.usage
        meter = book.meter(usage.meter)
        if meter is None:
            near = book.nearest(usage.meter)
            raise KeyError(f'{item.node}: no meter "{usage.meter}"; the nearest is "{near}"')
        if usage.unit != meter.unit:
            raise ValueError(
                f'{item.node}: {usage.meter} is metered in "{meter.unit}", not "{usage.unit}"'
            )
        quantity = _decimal(usage.quantity)
        if not quantity.is_finite() or quantity < 0:
            raise ValueError(f"{item.node}: {usage.meter} has the quantity {usage.quantity!r}")
        pool[usage.meter].append((_AS_METERED.plus(quantity), item))
    _commit(pool)
    for items in pool.values():
        items.sort(key=lambda q: (q[1].node, q[1].edge or "", q[1].usage.formula, q[0]))
    return {meter_id: pool[meter_id] for meter_id in book.meters if meter_id in pool}


def _commit(pool: dict[str, list[tuple[Decimal, NodeUsage]]]) -> None:
    """Fill meters up to what the account has committed itself to, once for the whole design."""
    for items in pool.values():
        _, first = max(items, key=lambda item: item[1].usage.least)
        least = _AS_METERED.plus(_decimal(first.usage.least))
        counted = [*items, *(i for key in first.usage.with_meters for i in pool.get(key, []))]
        rest = least - _sum(counted)
        if rest > 0:
            formula = f"Committed {plain(least)} {first.usage.unit}, the part that is unused"
            usage = replace(first.usage, quantity=float(rest), formula=formula, least=0.0)
            items.append((rest, NodeUsage(first.node, first.edge, usage)))


def _decimal(number: float | Decimal) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(repr(float(number)))


def _sum(items: Sequence[tuple[Decimal, NodeUsage]]) -> Decimal:
    with localcontext(EXACT):
        return sum((quantity for quantity, _ in items), Decimal(0))


def _origins(charge: Charge, items: Sequence[tuple[Decimal, NodeUsage]]) -> tuple[Origin, ...]:
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


def _by_node(lines: Sequence[Line], nodes: Sequence[str]) -> dict[str, Decimal]:
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


def _by_service(lines: Sequence[Line]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for line in lines:
            service = line.charge.meter.service
            amounts[service] = amounts.get(service, Decimal("0.00")) + line.charge.amount
    return amounts
