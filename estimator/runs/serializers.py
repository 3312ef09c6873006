"""Rows of runs as the API shows them, whatever their kind."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.pagination import PageQuery
from designer.api.serializers import ProblemBody
from estimator.models import Status

CHARTS = "charts"


@extend_schema_field({"type": "object", "additionalProperties": True})
class Report(serializers.JSONField):
    """A report of the engine."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object"}})
class Charts(serializers.JSONField):
    """Plotly figures by name."""


class RunItem(serializers.Serializer[Any]):
    id = serializers.CharField()
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
    error = ProblemBody(allow_null=True)
    cached = serializers.BooleanField(help_text="Answered from an earlier result.")


class Answered(serializers.Serializer[Any]):
    result = Report(allow_null=True)
    charts = Charts(required=False)


class RunQuery(PageQuery):
    workspace = serializers.CharField(required=False, max_length=32)
    design = serializers.CharField(required=False, max_length=32)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class IncludeQuery(serializers.Serializer[Any]):
    include = serializers.ChoiceField(
        choices=[CHARTS], required=False, help_text="Add plotly figures of the result."
    )
