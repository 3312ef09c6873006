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
from .runtimes import DEPRECATION

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
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
PROVISIONED_DOCS = Source(
    "Lambda provisioned concurrency",
    "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
    "2026-11-21",
)
URL_DOCS = Source(
    "Lambda function URLs",
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    "2026-11-21",
)
VPC_DOCS = Source(
    "Giving Lambda functions access to resources in a VPC",
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
    "2026-11-21",
)
PARTIAL_DOCS = Source(
    "Lambda with SQS: handling errors",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
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
# Calls that it counts; events that Lambda fetches itself are limited by concurrency alone (QUOTAS).
CALLED = frozenset({"call", "write", "read", "event"})
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
ESM_RAMP = Limit(
    "lambda.esm.sqs.ramp",
    "Growth of an SQS mapping",
    300,
    "executions per minute",
    SQS_DOCS,
    note="Begins with 5 batches at once; 60 a minute until 2023, selectable on the mapping.",
)
OLD_RAMP, OLD_POLLER_CONCURRENCY = 60.0, 1_000.0  # Until 2023: SQS_DOCS.
POLLER_CALLS = Limit(
    "lambda.esm.sqs.provisioned",
    "Concurrency of one provisioned poller",
    10,
    "executions",
    SQS_DOCS,
    note="Also 1 MB/s and 10 SQS calls/s; together they add 1,000 executions a minute.",
)
SCALING = Limit(
    "lambda.scaling",
    "New environments of a function",
    1_000,
    "environments per 10 s",
    SCALING_DOCS,
    note="Each function on its own, since 2023; before, a burst of 500 to 3,000 for the region.",
)
BURST_AT_ONCE = Limit(
    "lambda.scaling.burst",
    "Burst of a region",
    500,
    "environments",
    SCALING_DOCS,
    note="All functions of the region together, in accounts that still scale as before "
    "November 2023.",
    by_region={
        "us-east-1": 3_000,
        "eu-west-1": 3_000,
        "eu-central-1": 1_000,
        "ap-northeast-1": 1_000,
    },
)
BURST_GROWTH = Limit(
    "lambda.scaling.minute",
    "Growth after the burst",
    500,
    "environments per minute",
    SCALING_DOCS,
    note="All functions of the region together, before November 2023.",
)
INTERFACES = Limit(
    "lambda.vpc.interfaces",
    "Network interfaces of Lambda in a VPC",
    500,
    "interfaces",
    QUOTAS,
    adjustable=True,
    note="One for each pair of a subnet and a set of security groups, shared by all functions with "
    "that pair; 250 in accounts of before 2023.",
)
INTERFACE_CONNECTIONS = Limit(
    "lambda.vpc.connections", "Connections of one interface", 65_000, "connections", VPC_DOCS
)
POLICY_KIB = Limit("lambda.policy", "Resource policy of a function", 20, "KiB", QUOTAS)
VCPU_MB = Limit("lambda.vcpu", "Memory that buys one vCPU", 1_769, "MB", QUOTAS)
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
RUN_OVER_MAX = Rule(
    "lambda-work-over-fifteen-minutes",
    Severity.ERROR,
    "Work longer than Lambda runs",
    "No timeout above 900 s can be set: the run is ended and its work is lost.",
    QUOTAS,
)
DEPRECATED_RUNTIME = Rule(
    "lambda-runtime-deprecated",
    Severity.WARNING,
    "Runtime is no longer supported",
    "A deprecated runtime gets no security patches; AWS later refuses to create and to update "
    "functions with it.",
    DEPRECATION,
)
BURST = Rule(
    "lambda-burst-over-scaling-rate",
    Severity.WARNING,
    "Load rises faster than Lambda scales",
    "A function gets at most 1,000 new environments per 10 s; above that rate synchronous calls "
    "are refused until it has caught up.",
    SCALING_DOCS,
)
HOG = Rule(
    "lambda-starves-neighbours",
    Severity.WARNING,
    "One function takes most of the account's concurrency",
    "Without a reservation of its own it can take what every other function of the region needs; "
    "a reservation is also an upper limit.",
    SCALING_DOCS,
)
RESERVED_TOO_MUCH = Rule(
    "lambda-reserved-over-account",
    Severity.ERROR,
    "Reservation leaves too little",
    "AWS keeps 100 executions of the account unreserved and refuses a reservation beyond that.",
    QUOTAS,
)
PROVISIONED_OVER_RESERVED = Rule(
    "lambda-provisioned-over-reserved",
    Severity.ERROR,
    "More provisioned than reserved",
    "Provisioned concurrency counts toward the reserved concurrency of the function; AWS refuses "
    "more of it.",
    PROVISIONED_DOCS,
)
PROVISIONED_OVER_ACCOUNT = Rule(
    "lambda-provisioned-over-account",
    Severity.ERROR,
    "More provisioned than the account has left",
    "Provisioned concurrency comes out of the account's unreserved concurrency; AWS keeps 100 of "
    "it free and refuses more.",
    PROVISIONED_DOCS,
)
SPILL = Rule(
    "lambda-provisioned-spills-over",
    Severity.WARNING,
    "Provisioned concurrency is too small",
    "What finds no free provisioned environment runs on demand, with cold starts and at the "
    "on-demand price.",
    PROVISIONED_DOCS,
)
IDLE_PROVISIONED = Rule(
    "lambda-provisioned-idle",
    Severity.NOTE,
    "Provisioned concurrency stands idle",
    "Provisioned environments are paid for by the second, used or not; on-demand is cheaper below "
    "about 60 % use.",
    PROVISIONED_DOCS,
)
NO_WAY_OUT = Rule(
    "lambda-vpc-no-way-out",
    Severity.ERROR,
    "VPC function without a way out",
    "A function in a VPC has no public address: without a NAT gateway or endpoints, its calls to "
    "AWS and to the internet hang until they time out.",
    VPC_DOCS,
)
VPC_INTERFACES = Rule(
    "lambda-vpc-interfaces",
    Severity.NOTE,
    "Network interfaces are made first",
    "Lambda makes one interface for each pair of a subnet and a set of security groups when the "
    "function is created or moved, about 90 s; until then it is pending. Calls do not wait for it.",
    VPC_DOCS,
)
VPC_ROLE = Rule(
    "lambda-vpc-role-open-to-code",
    Severity.NOTE,
    "The code may manage network interfaces too",
    "What the execution role of a VPC function lets Lambda do, it lets the code do; AWS advises a "
    "Deny for calls that carry lambda:SourceFunctionArn.",
    VPC_DOCS,
)
POLICY_TOO_LARGE = Rule(
    "lambda-resource-policy-too-large",
    Severity.ERROR,
    "Too many callers for one resource policy",
    "Each service that invokes the function by itself has a statement in its resource policy, "
    "which holds 20 KB; AWS refuses the next one.",
    QUOTAS,
)
OPEN_URL = Rule(
    "lambda-url-open-to-all",
    Severity.WARNING,
    "Function URL without authentication",
    "Anyone who knows the address may call the function, at your expense; a function URL has no "
    "throttle but the reserved concurrency.",
    URL_DOCS,
)
WHOLE_BATCH = Rule(
    "lambda-esm-whole-batch-repeated",
    Severity.WARNING,
    "One bad message repeats its whole batch",
    "Without partial batch responses an error returns every message of the batch to the queue, "
    "also those that were done.",
    PARTIAL_DOCS,
)
ESM_BURST = Rule(
    "lambda-esm-scales-slower-than-burst",
    Severity.NOTE,
    "The mapping takes minutes to follow a burst",
    "A mapping begins with five batches at once and adds 300 a minute; meanwhile messages wait in "
    "the queue.",
    SQS_DOCS,
)
ASYNC_TOO_OLD = Rule(
    "lambda-async-age-below-retries",
    Severity.WARNING,
    "Events grow too old before their retries",
    "Lambda waits 60 s and 120 s between the tries; an event older than the maximum age is dropped "
    "without the remaining ones.",
    ASYNC_DOCS,
)
