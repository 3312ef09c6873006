"""HTTP face of templates: a design as CloudFormation and as state machine definitions."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from designer.document import Design as Document
from designer.interchange import asl, cloudformation

from . import serializers as s
from .views import find_design

Handler = TypeVar("Handler", bound=Callable[..., HttpResponse])

TAGS = ["Exports"]
MEDIA_TYPES = {"yaml": "application/yaml", "json": "application/json", "zip": "application/zip"}
FORMS: dict[str, Any] = {
    "yaml": {"type": "object", "additionalProperties": True},
    "json": {"type": "object", "additionalProperties": True},
    "zip": OpenApiTypes.BINARY,
}


def _file(path: str, kind: str, content: str) -> dict[str, str]:
    return {"path": path, "media_type": MEDIA_TYPES[kind], "content": content}


def state_machines(document: Document) -> list[dict[str, str]]:
    """Return one file for each state machine of a design."""
    return [
        _file(name, "json", json.dumps(definition, indent=2) + "\n")
        for name, definition in asl.export(document).items()
    ]


def template(document: Document, form: str) -> tuple[dict[str, str], list[str]]:
    """Return the template file and what was noted while it was written."""
    made = cloudformation.export(document)
    content = made.to_json() if form == "json" else made.to_yaml()
    return _file(f"template.{form}", form, content), [str(note) for note in made.notes]


class ExportsView(ApiView):
    scopes = {"POST": Scope.EXPORTS_READ}
    throttle_classes = [RequestThrottle, PreviewThrottle]

    @extend_schema(
        operation_id="exports_create",
        summary="Export a document or a design",
        description="Stores nothing.",
        tags=TAGS,
        request=s.ExportRequest,
        responses={200: s.ExportBody},
    )
    def post(self, request: Request) -> Response:
        asked = self.read(s.ExportRequest)
        if "design" in asked:
            stored = find_design(self, asked["design"], Role.VIEWER)
            document = documents.load(stored.document)
        else:
            document = asked["document"]
        if asked["to"] == "asl":
            return Response({"files": state_machines(document), "notes": []})
        file, notes = template(document, asked["format"])
        return Response({"files": [file], "notes": notes})


class AnyAccept(BaseContentNegotiation):
    """Downloads have one form each, named by the address; Accept does not choose."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def file_stem(name: str) -> str:
    """Return a file name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "design"


class DownloadView(ApiView):
    scopes = {"GET": Scope.EXPORTS_READ}
    throttle_classes = [RequestThrottle, PreviewThrottle]
    content_negotiation_class = AnyAccept
    kind = ""

    def content(self, document: Document) -> bytes:
        return template(document, self.kind)[0]["content"].encode()

    def download(self, design_id: str) -> HttpResponse:
        design = find_design(self, design_id, Role.VIEWER)
        content = self.content(documents.load(design.document))
        response = HttpResponse(content, content_type=MEDIA_TYPES[self.kind])
        file = f"{file_stem(design.name)}.{self.kind}"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        return response


def _download(kind: str, what: str) -> Callable[[Handler], Handler]:
    """Describe the download of one kind of file."""
    return extend_schema(
        operation_id=f"exports_{kind}",
        summary=what,
        tags=TAGS,
        request=None,
        responses={(200, MEDIA_TYPES[kind]): OpenApiResponse(FORMS[kind], "The file.")},
    )


class TemplateYamlView(DownloadView):
    kind = "yaml"

    @_download("yaml", "CloudFormation template as YAML")
    def get(self, request: Request, design_id: str) -> HttpResponse:
        return self.download(design_id)


class TemplateJsonView(DownloadView):
    kind = "json"

    @_download("json", "CloudFormation template as JSON")
    def get(self, request: Request, design_id: str) -> HttpResponse:
        return self.download(design_id)


class BundleView(DownloadView):
    kind = "zip"

    def content(self, document: Document) -> bytes:
        files = [template(document, "yaml")[0], *state_machines(document)]
        # One fixed date, so that the same design gives the same bytes.
        date = datetime(2020, 1, 1, tzinfo=UTC).timetuple()[:6]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
            for file in files:
                entry = zipfile.ZipInfo(file["path"], date)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                bundle.writestr(entry, file["content"])
        return out.getvalue()

    @_download("zip", "Template and state machine definitions in one archive")
    def get(self, request: Request, design_id: str) -> HttpResponse:
        return self.download(design_id)
