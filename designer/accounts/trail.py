"""HTTP face of the audit log: pages, and the whole of it as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from designer.api.pagination import page
from designer.api.views import ApiView

from . import serializers as s
from .models import AuditEntry, Role, Scope, User
from .views import TAGS, person

CHUNK = 500  # Rows read, and people looked up, at a time.
COLUMNS = (
    *("at", "action", "actor_id", "actor_name", "actor_email", "token", "object"),
    *("route", "request_id", "before", "after", "note", "id"),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def entries(workspace_id: str, asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    """Return the entries that a filter lets through."""
    rows = AuditEntry.objects.filter(workspace_id=workspace_id)
    if action := asked.get("action"):
        rows = rows.filter(Q(action=action) | Q(action__startswith=action.rstrip(".") + "."))
    names = {"actor": "user_id", "token": "token_id", "object": "object_id"}
    bounds = {"since": "at__gte", "until": "at__lt"}
    for name, column in {**names, **bounds}.items():
        if name in asked:
            rows = rows.filter(**{column: asked[name]})
    return rows


def bodies(rows: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Return entries with the names of who acted; the trail itself keeps ids only."""
    found = list(rows)
    people = User.objects.in_bulk({one.user_id for one in found if one.user_id})
    gone = {"name": "", "email": ""}
    return [
        {
            "id": one.pk,
            "at": one.at,
            "action": one.action,
            "actor": (
                person(people[one.user_id])
                if one.user_id in people
                else {"id": one.user_id, **gone}
            )
            if one.user_id
            else None,
            "token": one.token_id or None,
            "object": one.object_id,
            "route": one.route,
            "request_id": one.request_id,
            "before": one.before_hash,
            "after": one.after_hash,
            "note": one.note,
        }
        for one in found
    ]


class AuditView(ApiView):
    scopes = {"GET": Scope.AUDIT_READ}
    queries = {"GET": s.AuditQuery}

    @extend_schema(
        operation_id="audit_list",
        summary="Audit log of a workspace",
        description="Who did what, when, by which token, newest first. Entries are never changed.",
        tags=TAGS,
        request=None,
        responses={200: s.AuditList},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        return page(request, entries(workspace_id, self.query), self.query, bodies, order="-at")


class _AnyAccept(BaseContentNegotiation):
    """The address names the form."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def _described(rows: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    """Yield all entries, a chunk in memory at a time."""
    source = rows.order_by("-at", "-pk").iterator(chunk_size=CHUNK)
    while chunk := list(islice(source, CHUNK)):
        for body in bodies(chunk):
            yield {**body, "at": body["at"].isoformat().replace("+00:00", "Z")}


def _cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        actor = row["actor"] or {"id": "", "name": "", "email": ""}
        flat = {**row, **{f"actor_{name}": value for name, value in actor.items()}}
        writer.writerow([_cell(flat[name]) for name in COLUMNS])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def json_parts(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the parts of one JSON object."""
    yield '{"items": ['
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


class _ExportView(ApiView):
    scopes = {"GET": Scope.AUDIT_READ}
    queries = {"GET": s.AuditFilter}
    content_negotiation_class = _AnyAccept

    def export(
        self, workspace_id: str, kind: str, media_type: str
    ) -> tuple[Iterator[dict[str, Any]], dict[str, str]]:
        self.actor.require(workspace_id, Role.OWNER)
        headers = {
            "Content-Type": media_type,
            "Content-Disposition": f'attachment; filename="audit.{kind}"',
        }
        return _described(entries(workspace_id, self.query)), headers


class AuditCsvView(_ExportView):
    @extend_schema(
        operation_id="audit_csv",
        summary="Audit log as CSV",
        tags=TAGS,
        request=None,
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "The file.")},
    )
    def get(self, request: Request, workspace_id: str) -> HttpResponseBase:
        rows, headers = self.export(workspace_id, "csv", "text/csv; charset=utf-8")
        return StreamingHttpResponse(csv_lines(rows), headers=headers)


class AuditJsonView(_ExportView):
    @extend_schema(
        operation_id="audit_json",
        summary="Audit log as one JSON file",
        tags=TAGS,
        request=None,
        responses={200: s.AuditFile},
    )
    def get(self, request: Request, workspace_id: str) -> HttpResponseBase:
        rows, headers = self.export(workspace_id, "json", "application/json")
        return StreamingHttpResponse(json_parts(rows), headers=headers)
