"""HTTP face of reports: one page that needs nothing else, to be read, kept or printed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from designer.accounts.models import Role, Scope
from designer.api.throttles import PreviewThrottle, RequestThrottle
from designer.api.views import ApiView
from designer.designs.exports import AnyAccept, file_stem
from designer.designs.views import find_design, find_revision, revision_of
from designer.proposals.serializers import DiffQuery
from designer.proposals.views import find_proposal
from estimator.engine import ENGINE_VERSION

from . import contents, decisions

HTML = "text/html"
PAGE = {(200, HTML): OpenApiResponse(OpenApiTypes.STR, "The page.")}
#: The page says the same of itself, for when it is opened as a file.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class ReportQuery(serializers.Serializer[Any]):
    download = serializers.BooleanField(
        required=False, default=False, help_text="As a file to keep, not as a page to look at."
    )


class ComparisonQuery(ReportQuery, DiffQuery):
    """Which two, and how."""


class ReportView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": ReportQuery}
    throttle_classes = [RequestThrottle, PreviewThrottle]
    content_negotiation_class = AnyAccept

    def page(
        self, request: Request, template: str, name: str, shown: dict[str, Any]
    ) -> HttpResponse:
        """Return a filled page."""
        context = {
            **shown,
            "policy": POLICY,
            "now": timezone.now(),
            "reader": decisions.name_of(self.actor.user),
            "version": settings.VERSION,
            "engine_version": ENGINE_VERSION,
        }
        response = HttpResponse(
            render_to_string(f"reports/{template}", context),
            content_type=f"{HTML}; charset=utf-8",
            headers=HEADERS,
        )
        how = "attachment" if self.query["download"] else "inline"
        response["Content-Disposition"] = f'{how}; filename="{file_stem(name)}.html"'
        return response


class RevisionReportView(ReportView):
    @extend_schema(
        operation_id="revisions_report",
        summary="A revision as a page to print",
        description="Picture, numbers, findings, assumptions, origin; complete in one HTML file.",
        tags=["Designs"],
        request=None,
        responses=PAGE,
    )
    def get(self, request: Request, revision_id: str) -> HttpResponse:
        revision = find_revision(self, revision_id, Role.VIEWER)
        name = f"{revision.design.name} revision {revision.number}"
        shown = {**contents.of_revision(revision), "address": _address(request, revision.design_id)}
        return self.page(request, "revision.html", name, shown)


class ComparisonReportView(ReportView):
    queries = {"GET": ComparisonQuery}

    @extend_schema(
        operation_id="designs_comparison",
        summary="What changed in a design, as a page to print",
        description="From one revision to another, or to the draft as it is.",
        tags=["Designs"],
        request=None,
        responses=PAGE,
    )
    def get(self, request: Request, design_id: str) -> HttpResponse:
        design = find_design(self, design_id, Role.VIEWER)
        base = revision_of(design, self.query["base"])
        head = revision_of(design, self.query["head"]) if "head" in self.query else None
        name = f"{design.name} {base.number} to {head.number if head else 'draft'}"
        found = contents.of_comparison(design, base, head)
        return self.page(
            request, "comparison.html", name, {**found, "address": _address(request, design.pk)}
        )


class ProposalReportView(ReportView):
    @extend_schema(
        operation_id="proposals_report",
        summary="A proposal as a page to print",
        description=(
            "What changes as picture and list, both sides' numbers and what lies between, "
            "findings, assumptions, reviews, threads; complete in one HTML file."
        ),
        tags=["Proposals"],
        request=None,
        responses=PAGE,
    )
    def get(self, request: Request, proposal_id: str) -> HttpResponse:
        proposal = find_proposal(self, proposal_id, Role.VIEWER)
        name = f"{proposal.design.name} proposal {proposal.number}"
        shown = {**contents.of_proposal(proposal), "address": _address(request, proposal.pk)}
        return self.page(request, "proposal.html", name, shown)


def _address(request: Request, pk: str) -> str:
    """Return where the thing itself is."""
    return request.build_absolute_uri(f"/{'p' if pk.startswith('prp') else 'd'}/{pk}")
