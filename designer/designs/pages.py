"""The page of a share link: the single-page app for people who are not signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from designer.accounts.pages import app_frame
from designer.api.middleware import CONTENT_SECURITY_POLICY
from designer.api.problems import ApiError, answer

from . import sharing


@never_cache
@require_safe
def shared_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Serve the app for a link in force; only the link's own origins may frame it."""
    try:
        link = sharing.find_link(secret)
    except ApiError as problem:
        return answer(request, problem)
    response = app_frame(request)
    response["Referrer-Policy"] = "no-referrer"
    if link.embed_origins:
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
            "frame-ancestors 'none'", f"frame-ancestors 'self' {' '.join(link.embed_origins)}"
        )
    return response
