"""Queues: delays of single messages, payloads in S3, messages in flight, keys, names."""

from __future__ import annotations

import pytest

from designer.catalog.base import Context
from designer.catalog.sqs_queue import SqsQueue
from designer.interchange.cloudformation import export
from tests.estimator.engine.designs import (
    CALL,
    EXACT,
    INVOKE,
    MAPPING,
    client,
    design,
    expected,
    line,
    report,
)

CTX = Context("us-east-1", 730.0)
MONTH_S = 730 * 3600


def queued(queue: dict, function: dict | None = None, mapping: dict | None = None, rate=1.0, **c):
    nodes = {
        "c": client(rate, **c),
        "q": {"type": "sqs_queue", **queue},
        "f": {"type": "lambda_function", **EXACT, **(function or {})},
    }
    return report(nodes, [("c", "q", CALL), ("q", "f", {**MAPPING, **(mapping or {})})])


def held_s(**config) -> float:
    station = SqsQueue(**config).station(CTX)
    return sum(item.law.mean_s for item in station.holds)


@pytest.mark.parametrize(
    ("config", "mean_s"),
    [
        ({}, 0),
        ({"delay_s": 60.0}, 60),
        ({"message_delay_s": 60.0}, 60),
        ({"message_delay_s": 60.0, "delayed_ratio": 0.25}, 15),
        ({"delay_s": 20.0, "message_delay_s": 60.0, "delayed_ratio": 0.25}, 0.75 * 20 + 0.25 * 60),
        ({"delay_s": 60.0, "message_delay_s": 20.0, "delayed_ratio": 0.25}, 0.75 * 60 + 0.25 * 20),
        ({"delay_s": 60.0, "message_delay_s": 0.0}, 0),
        ({"fifo": True, "delay_s": 60.0, "message_delay_s": 20.0}, 60),
    ],
)
def test_a_message_with_a_delay_of_its_own_does_not_wait_for_the_queues(config, mean_s):
    assert held_s(**config) == pytest.approx(mean_s)


def test_payloads_in_s3_pay_s3_and_one_request_each():
    kib = 2_000
    direct = queued({}, payload_kib=kib)
    by_key = queued({"payload_in_s3": True, "payload_days": 1.0}, payload_kib=kib)
    assert "sqs-payload-over-limit" in {f["id"] for f in direct["findings"]}
    assert "sqs-payload-over-limit" not in {f["id"] for f in by_key["findings"]}
    puts = line(by_key, "s3.requests.put_copy_post_list")
    gets = line(by_key, "s3.requests.get_and_other")
    assert float(puts["quantity"]) == pytest.approx(MONTH_S)
    assert float(gets["quantity"]) == pytest.approx(MONTH_S)
    stored = line(by_key, "s3.storage.standard")
    assert float(stored["quantity"]) == pytest.approx(86_400 * kib / 1024**2, rel=1e-6)
    sends = line(by_key, "sqs.requests.standard")["origins"]
    assert not any("64 KiB each" in o["formula"] for o in sends)  # The key is one chunk.


def test_what_is_received_is_the_key_and_batches_are_not_cut_by_the_payload():
    found = queued(
        {"payload_in_s3": True}, mapping={"batch_size": 10, "window_s": 20}, payload_kib=3_000
    )
    further = expected(20, lambda within: min(9, within))  # Within 20 s of the first.
    assert found["edges"]["e1"]["batch"] == pytest.approx(1 + further)
    assert found["edges"]["e1"]["size_kib"] == pytest.approx(0.5)


def test_messages_in_flight_are_shared_by_all_consumers_of_a_queue():
    function = {
        "type": "lambda_function",
        **EXACT,
        "duration_ms": 100_000,
        "timeout_s": 300,
    }
    nodes = {
        "c": client(2_000),
        "q": {"type": "sqs_queue", "visibility_timeout_s": 1_800},
        "f": function,
        "g": function,
    }
    many = {**MAPPING, "batch_size": 1_000, "window_s": 1}
    found = report(nodes, [("c", "q", CALL), ("q", "f", many), ("q", "g", many)])
    cap = next(c for c in found["nodes"]["f"]["caps"] if c["id"] == "sqs.inflight")
    assert cap["limit"] == 120_000
    assert cap["utilisation"] == pytest.approx(2_000 * 100 / 120_000, rel=0.02)
    held = sum(found["edges"][e]["backlog_growth_per_h"] for e in ("e1", "e2"))
    assert held == pytest.approx((2_000 - 1_200) * 3600, rel=0.05)  # What waits is not lost.


def test_the_older_number_in_flight_is_still_there_for_fifo_queues():
    assert SqsQueue(fifo=True).most_in_flight == 120_000
    assert SqsQueue(fifo=True, in_flight_max="20000").most_in_flight == 20_000
    assert SqsQueue(in_flight_max="20000").most_in_flight == 120_000


def test_calls_of_the_key_service_follow_the_published_formula():
    # 10 senders' requests a second and one consumer's: R = B / D x (2 P + C), D = 300 s.
    found = queued({"encryption": "kms"}, rate=10)
    calls = line(found, "kms.requests")
    assert float(calls["quantity"]) == pytest.approx(MONTH_S / 300 * (2 * 1 + 1))
    assert line(found, "kms.keys")["amount"] == "1.00"
    slow = queued({"encryption": "kms", "own_key": False}, rate=0.001)
    assert float(line(slow, "kms.requests")["quantity"]) == pytest.approx(MONTH_S * 0.001 * 3)
    assert not any(x["meter"] == "kms.keys" for x in slow["bill"]["lines"])


def test_the_template_has_key_bucket_and_name():
    nodes = {
        "c": client(1),
        "call": {"type": "lambda_function"},
        "q": {
            "type": "sqs_queue",
            "fifo": True,
            "queue_name": "orders.fifo",
            "encryption": "kms",
            "payload_in_s3": True,
        },
        "f": {"type": "lambda_function"},
    }
    template = export(
        design(nodes, [("c", "call", CALL), ("call", "q", INVOKE), ("q", "f", MAPPING)])
    )
    found = template.resources
    queue = next(r for r in found.values() if r["Type"] == "AWS::SQS::Queue")["Properties"]
    assert queue["QueueName"] == "orders.fifo"
    assert "Fn::GetAtt" in queue["KmsMasterKeyId"]
    kinds = {r["Type"] for r in found.values()}
    assert {"AWS::KMS::Key", "AWS::S3::Bucket"} <= kinds
    text = template.to_json()
    assert "s3:PutObject" in text
    assert "s3:GetObject" in text
