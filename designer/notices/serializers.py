"""Notices, webhooks and deliveries as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from designer.api.pagination import PageQuery
from designer.api.serializers import Strict

from .events import names
from .models import Outcome


class NoticeBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    workspace = serializers.CharField()
    event = serializers.CharField()
    title = serializers.CharField()
    path = serializers.CharField(allow_blank=True, help_text="Where it leads, within this site.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticeList(serializers.Serializer[Any]):
    items = NoticeBody(many=True)
    next = serializers.CharField(allow_null=True)
    unread = serializers.IntegerField(help_text="Of all one's notices, up to 100.")


class NoticeQuery(PageQuery):
    unread = serializers.BooleanField(required=False, default=False)


class NoticeChange(Strict):
    read = serializers.BooleanField()


class WebhookBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    workspace = serializers.CharField()
    url = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    events = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()
    disabled_why = serializers.CharField(allow_blank=True)
    rotated_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class WebhookSecretBody(WebhookBody):
    secret = serializers.CharField(help_text="whsec_…; what the receiver verifies with.")


class WebhookList(serializers.Serializer[Any]):
    items = WebhookBody(many=True)
    next = serializers.CharField(allow_null=True)
    events = serializers.ListField(
        child=serializers.CharField(), help_text="What a webhook may listen to."
    )


class WebhookChange(Strict):
    url = serializers.CharField(required=False, max_length=500)
    name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=names()), required=False, allow_empty=False
    )
    enabled = serializers.BooleanField(required=False)


class NewWebhook(Strict):
    url = serializers.CharField(max_length=500)
    name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=names()), allow_empty=False
    )


class Attempt(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True, help_text="What the receiver answered.")
    error = serializers.CharField(allow_blank=True)
    ms = serializers.IntegerField()


class DeliveryBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    webhook = serializers.CharField()
    event = serializers.CharField()
    message = serializers.CharField(help_text="The webhook-id; the same in every attempt.")
    status = serializers.ChoiceField(choices=Outcome.choices)
    attempts = Attempt(many=True)
    next_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried again.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class DeliveryWithBody(DeliveryBody):
    body = serializers.CharField(help_text="What is sent, to the byte.")


class DeliveryList(serializers.Serializer[Any]):
    items = DeliveryBody(many=True)
    next = serializers.CharField(allow_null=True)


class DeliveryQuery(PageQuery):
    status = serializers.ChoiceField(choices=Outcome.choices, required=False)
