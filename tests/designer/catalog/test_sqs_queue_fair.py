"""Fair queues and alarms: what they add to the bill."""

import pytest

from tests.estimator.engine.designs import CALL, client, finding, line, report

MONTH_S = 730 * 3600


def test_a_send_with_a_group_has_a_surcharge_by_64_kib():
    queue = {"type": "sqs_queue", "fair": True}
    found = report({"c": client(1, payload_kib=65), "q": queue}, [("c", "q", CALL)])
    asked = line(found, "sqs.requests.fair_queue_surcharge")
    assert float(asked["quantity"]) == pytest.approx(2 * MONTH_S)
    assert float(asked["amount"]) == pytest.approx(2 * MONTH_S * 1e-7, abs=0.005)


def test_a_topic_names_no_group():
    nodes = {"c": client(1), "t": {"type": "sns_topic"}, "q": {"type": "sqs_queue", "fair": True}}
    found = report(nodes, [("c", "t", CALL), ("t", "q", {"type": "sns_subscription"})])
    meters = {one["meter"] for one in found["bill"]["lines"]}
    assert "sqs.requests.fair_queue_surcharge" not in meters


def test_an_alarm_costs_ten_cents_and_answers_the_note():
    for alarm in (False, True):
        nodes = {
            "c": client(1),
            "q": {"type": "sqs_queue"},
            "dead": {"type": "sqs_queue", "alarm": alarm},
        }
        found = report(nodes, [("c", "q", CALL), ("q", "dead", {"type": "sqs_redrive"})])
        assert bool(finding(found, "sqs-dead-letters-unread")) is not alarm
        if alarm:
            assert float(line(found, "cw.alarm.standard")["amount"]) == pytest.approx(0.10)
