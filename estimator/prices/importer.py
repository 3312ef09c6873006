"""From offers of AWS's Price List to a new dated book in a folder of this installation.

What becomes of a product stands in `mapping.json`, not here. A new book is the newest one of each
region with the prices found put over it: a meter that no offer prices keeps its price, with its
own source and date. Any product that maps to a meter but cannot be read refuses the whole import;
nothing is written until all is read, and a book appears in one rename or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from designer.errors import Problem

from .book import Meter, PriceBook, region_names
from .errors import OfferError
from .imported import Found, Imported, Rule, Steps
from .new_book import book_files, folder_of_books, new_day, plain, present_book, write_book
from .offers import Offer, Product, Term, graduated, in_force, read_offers

MAPPING = Path(__file__).parent / "mapping.json"
FAR = 10
HOURS = (Decimal(720), Decimal(744))  # Of the months that a free first step may be counted for.


@cache
def mapping() -> dict[str, Any]:
    """Return `mapping.json`."""
    found: dict[str, Any] = json.loads(MAPPING.read_text(encoding="utf-8"))
    return found


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(Rule(**row) for row in mapping()["rules"])


def import_offers(
    paths: Sequence[Path],
    into: Path | None,
    *,
    date: str | None = None,
    partial: bool = False,
    far_off: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Read offers and write a new book.

    Args:
        paths: Offer files, or folders of them.
        into: Folder of books; WEIR_PRICES_DIR when None.
        date: Of the new book; by default the newest publication date of the offers.
        partial: Leave out products that cannot be read, instead of refusing.
        far_off: Take prices that differ from the present ones as no price of AWS's ever did.
        dry_run: Write nothing.

    Raises:
        OfferError: All problems at once; nothing was written.
    """
    into = into or folder_of_books()
    offers = read_offers(list(paths))
    day = new_day(date or max(offer.published[:10] for offer in offers), into)
    done = Imported(day)
    found: dict[str, dict[str, Found]] = {}
    problems = []
    for offer in offers:
        problems += list(_take(offer, day, far_off, done, found))
    if problems and not partial:
        raise OfferError(problems)
    done.left = problems
    if not found:
        message = "no product of these files is a meter of the book in one of its regions"
        raise OfferError([Problem("", "nothing-found", message)])
    files = book_files(day, found, done)
    if not dry_run:
        done.folder = write_book(into, day, files)
    return done


# ---- From products to meters ---------------------------------------------------------------------


def _take(
    offer: Offer, day: str, far_off: bool, done: Imported, found: dict[str, dict[str, Found]]
) -> Iterator[Problem]:
    """Put the prices of an offer into `found`; yield what cannot be read."""
    mine = [rule for rule in rules() if rule.offer == offer.code]
    if not mine:
        known = ", ".join(sorted({rule.offer for rule in rules()}))
        message = f'the offer "{offer.code}" has no meters in the book; known are {known}'
        yield Problem(f"{offer.file}#/offerCode", "unknown-offer", message)
        return
    unmapped: set[str] = set()
    for product in offer.products:
        region = _region(product)
        if region is None:
            done.elsewhere += 1
            continue
        prices = present_book(region)
        matches = list(_matches(mine, product, region, prices))
        if not matches:
            unmapped.add(product.attributes.get("usagetype", product.sku))
            continue
        try:
            term = in_force(product, day)
            if term is None:  # Only reserved, or only from later on.
                unmapped.add(product.attributes.get("usagetype", product.sku))
                continue
            for rule, meter in matches:
                one = Found(_steps(term, rule, meter, product), offer, product, term, rule)
                if not far_off:
                    _compare(meter, one)
                _keep(found.setdefault(region, {}), meter.id, one)
            done.mapped += 1
        except OfferError as error:
            yield from error.problems
    done.unmapped[offer.code] = sorted(unmapped | set(done.unmapped.get(offer.code, [])))


def _region(product: Product) -> str | None:
    named = product.attributes
    code = named.get("regioncode") or named.get("fromregioncode")
    if not code:
        place = named.get("location") or named.get("fromlocation") or ""
        code = mapping()["locations"].get(place)
    kind = named.get("locationtype") or named.get("fromlocationtype") or "AWS Region"
    return code if code in region_names() and kind == "AWS Region" else None


def _matches(
    mine: list[Rule], product: Product, region: str, prices: PriceBook
) -> Iterator[tuple[Rule, Meter]]:
    for rule in mine:
        named: dict[str, str] = {}
        for attribute, pattern in rule.match.items():
            if attribute == "usagetype":
                prefixes = "|".join(re.escape(p) for p in mapping()["prefixes"][region])
                pattern = f"(?:{prefixes})(?:{pattern})"
            hit = re.fullmatch(pattern, product.attributes.get(attribute, ""))
            if hit is None:
                break
            named |= hit.groupdict()
        else:
            meter = prices.meter(rule.meter.format(**named))
            if meter is not None:  # Of the instance types, the book knows some.
                yield rule, meter


def _steps(term: Term, rule: Rule, meter: Meter, product: Product) -> Steps:
    """Return the steps of a meter, without a free step that the book states as an allowance.

    Raises:
        OfferError: They cannot be read, or begin with a free step that nobody explains.
    """
    steps = graduated(term, mapping()["units"][rule.unit])
    gift = meter.allowance
    if len(steps) == 1 or steps[0][1] != 0:
        return steps
    free = steps[0][0]
    if gift is not None and gift.kind == "built into the first tier" and free == gift.amount:
        return steps
    if gift is not None and gift.kind == "always free" and free is not None:
        # The bill subtracts it, or does not, as the design says; once is enough.
        amounts = [gift.monthly_amount(hours) for hours in HOURS]
        if amounts[0] <= free <= amounts[1]:
            return steps[1:]
    message = (
        f"SKU {product.sku} begins with {free:f} {meter.unit} at price 0, "
        f"which is no allowance that {meter.id} has"
    )
    raise OfferError([Problem(product.place, "free-step", message)])


def _compare(meter: Meter, one: Found) -> None:
    """Compare with the present price, lest another product or unit passes for the meter.

    Raises:
        OfferError: Ten times dearer or cheaper, or with fewer steps.
    """
    if not meter.priced:
        return
    old, new = meter.tiers[-1].price, one.steps[-1][1]
    if len(one.steps) < len(meter.tiers):
        what = f"{len(meter.tiers)} steps now, {len(one.steps)} in the file"
    elif (old or new) and not old / FAR <= new <= old * FAR:
        what = f"{plain(old)} now, {plain(new)} in the file"
    else:
        return
    message = f"{meter.id} has {what} (SKU {one.product.sku}): look at it, then allow it"
    raise OfferError([Problem(one.product.place, "far-off", message)])


def _keep(prices: dict[str, Found], meter_id: str, one: Found) -> None:
    """Add a price.

    Raises:
        OfferError: Another product has given the meter another price.
    """
    other = prices.get(meter_id)
    if other is not None and other.steps != one.steps:
        message = (
            f"SKUs {other.product.sku} and {one.product.sku} both are {meter_id}, "
            "with different prices"
        )
        raise OfferError([Problem(one.product.place, "two-prices", message)])
    prices[meter_id] = one
