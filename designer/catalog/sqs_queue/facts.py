"""Sources, limits and rules of Amazon SQS, with their dates."""

from __future__ import annotations

from ..base import (
    Ban,
    Limit,
    Rule,
    Severity,
    Source,
)

QUOTAS = Source(
    "SQS Developer Guide, message quotas",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html",
    "2026-11-21",
)
DLQ_DOCS = Source(
    "SQS Developer Guide, dead-letter queues",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    "2026-11-21",
)
POLLING_DOCS = Source(
    "SQS Developer Guide, short and long polling",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html",
    "2026-11-21",
)
EXTENDED_DOCS = Source(
    "SQS Developer Guide, large messages by the extended client libraries and S3",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-managing-large-messages.html",
    "2026-11-21",
)
TIMERS = Source(
    "SQS Developer Guide, message timers",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html",
    "2026-11-21",
)
KEYS = Source(
    "SQS Developer Guide, key management and its cost",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    "2026-11-21",
)
NAMES = Source(
    "SQS API Reference, CreateQueue",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
    "2026-11-21",
)

FIFO_CALLS = Limit(
    "sqs.fifo_api_tps",
    "FIFO API calls",
    300,
    "calls/s",
    QUOTAS,
    adjustable=False,
    note="Per action (send, receive, delete); 3,000 messages/s in batches of ten.",
)
FIFO_HIGH_CALLS = Limit(
    "sqs.fifo_ht_tps",
    "FIFO API calls, high throughput",
    2_400,
    "calls/s",
    QUOTAS,
    adjustable=True,
    by_region={
        "us-east-1": 70_000,
        "eu-west-1": 70_000,
        "eu-central-1": 19_000,
        "ap-southeast-2": 9_000,
        "ap-northeast-1": 9_000,
        "sa-east-1": 4_500,
    },
    note="Needs many message groups: one group stays at 300 calls/s.",
)
MESSAGE_MAX = Limit(
    "sqs.max_message_bytes",
    "Largest message",
    1024,
    "KiB",
    QUOTAS,
    note="Raised from 256 KiB in August 2025; older queues keep their configured 256 KiB.",
)
RETENTION_MAX = Limit("sqs.retention_max", "Longest retention", 1_209_600, "s", QUOTAS)
VISIBILITY_MAX = Limit("sqs.visibility_max", "Longest visibility timeout", 43_200, "s", QUOTAS)
DELAY_MAX = Limit("sqs.delay_max", "Longest delay", 900, "s", QUOTAS)
IN_FLIGHT = Limit(
    "sqs.inflight",
    "Messages in flight",
    120_000,
    "messages",
    QUOTAS,
    note="Received and not yet deleted; at the limit receives bring nothing. FIFO queues had "
    "20,000 until November 2024.",
)
REDRIVE_BACK = Limit(
    "sqs.redrive_rate_max",
    "Dead letters moved back",
    500,
    "messages/s",
    DLQ_DOCS,
    note="One StartMessageMoveTask per queue; not for dead letters of Lambda or SNS.",
)
EXTENDED_MAX = Limit(
    "sqs.extended_client_max",
    "Largest payload by way of S3",
    2_097_152,
    "KiB",
    EXTENDED_DOCS,
    note="Extended client libraries for Java and Python.",
)
CALL_MESSAGES = 10  # Messages per send, receive or delete call: QUOTAS.
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of a request's payload is one request.
POINTER_KIB = 0.5  # Assumption: bucket and key as JSON, with its attributes.
S3_P50_S, S3_P99_S = 0.100, 0.200  # S3 performance guide: 100-200 ms for small objects.
CALL_MS = (12, 60)  # Assumption: typical API call 10-20 ms, tens of ms worst.

FIFO_CAPPED = Rule(
    "sqs-fifo-throughput",
    Severity.ERROR,
    "FIFO queue refuses messages",
    "A FIFO queue takes a limited number of API calls per second and throttles the rest: the "
    "sender gets an error, nothing is stored.",
    QUOTAS,
)
PAYLOAD = Rule(
    "sqs-payload-over-limit",
    Severity.ERROR,
    "Message larger than the queue takes",
    "SQS refuses a message over the maximum size.",
    QUOTAS,
)
NO_CONSUMER = Rule(
    "sqs-no-consumer",
    Severity.WARNING,
    "Nothing reads the queue",
    "Messages are stored until the retention ends, then they are gone.",
    DLQ_DOCS,
)
DEAD_LETTERS_PILE_UP = Rule(
    "sqs-dead-letters-unread",
    Severity.NOTE,
    "Dead letters wait for somebody",
    "A dead-letter queue without a reader needs an alarm and a redrive by hand.",
    DLQ_DOCS,
)
NO_DEAD_LETTERS = Rule(
    "sqs-no-dead-letter-queue",
    Severity.WARNING,
    "No dead-letter queue",
    "A message that always fails comes back until its retention ends and is paid for each time.",
    DLQ_DOCS,
)
DLQ_RETENTION = Rule(
    "sqs-dlq-retention-shorter",
    Severity.WARNING,
    "Dead letters expire early",
    "On a standard queue a dead letter keeps its original enqueue time, so a dead-letter queue "
    "with the shorter retention deletes it before anyone looks.",
    DLQ_DOCS,
)

DEAD_LETTER_TYPE = Ban(
    "sqs-dead-letter-type-mismatch",
    "Dead-letter queue of another type",
    "The dead-letter queue of a FIFO queue is a FIFO queue, that of a standard queue a standard "
    "one; SQS refuses the redrive policy otherwise.",
    DLQ_DOCS,
)
FIFO_MESSAGE_DELAY = Rule(
    "sqs-message-delay-on-fifo",
    Severity.ERROR,
    "Delay of single messages on a FIFO queue",
    "A FIFO queue takes a delay for the whole queue only; a send that states its own is refused.",
    TIMERS,
)
FIFO_SUFFIX = Rule(
    "sqs-fifo-suffix",
    Severity.ERROR,
    "Name and type of the queue disagree",
    "The name of a FIFO queue ends in .fifo; that of a standard queue has no dot at all.",
    NAMES,
)
IN_FLIGHT_FULL = Rule(
    "sqs-in-flight-full",
    Severity.ERROR,
    "More messages in flight than the queue allows",
    "A message is in flight from its receive to its delete. At the limit consumers get nothing, "
    "whatever waits in the queue.",
    QUOTAS,
)
PAYLOAD_THROUGH_S3 = Rule(
    "sqs-payload-through-s3",
    Severity.NOTE,
    "Payloads go through S3",
    "The extended client puts each payload to a bucket and gets it again: both are billed by S3 "
    "and add its latency; the queue carries the key only.",
    EXTENDED_DOCS,
)
MANAGED_KEY = Rule(
    "sqs-managed-key-keeps-services-out",
    Severity.ERROR,
    "AWS managed key keeps AWS services out",
    "Topics, rules, schedules and buckets cannot use the key aws/sqs, and its policy cannot be "
    "changed: what they send is refused.",
    KEYS,
)
BACK_TAKES_LONG = Rule(
    "sqs-redrive-back-takes-long",
    Severity.NOTE,
    "Moving dead letters back takes hours",
    "A redrive back to the source moves at most 500 messages a second.",
    DLQ_DOCS,
)
