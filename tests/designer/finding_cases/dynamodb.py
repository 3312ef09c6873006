"""Findings of the DynamoDB table."""

from . import arrow, caller, case, node

READERS = {f"f{i}": node("lambda_function") for i in range(3)}
CALL = [arrow("c", "t", "client_call")]

CASES = {
    "dynamodb-throttled": case(
        {"c": caller(50), "t": node("dynamodb_table", billing="provisioned", write_units=10)},
        CALL,
        mend={"t": {"write_units": 100}},
    ),
    "dynamodb-item-over-limit": case(
        {"c": caller(payload_kib=500), "t": node("dynamodb_table")},
        CALL,
        mend={"c": {"payload_kib": 5}},
    ),
    "dynamodb-hot-partition": case(
        {"c": caller(3_000), "t": node("dynamodb_table", hot_ratio=0.9)},
        CALL,
        mend={"t": {"hot_ratio": 0.01}},
    ),
    "dynamodb-stream-too-many-readers": case(
        {"c": caller(), "t": node("dynamodb_table"), **READERS},
        [*CALL, *(arrow("t", f, "lambda_dynamodb_mapping") for f in READERS)],
        keep_edges=3,
    ),
    "dynamodb-scaling-at-maximum": case(
        {
            "c": caller(80),
            "t": node(
                "dynamodb_table", billing="provisioned", auto_scaling=True, max_write_units=100
            ),
        },
        CALL,
        mend={"t": {"max_write_units": 200}},
    ),
    "dynamodb-infrequent-class-busy": case(
        {
            "c": caller(50),
            "t": node("dynamodb_table", table_class="STANDARD_INFREQUENT_ACCESS", stored_gb=10),
        },
        CALL,
        mend={"t": {"stored_gb": 1_000}},
    ),
}
