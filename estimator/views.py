"""HTTP face of the estimator. No arithmetic here: views parse, permit, delegate and answer."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.api.idempotency import idempotent
from designer.api.pagination import page
from designer.api.renderers import PlainRenderer
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from designer.designs.views import find_design
from estimator.charts import cost_against_load, figures
from estimator.engine import always_on, compare
from estimator.engine import estimate as compute
from estimator.engine.quote import quote
from estimator.prices import book

from . import actions
from . import serializers as s
from .models import Estimate
from .runs import views as runs
from .runs.serializers import IncludeQuery, RunQuery

TAGS = ["Estimates"]


def report_of(estimate: Estimate) -> dict[str, Any] | None:
    """Return the report, under the name of the design that was asked for."""
    if estimate.result is None:
        return None
    # A result may have been computed for another design with the same model.
    return {**estimate.result.report, "design_name": estimate.document["name"]}


def item(estimate: Estimate) -> dict[str, Any]:
    """Return a run without its result."""
    return {**runs.item(estimate), "attempt": estimate.attempt}


def body(estimate: Estimate, *, charts: bool = False) -> dict[str, Any]:
    """Return a run with its result."""
    return runs.with_result(item(estimate), report_of(estimate), figures if charts else None)


def rows() -> QuerySet[Estimate]:
    """Return runs with their results."""
    return Estimate.objects.select_related("result")


class EstimatesView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.ESTIMATES_RUN}
    queries = {"GET": RunQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="estimates_list",
        summary="Runs, without their results",
        tags=TAGS,
        request=None,
        responses={200: s.EstimateList},
    )
    def get(self, request: Request) -> Response:
        found = runs.narrowed(self, Estimate.objects.defer("document"))
        return page(request, found, self.query, lambda found: [item(e) for e in found])

    @extend_schema(
        operation_id="estimates_create",
        summary="Ask for an estimate",
        description=(
            "Of a design's draft, a revision, or a document that is not stored. A worker takes it; "
            "poll Location. The same question is answered at once from the stored result."
        ),
        tags=TAGS,
        request=s.NewEstimate,
        parameters=[runs.PREFER],
        responses={
            200: s.EstimateBody,
            202: OpenApiResponse(s.EstimateBody, "Accepted; poll Location."),
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        subject = runs.asked_for(self, self.read(s.NewEstimate))
        estimate = actions.request_estimate(by=self.actor, **subject)
        return runs.accepted(request, estimate, rows(), body)


class EstimateView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": IncludeQuery}

    @extend_schema(
        operation_id="estimates_get",
        summary="A run, with its result once it is done",
        description="A failed run answers 200 with the problem in `error`.",
        tags=TAGS,
        request=None,
        responses={200: s.EstimateBody},
    )
    def get(self, request: Request, estimate_id: str) -> Response:
        estimate = runs.find_run(self, rows(), estimate_id, Role.VIEWER)
        return runs.shown(estimate, body(estimate, charts="include" in self.query))


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
        estimate = runs.find_run(self, rows(), estimate_id, Role.EDITOR)
        return Response(body(actions.cancel(by=self.actor, estimate=estimate)))


class PreviewsView(ApiView):
    renderer_classes = [PlainRenderer]
    scopes = {"POST": Scope.ESTIMATES_RUN}
    queries = {"POST": IncludeQuery}
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
    queries = {"POST": IncludeQuery}
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
