"""Findings of topics and of who is outside AWS at their ends."""

from . import arrow, caller, case, node

TOPIC, QUEUE, LOGIC = node("sns_topic"), node("sqs_queue"), node("lambda_function")
SEND, SUB = arrow("c", "t", "client_call"), arrow("t", "q", "sns_subscription")
TO_WEB = arrow("t", "web", "sns_subscription")


def web(**config):
    return node("http_endpoint", **config)


CASES = {
    "sns-payload-over-limit": case(
        {"c": caller(payload_kib=500), "t": TOPIC, "q": QUEUE},
        [SEND, SUB],
        mend={"c": {"payload_kib": 5}},
    ),
    "sns-no-subscription": case(
        {"c": caller(), "t": TOPIC}, [SEND], mend={"q": QUEUE}, add_edges=[SUB]
    ),
    "sns-publish-throttled": case(
        {"c": caller(200_000), "t": TOPIC, "q": QUEUE},
        [SEND, SUB],
        mend={"c": {"rate_per_s": 10}},
    ),
    "sns-two-dead-letter-queues": case(
        {"c": caller(), "t": TOPIC, "q": QUEUE, "d": QUEUE, "e": QUEUE},
        [SEND, SUB, arrow("t", "d", "sns_dead_letters"), arrow("t", "e", "sns_dead_letters")],
        keep_edges=3,
    ),
    "sns-no-dead-letter-queue": case(
        {"c": caller(), "t": TOPIC, "web": web(error_ratio=0.1)},
        [SEND, TO_WEB],
        mend={"d": QUEUE},
        add_edges=[arrow("t", "d", "sns_dead_letters")],
    ),
    "sns-endpoint-too-slow": case(
        {"c": caller(), "t": TOPIC, "web": web(answer_p99_ms=30_000)},
        [SEND, TO_WEB],
        mend={"web": {"answer_p99_ms": 300}},
    ),
    "sns-http-retries-too-long": case(
        {"c": caller(), "t": TOPIC, "web": web()},
        [SEND, arrow("t", "web", "sns_subscription", http_retries=100, http_retry_s=60)],
        mend_edge={1: {"http_retries": 10}},
    ),
    "sns-email-over-limit": case(
        {"c": caller(50), "t": TOPIC, "mail": node("email_recipient")},
        [SEND, arrow("t", "mail", "sns_subscription")],
        mend={"c": {"rate_per_s": 1}},
    ),
    "sns-sms-over-limit": case(
        {"c": caller(50), "t": TOPIC, "phone": node("sms_recipient")},
        [SEND, arrow("t", "phone", "sns_subscription")],
        mend={"c": {"rate_per_s": 0.01}},
    ),
    "sns-sms-spend": case(
        {"c": caller(), "t": TOPIC, "phone": node("sms_recipient"), "q": QUEUE},
        [SEND, arrow("t", "phone", "sns_subscription")],
        keep_edges=1,
        add_edges=[SUB],
    ),
    "http-endpoint-overloaded": case(
        {"c": caller(50), "t": TOPIC, "web": web(rate_per_s=10)},
        [SEND, TO_WEB],
        mend={"web": {"rate_per_s": 100}},
    ),
    "sns-fifo-suffix": case(
        {"c": caller(), "t": {**TOPIC, "topic_name": "orders.fifo"}, "q": QUEUE},
        [SEND, SUB],
        mend={"t": {"topic_name": "orders"}},
    ),
    "sns-managed-key-keeps-services-out": case(
        {"s": node("events_rule"), "t": {**TOPIC, "encryption": "kms"}, "q": QUEUE},
        [arrow("s", "t", "events_schedule_target"), SUB],
        mend={"t": {"own_key": True}},
    ),
}
