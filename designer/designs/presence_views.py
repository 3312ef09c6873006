"""HTTP face of who is here."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from designer.accounts.models import ApiToken, Role, Scope
from designer.api.serializers import Strict
from designer.api.views import ApiView

from . import presence
from .exports import AnyAccept
from .views import TAGS, find_design

EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
}
TAB = r"^[0-9A-Za-z_-]{1,40}$"


class Somebody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class HereBody(serializers.Serializer[Any]):
    tab = serializers.CharField()
    user = Somebody()
    selection = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField()


class PresenceBody(serializers.Serializer[Any]):
    people = HereBody(many=True)


class TabQuery(serializers.Serializer[Any]):
    tab = serializers.RegexField(TAB, help_text="A random name of the tab.")


class NewPresence(Strict):
    tab = serializers.RegexField(TAB, help_text="A random name of the tab.")
    selection = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        default=list,
        max_length=50,
        help_text="Ids of nodes and edges.",
    )


class PresenceView(ApiView):
    scopes = {
        "GET": Scope.DESIGNS_READ,
        "PUT": Scope.DESIGNS_READ,
        "DELETE": Scope.DESIGNS_READ,
    }
    queries = {"DELETE": TabQuery}

    @extend_schema(
        operation_id="presence_get",
        summary="Who is at a design now",
        tags=TAGS,
        request=None,
        responses={200: PresenceBody},
    )
    def get(self, request: Request, design_id: str) -> Response:
        find_design(self, design_id, Role.VIEWER, whole=False)
        return Response({"people": presence.people(design_id)})

    @extend_schema(
        operation_id="presence_put",
        summary="Say that I am here, and what I have selected",
        description="Again every five seconds; who is silent for twenty is gone.",
        tags=TAGS,
        request=NewPresence,
        responses={200: PresenceBody},
    )
    def put(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.VIEWER, whole=False)
        presence.come(design=design, user=self.actor.user, **self.read(NewPresence))
        return Response({"people": presence.people(design_id)})

    @extend_schema(
        operation_id="presence_leave",
        summary="Say that I am gone",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.VIEWER, whole=False)
        presence.leave(design=design, user=self.actor.user, tab=self.query["tab"])
        return Response(status=204)


class PresenceEventsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="presence_events",
        summary="Who comes, goes and selects, and when the draft changes",
        description=(
            "Server-sent events: `people` (a list as in GET), `draft` (its etag and who saved it), "
            "`gone`. Ends after five minutes; ask again. 503 when the server has no stream left."
        ),
        tags=TAGS,
        request=None,
        responses={(200, "text/event-stream"): OpenApiResponse(EVENT, "Events.")},
    )
    def get(self, request: Request, design_id: str) -> HttpResponseBase:
        find_design(self, design_id, Role.VIEWER, whole=False)
        return stream(self, design_id, lambda: presence.at_design(design_id))


def stream(view: ApiView, place: str, look: presence.Look) -> HttpResponseBase:
    """Answer with what changes at a place, for as long as the caller's credential is good."""
    token = view.actor.token
    events = presence.Stream(place, look, view.actor.user.pk, lambda: _in_force(token))
    return StreamingHttpResponse(
        events,
        headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"},
    )


def _in_force(token: ApiToken | None) -> bool:
    """Return whether the credential of a stream is still good."""
    if token is None:
        return True
    rows = ApiToken.objects.filter(pk=token.pk, revoked_at=None, expires_at__gt=timezone.now())
    return rows.exists()
