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
