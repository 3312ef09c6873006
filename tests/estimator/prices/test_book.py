"""Laws of every price book, and what one may ask of it."""

import re
import time
from datetime import date
from decimal import Decimal

import pytest

from estimator.prices import (
    Meter,
    PriceBook,
    PriceBookError,
    book,
    dates,
    region_names,
    regions,
)
from estimator.prices import book as newest
from estimator.prices.book import _file, _open
from estimator.prices.book import read_file as _read

BOOKS = [book(region, day) for day in dates() for region in regions()]
EVERY_BOOK = pytest.mark.parametrize("book", BOOKS, ids=lambda b: f"{b.date}-{b.region}")
UNITS = frozenset(
    """
    request|call|invocation|execution|operation|notification|message|email|recipient|user|object|image
    |trace|metric|metric update|state transition|payload unit|change data capture unit
    |read request unit|write request unit|8 KB chunk|32 KB chunk|64 KB chunk|256 KB chunk
    |512 KB chunk|GB|GB-month|GB-hour|GB-second|hour|minute|connection-minute|vCPU-hour|vCPU-second
    |instance-hour|node-hour|broker-hour|cluster-hour|partition-hour|load-balancer-hour|LCU-hour
    |address-hour|endpoint-hour|AZ-hour|EPU-hour|KPU-hour|RCU-hour|WCU-hour|shard-hour
    |consumer-shard-hour|stream-hour|metric-month|alarm-month|alarm metric-month|dashboard-month
    |fragment|face-month|IP-month|key-month|channel-month|account-region-month|USD|unknown
    """.replace("\n", "")
    .replace("    ", "")
    .strip()
    .split("|")
)


def priced(book: PriceBook) -> list[Meter]:
    return [meter for meter in book.meters.values() if meter.priced]


def test_there_are_six_regions_and_a_dated_book() -> None:
    assert regions() == (
        "us-east-1",
        "eu-west-1",
        "eu-central-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "sa-east-1",
    )
    assert region_names()["eu-central-1"] == "Frankfurt"
    for day in dates():
        assert date.fromisoformat(day).isoformat() == day


@EVERY_BOOK
def test_every_price_says_where_and_when_it_was_read(book: PriceBook) -> None:
    for meter in priced(book):
        assert meter.source, meter.id
        assert meter.as_of, meter.id
        assert meter.confidence in {"source", "memory"}, meter.id


@EVERY_BOOK
def test_a_recalled_price_is_never_called_sourced(book: PriceBook) -> None:
    for meter in priced(book):
        recalled = meter.source.startswith("Recalled without a stored source")
        assert recalled == (meter.confidence == "memory"), meter.id


@EVERY_BOOK
def test_no_price_is_negative_and_later_steps_start_higher(book: PriceBook) -> None:
    for meter in priced(book):
        assert all(tier.price.is_finite() and tier.price >= 0 for tier in meter.tiers), meter.id
        edges = [tier.up_to for tier in meter.tiers]
        assert edges[-1] is None, meter.id
        inner = [edge for edge in edges[:-1] if edge is not None]
        assert len(inner) == len(edges) - 1, meter.id
        assert all(edge > 0 for edge in inner), meter.id
        assert inner == sorted(set(inner)), meter.id


@EVERY_BOOK
def test_volume_makes_a_unit_cheaper_except_after_a_free_first_step(book: PriceBook) -> None:
    for meter in priced(book):
        prices = [tier.price for tier in meter.tiers if tier.price]
        assert prices == sorted(prices, reverse=True), meter.id
        assert all(tier.price for tier in meter.tiers[1:]), meter.id


@EVERY_BOOK
def test_a_price_of_zero_is_a_published_zero(book: PriceBook) -> None:
    """A price that is merely unknown must be missing; the known zeros are listed here."""
    zeros = {meter.id for meter in priced(book) if not any(tier.price for tier in meter.tiers)}
    assert zeros == {
        "apigw.vpc_link",
        "eb.bus.aws_management_events",
        "sns.delivery.sqs",
        "sns.delivery.lambda",
        "kds.ondemand_advantage.stream_hour",
        "s3.event_notifications",
        "dt.in",
    }


@EVERY_BOOK
def test_prices_are_stored_as_decimal_strings(book: PriceBook) -> None:
    """A JSON number would have become a float on the way in."""
    number = re.compile(r"\d+(\.\d+)?")
    for meter_id, row in _read(book.date, book.region)["prices"].items():
        for up_to, price in row["tiers"]:
            assert up_to is None or number.fullmatch(up_to), meter_id
            assert isinstance(price, str), meter_id
            assert number.fullmatch(price), meter_id


@EVERY_BOOK
def test_every_price_belongs_to_a_known_meter_and_source(book: PriceBook) -> None:
    sources = _read(book.date, "sources")["sources"]
    for meter_id, row in _read(book.date, book.region)["prices"].items():
        assert meter_id in book.meters
        assert row["source"], meter_id
        assert set(row["source"]) <= set(sources), meter_id


@EVERY_BOOK
def test_every_meter_is_described_once_with_a_known_unit(book: PriceBook) -> None:
    rows = _read(book.date, "meters")["meters"]
    assert len({row["id"] for row in rows}) == len(rows)
    for meter in book.meters.values():
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", meter.id)
        assert meter.title, meter.id
        assert meter.service in book.services, meter.id
        assert meter.unit in UNITS, (meter.id, meter.unit)
        assert meter.unit != "unknown" or not meter.priced, meter.id


@EVERY_BOOK
def test_two_meters_of_a_service_never_share_a_title(book: PriceBook) -> None:
    titles = [(meter.service, meter.title) for meter in book.meters.values()]
    assert len(set(titles)) == len(titles)


@EVERY_BOOK
def test_meters_that_share_an_allowance_agree_on_it(book: PriceBook) -> None:
    shared: dict[str, tuple[Decimal, str, str, str]] = {}
    for meter in book.meters.values():
        if (gift := meter.allowance) is None:
            continue
        assert gift.amount > 0, meter.id
        assert gift.note, meter.id
        unit = "GB" if gift.group == "cw.logs" else gift.unit  # Archived GB-months count as GB.
        terms = (gift.amount, unit, gift.per, gift.kind)
        assert shared.setdefault(gift.group, terms) == terms, meter.id
        if gift.kind != "per resource":
            assert gift.unit == meter.unit, meter.id


@EVERY_BOOK
def test_a_built_in_allowance_is_a_first_step_at_price_zero(book: PriceBook) -> None:
    for meter in priced(book):
        kind = meter.allowance.kind if meter.allowance else None
        free_step = len(meter.tiers) > 1 and meter.tiers[0].price == 0
        assert free_step == (kind == "built into the first tier"), meter.id
        if free_step and meter.allowance:
            assert meter.tiers[0].up_to == meter.allowance.amount, meter.id


def test_every_book_of_a_date_knows_the_same_meters_with_the_same_units() -> None:
    for day in dates():
        known = [{m.id: m.unit for m in b.meters.values()} for b in BOOKS if b.date == day]
        assert all(units == known[0] for units in known)


def test_a_region_without_a_price_does_not_borrow_one() -> None:
    meter_id = "firehose.ingest.direct_put_or_kds"
    home, away = book("us-east-1").meter(meter_id), book("eu-west-1").meter(meter_id)
    assert home is not None
    assert away is not None
    assert home.priced
    assert not away.priced
    assert (away.tiers, away.source, away.confidence) == ((), "", None)


def test_regions_differ_in_price() -> None:
    meter_id = "ddb.ondemand.wru"
    prices = {b.region: b.meters[meter_id].tiers[0].price for b in BOOKS}
    assert prices["us-east-1"] == Decimal("0.000000625")
    assert prices["sa-east-1"] == Decimal("0.0000009375")
    assert len(set(prices.values())) == 6


def test_queues_share_one_free_million_and_both_architectures_one_lambda_allowance() -> None:
    meters = book("us-east-1").meters
    for group, members in {
        "sqs.requests": ["sqs.requests.standard", "sqs.requests.fifo"],
        "lambda.duration": ["lambda.duration.x86", "lambda.duration.arm64"],
    }.items():
        found = [m.id for m in meters.values() if m.allowance and m.allowance.group == group]
        assert found == members


def test_the_newest_book_is_the_default_and_a_date_may_be_a_date() -> None:
    assert newest("us-east-1") is book("us-east-1", dates()[-1])
    assert book("us-east-1", date.fromisoformat(dates()[0])).date == dates()[0]


def test_an_unknown_meter_is_none_and_the_nearest_is_named() -> None:
    prices = book("us-east-1")
    assert prices.meter("sqs.request.standard") is None
    assert prices.nearest("sqs.request.standard") == "sqs.requests.standard"


def test_an_unknown_region_and_date_are_both_reported_with_the_nearest() -> None:
    with pytest.raises(PriceBookError) as caught:
        book("us-eats-1", "2026-11-20")
    region, day = caught.value.problems
    assert (region.code, region.nearest) == ("unknown-region", "us-east-1")
    assert (day.code, day.nearest) == ("unknown-price-date", "2026-11-21")


@pytest.mark.parametrize("wrong", ["", "latest", "../2026-11-21", "2026-13-45", "20261121"])
def test_only_the_exact_date_of_a_book_opens_it(wrong: str) -> None:
    with pytest.raises(PriceBookError):
        book("us-east-1", wrong)


@pytest.mark.parametrize("wrong", ["", "meters", "sources", "../us-east-1", "US-EAST-1"])
def test_only_a_region_opens_a_book(wrong: str) -> None:
    with pytest.raises(PriceBookError):
        book(wrong)


def test_a_book_opens_in_under_twenty_milliseconds() -> None:
    def opening_s() -> float:
        _file.cache_clear()
        _open.cache_clear()
        start = time.perf_counter()
        book("us-east-1")
        return time.perf_counter() - start

    assert min(opening_s() for _ in range(5)) < 0.020
