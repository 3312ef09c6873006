"""What deserves attention about a REST API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import Finding, NodeView, number
from .facts import (
    CACHE_IDLE,
    CACHE_METHOD,
    CANARY_ALONE,
    FROM_OUTSIDE,
    KEY_ALONE,
    KEY_THROTTLED,
    PLAN_QUOTA,
    PLAN_RATE,
)

if TYPE_CHECKING:
    from .room import RestApi

CANARY_START = 0.1


def findings(api: RestApi, view: NodeView) -> Iterable[Finding]:
    """Yield what deserves attention about a REST API."""
    yield from _plan(api, view)
    yield from _cache(api, view)
    canaries = [e for e in view.outbound if getattr(e.connection, "release", "") == "canary"]
    if canaries and api.canary_ratio <= 0:
        yield CANARY_ALONE.found(
            f"{canaries[0].target_name} is the canary of {view.name} and gets nothing.",
            "Give the canary a share of the stage's requests.",
            field="canary_ratio",
            value=CANARY_START,
        )
    outside = [e for e in view.inbound if e.source.type == "client"]
    if api.endpoint == "PRIVATE" and outside:
        yield FROM_OUTSIDE.found(
            f"{outside[0].source_name} calls {view.name}: from the internet it finds no address.",
            "Let it call from the VPC or over VPN and Direct Connect, or make the API Regional.",
            field="endpoint",
            value="REGIONAL",
        )


def _plan(api: RestApi, view: NodeView) -> Iterable[Finding]:
    if not api.usage_plan:
        return
    for limit, field in ((PLAN_RATE, "plan_rate_per_s"), (PLAN_QUOTA, "plan_quota")):
        used = view.utilisation.get(limit.id, 0.0)
        if used > 1:
            yield KEY_THROTTLED.found(
                f"The busiest of {api.api_keys} keys wants {number(round(used * 100, 1))} % of its "
                f"{'rate' if limit is PLAN_RATE else 'quota'}.",
                "Raise it in the plan, sell that caller a larger plan, or let it be refused.",
                field=field,
            )
    guarded = api.authorizer != "none" or any(e.connection.guards for e in view.outbound)
    if not guarded:
        yield KEY_ALONE.found(
            f"{view.name} knows its callers by their keys only.",
            "Draw an arrow to a Lambda authorizer, or let IAM or a Cognito user pool check them.",
            field="authorizer",
            value="iam",
        )


def _cache(api: RestApi, view: NodeView) -> Iterable[Finding]:
    if api.cache_gb == "none":
        return
    if api.hit_ratio <= 0:
        yield CACHE_IDLE.found(
            f"The cache of {api.cache_gb} GB of {view.name} answers no request.",
            "State the share of hits, a TTL above 0 and answers up to 1 MB, or leave the cache.",
            field="cache_gb",
            value="none",
        )
        return
    routes = [e for e in view.outbound if hasattr(e.connection, "cached")]
    if routes and not any(getattr(e.connection, "cached", False) for e in routes):
        method = getattr(routes[0].connection, "method", "")
        yield CACHE_METHOD.found(
            f"{view.name} has no GET route: its cache answers none of the {method} requests.",
            "Make what is read GET, or leave the cache.",
            field="cache_gb",
            value="none",
        )
