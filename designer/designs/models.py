"""Designs and their revisions: the rows around the documents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from designer.accounts.models import Workspace, id_field
from designer.api.fields import JsonTextField


class Design(models.Model):
    """A drawing of a team: the draft that is being worked on.

    The document is the truth; `name`, `model_hash`, `node_count` and `card` are read off it at each
    write, so that lists need not open documents.
    """

    id = id_field("dsn")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="designs")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    document = JsonTextField()
    model_hash = models.CharField(max_length=80)
    model_key = models.CharField(max_length=64)  # See actions.model_key.
    node_count = models.PositiveIntegerField(default=0)
    card = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    is_example = models.BooleanField(default=False)
    example_key = models.CharField(max_length=80, blank=True)
    example_hash = models.CharField(max_length=80, blank=True)  # The document as we shipped it.
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="designs_by_creation"),
            models.Index(fields=["workspace", "-updated_at", "id"], name="designs_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "example_key"],
                condition=~models.Q(example_key=""),
                name="one_copy_of_each_example",
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"

    @property
    def etag(self) -> str:
        """The strong tag of this version of the document."""
        return f'"{self.version}"'


class Revision(models.Model):
    """A document as it was when somebody gave it a note; never changed."""

    id = id_field("rev")
    design = models.ForeignKey(Design, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    document = JsonTextField()
    model_hash = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["design", "number"], name="one_revision_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.design_id} revision {self.number}"
