"""Serializer bases: bodies and queries refuse unknown names, with the nearest valid one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from designer import document
from designer.document import Design


class Strict(serializers.Serializer[Any]):
    """A body whose unknown fields are errors, not silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = {
                name: [ErrorDetail(unknown_field(name, list(self.fields)), code="unknown-field")]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


def unknown_field(name: str, known: list[str]) -> str:
    """Return what to say about a name that does not exist."""
    near = get_close_matches(name, known, n=1)
    if near:
        return f"There is no field {name[:80]!r}; did you mean {near[0]!r}?"
    return f"There is no field {name[:80]!r}; known are {', '.join(known) or 'none'}."


class DocumentField(serializers.JSONField):
    """A design document: one field, read by the document's own schema.

    A document that cannot be read raises DesignError, whose pointers are into the document, the
    same that reports and findings use.
    """

    def to_internal_value(self, data: Any) -> Design:  # type: ignore[override]
        return document.load(data)

    def to_representation(self, value: Any) -> Any:
        return value


class ProblemItem(serializers.Serializer[Any]):
    """One thing to mend."""

    pointer = serializers.CharField(allow_blank=True, help_text="JSON pointer to the place.")
    code = serializers.CharField(help_text="Stable slug. More may be added.")
    message = serializers.CharField(help_text="What is wrong and what to change.")
    nearest = serializers.CharField(allow_null=True, help_text="The nearest valid name.")


class ProblemBody(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(allow_null=True, allow_blank=True)
    code = serializers.CharField(help_text="Stable slug. More may be added.")
    errors = ProblemItem(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField(allow_null=True)
