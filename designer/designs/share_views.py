"""HTTP face of share links, of what they open, and of pictures."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.accounts.views import person
from designer.api.discovery import ANY_OBJECT, catalog_json
from designer.api.pagination import PageQuery, page
from designer.api.problems import MEDIA_TYPE as PROBLEM
from designer.api.serializers import ProblemBody
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView

from . import pictures, sharing
from . import share_serializers as s
from .exports import AnyAccept
from .models import Remark, ShareLink
from .views import TAGS, find_design, find_revision

SVG = "image/svg+xml"
GONE = {(410, PROBLEM): OpenApiResponse(ProblemBody, "Revoked, expired, or the design deleted.")}
PICTURE = {(200, SVG): OpenApiResponse(OpenApiTypes.STR, "The picture.")}


def share_body(link: ShareLink) -> dict[str, Any]:
    return {
        "id": link.pk,
        "design": link.design_id,
        "role": link.role,
        "name": link.name,
        "hint": link.hint,
        "embed_origins": link.embed_origins,
        "created_by": person(link.created_by) if link.created_by else None,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "last_used_at": link.last_used_at,
    }


def remark_body(remark: Remark) -> dict[str, Any]:
    return {
        "id": remark.pk,
        "node": remark.node or None,
        "text": remark.text,
        "author_name": remark.author_name,
        "member": remark.author_id is not None,
        "created_at": remark.created_at,
    }


class SharesView(ApiView):
    scopes = {"GET": Scope.SHARES_ADMIN, "POST": Scope.SHARES_ADMIN}
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="shares_list",
        summary="Share links of a design",
        description="Those in force or expired, never their secrets.",
        tags=TAGS,
        request=None,
        responses={200: s.ShareList},
    )
    def get(self, request: Request, design_id: str) -> Response:
        find_design(self, design_id, Role.EDITOR, whole=False)
        rows = ShareLink.objects.filter(design_id=design_id, revoked_at=None)
        return page(
            request,
            rows.select_related("created_by"),
            self.query,
            lambda found: [share_body(one) for one in found],
        )

    @extend_schema(
        operation_id="shares_create",
        summary="Share a design by a link",
        description="The answer holds the link, once.",
        tags=TAGS,
        request=s.NewShare,
        responses={201: s.NewShareBody},
    )
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR, whole=False)
        link, secret = sharing.create_link(by=self.actor, design=design, **self.read(s.NewShare))
        return Response(
            {
                **share_body(link),
                "link": request.build_absolute_uri(reverse("shared-page", args=[secret])),
            },
            status=201,
            headers={"Location": reverse("share", args=[link.pk])},
        )


class ShareView(ApiView):
    scopes = {
        "GET": Scope.SHARES_ADMIN,
        "PATCH": Scope.SHARES_ADMIN,
        "DELETE": Scope.SHARES_ADMIN,
    }

    def _link(self, share_id: str) -> ShareLink:
        link = get_object_or_404(
            ShareLink.objects.select_related("design", "created_by").defer("design__document"),
            pk=share_id,
            revoked_at=None,
            design__deleted_at=None,
        )
        self.actor.require(link.design.workspace_id, Role.EDITOR)
        return link

    @extend_schema(
        operation_id="shares_get",
        summary="One share link",
        tags=TAGS,
        request=None,
        responses={200: s.ShareBody},
    )
    def get(self, request: Request, share_id: str) -> Response:
        return Response(share_body(self._link(share_id)))

    @extend_schema(
        operation_id="shares_change",
        summary="Change a share link",
        tags=TAGS,
        request=s.ShareChange,
        responses={200: s.ShareBody},
    )
    def patch(self, request: Request, share_id: str) -> Response:
        link = self._link(share_id)
        asked = self.read(s.ShareChange)
        return Response(share_body(sharing.change_link(by=self.actor, link=link, **asked)))

    @extend_schema(
        operation_id="shares_revoke",
        summary="Revoke a share link",
        description="Its page, its data and its pictures answer 410 from the next request on.",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="Revoked.")},
    )
    def delete(self, request: Request, share_id: str) -> Response:
        sharing.revoke_link(by=self.actor, link=self._link(share_id))
        return Response(status=204)


class RemarksView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.REVIEWS_WRITE}
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="remarks_list",
        summary="Comments on a design",
        description="Of members and of holders of links, newest first.",
        tags=TAGS,
        request=None,
        responses={200: s.RemarkList},
    )
    def get(self, request: Request, design_id: str) -> Response:
        find_design(self, design_id, Role.VIEWER, whole=False)
        rows = Remark.objects.filter(design_id=design_id)
        return page(request, rows, self.query, lambda found: [remark_body(r) for r in found])

    @extend_schema(
        operation_id="remarks_create",
        summary="Comment on a design",
        tags=TAGS,
        request=s.NewRemark,
        responses={201: s.RemarkBody},
    )
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.COMMENTER)
        made = sharing.remark(design=design, by=self.actor, **self.read(s.NewRemark))
        return Response(remark_body(made), status=201)


def _picture(document: dict[str, Any]) -> HttpResponse:
    now = documents.dump(documents.load(document))  # Kept ones may have names of their time.
    response = HttpResponse(pictures.svg(now), content_type=SVG)
    # Opened by itself it is a page of ours; it may run and load nothing.
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # Its icons.
    )
    return response


class DesignPictureView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="designs_picture",
        summary="Picture of a draft",
        tags=TAGS,
        request=None,
        responses=PICTURE,
    )
    def get(self, request: Request, design_id: str) -> HttpResponse:
        return _picture(find_design(self, design_id, Role.VIEWER).document)


class RevisionPictureView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="revisions_picture",
        summary="Picture of a revision",
        tags=TAGS,
        request=None,
        responses=PICTURE,
    )
    def get(self, request: Request, revision_id: str) -> HttpResponse:
        return _picture(find_revision(self, revision_id, Role.VIEWER).document)


class LinkView(ApiView):
    """What the holder of a link may see: no session, no token, no trace of the workspace."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = [RequestThrottle, PreviewThrottle]

    def finalize_response(self, request: Request, response: Any, *a: Any, **k: Any) -> Response:
        answer = super().finalize_response(request, response, *a, **k)
        answer["Referrer-Policy"] = "no-referrer"
        answer["Cache-Control"] = "no-store"  # A revoked link shows nothing, not even from a cache.
        return answer


class SharedView(LinkView):
    @extend_schema(
        operation_id="shared_get",
        summary="What a link shows",
        tags=TAGS,
        request=None,
        auth=[],
        responses={200: s.SharedBody, **GONE},
    )
    def get(self, request: Request, secret: str) -> Response:
        link = sharing.find_link(secret)
        design = link.design
        return Response(
            {
                "name": design.name,
                "role": link.role,
                "document": design.document,
                "updated_at": design.updated_at,
                "expires_at": link.expires_at,
            }
        )


class SharedCatalogView(LinkView):
    @extend_schema(
        operation_id="shared_catalog",
        summary="The catalog, for the page of a link",
        tags=TAGS,
        request=None,
        auth=[],
        responses={200: ANY_OBJECT, **GONE},
    )
    def get(self, request: Request, secret: str) -> HttpResponse:
        sharing.find_link(secret)
        return HttpResponse(catalog_json()[0], content_type="application/json")


class SharedPictureView(LinkView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="shared_picture",
        summary="Picture of what a link shows",
        tags=TAGS,
        request=None,
        auth=[],
        responses={**PICTURE, **GONE},
    )
    def get(self, request: Request, secret: str) -> HttpResponse:
        link = sharing.find_link(secret)
        response = _picture(link.design.document)
        if link.embed_origins:
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


class SharedRemarksView(LinkView):
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="shared_remarks_list",
        summary="Comments made through a link",
        description="Those made through this link; what members say among themselves stays there.",
        tags=TAGS,
        request=None,
        auth=[],
        responses={200: s.RemarkList, **GONE},
    )
    def get(self, request: Request, secret: str) -> Response:
        link = sharing.find_link(secret)
        rows = Remark.objects.filter(link=link)
        return page(request, rows, self.query, lambda found: [remark_body(r) for r in found])

    @extend_schema(
        operation_id="shared_remarks_create",
        summary="Comment through a link",
        tags=TAGS,
        request=s.NewSharedRemark,
        auth=[],
        responses={201: s.RemarkBody, **GONE},
    )
    def post(self, request: Request, secret: str) -> Response:
        link = sharing.find_link(secret)
        asked = self.read(s.NewSharedRemark)
        made = sharing.remark(design=link.design, link=link, **asked)
        return Response(remark_body(made), status=201)
