"""Rows of designs and revisions as the API shows them; the document itself is one field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer import document as documents
from designer.accounts.models import Role
from designer.accounts.serializers import PersonBody
from designer.api.pagination import PageQuery
from designer.api.serializers import DocumentField, Strict

DOCUMENT_SCHEMA = {
    "type": "object",
    "description": "A design document; its JSON Schema is at /api/v1/schemas/design.json.",
    "externalDocs": {"url": "/api/v1/schemas/design.json"},
    "example": documents.dump(documents.empty("Order pipeline")),
}


@extend_schema_field(DOCUMENT_SCHEMA)
class Document(DocumentField):
    """The document, described."""


@extend_schema_field({"type": "object", "additionalProperties": True, "nullable": True})
class Headline(serializers.JSONField):
    """Headline figures of a report."""


class ThumbnailBox(serializers.Serializer[Any]):
    x = serializers.FloatField()
    y = serializers.FloatField()
    type = serializers.CharField()
    role = serializers.CharField()


class Thumbnail(serializers.Serializer[Any]):
    nodes = ThumbnailBox(many=True)
    edges = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )


class CardBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    workspace = serializers.CharField()
    is_example = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)
    etag = serializers.CharField()
    services = serializers.ListField(child=serializers.CharField())
    thumbnail = Thumbnail()
    latest_estimate = serializers.CharField(allow_null=True)
    headline = Headline(allow_null=True)
    offered_rate_per_s = serializers.FloatField(allow_null=True)


class CardList(serializers.Serializer[Any]):
    items = CardBody(many=True)
    next = serializers.CharField(allow_null=True)


class DesignBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    workspace = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    is_example = serializers.BooleanField()
    document = Document()
    etag = serializers.CharField(help_text="Send as If-Match with the next change.")
    model_hash = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    updated_by = PersonBody(allow_null=True)
    latest_estimate = serializers.CharField(
        allow_null=True, help_text="The newest run of the model as it is now."
    )


class RevisionBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    design = serializers.CharField()
    number = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    author = PersonBody(allow_null=True)
    created_at = serializers.DateTimeField()
    model_hash = serializers.CharField()
    restored_from = serializers.CharField(allow_null=True, help_text="The revision it repeats.")


class RevisionWithDocument(RevisionBody):
    document = Document()


class RevisionList(serializers.Serializer[Any]):
    items = RevisionBody(many=True)
    next = serializers.CharField(allow_null=True)


class DesignQuery(PageQuery):
    workspace = serializers.CharField(
        required=False, max_length=32, help_text="One's first if left out."
    )
    q = serializers.CharField(required=False, max_length=120, help_text="Part of the name.")
    example = serializers.BooleanField(required=False, allow_null=True, default=None)
    trash = serializers.BooleanField(
        required=False, default=False, help_text="What was deleted in the last 30 days."
    )
    sort = serializers.ChoiceField(
        required=False,
        default="-created_at",
        choices=["-created_at", "-updated_at", "name"],
        help_text="Only -created_at and name never skip what changes while one reads on.",
    )


class SaveQuery(serializers.Serializer[Any]):
    allow_empty = serializers.BooleanField(
        required=False, default=False, help_text="Let an empty document replace a drawing."
    )


class NewDesign(Strict):
    workspace = serializers.CharField(required=False, max_length=32)
    name = serializers.CharField(required=False, max_length=120)
    document = Document(required=False)


class Draft(Strict):
    document = Document()


class MergeRequest(Strict):
    base_etag = serializers.CharField(
        required=False, max_length=40, help_text="Tag of the draft that the document grew from."
    )
    base_document = Document(required=False, help_text="That draft itself.")
    document = Document()
    decisions = serializers.DictField(
        child=serializers.ChoiceField(choices=["current", "incoming"]),
        required=False,
        default=dict,
        help_text="Key of a conflict -> whose value is taken.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("base_etag" in attrs) == ("base_document" in attrs):
            raise serializers.ValidationError("Give either base_etag or base_document.")
        return attrs


@extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": True}})
class Rows(serializers.JSONField):
    """Objects of the merge, as designer.document writes them."""


class MergeBody(serializers.Serializer[Any]):
    clean = serializers.BooleanField(help_text="Nothing is left to decide.")
    document = Document(help_text="Joined; open conflicts stand as in the draft.")
    conflicts = Rows()
    decided = serializers.ListField(child=serializers.CharField())
    renamed = Rows()
    problems = Rows()
    current_etag = serializers.CharField(help_text="Send as If-Match with the joined document.")


class NewCopy(Strict):
    name = serializers.CharField(required=False, max_length=120)


class NewRevision(Strict):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class ExportRequest(Strict):
    document = Document(required=False)
    design = serializers.CharField(required=False, max_length=32)
    to = serializers.ChoiceField(choices=["cloudformation", "asl"])
    format = serializers.ChoiceField(choices=["yaml", "json"], required=False, default="yaml")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("document" in attrs) == ("design" in attrs):
            raise serializers.ValidationError("Give either document or design.")
        return attrs


class ExportedFile(serializers.Serializer[Any]):
    path = serializers.CharField()
    media_type = serializers.CharField()
    content = serializers.CharField()


class ExportBody(serializers.Serializer[Any]):
    files = ExportedFile(many=True)
    notes = serializers.ListField(child=serializers.CharField())
