"""What another role, or another policy, means for proposals: which reviews count, and what for."""

from __future__ import annotations

from django.db.models import F

from designer.accounts.models import AuditEntry

from .actions import settle_state
from .models import IN_REVIEW, Proposal, Review

ACTIONS = ("member.role", "member.remove", "account.change", "account.delete", "policy.save")


def follow(entry: AuditEntry) -> None:
    """Settle the open proposals of a workspace anew, within the transaction of the change."""
    if entry.action not in ACTIONS:
        return
    reviewed = Review.objects.filter(proposal__workspace=entry.workspace_id).values("proposal")
    rows = Proposal.objects.filter(pk__in=reviewed, state__in=IN_REVIEW)
    for proposal in rows.only("state", "workspace_id"):
        before = proposal.state
        settle_state(proposal)
        if proposal.state != before:  # Another version, so that who has it open hears of it.
            Proposal.objects.filter(pk=proposal.pk).update(version=F("version") + 1)
