"""Rows of threads and comments as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.accounts.serializers import PersonBody
from designer.api.pagination import PageQuery
from designer.api.serializers import Strict

from .models import Anchor
from .serializers import TEXT

FIRST = 20  # Comments that a list of threads shows of each.


@extend_schema_field({"type": "array", "items": {"type": "object"}, "maxItems": 50})
class Operations(serializers.JSONField):
    """A change set; see the description."""


class CommentBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    thread = serializers.CharField()
    author = PersonBody(allow_null=True)
    body = serializers.CharField(allow_blank=True)
    mentions = serializers.ListField(
        child=serializers.CharField(), help_text="Ids of people who were told of being mentioned."
    )
    suggestion = Operations(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)


class CommentList(serializers.Serializer[Any]):
    items = CommentBody(many=True)
    next = serializers.CharField(allow_null=True)


class AnchorBody(serializers.Serializer[Any]):
    on = serializers.ChoiceField(choices=Anchor.choices)
    part = serializers.CharField(allow_null=True)
    id = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)
    name = serializers.CharField(allow_blank=True, help_text="Of the place, at the beginning.")


class ThreadBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    proposal = serializers.CharField()
    anchor = AnchorBody()
    talk = serializers.IntegerField(help_text="The proposal's count when it last changed.")
    orphaned = serializers.BooleanField(help_text="The place was deleted since.")
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = PersonBody(allow_null=True)
    created_by = PersonBody(allow_null=True)
    created_at = serializers.DateTimeField()
    comment_count = serializers.IntegerField()
    comments = CommentBody(many=True, help_text="The first ones; the rest by the thread's pages.")


class ThreadList(serializers.Serializer[Any]):
    items = ThreadBody(many=True)
    next = serializers.CharField(allow_null=True)


class ThreadQuery(PageQuery):
    resolved = serializers.BooleanField(required=False, allow_null=True, default=None)
    orphaned = serializers.BooleanField(required=False, allow_null=True, default=None)
    on = serializers.ChoiceField(choices=["nodes", "edges"], required=False)
    element = serializers.CharField(
        required=False, max_length=48, help_text="Id of the node or edge they hang on; with `on`."
    )
    since = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="What changed after this talk."
    )
    comments = serializers.IntegerField(
        required=False, min_value=1, max_value=FIRST, default=FIRST, help_text="Of each thread."
    )

    def validate(self, attrs: Any) -> Any:
        if ("element" in attrs) != ("on" in attrs):
            raise serializers.ValidationError({"element": "Give `on` and `element` together."})
        return attrs


class BusyPoint(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Of the thread.")
    x = serializers.FloatField()
    y = serializers.FloatField()


class BusyCounts(serializers.Serializer[Any]):
    open = serializers.IntegerField()
    resolved = serializers.IntegerField()
    orphaned = serializers.IntegerField(help_text="Of both.")


class BusyBody(serializers.Serializer[Any]):
    counts = BusyCounts()
    nodes = serializers.DictField(child=serializers.IntegerField(), help_text="Threads by id.")
    edges = serializers.DictField(child=serializers.IntegerField())
    points = BusyPoint(many=True)
    more_points = serializers.BooleanField(help_text="There are more than are listed.")


class NewAnchor(Strict):
    on = serializers.ChoiceField(choices=Anchor.choices)
    part = serializers.ChoiceField(choices=["nodes", "edges", "settings"], required=False)
    id = serializers.CharField(required=False, max_length=48)
    field = serializers.CharField(
        required=False, max_length=300, help_text="Pointer within it, such as /service/memory_mb."
    )
    x = serializers.FloatField(required=False, min_value=-1e6, max_value=1e6)
    y = serializers.FloatField(required=False, min_value=-1e6, max_value=1e6)


class CommentChange(Strict):
    body = serializers.CharField(max_length=TEXT)
    mentions = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, default=list, max_length=50
    )


class NewComment(CommentChange):
    suggestion = Operations(required=False, allow_null=True, default=None)

    def validate_suggestion(self, value: Any) -> Any:
        if value is not None and not isinstance(value, list):
            raise serializers.ValidationError("A suggestion is a list of operations.")
        return value


class NewThread(NewComment):
    anchor = NewAnchor()


class ThreadChange(Strict):
    resolved = serializers.BooleanField()
