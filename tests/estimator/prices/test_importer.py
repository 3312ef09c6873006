"""From AWS's price files to a book: what is taken over, what is refused, what stays as it was."""

import json
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from estimator.commands import main
from estimator.engine.quote import quote
from estimator.prices import OfferError, book, dates, default_date, regions
from estimator.prices.book import _file
from estimator.prices.importer import import_offers, mapping, rules

from .price_list import (
    CSV,
    DEARER,
    EFFECTIVE,
    PUBLISHED,
    QUEUES,
    offer,
    product,
    requests,
    step,
    write,
)

DAY = PUBLISHED[:10]
BUILT_IN = dates()[-1]
METER = "sqs.requests.standard"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installation's folder of books, still empty."""
    monkeypatch.setenv("WEIR_PRICES_DIR", str(tmp_path / "books"))
    return tmp_path / "books"


def take(tmp_path: Path, *offers: Any, far_off: bool = True, **options: Any) -> Any:
    """Import; the small offers of these tests are often far off the real prices."""
    files = [write(tmp_path / "in", f"{i}.json", body) for i, body in enumerate(offers)]
    return import_offers(files, None, far_off=far_off, **options)


def refused(tmp_path: Path, own: Path, *offers: Any, far_off: bool = True) -> dict[str, str]:
    """Return the problems' places by code; nothing may have been written."""
    with pytest.raises(OfferError) as caught:
        take(tmp_path, *offers, far_off=far_off)
    assert not own.exists() or not any(own.iterdir())
    assert dates() == (BUILT_IN,)
    return {p.code: f"{p.pointer}: {p.message}" for p in caught.value.problems}


# ---- What is taken over --------------------------------------------------------------------------


def test_a_new_book_has_the_new_price_and_keeps_the_others(own: Path, tmp_path: Path) -> None:
    done = take(tmp_path, QUEUES, far_off=False)
    assert done.regions == {"us-east-1": {METER: "0.0000004 → 0.0000005"}}
    fresh, old = book("us-east-1"), book("us-east-1", BUILT_IN)
    assert (fresh.date, old.date) == (DAY, BUILT_IN)
    meter = fresh.meters[METER]
    assert [(t.up_to, t.price) for t in meter.tiers] == [
        (Decimal(100_000_000_000), Decimal("0.0000005")),
        (Decimal(200_000_000_000), Decimal("0.0000004")),
        (None, Decimal("0.0000003")),
    ]
    assert (meter.as_of, meter.confidence) == (EFFECTIVE[:10], "source")
    assert "offer AWSQueueService, version 20261203100000" in meter.source
    assert meter.unit == old.meters[METER].unit
    assert fresh.meters["lambda.requests"] == old.meters["lambda.requests"]
    assert list(fresh.meters) == list(old.meters)


def test_the_new_book_is_the_default_and_the_old_one_stays_to_be_named(
    own: Path, tmp_path: Path
) -> None:
    take(tmp_path, QUEUES)
    asked = {"region": "us-east-1", "lines": [{"meter": METER, "quantity": 10**6}]}
    assert (quote(asked)["price_date"], quote(asked)["total"]) == (DAY, "0.50")
    before = quote({**asked, "price_date": BUILT_IN})
    assert (before["price_date"], before["total"]) == (BUILT_IN, "0.40")


def test_a_pin_holds_the_date(own: Path, tmp_path: Path, monkeypatch: Any) -> None:
    take(tmp_path, QUEUES)
    monkeypatch.setenv("WEIR_PRICE_DATE", BUILT_IN)
    assert (book("us-east-1").date, default_date()) == (BUILT_IN, BUILT_IN)


def test_a_pin_on_a_date_without_a_book_stops_the_start(monkeypatch: Any) -> None:
    monkeypatch.setenv("WEIR_PRICE_DATE", "2020-01-01")
    with pytest.raises(ImproperlyConfigured, match="WEIR_PRICE_DATE='2020-01-01'"):
        apps.get_app_config("estimator").ready()


def test_regions_without_a_found_price_keep_their_newest_book(own: Path, tmp_path: Path) -> None:
    take(tmp_path, QUEUES)
    assert dates("eu-west-1") == (BUILT_IN,)
    assert book("eu-west-1").date == BUILT_IN
    assert len(regions()) == 6


def test_a_prefix_of_another_region_does_not_match(own: Path, tmp_path: Path) -> None:
    here = requests(usagetype="EU-Requests-Tier1", regionCode="eu-west-1")
    stray = requests(sku="S2", usagetype="USW2-Requests-Tier1", regionCode="eu-west-1")
    done = take(tmp_path, offer("AWSQueueService", here, stray))
    assert list(done.regions) == ["eu-west-1"]
    assert done.unmapped == {"AWSQueueService": ["USW2-Requests-Tier1"]}


def test_old_files_name_the_place_and_not_the_code(own: Path, tmp_path: Path) -> None:
    old = requests()
    del old["product"]["attributes"]["regionCode"]
    assert list(take(tmp_path, offer("AWSQueueService", old)).regions) == ["us-east-1"]


def test_products_elsewhere_are_counted_and_left(own: Path, tmp_path: Path) -> None:
    far = requests(sku="FAR", regionCode="eu-north-1", usagetype="EUN1-Requests-Tier1")
    zone = requests(sku="ZONE", locationType="AWS Local Zone")
    done = take(tmp_path, offer("AWSQueueService", requests(), far, zone))
    assert (done.mapped, done.elsewhere) == (1, 2)


def test_of_two_effective_dates_the_newest_in_force_counts(own: Path, tmp_path: Path) -> None:
    one = requests()
    one["terms"] = [
        ("2024-01-01T00:00:00Z", [step("0", "Inf", "0.0000001")]),
        ("2026-12-01T00:00:00Z", [step("0", "Inf", "0.0000002")]),
        ("2027-01-01T00:00:00Z", [step("0", "Inf", "0.0000003")]),
    ]
    take(tmp_path, offer("AWSQueueService", one))
    assert [t.price for t in book("us-east-1").meters[METER].tiers] == [Decimal("0.0000002")]


def test_csv_says_the_same_and_a_free_first_step_is_not_given_twice(
    own: Path, tmp_path: Path
) -> None:
    """The list has 1 M publishes at 0; the book gives them as an allowance, when asked to."""
    write(tmp_path / "in", "AmazonSNS.csv", CSV)
    done = import_offers([tmp_path / "in"], None)
    assert done.regions == {"us-east-1": {"sns.publish.standard": "0.0000005 → 0.0000006"}}
    asked = {"region": "us-east-1", "lines": [{"meter": "sns.publish.standard", "quantity": 3e6}]}
    assert quote(asked)["total"] == "1.80"
    assert quote({**asked, "free_tier": True})["total"] == "1.20"


def test_a_free_first_step_that_belongs_to_the_price_stays(own: Path, tmp_path: Path) -> None:
    storage = product(
        "D1",
        "Database Storage",
        "TimedStorage-ByteHrs",
        step("0", "25", "0", "GB-Mo"),
        step("25", "Inf", "0.3", "GB-Mo"),
    )
    take(tmp_path, offer("AmazonDynamoDB", storage))
    tiers = book("us-east-1").meters["ddb.storage.standard"].tiers
    assert [(t.up_to, t.price) for t in tiers] == [(25, 0), (None, Decimal("0.3"))]


def test_gb_hours_become_gb_seconds(own: Path, tmp_path: Path) -> None:
    steps = step("0", "1000", "0.06", "GB-Hours"), step("1000", "Inf", "0.036", "GB-Hours")
    one = product("E1", "AWS Step Functions", "USE1-StepFunctions-GB-Second", *steps)
    take(tmp_path, offer("AmazonStates", one))
    tiers = book("us-east-1").meters["sfn.express.duration"].tiers
    assert [t.up_to for t in tiers] == [3_600_000, None]
    assert tiers[1].price == Decimal("0.00001")


def test_a_usage_type_from_memory_is_told(own: Path, tmp_path: Path) -> None:
    one = product("V1", "VpcEndpoint", "VpcEndpoint-Bytes", step("0", "Inf", "0.01", "GB"))
    assert take(tmp_path, offer("AmazonVPC", one)).unverified == ["vpc.interface_endpoint.data"]
    assert "from memory" in book("us-east-1").meters["vpc.interface_endpoint.data"].source


@pytest.mark.parametrize("price", ["0.000005", "0.00000002", "0"])
def test_a_price_far_off_the_present_one_has_to_be_allowed(
    own: Path, tmp_path: Path, price: str
) -> None:
    """Perhaps another product or unit; perhaps AWS: then a person says so."""
    edges = ["0", "100000000000", "200000000000", "Inf"]
    first = "0.000001" if price == "0" else price
    prices = [first, first, price]
    steps = [step(*ends, p) for ends, p in zip(pairwise(edges), prices, strict=False)]
    body = offer("AWSQueueService", requests(*steps))
    assert METER in refused(tmp_path, own, body, far_off=False)["far-off"]
    take(tmp_path, body)
    assert book("us-east-1").meters[METER].tiers[-1].price == Decimal(price)


def test_fewer_steps_than_before_have_to_be_allowed(own: Path, tmp_path: Path) -> None:
    body = offer("AWSQueueService", requests(step("0", "Inf", "0.0000004")))
    assert "3 steps now, 1 in the file" in refused(tmp_path, own, body, far_off=False)["far-off"]
    assert take(tmp_path, body).mapped == 1


def test_a_dry_run_writes_nothing(own: Path, tmp_path: Path) -> None:
    done = take(tmp_path, QUEUES, dry_run=True)
    assert (done.folder, done.mapped, own.exists()) == (None, 1, False)


# ---- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused_with_the_byte(own: Path, tmp_path: Path, share: float) -> None:
    text = json.dumps(QUEUES)
    found = refused(tmp_path, own, text[: int(len(text) * share)])
    assert re.search(r"0\.json: not JSON at byte [\d,]+, line 1", found["malformed-json"])


def test_a_csv_cut_short_is_refused_with_the_line(own: Path, tmp_path: Path) -> None:
    for cut in range(1, 120, 7):
        file = write(tmp_path / "in", "AmazonSNS.csv", CSV[:-cut])
        with pytest.raises(OfferError, match="line"):
            import_offers([file], None)
    assert not own.exists()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"offers": {}, "formatVersion": "v1.0"}, "#/offers"),
        ({"regions": {}, "formatVersion": "v1.0", "publicationDate": "x"}, "#/regions"),
        ({**QUEUES, "formatVersion": "v2.0"}, "#/formatVersion"),
        ({key: value for key, value in QUEUES.items() if key != "terms"}, "#/terms"),
        ({**QUEUES, "products": []}, "#/products"),
        ({**QUEUES, "terms": {"savingsPlan": []}}, "#/terms/OnDemand"),
        ([], "0.json"),
        ({"version": 1, "name": "A design"}, "#/formatVersion"),
    ],
)
def test_what_is_no_offer_is_refused(own: Path, tmp_path: Path, body: Any, place: str) -> None:
    assert place in refused(tmp_path, own, body)["not-an-offer"]


def test_an_offer_without_meters_is_refused(own: Path, tmp_path: Path) -> None:
    assert "AmazonRDS" in refused(tmp_path, own, offer("AmazonRDS", requests()))["unknown-offer"]


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([step("0", "Inf", "0.1", "GB")], "wrong-unit"),
        ([step("0", "Inf", "0.1", "Millions")], "wrong-unit"),
        ([step("0", "Inf", "1", pricePerUnit={"CNY": "1"})], "no-usd"),
        ([step("0", "Inf", "1", pricePerUnit={})], "no-usd"),
        ([step("0", "10", "2"), step("20", "Inf", "1")], "steps"),
        ([step("0", "10", "2"), step("5", "Inf", "1")], "steps"),
        ([step("1", "Inf", "1")], "steps"),
        ([step("0", "10", "2")], "steps"),
        ([step("0", "Inf", "2"), step("0", "Inf", "1")], "steps"),
        ([step("0", "Inf", "-1")], "number"),
        ([step("0", "Inf", "NaN")], "number"),
        ([step("0", "Inf", "free")], "number"),
        ([step("0", "500000", "0"), step("500000", "Inf", "1")], "free-step"),
    ],
)
def test_a_price_that_cannot_be_right_refuses_everything(
    own: Path, tmp_path: Path, steps: list[Any], code: str
) -> None:
    good = product("L1", "Serverless", "Lambda-GB-Second", step("0", "Inf", "0.00002", "Second"))
    found = refused(
        tmp_path, own, offer("AWSLambda", good), offer("AWSQueueService", requests(*steps))
    )
    assert list(found) == [code]
    assert "SQS1" in found[code]


def test_two_products_with_two_prices_for_one_meter_are_refused(own: Path, tmp_path: Path) -> None:
    other = requests(step("0", "Inf", "0.0000009"), sku="SQS2")
    found = refused(tmp_path, own, offer("AWSQueueService", requests(), other))
    assert "SQS1 and SQS2" in found["two-prices"]


def test_two_prices_from_one_day_are_refused(own: Path, tmp_path: Path) -> None:
    one = requests()
    one["terms"] = [(EFFECTIVE, DEARER), (EFFECTIVE, [step("0", "Inf", "1")])]
    assert "two different" in refused(tmp_path, own, offer("AWSQueueService", one))["two-prices"]


def test_partial_leaves_out_what_cannot_be_read_and_tells(own: Path, tmp_path: Path) -> None:
    good = product("L1", "Serverless", "Lambda-GB-Second", step("0", "Inf", "0.00002", "Second"))
    bad = requests(step("0", "10", "2"))
    done = take(tmp_path, offer("AWSLambda", good), offer("AWSQueueService", bad), partial=True)
    assert [p.code for p in done.left] == ["steps"]
    fresh, old = book("us-east-1").meters, book("us-east-1", BUILT_IN).meters
    assert fresh[METER] == old[METER]
    assert fresh["lambda.duration.x86"].tiers[0].price == Decimal("0.00002")


def test_a_date_is_never_written_twice(own: Path, tmp_path: Path) -> None:
    take(tmp_path, QUEUES)
    before = sorted((p.name, p.read_bytes()) for p in (own / DAY).iterdir())
    with pytest.raises(OfferError, match="already"):
        take(tmp_path, QUEUES)
    with pytest.raises(OfferError, match="already"):
        take(tmp_path, QUEUES, date=BUILT_IN)
    assert sorted((p.name, p.read_bytes()) for p in (own / DAY).iterdir()) == before
    assert take(tmp_path, QUEUES, date="2026-12-24").regions["us-east-1"] == {METER: "same"}
    assert dates("us-east-1") == (BUILT_IN, DAY, "2026-12-24")


def test_a_folder_that_cannot_be_written_leaves_no_part(
    own: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OfferError, match="No space left"):
        take(tmp_path, QUEUES)
    assert list(own.iterdir()) == []


def test_without_a_folder_it_says_what_to_set(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("WEIR_PRICES_DIR", raising=False)
    with pytest.raises(OfferError, match="WEIR_PRICES_DIR"):
        take(tmp_path, QUEUES)


# ---- The mapping and the commands ----------------------------------------------------------------


def test_every_rule_names_a_meter_of_the_book_and_a_class_of_units() -> None:
    meters = book("us-east-1").meters
    for rule in rules():
        assert "{type}" in rule.meter or rule.meter in meters, rule
        assert rule.unit in mapping()["units"], rule
        assert rule.match, rule
        for name, pattern in rule.match.items():
            assert name == name.lower(), rule
            re.compile(pattern)
    assert set(mapping()["prefixes"]) == set(regions())
    assert set(mapping()["locations"].values()) == set(regions())


def test_every_meter_has_a_rule_or_a_reason_why_not() -> None:
    ruled = [rule.meter.replace("{type}", r"[a-z0-9-]+\.[a-z0-9]+") for rule in rules()]
    for meter in book("us-east-1").meters:
        mapped = meter in ruled or any(re.fullmatch(one, meter) for one in ruled if "[" in one)
        reasons = [why for one, why in mapping()["not_mapped"].items() if re.fullmatch(one, meter)]
        assert mapped or reasons, meter


def test_no_product_can_be_two_meters() -> None:
    """Rules of an offer with the same usage type differ in another attribute."""
    seen = set()
    for rule in rules():
        key = rule.offer, json.dumps(rule.match, sort_keys=True)
        assert key not in seen, rule
        seen.add(key)


def test_both_commands_import_and_tell(own: Path, tmp_path: Path, capsys: Any) -> None:
    file = str(write(tmp_path / "in", "queues.json", QUEUES))
    assert main(["import-prices", file, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["mapped"] == 1
    call_command("import_prices", file, "--date", "2026-12-24")
    assert "Book of 2026-12-24" in capsys.readouterr().out
    assert main(["import-prices", file]) == 1
    assert "already" in capsys.readouterr().err
    with pytest.raises(CommandError, match="already"):
        call_command("import_prices", file)


def test_files_of_a_book_are_read_once() -> None:
    first = _file.cache_info().misses
    for _ in range(3):
        book("us-east-1")
    assert _file.cache_info().misses - first <= 3


def sample(pattern: str) -> str:
    """Return a text that a pattern of the mapping matches."""
    text = re.sub(r"\(\?P<type>.*\)", "m5.large", pattern)
    text = re.sub(r"\(([^()|]*)\)\?", "", text)
    text = re.sub(r"\(([^()|]*)\|[^()]*\)", r"\1", text)
    text = text.replace(".*", "").replace("\\.", ".")
    assert re.fullmatch(pattern, text), pattern
    return text


@pytest.mark.parametrize("region", regions())
def test_the_present_book_written_as_offers_comes_back_the_same(
    own: Path, tmp_path: Path, region: str
) -> None:
    """Each rule finds its own product and no other's, and no unit shifts a point."""
    meters = book(region).meters
    prefix = mapping()["prefixes"][region][-1]
    offers: dict[str, list[Any]] = {}
    expected = set()
    for i, rule in enumerate(rules()):
        meter = meters[rule.meter.format(type="m5.large")]
        if not meter.priced:
            continue
        expected.add(meter.id)
        named = {name: sample(pattern) for name, pattern in rule.match.items()}
        usage = prefix + named.pop("usagetype", f"Other{i}")
        unit, factor = next(iter(mapping()["units"][rule.unit].items()))
        assert factor == "1"
        edges = ["0", *(f"{t.up_to:f}" if t.up_to else "Inf" for t in meter.tiers)]
        steps = [
            step(*ends, f"{t.price:f}", unit.upper())
            for ends, t in zip(pairwise(edges), meter.tiers, strict=True)
        ]
        family = named.pop("productfamily", "")
        one = product(f"SKU{i}", family, usage, *steps, **{**named, "regionCode": region})
        offers.setdefault(rule.offer, []).append(one)
    done = take(tmp_path, *(offer(code, *rows) for code, rows in offers.items()), far_off=False)
    assert done.regions == {region: dict.fromkeys(sorted(expected), "same")}
    assert not any(done.unmapped.values())
    fresh = book(region)
    assert (fresh.date, {m: fresh.meters[m].tiers for m in meters}) == (
        DAY,
        {m: meters[m].tiers for m in meters},
    )
