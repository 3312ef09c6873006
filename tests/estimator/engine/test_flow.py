"""Rates through filters, fan-out, batches, caps, retries, loops and dead letters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.errors import UserError
from estimator.engine.errors import Unstable

from .designs import CALL, EXACT, INVOKE, MAPPING, client, finding, report

FUNCTION = {"type": "lambda_function", **EXACT}


def test_a_fifo_queue_refuses_what_is_over_300_calls_a_second():
    found = report(
        {"c": client(1000), "q": {"type": "sqs_queue", "fifo": True}, "f": FUNCTION},
        [("c", "q", CALL), ("q", "f", MAPPING)],
    )
    assert found["edges"]["e0"]["throttled_per_s"] == pytest.approx(700)
    assert found["nodes"]["q"]["events_in_per_s"] == pytest.approx(300)
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(300)
    assert found["nodes"]["q"]["backlog_growth_per_h"] == 0
    assert (
        "700 messages/s are refused at the sender"
        in finding(found, "sqs-fifo-throughput")["message"]
    )
    assert found["headline"]["max_rate_per_s"] == pytest.approx(300, rel=1e-6)
    assert found["headline"]["bottleneck"]["node"] == "q"


def test_batches_of_ten_lift_the_fifo_cap_to_3000_messages():
    found = report(
        {
            "c": client(2500),
            "q": {"type": "sqs_queue", "fifo": True, "message_groups": 5000},
            "f": FUNCTION,
        },
        [("c", "q", {**CALL, "batch_size": 10}), ("q", "f", MAPPING)],
    )
    assert found["edges"]["e0"]["throttled_per_s"] == 0
    assert found["headline"]["max_rate_per_s"] == pytest.approx(3000, rel=1e-4)


def test_a_topic_copies_and_a_filter_thins():
    found = report(
        {
            "c": client(50),
            "t": {"type": "sns_topic"},
            "a": {"type": "sqs_queue"},
            "b": {"type": "sqs_queue"},
        },
        [
            ("c", "t", CALL),
            ("t", "a", {"type": "sns_subscription"}),
            ("t", "b", {"type": "sns_subscription", "pass_ratio": 0.2}),
        ],
    )
    assert found["nodes"]["a"]["events_in_per_s"] == pytest.approx(50)
    assert found["nodes"]["b"]["events_in_per_s"] == pytest.approx(10)


def test_competing_consumers_share_a_queue():
    found = report(
        {"c": client(90), "q": {"type": "sqs_queue"}, "a": FUNCTION, "b": FUNCTION, "d": FUNCTION},
        [
            ("c", "q", CALL),
            ("q", "a", {**MAPPING, "share": 0.5}),
            ("q", "b", MAPPING),
            ("q", "d", MAPPING),
        ],
    )
    got = [found["nodes"][n]["events_in_per_s"] for n in "abd"]
    assert got == pytest.approx([45, 22.5, 22.5])


def test_a_batch_window_gathers_at_a_low_rate_and_the_size_fills_at_a_high_one():
    def batch(rate: float) -> float:
        found = report(
            {"c": client(rate), "q": {"type": "sqs_queue"}, "f": FUNCTION},
            [("c", "q", CALL), ("q", "f", {**MAPPING, "batch_size": 100, "window_s": 5})],
        )
        return found["edges"]["e1"]["batch"]

    assert batch(0.001) == pytest.approx(1.005)
    assert batch(10) == pytest.approx(51)
    assert batch(1000) == 100


def test_a_consumer_that_is_too_slow_grows_a_backlog_not_a_refusal():
    found = report(
        {
            "c": client(100),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {**FUNCTION, "duration_ms": 2000, "reserved_concurrency": 10, "timeout_s": 60},
        },
        [("c", "q", CALL), ("q", "f", {**MAPPING, "batch_size": 1})],
    )
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(5, rel=1e-6)
    assert found["nodes"]["q"]["backlog_growth_per_h"] == pytest.approx(95 * 3600, rel=1e-6)
    assert found["nodes"]["q"]["throttled_per_s"] == 0
    assert found["headline"]["completion"] is None
    assert "backlog of q grows" in found["headline"]["completion_reason"]


def test_a_backlog_fills_the_batches_before_anything_is_left():
    found = report(
        {
            "c": client(40),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {**FUNCTION, "duration_ms": 1000, "reserved_concurrency": 10, "timeout_s": 60},
        },
        [("c", "q", CALL), ("q", "f", {**MAPPING, "batch_size": 10})],
    )
    assert found["nodes"]["q"]["backlog_growth_per_h"] == 0
    assert found["edges"]["e1"]["batch"] == pytest.approx(4)
    assert found["headline"]["max_rate_per_s"] == pytest.approx(100, rel=1e-3)


def test_a_synchronous_caller_is_throttled_by_concurrency():
    found = report(
        {
            "c": client(300),
            "a": {"type": "apigatewayv2_api"},
            "f": {**FUNCTION, "duration_ms": 1000, "reserved_concurrency": 100, "timeout_s": 10},
        },
        [("c", "a", CALL), ("a", "f", {"type": "apigatewayv2_integration"})],
    )
    assert found["edges"]["e1"]["throttled_per_s"] == pytest.approx(200)
    assert finding(found, "lambda-concurrency-throttled")["severity"] == "error"


def test_the_account_concurrency_is_shared_by_all_functions():
    found = report(
        {
            "c": client(600),
            "d": client(600),
            "f": {**FUNCTION, "duration_ms": 1000},
            "g": {**FUNCTION, "duration_ms": 1000},
        },
        [("c", "f", CALL), ("d", "g", CALL)],
    )
    served = [found["nodes"][n]["events_in_per_s"] for n in "fg"]
    assert served == pytest.approx([500, 500], rel=1e-6)
    assert found["nodes"]["f"]["utilisation"] == pytest.approx(1.2)
    assert found["headline"]["max_rate_per_s"] == pytest.approx(1000, rel=1e-6)


def test_a_quota_of_ones_own_replaces_the_default():
    found = report(
        {"c": client(600), "f": {**FUNCTION, "duration_ms": 1000}},
        [("c", "f", CALL)],
        assumptions={"quotas": {"lambda.concurrency.account": 300}},
    )
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(300, rel=1e-6)


def test_a_failing_message_comes_back_and_then_goes_to_the_dead_letters():
    found = report(
        {
            "c": client(100),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "dead": {"type": "sqs_queue"},
            "f": {**FUNCTION, "error_ratio": 0.5, "timeout_s": 60},
        },
        [
            ("c", "q", CALL),
            ("q", "f", MAPPING),
            ("q", "dead", {"type": "sqs_redrive", "max_receive_count": 3}),
        ],
    )
    assert found["edges"]["e1"]["attempts"] == pytest.approx(1 + 0.5 + 0.25)
    assert found["nodes"]["dead"]["events_in_per_s"] == pytest.approx(12.5)
    assert found["nodes"]["q"]["dead_per_s"] == pytest.approx(12.5)
    assert found["nodes"]["f"]["requests_per_s"] == pytest.approx(175)


def test_an_asynchronous_event_is_tried_three_times_and_then_caught():
    nodes = {
        "c": client(100),
        "t": {"type": "sns_topic"},
        "f": {**FUNCTION, "error_ratio": 0.1, "async_retries": "2"},
        "dead": {"type": "sqs_queue"},
    }
    edges = [("c", "t", CALL), ("t", "f", {"type": "sns_subscription"})]
    uncaught = report(nodes, edges)
    assert uncaught["nodes"]["f"]["lost_per_s"] == pytest.approx(0.1)
    assert finding(uncaught, "lambda-async-without-destination")
    caught = report(nodes, [*edges, ("f", "dead", {"type": "lambda_on_failure"})])
    assert caught["nodes"]["f"]["lost_per_s"] == 0
    assert caught["nodes"]["dead"]["events_in_per_s"] == pytest.approx(0.1)
    assert caught["edges"]["e1"]["attempts"] == pytest.approx(1.11)


def test_a_loop_that_thins_out_settles():
    found = report(
        {
            "c": client(100),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {**FUNCTION, "timeout_s": 60},
        },
        [("c", "q", CALL), ("q", "f", MAPPING), ("f", "q", {**INVOKE, "calls_per_event": 0.5})],
    )
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(200)


@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_a_loop_that_multiplies_is_refused_at_its_edges(gain):
    with pytest.raises(Unstable) as caught:
        report(
            {"c": client(1), "q": {"type": "sqs_queue"}, "f": FUNCTION},
            [
                ("c", "q", CALL),
                ("q", "f", MAPPING),
                ("f", "q", {**INVOKE, "calls_per_event": gain}),
            ],
        )
    assert {p.pointer for p in caught.value.problems} == {"/model/edges/1", "/model/edges/2"}
    assert "never ends" in str(caught.value)


def test_reading_a_bucket_that_notifies_the_reader_is_no_loop():
    found = report(
        {"c": client(5), "b": {"type": "s3_bucket"}, "f": FUNCTION},
        [
            ("c", "b", CALL),
            ("b", "f", {"type": "s3_notification"}),
            ("f", "b", {**INVOKE, "operation": "read"}),
        ],
    )
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(5)


def test_synchronous_calls_in_a_circle_are_refused():
    with pytest.raises(UserError, match="circle"):
        report(
            {"c": client(1), "f": FUNCTION, "g": FUNCTION},
            [("c", "f", CALL), ("f", "g", INVOKE), ("g", "f", INVOKE)],
        )


def test_a_busy_hour_that_is_kept_is_worked_off_in_the_quiet_ones():
    weights = [0.0] * 24
    weights[10] = 1.0
    found = report(
        {
            "c": client(10, profile="daily", hourly_weights=weights),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {**FUNCTION, "duration_ms": 1000, "reserved_concurrency": 50, "timeout_s": 60},
        },
        [("c", "q", CALL), ("q", "f", {**MAPPING, "batch_size": 1})],
    )
    assert found["headline"]["peak_rate_per_s"] == pytest.approx(240)
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(10)
    assert found["nodes"]["q"]["backlog_growth_per_h"] == 0


def test_the_same_busy_hour_is_refused_where_nothing_keeps_it():
    weights = [0.0] * 24
    weights[10] = 1.0
    found = report(
        {
            "c": client(10, profile="daily", hourly_weights=weights),
            "f": {**FUNCTION, "duration_ms": 1000, "reserved_concurrency": 50, "timeout_s": 60},
        },
        [("c", "f", CALL)],
    )
    assert found["nodes"]["f"]["throttled_per_s"] == pytest.approx(190 / 24)


def test_a_workflow_calls_by_the_shares_of_its_choices_and_the_items_of_its_maps():
    definition = {
        "StartAt": "Go?",
        "States": {
            "Go?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Each"}],
                "Default": "Stop",
            },
            "Each": {
                "Type": "Map",
                "End": True,
                "ItemProcessor": {
                    "StartAt": "Work",
                    "States": {
                        "Work": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "End": True,
                        }
                    },
                },
            },
            "Stop": {"Type": "Succeed"},
        },
    }
    found = report(
        {
            "c": client(4),
            "w": {
                "type": "sfn_state_machine",
                "definition": definition,
                "steps": {"Go?": {"share": {"Each": 0.25}}, "Each": {"items": 8}},
            },
            "f": FUNCTION,
        },
        [("c", "w", CALL), ("w", "f", {"type": "sfn_task", "state": "Work"})],
    )
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(4 * 0.25 * 8)
    transitions = next(
        x for x in found["bill"]["lines"] if x["meter"] == "sfn.standard.transitions"
    )
    entered = 1 + 0.25 * (1 + 8) + 0.75
    assert float(transitions["quantity"]) == pytest.approx(4 * entered * 2_628_000)


RATE = st.floats(0.01, 5_000)


@settings(max_examples=40, deadline=None)
@given(RATE, st.floats(0.0, 0.9), st.integers(1, 50), st.integers(1, 200), st.integers(1, 10))
def test_flow_is_conserved_at_every_node(rate, error, batch, concurrency, receives):
    found = report(
        {
            "c": client(rate),
            "q": {"type": "sqs_queue", "fifo": True, "visibility_timeout_s": 900},
            "dead": {"type": "sqs_queue", "fifo": True},
            "f": {
                **FUNCTION,
                "error_ratio": error,
                "reserved_concurrency": concurrency,
                "timeout_s": 60,
            },
        },
        [
            ("c", "q", CALL),
            ("q", "f", {**MAPPING, "batch_size": min(10, batch)}),
            ("q", "dead", {"type": "sqs_redrive", "max_receive_count": receives}),
        ],
    )
    sent, taken = found["edges"]["e0"], found["edges"]["e1"]
    assert sent["events_per_s"] + sent["throttled_per_s"] == pytest.approx(rate)
    kept = taken["backlog_growth_per_h"] / 3600
    assert taken["events_per_s"] + kept == pytest.approx(sent["events_per_s"])
    dead = found["nodes"]["dead"]["events_in_per_s"]
    assert dead == pytest.approx(taken["events_per_s"] * error**receives)


@settings(max_examples=25, deadline=None)
@given(RATE, st.floats(1.01, 20))
def test_cost_never_falls_when_the_rate_grows(rate, more):
    def cost(per_s: float) -> float:
        found = report(
            {
                "c": client(per_s),
                "a": {"type": "apigatewayv2_api"},
                "f": FUNCTION,
                "q": {"type": "sqs_queue"},
                "g": FUNCTION,
            },
            [
                ("c", "a", CALL),
                ("a", "f", {"type": "apigatewayv2_integration"}),
                ("f", "q", INVOKE),
                ("q", "g", MAPPING),
            ],
        )
        return float(found["bill"]["total"])

    assert cost(rate * more) >= cost(rate) - 0.011


def test_a_file_of_many_records_makes_one_notification():
    found = report(
        {
            "c": client(100, payload_kib=1),
            "s": {"type": "firehose_stream", "buffer_interval_s": 60, "buffer_size_mib": 128},
            "b": {"type": "s3_bucket"},
            "f": FUNCTION,
        },
        [
            ("c", "s", CALL),
            ("s", "b", {"type": "firehose_destination"}),
            ("b", "f", {"type": "s3_notification"}),
        ],
    )
    opened_s = 1 / 100  # The interval begins with the first record of the next file.
    assert found["nodes"]["f"]["events_in_per_s"] == pytest.approx(1 / (60 + opened_s))


def test_a_batch_takes_longer_by_each_further_event():
    found = report(
        {
            "c": client(1000),
            "q": {"type": "sqs_queue", "visibility_timeout_s": 400},
            "f": {**FUNCTION, "duration_ms": 100, "extra_per_event_ms": 20, "timeout_s": 60},
        },
        [("c", "q", CALL), ("q", "f", {**MAPPING, "batch_size": 50, "window_s": 1})],
    )
    assert found["nodes"]["f"]["service_s"] == pytest.approx(0.1 + 49 * 0.02)


def test_shares_over_one_are_weights():
    found = report(
        {"c": client(90), "q": {"type": "sqs_queue"}, "a": FUNCTION, "b": FUNCTION},
        [
            ("c", "q", CALL),
            ("q", "a", {**MAPPING, "share": 1.0}),
            ("q", "b", {**MAPPING, "share": 0.5}),
        ],
    )
    assert [found["nodes"][n]["events_in_per_s"] for n in "ab"] == pytest.approx([60, 30])


def test_a_shared_pool_is_one_bottleneck_and_the_next_is_another():
    slow = {**FUNCTION, "duration_ms": 1000, "timeout_s": 10}
    found = report(
        {
            "c": client(60),
            "d": client(40),
            "a": {"type": "apigatewayv2_api", "throttle_per_s": 900},
            "f": slow,
            "g": slow,
        },
        [("c", "a", CALL), ("a", "f", {"type": "apigatewayv2_integration"}), ("d", "g", CALL)],
    )
    first, then = found["headline"]["bottleneck"], found["headline"]["next_bottleneck"]
    assert (first["node"], first["cap"]) == ("f", "lambda.concurrency.account")
    assert first["at_rate_per_s"] == pytest.approx(1000 / 1.0086, rel=0.02)
    assert (then["node"], then["cap"]) == ("a", "apigw.throttle.stage")
