"""Rows of proposals, reviews and threads as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from designer.accounts.models import Role
from designer.accounts.serializers import PersonBody
from designer.api.pagination import PageQuery
from designer.api.serializers import ProblemItem, Strict
from designer.designs.serializers import Document

from .models import State, Verdict

TEXT = 10_000


@extend_schema_field({"type": "object", "additionalProperties": True})
class Anything(serializers.JSONField):
    """An object whose parts the description of the operation names."""


@extend_schema_field({})
class Value(serializers.JSONField):
    """Any JSON value."""


class Counts(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField()
    moved = serializers.IntegerField()


class Summary(serializers.Serializer[Any]):
    nodes = Counts()
    edges = Counts()
    settings = serializers.IntegerField()
    document = serializers.IntegerField()
    layout = serializers.IntegerField(help_text="Boxes, groups and notes that moved or changed.")


class DiffBody(serializers.Serializer[Any]):
    model_changed = serializers.BooleanField(help_text="Whether an estimate could differ.")
    same = serializers.BooleanField()
    summary = Summary()
    nodes = serializers.ListField(child=Anything())
    edges = serializers.ListField(child=Anything())
    settings = serializers.ListField(child=Anything())
    document = serializers.ListField(child=Anything())
    layout = Anything()


class JoinConflict(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="Names the conflict in `decisions`.")
    kind = serializers.ChoiceField(choices=["field", "removed-changed"])
    part = serializers.ChoiceField(choices=["nodes", "edges", "settings", "document"])
    id = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    pointer = serializers.CharField(allow_blank=True)
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField(allow_null=True)
    base = Value(allow_null=True)
    current = Value(allow_null=True, help_text="As the design has it now.")
    incoming = Value(allow_null=True, help_text="As the one that is merged has it.")
    absent = serializers.ListField(child=serializers.CharField(), help_text="Sides without it.")
    edges = serializers.ListField(child=serializers.CharField())


class JoinRenamed(serializers.Serializer[Any]):
    part = serializers.CharField()
    id = serializers.CharField()
    to = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class JoinBody(serializers.Serializer[Any]):
    clean = serializers.BooleanField()
    document = Anything(help_text="Joined; defaults are written out.")
    conflicts = JoinConflict(many=True)
    decided = serializers.ListField(child=serializers.CharField())
    renamed = JoinRenamed(many=True)
    problems = ProblemItem(many=True)


class Decisions(serializers.DictField):
    child = serializers.ChoiceField(choices=["current", "incoming"])


class DiffQuery(serializers.Serializer[Any]):
    base = serializers.CharField(max_length=32, help_text="A revision of the design.")
    head = serializers.CharField(
        required=False, max_length=32, help_text="Another one; the draft if left out."
    )


# ---- Proposals -----------------------------------------------------------------------------------


class Figures(serializers.Serializer[Any]):
    cost = serializers.CharField(help_text="USD a month.")
    complete = serializers.BooleanField(help_text="Whether everything has a price.")
    response_p99_s = serializers.FloatField(allow_null=True)
    completion_p99_s = serializers.FloatField(allow_null=True)
    max_rate_per_s = serializers.FloatField(allow_null=True)
    error_findings = serializers.IntegerField(help_text="Findings of severity error.")


class Numbers(serializers.Serializer[Any]):
    """The figures of both sides at the time of a decision; null where there is no estimate."""

    before = Figures(allow_null=True)
    after = Figures(allow_null=True)
    price_date = serializers.CharField(allow_null=True)
    engine_version = serializers.CharField(allow_null=True)
    problem = serializers.CharField(allow_null=True)


class ReviewerBody(serializers.Serializer[Any]):
    user = PersonBody()
    asked = serializers.BooleanField(help_text="Whether the author asked for this review.")
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    lapsed = serializers.BooleanField(help_text="The model changed since they approved.")
    review = serializers.CharField(allow_null=True)


class Approvals(serializers.Serializer[Any]):
    have = serializers.IntegerField()
    required = serializers.IntegerField()  # type: ignore[assignment]


class ThreadCounts(serializers.Serializer[Any]):
    open = serializers.IntegerField()
    resolved = serializers.IntegerField()
    orphaned = serializers.IntegerField()
    comments = serializers.IntegerField()


class RevisionRef(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.IntegerField()


class DesignRef(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class ProposalItem(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.IntegerField(help_text="Counts up within the design.")
    workspace = serializers.CharField()
    design = DesignRef()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    author = PersonBody(allow_null=True)
    summary = Summary()
    etag = serializers.CharField(help_text="Send as If-Match with the next change.")
    head_version = serializers.IntegerField(help_text="Counts pushes; a review names it.")
    model_hash = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    merged_at = serializers.DateTimeField(allow_null=True)


class ProposalBody(ProposalItem):
    description = serializers.CharField(allow_blank=True)
    role = serializers.ChoiceField(choices=Role.choices)
    base = RevisionRef()
    base_document = Document()
    document = Document()
    head_at = serializers.DateTimeField()
    head_by = PersonBody(allow_null=True)
    reviewers = ReviewerBody(many=True)
    approvals = Approvals()
    talk = serializers.IntegerField(help_text="Counts what happens in the threads.")
    threads = ThreadCounts()
    merged = RevisionRef(allow_null=True)
    merged_by = PersonBody(allow_null=True)
    merged_numbers = Numbers(allow_null=True, help_text="Of the merge, as they were then.")
    override = serializers.CharField(allow_blank=True)


class ProposalList(serializers.Serializer[Any]):
    items = ProposalItem(many=True)
    next = serializers.CharField(allow_null=True)


class ProposalQuery(PageQuery):
    workspace = serializers.CharField(required=False, max_length=32)
    design = serializers.CharField(required=False, max_length=32)
    state = serializers.ChoiceField(choices=State.choices, required=False)
    q = serializers.CharField(required=False, max_length=120, help_text="Part of the title.")
    author = serializers.CharField(required=False, max_length=32, help_text="An id, or me.")
    sort = serializers.ChoiceField(
        required=False, default="-created_at", choices=["-created_at", "-updated_at"]
    )


class NewProposal(Strict):
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=TEXT
    )
    document = Document(required=False, help_text="The head; the base if left out.")
    base = serializers.CharField(
        required=False, max_length=32, help_text="A revision; the draft as it is if left out."
    )
    reviewers = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, default=list, max_length=20
    )
    draft = serializers.BooleanField(required=False, default=True)


class ProposalChange(Strict):
    title = serializers.CharField(required=False, max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, max_length=TEXT)
    reviewers = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, max_length=20
    )


class NewHead(Strict):
    document = Document()


# ---- Reviews -------------------------------------------------------------------------------------


class ReviewBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    proposal = serializers.CharField()
    reviewer = PersonBody(allow_null=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    body = serializers.CharField(allow_blank=True)
    head_version = serializers.IntegerField()
    model_hash = serializers.CharField()
    numbers = Numbers(allow_null=True, help_text="What they decided on, as it was then.")
    counts = serializers.BooleanField(help_text="Neither lapsed nor superseded nor dismissed.")
    created_at = serializers.DateTimeField()
    lapsed_at = serializers.DateTimeField(allow_null=True)
    superseded_at = serializers.DateTimeField(allow_null=True)
    dismissed_at = serializers.DateTimeField(allow_null=True)
    dismissed_why = serializers.CharField(allow_blank=True)


class ReviewList(serializers.Serializer[Any]):
    items = ReviewBody(many=True)
    next = serializers.CharField(allow_null=True)


class NewReview(Strict):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    body = serializers.CharField(required=False, allow_blank=True, default="", max_length=TEXT)
    head_version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="What was looked at; 409 if it is another now."
    )


class Dismissal(Strict):
    reason = serializers.CharField(max_length=2000)


# ---- Merging -------------------------------------------------------------------------------------


class Guardrail(serializers.Serializer[Any]):
    id = serializers.CharField()
    title = serializers.CharField()
    limit = Value()
    value = Value(allow_null=True)
    unit = serializers.CharField()
    broken = serializers.BooleanField()
    text = serializers.CharField(allow_blank=True)


class Blocker(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class MergeOutlook(serializers.Serializer[Any]):
    mergeable = serializers.BooleanField()
    blockers = Blocker(many=True)
    overridable = serializers.BooleanField(help_text="Only guardrails stand in the way.")
    moved_on = serializers.BooleanField(help_text="The design changed since the base.")
    approvals = Approvals()
    guardrails = Guardrail(many=True)
    merge = JoinBody()


class Merging(Strict):
    decisions = Decisions(required=False, default=dict)
    override = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        max_length=2000,
        min_length=3,
        help_text="Why an owner merges past a broken guardrail; kept in the audit log.",
    )


class Updating(Strict):
    decisions = Decisions(required=False, default=dict)


class HeadMerge(Strict):
    base_document = Document(help_text="The head that the document grew from.")
    document = Document()
    decisions = Decisions(required=False, default=dict)


class PolicyBody(serializers.Serializer[Any]):
    workspace = serializers.CharField()
    required_approvals = serializers.IntegerField()
    own_approval = serializers.BooleanField(help_text="Whether one may approve one's own.")
    budget_per_month = serializers.CharField(allow_null=True, help_text="USD.")
    cost_delta_percent = serializers.FloatField(allow_null=True)
    response_p99_s = serializers.FloatField(allow_null=True)
    completion_p99_s = serializers.FloatField(allow_null=True)
    headroom_ratio = serializers.FloatField(allow_null=True, help_text="0.5: half as much again.")
    no_error_findings = serializers.BooleanField()
    updated_at = serializers.DateTimeField(allow_null=True)
    updated_by = PersonBody(allow_null=True)
    etag = serializers.CharField()


def _limit(**more: Any) -> serializers.FloatField:
    return serializers.FloatField(required=False, allow_null=True, default=None, **more)


class NewPolicy(Strict):
    required_approvals = serializers.IntegerField(
        required=False, default=1, min_value=0, max_value=20
    )
    own_approval = serializers.BooleanField(required=False, default=False)
    budget_per_month = serializers.DecimalField(
        required=False,
        allow_null=True,
        default=None,
        max_digits=14,
        decimal_places=2,
        min_value=0,
    )
    cost_delta_percent = _limit(min_value=-100, max_value=1e6)
    response_p99_s = _limit(min_value=0, max_value=1e9)
    completion_p99_s = _limit(min_value=0, max_value=1e9)
    headroom_ratio = _limit(min_value=0, max_value=1e6)
    no_error_findings = serializers.BooleanField(required=False, default=False)
