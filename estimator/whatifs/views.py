"""HTTP face of what-ifs. Views parse, permit, delegate and answer."""

from __future__ import annotations

from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Sum
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.accounts.models import Role, Scope
from designer.api.idempotency import idempotent
from designer.api.pagination import page
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from estimator.charts import whatif_figures
from estimator.engine.whatif import OUTPUTS, numbers
from estimator.models import Status, WhatIf
from estimator.runs import views as runs
from estimator.runs.serializers import IncludeQuery, RunQuery
from estimator.serializers import NewEstimate

from . import actions
from . import serializers as s
from .parts import WHATIFS

TAGS = ["What-ifs"]


def rows() -> QuerySet[WhatIf]:
    """Return what-ifs with what their parts tell, and without what may be large."""
    return (
        WhatIf.objects.defer("document", "result__report")
        .select_related("result")
        .annotate(
            points_done=Sum("parts__size", filter=Q(parts__status=Status.SUCCEEDED)),
            points_share=Sum(F("parts__size") * F("parts__progress"), output_field=FloatField()),
        )
    )


def item(whatif: Any) -> dict[str, Any]:
    """Return a what-if (see rows) without its result."""
    whole = whatif.status == Status.SUCCEEDED
    done = whatif.points_done or 0
    share = (whatif.points_share or 0.0) / max(1, whatif.points)
    return {
        **runs.item(whatif),
        "kind": whatif.question,
        "engine": whatif.engine,
        "progress": 1.0 if whole else min(max(share, 0.0), 0.99),
        "points": {"total": whatif.points, "done": done or (whatif.points if whole else 0)},
        "spec": whatif.spec,
        "reporting": whatif.report_due,
    }


def body(whatif: WhatIf, *, charts: bool = False) -> dict[str, Any]:
    """Return a what-if with its result."""
    answer = whatif.result.report if whatif.result else None
    return runs.with_result(item(whatif), answer, whatif_figures if charts else None)


class WhatIfsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.ESTIMATES_RUN}
    queries = {"GET": RunQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="whatifs_list",
        summary="What-ifs, without their results",
        tags=TAGS,
        request=None,
        responses={200: s.WhatIfList},
    )
    def get(self, request: Request) -> Response:
        found = runs.narrowed(self, rows())
        return page(request, found, self.query, lambda found: [item(e) for e in found])

    @extend_schema(
        operation_id="whatifs_create",
        summary="Ask what if",
        description=(
            "Of a design's draft, a revision, or a document that is not stored. Workers take the "
            "points in parts; poll Location. The same question is answered at once from the "
            "stored result."
        ),
        tags=TAGS,
        request=s.NewWhatIf,
        parameters=[runs.PREFER],
        responses={
            200: s.WhatIfBody,
            202: OpenApiResponse(s.WhatIfBody, "Accepted; poll Location."),
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = self.read(s.NewWhatIf)
        made = actions.request_whatif(
            by=self.actor,
            kind=asked["kind"],
            spec=asked["spec"],
            engine=asked["engine"],
            options=asked.get("options"),
            **runs.asked_for(self, asked),
        )
        return runs.accepted(request, made, rows(), body)


class InputsView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}
    throttle_classes = [RequestThrottle, PreviewThrottle]

    @extend_schema(
        operation_id="whatifs_inputs",
        summary="What a what-if may change and answer",
        description="Every number of a design with title, unit and bounds; nothing is stored.",
        tags=TAGS,
        request=NewEstimate,
        responses={200: s.InputsBody},
    )
    def post(self, request: Request) -> Response:
        document = runs.asked_for(self, self.read(NewEstimate))["document"]
        return Response(
            {
                "inputs": [number.to_dict() for number in numbers(document)],
                "outputs": [output.to_dict() for output in OUTPUTS.values()],
            }
        )


class WhatIfView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": IncludeQuery}

    @extend_schema(
        operation_id="whatifs_get",
        summary="A what-if, with its result once it is done",
        description=(
            "A failed run answers 200 with the problem in `error`. One that was cancelled or "
            "failed has the answer from the points that were known, if any; `reporting` is true "
            "until it is written."
        ),
        tags=TAGS,
        request=None,
        responses={200: s.WhatIfBody},
    )
    def get(self, request: Request, whatif_id: str) -> Response:
        whatif = runs.find_run(self, rows(), whatif_id, Role.VIEWER)
        return runs.shown(whatif, body(whatif, charts="include" in self.query))


class WhatIfCancelView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}

    @extend_schema(
        operation_id="whatifs_cancel",
        summary="Cancel a what-if",
        description="Cancelling twice is no error; a run that ended answers 409.",
        tags=TAGS,
        request=None,
        responses={200: s.WhatIfBody},
    )
    def post(self, request: Request, whatif_id: str) -> Response:
        whatif = runs.find_run(self, rows(), whatif_id, Role.EDITOR)
        WHATIFS.cancel(by=self.actor, run=whatif)
        return Response(body(rows().get(pk=whatif.pk)))
