"""Price a list of meters and quantities: the bill without a design.

The same arithmetic as a bill. What a quote cannot do is round: "1 request per started 64 KB"
has to be applied before, as each meter's `rounding` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from designer.errors import Problem, pointer
from estimator.prices import MONTH_HOURS, Meter, PriceBook, PriceBookError, Tier, book

from .amounts import EXACT, money, plain
from .billing import Charge, list_total, missing_line, price, total
from .errors import QuoteError

MOST = 10**18  # Units of a month; AWS as a whole stays below.
MOST_PRICE = 10**9  # USD per unit.
MOST_LINES = 10_000
MOST_DISCOUNTS = 100
MOST_UNKNOWN = 20  # Unknown meters named one by one; finding the nearest takes a while.


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):  # JSON true would otherwise count as 1.
        raise PydanticCustomError("number", "a number")
    return value


def _counted(value: Any) -> Any:
    """Refuse too few and too many lines before reading any of them."""
    if isinstance(value, list | tuple):
        if not value:
            raise PydanticCustomError("too_short", "a list of at least 1 line")
        if len(value) > MOST_LINES:
            raise PydanticCustomError(
                "too_long", "a list of at most {most} lines", {"most": MOST_LINES}
            )
    return value


def _digits(most: int) -> AfterValidator:
    """Refuse more digits than that; zeros before the first one do not count."""

    def check(value: Decimal) -> Decimal:
        if len(value.as_tuple().digits) > most:
            raise PydanticCustomError(
                "decimal_max_digits", "at most {max_digits} digits", {"max_digits": most}
            )
        return value

    return AfterValidator(check)


Number = Annotated[Decimal, BeforeValidator(_no_bool)]
Quantity = Annotated[Number, Field(ge=0, le=MOST, allow_inf_nan=False), _digits(40)]
Percent = Annotated[Number, Field(ge=0, le=100, allow_inf_nan=False), _digits(12)]
UnitPrice = Annotated[Number, Field(ge=0, le=MOST_PRICE, allow_inf_nan=False), _digits(40)]


class QuoteLine(BaseModel):
    """A meter and its quantity per month.

    Attributes:
        meter: Id of a meter in the price book.
        quantity: In the meter's unit, already rounded as AWS meters it.
        unit_price: USD per unit in place of the book's graduated price.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    meter: Annotated[str, Field(min_length=1, max_length=100)]
    quantity: Quantity
    unit_price: UnitPrice | None = None


class Quote(BaseModel):
    """What a quote asks for; see `quote`.

    Attributes:
        discounts: Percent off the list prices of a service, by its slug in the price book.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: Annotated[str, Field(max_length=40)]
    price_date: Annotated[str, Field(max_length=40)] | None = None
    free_tier: Annotated[bool, Field(strict=True)] = False
    month_hours: Annotated[Number, Field(gt=0, le=744), _digits(12)] = MONTH_HOURS
    discounts: Annotated[dict[str, Percent], Field(max_length=MOST_DISCOUNTS)] = {}
    lines: Annotated[tuple[QuoteLine, ...], BeforeValidator(_counted)]


def quote(data: object) -> dict[str, Any]:
    """Return the priced lines of a quote, all numbers as decimal strings.

    Lines of the same meter are pooled before allowance and steps; lines with a `unit_price` of
    their own are pooled per price. An allowance covers the lines at the book's price first. A
    discount of a service comes off its lines at the book's price, after the steps, not off a
    `unit_price` of one's own.

    Args:
        data: {"region", "price_date"?, "free_tier"?, "month_hours"?, "discounts"?,
            "lines": [{"meter", "quantity", "unit_price"?}]}.

    Raises:
        QuoteError: All problems at once, each with its JSON pointer and the nearest valid name.
    """
    request = _read(data)
    prices = _book(request)
    pooled, missing = _pool(request.lines, prices)
    charges = price(
        pooled,
        free_tier=request.free_tier,
        month_hours=request.month_hours,
        discounts=request.discounts,
    )
    listed, sum_of_lines = list_total(charges), total(charges)
    with localcontext(EXACT):
        total_exact = sum((charge.amount_exact for charge in charges), Decimal(0))
    return {
        "region": prices.region,
        "price_date": prices.date,
        "currency": prices.currency,
        "free_tier": request.free_tier,
        "month_hours": plain(request.month_hours),
        "lines": [_line(charge) for charge in charges],
        "discounts": {slug: plain(percent) for slug, percent in request.discounts.items()},
        "list_total": money(listed),
        "discount": money(listed - sum_of_lines),
        "total": money(sum_of_lines),
        "total_exact": plain(total_exact),
        "complete": not missing,
        "missing": [missing_line(meter, quantity, prices).to_dict() for meter, quantity in missing],
    }


def _read(data: object) -> Quote:
    try:
        return Quote.model_validate(data)
    except ValidationError as error:
        raise QuoteError([_problem(detail) for detail in error.errors()]) from None


def _book(request: Quote) -> PriceBook:
    """Return the price book asked for, after checking every meter against it."""
    problems: list[Problem] = []
    try:
        prices = book(request.region, request.price_date)
    except PriceBookError as error:
        problems += error.problems
        prices = book("us-east-1")  # Only to check the meters: every book knows the same ones.
    unknown = [i for i, line in enumerate(request.lines) if prices.meter(line.meter) is None]
    for i in unknown[:MOST_UNKNOWN]:
        name = request.lines[i].meter
        near = prices.nearest(name)
        message = f'no meter is called "{name}"; the nearest is "{near}"'
        problems.append(Problem(pointer("lines", i, "meter"), "unknown-meter", message, near))
    if len(unknown) > MOST_UNKNOWN:
        message = f"{len(unknown) - MOST_UNKNOWN} more lines name meters that do not exist"
        problems.append(Problem("/lines", "unknown-meter", message))
    problems += unknown_services(request.discounts, prices, "discounts")
    if problems:
        raise QuoteError(problems)
    return prices


def unknown_services(slugs: Iterable[str], prices: PriceBook, *place: str) -> Iterator[Problem]:
    """Yield a problem for each slug that no meter of the book belongs to."""
    for slug in slugs:
        if slug not in prices.services:
            near = next(iter(get_close_matches(slug, list(prices.services), 1, 0.5)), None)
            known = (
                f'the nearest is "{near}"' if near else f"known are {', '.join(prices.services)}"
            )
            message = f'no service is called "{slug[:60]}"; {known}'
            yield Problem(pointer(*place, slug), "unknown-service", message, near)


def _pool(
    lines: Sequence[QuoteLine], prices: PriceBook
) -> tuple[list[tuple[Meter, Decimal]], list[tuple[Meter, Decimal]]]:
    """Return (priced, missing) quantities by meter and price, in the order of the book."""
    quantities: dict[tuple[str, Decimal | None], Decimal] = {}
    with localcontext(EXACT):
        for line in lines:
            key = (line.meter, line.unit_price)
            quantities[key] = quantities.get(key, Decimal(0)) + line.quantity
    rank = {meter_id: i for i, meter_id in enumerate(prices.meters)}
    priced: list[tuple[Meter, Decimal]] = []
    missing: list[tuple[Meter, Decimal]] = []
    order = sorted(quantities, key=lambda k: (rank[k[0]], k[1] is not None, k[1] or 0))
    for meter_id, unit_price in order:
        meter, quantity = prices.meters[meter_id], quantities[meter_id, unit_price]
        if unit_price is not None:
            flat = (Tier(None, unit_price),)
            meter = replace(
                meter,
                tiers=flat,
                source="given in the quote",
                as_of="",
                confidence=None,
                at_list_price=False,
            )
        (priced if meter.priced else missing).append((meter, quantity))
    return priced, missing


def _line(charge: Charge) -> dict[str, Any]:
    meter = charge.meter
    return {
        "meter": meter.id,
        "title": meter.title,
        "unit": meter.unit,
        "quantity": plain(charge.quantity),
        "free_quantity": plain(charge.free_quantity),
        "tiers": [tier.to_dict() for tier in charge.tiers],
        **charge.to_dict(),
        "price": {
            "source": meter.source,
            "as_of": meter.as_of,
            "confidence": meter.confidence,
        },
    }


def _problem(detail: ErrorDetails) -> Problem:
    """Return pydantic's finding in our words."""
    place, kind, value = detail["loc"], detail["type"], detail["input"]
    if kind == "extra_forbidden":
        fields = QuoteLine.model_fields if len(place) > 1 else Quote.model_fields
        names = list(fields)
        near = next(iter(get_close_matches(str(place[-1]), names, 1)), None)
        message = f'"{place[-1]}" is not a field here; the fields are {", ".join(names)}'
        return Problem(pointer(*place), "unknown-field", message, near)
    if kind == "missing":
        return Problem(pointer(*place), "required", f'"{place[-1]}" is required')
    name = str(place[-1]) if place else "the quote"
    wanted = _WANTED.get(kind, detail["msg"]).format(**detail.get("ctx", {}))
    shown = f", not {value!r:.60}" if isinstance(value, str | int | float) else ""
    return Problem(pointer(*place), kind.replace("_", "-"), f"{name} must be {wanted}{shown}")


_WANTED = {
    "model_type": "an object",
    "dict_type": "an object of percentages by service",
    "tuple_type": "a list of lines",
    "string_type": "text",
    "string_too_short": "the id of a meter",
    "string_too_long": "at most {max_length} characters long",
    "bool_type": "true or false",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a finite number",
    "decimal_max_digits": "written with at most {max_digits} digits",
    "decimal_whole_digits": "written with at most {whole_digits} digits before the point",
    "decimal_max_places": "written with at most {decimal_places} decimals",
    "greater_than": "greater than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "at most {le}",
}
