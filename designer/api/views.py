"""The base of every API view: who asks, which scope it takes, which parameters exist."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from designer.accounts.access import Actor

from .problems import ApiError, _flatten
from .serializers import unknown_field
from .throttles import headers as rate_headers


class ApiView(APIView):
    """A view that says per method which scope a token needs and which parameters it takes."""

    #: Method -> scope that a token must have; a method without an entry takes any valid token.
    scopes: ClassVar[dict[str, str]] = {}
    #: Method -> serializer of the query string; without one, any parameter is refused.
    queries: ClassVar[dict[str, type[Serializer[Any]]]] = {}

    @cached_property
    def actor(self) -> Actor:
        """Who asks, and what they may do where."""
        return Actor.of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.query = self.read_query(request)

    def read_query(self, request: Request) -> dict[str, Any]:
        """Return the checked parameters.

        Raises:
            ApiError: 400 for an unknown parameter or a bad value.
        """
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in self.allowed_methods:
            return {}  # 405 follows; the parameters do not matter.
        declared = self.queries.get(method)
        serializer = declared(data=request.query_params.dict()) if declared else None
        known = list(serializer.fields) if serializer else []
        errors = [
            {"pointer": "", "code": "unknown-parameter", "message": unknown_field(name, known)}
            for name in request.query_params
            if name not in known
        ]
        if serializer is not None and not serializer.is_valid():
            errors += [one.to_dict() for one in _flatten(serializer.errors)]
        if errors:
            first = errors[0]
            where = first["pointer"].removeprefix("/")
            raise ApiError(
                400,
                "bad-parameter",
                f"{where}: {first['message']}" if where else first["message"],
                title="The query string is not valid",
                errors=[{"nearest": None, **error} for error in errors],
            )
        return dict(serializer.validated_data) if serializer else {}

    def read(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """Return the checked body."""
        body = serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    @extend_schema(exclude=True)
    def options(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        """Answer which methods there are."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in rate_headers(request).items():
            answer[name] = value
        patch_vary_headers(answer, ("Authorization", "Cookie"))
        return answer


def not_modified(tag: str) -> HttpResponse:
    """Return 304 for a caller who has this version."""
    return HttpResponse(status=304, headers={"ETag": tag})
