"""What people are told, where programs listen, and every attempt to deliver it.

A delivery is a row with a life, as runs are: the message to the worker is only a doorbell.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from designer.accounts.models import Workspace, id_field
from designer.api.fields import JsonTextField

OVERLAP = timedelta(hours=24)  # How long the secret before a rotation still signs.


class Notice(models.Model):
    """One line in a person's list."""

    id = id_field("ntc")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    event = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True)  # Where it leads, within this site.
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at", "id"], name="notices_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} for {self.user_id}"


class Webhook(models.Model):
    """An address that wants to hear of events.

    Its secret is not kept: it is derived from the key of this installation, the id and the
    generation, so that nothing in the database can sign.
    """

    id = id_field("whk")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    name = models.CharField(max_length=120, blank=True)
    events = models.JSONField()
    generation = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.pk} of {self.workspace_id}"

    def _key(self, generation: int) -> bytes:
        named = f"webhook:{self.pk}:{generation}".encode()
        return hmac.new(settings.SECRET_KEY.encode(), named, hashlib.sha256).digest()

    @property
    def secret(self) -> str:
        """What the receiver verifies with."""
        return "whsec_" + base64.b64encode(self._key(self.generation)).decode()

    def keys(self) -> list[bytes]:
        """Return the keys that sign now: for a day after a rotation, the one before too."""
        keys = [self._key(self.generation)]
        if self.rotated_at and timezone.now() < self.rotated_at + OVERLAP:
            keys.append(self._key(self.generation - 1))
        return keys


class Outcome(models.TextChoices):
    """Where a delivery is in its life."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Delivery(models.Model):
    """One message to one receiver: a webhook, or a person's mailbox."""

    id = id_field("dlv")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="deliveries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="mails"
    )
    event = models.CharField(max_length=60)
    message = models.CharField(max_length=40)  # The webhook-id; the same in every attempt.
    body = models.TextField()
    subject = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    log = JsonTextField(default=list)  # One entry for each attempt.
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["webhook", "-created_at", "id"], name="deliveries_by_time"),
            models.Index(
                fields=["next_at"],
                name="deliveries_due",
                condition=models.Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.event} {self.status}"
