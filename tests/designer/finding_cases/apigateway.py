"""Findings of the two kinds of API Gateway."""

from . import arrow, caller, case, node

API, LOGIC = node("apigatewayv2_api"), node("lambda_function")
EDGES = [arrow("c", "api", "client_call"), arrow("api", "f", "apigatewayv2_integration")]

CASES = {
    "apigw-throttled": case(
        {"c": caller(50), "api": {**API, "throttle_per_s": 20}, "f": LOGIC},
        EDGES,
        mend={"api": {"throttle_per_s": 100}},
    ),
    "apigw-integration-over-timeout": case(
        {"c": caller(0.1), "api": API, "f": {**LOGIC, "duration_ms": 40_000, "timeout_s": 60}},
        EDGES,
        mend={"f": {"duration_ms": 4_000}},
    ),
    "apigw-payload-over-limit": case(
        {"c": caller(payload_kib=20_000), "api": API, "f": LOGIC},
        EDGES,
        mend={"c": {"payload_kib": 100}},
    ),
    "apigw-no-integration": case(
        {"c": caller(), "api": API}, EDGES[:1], mend={"f": LOGIC}, add_edges=EDGES[1:]
    ),
}
