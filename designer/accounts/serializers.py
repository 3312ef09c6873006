"""Rows of people and keys, as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from designer.api.pagination import PageQuery
from designer.api.serializers import Strict

from .actions import MAX_TOKEN_LIFE
from .models import Role, Scope


class PersonBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.EmailField()


class WorkspaceBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class WorkspaceList(serializers.Serializer[Any]):
    items = WorkspaceBody(many=True)
    next = serializers.CharField(allow_null=True)


class MeBody(serializers.Serializer[Any]):
    user = PersonBody()
    workspaces = WorkspaceBody(many=True)
    csrf_token = serializers.CharField(
        allow_null=True, help_text="Send as X-CSRFToken with writes; null for tokens."
    )


class MemberBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    user = PersonBody()
    role = serializers.ChoiceField(choices=Role.choices)
    created_at = serializers.DateTimeField()


class NewMemberBody(MemberBody):
    login_link = serializers.CharField(
        allow_null=True,
        help_text="For a person who is new here: signs them in once, within a day. Hand it over.",
    )


class MemberList(serializers.Serializer[Any]):
    items = MemberBody(many=True)
    next = serializers.CharField(allow_null=True)


class NewMember(Strict):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)


class RoleChange(Strict):
    role = serializers.ChoiceField(choices=Role.choices)


class TokenBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    hint = serializers.CharField(help_text="The first characters of the token.")
    workspace = serializers.CharField()
    user = PersonBody()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewTokenBody(TokenBody):
    token = serializers.CharField(help_text="The secret; shown this once.")


class TokenList(serializers.Serializer[Any]):
    items = TokenBody(many=True)
    next = serializers.CharField(allow_null=True)


class TokenQuery(PageQuery):
    workspace = serializers.CharField(required=False, max_length=32)


class NewToken(Strict):
    name = serializers.CharField(max_length=120)
    workspace = serializers.CharField(required=False, max_length=32)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False, max_length=20
    )
    expires_at = serializers.DateTimeField(help_text="At most a year from now.")

    def validate_expires_at(self, value: datetime) -> datetime:
        now = timezone.now()
        if value <= now:
            raise serializers.ValidationError("lies in the past; give a time to come")
        if value > now + MAX_TOKEN_LIFE:
            raise serializers.ValidationError(
                f"lies more than {MAX_TOKEN_LIFE.days} days ahead; make it sooner"
            )
        return value


class NewPassword(Strict):
    current_password = serializers.CharField(
        required=False, allow_blank=True, max_length=200, trim_whitespace=False
    )
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)
