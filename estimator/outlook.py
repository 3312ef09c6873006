"""Answers what designs ask about their behaviour (see designer.designs.outlook)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from designer.designs.models import Design
from designer.designs.outlook import Outlook

from .models import OPEN, Estimate, Status


def known(design_ids: Iterable[str]) -> dict[str, Outlook]:
    """Return the newest run and the newest headline of each design's present model."""
    runs = Estimate.objects.filter(design=OuterRef("pk"), model_key=OuterRef("model_key")).order_by(
        "-created_at", "-pk"
    )
    newest = runs.filter(status__in=[*OPEN, Status.SUCCEEDED]).values("pk")[:1]
    headline = runs.filter(status=Status.SUCCEEDED).values("result__headline")[:1]
    rows = (
        Design.objects.filter(pk__in=list(design_ids))
        .annotate(newest=Subquery(newest), headline=Subquery(headline))
        .values_list("pk", "newest", "headline")
    )
    return {pk: Outlook(estimate, head) for pk, estimate, head in rows}
