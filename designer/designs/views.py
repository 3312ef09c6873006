"""HTTP face of designs and revisions. Views parse, permit, delegate and answer."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.accounts.views import person
from designer.api.etags import required_version, unchanged
from designer.api.idempotency import idempotent
from designer.api.pagination import PageQuery, page
from designer.api.views import ApiView, not_modified

from . import actions, outlook
from . import serializers as s
from .models import Design, Revision

TAGS = ["Designs"]


def find_design(
    view: ApiView, design_id: str, needed: Role, *, trashed: bool = False, whole: bool = True
) -> Design:
    """Return a design that the caller may use in this way.

    Raises:
        Http404: It is not there, in the trash, or not theirs to know of.
    """
    rows = Design.objects.select_related("updated_by")
    if not trashed:
        rows = rows.filter(deleted_at=None)
    design = get_object_or_404(rows if whole else rows.defer("document"), pk=design_id)
    view.actor.require(design.workspace_id, needed)
    return design


def design_body(view: ApiView, design: Design) -> dict[str, Any]:
    """Return a design with its draft."""
    known = outlook.of([design.pk]).get(design.pk, outlook.Outlook())
    return {
        "id": design.pk,
        "name": design.name,
        "workspace": design.workspace_id,
        "role": view.actor.roles[design.workspace_id].value,
        "is_example": design.is_example,
        "document": design.document,
        "etag": design.etag,
        "model_hash": design.model_hash,
        "created_at": design.created_at,
        "updated_at": design.updated_at,
        "updated_by": person(design.updated_by) if design.updated_by else None,
        "latest_estimate": known.estimate,
    }


def cards(designs: list[Design]) -> list[dict[str, Any]]:
    """Return what lists show."""
    known = outlook.of(design.pk for design in designs)
    found = []
    for design in designs:
        about = known.get(design.pk, outlook.Outlook())
        headline = about.headline
        found.append(
            {
                "id": design.pk,
                "name": design.name,
                "description": design.description,
                "workspace": design.workspace_id,
                "is_example": design.is_example,
                "created_at": design.created_at,
                "updated_at": design.updated_at,
                "deleted_at": design.deleted_at,
                "etag": design.etag,
                "latest_estimate": about.estimate,
                "headline": headline,
                "offered_rate_per_s": headline["offered_rate_per_s"] if headline else None,
                **design.card,
            }
        )
    return found


def revision_body(revision: Revision) -> dict[str, Any]:
    return {
        "id": revision.pk,
        "design": revision.design_id,
        "number": revision.number,
        "note": revision.note,
        "author": person(revision.author) if revision.author else None,
        "created_at": revision.created_at,
        "model_hash": revision.model_hash,
        "restored_from": revision.restored_from_id,
    }


class DesignsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.DESIGNS_WRITE}
    queries = {"GET": s.DesignQuery}
    idempotent_methods = ("POST",)

    def _rows(self) -> QuerySet[Design]:
        query = self.query
        asked = query.get("workspace")
        if asked:
            self.actor.require(asked, Role.VIEWER)
        rows = Design.objects.defer("document").filter(
            workspace_id__in=[asked] if asked else list(self.actor.roles),
            deleted_at__isnull=not query["trash"],
        )
        if query.get("q"):
            rows = rows.filter(name__icontains=query["q"])
        if query["example"] is not None:
            rows = rows.filter(is_example=query["example"])
        return rows

    @extend_schema(
        operation_id="designs_list",
        summary="Designs",
        description="Cards with a thumbnail and the headline of the newest estimate.",
        tags=TAGS,
        request=None,
        responses={200: s.CardList},
    )
    def get(self, request: Request) -> Response:
        return page(request, self._rows(), self.query, cards, order=self.query["sort"])

    @extend_schema(
        operation_id="designs_create",
        summary="Start a design",
        description="From a document, or empty.",
        tags=TAGS,
        request=s.NewDesign,
        responses={201: s.DesignBody},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = self.read(s.NewDesign)
        workspace_id = self.actor.workspace(asked.get("workspace"), Role.EDITOR)
        document = asked.get("document") or documents.empty()
        if "name" in asked:
            document = document.model_copy(update={"name": asked["name"]})
        design = actions.create_design(by=self.actor, workspace_id=workspace_id, document=document)
        return created(self, design)


def created(view: ApiView, design: Design) -> Response:
    """Return 201 for a new design."""
    return Response(
        design_body(view, design),
        status=201,
        headers={"Location": reverse("design", args=[design.pk]), "ETag": design.etag},
    )


class DesignView(ApiView):
    scopes = {
        "GET": Scope.DESIGNS_READ,
        "PUT": Scope.DESIGNS_WRITE,
        "DELETE": Scope.DESIGNS_WRITE,
    }
    queries = {"PUT": s.SaveQuery}
    versioned = ("PUT", "DELETE")
    conditional = True

    @extend_schema(
        operation_id="designs_get",
        summary="A design with its draft",
        description="The ETag names the version of the document.",
        tags=TAGS,
        request=None,
        responses={200: s.DesignBody},
    )
    def get(self, request: Request, design_id: str) -> HttpResponse:
        design = find_design(self, design_id, Role.VIEWER)
        if unchanged(request, design.etag):
            return not_modified(design.etag)
        return Response(design_body(self, design), headers={"ETag": design.etag})

    @extend_schema(
        operation_id="designs_save",
        summary="Save the draft",
        description="Replaces the document if nobody changed it since the version in If-Match.",
        tags=TAGS,
        request=s.Draft,
        responses={200: s.DesignBody},
    )
    def put(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR)
        version = required_version(request)
        design = actions.save_draft(
            by=self.actor,
            design=design,
            document=self.read(s.Draft)["document"],
            version=version,
            allow_empty=self.query["allow_empty"],
        )
        return Response(design_body(self, design), headers={"ETag": design.etag})

    @extend_schema(
        operation_id="designs_delete",
        summary="Put a design into the trash",
        description="It can be restored for 30 days. A second DELETE answers 404.",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="In the trash.")},
    )
    def delete(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR, whole=False)
        actions.trash_design(by=self.actor, design=design, version=required_version(request))
        return Response(status=204)


class DesignRestoreView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}

    @extend_schema(
        operation_id="designs_restore",
        summary="Take a design out of the trash",
        tags=TAGS,
        request=None,
        responses={200: s.DesignBody},
    )
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR, trashed=True)
        design = actions.restore_design(by=self.actor, design=design)
        return Response(design_body(self, design), headers={"ETag": design.etag})


class DesignCopyView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="designs_copy",
        summary="Copy a design",
        tags=TAGS,
        request=s.NewCopy,
        responses={201: s.DesignBody},
    )
    @idempotent
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR)
        name = self.read(s.NewCopy).get("name")
        return created(self, actions.copy_design(by=self.actor, design=design, name=name))


class RevisionsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.DESIGNS_WRITE}
    queries = {"GET": PageQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="revisions_list",
        summary="Revisions of a design",
        tags=TAGS,
        request=None,
        responses={200: s.RevisionList},
    )
    def get(self, request: Request, design_id: str) -> Response:
        find_design(self, design_id, Role.VIEWER, whole=False)
        rows = (
            Revision.objects.filter(design_id=design_id).defer("document").select_related("author")
        )
        return page(request, rows, self.query, lambda found: [revision_body(r) for r in found])

    @extend_schema(
        operation_id="revisions_create",
        summary="Keep the draft as a revision",
        tags=TAGS,
        request=s.NewRevision,
        responses={201: s.RevisionWithDocument},
    )
    @idempotent
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR, whole=False)
        revision = actions.create_revision(
            by=self.actor, design=design, note=self.read(s.NewRevision)["note"]
        )
        return Response(
            {**revision_body(revision), "document": revision.document},
            status=201,
            headers={"Location": reverse("revision", args=[revision.pk])},
        )


def find_revision(view: ApiView, revision_id: str, needed: Role) -> Revision:
    """Return a revision that the caller may use in this way.

    Raises:
        Http404: It is not there, its design is in the trash, or not theirs to know of.
    """
    revision = get_object_or_404(
        Revision.objects.select_related("design", "author").defer("design__document"),
        pk=revision_id,
        design__deleted_at=None,
    )
    view.actor.require(revision.design.workspace_id, needed)
    return revision


def revision_of(design: Design, revision_id: str) -> Revision:
    """Return a revision of a design.

    Raises:
        Http404: The design has no such revision.
    """
    return get_object_or_404(design.revisions.select_related("author"), pk=revision_id)


class RevisionView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    conditional = True

    @extend_schema(
        operation_id="revisions_get",
        summary="A revision with its document",
        description="Never changes.",
        tags=TAGS,
        request=None,
        responses={200: s.RevisionWithDocument},
    )
    def get(self, request: Request, revision_id: str) -> HttpResponse:
        revision = find_revision(self, revision_id, Role.VIEWER)
        tag = f'"{revision.pk}"'
        if unchanged(request, tag):
            return not_modified(tag)
        return Response(
            {**revision_body(revision), "document": revision.document}, headers={"ETag": tag}
        )


class RevisionRestoreView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}
    versioned = ("POST",)

    @extend_schema(
        operation_id="revisions_restore",
        summary="Go back to a revision",
        description=(
            "Makes a new revision of it and the draft the same. If-Match names the draft that is "
            "replaced; one that no revision holds is kept as a revision first."
        ),
        tags=TAGS,
        request=None,
        responses={201: s.RevisionWithDocument},
    )
    def post(self, request: Request, revision_id: str) -> Response:
        revision = find_revision(self, revision_id, Role.EDITOR)
        made = actions.restore_revision(
            by=self.actor,
            revision=revision,
            design=find_design(self, revision.design_id, Role.EDITOR),
            version=required_version(request),
        )
        return Response(
            {**revision_body(made), "document": made.document},
            status=201,
            headers={"Location": reverse("revision", args=[made.pk])},
        )


class DesignMergeView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}

    @extend_schema(
        operation_id="designs_merge",
        summary="Join a document with the draft",
        description=(
            "After a 412: three-way, against the draft that the document grew from. Stores "
            "nothing; save the answer with If-Match of its `current_etag`."
        ),
        tags=TAGS,
        request=s.MergeRequest,
        responses={200: s.MergeBody},
    )
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR)
        asked = self.read(s.MergeRequest)
        base = asked.get("base_document") or actions.base_draft(design, asked["base_etag"])
        current = documents.load(design.document)
        merged = documents.merge(base, current, asked["document"], asked["decisions"])
        return Response({**merged.to_dict(), "current_etag": design.etag})
