"""Proposals: a change of a design that a team looks at before it is taken over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from designer.accounts.models import Membership, Role, User, Workspace, id_field
from designer.api.fields import JsonTextField
from designer.designs.models import Design, Revision

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    """Where a proposal is in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


#: The states in which reviews count and a merge is possible.
IN_REVIEW = (State.OPEN, State.CHANGES_REQUESTED, State.APPROVED)


class Verdict(models.TextChoices):
    """What a reviewer says."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    COMMENT = "comment"


class Policy(models.Model):
    """What a workspace asks of a proposal before it is merged. None: no such limit."""

    workspace = models.OneToOneField(
        Workspace, models.CASCADE, primary_key=True, related_name="review_policy"
    )
    required_approvals = models.PositiveSmallIntegerField(default=1)
    own_approval = models.BooleanField(default=False)
    budget_per_month = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    cost_delta_percent = models.FloatField(null=True)
    response_p99_s = models.FloatField(null=True)
    completion_p99_s = models.FloatField(null=True)
    headroom_ratio = models.FloatField(null=True)
    no_error_findings = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"policy of {self.workspace_id}"

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


class Proposal(models.Model):
    """A change from a base revision to a head document."""

    id = id_field("prp")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="proposals")
    design = models.ForeignKey(Design, models.CASCADE, related_name="proposals")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    author = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    base = models.ForeignKey(Revision, models.RESTRICT, related_name="+")
    head = JsonTextField()
    head_version = models.PositiveIntegerField(default=1)  # Counts pushes.
    head_hash = models.CharField(max_length=80)  # Of the model: moving boxes does not change it.
    head_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    head_at = models.DateTimeField(default=timezone.now)
    writers = models.JSONField(default=list)  # Ids of those whose pushes changed the model.
    summary = models.JSONField(default=dict)  # Counts of the diff, for lists.
    version = models.PositiveIntegerField(default=1)
    reviewers: models.ManyToManyField[User, models.Model] = models.ManyToManyField(
        PERSON, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    merged_at = models.DateTimeField(null=True)
    merged_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    merged = models.ForeignKey(Revision, models.RESTRICT, null=True, related_name="+")
    merged_numbers = models.JSONField(null=True)  # Of the merge; see measures.numbers.
    override = models.TextField(blank=True)  # Why an owner merged past a guardrail.
    talk = models.PositiveIntegerField(default=0)  # Counts what happens in its threads.

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-updated_at", "id"], name="proposals_by_change"),
            models.Index(fields=["workspace", "-created_at", "id"], name="proposals_by_creation"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["design", "number"], name="one_proposal_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


def _may_review() -> Exists:
    """Whether who gave a review may still give one here."""
    roles = [role for role in Role if role.covers(Role.REVIEWER)]
    members = Membership.objects.filter(
        workspace=OuterRef("proposal__workspace"), user=OuterRef("reviewer"), role__in=roles
    )
    return Exists(members)


class Reviews(models.QuerySet["Review"]):
    """Rows of reviews."""

    def with_rights(self) -> Reviews:
        """Tell of each (`may`) whether who gave it may still review here."""
        return self.annotate(may=_may_review())

    def counting(self) -> Reviews:
        """Return those that count now: of people who may review, of this model, not taken back."""
        active = self.filter(lapsed_at=None, superseded_at=None, dismissed_at=None)
        return active.filter(_may_review())


class Review(models.Model):
    """What one person said of one head. An approval lapses when the model changes."""

    id = id_field("rvw")
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    body = models.TextField(blank=True)
    head_version = models.PositiveIntegerField()
    model_hash = models.CharField(max_length=80)
    numbers = models.JSONField(null=True)  # As they were then; see measures.numbers.
    created_at = models.DateTimeField(default=timezone.now)
    lapsed_at = models.DateTimeField(null=True)  # The model changed since.
    superseded_at = models.DateTimeField(null=True)  # The same person reviewed again.
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    dismissed_why = models.TextField(blank=True)

    objects = Reviews.as_manager()

    class Meta:
        indexes = [models.Index(fields=["proposal", "-created_at", "id"], name="reviews_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} {self.verdict}"

    @property
    def counts(self) -> bool:
        """Tell whether it counts; of rows without rights it is taken that they may review."""
        past = self.lapsed_at or self.superseded_at or self.dismissed_at
        return not past and getattr(self, "may", True)


class Anchor(models.TextChoices):
    """What a thread hangs on."""

    PROPOSAL = "proposal"
    NODE = "node"
    EDGE = "edge"
    FIELD = "field"
    POINT = "point"


class Thread(models.Model):
    """A conversation at one place. Places are ids: moving and renaming keep them."""

    id = id_field("thr")
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="threads")
    anchor = models.CharField(max_length=10, choices=Anchor.choices)
    part = models.CharField(max_length=10, blank=True)  # nodes, edges or settings, of a field.
    element = models.CharField(max_length=48, blank=True)
    field = models.CharField(max_length=300, blank=True)
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    name = models.CharField(max_length=120, blank=True)  # As the element was called at first.
    orphaned = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    talk = models.PositiveIntegerField(default=0)  # The proposal's count when it last changed.

    class Meta:
        indexes = [
            models.Index(fields=["proposal", "created_at", "id"], name="threads_by_time"),
            models.Index(fields=["proposal", "talk"], name="threads_by_talk"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} on {self.anchor} {self.element}"


class Comment(models.Model):
    """One thing somebody said, perhaps with a change to be applied."""

    id = id_field("cmt")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    body = models.TextField(blank=True)
    mentions = models.JSONField(default=list)  # Ids of people.
    suggestion = JsonTextField(null=True)  # Operations, see designer.document.changes.
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["thread", "created_at", "id"], name="comments_by_time")]

    def __str__(self) -> str:
        return f"{self.pk} in {self.thread_id}"
