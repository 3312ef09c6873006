"""Runs and their results. The row is the job; the message in the broker is only a doorbell."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from designer.accounts.models import Workspace, id_field
from designer.api.fields import JsonTextField
from designer.designs.models import Design, Revision


class Status(models.TextChoices):
    """Where a run is in its life; it only moves forward."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (Status.QUEUED, Status.RUNNING)


class Result(models.Model):
    """A report, kept under the hash of everything it depends on, within one workspace.

    Not shared between workspaces: a cache hit would tell one team what another one draws.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    report = JsonTextField()
    headline = JsonTextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="one_result_per_input")
        ]

    def __str__(self) -> str:
        return self.key


class Estimate(models.Model):
    """One run of the engine over one document."""

    id = id_field("est")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="estimates")
    design = models.ForeignKey(Design, models.CASCADE, null=True, related_name="estimates")
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="estimates")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    document = JsonTextField()
    model_hash = models.CharField(max_length=80)
    model_key = models.CharField(max_length=64)
    price_date = models.CharField(max_length=10)
    engine_version = models.CharField(max_length=20)
    result_key = models.CharField(max_length=64)
    result = models.ForeignKey(Result, models.PROTECT, null=True, related_name="estimates")
    cached = models.BooleanField(default=False)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    error = JsonTextField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["design", "model_key", "-created_at"], name="newest_of_a_model"),
            models.Index(fields=["workspace", "-created_at", "id"], name="estimates_by_creation"),
            models.Index(
                fields=["status", "rung_at"],
                name="open_estimates",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"

    @property
    def done(self) -> bool:
        return self.status not in OPEN
