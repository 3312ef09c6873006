"""Findings of buckets."""

from . import arrow, caller, case, node

CASES = {
    "s3-prefix-rate": case(
        {"c": caller(10_000), "b": node("s3_bucket")},
        [arrow("c", "b", "client_call")],
        mend={"b": {"prefixes": 4}},
    ),
    "s3-notification-loop": case(
        {"c": caller(), "b": node("s3_bucket"), "f": node("lambda_function")},
        [
            arrow("c", "b", "client_call"),
            arrow("b", "f", "s3_notification"),
            arrow("f", "b", "lambda_call", calls_per_event=0.5),
        ],
        mend_edge={1: {"prefix": "uploads/"}},
    ),
    "s3-small-objects-stay": case(
        {"c": caller(payload_kib=10), "b": node("s3_bucket", archive_after_days=10)},
        [arrow("c", "b", "client_call")],
        mend={"c": {"payload_kib": 200}},
    ),
    "s3-deleted-before-minimum": case(
        {
            "c": caller(payload_kib=200),
            "b": node("s3_bucket", archive_after_days=30, retention_days=60),
        },
        [arrow("c", "b", "client_call")],
        mend={"b": {"retention_days": 200}},
    ),
    "s3-archived-objects-read": case(
        {"c": caller(), "b": node("s3_bucket", archive_after_days=30)},
        [arrow("c", "b", "client_call", operation="read")],
        mend={"b": {"archive_class": "GLACIER_IR"}},
    ),
}
