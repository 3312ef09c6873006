"""Rows of simulations and scenarios as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.serializers import Strict
from designer.designs.serializers import Headline
from estimator.engine.simulation import Options
from estimator.runs.serializers import Answered, RunItem
from estimator.serializers import NewEstimate

MOST_SCENARIOS = 50
SCENARIO_NAME = 100
NAMED = "^sha256:[0-9a-f]{64}$"


def _options_schema() -> dict[str, Any]:
    """Return the JSON Schema of the options, without references."""
    schema = Options.model_json_schema()
    defined = schema.pop("$defs", {})

    def resolve(value: Any) -> Any:
        if isinstance(value, list):
            return [resolve(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return resolve(defined[value["$ref"].rsplit("/", 1)[-1]])
        return {k: resolve(v) for k, v in value.items() if k != "title" or not isinstance(v, str)}

    found: dict[str, Any] = resolve(schema)
    traces = found["properties"]["traces"]
    traces["additionalProperties"] = {
        "anyOf": [traces["additionalProperties"], {"type": "string", "pattern": NAMED}]
    }
    found["description"] = "How long, how often, and what goes wrong; all may be left out."
    return found


@extend_schema_field(_options_schema())
class OptionsField(serializers.JSONField):
    """Options of a simulation; the engine reads and refuses them."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError("The options are an object.")
        return data


@extend_schema_field({"type": "object", "additionalProperties": True})
class ShownOptions(serializers.JSONField):
    """Options as they were understood, without recorded traces."""


class PartsBody(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Replications.")
    done = serializers.IntegerField()


class SimulationItem(RunItem):
    kind = serializers.ChoiceField(choices=["simulation"])
    parts = PartsBody()
    options = ShownOptions()
    recorded = serializers.BooleanField(help_text="Arrivals of a producer were recorded ones.")
    attempt = serializers.IntegerField(help_text="Most workers that any one replication took.")
    reporting = serializers.BooleanField(
        help_text="Ended early; the report of the finished replications is being written."
    )
    headline = Headline(allow_null=True)


class SimulationBody(SimulationItem, Answered):
    pass


class SimulationList(serializers.Serializer[Any]):
    items = SimulationItem(many=True)
    next = serializers.CharField(allow_null=True)


class NewSimulation(NewEstimate):
    options = OptionsField(required=False)


class Scenario(Strict):
    name = serializers.CharField(max_length=SCENARIO_NAME)
    options = OptionsField()


class ScenariosQuery(serializers.Serializer[Any]):
    recordings = serializers.ChoiceField(
        choices=["apart"], required=False, help_text="Names in place of recorded times."
    )


class ScenariosBody(Strict):
    items = Scenario(many=True, max_length=MOST_SCENARIOS)  # type: ignore[call-arg]

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        names = [item["name"] for item in items]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise serializers.ValidationError(f"Two scenarios are named {twice[0]!r}.")
        return items


class ShownScenarios(serializers.Serializer[Any]):
    items = Scenario(many=True)
    recordings = serializers.DictField(
        child=serializers.ListField(child=serializers.FloatField(min_value=0)),
        required=False,
        help_text="Recorded times by name, where they were asked for apart.",
    )
