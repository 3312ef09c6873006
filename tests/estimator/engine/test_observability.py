"""Metrics, alarms, traces and logs: what they carry and what they cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from designer.errors import DesignError

from .designs import CALL, EXACT, INVOKE, client, design, line, report

MONTH_S = 730 * 3600
FUNCTION = {"type": "lambda_function", **EXACT}


def quantity(result: Any, meter: str) -> Decimal:
    return Decimal(line(result, meter)["quantity"])


def behind_function(rate_per_s: float, target: dict[str, Any], edge: dict[str, Any]) -> Any:
    nodes = {"c": client(rate_per_s, payload_kib=1), "f": FUNCTION, "t": target}
    return report(nodes, [("c", "f", CALL), ("f", "t", edge)])


def test_metrics_are_paid_by_the_metric_and_their_calls_by_the_call() -> None:
    batched = {**INVOKE, "batch_size": 100, "calls_per_event": 100}
    found = behind_function(10, {"type": "cloudwatch_metrics", "metrics": 70}, batched)
    assert line(found, "cw.custom_metrics")["amount"] == "21.00"
    assert quantity(found, "cw.api_requests") == 10 * MONTH_S


def test_embedded_metrics_pay_for_the_log_instead_of_the_call() -> None:
    metrics = {"type": "cloudwatch_metrics", "delivery": "embedded"}
    found = behind_function(10, metrics, {**INVOKE, "payload_kib": 1})
    gb = 10 * MONTH_S * (1 + 26 / 1024) / 1024**2
    assert float(quantity(found, "cw.logs.ingest.vended_standard")) == pytest.approx(gb)
    assert not [x for x in found["bill"]["lines"] if x["meter"] == "cw.api_requests"]


def test_a_sample_of_the_requests_is_traced() -> None:
    traced = {"type": "xray_tracing"}
    found = behind_function(21, {"type": "xray_samplingrule"}, traced)
    assert quantity(found, "xray.traces_recorded") == 2 * MONTH_S  # 1 + 5 % of 20.
    few = behind_function(0.5, {"type": "xray_samplingrule"}, traced)
    assert quantity(few, "xray.traces_recorded") == MONTH_S / Decimal(2)


def test_the_reservoir_fills_hour_by_hour() -> None:
    day = {"profile": "daily", "hourly_weights": [0.0] * 12 + [1.0] * 12}
    nodes = {
        "c": client(1, **day),
        "f": FUNCTION,
        "x": {"type": "xray_samplingrule", "sample_ratio": 0.5},
    }
    found = report(nodes, [("c", "f", CALL), ("f", "x", {"type": "xray_tracing"})])
    # Two a second for half of the day: 1 + 0.5 x 1.
    assert quantity(found, "xray.traces_recorded") == Decimal("0.75") * MONTH_S


def test_tracing_costs_the_caller_no_time() -> None:
    without = report({"c": client(1), "f": FUNCTION}, [("c", "f", CALL)])
    traced = behind_function(1, {"type": "xray_samplingrule"}, {"type": "xray_tracing"})
    assert traced["headline"]["response"]["mean_s"] == without["headline"]["response"]["mean_s"]


def test_a_trace_is_not_paid_twice() -> None:
    nodes = {"f": {**FUNCTION, "tracing": True}, "x": {"type": "xray_samplingrule"}}
    with pytest.raises(DesignError, match="paid twice"):
        design(nodes, [("f", "x", {"type": "xray_tracing"})])


@pytest.mark.parametrize(
    ("config", "meter", "amount"),
    [
        ({}, "cw.alarm.standard", "0.10"),
        ({"alarms": 12, "metrics_per_alarm": 3}, "cw.alarm.standard", "3.60"),
        ({"kind": "high_resolution", "period_s": "10"}, "cw.alarm.high_resolution", "0.30"),
        ({"kind": "anomaly"}, "cw.alarm.standard", "0.30"),
        ({"kind": "composite"}, "cw.alarm.composite", "0.50"),
    ],
)
def test_alarms_are_paid_by_their_metrics(config: Any, meter: str, amount: str) -> None:
    found = report({"a": {"type": "cloudwatch_alarm", **config}}, [])
    assert line(found, meter)["amount"] == amount


def test_an_alarm_rings_as_often_as_assumed_and_no_event_passes_from_what_it_watches() -> None:
    nodes = {
        "c": client(100),
        "q": {"type": "sqs_queue"},
        "a": {"type": "cloudwatch_alarm", "rings_per_day": 24, "alarms": 2},
        "t": {"type": "sns_topic"},
    }
    edges = [
        ("c", "q", CALL),
        ("q", "a", {"type": "cloudwatch_watch"}),
        ("a", "t", {"type": "cloudwatch_alarm_action"}),
    ]
    found = report(nodes, edges)
    assert found["edges"]["e1"]["events_per_s"] == 0
    assert [p["nodes"] for p in found["paths"] if p["kind"] == "completion"] == [
        ["c", "q"],
        ["a", "t"],
    ]
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(48 / 86_400)
    assert quantity(found, "sns.publish.standard") == Decimal(48 * 730) / 24


@pytest.mark.parametrize(
    ("nodes", "edge"),
    [
        ({"a": {"type": "cloudwatch_alarm"}, "b": {"type": "cloudwatch_alarm"}}, "watch"),
        (
            {"a": {"type": "sqs_queue"}, "b": {"type": "cloudwatch_alarm", "kind": "composite"}},
            "watch",
        ),
        ({"a": {"type": "cloudwatch_alarm"}, "b": {"type": "events_bus"}}, "alarm_action"),
        (
            {"a": {"type": "cloudwatch_alarm"}, "b": {"type": "sns_topic", "fifo": True}},
            "alarm_action",
        ),
    ],
)
def test_what_alarms_cannot_do_is_refused(nodes: Any, edge: str) -> None:
    with pytest.raises(DesignError):
        design(nodes, [("a", "b", {"type": f"cloudwatch_{edge}"})])


def test_a_drawn_log_is_paid_where_it_is_kept_and_once() -> None:
    own = {"type": "lambda_function", "cold_start_ratio": 0.0, "log_kib": 2.0}
    alone = report({"c": client(100), "f": own}, [("c", "f", CALL)])
    nodes = {"c": client(100), "f": own, "l": {"type": "cloudwatch_log_group"}}
    drawn = report(nodes, [("c", "f", CALL), ("f", "l", {"type": "lambda_logs"})])
    meter = "cw.logs.ingest.vended_standard"
    before, after = (float(quantity(found, meter)) for found in (alone, drawn))
    assert after == pytest.approx(before * (2 + 26 / 1024) / 2)  # 26 bytes for each event.
    assert {o["node"] for o in line(drawn, meter)["origins"]} == {"l"}
    assert line(drawn, "cw.logs.storage")["origins"][0]["node"] == "l"


def test_a_subscription_packs_log_events() -> None:
    own = {"type": "lambda_function", "cold_start_ratio": 0.0, "log_kib": 1.0}
    nodes = {
        "c": client(100),
        "f": own,
        "l": {"type": "cloudwatch_log_group"},
        "k": {"type": "kinesis_stream"},
        "w": {"type": "lambda_function", **EXACT},
    }
    packed = {"type": "logs_subscription", "batch_events": 20, "match_ratio": 0.5}
    edges = [
        ("c", "f", CALL),
        ("f", "l", {"type": "lambda_logs"}),
        ("l", "k", packed),
        ("l", "w", packed),
    ]
    found = report(nodes, edges)
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(2.5)  # Records of 20 events.
    assert found["edges"]["e2"]["size_kib"] == pytest.approx(0.2 * 20)
    assert found["edges"]["e3"]["events_per_s"] == pytest.approx(50)
    assert found["edges"]["e3"]["requests_per_s"] == pytest.approx(2.5)


def test_cheap_log_groups_have_no_subscriptions() -> None:
    nodes = {
        "l": {"type": "cloudwatch_log_group", "log_class": "INFREQUENT_ACCESS"},
        "k": {"type": "kinesis_stream"},
    }
    with pytest.raises(DesignError, match="infrequent access"):
        design(nodes, [("l", "k", {"type": "logs_subscription"})])


def test_queries_pay_for_what_they_scan() -> None:
    found = report({"l": {"type": "cloudwatch_log_group", "scanned_gb_per_month": 250}}, [])
    assert line(found, "cw.logs.insights_scan")["amount"] == "1.25"
