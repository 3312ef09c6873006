"""Two ways to be known to the API: a bearer token, or the browser's session with a CSRF token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from designer.api.problems import ApiError

from .models import ApiToken, User, digest

PREFIX = "weir_"
TOUCH_EVERY = timedelta(minutes=1)  # How exact last_used_at is; not a write per request.


def user_of(request: Request) -> User:
    """Return the person of a request that passed SignedInWithScope."""
    return cast("User", request.user)


def token_of(request: Request) -> ApiToken | None:
    """Return the token that a request came with."""
    return cast("ApiToken | None", request.auth)


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer weir_…``."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = request.headers.get("Authorization", "")
        scheme, _, secret = header.partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not secret.strip():
            raise exceptions.AuthenticationFailed("Send Authorization: Bearer weir_….")
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest(secret.strip()), revoked_at=None)
            .first()
        )
        if token is None or not token.user.is_active:
            raise exceptions.AuthenticationFailed("This token is not valid or was revoked.")
        if token.expires_at <= now:
            raise exceptions.AuthenticationFailed("This token has expired; make a new one.")
        if token.last_used_at is None or token.last_used_at < now - TOUCH_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="weir"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in browser; unsafe methods need X-CSRFToken."""


class SignedInWithScope(BasePermission):
    """Signed in, and if by token, with the scope that the view names for the method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        token = token_of(request)
        if token is None:
            return True
        method = "GET" if request.method == "HEAD" else request.method
        needed = getattr(view, "scopes", {}).get(method)
        if needed is not None and needed not in token.scopes:
            raise ApiError(
                403,
                "scope-missing",
                f"This needs the scope {needed}; the token has {', '.join(token.scopes)}.",
                required_scope=str(needed),
            )
        return True
