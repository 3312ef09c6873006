"""Findings of queues."""

from . import arrow, caller, case, node

QUEUE, LOGIC = node("sqs_queue"), node("lambda_function")
SEND, POLL = arrow("c", "q", "client_call"), arrow("q", "f", "lambda_sqs_mapping")
DEAD = arrow("q", "dead", "sqs_redrive")

CASES = {
    "sqs-payload-over-limit": case(
        {"c": caller(payload_kib=2_000), "q": QUEUE, "f": LOGIC},
        [SEND, POLL],
        mend={"c": {"payload_kib": 2}},
    ),
    "sqs-no-consumer": case(
        {"c": caller(), "q": QUEUE}, [SEND], mend={"f": LOGIC}, add_edges=[POLL]
    ),
    "sqs-no-dead-letter-queue": case(
        {"c": caller(), "q": QUEUE, "f": LOGIC},
        [SEND, POLL],
        mend={"dead": QUEUE},
        add_edges=[DEAD],
    ),
    "sqs-dead-letters-unread": case(
        {"c": caller(), "q": QUEUE, "f": LOGIC, "dead": QUEUE, "g": LOGIC},
        [SEND, POLL, DEAD],
        add_edges=[arrow("dead", "g", "lambda_sqs_mapping")],
    ),
    "sqs-dlq-retention-shorter": case(
        {"c": caller(), "q": QUEUE, "f": LOGIC, "dead": {**QUEUE, "retention_s": 3_600}},
        [SEND, POLL, DEAD],
        mend={"dead": {"retention_s": 1_209_600}},
    ),
    "sqs-fifo-throughput": case(
        {"c": caller(1_000), "q": {**QUEUE, "fifo": True}, "f": LOGIC},
        [SEND, POLL],
        mend={"q": {"high_throughput": True, "message_groups": 1_000}},
    ),
    "sqs-message-delay-on-fifo": case(
        {"c": caller(), "q": {**QUEUE, "fifo": True, "message_delay_s": 60}, "f": LOGIC},
        [SEND, POLL],
        mend={"q": {"fifo": False}},
    ),
    "sqs-fifo-suffix": case(
        {"c": caller(), "q": {**QUEUE, "fifo": True, "queue_name": "orders"}, "f": LOGIC},
        [SEND, POLL],
        mend={"q": {"queue_name": "orders.fifo"}},
    ),
    "sqs-in-flight-full": case(
        {
            "c": caller(1_000),
            "q": {**QUEUE, "visibility_timeout_s": 900},
            "f": {**LOGIC, "duration_ms": 150_000, "timeout_s": 150},
        },
        [SEND, arrow("q", "f", "lambda_sqs_mapping", batch_size=1_000, window_s=1)],
        mend={"f": {"duration_ms": 100_000}},
    ),
    "sqs-payload-through-s3": case(
        {"c": caller(), "q": {**QUEUE, "payload_in_s3": True}, "f": LOGIC},
        [SEND, POLL],
        mend={"q": {"payload_in_s3": False}},
    ),
    "sqs-managed-key-keeps-services-out": case(
        {
            "c": caller(),
            "t": node("sns_topic"),
            "q": {**QUEUE, "encryption": "kms", "own_key": False},
            "f": LOGIC,
        },
        [arrow("c", "t", "client_call"), arrow("t", "q", "sns_subscription"), POLL],
        mend={"q": {"own_key": True}},
    ),
    "sqs-redrive-back-takes-long": case(
        {"c": caller(100), "q": QUEUE, "f": {**LOGIC, "error_ratio": 0.5}, "dead": QUEUE},
        [SEND, POLL, arrow("q", "dead", "sqs_redrive", max_receive_count=1)],
        mend={"f": {"error_ratio": 0.01}},
    ),
}
