"""Every error of the API as ``application/problem+json`` (RFC 9457).

One exception handler for DRF, and the same answers for what Django refuses before a view is found.
A body never holds a stack trace, SQL or a path of this machine; an unexpected error tells only the
request id, under which the log holds the rest.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework import exceptions
from rest_framework.response import Response

from designer.errors import Problem, UserError, pointer

from .middleware import current_request_id

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/"

log = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer other than success, with everything that goes into its body and head."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        title: str = "",
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.title = title or HTTPStatus(status).phrase
        self.errors = errors or []
        self.headers = dict(headers or {})
        self.extra = extra


def body(problem: ApiError, instance: str) -> dict[str, Any]:
    """Return the problem document."""
    return {
        "type": f"/api/v1/problems#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "errors": problem.errors,
        "request_id": current_request_id(),
        **problem.extra,
    }


def user_error_body(error: UserError) -> dict[str, Any]:
    """Return what a person can mend, in the shape of a problem document, to be kept with a run."""
    return body(from_user_error(error), "") | {"instance": None, "request_id": None}


def from_user_error(error: UserError) -> ApiError:
    """Return 422 with every place that needs mending; pointers are into the design document."""
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        error.code,
        error.problems[0].message if error.problems else str(error),
        title=error.title,
        errors=[problem.to_dict() for problem in error.problems],
    )


def _flatten(detail: Any, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, path if key == "non_field_errors" else (*path, key))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            yield from _flatten(value, (*path, index) if nested else path)
    elif detail:
        code = str(getattr(detail, "code", "invalid")).replace("_", "-")
        yield Problem(pointer(*path), code, str(detail))


def from_validation(error: exceptions.ValidationError) -> ApiError:
    """Return 422 for a body whose fields are wrong; pointers are into the body."""
    problems = list(_flatten(error.detail))
    first = problems[0] if problems else Problem("", "invalid", "The body is not valid.")
    place = first.pointer.removeprefix("/").replace("/", ".")
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-body",
        f"{place}: {first.message}" if place else first.message,
        title="The request body is not valid",
        errors=[problem.to_dict() for problem in problems],
    )


CODES = {
    400: "bad-request",
    401: "not-authenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "body-too-large",
    415: "unsupported-media-type",
    429: "rate-limited",
}


def _from_drf(error: exceptions.APIException) -> ApiError:
    headers: dict[str, str] = {}
    detail = error.detail if isinstance(error.detail, str) else str(error.detail)
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.Throttled):
        wait_s = max(1, math.ceil(getattr(error, "wait", None) or 1))
        headers["Retry-After"] = str(wait_s)
        detail = f"Too many requests; try again in {wait_s} s."
    if isinstance(error, exceptions.UnsupportedMediaType):
        detail = f"{detail} Send application/json."
    if isinstance(error, exceptions.NotAcceptable):
        detail = "This address answers application/json only."
    code = CODES.get(error.status_code, "refused")
    if isinstance(error, exceptions.PermissionDenied) and detail.startswith("CSRF"):
        code = "csrf-failed"
    return ApiError(error.status_code, code, detail, headers=headers)


def to_problem(error: Exception) -> ApiError:
    """Return the answer that an exception stands for; anything unknown is a neutral 500."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, UserError):
        return from_user_error(error)
    if isinstance(error, exceptions.ValidationError):
        return from_validation(error)
    if isinstance(error, exceptions.APIException):
        return _from_drf(error)
    if isinstance(error, Http404):
        return ApiError(404, "not-found", "There is nothing at this address for you.")
    if isinstance(error, PermissionDenied):
        return ApiError(403, "forbidden", "You may not do this.")
    return ApiError(
        500,
        "internal-error",
        "Something went wrong on the server. Quote the request id when you report it.",
    )


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler."""
    request = context["request"]
    problem = to_problem(error)
    if problem.status >= 500:
        log.error("unexpected error at %s", request.path, exc_info=error)
    response = Response(body(problem, request.path), status=problem.status, headers=problem.headers)
    response.content_type = MEDIA_TYPE
    # Tells Django's request logger and the idempotency keeper that this was no success.
    response.exception = True
    return response


def answer(request: HttpRequest, problem: ApiError) -> HttpResponse:
    """Return the problem outside DRF: JSON under the API, a plain page elsewhere."""
    response: HttpResponse
    if request.path.startswith(API_PREFIX):
        response = JsonResponse(
            body(problem, request.path), status=problem.status, content_type=MEDIA_TYPE
        )
    else:
        response = render(request, "api/problem.html", {"problem": problem}, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, ApiError(400, "bad-request", "The request cannot be read."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, to_problem(PermissionDenied()))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, to_problem(Http404()))


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, to_problem(RuntimeError()))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = "The page was open too long or cookies are blocked. Reload it and try again."
    return answer(request, ApiError(403, "csrf-failed", detail))
