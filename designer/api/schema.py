"""How the OpenAPI document is drawn: everything a view declares once appears here by itself."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from .serializers import ProblemBody

PROBLEM = "application/problem+json"

#: What any operation may answer besides its own successes.
ALWAYS = {
    "400": "The request cannot be read, or a parameter is unknown or out of range.",
    "401": "No valid session or token.",
    "403": "The role or the token's scopes do not allow it.",
    "404": "There is nothing at this address for this caller.",
    "406": "Only JSON is answered here.",
    "429": "Too many requests; see Retry-After.",
    "500": "Our fault; quote the request id.",
}
WITH_BODY = {
    "413": "The body is too large.",
    "415": "Send application/json.",
    "422": "The body was read but is not valid; `errors` says where.",
}
VERSIONED = {
    "412": "The object changed since; `current_etag` names the newest version.",
    "428": "If-Match is missing.",
}


class WeirSchema(AutoSchema):
    """Adds the problem answers, the query parameters and the conditional headers of ApiView."""

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = []
        declared = getattr(self.view, "queries", {}).get(self.method)
        if declared:
            found.append(declared)
        if self.method in getattr(self.view, "versioned", ()):
            found.append(
                OpenApiParameter(
                    "If-Match",
                    str,
                    OpenApiParameter.HEADER,
                    required=False,
                    description="The ETag of the version that is changed. Required: 428 without.",
                )
            )
        if self.method in getattr(self.view, "idempotent_methods", ()):
            found.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "pattern": "^[!-~]{1,255}$"},
                    OpenApiParameter.HEADER,
                    description="A repeated key answers the first answer again, for 48 hours.",
                )
            )
        return found

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        extra = dict(ALWAYS)
        if self.method in ("POST", "PUT", "PATCH"):
            extra |= WITH_BODY
        if self.method in getattr(self.view, "versioned", ()):
            extra |= VERSIONED
        if self.method != "GET":
            extra["409"] = "The state of the object does not allow it now."
        if self.method == "GET" and getattr(self.view, "conditional", False):
            answers["304"] = {"description": "The caller has this version."}
        for status, description in extra.items():
            if status not in answers:
                answers[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    OpenApiResponse(ProblemBody, description), status, [PROBLEM], direction
                )
        return dict(sorted(answers.items()))


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """API tokens."""

    target_class = "designer.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "weir_…",
            "description": "An API token, made in the settings; bound to one workspace.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session."""

    target_class = "designer.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "weir_session",
            "description": "The signed-in browser; writes also need X-CSRFToken from GET /me.",
        }


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Put the enumerations in place, then leave tags in the order of a reader's needs."""
    from drf_spectacular.hooks import postprocess_schema_enums

    result = postprocess_schema_enums(result, generator)  # type: ignore[no-untyped-call]
    result["tags"] = [
        {"name": "Discovery", "description": "What there is: links, catalog, schemas, limits."},
        {"name": "Designs", "description": "Drawings and their revisions."},
        {"name": "Proposals", "description": "Changes under review, threads, merging."},
        {"name": "Estimates", "description": "Runs, their results, and previews."},
        {"name": "Simulations", "description": "Runs over simulated time, and scenarios."},
        {"name": "What-ifs", "description": "A design with other numbers in it, many times."},
        {"name": "Exports", "description": "Templates built from a design."},
        {"name": "Notices", "description": "Of people, and webhooks with their deliveries."},
        {"name": "People", "description": "Workspaces, members and API tokens."},
    ]
    return result
