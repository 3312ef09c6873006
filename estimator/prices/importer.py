"""From offers of AWS's Price List to a new dated book in a folder of this installation.

What becomes of a product stands in `mapping.json`, not here. A new book is the newest one of each
region with the prices found put over it: a meter that no offer prices keeps its price, with its
own source and date. Any product that maps to a meter but cannot be read refuses the whole import;
nothing is written until all is read, and a book appears in one rename or not at all.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - `date` is the argument's name everywhere here.
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from designer.errors import Problem

from .book import Meter, PriceBook, book, dates, read_file, region_names
from .errors import OfferError
from .offers import Offer, Product, Term, graduated, in_force, read_offers

MAPPING = Path(__file__).parent / "mapping.json"
FAR = 10
HOURS = (Decimal(720), Decimal(744))  # Of the months that a free first step may be counted for.

Steps = list[tuple[Decimal | None, Decimal]]


@dataclass(frozen=True)
class Rule:
    """Which products of an offer a meter is."""

    offer: str
    meter: str
    unit: str
    match: Mapping[str, str]
    seen: str | None


class Found(NamedTuple):
    """A product that has become the price of a meter."""

    steps: Steps
    offer: Offer
    product: Product
    term: Term
    rule: Rule


@dataclass
class Imported:
    """What an import did, or would do.

    Attributes:
        date: Date of the new book.
        folder: Where it was written; None when nothing was.
        regions: Region -> meter -> change: "new", "same" or "old -> new" in words.
        mapped: SKUs that became a price.
        unmapped: Offer -> usage types of products that no rule maps, in the book's regions.
        elsewhere: SKUs of regions that the book does not have.
        left: Products that were left out because they cannot be read (`partial` only).
        unverified: Meters whose usage type was never seen in a source.
    """

    date: str
    folder: Path | None = None
    regions: dict[str, dict[str, str]] = field(default_factory=dict)
    mapped: int = 0
    unmapped: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: int = 0
    left: list[Problem] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {
            "date": self.date,
            "folder": None if self.folder is None else str(self.folder),
            "regions": self.regions,
            "mapped": self.mapped,
            "unmapped": self.unmapped,
            "elsewhere": self.elsewhere,
            "left": [problem.to_dict() for problem in self.left],
            "unverified": self.unverified,
        }


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
    day = _day(date or max(offer.published[:10] for offer in offers), into)
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
    files = _files(day, found, done)
    if not dry_run:
        done.folder = _write(into, day, files)
    return done


def folder_of_books() -> Path:
    """Return WEIR_PRICES_DIR.

    Raises:
        OfferError: It is not set.
    """
    name = os.environ.get("WEIR_PRICES_DIR", "").strip()
    if not name:
        message = (
            "set WEIR_PRICES_DIR to a folder that the server and its workers read too, or name one"
        )
        raise OfferError([Problem("", "no-folder", message)])
    return Path(name).expanduser().resolve()


def _day(text: str, into: Path) -> str:
    try:
        day = Date.fromisoformat(text).isoformat()
    except ValueError:
        raise OfferError([Problem("", "date", f'"{text}" is no date like 2026-11-21')]) from None
    if day != text:
        raise OfferError([Problem("", "date", f'write the date as "{day}"')])
    if day in dates() or (into / day).exists():
        message = f"there is a book of {day} already, and books never change; give another --date"
        raise OfferError([Problem("", "date-taken", message)])
    return day


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
        prices = _newest(region)
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


def _newest(region: str) -> PriceBook:
    """Return what a new book starts from, whichever one is pinned."""
    return book(region, dates(region)[-1])


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
        what = f"{_plain(old)} now, {_plain(new)} in the file"
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


# ---- The new book --------------------------------------------------------------------------------


def _files(day: str, found: dict[str, dict[str, Found]], done: Imported) -> dict[str, Any]:
    """Return the files of the book by name, and tell in `done` what changes."""
    newest = max(_newest(region).date for region in found)
    catalogue = {**read_file(newest, "meters"), "date": day}
    sources: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for region, prices in found.items():
        present = _newest(region)
        rows = dict(read_file(present.date, region)["prices"])
        sources |= read_file(present.date, "sources")["sources"]
        changes = done.regions[region] = {}
        for meter_id, one in prices.items():
            row = _row(one)
            changes[meter_id] = _change(present.meters[meter_id], one)
            rows[meter_id] = row
            sources[row["source"][0]] = _source(one.offer)
        known = [m["id"] for m in catalogue["meters"] if m["id"] in rows]
        files[region] = {
            "region": region,
            "date": day,
            "currency": "USD",
            "prices": {meter_id: rows[meter_id] for meter_id in known},
        }
    unseen = {m for prices in found.values() for m, one in prices.items() if not one.rule.seen}
    done.unverified = sorted(unseen)
    return {"meters": catalogue, "sources": {"date": day, "sources": sources}, **files}


def _row(one: Found) -> dict[str, Any]:
    row: dict[str, Any] = {
        "tiers": [
            [None if edge is None else _plain(edge), _plain(price)] for edge, price in one.steps
        ],
        "source": [_source_id(one.offer)],
        "as_of": one.term.effective[:10],
        "confidence": "source",
    }
    note = f"SKU {one.product.sku}"
    if one.rule.seen is None:
        note += "; that this usage type is the meter is from memory"
    return {**row, "note": note}


def _plain(number: Decimal) -> str:
    """Return a number without exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _source_id(offer: Offer) -> str:
    return f"price-list-{offer.code}-{offer.digest[:8]}"


def _source(offer: Offer) -> dict[str, str]:
    text = f"AWS Price List, offer {offer.code}, version {offer.version}, file {offer.file}"
    return {"text": f"{text} (sha256 {offer.digest[:16]})", "as_of": offer.published[:10]}


def _change(meter: Meter, one: Found) -> str:
    old = [(tier.up_to, tier.price) for tier in meter.tiers]
    if not old:
        return "new"
    if old == one.steps:
        return "same"
    words = f"{_plain(old[0][1])} → {_plain(one.steps[0][1])}"
    if len(old) != len(one.steps):
        words += f", {len(old)} → {len(one.steps)} steps"
    return words


def _write(into: Path, day: str, files: dict[str, Any]) -> Path:
    """Write the book beside its place, then put it there in one step."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{day}.", dir=into))
        try:
            for name, body in files.items():
                text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
                (fresh / f"{name}.json").write_text(text, encoding="utf-8")
            fresh.chmod(0o755)
            fresh.rename(into / day)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    except OSError as error:
        message = f"{into} cannot be written: {error.strerror}"
        raise OfferError([Problem("", "no-folder", message)]) from error
    return into / day
