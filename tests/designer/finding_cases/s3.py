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
}
