"""HTTP face of what-ifs. Views parse, permit, delegate and answer."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Sum
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.accounts.models import Role, Scope
from designer.api.idempotency import idempotent
from designer.api.pagination import page
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from designer.designs.views import find_design
from estimator.charts import whatif_figures
from estimator.engine.whatif import OUTPUTS, numbers
from estimator.models import Status, WhatIf
from estimator.serializers import IncludeQuery, NewEstimate
from estimator.views import POLL_S, asked_for, wait_s

from . import actions
from . import serializers as s

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
        "id": whatif.pk,
        "kind": whatif.question,
        "engine": whatif.engine,
        "status": whatif.status,
        "progress": 1.0 if whole else min(max(share, 0.0), 0.99),
        "points": {"total": whatif.points, "done": done or (whatif.points if whole else 0)},
        "spec": whatif.spec,
        "created_at": whatif.created_at,
        "started_at": whatif.started_at,
        "finished_at": whatif.finished_at,
        "workspace": whatif.workspace_id,
        "design": whatif.design_id,
        "revision": whatif.revision_id,
        "model_hash": whatif.model_hash,
        "engine_version": whatif.engine_version,
        "price_date": whatif.price_date,
        "error": whatif.error,
        "cached": whatif.cached,
        "reporting": whatif.report_due,
    }


def body(whatif: WhatIf, *, charts: bool = False) -> dict[str, Any]:
    """Return a what-if with its result."""
    answer = whatif.result.report if whatif.result else None
    found = {**item(whatif), "result": answer}
    if charts and answer is not None:
        found["charts"] = whatif_figures(answer)
    return found


def find_whatif(view: ApiView, whatif_id: str, needed: Role) -> WhatIf:
    """Return a what-if that the caller may use in this way.

    Raises:
        Http404: It is not there or not theirs to know of.
    """
    whatif = rows().filter(pk=whatif_id).first()
    if whatif is None:
        raise Http404
    view.actor.require(whatif.workspace_id, needed)
    return whatif


class WhatIfsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.ESTIMATES_RUN}
    queries = {"GET": s.WhatIfQuery}
    idempotent_methods = ("POST",)

    def _rows(self) -> QuerySet[WhatIf]:
        query, found = self.query, rows()
        if "design" in query:
            design = find_design(self, query["design"], Role.VIEWER, whole=False)
            found = found.filter(design=design)
        if "workspace" in query:
            self.actor.require(query["workspace"], Role.VIEWER)
            found = found.filter(workspace_id=query["workspace"])
        if "status" in query:
            found = found.filter(status=query["status"])
        return found.filter(workspace_id__in=list(self.actor.roles))

    @extend_schema(
        operation_id="whatifs_list",
        summary="What-ifs, without their results",
        tags=TAGS,
        request=None,
        responses={200: s.WhatIfList},
    )
    def get(self, request: Request) -> Response:
        return page(request, self._rows(), self.query, lambda found: [item(e) for e in found])

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
        parameters=[
            OpenApiParameter(
                "Prefer",
                {"type": "string", "pattern": "^wait=[0-9]{1,2}$"},
                OpenApiParameter.HEADER,
                description="wait=N waits up to N seconds, at most 10, for the result.",
            )
        ],
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
            **asked_for(self, asked),
        )
        patience_s = wait_s(request)
        deadline = time.monotonic() + patience_s
        while not made.done and time.monotonic() < deadline:
            time.sleep(POLL_S)
            made.refresh_from_db(fields=["status"])
        whatif = rows().get(pk=made.pk)
        headers = {"Location": reverse("whatif", args=[whatif.pk])}
        if patience_s:
            headers["Preference-Applied"] = f"wait={patience_s}"
        if not whatif.done:
            headers["Retry-After"] = "1"
        return Response(body(whatif), status=200 if whatif.done else 202, headers=headers)


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
        document = asked_for(self, self.read(NewEstimate))["document"]
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
        whatif = find_whatif(self, whatif_id, Role.VIEWER)
        response = Response(body(whatif, charts="include" in self.query))
        if not whatif.done or whatif.report_due:
            response["Retry-After"] = "1"
        return response


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
        whatif = find_whatif(self, whatif_id, Role.EDITOR)
        actions.cancel(by=self.actor, whatif=whatif)
        return Response(body(rows().get(pk=whatif.pk)))
