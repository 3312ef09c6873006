"""What people are told of proposals: those who wrote one, review it, or take part in a thread."""

from __future__ import annotations

from collections.abc import Callable

from designer.accounts.models import AuditEntry
from designer.proposals.models import Comment, Proposal, Thread

Heard = tuple[str, str, set[str]]  # A title, where it leads, and the people it concerns.


def _place(proposal: Proposal) -> str:
    return f"/p/{proposal.pk}"


def _people(proposal: Proposal) -> set[str]:
    """Return who wrote a proposal, who was asked to review it and who reviewed it."""
    asked = set(proposal.reviewers.values_list("pk", flat=True))
    said = set(proposal.reviews.values_list("reviewer_id", flat=True))
    return {pk for pk in {proposal.author_id, *asked, *said} if pk}


def of_proposal(words: str) -> Callable[[AuditEntry, str], Heard]:
    """Return the description of what somebody did to a proposal."""

    def describe(entry: AuditEntry, who: str) -> Heard:
        proposal = Proposal.objects.defer("head").get(pk=entry.object_id)
        return f"{who} {words} {proposal.title}", _place(proposal), _people(proposal)

    return describe


def of_request(entry: AuditEntry, who: str) -> Heard:
    """Tell those who were asked just now; the entry names them."""
    proposal = Proposal.objects.defer("head").get(pk=entry.object_id)
    asked = set(entry.note.split())
    return f"{who} asks you to review {proposal.title}", _place(proposal), asked


def of_comment(entry: AuditEntry, who: str) -> Heard:
    """Tell whoever is mentioned, the proposal's author, and who spoke in the thread before."""
    comment, thread, proposal, there = _said(entry)
    spoke = set(thread.comments.values_list("author_id", flat=True))
    people = {pk for pk in {*comment.mentions, proposal.author_id, *spoke} if pk}
    return f"{who} commented on {proposal.title}", there, people


def of_mention(entry: AuditEntry, who: str) -> Heard:
    """Tell those whom a changed comment mentions for the first time; the entry names them."""
    _, _, proposal, there = _said(entry)
    return f"{who} mentions you in a comment on {proposal.title}", there, set(entry.note.split())


def _said(entry: AuditEntry) -> tuple[Comment, Thread, Proposal, str]:
    """Return the comment of an entry, its thread, their proposal and where they are shown."""
    comment = Comment.objects.get(pk=entry.object_id)
    thread = Thread.objects.get(pk=comment.thread_id)
    proposal = Proposal.objects.defer("head").get(pk=thread.proposal_id)
    return comment, thread, proposal, f"{_place(proposal)}?thread={thread.pk}"


#: Action of the audit log -> name of the event, and who is told what.
HEARD: dict[str, tuple[str, Callable[[AuditEntry, str], Heard]]] = {
    "proposal.open": ("proposal.opened", of_proposal("opened")),
    "proposal.ask": ("review.requested", of_request),
    "proposal.push": ("proposal.pushed", of_proposal("changed")),
    "proposal.withdraw": ("proposal.withdrawn", of_proposal("withdrew")),
    "proposal.merge": ("proposal.merged", of_proposal("merged")),
    "review.approve": ("review.given", of_proposal("approved")),
    "review.request_changes": ("review.given", of_proposal("asks for changes of")),
    "review.comment": ("review.given", of_proposal("reviewed")),
    "comment.create": ("comment.created", of_comment),
    "comment.mention": ("comment.mentioned", of_mention),
}
