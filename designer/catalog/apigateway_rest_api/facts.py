"""Sources, limits and rules of REST APIs, with their dates."""

from __future__ import annotations

from ..base import Cause, Limit, Rule, Severity, Source, Status, Statuses

QUOTAS = Source(
    "API Gateway quotas, REST API",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "api-gateway-execution-service-limits-table.html",
    "2026-11-21",
)
PLANS = Source(
    "Usage plans and API keys for REST APIs",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
    "2026-11-21",
)
CACHING = Source(
    "Cache settings for REST APIs",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
    "2026-11-21",
)
CANARY = Source(
    "Set up an API Gateway canary release deployment",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html",
    "2026-11-21",
)
PRIVATE = Source(
    "Private REST APIs",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html",
    "2026-11-21",
)
TIMEOUT = Limit(
    "apigw.rest.timeout",
    "Integration timeout",
    29,
    "s",
    QUOTAS,
    adjustable=True,
    note="Regional and private APIs may ask for up to 300 s since June 2024.",
)
EDGE_TIMEOUT_S = 29.0  # No raise for edge-optimised APIs: QUOTAS.
PAYLOAD = Limit("apigw.rest.payload", "Payload", 10_240, "KiB", QUOTAS)
CACHED = Limit("apigw.rest.cached", "Answer that is cached", 1_024, "KiB", QUOTAS)
KEYS = Limit(
    "apigw.keys", "API keys", 10_000, "keys", QUOTAS, note="500 in accounts of before 2022."
)
PLAN_RATE = Limit(
    "apigw.plan.rate",
    "Rate of an API key",
    10_000,
    "requests/s",
    PLANS,
    note="Set in the usage plan, for each key; excess gets 429.",
)
PLAN_QUOTA = Limit(
    "apigw.plan.quota",
    "Quota of an API key, as a mean rate",
    10_000,
    "requests/s",
    PLANS,
    note="Set in the usage plan, for a day, a week or a month; excess gets 429. AWS keeps it by "
    "best effort.",
)

STATUSES: Statuses = {
    Cause.TOO_LARGE: Status(413, "Request larger than 10 MB"),
    Cause.THROTTLED: Status(429, "Over a throttle or a quota of the API"),
    Cause.DENIED: Status(403, "Denied by the authorizer"),
    Cause.NOT_CHECKED: Status(500, "The authorizer was throttled or failed"),
    Cause.NO_CAPACITY: Status(500, "The function was throttled"),
    Cause.REFUSED: Status(400, "The service behind was throttled"),
    Cause.FAILED: Status(502, "The function ended with an error or at its timeout"),
    Cause.TIMEOUT: Status(504, "The answer came after the integration timeout"),
}

KEY_THROTTLED = Rule(
    "apigw-plan-throttles",
    Severity.WARNING,
    "Callers run into their usage plan",
    "Above the rate or the quota of its key a caller gets 429, whatever the API could take.",
    PLANS,
)
KEY_ALONE = Rule(
    "apigw-key-is-no-authorizer",
    Severity.WARNING,
    "API keys alone do not protect an API",
    "Keys tell callers apart for throttles and quotas; AWS advises against them as the only proof "
    "of who calls.",
    PLANS,
)
CACHE_IDLE = Rule(
    "apigw-cache-without-hits",
    Severity.WARNING,
    "The cache is paid for and answers nothing",
    "A cache costs by the hour; with a TTL of 0, no hits, or answers above 1 MB every request "
    "reaches the integration.",
    CACHING,
)
CACHE_METHOD = Rule(
    "apigw-cache-not-get",
    Severity.NOTE,
    "Only GET is cached by itself",
    "A stage's cache serves GET methods; others need a setting of their own and a key that tells "
    "their bodies apart, and are estimated as not cached.",
    CACHING,
)
CANARY_ALONE = Rule(
    "apigw-canary-without-share",
    Severity.WARNING,
    "The canary gets no traffic",
    "An arrow leads to a canary, and the stage sends it no share of the requests.",
    CANARY,
)
FROM_OUTSIDE = Rule(
    "apigw-private-from-outside",
    Severity.WARNING,
    "A private API has no address on the internet",
    "It is reached through its VPC endpoint only: by what runs in the VPC, or over VPN and Direct "
    "Connect.",
    PRIVATE,
)
