"""Functions that read streams: batches per shard, order, failures."""

import math

import pytest

from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, EXACT, INVOKE, client, expected, finding, report

KINESIS = {"type": "lambda_kinesis_mapping"}
DYNAMODB = {"type": "lambda_dynamodb_mapping"}


def read(rate, *, shards=1, hot=None, handler=None, **mapping):
    return report(
        {
            "c": client(rate, payload_kib=0.1),
            "s": {
                "type": "kinesis_stream",
                "capacity": "provisioned",
                "shards": shards,
                "hot_ratio": hot,
            },
            "f": {"type": "lambda_function", "duration_ms": 10, **EXACT, **(handler or {})},
        },
        [("c", "s", CALL), ("s", "f", {**KINESIS, **mapping})],
    )


def test_each_shard_is_read_once_a_second():
    """400 records/s on 4 shards: 4 calls a second of 100 records each."""
    found = read(400, shards=4, batch_size=1_000)
    assert found["edges"]["e1"]["requests_per_s"] == pytest.approx(4, rel=1e-6)
    assert found["edges"]["e1"]["batch"] == pytest.approx(100, rel=1e-6)


def test_an_empty_read_is_no_call():
    """0.1 records/s: nearly each record is a call of its own."""
    found = read(0.1)
    assert 1.0 < found["edges"]["e1"]["batch"] < 1.1


def test_a_window_gathers_longer_and_parallel_batches_divide():
    window = read(100, batch_size=10_000, window_s=10)
    assert window["edges"]["e1"]["requests_per_s"] == pytest.approx(0.1, rel=0.01)
    divided = read(100, batch_size=1_000, parallelization_factor=10)
    assert divided["edges"]["e1"]["requests_per_s"] == pytest.approx(10, rel=0.01)


def test_batches_are_cut_at_the_batch_size():
    """A read of the shard finds 500 by chance; the last batch takes what is left of them."""
    batches = expected(500, lambda found: math.ceil(found / 50))
    found = read(500, batch_size=50)["edges"]["e1"]
    assert found["batch"] == pytest.approx(500 / batches)
    assert found["requests_per_s"] == pytest.approx(batches)


def test_concurrency_is_shards_times_the_factor():
    """A handler of 1 s with batches of 10: a shard handles 10 records/s per batch at a time."""
    slow = {"duration_ms": 1_000}
    found = read(100, shards=2, handler=slow, batch_size=10)
    assert found["edges"]["e1"]["events_per_s"] == pytest.approx(20)
    advice = finding(found, "lambda-stream-shard-behind")
    assert (advice["field"], advice["patch"][0]["value"]) == ("parallelization_factor", 2)
    assert finding(found, "kinesis-consumer-loses-records")
    better = read(100, shards=2, handler=slow, batch_size=10, parallelization_factor=5)
    assert better["edges"]["e1"]["events_per_s"] == pytest.approx(100)


def test_only_the_hot_shard_falls_behind():
    """60 of 100 records/s on one of 10 shards that handles 10: 40 + 10 are handled."""
    found = read(100, shards=10, hot=0.6, handler={"duration_ms": 1_000}, batch_size=10)
    assert found["edges"]["e1"]["events_per_s"] == pytest.approx(50)


def test_reading_a_stream_costs_no_requests_on_provisioned_shards():
    meters = {x["meter"] for x in read(10)["bill"]["lines"]}
    assert meters == {
        "kds.provisioned.shard_hour",
        "kds.provisioned.put_payload_unit",
        "lambda.requests",
        "lambda.duration.x86",
    }


def test_a_bad_record_stops_its_shard_unless_retries_end():
    assert finding(read(10), "lambda-stream-poison-batch")["patch"][0]["value"] == 3
    limited = read(10, retry_attempts=3)
    assert finding(limited, "lambda-stream-poison-batch") is None
    assert finding(limited, "lambda-stream-records-dropped")


def test_a_note_per_failed_batch_goes_to_the_destination():
    """Half of the runs fail, one retry: a quarter of the batches end at the queue."""
    found = report(
        {
            "c": client(100),
            "s": {"type": "kinesis_stream", "capacity": "provisioned"},
            "f": {"type": "lambda_function", "error_ratio": 0.5, **EXACT},
            "q": {"type": "sqs_queue"},
        },
        [
            ("c", "s", CALL),
            ("s", "f", {**KINESIS, "retry_attempts": 1, "batch_size": 50}),
            ("f", "q", {"type": "lambda_stream_on_failure"}),
        ],
    )
    batches = expected(100, lambda read: math.ceil(read / 50))
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(batches * 0.25)
    assert found["nodes"]["f"]["lost_per_s"] == 0
    assert finding(found, "lambda-stream-records-dropped") is None


def test_what_is_skipped_without_a_destination_is_lost():
    found = read(100, handler={"error_ratio": 0.5}, retry_attempts=1)
    assert found["nodes"]["f"]["lost_per_s"] == pytest.approx(25)


def table(**config):
    return report(
        {
            "c": client(100),
            "w": {"type": "lambda_function"},
            "t": {"type": "dynamodb_table", **config},
            "f": {"type": "lambda_function", **EXACT},
        },
        [
            ("c", "w", CALL),
            ("w", "t", INVOKE),
            ("c", "t", {**CALL, "operation": "read"}),
            ("t", "f", DYNAMODB),
        ],
    )


def test_a_table_streams_writes_and_no_reads():
    found = table()
    assert found["edges"]["e3"]["events_per_s"] == pytest.approx(100)
    # Four partitions, each read four times a second.
    assert found["edges"]["e3"]["requests_per_s"] == pytest.approx(16, rel=0.01)
    assert not [x for x in found["bill"]["lines"] if x["meter"] == "ddb.streams.read_request"]


@pytest.mark.parametrize(
    ("view", "kib"), [("KEYS_ONLY", 0.5), ("NEW_IMAGE", 1.0), ("NEW_AND_OLD_IMAGES", 2.0)]
)
def test_the_view_decides_the_size_of_a_change(view, kib):
    assert table(stream_view=view)["edges"]["e3"]["size_kib"] == pytest.approx(kib)


def test_partitions_follow_capacity_and_size():
    from designer.catalog.dynamodb_table import DynamodbTable

    assert DynamodbTable().shard_count == 4
    assert DynamodbTable(billing="provisioned").shard_count == 1
    assert (
        DynamodbTable(billing="provisioned", write_units=5_000, read_units=3_000).shard_count == 6
    )
    assert DynamodbTable(stored_gb=95).shard_count == 10
    assert DynamodbTable(partitions=7).shard_count == 7


def test_a_hot_key_is_refused_above_1000_writes():
    found = report(
        {"c": client(4_000), "t": {"type": "dynamodb_table", "hot_ratio": 0.5}}, [("c", "t", CALL)]
    )
    assert found["nodes"]["t"]["throttled_per_s"] == pytest.approx(1_000)
    assert finding(found, "dynamodb-hot-partition")


def test_the_template_says_how_the_stream_is_read():
    design = drawings.one(
        {
            "clicks": "kinesis_stream",
            "items": {"type": "dynamodb_table", "stream_view": "KEYS_ONLY"},
            "worker": "lambda_function",
            "failed": "sqs_queue",
        },
        (
            "clicks",
            "worker",
            {
                **KINESIS,
                "fan_out": True,
                "batch_size": 500,
                "parallelization_factor": 4,
                "retry_attempts": 2,
                "bisect_on_error": True,
                "filter_pattern": '{"data":{"kind":["order"]}}',
            },
        ),
        ("items", "worker", DYNAMODB),
        ("worker", "failed", "lambda_stream_on_failure"),
    )
    resources = cloudformation.export(design).body["Resources"]
    kinds = {one["Type"] for one in resources.values()}
    assert "AWS::Kinesis::StreamConsumer" in kinds
    mappings = [
        one["Properties"]
        for one in resources.values()
        if one["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    clicks = next(m for m in mappings if m["BatchSize"] == 500)
    assert (clicks["ParallelizationFactor"], clicks["MaximumRetryAttempts"]) == (4, 2)
    assert clicks["BisectBatchOnFunctionError"] is True
    assert clicks["DestinationConfig"]["OnFailure"]["Destination"]
    assert resources["Items"]["Properties"]["StreamSpecification"] == {
        "StreamViewType": "KEYS_ONLY"
    }
