"""Share links and comments as the API shows them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from designer.accounts.serializers import PersonBody
from designer.api.serializers import Strict

from .models import ShareRole
from .serializers import Document

MAX_ORIGINS = 20
#: Scheme, host and perhaps a port; a wildcard only as the first label, as CSP has it.
ORIGIN = re.compile(
    r"https?://(\*\.)?[a-z0-9]([a-z0-9-]{0,62})?(\.[a-z0-9]([a-z0-9-]{0,62})?)*(:[0-9]{1,5})?"
)


class ShareBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    design = serializers.CharField()
    role = serializers.ChoiceField(choices=ShareRole.choices)
    name = serializers.CharField(allow_blank=True)
    hint = serializers.CharField(help_text="The first characters of the secret.")
    embed_origins = serializers.ListField(child=serializers.CharField())
    created_by = PersonBody(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewShareBody(ShareBody):
    link = serializers.CharField(help_text="The page; shown this once.")


class ShareList(serializers.Serializer[Any]):
    items = ShareBody(many=True)
    next = serializers.CharField(allow_null=True)


class ShareChange(Strict):
    role = serializers.ChoiceField(choices=ShareRole.choices, required=False)
    name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Null: until it is revoked."
    )
    embed_origins = serializers.ListField(
        child=serializers.CharField(max_length=260),
        required=False,
        max_length=MAX_ORIGINS,
        help_text="Sites that may show the page in a frame, such as https://wiki.example.com.",
    )

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError("lies in the past; give a time to come")
        return value

    def validate_embed_origins(self, value: list[str]) -> list[str]:
        origins = [one.strip().lower().rstrip("/") for one in value]
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise serializers.ValidationError(
                    f"{origin[:80]!r} is no origin; give scheme and host, such as "
                    "https://wiki.example.com"
                )
        return sorted(set(origins))


class NewShare(ShareChange):
    role = serializers.ChoiceField(choices=ShareRole.choices)


class SharedBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ShareRole.choices)
    document = Document()
    updated_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class RemarkBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    node = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    author_name = serializers.CharField()
    member = serializers.BooleanField(help_text="False for the holder of a link.")
    created_at = serializers.DateTimeField()


class RemarkList(serializers.Serializer[Any]):
    items = RemarkBody(many=True)
    next = serializers.CharField(allow_null=True)


class NewRemark(Strict):
    text = serializers.CharField(max_length=4000)
    node = serializers.CharField(required=False, max_length=64)


class NewSharedRemark(NewRemark):
    name = serializers.CharField(max_length=120, help_text="Who says it.")
