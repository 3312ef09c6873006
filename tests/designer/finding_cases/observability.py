"""Findings of metrics, alarms and traces."""

from . import arrow, caller, case, node

WATCHED = {"c": caller(), "q": node("sqs_queue"), "a": node("cloudwatch_alarm")}
SENT = arrow("c", "q", "client_call")
WATCH = arrow("q", "a", "cloudwatch_watch")
TRACED = [arrow("c", "f", "client_call"), arrow("f", "x", "xray_tracing")]

CASES = {
    "metrics-one-per-call": case(
        {
            "c": caller(50),
            "f": node("lambda_function"),
            "m": node("cloudwatch_metrics"),
        },
        [arrow("c", "f", "client_call"), arrow("f", "m", "lambda_call")],
        mend_edge={1: {"batch_size": 100}},
    ),
    "metrics-high-cardinality": case(
        {"m": node("cloudwatch_metrics", metrics=50_000)}, [], mend={"m": {"metrics": 50}}
    ),
    "alarm-without-action": case(
        WATCHED,
        [SENT, WATCH],
        mend={"t": node("sns_topic")},
        add_edges=[arrow("a", "t", "cloudwatch_alarm_action")],
    ),
    "alarm-period-below-minute": case(
        {**WATCHED, "a": node("cloudwatch_alarm", kind="high_resolution", period_s="10")},
        [SENT, WATCH],
        mend={"a": {"kind": "standard", "period_s": "60"}},
    ),
    "xray-samples-most": case(
        {
            "c": caller(100),
            "f": node("lambda_function"),
            "x": node("xray_samplingrule", sample_ratio=1.0),
        },
        TRACED,
        mend={"x": {"sample_ratio": 0.05}},
    ),
    "xray-samples-nothing": case(
        {
            "c": caller(),
            "f": node("lambda_function"),
            "x": node("xray_samplingrule", sample_ratio=0.0, reservoir_per_s=0),
        },
        TRACED,
        mend={"x": {"reservoir_per_s": 1}},
    ),
    "logs-subscription-loop": case(
        {
            "c": caller(),
            "f": node("lambda_function"),
            "l": node("cloudwatch_log_group"),
        },
        [
            arrow("c", "f", "client_call"),
            arrow("f", "l", "lambda_logs"),
            arrow("l", "f", "logs_subscription", match_ratio=0.1),
        ],
        keep_edges=2,
    ),
}
