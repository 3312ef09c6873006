"""From metered quantities to a monthly bill that can be checked line by line.

The order is AWS's: all usage of a meter is pooled over the whole design, then the allowance is
taken off, then the graduated price applies. Only afterwards is each amount handed back to the
nodes and edges that caused it. Pooling later would give every node its own free tier.

Everything here is Decimal; a float enters once, by its shortest decimal form. A discount agreed
with AWS for a service comes off each of its lines after the steps and before the rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from estimator.prices import MONTH_HOURS, PriceBook

from .charges import Charge, list_total, price, tier_charges, total
from .lines import Bill, Line, MissingLine, by_node, by_service, missing_line, origins
from .pool import NodeUsage, Pool, by_meter, decimal, summed

__all__ = [
    "Bill",
    "Charge",
    "MissingLine",
    "NodeUsage",
    "bill",
    "bill_total",
    "list_total",
    "missing_line",
    "price",
    "tier_charges",
    "total",
]


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
    pooled = by_meter(given := list(usages), book)
    used = {key: items for key, items in pooled.items() if any(quantity for quantity, _ in items)}
    charges = _charges(given, used, book, free_tier, month_hours, discounts)
    lines = tuple(Line(charge, origins(charge, used[charge.meter.id])) for charge in charges)
    missing = tuple(
        missing_line(book.meters[key], summed(items), book)
        for key, items in used.items()
        if not book.meters[key].priced
    )
    nodes = sorted({item.node for items in pooled.values() for _, item in items})
    return Bill(book, lines, missing, by_node(lines, nodes), by_service(lines))


def bill_total(
    usages: Iterable[NodeUsage],
    book: PriceBook,
    *,
    free_tier: bool,
    month_hours: float | Decimal = MONTH_HOURS,
    discounts: Mapping[str, float | Decimal] | None = None,
) -> Decimal:
    """Return the total of `bill` alone, in USD: nothing is handed back to the nodes."""
    pooled = by_meter(given := list(usages), book)
    return total(_charges(given, pooled, book, free_tier, month_hours, discounts))


def _charges(
    given: list[NodeUsage],
    pooled: Pool,
    book: PriceBook,
    free_tier: bool,
    month_hours: float | Decimal,
    discounts: Mapping[str, float | Decimal] | None,
) -> list[Charge]:
    """Return what has a price, priced."""
    barred = by_meter((item for item in given if not item.usage.allowed), book)
    priced = [
        (meter, quantity)
        for key, items in pooled.items()
        if (meter := book.meters[key]).priced and (quantity := summed(items))
    ]
    return price(
        priced,
        free_tier=free_tier,
        month_hours=decimal(month_hours),
        discounts={slug: decimal(percent) for slug, percent in (discounts or {}).items()},
        barred={key: summed(items) for key, items in barred.items()},
    )
