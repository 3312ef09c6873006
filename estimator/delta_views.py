"""HTTP face of what a proposal changes in cost, time and rate."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from designer.proposals.serializers import Anything
from designer.proposals.views import TAGS, find_proposal
from estimator.charts import waterfall

from .measuring import SIDES, measured
from .runs.serializers import IncludeQuery


class DeltaBody(serializers.Serializer[Any]):
    """Of a side that has no estimate there is only the problem."""

    problem = Anything(allow_null=True)
    side = serializers.ChoiceField(
        choices=SIDES, required=False, help_text="The first one that has no estimate."
    )
    before = Anything(required=False, help_text="Headline, headroom and findings by severity.")
    after = Anything(required=False)
    cost = Anything(required=False, help_text="The waterfall: steps sum to the difference.")
    latency = Anything(required=False, help_text="Slowest response and completion.")
    paths = serializers.ListField(child=Anything(), required=False)
    paths_omitted = Anything(required=False, help_text="Paths too many to list, by side.")
    rate = Anything(required=False, help_text="Highest rate, headroom, what gives way.")
    findings = Anything(required=False, help_text="What appeared and what vanished.")
    charts = Anything(required=False)


class DeltasView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": IncludeQuery}
    throttle_classes = [RequestThrottle, PreviewThrottle]

    @extend_schema(
        operation_id="proposals_deltas",
        summary="What the proposal changes in cost, time and rate",
        description=(
            "Both sides by the same engine and prices; kept, so that the next reader need not wait."
        ),
        tags=TAGS,
        request=None,
        responses={200: DeltaBody},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.VIEWER)
        base, head = documents.load(proposal.base.document), documents.load(proposal.head)
        found = measured(proposal.workspace_id, base, head)
        if "include" in self.query and not found["problem"]:
            found["charts"] = {"cost": waterfall(found["cost"])}
        return Response(found)
