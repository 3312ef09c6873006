"""Rows of runs as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.pagination import PageQuery
from designer.api.serializers import ProblemBody, Strict
from designer.designs.serializers import Document

from .models import Status

CHARTS = "charts"


@extend_schema_field({"type": "object", "additionalProperties": True})
class Report(serializers.JSONField):
    """A report of the engine."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object"}})
class Charts(serializers.JSONField):
    """Plotly figures by name."""


class EstimateItem(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=["estimate"])
    status = serializers.ChoiceField(choices=Status.choices)
    progress = serializers.FloatField(min_value=0, max_value=1)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    workspace = serializers.CharField()
    design = serializers.CharField(allow_null=True)
    revision = serializers.CharField(allow_null=True)
    model_hash = serializers.CharField()
    engine_version = serializers.CharField()
    price_date = serializers.CharField()
    attempt = serializers.IntegerField()
    error = ProblemBody(allow_null=True)
    cached = serializers.BooleanField(help_text="Answered from an earlier result.")


class EstimateBody(EstimateItem):
    result = Report(allow_null=True)
    charts = Charts(required=False)


class EstimateList(serializers.Serializer[Any]):
    items = EstimateItem(many=True)
    next = serializers.CharField(allow_null=True)


class EstimateQuery(PageQuery):
    workspace = serializers.CharField(required=False, max_length=32)
    design = serializers.CharField(required=False, max_length=32)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class IncludeQuery(serializers.Serializer[Any]):
    include = serializers.ChoiceField(
        choices=[CHARTS], required=False, help_text="Add plotly figures of the result."
    )


class NewEstimate(Strict):
    design = serializers.CharField(required=False, max_length=32)
    revision = serializers.CharField(required=False, max_length=32)
    document = Document(required=False)
    workspace = serializers.CharField(
        required=False, max_length=32, help_text="For a document: where the run is kept."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("design", "revision", "document")) != 1:
            raise serializers.ValidationError("Give one of design, revision and document.")
        if "workspace" in attrs and "document" not in attrs:
            raise serializers.ValidationError(
                {"workspace": "goes with document; a design knows its own"}
            )
        return attrs


class PreviewRequest(Strict):
    document = Document()


class PreviewBody(serializers.Serializer[Any]):
    report = Report()
    charts = Charts(required=False)


class RootBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    engine_version = serializers.CharField()
    price_date = serializers.CharField()
    links = serializers.DictField(child=serializers.CharField())


class LimitsBody(serializers.Serializer[Any]):
    body_bytes = serializers.IntegerField()
    json_depth = serializers.IntegerField()
    nodes = serializers.IntegerField()
    edges = serializers.IntegerField()
    page_items = serializers.IntegerField()
    requests_per_min = serializers.IntegerField()
    previews_per_min = serializers.IntegerField()
    prefer_wait_s = serializers.IntegerField()
    run_attempts = serializers.IntegerField()
    trash_days = serializers.IntegerField()
    run_days = serializers.IntegerField()
    idempotency_hours = serializers.IntegerField()
