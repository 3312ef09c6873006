"""The form of a REST API, group by group."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..base import WebFront, choice, flag, latency_fields, quantity, ratio, text
from . import facts
from .facts import CACHING, CANARY, PLANS, QUOTAS

CACHE_SIZES = Literal["none", "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]
PLAN = ("usage_plan", True)
_P50, _P99 = latency_fields(15, 50, "the gateway adds", title="Overhead", le=60_000)


class RestSettings(WebFront):
    """What is asked of a REST API."""

    type: str
    title: ClassVar = "REST API"
    aliases: ClassVar = ("api gateway", "rest", "api", "gateway", "endpoint")
    summary: ClassVar = (
        "Passes HTTPS requests on and returns the answer; with cache and usage plans."
    )
    docs_url: ClassVar = QUOTAS.url
    cloudformation: ClassVar = "AWS::ApiGateway::RestApi"
    id_base: ClassVar = "rest_api"
    limits: ClassVar = (
        *WebFront.limits,
        facts.TIMEOUT,
        facts.PAYLOAD,
        facts.CACHED,
        facts.KEYS,
        facts.PLAN_RATE,
        facts.PLAN_QUOTA,
    )
    rules: ClassVar = (
        *WebFront.rules,
        facts.KEY_THROTTLED,
        facts.KEY_ALONE,
        facts.CACHE_IDLE,
        facts.CACHE_METHOD,
        facts.CANARY_ALONE,
        facts.FROM_OUTSIDE,
    )
    statuses: ClassVar = facts.STATUSES
    timeout_limit: ClassVar = facts.TIMEOUT
    payload_limit: ClassVar = facts.PAYLOAD

    endpoint: Literal["REGIONAL", "EDGE", "PRIVATE"] = choice(
        "REGIONAL",
        "Where requests enter: in the region, at CloudFront's edge, or in a VPC only.",
        titles={"REGIONAL": "Regional", "EDGE": "Edge", "PRIVATE": "Private"},
    )
    vpc_endpoint: Literal["new", "existing"] = choice(
        "new",
        "The interface endpoint for execute-api: made and paid for here, or one that other "
        "APIs of the VPC pay for already. Its data is paid for in both cases.",
        title="VPC endpoint",
        titles={"new": "Of this API", "existing": "Already there"},
        show_if=("endpoint", "PRIVATE"),
    )
    endpoint_zones: int = quantity(
        "zones",
        2,
        "Availability zones in which the endpoint has an address; each is paid by the hour.",
        title="Zones of the endpoint",
        ge=1,
        le=6,
        show_if=("endpoint", "PRIVATE"),
    )
    stage: str = text(
        "live",
        "Name of the stage, the first part of the path.",
        pattern=r"^[A-Za-z0-9_\-]+$",
        max_length=128,
    )
    authorizer: Literal["none", "iam", "cognito"] = choice(
        "none",
        "Who checks callers; for a Lambda authorizer draw an arrow to its function.",
        titles={"none": "None, or a drawn function", "iam": "IAM", "cognito": "Cognito user pool"},
        group="Access",
    )
    pool_users: int = quantity(
        "users",
        0,
        "Users of the pool in a month that this design pays for (Essentials tier); 0 where the "
        "pool is paid for elsewhere.",
        title="Active users of the pool",
        ge=0,
        le=1_000_000_000,
        group="Access",
        show_if=("authorizer", "cognito"),
    )
    usage_plan: bool = flag(
        False,
        "Callers send an API key; a plan limits each key.",
        title="Usage plan with API keys",
        group="Usage plan",
    )
    api_keys: int = quantity(
        "keys",
        10,
        "Callers with a key of their own.",
        title="API keys",
        ge=1,
        le=10_000,
        group="Usage plan",
        show_if=PLAN,
    )
    busiest_key_ratio: float | None = ratio(
        None,
        "Share of the requests that the busiest key makes; empty is an even spread.",
        title="Busiest key",
        group="Usage plan",
        gt=0,
        show_if=PLAN,
    )
    plan_rate_per_s: float | None = quantity(
        "1/s",
        None,
        "Requests per second that one key may make; empty sets none.",
        title="Rate per key",
        gt=0,
        le=10_000,
        group="Usage plan",
        source=PLANS,
        show_if=PLAN,
    )
    plan_burst: int | None = quantity(
        "requests",
        None,
        "Requests that one key may make at once; empty is one second's rate.",
        title="Burst per key",
        ge=1,
        le=5_000,
        group="Usage plan",
        show_if=PLAN,
    )
    plan_quota: int | None = quantity(
        "requests",
        None,
        "Requests that one key may make in a period; empty sets none.",
        title="Quota per key",
        ge=1,
        le=10_000_000_000,
        group="Usage plan",
        source=PLANS,
        show_if=PLAN,
    )
    plan_period: Literal["DAY", "WEEK", "MONTH"] = choice(
        "MONTH",
        "Period of the quota.",
        title="Quota per",
        titles={"DAY": "Day", "WEEK": "Week", "MONTH": "Month"},
        group="Usage plan",
        show_if=PLAN,
    )
    canary_ratio: float = ratio(
        0.0,
        "Share of the stage's requests that its canary deployment gets.",
        title="Canary share",
        group="Canary",
        assumed=False,
        source=CANARY,
    )
    canary_uses_cache: bool = flag(
        False,
        "Requests of the canary are answered from the stage's cache too.",
        title="Canary uses the cache",
        group="Canary",
    )
    cache_gb: CACHE_SIZES = choice(
        "none",
        "Size of the stage's cache; paid by the hour.",
        title="Cache",
        group="Cache",
        titles={"none": "No cache"},
    )
    cache_hit_ratio: float = ratio(
        0.0,
        "Share of the GET requests answered from the cache; it serves no other method.",
        title="Cache hits",
        group="Cache",
    )
    cache_ttl_s: float = quantity(
        "s",
        300,
        "How long an answer stays in the cache; 0 keeps none.",
        title="Cache TTL",
        ge=0,
        le=3_600,
        group="Cache",
        source=CACHING,
    )
    overhead_p50_ms: float = _P50
    overhead_p99_ms: float = _P99
