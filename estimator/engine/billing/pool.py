"""What rooms meter, pooled by meter over the whole design."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING

from estimator.prices import PriceBook

from ..amounts import EXACT, plain

if TYPE_CHECKING:  # A quote needs no rooms, and importing them all takes longer than a bill.
    from designer.catalog.base import Usage

QUANTITY_DIGITS = 12  # Engine floats carry 15 to 17 digits; the last ones are noise of adding up.
FINEST = Decimal("1e-9")  # What is smaller, such as one empty receive in ages, only lengthens sums.
FEW = FINEST.scaleb(QUANTITY_DIGITS)  # From here on the digits end before that.
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


#: Quantities and who causes them, by meter.
Pool = dict[str, list[tuple[Decimal, NodeUsage]]]


def by_meter(usages: Iterable[NodeUsage], book: PriceBook) -> Pool:
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
        quantity = decimal(usage.quantity)
        if not quantity.is_finite() or quantity < 0:
            raise ValueError(f"{item.node}: {usage.meter} has the quantity {usage.quantity!r}")
        pool[usage.meter].append((_metered(quantity), item))
    _commit(pool)
    for items in pool.values():
        items.sort(key=lambda q: (q[1].node, q[1].edge or "", q[1].usage.formula, q[0]))
    return {meter_id: pool[meter_id] for meter_id in book.meters if meter_id in pool}


def _commit(pool: dict[str, list[tuple[Decimal, NodeUsage]]]) -> None:
    """Fill meters up to what the account has committed itself to, once for the whole design."""
    for items in pool.values():
        _, first = max(items, key=lambda item: item[1].usage.least)
        least = _AS_METERED.plus(decimal(first.usage.least))
        counted = [*items, *(i for key in first.usage.with_meters for i in pool.get(key, []))]
        rest = least - summed(counted)
        if rest > 0:
            formula = f"Committed {plain(least)} {first.usage.unit}, the part that is unused"
            usage = replace(first.usage, quantity=float(rest), formula=formula, least=0.0)
            items.append((rest, NodeUsage(first.node, first.edge, usage)))


def _metered(quantity: Decimal) -> Decimal:
    metered = _AS_METERED.plus(quantity)
    return metered if metered >= FEW else metered.quantize(FINEST).normalize()


def decimal(number: float | Decimal) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(repr(float(number)))


def summed(items: Sequence[tuple[Decimal, NodeUsage]]) -> Decimal:
    with localcontext(EXACT):
        return sum((quantity for quantity, _ in items), Decimal(0))
