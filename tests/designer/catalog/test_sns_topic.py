"""A topic and its subscribers outside AWS: prices, rates, filters, dead letters, templates."""

import pytest

from designer.catalog.sns_topic import Subscription
from designer.errors import DesignError
from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, client, design, finding, line, report

MONTH_S = 730 * 3600
SUBSCRIBED = {"type": "sns_subscription"}
EXTERNAL = ("http_endpoint", "email_recipient", "sms_recipient", "mobile_endpoint")


def quantity(found, meter):
    return float(line(found, meter)["quantity"])


def notified(target, rate=1.0, edge=None, topic=None, **more):
    return report(
        {
            "c": client(rate, **more),
            "t": {"type": "sns_topic", **(topic or {})},
            "x": target,
        },
        [("c", "t", CALL), ("t", "x", {**SUBSCRIBED, **(edge or {})})],
    )


def test_a_million_http_deliveries_cost_60_cents_after_the_first_100_000():
    """AWS SNS pricing: 0.06 USD per 100,000 HTTP notifications, the first 100,000 free."""
    target = {"type": "http_endpoint", "error_ratio": 0, "reached_over": "aws"}
    found = notified(target, 1.1e6 / MONTH_S)
    assert float(line(found, "sns.delivery.http")["amount"]) == pytest.approx(0.60)


def test_a_million_emails_cost_2_dollars_per_100_000():
    found = notified({"type": "email_recipient", "recipients": 2}, 101_000 / 2 / MONTH_S)
    assert float(line(found, "sns.delivery.email")["amount"]) == pytest.approx(2.00)


def test_a_million_pushes_cost_50_cents():
    found = notified({"type": "mobile_endpoint", "devices": 1_000}, 1_000 / MONTH_S)
    assert float(line(found, "sns.delivery.mobile_push")["amount"]) == pytest.approx(0.50)


def test_sms_have_no_price_and_the_bill_says_so():
    found = notified({"type": "sms_recipient"}, 0.01)
    assert [m["meter"] for m in found["bill"]["missing"]] == ["sns.delivery.sms"]
    assert finding(found, "sns-sms-spend")


def test_failed_attempts_are_paid_and_go_to_dead_letters_in_the_end():
    found = report(
        {
            "c": client(10),
            "t": {"type": "sns_topic"},
            "x": {"type": "http_endpoint", "error_ratio": 0.1},
            "dead": {"type": "sqs_queue"},
        },
        [("c", "t", CALL), ("t", "x", SUBSCRIBED), ("t", "dead", {"type": "sns_dead_letters"})],
    )
    assert quantity(found, "sns.delivery.http") == pytest.approx(10 * 1.111 * MONTH_S)
    assert found["nodes"]["dead"]["events_in_per_s"] == pytest.approx(10 * 0.1**4)
    assert found["nodes"]["x"]["lost_per_s"] == 0
    assert not finding(found, "sns-no-dead-letter-queue")


def test_without_a_dead_letter_queue_the_refused_is_lost():
    assert finding(notified({"type": "http_endpoint"}), "sns-no-dead-letter-queue")


def test_a_subscription_gets_ten_emails_a_second():
    found = notified({"type": "email_recipient"}, 12)
    assert finding(found, "sns-email-over-limit")
    assert found["nodes"]["x"]["backlog_growth_per_h"] == pytest.approx(2 * 3600)
    assert not finding(notified({"type": "email_recipient"}, 9), "sns-email-over-limit")


def test_bodies_are_read_before_the_filter_and_paid_by_the_gb():
    edge = {
        "pass_ratio": 0.1,
        "filter_scope": "MessageBody",
        "filter_key": "kind",
        "filter_values": "a",
    }
    found = notified({"type": "sqs_queue"}, 10, edge, payload_kib=2)
    read_gb = 10 * MONTH_S * 2 / 1024**2
    assert quantity(found, "sns.filter.payload_scanned") == pytest.approx(read_gb)
    assert float(line(found, "sns.filter.payload_scanned")["amount"]) == pytest.approx(
        read_gb * 0.09, abs=0.01
    )


def test_a_slow_endpoint_and_endless_retries_are_found():
    found = notified(
        {"type": "http_endpoint", "answer_p99_ms": 20_000},
        edge={"http_retries": 100, "http_retry_s": 60},
    )
    assert finding(found, "sns-endpoint-too-slow")
    assert finding(found, "sns-http-retries-too-long")["patch"][0]["value"] == 60


def test_throughput_scope_message_group_lifts_the_topic_to_the_account():
    for scope, refused in (("Topic", 1_000), ("MessageGroup", 0)):
        found = notified(
            {"type": "sqs_queue", "fifo": True, "high_throughput": True},
            4_000,
            topic={"fifo": True, "fifo_scope": scope},
        )
        assert found["nodes"]["t"]["throttled_per_s"] == pytest.approx(refused, abs=1e-6)


@pytest.mark.parametrize("kind", EXTERNAL)
def test_large_messages_and_order_reach_aws_only(kind):
    for topic in ({"max_message_kib": "1024"}, {"fifo": True}):
        nodes = {"t": {"type": "sns_topic", **topic}, "x": {"type": kind}}
        with pytest.raises(DesignError):
            design(nodes, [("t", "x", SUBSCRIBED)])


def test_the_template_subscribes_people_by_parameters():
    drawn = drawings.one(
        {
            "alerts": {"type": "sns_topic", "open_to_account": "123456789012"},
            "hook": {"type": "http_endpoint", "url": "https://example.com/in"},
            "inbox": {"type": "email_recipient", "body": "email-json"},
            "phone": "sms_recipient",
            "devices": "mobile_endpoint",
            "dead": "sqs_queue",
        },
        ("alerts", "hook", {**SUBSCRIBED, "http_retries": 5}),
        ("alerts", "inbox", SUBSCRIBED),
        ("alerts", "phone", SUBSCRIBED),
        ("alerts", "devices", SUBSCRIBED),
        ("alerts", "dead", "sns_dead_letters"),
    )
    body = cloudformation.export(drawn).body
    made = [r["Properties"] for r in body["Resources"].values() if "Subscription" in r["Type"]]
    assert [p["Protocol"] for p in made] == ["https", "email-json", "sms", "application"]
    assert made[0]["Endpoint"] == {"Ref": "HookUrl"}
    assert made[0]["DeliveryPolicy"]["healthyRetryPolicy"]["numRetries"] == 5
    dead = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}}
    assert all(p["RedrivePolicy"] == dead for p in made)
    assert body["Parameters"]["HookUrl"]["Default"] == "https://example.com/in"
    assert "Default" not in body["Parameters"]["InboxEmail"]
    policy = body["Resources"]["AlertsTopicPolicy"]["Properties"]["PolicyDocument"]
    assert "sns:Subscribe" in policy["Statement"][0]["Action"]


# ---- Retries to HTTP endpoints, phase by phase ---------------------------------------------------


@pytest.mark.parametrize(
    ("config", "delays"),
    [
        ({}, [20, 20, 20]),
        ({"http_retries": 0}, []),
        (
            {"http_retries": 5, "http_retry_s": 10.0, "http_retry_most_s": 50.0},
            [10, 20, 30, 40, 50],
        ),
        (
            {
                "http_retries": 4,
                "http_retry_s": 1.0,
                "http_retry_most_s": 8.0,
                "http_backoff": "exponential",
            },
            [1, 2, 4, 8],
        ),
        (
            {
                "http_retries": 8,
                "http_retry_s": 5.0,
                "http_retry_most_s": 60.0,
                "http_immediate": 2,
                "http_at_least": 2,
                "http_at_most": 3,
            },
            [0, 0, 5, 5, 5, 60, 60, 60],
        ),
    ],
)
def test_the_phases_of_a_delivery_policy_follow_each_other(config, delays):
    assert Subscription(**config).http_delays == pytest.approx(delays)


def test_a_delivery_policy_is_written_only_where_it_is_not_the_usual_one():
    def policy(**config):
        nodes = {
            "c": {"type": "client", "rate_per_s": 1},
            "t": {"type": "sns_topic"},
            "web": {"type": "http_endpoint"},
        }
        edges = [
            ("c", "t", {"type": "client_call"}),
            ("t", "web", {"type": "sns_subscription", **config}),
        ]
        made = cloudformation.export(design(nodes, edges)).resources.values()
        (one,) = [r["Properties"] for r in made if r["Type"] == "AWS::SNS::Subscription"]
        return one.get("DeliveryPolicy")

    assert policy() is None
    stated = policy(
        http_retries=9, http_retry_most_s=300, http_immediate=1, http_backoff="exponential"
    )
    assert stated == {
        "healthyRetryPolicy": {
            "minDelayTarget": 20,
            "maxDelayTarget": 300,
            "numRetries": 9,
            "numNoDelayRetries": 1,
            "backoffFunction": "exponential",
        }
    }


def test_calls_of_the_key_service_are_two_per_publisher_and_five_minutes():
    found = report(
        {
            "c": {"type": "client", "rate_per_s": 10},
            "t": {"type": "sns_topic", "encryption": "kms", "own_key": True},
            "q": {"type": "sqs_queue"},
        },
        [
            ("c", "t", {"type": "client_call"}),
            ("t", "q", {"type": "sns_subscription"}),
        ],
    )
    calls = line(found, "kms.requests")
    assert float(calls["quantity"]) == pytest.approx(730 * 3600 / 300 * 2)
    assert line(found, "kms.keys")["amount"] == "1.00"
