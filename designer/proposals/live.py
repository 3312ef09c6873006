"""What changes at a proposal while people look at it, and who looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from designer.accounts.models import Role, Scope
from designer.api.views import ApiView
from designer.designs import presence
from designer.designs.exports import AnyAccept
from designer.designs.presence_views import EVENT, HereBody, NewPresence, TabQuery, stream

from .models import Proposal, State
from .views import TAGS, find_proposal


class Pulse(serializers.Serializer[Any]):
    etag = serializers.CharField(help_text="Another one after pushes, reviews, merging.")
    head_version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.choices)
    talk = serializers.IntegerField(help_text="Another one after comments; ask threads since it.")


class DraftPulse(serializers.Serializer[Any]):
    etag = serializers.CharField()
    updated_by = serializers.CharField(allow_null=True)


class LiveBody(serializers.Serializer[Any]):
    people = HereBody(many=True)
    proposal = Pulse()
    draft = DraftPulse(help_text="Of the design.")


def at_proposal(proposal_id: str) -> presence.State:
    """Return who is at a proposal, where it stands, and which draft its design has."""
    columns = ("workspace_id", "design_id", "version", "head_version", "state", "talk")
    of_design = ("design__version", "design__updated_by__name")
    rows = Proposal.objects.filter(pk=proposal_id, design__deleted_at=None)
    row = rows.values(*columns, *of_design).first()
    if row is None:
        return None
    told = {
        "people": presence.people(row["design_id"], proposal_id),
        "proposal": {
            "etag": f'"{row["version"]}"',
            **{name: row[name] for name in ("head_version", "state", "talk")},
        },
        "draft": {
            "etag": f'"{row["design__version"]}"',
            "updated_by": row["design__updated_by__name"],
        },
    }
    return told, presence.members(row["workspace_id"])


class ProposalPresenceView(ApiView):
    scopes = {
        "GET": Scope.DESIGNS_READ,
        "PUT": Scope.DESIGNS_READ,
        "DELETE": Scope.DESIGNS_READ,
    }
    queries = {"DELETE": TabQuery}

    def _answer(self, proposal_id: str) -> Response:
        state = at_proposal(proposal_id)
        assert state is not None  # It was found just now.
        return Response(state[0])

    @extend_schema(
        operation_id="proposal_presence_get",
        summary="Who is at a proposal now, and where it stands",
        description="For who gets no stream of events.",
        tags=TAGS,
        request=None,
        responses={200: LiveBody},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        return self._answer(proposal_id)

    @extend_schema(
        operation_id="proposal_presence_put",
        summary="Say that I am at a proposal, and what I have selected",
        description="Again every five seconds; who is silent for twenty is gone.",
        tags=TAGS,
        request=NewPresence,
        responses={200: LiveBody},
    )
    def put(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        asked = self.read(NewPresence)
        presence.come(design=proposal.design, user=self.actor.user, place=proposal_id, **asked)
        return self._answer(proposal_id)

    @extend_schema(
        operation_id="proposal_presence_leave",
        summary="Say that I left a proposal",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        tab = self.query["tab"]
        presence.leave(design=proposal.design, user=self.actor.user, tab=tab, place=proposal_id)
        return Response(status=204)


class ProposalEventsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="proposal_events",
        summary="Pushes, reviews, comments and merges at a proposal, as they happen",
        description=(
            "Server-sent events: `people`, `proposal` and `draft` as in GET …/presence, `gone`. "
            "Ends after five minutes; ask again. 503 when the server has no stream left."
        ),
        tags=TAGS,
        request=None,
        responses={(200, "text/event-stream"): OpenApiResponse(EVENT, "Events.")},
    )
    def get(self, request: Request, proposal_id: str) -> HttpResponseBase:
        find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        return stream(self, proposal_id, lambda: at_proposal(proposal_id))
