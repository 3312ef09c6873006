"""Buckets: where objects are by age, what moving and reading them costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from designer.errors import DesignError

from .designs import CALL, client, design, line, report

DAY_S = 86_400
GB_A_DAY = 1024 * DAY_S / 1024**2  # One object of 1 MiB a second.


def bill(operation: str = "write", kib: float = 1024, **config: Any) -> Any:
    nodes = {"c": client(1, payload_kib=kib), "b": {"type": "s3_bucket", **config}}
    return report(nodes, [("c", "b", {**CALL, "operation": operation})])


def gb(result: Any, kind: str) -> float:
    return float(line(result, f"s3.storage.{kind}")["quantity"])


def meters(result: Any) -> set[str]:
    return {x["meter"] for x in result["bill"]["lines"]}


def test_objects_are_billed_in_the_class_of_their_age() -> None:
    found = bill(infrequent_after_days=30, archive_after_days=90, retention_days=365)
    overhead = 32 * DAY_S / 1024**2
    assert gb(found, "standard_ia") == pytest.approx(GB_A_DAY * 60)
    assert gb(found, "glacier_flexible") == pytest.approx((GB_A_DAY + overhead) * 275)
    names = 8 * DAY_S / 1024**2 * 275
    assert gb(found, "standard") == pytest.approx(GB_A_DAY * 30 + names)
    for kind in ("standard_ia", "glacier_flexible"):
        moved = line(found, f"s3.transition.{kind}")["quantity"]
        assert Decimal(moved) == 730 * 3600
    assert line(found, "s3.transition.standard_ia")["amount"] == "26.28"
    assert line(found, "s3.transition.glacier_flexible")["amount"] == "78.84"


def test_what_leaves_early_is_billed_to_the_minimum() -> None:
    short = bill(archive_after_days=30, archive_class="DEEP_ARCHIVE", retention_days=60)
    overhead = 32 * DAY_S / 1024**2
    assert gb(short, "glacier_deep_archive") == pytest.approx((GB_A_DAY + overhead) * 180)
    kept = bill(archive_after_days=30, archive_class="DEEP_ARCHIVE", kept_days=60)
    assert gb(kept, "glacier_deep_archive") == pytest.approx((GB_A_DAY + overhead) * 30)


def test_small_objects_stay_where_they_are() -> None:
    found = bill(kib=127, infrequent_after_days=30, retention_days=100)
    assert gb(found, "standard") == pytest.approx(127 * DAY_S / 1024**2 * 100)
    assert meters(found) == {"s3.storage.standard", "s3.requests.put_copy_post_list"}
    assert "s3.storage.standard_ia" in meters(
        bill(kib=128, infrequent_after_days=30, retention_days=100)
    )


def test_nothing_moves_that_is_not_old_enough() -> None:
    assert meters(bill(infrequent_after_days=40)) == meters(bill())  # 30 days are counted.


def test_reading_colder_objects_pays_for_the_bytes_too() -> None:
    colder = {"infrequent_after_days": 30, "kept_days": 90, "colder_reads_ratio": 0.25}
    found = bill("read", **colder, read_kib=1024)
    assert Decimal(line(found, "s3.requests.get_and_other")["quantity"]) == 730 * 3600 * 3 // 4
    assert Decimal(line(found, "s3.requests.get_infrequent")["quantity"]) == 730 * 3600 // 4
    read_gb = 730 * 3600 / 4 * 1024 / 1024**2
    assert float(line(found, "s3.retrieval.standard_ia")["quantity"]) == pytest.approx(read_gb)
    instant = {**colder, "infrequent_after_days": None, "archive_after_days": 1}
    found = bill("read", **instant, archive_class="GLACIER_IR")
    assert {"s3.requests.get_glacier_instant", "s3.retrieval.glacier_instant"} <= meters(found)


def test_a_class_without_a_price_here_is_said_to_be_missing() -> None:
    nodes = {
        "c": client(1, payload_kib=1024),
        "b": {"type": "s3_bucket", "archive_after_days": 1},
    }
    found = report(nodes, [("c", "b", CALL)], region="sa-east-1")
    missing = {one["meter"] for one in found["bill"]["missing"]}
    assert missing == {"s3.storage.glacier_flexible", "s3.transition.glacier_flexible"}
    assert found["headline"]["cost_complete"] is False


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"infrequent_after_days": 30, "archive_after_days": 59}, "set 60 or more"),
        ({"archive_after_days": 90, "retention_days": 90}, "deleted before they move"),
    ],
)
def test_what_s3_refuses_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        design({"b": {"type": "s3_bucket", **config}}, [])
