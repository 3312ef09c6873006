"""Sources, limits and rules of AWS Lambda, with their dates."""

from __future__ import annotations

from ..base import (
    Item,
    Kind,
    Limit,
    Lognormal,
    Rule,
    Severity,
    Source,
)

QUOTAS = Source(
    "Lambda quotas",
    "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    "2026-11-21",
)
SQS_DOCS = Source(
    "Using Lambda with Amazon SQS",
    "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    "2026-11-21",
)
ASYNC_DOCS = Source(
    "Lambda asynchronous invocation",
    "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html",
    "2026-11-21",
)
SCALING_DOCS = Source(
    "Lambda scaling behavior",
    "https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html",
    "2026-11-21",
)
COLD_DOCS = Source(
    "Lambda runtime environment: cold starts in under 1 % of invocations",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html",
    "2026-11-21",
)
COLD_MEASURED = Source(
    "lambda-perf, hello-world functions, 30 days to 2026-08-22",
    "https://github.com/maxday/lambda-perf",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
PRICING = Source("AWS Lambda pricing", "https://aws.amazon.com/lambda/pricing/", "2026-11-21")

ACCOUNT_CONCURRENCY = Limit(
    "lambda.concurrency.account",
    "Account concurrency",
    1_000,
    "executions",
    QUOTAS,
    adjustable=True,
    note="Shared by all functions of the region; new accounts start lower.",
)
RESERVED = Limit(
    "lambda.concurrency.reserved",
    "Reserved concurrency",
    1_000,
    "executions",
    QUOTAS,
    note="The function's own part of the account's concurrency.",
)
RPS_PER_CONCURRENCY = Limit(
    "lambda.rps",
    "Requests per second per unit of concurrency",
    10,
    "1/s",
    QUOTAS,
    note="At a concurrency of 1,000 a 20 ms function stops at 10,000 requests per second.",
)
UNRESERVED_MIN = Limit(
    "lambda.concurrency.unreserved", "Concurrency that stays unreserved", 100, "executions", QUOTAS
)
POLLER_CONCURRENCY = Limit(
    "lambda.esm.sqs.concurrency",
    "Concurrency of an SQS mapping",
    1_250,
    "executions",
    SQS_DOCS,
    note="1,000 until 2025; starts at 5 and adds 300 a minute (formerly 60).",
)
FIFO_GROUPS = Limit(
    "lambda.esm.sqs.fifo",
    "Concurrency of a FIFO mapping",
    100,
    "message groups",
    SQS_DOCS,
    note="One batch per active message group at a time.",
)
FIFO_RECEIVES = Limit(
    "sqs.fifo_receive_tps",
    "FIFO receive calls",
    300,
    "calls/s",
    SQS_DOCS,
    note="Normal mode; receives count per action like sends.",
)
TIMEOUT_MAX = Limit("lambda.timeout", "Longest run time", 900, "s", QUOTAS)
PAYLOAD_SYNC = Limit("lambda.payload.sync", "Payload of a synchronous call", 6_144, "KiB", QUOTAS)
PAYLOAD_ASYNC = Limit(
    "lambda.payload.async",
    "Payload of an asynchronous event",
    1_024,
    "KiB",
    ASYNC_DOCS,
    note="256 KiB until 2025.",
)
ASYNC_AGE = Limit("lambda.async.age", "Oldest asynchronous event", 21_600, "s", ASYNC_DOCS)

ASYNC_ACCEPT = Item(Kind.NETWORK, "Event accepted by Lambda", Lognormal(0.015, 0.060), None, True)
ASYNC_WAIT_S = 90.0  # Mean of the documented waits of 60 s and 120 s between retries.
COMPRESSED = 0.2  # Archived log volume over ingested: 30 GB to 6 GB in AWS's pricing example.
KIB_PER_GB = 1024.0 * 1024.0

THROTTLED = Rule(
    "lambda-concurrency-throttled",
    Severity.ERROR,
    "Function is throttled",
    "Requests above the concurrency are refused with 429; asynchronous ones are tried again for "
    "up to six hours, polled ones stay in the queue.",
    SCALING_DOCS,
)
NEAR_LIMIT = Rule(
    "lambda-concurrency-near-limit",
    Severity.WARNING,
    "Little concurrency left",
    "Above 80 % of the concurrency a burst or a slower dependency leads to throttling.",
    SCALING_DOCS,
)
TOO_LONG = Rule(
    "lambda-duration-over-timeout",
    Severity.ERROR,
    "Handler runs longer than its timeout",
    "Lambda ends the run at the timeout and the request fails.",
    QUOTAS,
)
TIMEOUT_NEAR = Rule(
    "lambda-duration-near-timeout",
    Severity.WARNING,
    "Timeout is close to the mean duration",
    "With a mean above half of the timeout, slow runs are cut off.",
    QUOTAS,
)
ASYNC_LOSS = Rule(
    "lambda-async-without-destination",
    Severity.WARNING,
    "Failed events vanish",
    "After the last retry an asynchronous event is dropped unless a destination or a dead-letter "
    "queue takes it.",
    ASYNC_DOCS,
)
RETRY_NOT_IDEMPOTENT = Rule(
    "lambda-retries-need-idempotence",
    Severity.NOTE,
    "Deliveries repeat",
    "Queues and asynchronous calls deliver at least once; the handler must bear a second run.",
    ASYNC_DOCS,
)
PAYLOAD = Rule(
    "lambda-payload-over-limit",
    Severity.ERROR,
    "Payload larger than Lambda takes",
    "Lambda refuses larger requests.",
    QUOTAS,
)
VISIBILITY = Rule(
    "sqs-visibility-below-timeout",
    Severity.ERROR,
    "Visibility timeout below function timeout",
    "A message becomes visible again while the first run still works on it, and is processed "
    "twice; AWS refuses the mapping.",
    SQS_DOCS,
)
VISIBILITY_SHORT = Rule(
    "sqs-visibility-below-six-timeouts",
    Severity.NOTE,
    "Visibility timeout is short",
    "AWS recommends six times the function timeout, so that throttled batches can be tried again.",
    SQS_DOCS,
)
FIFO_BATCH = Rule(
    "lambda-esm-fifo-batch",
    Severity.ERROR,
    "Batch too large for a FIFO queue",
    "Mappings of FIFO queues take batches of at most 10 and no window.",
    SQS_DOCS,
)
BATCH_WINDOW = Rule(
    "lambda-esm-batch-needs-window",
    Severity.ERROR,
    "Large batch without a window",
    "Batches above 10 need a batching window of at least 1 s.",
    SQS_DOCS,
)
