"""Sources, limits, rules and retries of what SNS delivers, with their dates."""

from __future__ import annotations

from ..base import Ban, Limit, Rule, Severity, Source
from .facts import DEAD_LETTERS, FIFO_DOCS, QUOTAS

RETRIES = Source(
    "SNS Developer Guide, message delivery retries",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html",
    "2026-11-21",
)
FILTERING = Source(
    "SNS Developer Guide, message filtering",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html",
    "2026-11-21",
)
HTTP_DOCS = Source(
    "SNS Developer Guide, HTTP/S endpoints as subscribers",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-prepare-http-https-endpoint.html",
    "2026-11-21",
)
AWS_ATTEMPTS = Limit(
    "sns.retry_aws_endpoints",
    "Attempts to queues, functions and streams",
    100_015,
    "attempts",
    RETRIES,
    note="3 at once, 2 after 1 s, 10 from 1 s to 20 s, then every 20 s: about 23 days.",
)
PEOPLE_ATTEMPTS = Limit(
    "sns.retry_customer_endpoints",
    "Attempts to e-mail, SMS and mobile push",
    50,
    "attempts",
    RETRIES,
    note="2 after 10 s, 10 from 10 s to 600 s, then every 600 s: about 6 hours.",
)
HTTP_ATTEMPTS = Limit(
    "sns.retry_http_max",
    "Retries to an HTTP/S endpoint",
    100,
    "retries",
    RETRIES,
    note="3 retries, 20 s apart, unless a policy says otherwise; in all at most 3,600 s. 5xx and "
    "429 are tried again, other 4xx fail at once.",
)
HTTP_TIMEOUT = Limit("sns.http_timeout", "Wait for an HTTP/S endpoint", 15, "s", HTTP_DOCS)

SLOW_ENDPOINT = Rule(
    "sns-endpoint-too-slow",
    Severity.WARNING,
    "Endpoint slower than SNS waits",
    "SNS takes an answer after more than 15 s for a failure and delivers again.",
    HTTP_DOCS,
)
RETRIES_TOO_LONG = Rule(
    "sns-http-retries-too-long",
    Severity.ERROR,
    "Retries last more than an hour",
    "A delivery policy may spend at most 3,600 s on retries; SNS refuses a longer one.",
    RETRIES,
)
STANDARD_TO_FIFO = Ban(
    "sns-standard-topic-to-fifo-queue",
    "Standard topic to a FIFO queue",
    "A standard topic keeps no order and knows no group, so SNS refuses to subscribe a FIFO queue.",
    FIFO_DOCS,
)
FIFO_TO_OTHERS = Ban(
    "sns-fifo-topic-to-queues-only",
    "FIFO topic to something else than a queue",
    "A FIFO topic delivers to SQS queues only.",
    FIFO_DOCS,
)
LARGE_TO_OUTSIDE = Ban(
    "sns-large-messages-inside-only",
    "Large messages to somebody outside AWS",
    "A topic whose largest message is over 256 KiB has queues, functions and Firehose streams as "
    "subscribers only.",
    QUOTAS,
)
DEAD_LETTER_QUEUE_TYPE = Ban(
    "sns-dead-letter-type-mismatch",
    "Dead-letter queue of another type",
    "The dead letters of a FIFO topic's subscriptions go to a FIFO queue, those of a standard "
    "topic's to a standard one.",
    DEAD_LETTERS,
)

PROTOCOLS = {
    "lambda_function": "lambda",
    "sqs_queue": "sqs",
    "firehose_stream": "firehose",
    "http_endpoint": "https",
    "email_recipient": "email",
    "sms_recipient": "sms",
    "mobile_endpoint": "application",
}
RAW = frozenset({"sqs_queue", "firehose_stream", "http_endpoint"})
DEAD_LETTER_TYPE = "sns_dead_letters"
DEFAULT_RETRIES = {"minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3}
