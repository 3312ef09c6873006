"""Findings of data streams and of the functions that read streams."""

from . import arrow, caller, case, node

PUT, READ = arrow("c", "s", "client_call"), arrow("s", "f", "lambda_kinesis_mapping")
LOGIC = node("lambda_function")


def stream(**config):
    return node("kinesis_stream", **config)


def written(rate: float, config: dict, mend: dict, kib: float = 1):
    nodes = {"c": caller(rate, payload_kib=kib), "s": stream(**config), "f": LOGIC}
    return case(nodes, [PUT, READ], mend=mend)


def read(config: dict, mapping: dict, mend_mapping: dict, rate: float = 1, kib: float = 1, **more):
    nodes = {"c": caller(rate, payload_kib=kib), "s": stream(), "f": {**LOGIC, **config}}
    edges = [PUT, arrow("s", "f", "lambda_kinesis_mapping", **mapping)]
    return case(nodes, edges, mend_edge={1: mend_mapping}, **more)


BOUGHT, ON_DEMAND = {"capacity": "provisioned"}, {"capacity": "on_demand"}
MANY = {f"f{i}": LOGIC for i in range(21)}
SIX = {f"f{i}": LOGIC for i in range(6)}

CASES = {
    "kinesis-put-request-over-limit": case(
        {"c": caller(500, payload_kib=100), "s": stream(), "f": LOGIC},
        [arrow("c", "s", "client_call", batch_size=500), READ],
        mend_edge={0: {"batch_size": 50}},
    ),
    "kinesis-warm-throughput-without-advantage": written(
        1, {**ON_DEMAND, "warm_mib_per_s": 20}, {"s": {"warm_mib_per_s": 0}}
    ),
    "kinesis-automatic-distribution-loses-order": written(
        1, {**ON_DEMAND, "distribution": "auto"}, {"s": {"distribution": "key"}}
    ),
    "kinesis-throttled": written(3_000, {**BOUGHT, "shards": 2}, {"s": {"shards": 8}}),
    "kinesis-hot-shard": written(
        10, {**BOUGHT, "shards": 4, "hot_ratio": 0.8}, {"s": {"hot_ratio": None}}
    ),
    "kinesis-record-over-limit": written(
        1, {"max_record_kib": 1_024}, {"c": {"payload_kib": 100}}, kib=2_000
    ),
    "kinesis-no-consumer": case(
        {"c": caller(), "s": stream(), "f": LOGIC}, [PUT], add_edges=[READ]
    ),
    "kinesis-too-many-shared-consumers": case(
        {"c": caller(), "s": stream(), **SIX},
        [PUT, *(arrow("s", f, "lambda_kinesis_mapping") for f in SIX)],
        keep_edges=3,
    ),
    "kinesis-more-shards-than-needed": written(10, {**BOUGHT, "shards": 20}, {"s": {"shards": 1}}),
    "kinesis-shards-over-quota": case(
        {"c": caller(9e5), "s": stream(**BOUGHT, shards=2_000), "f": LOGIC},
        [PUT, READ],
        mend={"s": {"shards": 1_000}},
        region="sa-east-1",
    ),
    "kinesis-too-many-enhanced-consumers": case(
        {"c": caller(), "s": stream(), **MANY},
        [PUT, *(arrow("s", f, "lambda_kinesis_mapping", fan_out=True) for f in MANY)],
        keep_edges=11,
    ),
    "kinesis-consumer-loses-records": read(
        {"duration_ms": 60_000, "timeout_s": 120},
        {"batch_size": 1},
        {"batch_size": 1_000, "window_s": 60},
        rate=5,
    ),
    "kinesis-ondemand-first-peak": written(
        9_000, {**ON_DEMAND, "open_shards": 10}, {"c": {"rate_per_s": 900}}
    ),
    "kinesis-open-shards-assumed-low": written(
        9_000, {**ON_DEMAND, "open_shards": 4}, {"s": {"open_shards": 12}}
    ),
    "kinesis-advantage-commitment-unused": written(
        10, {"capacity": "advantage"}, {"s": {"capacity": "on_demand"}}
    ),
    "kinesis-advantage-may-be-cheaper": written(
        3_000, {**ON_DEMAND, "open_shards": 60}, {"s": {"capacity": "advantage"}}, kib=20
    ),
    "kinesis-small-records": written(10, ON_DEMAND, {"c": {"payload_kib": 2}}, kib=0.1),
    "lambda-stream-poison-batch": read({}, {}, {"retry_attempts": 3}),
    "lambda-stream-records-dropped": read(
        {},
        {"retry_attempts": 3},
        {},
        mend={"q": node("sqs_queue")},
        add_edges=[arrow("f", "q", "lambda_stream_on_failure")],
    ),
    "lambda-stream-shard-behind": read(
        {"duration_ms": 1_500}, {"batch_size": 1}, {"parallelization_factor": 10}, rate=5
    ),
    "lambda-stream-batch-over-payload": read(
        {}, {"batch_size": 1_000, "window_s": 60}, {"batch_size": 10}, rate=50, kib=100
    ),
}
