"""The pages that Django draws itself: signing in, out, and the frame of the single-page app."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from designer.api.problems import ApiError
from designer.api.throttles import address, count

from . import actions, joining
from .models import Invitation

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def _next(request: HttpRequest) -> str:
    """Return where to go after signing in; only within this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else settings.LOGIN_REDIRECT_URL


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Sign in by e-mail address and password."""
    target = _next(request)
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(target)
    context: dict[str, object] = {"next": target}
    if request.method != "POST":
        return render(request, "accounts/login.html", context)
    email = request.POST.get("email", "").strip().lower()[:254]
    # By address, so that one cannot be guessed from many names; by name, so that one name cannot
    # be guessed from many addresses.
    counts = [
        count("login-address", address(request), 5 * settings.LOGINS_PER_MIN),
        count("login-name", email, settings.LOGINS_PER_MIN),
    ]
    context["email"] = email
    if not all(one.allowed for one in counts):
        wait_s = max(one.reset_s for one in counts)
        context["error"] = f"Too many attempts. Try again in {wait_s} s."
        response = render(request, "accounts/login.html", context, status=429)
        response["Retry-After"] = str(wait_s)
        return response
    password = request.POST.get("password", "")
    user = authenticate(request, username=email, password=password) if "\x00" not in email else None
    if user is None:
        context["error"] = "E-mail address and password do not match."
        return render(request, "accounts/login.html", context, status=401)
    login(request, user)
    return HttpResponseRedirect(target)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in by a one-time link.

    GET only shows a form, which the page's own script sends at once: programs that fetch links to
    preview them do not burn it, and a person clicks once.
    """
    if request.method != "POST":
        response = render(request, "accounts/link.html")
    else:
        user = actions.use_login_link(secret=secret)
        if user is None:
            return render(request, "accounts/link.html", {"spent": True}, status=410)
        login(request, user, backend=MODEL_BACKEND)
        response = HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    # The address is a secret, so no other site learns it; "no-referrer" would hide our own origin
    # from the form check too.
    response["Referrer-Policy"] = "same-origin"
    return response


def _refused(request: HttpRequest, problem: ApiError) -> HttpResponse:
    context = {"refusal": problem.detail, "status": problem.status}
    return render(request, "accounts/invite.html", context, status=problem.status)


def _join_as_new(request: HttpRequest, secret: str, invitation: Invitation) -> HttpResponse:
    """Make an account for the holder of an invitation, unless the address has one."""
    email = invitation.email or request.POST.get("email", "").strip().lower()[:254]
    name = request.POST.get("name", "").strip()[:120]
    context: dict[str, object] = {"invitation": invitation, "email": email, "name": name}
    counted = count("join", address(request), 5 * settings.LOGINS_PER_MIN)
    user = None
    try:
        validate_email(email)
        if not counted.allowed:
            context["error"] = f"Too many attempts. Try again in {counted.reset_s} s."
        else:
            user = joining.accept_as_new(
                secret=secret, email=email, name=name, route="POST /invite/<secret>"
            )
            context["error"] = "If you have an account here, sign in; else take another address."
    except ValidationError:
        context["error"] = "That is not an e-mail address."
    if user is None:
        return render(request, "accounts/invite.html", context, status=422)
    login(request, user, backend=MODEL_BACKEND)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation; POST accepts it, for whoever is signed in or for somebody new."""
    invitation = joining.find_open(secret)
    try:
        if invitation is None:
            detail = "This invitation was used, withdrawn or has expired. Ask for a new one."
            response = _refused(request, ApiError(410, "invitation-spent", detail))
        elif request.method != "POST":
            response = render(request, "accounts/invite.html", {"invitation": invitation})
        elif request.user.is_authenticated:
            joining.accept(secret=secret, user=request.user, route="POST /invite/<secret>")
            response = HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
        else:
            response = _join_as_new(request, secret, invitation)
    except ApiError as problem:
        response = _refused(request, problem)
    response["Referrer-Policy"] = "same-origin"
    return response


@never_cache
@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL)


@lru_cache(maxsize=2)
def _index(path: Path, changed_ns: int) -> bytes:
    return path.read_bytes()


@login_required
@require_safe
def app_page(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Serve the single-page app; it asks the API for everything else."""
    return app_frame(request)


def app_frame(request: HttpRequest) -> HttpResponse:
    """Return the single-page app, which by itself tells nothing."""
    path = settings.FRONTEND_DIR / "index.html"
    try:
        page = _index(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return render(request, "accounts/not_built.html", status=503)
    response = HttpResponse(page)
    response["Cache-Control"] = "no-cache"  # A new build must show at the next load.
    return response
