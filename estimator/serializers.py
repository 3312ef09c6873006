"""Rows of runs as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.api.serializers import Strict
from designer.designs.serializers import Document

from .runs.serializers import Answered, Charts, Report, RunItem


class EstimateItem(RunItem):
    kind = serializers.ChoiceField(choices=["estimate"])
    attempt = serializers.IntegerField()


class EstimateBody(EstimateItem, Answered):
    pass


class EstimateList(serializers.Serializer[Any]):
    items = EstimateItem(many=True)
    next = serializers.CharField(allow_null=True)


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


@extend_schema_field(
    {
        "oneOf": [
            {"type": "number"},
            {"type": "string", "pattern": r"^[0-9]{1,19}(\.[0-9]{1,20})?$"},
        ]
    }
)
class Amount(serializers.JSONField):
    """A number, or the same as a string where a JSON number would lose digits."""


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"type": "number", "minimum": 0, "maximum": 100},
    }
)
class Percentages(serializers.JSONField):
    """Percent by the slug of a service."""


class QuoteLine(serializers.Serializer[Any]):
    meter = serializers.CharField(max_length=100, help_text="Id of a meter in the price book.")
    quantity = Amount(help_text="Per month, in the meter's unit, rounded as AWS meters it.")
    unit_price = Amount(
        required=False,
        allow_null=True,
        help_text="USD per unit in place of the book's graduated price; takes no discount.",
    )


class QuoteRequest(serializers.Serializer[Any]):
    """What a quote takes; the engine reads and refuses it."""

    region = serializers.CharField(max_length=40)
    price_date = serializers.CharField(
        required=False, allow_null=True, help_text="Date of a price book; the newest when absent."
    )
    free_tier = serializers.BooleanField(required=False)
    month_hours = Amount(required=False, help_text="Up to 744; 730 when absent.")
    discounts = Percentages(required=False, help_text="Percent off the list prices of a service.")
    lines = QuoteLine(many=True)


class QuoteTier(serializers.Serializer[Any]):
    up_to = serializers.CharField(allow_null=True)
    quantity = serializers.CharField()
    unit_price = serializers.CharField()
    amount = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), **super().get_fields()}


class QuoteDiscount(serializers.Serializer[Any]):
    percent = serializers.CharField()
    amount = serializers.CharField()


class QuotePrice(serializers.Serializer[Any]):
    as_of = serializers.CharField(allow_blank=True)
    confidence = serializers.ChoiceField(choices=["source", "memory"], allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        # Declared here because DRF's fields have an attribute `source` of their own.
        return {"source": serializers.CharField(), **super().get_fields()}


class QuotedLine(serializers.Serializer[Any]):
    meter = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    quantity = serializers.CharField()
    free_quantity = serializers.CharField()
    tiers = QuoteTier(many=True)
    list_amount = serializers.CharField()
    discount = QuoteDiscount(allow_null=True)
    amount = serializers.CharField()
    amount_exact = serializers.CharField()
    price = QuotePrice()


class MissingLine(serializers.Serializer[Any]):
    meter = serializers.CharField()
    unit = serializers.CharField()
    quantity = serializers.CharField()
    reason = serializers.CharField()


class QuoteBody(serializers.Serializer[Any]):
    """All amounts and quantities are decimal strings."""

    region = serializers.CharField()
    price_date = serializers.CharField()
    currency = serializers.CharField()
    free_tier = serializers.BooleanField()
    month_hours = serializers.CharField()
    discounts = serializers.DictField(child=serializers.CharField())
    lines = QuotedLine(many=True)
    list_total = serializers.CharField()
    discount = serializers.CharField()
    total = serializers.CharField()
    total_exact = serializers.CharField()
    complete = serializers.BooleanField(help_text="False when a line has no price.")
    missing = MissingLine(many=True)


class Side(Strict):
    design = serializers.CharField(required=False, max_length=32)
    document = Document(required=False)
    always_on = serializers.BooleanField(
        required=False,
        help_text="Only right: the left design with its functions on servers (Fargate).",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("design", "document", "always_on") if attrs.get(name)]
        if len(given) != 1:
            raise serializers.ValidationError("Give one of design, document and always_on.")
        return attrs


class ComparisonRequest(Strict):
    left = Side()
    right = Side()
    from_factor = serializers.FloatField(
        required=False,
        default=0.01,
        min_value=1e-6,
        max_value=1e6,
        help_text="Smallest factor of the drawn load.",
    )
    to_factor = serializers.FloatField(
        required=False,
        default=100.0,
        min_value=1e-6,
        max_value=1e6,
        help_text="Largest factor of the drawn load.",
    )
    points = serializers.IntegerField(
        required=False, default=25, min_value=2, max_value=60, help_text="Factors between them."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["left"].get("always_on"):
            raise serializers.ValidationError({"left": "give a design or a document here"})
        if attrs["from_factor"] >= attrs["to_factor"]:
            raise serializers.ValidationError({"to_factor": "must be above from_factor"})
        return attrs


class CostPoint(serializers.Serializer[Any]):
    factor = serializers.FloatField()
    rate_per_s = serializers.FloatField(help_text="Events that all producers offer.")
    cost = serializers.CharField(help_text="USD a month.")
    carried = serializers.BooleanField(
        help_text="Nothing is refused and no backlog grows; else the cost is that of less work."
    )
    complete = serializers.BooleanField(help_text="Every usage has a price.")


class CostCurve(serializers.Serializer[Any]):
    name = serializers.CharField()
    region = serializers.CharField()
    idle_cost = serializers.CharField(help_text="USD a month without any call of a client.")
    drawn = CostPoint(help_text="At the load as drawn.")
    points = CostPoint(many=True)


class BreakEvenBody(serializers.Serializer[Any]):
    factor = serializers.FloatField(help_text="Of the drawn load.")
    rate_per_s = serializers.FloatField(help_text="Of the left design.")
    cost = serializers.CharField(help_text="USD a month.")
    cheaper_below = serializers.ChoiceField(
        choices=["left", "right"], help_text="Which is cheaper below this load; above, the other."
    )
    carried = serializers.BooleanField(help_text="Both designs carry that load.")


class ComparisonBody(serializers.Serializer[Any]):
    currency = serializers.CharField()
    left = CostCurve()
    right = CostCurve()
    break_even = BreakEvenBody(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    document = Document(
        allow_null=True, help_text="The always-on design, where it was asked for; else null."
    )
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
    simulation_replications = serializers.IntegerField()
    simulation_messages = serializers.IntegerField(help_text="Of all replications of one run.")
    simulation_trace_times = serializers.IntegerField(help_text="Of one recorded producer.")
    whatif_points = serializers.IntegerField(help_text="Of one what-if by the steady answer.")
    whatif_simulated_points = serializers.IntegerField(help_text="Of one with simulated points.")
    trash_days = serializers.IntegerField()
    run_days = serializers.IntegerField()
    idempotency_hours = serializers.IntegerField()
