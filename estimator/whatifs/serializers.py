"""Rows of what-ifs as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.pagination import PageQuery
from designer.api.serializers import ProblemBody
from estimator.engine.whatif import ENGINES, KINDS
from estimator.models import Status
from estimator.serializers import Charts, NewEstimate, Report
from estimator.simulations.serializers import OptionsField, ShownOptions


@extend_schema_field({"type": "object", "additionalProperties": True})
class SpecField(serializers.JSONField):
    """The question's own body; the engine reads and refuses it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError("The spec is an object.")
        return data


class NewWhatIf(NewEstimate):
    kind = serializers.ChoiceField(choices=KINDS)
    spec = SpecField(
        help_text=(
            "sweep: inputs (pointer with values, or from, to, steps, log), outputs. sensitivity: "
            "change, outputs, pointers, assumed. ranges: inputs (pointer, law, low, expected, "
            "high, p50, p99), samples, seed, outputs. optimise: inputs, minimise, target (output, "
            "at_most, at_least), points. breakeven: right (document or always_on), from_factor, "
            "to_factor, points."
        )
    )
    engine = serializers.ChoiceField(choices=ENGINES, required=False, default="flow")
    options = OptionsField(required=False, help_text="Of the simulation of each point.")


class KnownPointsBody(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Points, at most.")
    done = serializers.IntegerField()


class WhatIfItem(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    engine = serializers.ChoiceField(choices=ENGINES)
    status = serializers.ChoiceField(choices=Status.choices)
    progress = serializers.FloatField(min_value=0, max_value=1)
    points = KnownPointsBody()
    spec = ShownOptions()
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
    reporting = serializers.BooleanField(
        help_text="Ended early; the answer from the known points is being written."
    )


class WhatIfBody(WhatIfItem):
    result = Report(allow_null=True)
    charts = Charts(required=False)


class WhatIfList(serializers.Serializer[Any]):
    items = WhatIfItem(many=True)
    next = serializers.CharField(allow_null=True)


class WhatIfQuery(PageQuery):
    workspace = serializers.CharField(required=False, max_length=32)
    design = serializers.CharField(required=False, max_length=32)
    status = serializers.ChoiceField(choices=Status.choices, required=False)


class NumberBody(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    integer = serializers.BooleanField()
    assumed = serializers.BooleanField(help_text="Nobody published it.")
    lever = serializers.BooleanField(help_text="A setting that trades cost against time.")
    place = serializers.CharField(allow_blank=True, help_text="Id of the node or the arrow.")


class OutputBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    engines = serializers.ListField(child=serializers.ChoiceField(choices=ENGINES))
    less = serializers.BooleanField(help_text="Less of it is better.")


class InputsBody(serializers.Serializer[Any]):
    inputs = NumberBody(many=True)
    outputs = OutputBody(many=True)
