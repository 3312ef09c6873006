"""Findings of the kinds of API Gateway."""

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

REST = node("apigateway_rest_api")
ROUTE = arrow("api", "f", "apigateway_integration", method="GET")
ASK = arrow("api", "g", "apigateway_authorizer")


def rest(config: dict, mend: dict | None = None, rate: float = 10.0, **more):
    nodes = {"c": caller(rate), "api": {**REST, **config}, "f": LOGIC}
    return case(nodes, [EDGES[0], ROUTE], mend={"api": mend} if mend else None, **more)


def asked(guard: dict, ask: dict, **mends):
    nodes = {"c": caller(), "api": REST, "f": LOGIC, "g": {**LOGIC, **guard}}
    edge = arrow("api", "g", "apigateway_authorizer", **ask)
    return case(nodes, [EDGES[0], ROUTE, edge], **mends)


CASES |= {
    "apigw-timeout-over-limit": rest(
        {"endpoint": "EDGE", "integration_timeout_s": 60.0}, {"integration_timeout_s": 20.0}
    ),
    "apigw-two-authorizers": case(
        {"c": caller(), "api": REST, "f": LOGIC, "g": LOGIC, "h": LOGIC},
        [EDGES[0], ROUTE, ASK, arrow("api", "h", "apigateway_authorizer")],
        keep_edges=3,
    ),
    "apigw-authorizer-too-slow": asked(
        {"duration_ms": 12_000}, {}, mend={"g": {"duration_ms": 200}}
    ),
    "apigw-authorizer-uncached": asked({}, {"ttl_s": 0}, mend_edge={2: {"ttl_s": 300}}),
    "apigw-answer-over-function": rest({"response_kib": 8_000.0}, {"response_kib": 4_000.0}),
    "apigw-plan-throttles": rest(
        {"usage_plan": True, "api_keys": 2, "plan_rate_per_s": 3.0, "authorizer": "iam"},
        {"plan_rate_per_s": 30.0},
    ),
    "apigw-key-is-no-authorizer": rest({"usage_plan": True}, {"authorizer": "cognito"}),
    "apigw-cache-without-hits": rest(
        {"cache_gb": "0.5", "cache_hit_ratio": 0.5, "cache_ttl_s": 0.0}, {"cache_ttl_s": 60.0}
    ),
    "apigw-cache-not-get": case(
        {"c": caller(), "api": {**REST, "cache_gb": "0.5", "cache_hit_ratio": 0.5}, "f": LOGIC},
        [EDGES[0], arrow("api", "f", "apigateway_integration", method="POST")],
        mend_edge={1: {"method": "GET"}},
    ),
    "apigw-canary-without-share": case(
        {"c": caller(), "api": REST, "f": LOGIC, "g": LOGIC},
        [EDGES[0], ROUTE, arrow("api", "g", ROUTE[2]["type"], method="GET", release="canary")],
        mend={"api": {"canary_ratio": 0.1}},
    ),
    "apigw-private-from-outside": rest({"endpoint": "PRIVATE"}, {"endpoint": "REGIONAL"}),
    "apigw-websocket-frames": case(
        {"c": caller(1_000, payload_kib=100), "s": node("apigatewayv2_websocket"), "f": LOGIC},
        [arrow("c", "s", "client_call"), arrow("s", "f", "apigatewayv2_route")],
        mend={"c": {"payload_kib": 20}},
    ),
}
