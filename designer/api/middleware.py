"""What holds for every answer: request id, security headers, compression, the API's bounds."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from .problems import ApiError

Answer = Callable[[HttpRequest], HttpResponse]

_request_id: ContextVar[str] = ContextVar("request_id", default="-")
ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        # The chart and component libraries set style attributes.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def current_request_id() -> str:
    """Return the id of the request being answered, "-" outside of one."""
    return _request_id.get()


class RequestIdFilter(logging.Filter):
    """Puts the request id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True


class RequestIdMiddleware:
    """Gives each request an id, the client's own when it is harmless, and answers with it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("X-Request-Id", "")
        request_id = asked if ACCEPTED_ID.fullmatch(asked) else f"req_{secrets.token_hex(10)}"
        token = _request_id.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(token)
        response["X-Request-Id"] = request_id
        return response


class SecurityHeadersMiddleware:
    """Headers that Django's own security middleware does not set."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        # Older than frame-ancestors and without a list: left out where a page may be framed.
        if "frame-ancestors 'self'" not in response["Content-Security-Policy"]:
            response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class GzipMiddleware(GZipMiddleware):
    """Compress, but leave ETags strong.

    Our tags name the version of a row, not its bytes, and clients send them back in If-Match, where
    a weak tag would never match. Ranges are not served under the API, so nothing mixes encodings.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.get("Content-Type") == "text/event-stream":
            return response  # An event is sent when it happens, not when a block is full.
        tag = response.get("ETag")
        response = super().process_response(request, response)
        if tag:
            response["ETag"] = tag
        return response


class ApiMiddleware:
    """Refuse oversized bodies before they are read; keep API answers out of shared caches."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > settings.MAX_BODY_BYTES:
            from .problems import answer  # problems reads the request id from this module.

            response = answer(request, too_large())
        elif "Transfer-Encoding" in request.headers and not length:
            from .problems import ApiError, answer

            # WSGI gives no end to such a body; read as empty, it would be obeyed as empty.
            detail = "Send Content-Length with the body."
            response = answer(request, ApiError(411, "length-required", detail))
        else:
            response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


def too_large() -> ApiError:
    """Return 413 with the limit."""
    from .problems import ApiError

    limit = settings.MAX_BODY_BYTES
    return ApiError(
        413, "body-too-large", f"The body is larger than {limit // 1024**2} MiB.", limit_bytes=limit
    )
