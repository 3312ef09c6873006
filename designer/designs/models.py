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
    restored_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["design", "number"], name="one_revision_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.design_id} revision {self.number}"


class DraftVersion(models.Model):
    """A draft as it was before it was saved over; the last few, so that two people's work joins."""

    design = models.ForeignKey(Design, models.CASCADE, related_name="draft_versions")
    version = models.PositiveIntegerField()
    document = JsonTextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["design", "version"], name="one_draft_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.design_id} draft {self.version}"


class ShareRole(models.TextChoices):
    """What the holder of a link may do."""

    VIEW = "view"
    COMMENT = "comment"


class ShareLink(models.Model):
    """A link that shows one design to whoever holds it, as long as it is in force."""

    id = id_field("shr")
    design = models.ForeignKey(Design, models.CASCADE, related_name="share_links")
    role = models.CharField(max_length=10, choices=ShareRole.choices)
    name = models.CharField(max_length=120, blank=True)
    hint = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    embed_origins = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.role} of {self.design_id}"


class Remark(models.Model):
    """What somebody said about a design, a member or the holder of a link; never changed."""

    id = id_field("rmk")
    design = models.ForeignKey(Design, models.CASCADE, related_name="remarks")
    link = models.ForeignKey(ShareLink, models.SET_NULL, null=True, related_name="remarks")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    author_name = models.CharField(max_length=120)
    node = models.CharField(max_length=64, blank=True)  # Id of the node it is about.
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["design", "-created_at", "id"], name="remarks_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} on {self.design_id}"


class Here(models.Model):
    """A tab of somebody that shows a design, or a proposal of it, now."""

    design = models.ForeignKey(Design, models.CASCADE, related_name="+")
    place = models.CharField(max_length=32, blank=True)  # Id of the proposal; "": the design.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    tab = models.CharField(max_length=40)
    selection = models.JSONField(default=list)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["design", "place", "user", "tab"], name="one_row_per_tab"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.design_id}"
