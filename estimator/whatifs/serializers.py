"""Rows of what-ifs as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from estimator.engine.whatif import ENGINES, KINDS
from estimator.runs.serializers import Answered, RunItem
from estimator.serializers import NewEstimate
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


class WhatIfItem(RunItem):
    kind = serializers.ChoiceField(choices=KINDS)
    engine = serializers.ChoiceField(choices=ENGINES)
    points = KnownPointsBody()
    spec = ShownOptions()
    reporting = serializers.BooleanField(
        help_text="Ended early; the answer from the known points is being written."
    )


class WhatIfBody(WhatIfItem, Answered):
    pass


class WhatIfList(serializers.Serializer[Any]):
    items = WhatIfItem(many=True)
    next = serializers.CharField(allow_null=True)


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
