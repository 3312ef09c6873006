"""What there is: the catalog, the schemas, the OpenAPI document."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from designer import catalog, document

from .etags import unchanged
from .meanings import MEANINGS
from .views import ApiView, not_modified

TAGS = ["Discovery"]
ANY_OBJECT = {"type": "object", "additionalProperties": True}


def _encoded(content: Any) -> tuple[bytes, str]:
    """Return the bytes of a body that is the same while this process lives, and its tag."""
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return raw, f'"{hashlib.sha256(raw).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def catalog_json() -> tuple[bytes, str]:
    return _encoded(catalog.describe())


@lru_cache(maxsize=1)
def design_schema_json() -> tuple[bytes, str]:
    return _encoded(document.json_schema())


@lru_cache(maxsize=1)
def openapi_json() -> tuple[bytes, str]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return _encoded(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


class _FixedView(ApiView):
    """A body that changes only with a new version of the server."""

    conditional = True

    def fixed(
        self, request: Request, body: tuple[bytes, str], media_type: str = "application/json"
    ) -> HttpResponse:
        raw, tag = body
        response = (
            not_modified(tag)
            if unchanged(request, tag)
            else HttpResponse(raw, content_type=media_type, headers={"ETag": tag})
        )
        response["Cache-Control"] = "private, no-cache"
        return response


class CatalogView(_FixedView):
    @extend_schema(
        operation_id="catalog",
        summary="Services, connections and which reach which",
        tags=TAGS,
        request=None,
        responses={200: ANY_OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.fixed(request, catalog_json())


class DesignSchemaView(_FixedView):
    @extend_schema(
        operation_id="design_schema",
        summary="JSON Schema of the design document",
        tags=TAGS,
        request=None,
        responses={200: ANY_OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.fixed(request, design_schema_json())


class ProblemsView(_FixedView):
    @extend_schema(
        operation_id="problems",
        summary="What each problem code means",
        tags=TAGS,
        request=None,
        responses={200: ANY_OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.fixed(request, _encoded({"problems": MEANINGS}))


class OpenApiView(_FixedView):
    @extend_schema(
        operation_id="openapi",
        summary="This description",
        tags=TAGS,
        request=None,
        responses={200: ANY_OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.fixed(request, openapi_json())
