"""A new dated book: the newest one of each region with the prices found put over it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import date as Date  # noqa: N812 - `date` is the argument's name everywhere here.
from decimal import Decimal
from pathlib import Path
from typing import Any

from designer.errors import Problem

from .book import Meter, PriceBook, book, dates, read_file
from .errors import OfferError
from .imported import Found, Imported
from .offers import Offer


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


def new_day(text: str, into: Path) -> str:
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


def present_book(region: str) -> PriceBook:
    """Return what a new book starts from, whichever one is pinned."""
    return book(region, dates(region)[-1])


def book_files(day: str, found: dict[str, dict[str, Found]], done: Imported) -> dict[str, Any]:
    """Return the files of the book by name, and tell in `done` what changes."""
    newest = max(present_book(region).date for region in found)
    catalogue = {**read_file(newest, "meters"), "date": day}
    sources: dict[str, Any] = {}
    files: dict[str, Any] = {}
    for region, prices in found.items():
        present = present_book(region)
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
            [None if edge is None else plain(edge), plain(price)] for edge, price in one.steps
        ],
        "source": [_source_id(one.offer)],
        "as_of": one.term.effective[:10],
        "confidence": "source",
    }
    note = f"SKU {one.product.sku}"
    if one.rule.seen is None:
        note += "; that this usage type is the meter is from memory"
    return {**row, "note": note}


def plain(number: Decimal) -> str:
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
    words = f"{plain(old[0][1])} → {plain(one.steps[0][1])}"
    if len(old) != len(one.steps):
        words += f", {len(old)} → {len(one.steps)} steps"
    return words


def write_book(into: Path, day: str, files: dict[str, Any]) -> Path:
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
