"""Rate limits: a fixed window of a minute, counted per token or person, told in every answer."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW_S = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Count:
    """Where a caller stands within one window."""

    policy: str
    quota: int
    used: int
    reset_s: int

    @property
    def allowed(self) -> bool:
        return self.used <= self.quota

    @property
    def remaining(self) -> int:
        return max(0, self.quota - self.used)


def count(policy: str, who: str, quota: int) -> Count:
    """Count one more request of somebody and return where they stand."""
    now = time.time()
    window = int(now // WINDOW_S)
    key = f"rate:{policy}:{who}:{window}"
    try:
        used = 1 if cache.add(key, 1, timeout=2 * WINDOW_S) else cache.incr(key)
    except ValueError:  # Evicted between the two calls.
        used = 1
    except (RedisError, OSError):
        # Without its counters the server still answers; the limit returns with them.
        log.warning("requests are not counted: the cache does not answer", exc_info=True)
        used = 0
    return Count(policy, quota, used, math.ceil((window + 1) * WINDOW_S - now))


def address(request: HttpRequest) -> str:
    """Return the caller's address; the proxy's word counts only when it is trusted."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.TRUST_PROXY and forwarded:
        return str(forwarded.rsplit(",", 1)[-1].strip())
    return str(request.META.get("REMOTE_ADDR", "-"))


def caller(request: Request) -> str:
    """Return the key of whoever asks: token, else person, else address."""
    if request.auth is not None:
        return str(request.auth.pk)
    if request.user.is_authenticated:
        return str(request.user.pk)
    return address(request)


class RequestThrottle(BaseThrottle):
    """The policy ``default``, for every call of the API."""

    policy = "default"

    def quota(self) -> int:
        return settings.REQUESTS_PER_MIN

    def allow_request(self, request: Request, view: Any) -> bool:
        self.counted = count(self.policy, caller(request), self.quota())
        request.META.setdefault("weir.rates", []).append(self.counted)
        return self.counted.allowed

    def wait(self) -> float:
        return self.counted.reset_s


class PreviewThrottle(RequestThrottle):
    """The policy ``previews``: calls that compute while the caller waits."""

    policy = "previews"

    def quota(self) -> int:
        return settings.PREVIEWS_PER_MIN


def headers(request: HttpRequest) -> dict[str, str]:
    """Return the rate headers (structured fields) of the windows that were counted."""
    counts: list[Count] = request.META.get("weir.rates", [])
    if not counts:
        return {}
    tightest = min(counts, key=lambda one: one.remaining)
    return {
        "RateLimit-Policy": ", ".join(f'"{c.policy}";q={c.quota};w={WINDOW_S}' for c in counts),
        "RateLimit": ", ".join(f'"{c.policy}";r={c.remaining};t={c.reset_s}' for c in counts),
        "X-RateLimit-Limit": str(tightest.quota),
        "X-RateLimit-Remaining": str(tightest.remaining),
        "X-RateLimit-Reset": str(tightest.reset_s),
    }
