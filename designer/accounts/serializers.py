"""Rows of people and keys, as the API shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from designer.api.pagination import PageQuery
from designer.api.serializers import Strict

from .actions import MAX_TOKEN_LIFE
from .joining import MAX_INVITATION_LIFE
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


class SelfBody(PersonBody):
    email_notices = serializers.BooleanField(help_text="Notices come by mail as well.")


class SelfChange(Strict):
    name = serializers.CharField(required=False, max_length=120)
    email_notices = serializers.BooleanField(required=False)


class MeBody(serializers.Serializer[Any]):
    user = SelfBody()
    workspaces = WorkspaceBody(many=True)
    csrf_token = serializers.CharField(
        allow_null=True, help_text="Send as X-CSRFToken with writes; null for tokens."
    )


class MemberBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    user = PersonBody()
    role = serializers.ChoiceField(choices=Role.choices)
    created_at = serializers.DateTimeField()


class MemberList(serializers.Serializer[Any]):
    items = MemberBody(many=True)
    next = serializers.CharField(allow_null=True)


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


def ahead(value: datetime, longest: timedelta) -> datetime:
    """Return a time to come that lies near enough.

    Raises:
        ValidationError: It has passed, or lies too far ahead.
    """
    now = timezone.now()
    if value <= now:
        raise serializers.ValidationError("lies in the past; give a time to come")
    if value > now + longest:
        raise serializers.ValidationError(
            f"lies more than {longest.days} days ahead; make it sooner"
        )
    return value


class NewAccountToken(Strict):
    name = serializers.CharField(max_length=120)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False, max_length=20
    )
    expires_at = serializers.DateTimeField(help_text="At most a year from now.")

    def validate_expires_at(self, value: datetime) -> datetime:
        return ahead(value, MAX_TOKEN_LIFE)


class NewToken(NewAccountToken):
    workspace = serializers.CharField(required=False, max_length=32)


class NewPassword(Strict):
    current_password = serializers.CharField(
        required=False, allow_blank=True, max_length=200, trim_whitespace=False
    )
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)


class InvitationBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    workspace = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    email = serializers.CharField(allow_blank=True, help_text="Whom it is for; blank for anybody.")
    state = serializers.ChoiceField(choices=["open", "accepted", "revoked", "expired"])
    created_by = PersonBody(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    accepted_by = PersonBody(allow_null=True)


class NewInvitationBody(InvitationBody):
    link = serializers.CharField(help_text="Makes one person a member; shown this once.")


class InvitationList(serializers.Serializer[Any]):
    items = InvitationBody(many=True)
    next = serializers.CharField(allow_null=True)


class NewInvitation(Strict):
    role = serializers.ChoiceField(choices=Role.choices)
    email = serializers.EmailField(
        required=False, max_length=254, help_text="Whom it is for; anybody when left out."
    )
    expires_at = serializers.DateTimeField(
        required=False, help_text="At most 30 days from now; a week when left out."
    )

    def validate_expires_at(self, value: datetime) -> datetime:
        return ahead(value, MAX_INVITATION_LIFE)


class Acceptance(Strict):
    secret = serializers.CharField(max_length=100, help_text="The last part of the link.")


class AccountBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    created_at = serializers.DateTimeField()
    tokens = serializers.IntegerField(help_text="Tokens in force.")
    last_used_at = serializers.DateTimeField(allow_null=True)


class AccountList(serializers.Serializer[Any]):
    items = AccountBody(many=True)
    next = serializers.CharField(allow_null=True)


class NewAccount(Strict):
    name = serializers.CharField(max_length=120)
    role = serializers.ChoiceField(choices=Role.choices)


class AccountChange(Strict):
    name = serializers.CharField(required=False, max_length=120)
    role = serializers.ChoiceField(required=False, choices=Role.choices)


class AuditActor(serializers.Serializer[Any]):
    id = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True, help_text="Blank for one who is gone.")
    email = serializers.CharField(allow_blank=True)


class AuditBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    at = serializers.DateTimeField()
    action = serializers.CharField(help_text="Such as design.save. More may be added.")
    actor = AuditActor(allow_null=True, help_text="Null for the server itself.")
    token = serializers.CharField(allow_null=True)
    object = serializers.CharField()
    route = serializers.CharField(allow_blank=True)
    request_id = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class AuditList(serializers.Serializer[Any]):
    items = AuditBody(many=True)
    next = serializers.CharField(allow_null=True)


class AuditFile(serializers.Serializer[Any]):
    items = AuditBody(many=True)


class AuditFilter(serializers.Serializer[Any]):
    action = serializers.CharField(
        required=False, max_length=60, help_text="An action, or its first part such as design."
    )
    actor = serializers.CharField(required=False, max_length=32, help_text="Id of a person.")
    token = serializers.CharField(required=False, max_length=32)
    object = serializers.CharField(required=False, max_length=32)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class AuditQuery(PageQuery, AuditFilter):
    """Filters and the page."""
