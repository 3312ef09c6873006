"""HTTP face of the estimator. No arithmetic here: views parse, permit, delegate and answer."""

from __future__ import annotations

import re
import time
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.api.idempotency import idempotent
from designer.api.pagination import page
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from designer.designs.models import Revision
from designer.designs.views import find_design
from estimator.charts import cost_against_load, figures
from estimator.engine import always_on, compare
from estimator.engine import estimate as compute
from estimator.engine.quote import quote
from estimator.prices import book

from . import actions
from . import serializers as s
from .models import Estimate

TAGS = ["Estimates"]
MAX_WAIT_S = 10
POLL_S = 0.05
WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")


def report_of(estimate: Estimate) -> dict[str, Any] | None:
    """Return the report, under the name of the design that was asked for."""
    if estimate.result is None:
        return None
    # A result may have been computed for another design with the same model.
    return {**estimate.result.report, "design_name": estimate.document["name"]}


def item(estimate: Estimate) -> dict[str, Any]:
    """Return a run without its result."""
    return {
        "id": estimate.pk,
        "kind": "estimate",
        "status": estimate.status,
        "progress": estimate.progress,
        "created_at": estimate.created_at,
        "started_at": estimate.started_at,
        "finished_at": estimate.finished_at,
        "workspace": estimate.workspace_id,
        "design": estimate.design_id,
        "revision": estimate.revision_id,
        "model_hash": estimate.model_hash,
        "engine_version": estimate.engine_version,
        "price_date": estimate.price_date,
        "attempt": estimate.attempt,
        "error": estimate.error,
        "cached": estimate.cached,
    }


def body(estimate: Estimate, *, charts: bool = False) -> dict[str, Any]:
    """Return a run with its result."""
    report = report_of(estimate)
    found = {**item(estimate), "result": report}
    if charts and report is not None:
        found["charts"] = figures(report)
    return found


def find_estimate(view: ApiView, estimate_id: str, needed: Role) -> Estimate:
    """Return a run that the caller may use in this way.

    Raises:
        Http404: It is not there or not theirs to know of.
    """
    estimate = Estimate.objects.select_related("result").filter(pk=estimate_id).first()
    if estimate is None:
        raise Http404
    view.actor.require(estimate.workspace_id, needed)
    return estimate


def asked_for(view: ApiView, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a run is asked of: a design's draft, a revision, or a document of its own.

    Raises:
        Http404: It is not there or not theirs to know of.
        ApiError: 403, a member of a lesser role.
    """
    if "design" in asked:
        design = find_design(view, asked["design"], Role.EDITOR)
        return {
            "workspace_id": design.workspace_id,
            "document": documents.load(design.document),
            "design": design,
        }
    if "revision" in asked:
        revision = (
            Revision.objects.select_related("design")
            .filter(pk=asked["revision"], design__deleted_at=None)
            .first()
        )
        if revision is None:
            raise Http404
        view.actor.require(revision.design.workspace_id, Role.EDITOR)
        return {
            "workspace_id": revision.design.workspace_id,
            "document": documents.load(revision.document),
            "design": revision.design,
            "revision": revision,
        }
    return {
        "workspace_id": view.actor.workspace(asked.get("workspace"), Role.EDITOR),
        "document": asked["document"],
    }


def wait_s(request: Request) -> int:
    """Return how long the caller is ready to wait (RFC 7240)."""
    match = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(match.group(1)), MAX_WAIT_S) if match else 0


class EstimatesView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.ESTIMATES_RUN}
    queries = {"GET": s.EstimateQuery}
    idempotent_methods = ("POST",)

    def _rows(self) -> QuerySet[Estimate]:
        query = self.query
        rows = Estimate.objects.defer("document")
        if "design" in query:
            design = find_design(self, query["design"], Role.VIEWER, whole=False)
            rows = rows.filter(design=design)
        if "workspace" in query:
            self.actor.require(query["workspace"], Role.VIEWER)
            rows = rows.filter(workspace_id=query["workspace"])
        if "status" in query:
            rows = rows.filter(status=query["status"])
        return rows.filter(workspace_id__in=list(self.actor.roles))

    @extend_schema(
        operation_id="estimates_list",
        summary="Runs, without their results",
        tags=TAGS,
        request=None,
        responses={200: s.EstimateList},
    )
    def get(self, request: Request) -> Response:
        return page(request, self._rows(), self.query, lambda found: [item(e) for e in found])

    @extend_schema(
        operation_id="estimates_create",
        summary="Ask for an estimate",
        description=(
            "Of a design's draft, a revision, or a document that is not stored. A worker takes it; "
            "poll Location. The same question is answered at once from the stored result."
        ),
        tags=TAGS,
        request=s.NewEstimate,
        parameters=[
            OpenApiParameter(
                "Prefer",
                {"type": "string", "pattern": "^wait=[0-9]{1,2}$"},
                OpenApiParameter.HEADER,
                description="wait=N waits up to N seconds, at most 10, for the result.",
            )
        ],
        responses={
            200: s.EstimateBody,
            202: OpenApiResponse(s.EstimateBody, "Accepted; poll Location."),
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        what = asked_for(self, self.read(s.NewEstimate))
        estimate = actions.request_estimate(by=self.actor, **what)
        patience_s = wait_s(request)
        deadline = time.monotonic() + patience_s
        while not estimate.done and time.monotonic() < deadline:
            time.sleep(POLL_S)
            estimate = Estimate.objects.select_related("result").get(pk=estimate.pk)
        location = reverse("estimate", args=[estimate.pk])
        headers = {"Location": location}
        if patience_s:
            headers["Preference-Applied"] = f"wait={patience_s}"
        if not estimate.done:
            headers["Retry-After"] = "1"
        # 202, not 201: the row exists but its numbers do not yet.
        return Response(body(estimate), status=200 if estimate.done else 202, headers=headers)


class EstimateView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": s.IncludeQuery}

    @extend_schema(
        operation_id="estimates_get",
        summary="A run, with its result once it is done",
        description="A failed run answers 200 with the problem in `error`.",
        tags=TAGS,
        request=None,
        responses={200: s.EstimateBody},
    )
    def get(self, request: Request, estimate_id: str) -> Response:
        estimate = find_estimate(self, estimate_id, Role.VIEWER)
        response = Response(body(estimate, charts="include" in self.query))
        if not estimate.done:
            response["Retry-After"] = "1"
        return response


class EstimateCancelView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}

    @extend_schema(
        operation_id="estimates_cancel",
        summary="Cancel a run",
        description="Cancelling twice is no error; a run that ended answers 409.",
        tags=TAGS,
        request=None,
        responses={200: s.EstimateBody},
    )
    def post(self, request: Request, estimate_id: str) -> Response:
        estimate = find_estimate(self, estimate_id, Role.EDITOR)
        return Response(body(actions.cancel(by=self.actor, estimate=estimate)))


class PreviewsView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}
    queries = {"POST": s.IncludeQuery}
    throttle_classes = [RequestThrottle, PreviewThrottle]

    @extend_schema(
        operation_id="previews_create",
        summary="Estimate a document now",
        description="Nothing is stored. For what a person draws at this moment.",
        tags=TAGS,
        request=s.PreviewRequest,
        responses={200: s.PreviewBody},
    )
    def post(self, request: Request) -> Response:
        design = self.read(s.PreviewRequest)["document"]
        report = compute(design, book(design.model.region))
        answer: dict[str, Any] = {"report": report}
        if "include" in self.query:
            answer["charts"] = figures(report)
        return Response(answer)


class QuotesView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}
    throttle_classes = [RequestThrottle, PreviewThrottle]

    @extend_schema(
        operation_id="quotes_create",
        summary="Price a list of metered quantities",
        description=(
            "The bill's arithmetic without a design: lines of a meter are pooled, then allowance, "
            "steps and discounts apply. Quantities are taken as metered; each meter's rounding "
            "(in the price book) has to be applied before. Nothing is stored."
        ),
        tags=TAGS,
        request=s.QuoteRequest,
        responses={200: s.QuoteBody},
    )
    def post(self, request: Request) -> Response:
        return Response(quote(request.data))


class ComparisonsView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}
    queries = {"POST": s.IncludeQuery}
    throttle_classes = [RequestThrottle, PreviewThrottle]

    @extend_schema(
        operation_id="comparisons_create",
        summary="Compare the cost of two designs against their load",
        description=(
            "The month's bill of both designs at factors of their drawn load, what they cost idle, "
            "and where they break even. With `always_on` right is the left design with its "
            "functions on servers, and `document` answers that design. Nothing is stored."
        ),
        tags=TAGS,
        request=s.ComparisonRequest,
        responses={200: s.ComparisonBody},
    )
    def post(self, request: Request) -> Response:
        asked = self.read(s.ComparisonRequest)
        left = self._design(asked["left"])
        derived, notes = None, list[str]()
        if asked["right"].get("always_on"):
            derived, notes = always_on(left, up_to=max(1.0, asked["to_factor"]))
        right = derived or self._design(asked["right"])
        answer = compare(
            (left, book(left.model.region)),
            (right, book(right.model.region)),
            low=asked["from_factor"],
            high=asked["to_factor"],
            points=asked["points"],
        )
        answer["notes"] = [*answer["notes"], *notes]
        answer["document"] = documents.dump(derived) if derived else None
        if "include" in self.query:
            answer["charts"] = {"cost_against_load": cost_against_load(answer)}
        return Response(answer)

    def _design(self, side: dict[str, Any]) -> documents.Design:
        if "design" in side:
            found = find_design(self, side["design"], Role.VIEWER)
            return documents.load(found.document)
        document: documents.Design = side["document"]
        return document
