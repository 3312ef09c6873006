"""Findings of functions, their URLs and their queue mappings."""

from . import Case, arrow, caller, case, node

CALL = arrow("c", "f", "client_call")
PUSH = arrow("c", "f", "lambda_async_invoke")
SEND = arrow("c", "q", "client_call")


def f(**config):
    return node("lambda_function", **config)


def called(rate: float, config: dict, mend: dict) -> Case:
    return case({"c": caller(rate), "f": f(**config)}, [CALL], mend={"f": mend})


def polled(config: dict, queue: dict, mapping: dict, **mends) -> Case:
    nodes = {"c": caller(), "q": node("sqs_queue", **queue), "f": f(**config)}
    return case(nodes, [SEND, arrow("q", "f", "lambda_sqs_mapping", **mapping)], **mends)


CASES = {
    "lambda-concurrency-throttled": called(
        100, {"duration_ms": 1_000, "reserved_concurrency": 50}, {"reserved_concurrency": 200}
    ),
    "lambda-concurrency-near-limit": called(
        90, {"duration_ms": 1_000, "reserved_concurrency": 100}, {"reserved_concurrency": 300}
    ),
    "lambda-duration-over-timeout": called(
        0.1, {"duration_ms": 20_000, "timeout_s": 10}, {"timeout_s": 60}
    ),
    "lambda-duration-near-timeout": called(
        0.1, {"duration_ms": 6_000, "timeout_s": 10}, {"timeout_s": 60}
    ),
    "lambda-work-over-fifteen-minutes": case(
        {"c": caller(0.01), "f": f(duration_ms=600_000, timeout_s=900), "g": f(timeout_s=900)},
        [CALL, arrow("f", "g", "lambda_call", calls_per_event=10_000)],
        mend_edge={1: {"calls_per_event": 1}},
    ),
    "lambda-async-without-destination": case(
        {"c": caller(), "f": f(), "q": node("sqs_queue")},
        [PUSH],
        add_edges=[arrow("f", "q", "lambda_dead_letter")],
    ),
    "lambda-async-age-below-retries": case(
        {"c": caller(), "f": f(async_max_age_s=60)},
        [PUSH],
        mend={"f": {"async_max_age_s": 21_600}},
    ),
    "lambda-retries-need-idempotence": case(
        {"c": caller(), "f": f()}, [PUSH], keep_edges=0, add_edges=[CALL]
    ),
    "lambda-payload-over-limit": case(
        {"c": caller(payload_kib=2_000), "f": f()}, [PUSH], mend={"c": {"payload_kib": 20}}
    ),
    "lambda-runtime-deprecated": called(1, {"runtime": "dotnet8"}, {"runtime": "dotnet10"}),
    "lambda-burst-over-scaling-rate": called(
        100, {"duration_ms": 1_000, "burst_factor": 20}, {"burst_factor": 2}
    ),
    "lambda-starves-neighbours": called(600, {"duration_ms": 1_000}, {"reserved_concurrency": 800}),
    "lambda-reserved-over-account": called(
        1, {"reserved_concurrency": 950}, {"reserved_concurrency": 900}
    ),
    "lambda-provisioned-over-reserved": called(
        1,
        {"reserved_concurrency": 5, "provisioned_concurrency": 9},
        {"provisioned_concurrency": 5},
    ),
    "lambda-provisioned-over-account": called(
        1, {"provisioned_concurrency": 950}, {"provisioned_concurrency": 5}
    ),
    "lambda-provisioned-spills-over": called(
        10, {"duration_ms": 1_000, "provisioned_concurrency": 8}, {"provisioned_concurrency": 20}
    ),
    "lambda-provisioned-idle": called(
        1, {"provisioned_concurrency": 50}, {"provisioned_concurrency": None}
    ),
    "lambda-vpc-no-way-out": case(
        {"c": caller(), "f": f(vpc=True), "q": node("sqs_queue")},
        [CALL, arrow("f", "q", "lambda_call")],
        mend={"f": {"way_out": "endpoints", "interface_endpoints": 1}},
    ),
    "lambda-vpc-interfaces": called(1, {"vpc": True}, {"vpc": False}),
    "lambda-vpc-role-open-to-code": called(1, {"vpc": True}, {"vpc": False}),
    "lambda-resource-policy-too-large": case(
        {"f": f(), **{f"t{i}": node("sns_topic") for i in range(60)}},
        [arrow(f"t{i}", "f", "sns_subscription") for i in range(60)],
        keep_edges=3,
    ),
    "lambda-url-open-to-all": case(
        {"c": caller(), "f": f()},
        [arrow("c", "f", "lambda_url_call", auth="NONE")],
        mend_edge={0: {"auth": "AWS_IAM"}},
    ),
    "lambda-esm-batch-needs-window": polled(
        {}, {}, {"batch_size": 100}, mend_edge={1: {"window_s": 2}}
    ),
    "lambda-esm-fifo-batch": polled(
        {}, {"fifo": True}, {"batch_size": 50}, mend_edge={1: {"batch_size": 10}}
    ),
    "lambda-esm-whole-batch-repeated": polled(
        {"error_ratio": 0.1}, {}, {"partial_failures": False}, mend_edge={1: {"batch_size": 1}}
    ),
    "lambda-esm-scales-slower-than-burst": case(
        {
            "c": caller(50),
            "q": node("sqs_queue"),
            "f": f(duration_ms=1_000, burst_factor=20),
        },
        [SEND, arrow("q", "f", "lambda_sqs_mapping")],
        mend_edge={1: {"pollers_min": 100}},
    ),
    "sqs-visibility-below-timeout": polled(
        {"timeout_s": 60},
        {"visibility_timeout_s": 30},
        {},
        mend={"q": {"visibility_timeout_s": 360}},
    ),
    "sqs-visibility-below-six-timeouts": polled(
        {"timeout_s": 60},
        {"visibility_timeout_s": 90},
        {},
        mend={"q": {"visibility_timeout_s": 360}},
    ),
}
