"""HTTP face of simulations. Views parse, permit, delegate and answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Avg, BooleanField, Count, ExpressionWrapper, Max, Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.api.etags import required_version, unchanged
from designer.api.idempotency import idempotent
from designer.api.pagination import page
from designer.api.problems import ApiError
from designer.api.views import ApiView, not_modified
from designer.designs.exports import AnyAccept, file_stem
from designer.designs.views import find_design
from estimator.charts import simulation_figures
from estimator.models import Simulation, Status
from estimator.runs import views as runs
from estimator.runs.serializers import IncludeQuery, RunQuery

from . import actions, recordings, scenarios, tables
from . import serializers as s
from .parts import SIMULATIONS

TAGS = ["Simulations"]
Handler = Callable[..., HttpResponse]


def rows() -> QuerySet[Simulation]:
    """Return simulations with what their parts tell, and without what may be large."""
    return (
        Simulation.objects.defer("document", "traces", "result__report")
        .select_related("result")
        .annotate(
            parts_done=Count("parts", filter=Q(parts__status=Status.SUCCEEDED)),
            parts_share=Avg("parts__progress"),
            parts_attempt=Max("parts__attempt"),
            recorded=ExpressionWrapper(Q(traces__isnull=False), BooleanField()),
        )
    )


def item(simulation: Any) -> dict[str, Any]:
    """Return a simulation (see rows) without its result."""
    total, whole = simulation.replications, simulation.status == Status.SUCCEEDED
    share = 1.0 if whole else simulation.parts_share or 0.0
    return {
        **runs.item(simulation),
        "progress": min(max(share, 0.0), 1.0),
        "parts": {"total": total, "done": total if whole else simulation.parts_done},
        "options": simulation.options,
        "recorded": simulation.recorded,
        "attempt": simulation.parts_attempt or 0,
        "reporting": simulation.report_due,
        "headline": simulation.result.headline if simulation.result else None,
    }


def body(simulation: Simulation, *, charts: bool = False) -> dict[str, Any]:
    """Return a simulation with its result."""
    report = simulation.result.report if simulation.result else None
    return runs.with_result(item(simulation), report, simulation_figures if charts else None)


class SimulationsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.ESTIMATES_RUN}
    queries = {"GET": RunQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="simulations_list",
        summary="Simulations, without their results",
        tags=TAGS,
        request=None,
        responses={200: s.SimulationList},
    )
    def get(self, request: Request) -> Response:
        found = runs.narrowed(self, rows())
        return page(request, found, self.query, lambda found: [item(e) for e in found])

    @extend_schema(
        operation_id="simulations_create",
        summary="Ask for a simulation",
        description=(
            "Of a design's draft, a revision, or a document that is not stored. Each replication "
            "is taken by a worker; poll Location. The same question is answered at once from the "
            "stored result."
        ),
        tags=TAGS,
        request=s.NewSimulation,
        parameters=[runs.PREFER],
        responses={
            200: s.SimulationBody,
            202: OpenApiResponse(s.SimulationBody, "Accepted; poll Location."),
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        asked = self.read(s.NewSimulation)
        made = actions.request_simulation(
            by=self.actor, options=asked.get("options"), **runs.asked_for(self, asked)
        )
        return runs.accepted(request, made, rows(), body)


class SimulationView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": IncludeQuery}

    @extend_schema(
        operation_id="simulations_get",
        summary="A simulation, with its result once it is done",
        description=(
            "A failed run answers 200 with the problem in `error`. One that was cancelled or "
            "failed has the report of the replications that were done, if any; `reporting` is "
            "true until it is written."
        ),
        tags=TAGS,
        request=None,
        responses={200: s.SimulationBody},
    )
    def get(self, request: Request, simulation_id: str) -> Response:
        simulation = runs.find_run(self, rows(), simulation_id, Role.VIEWER)
        return runs.shown(simulation, body(simulation, charts="include" in self.query))


class SimulationCancelView(ApiView):
    scopes = {"POST": Scope.ESTIMATES_RUN}

    @extend_schema(
        operation_id="simulations_cancel",
        summary="Cancel a simulation",
        description="Cancelling twice is no error; a run that ended answers 409.",
        tags=TAGS,
        request=None,
        responses={200: s.SimulationBody},
    )
    def post(self, request: Request, simulation_id: str) -> Response:
        simulation = runs.find_run(self, rows(), simulation_id, Role.EDITOR)
        SIMULATIONS.cancel(by=self.actor, run=simulation)
        return Response(body(rows().get(pk=simulation.pk)))


class TableView(ApiView):
    """A table of a result as a CSV attachment."""

    scopes = {"GET": Scope.DESIGNS_READ}
    content_negotiation_class = AnyAccept
    name = ""

    def content(self, report: dict[str, Any]) -> str:
        raise NotImplementedError

    def download(self, simulation_id: str) -> HttpResponse:
        simulation = runs.find_run(self, rows(), simulation_id, Role.VIEWER)
        if simulation.result is None:
            raise ApiError(404, "not-found", "This simulation has no result, or none yet.")
        report = simulation.result.report
        response = HttpResponse(self.content(report), content_type="text/csv; charset=utf-8")
        file = f"{file_stem(report['design_name'])}-{self.name}.csv"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        return response


def _table(name: str, what: str) -> Callable[[Handler], Handler]:
    return extend_schema(
        operation_id=f"simulations_{name}",
        summary=what,
        tags=TAGS,
        request=None,
        responses={(200, "text/csv"): OpenApiResponse({"type": "string"}, "The table.")},
    )


class SeriesView(TableView):
    name = "series"

    def content(self, report: dict[str, Any]) -> str:
        return tables.series(report)

    @_table("series", "What stood, ran and was lost over time, as CSV")
    def get(self, request: Request, simulation_id: str) -> HttpResponse:
        return self.download(simulation_id)


class PathsView(TableView):
    name = "paths"

    def content(self, report: dict[str, Any]) -> str:
        return tables.paths(report)

    @_table("paths", "Latency by path as CSV")
    def get(self, request: Request, simulation_id: str) -> HttpResponse:
        return self.download(simulation_id)


class ScenariosView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "PUT": Scope.DESIGNS_WRITE}
    queries = {"GET": s.ScenariosQuery, "PUT": s.ScenariosQuery}
    versioned = ("PUT",)
    conditional = True

    @extend_schema(
        operation_id="scenarios_get",
        summary="Scenarios kept with a design",
        description=(
            "The ETag names their version, which is not the version of the design. With "
            "`recordings=apart`, each recording stands once in `recordings`, under its name."
        ),
        tags=TAGS,
        request=None,
        responses={200: s.ShownScenarios},
    )
    def get(self, request: Request, design_id: str) -> HttpResponse:
        design = find_design(self, design_id, Role.VIEWER, whole=False)
        items, tag = scenarios.of(design)
        if unchanged(request, tag):
            return not_modified(tag)
        if "recordings" not in self.query:
            return Response({"items": items}, headers={"ETag": tag})
        named, times = recordings.apart(items)
        return Response({"items": named, "recordings": times}, headers={"ETag": tag})

    @extend_schema(
        operation_id="scenarios_save",
        summary="Replace the scenarios of a design",
        description=(
            "If nobody changed them since the version in If-Match. In place of recorded times, "
            "the name of a recording that they have already is taken; with `recordings=apart`, "
            "the answer has names only."
        ),
        tags=TAGS,
        request=s.ScenariosBody,
        responses={200: s.ShownScenarios},
    )
    def put(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR)
        version = required_version(request)
        items, tag = scenarios.save(
            by=self.actor,
            design=design,
            document=documents.load(design.document),
            items=self.read(s.ScenariosBody)["items"],
            version=version,
        )
        if "recordings" in self.query:
            items = recordings.apart(items)[0]
        return Response({"items": items}, headers={"ETag": tag})
