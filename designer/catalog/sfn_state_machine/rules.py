"""Sources, limits and rules of AWS Step Functions, with their dates."""

from __future__ import annotations

from ..base import (
    Limit,
    Rule,
    Severity,
    Source,
)

QUOTAS = Source(
    "Step Functions quotas",
    "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
PRICING = Source(
    "Step Functions pricing", "https://aws.amazon.com/step-functions/pricing/", "2026-11-21"
)
LARGE = ("us-east-1", "eu-west-1")
START_STANDARD = Limit(
    "sfn.start.standard",
    "StartExecution, Standard",
    150,
    "starts/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(LARGE, 300.0),
    note="A token bucket of 800 (1,300 in large regions).",
)
START_EXPRESS = Limit(
    "sfn.start.express", "StartExecution, Express", 6_000, "starts/s", QUOTAS, adjustable=True
)
TRANSITIONS = Limit(
    "sfn.transitions",
    "State transitions, Standard",
    800,
    "transitions/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(LARGE, 5_000.0),
    note="Throttled transitions wait, they do not fail.",
)
OPEN = Limit(
    "sfn.open_executions",
    "Open executions, Standard",
    1_000_000,
    "executions",
    QUOTAS,
    adjustable=True,
)
EXPRESS_MAX = Limit("sfn.duration.express", "Longest Express execution", 300, "s", QUOTAS)
STANDARD_MAX = Limit("sfn.duration.standard", "Longest Standard execution", 31_536_000, "s", QUOTAS)
STATE_KIB = Limit("sfn.payload", "Input or output of a state", 256, "KiB", QUOTAS)
TRANSITION_S = {"STANDARD": 0.025, "EXPRESS": 0.010}  # Assumption.
START_S = {"STANDARD": (0.142, 0.313), "EXPRESS": (0.118, 0.298)}  # MEASURED, call to handler.
API_P50_S, API_P99_S = 0.020, 0.100  # Assumption: StartExecution call.

EXPRESS_TOO_LONG = Rule(
    "sfn-express-over-five-minutes",
    Severity.ERROR,
    "Express workflow runs too long",
    "An Express execution ends after five minutes.",
    QUOTAS,
)
STANDARD_TOO_LONG = Rule(
    "sfn-standard-over-a-year",
    Severity.ERROR,
    "Execution runs longer than a year",
    "A Standard execution ends after 365 days.",
    QUOTAS,
)
THROTTLED = Rule(
    "sfn-start-throttled",
    Severity.ERROR,
    "Starts over the quota",
    "Above the start rate StartExecution is refused.",
    QUOTAS,
)
PAYLOAD = Rule(
    "sfn-payload-over-limit",
    Severity.ERROR,
    "State data too large",
    "Input and output of a state have at most 256 KiB.",
    QUOTAS,
)
STEP_WITHOUT_ARROW = Rule(
    "sfn-task-without-arrow",
    Severity.NOTE,
    "Task leads outside the drawing",
    "A task without an arrow takes no time and costs only its transition here.",
    QUOTAS,
)
UNKNOWN_STEP = Rule(
    "sfn-unknown-step",
    Severity.WARNING,
    "Assumption about an unknown state",
    "The name does not occur in the definition, so the assumption has no effect.",
    QUOTAS,
)

HISTORY_MAX = Limit("sfn.history", "Events in one history, Standard", 25_000, "events", QUOTAS)
INLINE_MOST = Limit("sfn.map.inline", "Iterations of an inline map at a time", 40, "items", QUOTAS)
DISTRIBUTED_MOST = Limit(
    "sfn.map.distributed", "Executions of a distributed map at a time", 10_000, "executions", QUOTAS
)
DISPATCH = Limit(
    "sfn.map.dispatch",
    "Starts by a distributed map",
    100,
    "executions/s",
    QUOTAS,
    note="Standard children; 1,000/s for Express ones.",
)
HTTP_RATE = Limit("sfn.http_task", "HTTP tasks", 300, "calls/s", QUOTAS, adjustable=True)
HTTP_MAX_S = Limit("sfn.http_task.time", "Longest HTTP task", 60, "s", QUOTAS)
RETRY_DOCS = Source(
    "Handling errors in Step Functions workflows",
    "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    "2026-11-21",
)
PATTERN_DOCS = Source(
    "Service integration patterns of Step Functions",
    "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
    "2026-11-21",
)
EXPRESS_PATTERN = Rule(
    "sfn-express-cannot-wait",
    Severity.ERROR,
    "Express workflows do not wait for jobs or tokens",
    "Only Standard workflows know .sync, .waitForTaskToken and distributed maps.",
    PATTERN_DOCS,
)
TOKEN_FOR_EVER = Rule(
    "sfn-token-without-timeout",
    Severity.WARNING,
    "Waits for a token for up to a year",
    "If the token never comes back, the execution stays open until its year is over.",
    PATTERN_DOCS,
)
ENDLESS_RETRY = Rule(
    "sfn-unbounded-retry-loop",
    Severity.WARNING,
    "Retries without an end",
    "An error that does not pass goes round for ever; each round is billed as transitions.",
    RETRY_DOCS,
)
HISTORY = Rule(
    "sfn-history-over-limit",
    Severity.ERROR,
    "History too long",
    "A Standard execution ends with an error when its history is full.",
    QUOTAS,
)
INLINE_MAP = Rule(
    "sfn-inline-map-in-waves",
    Severity.NOTE,
    "Map works in waves",
    "An inline map works on at most 40 items at a time; the others wait for their turn.",
    QUOTAS,
)
HTTP_TASK = Rule(
    "sfn-http-task-over-limit",
    Severity.WARNING,
    "HTTP task over its limits",
    "HTTP tasks are limited to 300 calls per second and 60 s each.",
    QUOTAS,
)
STANDARD_DEARER = Rule(
    "sfn-express-would-be-cheaper",
    Severity.NOTE,
    "Short workflow billed by transitions",
    "Express bills starts and time instead of transitions; it runs a step at least once instead "
    "of exactly once.",
    PRICING,
)
