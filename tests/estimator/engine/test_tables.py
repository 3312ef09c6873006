"""Tables: auto scaling, indexes, lifetime, backups and change data capture, to the unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from designer.errors import DesignError

from .designs import CALL, client, design, line, report


def table(**config: Any) -> dict[str, Any]:
    return {"type": "dynamodb_table", **config}


def bill(rate_per_s: float, client_config: dict[str, Any] | None = None, **config: Any) -> Any:
    nodes = {"c": client(rate_per_s, payload_kib=1, **(client_config or {})), "t": table(**config)}
    return report(nodes, [("c", "t", CALL)])


def units(result: Any, meter: str) -> Decimal:
    return Decimal(line(result, meter)["quantity"])


def test_scaling_provisions_what_the_target_asks_between_least_and_most() -> None:
    steady = {"billing": "provisioned", "auto_scaling": True, "write_units": 5, "read_units": 1}
    assert units(bill(14, **steady), "ddb.provisioned.wcu_hour") == 20 * 730  # 14 / 0.7
    assert units(bill(1, **steady), "ddb.provisioned.wcu_hour") == 5 * 730
    capped = bill(90, **steady, max_write_units=100)
    assert units(capped, "ddb.provisioned.wcu_hour") == 100 * 730
    assert capped["nodes"]["t"]["throttled_per_s"] == 0
    assert bill(110, **steady, max_write_units=100)["nodes"]["t"]["throttled_per_s"] > 0


def test_scaling_follows_the_hours_of_the_day() -> None:
    by_hour = {"profile": "daily", "hourly_weights": [0.0] * 12 + [1.0] * 12}
    scaled = {"billing": "provisioned", "auto_scaling": True, "write_units": 5}
    found = bill(14, by_hour, **scaled, max_write_units=100)
    # Half of the day 28 / 0.7 = 40 units, half of it the least.
    assert units(found, "ddb.provisioned.wcu_hour") == Decimal("22.5") * 730


def test_each_index_takes_a_write_of_its_own() -> None:
    month = 10 * 730 * 3600
    plain = units(bill(10), "ddb.ondemand.wru")
    assert plain == month
    assert units(bill(10, indexes=2), "ddb.ondemand.wru") == 3 * month
    assert units(bill(10, indexes=2, index_writes_ratio=0.5), "ddb.ondemand.wru") == 2 * month
    # A transaction doubles the table's writes, not those of its index.
    assert units(bill(10, indexes=1, transactional=True), "ddb.ondemand.wru") == 3 * month
    keys = bill(10, indexes=1, item_kib=3.5, index_projection="KEYS_ONLY")
    assert units(keys, "ddb.ondemand.wru") == (4 + 1) * month


def test_provisioned_indexes_have_the_capacity_of_the_table() -> None:
    found = bill(1, billing="provisioned", write_units=10, read_units=20, indexes=2)
    assert units(found, "ddb.provisioned.wcu_hour") == 30 * 730
    assert units(found, "ddb.provisioned.rcu_hour") == 60 * 730


def test_items_with_a_lifetime_are_stored_until_it_ends() -> None:
    found = bill(10, ttl_days=30, item_kib=1)
    gb = 10 * (1 + 100 / 1024) / 1024**2 * 86_400 * 30
    assert float(units(found, "ddb.storage.standard")) == pytest.approx(gb)
    indexed = bill(10, ttl_days=30, item_kib=1, indexes=1)
    assert float(units(indexed, "ddb.storage.standard")) == pytest.approx(2 * gb)


def test_backups_are_paid_by_the_size_of_the_table() -> None:
    found = bill(1, stored_gb=100, point_in_time_recovery=True, backups=3, indexes=1)
    assert line(found, "ddb.pitr")["amount"] == "20.00"  # 100 GB x 0.20; indexes are not in it.
    assert line(found, "ddb.ondemand_backup")["amount"] == "30.00"  # 3 x 100 GB x 0.10
    without = bill(1, stored_gb=100)
    assert not [x for x in without["bill"]["lines"] if x["meter"] == "ddb.pitr"]


def test_the_infrequent_class_has_prices_of_its_own() -> None:
    found = bill(1, stored_gb=100, table_class="STANDARD_INFREQUENT_ACCESS")
    assert line(found, "ddb.storage.ia")["amount"] == "10.00"
    assert units(found, "ddb.ondemand.wru_ia") == 730 * 3600


def test_changes_sent_to_a_stream_are_paid_by_the_started_kilobyte() -> None:
    nodes = {
        "c": client(10, payload_kib=2.5),
        "t": table(),
        "k": {"type": "kinesis_stream"},
    }
    edges = [("c", "t", CALL), ("t", "k", {"type": "dynamodb_capture"})]
    found = report(nodes, edges)
    assert units(found, "ddb.cdc_to_kinesis") == 3 * 10 * 730 * 3600
    assert found["edges"]["e1"]["size_kib"] == 5.0  # The old and the new item.
    reading = report(nodes, [("c", "t", {**CALL, "operation": "read"}), edges[1]])
    assert reading["edges"]["e1"]["events_per_s"] == 0


def test_the_most_is_not_below_the_least() -> None:
    with pytest.raises(DesignError, match="5 and the least 10"):
        design(
            {
                "t": table(
                    billing="provisioned", auto_scaling=True, write_units=10, max_write_units=5
                )
            },
            [],
        )
