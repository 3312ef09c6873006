"""Findings of Amazon Connect."""

from . import arrow, caller, case, node

CALL = arrow("c", "a", "client_call")

CASES = {
    # 0.05 calls/s of 300 s: 15 at a time; the quota is 10.
    "connect-contacts-over-quota": case(
        {"c": caller(0.05), "a": node("connect_instance")},
        [CALL],
        mend_model={"assumptions": {"quotas": {"connect.concurrent_calls": 50}}},
    ),
    "connect-function-too-slow": case(
        {
            "c": caller(0.01),
            "a": node("connect_instance"),
            "f": node("lambda_function", duration_ms=9_000.0, timeout_s=30.0),
        },
        [CALL, arrow("a", "f", "connect_flow_function")],
        mend={"f": {"duration_ms": 200.0}},
    ),
}
