"""Reviews: who said what of which head."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from designer import document as documents
from designer.accounts.access import Actor
from designer.api.problems import ApiError

from . import measures
from .actions import policy_of, record, refuse_closed, settle_state, write
from .models import IN_REVIEW, Proposal, Review, Verdict


def review(*, by: Actor, proposal: Proposal, verdict: str, body: str, head_version: int) -> Review:
    """Say something of a head; what the same person said before no longer counts.

    The figures of that head are kept with it, so that it can be told later what was decided on.

    Raises:
        ApiError: 409, the proposal is not open, the head is another one by now, or it is the
            person's own and the workspace does not let them approve it.
    """
    _refuse(by, proposal, verdict, head_version)
    base, head = documents.load(proposal.base.document), documents.load(proposal.head)
    numbers = measures.numbers(proposal.workspace_id, base, head)  # May take a while: no lock yet.
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        _refuse(by, locked, verdict, head_version)
        return _keep(by, locked, verdict, body, numbers)


def _refuse(by: Actor, proposal: Proposal, verdict: str, head_version: int) -> None:
    refuse_closed(proposal)
    if proposal.state not in IN_REVIEW:
        raise ApiError(409, "not-open", "This is a draft; it can be reviewed once it is open.")
    if head_version != proposal.head_version:
        raise ApiError(
            409,
            "stale-head",
            f"You looked at version {head_version}; it is at {proposal.head_version} by now. "
            "Look at what is new first.",
            head_version=proposal.head_version,
            current_etag=proposal.etag,
        )
    own = by.user.pk in (proposal.author_id, *proposal.writers)
    if verdict == Verdict.APPROVE and own and not policy_of(proposal.workspace_id).own_approval:
        raise ApiError(
            409,
            "own-approval",
            "You wrote this proposal or a part of it; the workspace asks somebody else to "
            "approve it.",
        )


def _keep(
    by: Actor, proposal: Proposal, verdict: str, body: str, numbers: dict[str, Any] | None
) -> Review:
    now = timezone.now()
    if verdict != Verdict.COMMENT:
        earlier = proposal.reviews.filter(reviewer=by.user, superseded_at=None)
        earlier.exclude(verdict=Verdict.COMMENT).update(superseded_at=now)
    found = Review.objects.create(
        proposal=proposal,
        reviewer=by.user,
        verdict=verdict,
        body=body,
        head_version=proposal.head_version,
        numbers=numbers,
        model_hash=proposal.head_hash,
        created_at=now,
    )
    proposal = write(proposal, proposal.version)  # So that no merge rests on what was before.
    settle_state(proposal)
    record(by, f"review.{verdict}", proposal, after=proposal.head_hash, note=body)
    return found


@transaction.atomic
def dismiss(*, by: Actor, review: Review, reason: str) -> Review:
    """Take a review out of the count, with a reason that is kept."""
    proposal = Proposal.objects.select_for_update().get(pk=review.proposal_id)
    refuse_closed(proposal)
    if review.dismissed_at is None:
        review.dismissed_at, review.dismissed_by = timezone.now(), by.user
        review.dismissed_why = reason
        review.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_why"])
        proposal = write(proposal, proposal.version)
        settle_state(proposal)
        record(by, "review.dismiss", proposal, note=reason)
    return review
