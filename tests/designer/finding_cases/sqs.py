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
}
