"""Findings of Firehose."""

from . import arrow, caller, case, node

PUT, OUT = arrow("c", "s", "client_call"), arrow("s", "b", "firehose_destination")
STREAM, BUCKET = node("firehose_stream"), node("s3_bucket")


def _case(rate: float, kib: float, mend: dict):
    nodes = {"c": caller(rate, payload_kib=kib), "s": STREAM, "b": BUCKET}
    return case(nodes, [PUT, OUT], mend=mend)


CASES = {
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
}
