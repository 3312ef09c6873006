"""Reading AWS's own price files: one offer (service) of the Price List, as JSON or as CSV.

Only the file is read, never the network. What is not an offer, or not a whole one, is refused
with the byte, line or JSON place where reading ended. Prices stay strings until `Decimal` takes
them; a JSON number would have become a float.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from designer.errors import Problem, pointer

from .errors import OfferError

AGAIN = (
    "download it again, whole, from AWS's Price List "
    "(https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html)"
)
MAX_BYTES = 1024**3
FORMAT = "v1.0"
CSV_HEAD = ("FormatVersion", "Disclaimer", "Publication Date", "Version", "OfferCode")


@dataclass(frozen=True)
class Step:
    """One price dimension: USD (or another currency) per unit between two edges."""

    begin: str
    end: str
    unit: str
    prices: Mapping[str, str]
    place: str


@dataclass(frozen=True)
class Term:
    """What a product costs on demand from a date on."""

    effective: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Product:
    """One SKU; attribute names in lower case, the product family among them."""

    sku: str
    attributes: Mapping[str, str]
    terms: tuple[Term, ...]
    place: str


@dataclass(frozen=True)
class Offer:
    """One file of the Price List."""

    file: str
    digest: str
    code: str
    version: str
    published: str
    products: tuple[Product, ...]


def read_offers(paths: list[Path]) -> list[Offer]:
    """Return the offers in files and folders (`*.json` and `*.csv`, in order of name).

    Raises:
        OfferError: With all files' problems, each naming the file and the place in it.
    """
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        found = (
            sorted(p for kind in ("json", "csv") for p in path.rglob(f"*.{kind}"))
            if path.is_dir()
            else [path]
        )
        if not found:
            problems.append(Problem(str(path), "no-offer", "the folder holds no JSON or CSV file"))
        files += found
    offers = []
    for file in files:
        try:
            offers.append(read_offer(file))
        except OfferError as error:
            problems += error.problems
    if problems:
        raise OfferError(problems)
    return offers


def read_offer(file: Path) -> Offer:
    """Return one offer file.

    Raises:
        OfferError: It cannot be read, ends too early, or is something else.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            message = f"{size:,} bytes; at most {MAX_BYTES:,} are read: take the file of one region"
            raise _refused(file, "too-large", message)
        raw = file.read_bytes()
    except OSError as error:
        raise _refused(file, "no-file", str(error.strerror)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(file, "not-text", f"not UTF-8 text at byte {error.start}") from None
    digest = hashlib.sha256(raw).hexdigest()
    if file.suffix.lower() == ".csv":
        return _from_csv(file, text, digest)
    return _from_json(file, text, digest)


def _refused(file: Path, code: str, message: str, place: str = "") -> OfferError:
    where = f"{file.name}#{place}" if place else file.name
    return OfferError([Problem(where, code, message)])


# ---- JSON ----------------------------------------------------------------------------------------


def _from_json(file: Path, text: str, digest: str) -> Offer:
    try:
        data = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        byte = len(text[: error.pos].encode())
        message = f"not JSON at byte {byte:,}, line {error.lineno}: {error.msg}"
        if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
            message += f" (the file ends too early); nothing was imported: {AGAIN}"
        raise _refused(file, "malformed-json", message) from None
    except RecursionError:
        raise _refused(file, "malformed-json", "nested too deeply") from None
    _refuse_foreign(file, data)
    terms = _object(file, _object(file, data["terms"], "/terms").get("OnDemand"), "/terms/OnDemand")
    products = []
    for sku, row in _object(file, data["products"], "/products").items():
        place = pointer("products", sku)
        attributes = _object(
            file, _object(file, row, place).get("attributes"), f"{place}/attributes"
        )
        named = {str(name).lower(): str(value) for name, value in attributes.items()}
        named["productfamily"] = str(row.get("productFamily", ""))
        found = tuple(_json_terms(file, sku, terms.get(sku, {})))
        products.append(Product(sku, named, found, place))
    return Offer(
        file.name,
        digest,
        data["offerCode"],
        str(data.get("version", "")),
        data["publicationDate"],
        tuple(products),
    )


def _refuse_foreign(file: Path, data: Any) -> None:
    if not isinstance(data, dict):
        raise _refused(file, "not-an-offer", "not a JSON object")
    if data.get("formatVersion") != FORMAT:
        message = f'formatVersion is {data.get("formatVersion")!r}, not "{FORMAT}"'
        raise _refused(file, "not-an-offer", message, "/formatVersion")
    for index in ("offers", "regions", "versions"):
        if index in data and "products" not in data:
            message = "this is an index that only names offer files; give the files themselves"
            raise _refused(file, "not-an-offer", message, f"/{index}")
    for name in ("offerCode", "publicationDate"):
        if not isinstance(data.get(name), str):
            raise _refused(file, "not-an-offer", f"{name} is missing", f"/{name}")
    for name in ("products", "terms"):
        if name not in data:
            raise _refused(
                file, "not-an-offer", f"{name} is missing: not a whole offer", f"/{name}"
            )


def _object(file: Path, value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused(file, "not-an-offer", "an object is expected here", place)
    return value


def _json_terms(file: Path, sku: str, terms: Any) -> Iterator[Term]:
    place = pointer("terms", "OnDemand", sku)
    for code, row in _object(file, terms, place).items():
        here = f"{place}{pointer(code)}"
        row = _object(file, row, here)
        dimensions = _object(file, row.get("priceDimensions"), f"{here}/priceDimensions")
        steps = []
        for rate, one in dimensions.items():
            where = f"{here}/priceDimensions{pointer(rate)}"
            one = _object(file, one, where)
            prices = _object(file, one.get("pricePerUnit"), f"{where}/pricePerUnit")
            steps.append(
                Step(
                    str(one.get("beginRange", "0")),
                    str(one.get("endRange", "Inf")),
                    str(one.get("unit", "")),
                    {str(k): str(v) for k, v in prices.items()},
                    f"{file.name}#{where}",
                )
            )
        yield Term(str(row.get("effectiveDate", "")), tuple(steps))


# ---- CSV -----------------------------------------------------------------------------------------


def _from_csv(file: Path, text: str, digest: str) -> Offer:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    head: dict[str, str] = {}
    grouped: dict[str, tuple[dict[str, str], dict[tuple[str, str], list[Step]], str]] = {}
    try:
        for name in CSV_HEAD:
            row = next(rows, [])
            if len(row) != 2 or row[0] != name:
                message = f'line {rows.line_num} should state "{name}"; this is not an offer file'
                raise _refused(file, "not-an-offer", message)
            head[name] = row[1]
        if head["FormatVersion"] != FORMAT:
            message = f'FormatVersion is {head["FormatVersion"]!r}, not "{FORMAT}"'
            raise _refused(file, "not-an-offer", message)
        columns = [name.lower().replace(" ", "") for name in next(rows, [])]
        for row in rows:
            if len(row) != len(columns):
                message = (
                    f"line {rows.line_num} has {len(row)} fields of {len(columns)}: "
                    f"the file ends too early or is damaged; nothing was imported: {AGAIN}"
                )
                raise _refused(file, "malformed-csv", message)
            _csv_row(file, dict(zip(columns, row, strict=True)), rows.line_num, grouped)
    except csv.Error as error:
        message = f"not CSV at line {rows.line_num}: {error}"
        raise _refused(file, "malformed-csv", message) from None
    if not text.endswith("\n"):
        message = f"the file ends within line {rows.line_num}, byte {len(text.encode()):,}"
        raise _refused(file, "malformed-csv", message)
    products = tuple(
        Product(
            sku,
            named,
            tuple(Term(effective, tuple(steps)) for (_, effective), steps in terms.items()),
            place,
        )
        for sku, (named, terms, place) in grouped.items()
    )
    return Offer(
        file.name,
        digest,
        head["OfferCode"],
        head["Version"],
        head["Publication Date"],
        products,
    )


def _csv_row(
    file: Path,
    row: dict[str, str],
    line: int,
    grouped: dict[str, tuple[dict[str, str], dict[tuple[str, str], list[Step]], str]],
) -> None:
    if row.get("termtype") != "OnDemand":
        return
    place = f"{file.name}, line {line}"
    _, terms, _ = grouped.setdefault(row.get("sku", ""), (row, {}, place))
    term = terms.setdefault((row.get("offertermcode", ""), row.get("effectivedate", "")), [])
    prices = {row.get("currency", ""): row.get("priceperunit", "")}
    term.append(
        Step(
            row.get("startingrange", "0"),
            row.get("endingrange", "Inf"),
            row.get("unit", ""),
            prices,
            place,
        )
    )


# ---- Steps ---------------------------------------------------------------------------------------


def in_force(product: Product, day: str) -> Term | None:
    """Return the newest terms of a product that are in force on a day, or None.

    Raises:
        OfferError: Two terms start on the same day.
    """
    known = [term for term in product.terms if term.effective[:10] <= day]
    if not known:
        return None
    newest = max(term.effective for term in known)
    chosen = [term for term in known if term.effective == newest]
    if (
        len({tuple(sorted((s.begin, s.end, *s.prices.items()) for s in t.steps)) for t in chosen})
        > 1
    ):
        message = f"SKU {product.sku} has two different prices from {newest} on"
        raise OfferError([Problem(product.place, "two-prices", message)])
    return chosen[0]


def graduated(term: Term, per_unit: Mapping[str, str]) -> list[tuple[Decimal | None, Decimal]]:
    """Return (upper edge, USD per unit) of each step, in units of the meter.

    Args:
        term: Terms of one product.
        per_unit: AWS's word for a unit, in lower case -> how many of the meter's units it is.

    Raises:
        OfferError: Another unit, no USD, a number that is none, a gap, an overlap or no last step.
    """
    steps: list[tuple[Decimal, Decimal | None, Decimal, str]] = []
    for one in term.steps:
        factor = per_unit.get(one.unit.lower())
        if factor is None:
            known = ", ".join(sorted(per_unit))
            message = f'the unit is "{one.unit}"; this meter takes {known}'
            raise OfferError([Problem(one.place, "wrong-unit", message)])
        if "USD" not in one.prices:
            given = ", ".join(sorted(one.prices)) or "no currency"
            message = f"no price in USD, only {given}"
            raise OfferError([Problem(one.place, "no-usd", message)])
        scale = Decimal(factor)
        begin, price = _number(one.begin, one), _number(one.prices["USD"], one)
        end = None if one.end in ("Inf", "") else _number(one.end, one) * scale
        steps.append((begin * scale, end, price / scale, one.place))
    steps.sort(key=lambda step: step[0])
    edge: Decimal | None = Decimal(0)
    for begin, end, _, place in steps:
        if edge is None or begin != edge or (end is not None and end <= begin):
            message = (
                f"a step starts at {begin:f}, where {edge if edge is None else f'{edge:f}'} was due"
            )
            raise OfferError([Problem(place, "steps", message)])
        edge = end
    if edge is not None or not steps:
        raise OfferError(
            [Problem(steps[-1][3] if steps else "", "steps", "the last step has an end")]
        )
    return [(end, price) for _, end, price, _ in steps]


def _number(text: str, step: Step) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise OfferError([Problem(step.place, "number", f"{text!r:.60} is not a number from 0 up")])
    return number
