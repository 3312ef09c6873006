"""The price book: what AWS charges for one unit of each meter, by region and date.

This module only reads the dated JSON files under `data/`, and those that an installation has
imported to WEIR_PRICES_DIR, and hands them out as Decimals. It
neither multiplies nor rounds: `estimator.engine.billing` does. A region without a stored price
for a meter has no price there; nothing is borrowed from another region and nothing becomes zero.
`README.md` beside this file describes the files.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the argument's name everywhere here.
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from designer.errors import Problem

from .errors import PriceBookError

DATA = Path(__file__).parent / "data"
CURRENCY = "USD"
MONTH_HOURS = Decimal(730)  # The month of the AWS Pricing Calculator.

Confidence = Literal["source", "memory"]
AllowanceKind = Literal["always free", "12 months", "built into the first tier", "per resource"]


@dataclass(frozen=True)
class Tier:
    """One step of a graduated price.

    Attributes:
        up_to: Cumulative upper edge per month, inclusive, in the meter's unit; None = no edge.
        price: USD per one unit, for the units of this step only.
    """

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True)
class Allowance:
    """An amount that AWS gives away.

    Attributes:
        group: Meters with the same group share one amount.
        amount: Units per `per`.
        unit: The meter's unit, except for "per resource".
        per: "month", or "hour" where the amount is granted for every hour of the month.
        kind: Only "always free" amounts are ever subtracted by the bill. "built into the first
            tier" is already a tier at price 0; "per resource" lies below the metered quantity;
            "12 months" expires.
        note: Who shares it and what is excluded.
    """

    group: str
    amount: Decimal
    unit: str
    per: Literal["month", "hour"]
    kind: AllowanceKind
    note: str

    def monthly_amount(self, month_hours: Decimal) -> Decimal:
        """Return the units given away in a month of `month_hours` hours."""
        return self.amount * month_hours if self.per == "hour" else self.amount


@dataclass(frozen=True)
class Meter:
    """Something AWS counts, with its price in one region.

    Attributes:
        id: Dotted name, for example "sqs.requests.standard".
        service: Slug of the service that bills it.
        title: What is counted, in the plural.
        unit: One unit; `Usage.unit` must equal it.
        rounding: How AWS arrives at whole units; done before the quantity reaches the bill.
        tiers: Graduated price, the last step without an edge; empty = no price in this region.
        allowance: Amount given away, if any.
        source: Where the price was read; "" without a price.
        as_of: Date of that source, as precisely as known; "" without a price.
        confidence: "source" = seen there; "memory" = recalled, to be verified; None = no price.
        notes: What else one should know.
        at_list_price: False for a price of one's own, from which no discount comes off.
    """

    id: str
    service: str
    title: str
    unit: str
    rounding: str
    tiers: tuple[Tier, ...]
    allowance: Allowance | None
    source: str
    as_of: str
    confidence: Confidence | None
    notes: str
    at_list_price: bool = True

    @property
    def priced(self) -> bool:
        """Return whether this region has a price."""
        return bool(self.tiers)


@dataclass(frozen=True)
class PriceBook:
    """All meters with their prices in one region on one date."""

    region: str
    region_name: str
    date: str
    currency: str
    services: dict[str, str]
    meters: dict[str, Meter]

    def meter(self, meter_id: str) -> Meter | None:
        """Return the meter, or None for an unknown id.

        A known meter without a price in this region is returned with empty `tiers`.
        """
        return self.meters.get(meter_id)

    def nearest(self, meter_id: str) -> str:
        """Return the id of the existing meter whose spelling is closest."""
        return _nearest(meter_id, tuple(self.meters))


def book(region: str, date: str | Date | None = None) -> PriceBook:
    """Return the price book of a region, by default the newest.

    Args:
        region: AWS region code, one of `regions()`.
        date: ISO date of a book, one of `dates(region)`; None = the one that WEIR_PRICE_DATE
            names, else the newest.

    Raises:
        PriceBookError: No book for the region or date; each problem names the nearest one.
    """
    here = region if region in regions() else None
    day = str(date) if date is not None else default_date(here)
    problems = []
    if here is None:
        near = _nearest(region, regions())
        problems.append(
            Problem(
                "/region",
                "unknown-region",
                f'no prices for region "{region}"; choose one of {", ".join(regions())}',
                near,
            )
        )
    known = dates(here)
    if day not in known:
        near = _nearest_date(day, known)
        message = f'no price book dated "{day}"; the nearest is {near}'
        problems.append(Problem("/price_date", "unknown-price-date", message, near))
    if problems:
        raise PriceBookError(problems)
    return _load(region, day)


def folders() -> tuple[Path, ...]:
    """Return where books are: the installation's own folder first, then the program's."""
    own = os.environ.get("WEIR_PRICES_DIR", "").strip()
    return (Path(own).expanduser().resolve(), DATA) if own else (DATA,)


def dates(region: str | None = None) -> tuple[str, ...]:
    """Return the ISO dates of the price books (that hold a region), oldest first."""
    return tuple(
        sorted(
            {
                path.parent.name
                for folder in folders()
                for path in folder.glob(f"*/{region or 'meters'}.json")
                if re.fullmatch(r"\d{4}-\d\d-\d\d", path.parent.name)
            }
        )
    )


def default_date(region: str | None = None) -> str:
    """Return the date of the book that is used when none is named."""
    return os.environ.get("WEIR_PRICE_DATE", "").strip() or dates(region)[-1]


def region_names() -> dict[str, str]:
    """Return AWS's name for each region that has prices, by region code."""
    return dict(_file(DATA / _built_in() / "meters.json")["regions"])


@cache
def _built_in() -> str:
    return max(path.name for path in DATA.iterdir() if path.is_dir())


def read_file(day: str, name: str) -> Any:
    """Return a file of the book of a date, as it is stored."""
    places = [folder / day / f"{name}.json" for folder in folders()]
    return _file(next(place for place in places if place.exists()))


def regions() -> tuple[str, ...]:
    """Return the codes of the regions that have prices."""
    return tuple(region_names())


def _load(region: str, day: str) -> PriceBook:
    home = next(folder for folder in folders() if (folder / day / f"{region}.json").exists())
    return _open(home / day, region)


@cache
def _open(home: Path, region: str) -> PriceBook:
    catalogue, prices = _file(home / "meters.json"), _file(home / f"{region}.json")
    texts = _file(home / "sources.json")["sources"]
    sources = {name: source["text"] for name, source in texts.items()}
    meters = {
        row["id"]: _meter(row, prices["prices"].get(row["id"]), sources)
        for row in catalogue["meters"]
    }
    return PriceBook(
        region=region,
        region_name=catalogue["regions"][region],
        date=home.name,
        currency=prices["currency"],
        services=catalogue["services"],
        meters=meters,
    )


def _meter(row: dict[str, Any], price: dict[str, Any] | None, sources: dict[str, str]) -> Meter:
    tiers: tuple[Tier, ...] = ()
    source, as_of, confidence = "", "", None
    if price is not None:
        tiers = tuple(
            Tier(None if up_to is None else Decimal(up_to), Decimal(amount))
            for up_to, amount in price["tiers"]
        )
        source = "; ".join(sources[name] for name in price["source"])
        if note := price.get("note"):
            source += f"; note: {note}"
        as_of, confidence = price["as_of"], price["confidence"]
    return Meter(
        id=row["id"],
        service=row["service"],
        title=row["title"],
        unit=row["unit"],
        rounding=row["rounding"],
        tiers=tiers,
        allowance=_allowance(row["allowance"]),
        source=source,
        as_of=as_of,
        confidence=confidence,
        notes=row["notes"],
    )


def _allowance(row: dict[str, str] | None) -> Allowance | None:
    if row is None:
        return None
    return Allowance(
        group=row["group"],
        amount=Decimal(row["amount"]),
        unit=row["unit"],
        per=cast(Literal["month", "hour"], row["per"]),
        kind=cast(AllowanceKind, row["kind"]),
        note=row["note"],
    )


@cache
def _file(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _nearest(word: str, words: tuple[str, ...]) -> str:
    return max(words, key=lambda candidate: SequenceMatcher(None, word, candidate).ratio())


def _nearest_date(day: str, known: tuple[str, ...]) -> str:
    try:
        wanted = Date.fromisoformat(day)
    except ValueError:  # Not a date at all: the newest book is the best advice.
        return known[-1]
    return min(known, key=lambda one: abs((Date.fromisoformat(one) - wanted).days))
