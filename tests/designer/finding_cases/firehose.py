"""Findings of Firehose."""

from . import arrow, caller, case, node

PUT, OUT = arrow("c", "s", "client_call"), arrow("s", "b", "firehose_destination")
STREAM, BUCKET = node("firehose_stream"), node("s3_bucket")
PARTITIONED = {**STREAM, "dynamic_partitioning": True, "buffer_size_mib": 64}


def _case(rate: float, kib: float, mend: dict):
    nodes = {"c": caller(rate, payload_kib=kib), "s": STREAM, "b": BUCKET}
    return case(nodes, [PUT, OUT], mend=mend)


CASES = {
    "firehose-put-request-over-limit": case(
        {"c": caller(100, payload_kib=20), "s": STREAM, "b": BUCKET},
        [arrow("c", "s", "client_call", batch_size=500), OUT],
        mend_edge={0: {"batch_size": 100}},
    ),
    "firehose-holds-records": case(
        {"c": caller(), "s": STREAM, "b": BUCKET, "f": node("lambda_function")},
        [PUT, OUT],
        keep_edges=0,
        add_edges=[arrow("c", "f", "client_call")],
    ),
    "firehose-no-destination": case(
        {"c": caller(), "s": STREAM, "b": BUCKET}, [PUT], add_edges=[OUT]
    ),
    "firehose-put-throttled": _case(1e6, 1, {"c": {"rate_per_s": 100}}),
    "firehose-record-over-limit": _case(1, 2_000, {"c": {"payload_kib": 500}}),
    "firehose-small-records": _case(1, 1, {"c": {"payload_kib": 5}}),
    "firehose-two-sources": case(
        {"c": caller(), "k": node("kinesis_stream"), "s": STREAM, "b": BUCKET},
        [OUT, arrow("k", "s", "firehose_kinesis_source"), PUT],
        keep_edges=2,
    ),
    "firehose-buffer-out-of-bounds": case(
        {"c": caller(), "s": {**STREAM, "format_conversion": "parquet"}, "b": BUCKET},
        [PUT, OUT],
        mend={"s": {"buffer_size_mib": 64}},
    ),
    "firehose-too-many-partitions": case(
        {"c": caller(), "s": {**PARTITIONED, "partitions": 600}, "b": BUCKET},
        [PUT, OUT],
        mend={"s": {"partitions": 50}},
    ),
    # 1,000 KiB/s into 10 partitions: 6 MiB a minute each, 1.5 MiB after compression.
    "firehose-partitions-make-small-files": case(
        {"c": caller(20, payload_kib=5), "s": PARTITIONED, "b": BUCKET},
        [PUT, OUT],
        mend={"c": {"rate_per_s": 200}},
    ),
}
