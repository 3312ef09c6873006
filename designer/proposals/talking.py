"""Threads, comments, and the changes that comments suggest."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from designer import document as documents
from designer.accounts import audit
from designer.accounts.access import Actor
from designer.accounts.models import Membership
from designer.api.problems import ApiError

from .actions import put_head, record, refuse_closed
from .models import Comment, Proposal, Thread
from .places import anchored, tell


def _members(workspace_id: str, ids: list[str]) -> list[str]:
    """Return the ids given.

    Raises:
        ApiError: 422, somebody is no member.
    """
    rows = Membership.objects.filter(workspace_id=workspace_id, user__in=ids)
    known = set(rows.values_list("user_id", flat=True)) if ids else set()
    errors = [
        {
            "pointer": f"/mentions/{i}",
            "code": "not-a-member",
            "message": f"{pk} is no member of this workspace.",
            "nearest": None,
        }
        for i, pk in enumerate(ids)
        if pk not in known
    ]
    if errors:
        raise ApiError(422, "not-a-member", "Only members can be mentioned.", errors=errors)
    return list(dict.fromkeys(ids))


def _check_suggestion(proposal: Proposal, operations: list[Any] | None) -> None:
    """Refuse a suggestion that does not fit the head as it is."""
    if operations is not None:
        documents.apply_changes(documents.load(proposal.head), operations)


@transaction.atomic
def start_thread(
    *, by: Actor, proposal: Proposal, anchor: dict[str, Any], **said: Any
) -> tuple[Thread, Comment]:
    """Return a new thread with its first comment."""
    thread = anchored(proposal, documents.load(proposal.head), anchor)
    thread.created_by = by.user
    thread.save()
    return thread, say(by=by, proposal=proposal, thread=thread, **said)


@transaction.atomic
def say(
    *,
    by: Actor,
    proposal: Proposal,
    thread: Thread,
    body: str,
    mentions: list[str] | None = None,
    suggestion: list[Any] | None = None,
) -> Comment:
    """Return a new comment in a thread; one that is orphaned or resolved may go on."""
    _check_suggestion(proposal, suggestion)
    comment = Comment.objects.create(
        thread=thread,
        author=by.user,
        body=body,
        mentions=_members(proposal.workspace_id, mentions or []),
        suggestion=suggestion,
    )
    _record(by, "comment.create", comment, proposal)
    return comment


def _record(by: Actor, action: str, comment: Comment, proposal: Proposal) -> None:
    audit.record(by, action=action, object_id=comment.pk, workspace_id=proposal.workspace_id)
    comment.thread.talk = tell(proposal.pk, [comment.thread_id])


@transaction.atomic
def rewrite(
    *,
    by: Actor,
    proposal: Proposal,
    comment: Comment,
    body: str,
    mentions: list[str] | None = None,
) -> Comment:
    """Change what one said oneself; whoever is mentioned for the first time is told.

    Raises:
        ApiError: 403, somebody else said it; 422, somebody is no member.
    """
    if comment.author_id != by.user.pk:
        raise ApiError(403, "not-yours", "Only who wrote a comment can change it.")
    known = comment.mentions
    added = [pk for pk in _members(proposal.workspace_id, mentions or []) if pk not in known]
    if body != comment.body or added:
        # Who was mentioned once stays known: mentioned again, they are not told twice.
        comment.mentions = [*known, *added]
        comment.body, comment.edited_at = body, timezone.now()
        comment.save(update_fields=["body", "edited_at", "mentions"])
        _record(by, "comment.edit", comment, proposal)
    if added:
        audit.record(
            by,
            action="comment.mention",
            object_id=comment.pk,
            workspace_id=proposal.workspace_id,
            note=" ".join(added),
        )
    return comment


@transaction.atomic
def resolve(*, by: Actor, proposal: Proposal, thread: Thread, resolved: bool) -> Thread:
    """Close a thread, or open it again; asking for what it is already is no error."""
    if resolved != (thread.resolved_at is not None):
        thread.talk = tell(proposal.pk, [thread.pk])
        thread.resolved_at = timezone.now() if resolved else None
        thread.resolved_by = by.user if resolved else None
        thread.save(update_fields=["resolved_at", "resolved_by"])
        action = "thread.resolve" if resolved else "thread.reopen"
        audit.record(by, action=action, object_id=thread.pk, workspace_id=proposal.workspace_id)
    return thread


@transaction.atomic
def apply_suggestion(*, by: Actor, proposal: Proposal, comment: Comment, version: int) -> Proposal:
    """Give the proposal the change that a comment suggests.

    Raises:
        ApiError: 409, it holds none or was applied before; 412, the head is another one by now.
        ChangeError: 422, it no longer fits.
    """
    refuse_closed(proposal)
    if comment.suggestion is None:
        raise ApiError(409, "no-suggestion", "This comment suggests no change.")
    now = timezone.now()
    claimed = Comment.objects.filter(pk=comment.pk, applied_at=None)
    if not claimed.update(applied_at=now, applied_by=by.user):
        raise ApiError(409, "already-applied", "This suggestion was applied before.")
    document = documents.apply_changes(documents.load(proposal.head), comment.suggestion)
    start = documents.load(proposal.base.document)
    proposal = put_head(by, proposal, document, version, start)
    comment.applied_at, comment.applied_by = now, by.user
    record(by, "suggestion.apply", proposal, note=comment.pk)
    proposal.talk = tell(proposal.pk, [comment.thread_id])
    return proposal
