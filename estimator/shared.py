"""HTTP face of what a share link shows of a design's behaviour."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.designs.share_views import GONE, LinkView
from designer.designs.sharing import find_link
from estimator.charts import figures
from estimator.engine import estimate as compute
from estimator.prices import book

from . import serializers as s
from .runs.serializers import CHARTS, IncludeQuery


class SharedReportView(LinkView):
    queries = {"GET": IncludeQuery}

    @extend_schema(
        operation_id="shared_report",
        summary="Estimate of what a link shows",
        description="Computed while one waits, as previews are; stores nothing.",
        tags=["Designs"],
        request=None,
        auth=[],
        responses={200: s.PreviewBody, **GONE},
    )
    def get(self, request: Request, secret: str) -> Response:
        document = documents.load(find_link(secret).design.document)
        report = compute(document, book(document.model.region))
        body = {"report": report}
        if self.query.get("include") == CHARTS:
            body["charts"] = figures(report)
        return Response(body)
