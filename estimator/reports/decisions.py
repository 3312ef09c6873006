"""What a report says of decisions: who said what of which model, and how it ended."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Q, When

from designer.accounts.models import AuditEntry
from designer.designs.models import Revision
from designer.proposals import merging
from designer.proposals.models import Proposal, Review, State, Verdict
from designer.proposals.thread_views import thread_bodies, threads_with_counts

MOST_THREADS, MOST_REVIEWS = 100, 500
SAID = {
    Verdict.APPROVE: "Approved",
    Verdict.REQUEST_CHANGES: "Asked for changes",
    Verdict.COMMENT: "Commented",
}
STATES = {State.CHANGES_REQUESTED: "changes requested"}


def of_proposal(proposal: Proposal) -> dict[str, Any]:
    """Return state, reviews, what stands in the way or how it was merged, and threads."""
    given = Review.objects.filter(proposal=proposal).with_rights()
    asked = given.select_related("reviewer", "dismissed_by")
    # Where not all have room, those that decide something come before the newest others.
    stands = Q(lapsed_at=None, superseded_at=None, dismissed_at=None) & ~Q(verdict=Verdict.COMMENT)
    first = asked.order_by(Case(When(stands, then=0), default=1), "-created_at", "-pk")
    rows = sorted(first[:MOST_REVIEWS], key=lambda review: (review.created_at, review.pk))
    reviews = [_review(one, proposal) for one in rows]
    said = set(given.values_list("reviewer_id", flat=True))
    waiting = [name_of(u) for u in proposal.reviewers.order_by("name") if u.pk not in said]
    return {
        "state": STATES.get(State(proposal.state), proposal.state),
        "reviews": reviews,
        "reviews_omitted": given.count() - len(reviews),
        "waiting": waiting,
        "outlook": None if proposal.state == State.MERGED else merging.outlook(proposal),
        "overridden": _overridden(proposal),
        **_threads(proposal),
    }


def _review(review: Review, proposal: Proposal) -> dict[str, Any]:
    return {
        "reviewer": name_of(review.reviewer),
        "verdict": SAID[Verdict(review.verdict)],
        "body": review.body,
        "at": review.created_at,
        "head_version": review.head_version,
        "model_hash": review.model_hash,
        "numbers": review.numbers,
        "present": review.model_hash == proposal.head_hash,
        "counts": review.counts and review.verdict != Verdict.COMMENT,
        "why_not": _why_not(review),
    }


def _why_not(review: Review) -> str:
    """Return why a review does not count, "" where it does."""
    if review.verdict == Verdict.COMMENT:
        return "a comment"
    if review.dismissed_at:
        return f"dismissed by {name_of(review.dismissed_by)}: {review.dismissed_why}"
    if review.superseded_at:
        return f"reviewed again {_when(review.superseded_at)}"
    if review.lapsed_at:
        return f"lapsed {_when(review.lapsed_at)}: the model changed"
    return "" if review.counts else "may no longer review here"


def _when(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def name_of(user: Any) -> str:
    """Return a person's name; accounts may be gone."""
    return str(user.name or user.email) if user else "somebody who left"


def _overridden(proposal: Proposal) -> str:
    """Return the reason of an override with the limits that were broken, as it was kept."""
    if not proposal.override:
        return ""
    rows = AuditEntry.objects.filter(workspace_id=proposal.workspace_id, object_id=proposal.pk)
    entry = rows.filter(action="guardrail.override").first()
    return entry.note if entry else proposal.override


def _threads(proposal: Proposal) -> dict[str, Any]:
    rows = threads_with_counts().filter(proposal=proposal).order_by("created_at", "pk")
    threads = thread_bodies(list(rows[:MOST_THREADS]))
    for one in threads:
        one["more"] = one["comment_count"] - len(one["comments"])
    counts = proposal.threads.aggregate(
        total=Count("pk"), open=Count("pk", filter=Q(resolved_at=None))
    )
    return {"threads": threads, "talk": counts, "threads_omitted": counts["total"] - len(threads)}


def of_revision(revision: Revision) -> Proposal | None:
    """Return the proposal whose merge made a revision, if one did."""
    rows = Proposal.objects.select_related("author", "merged_by", "base")
    return rows.defer("head", "base__document").filter(merged=revision).first()
