"""Every write to a proposal itself: atomic, audited, never on top of unseen work.

    draft ──open──▶ open ◀──▶ changes requested ◀──▶ approved ──merge──▶ merged
      └───withdraw───┴──────────────┴───────────────────┘ (open again from withdrawn)

The row's version is the lock: each write names the version it was made for.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from designer import document as documents
from designer.accounts import audit
from designer.accounts.access import Actor
from designer.accounts.models import Membership, Role, User
from designer.api.problems import ApiError
from designer.designs.actions import create_revision
from designer.designs.models import Design, Revision
from designer.document import Design as Document

from .models import IN_REVIEW, Policy, Proposal, Review, State, Verdict
from .places import settle_anchors


def policy_of(workspace_id: str) -> Policy:
    """Return what a workspace asks; its defaults where nobody said anything."""
    return Policy.objects.filter(pk=workspace_id).first() or Policy(
        workspace_id=workspace_id, version=0
    )


@transaction.atomic
def save_policy(*, by: Actor, workspace_id: str, version: int, **values: Any) -> Policy:
    """Return the workspace's policy with new values.

    Raises:
        ApiError: 412, somebody changed it meanwhile.
    """
    now = timezone.now()
    if version == 0:
        policy, created = Policy.objects.get_or_create(
            workspace_id=workspace_id, defaults={**values, "updated_by": by.user}
        )
        if not created:
            _stale(policy.etag)
    else:
        written = Policy.objects.filter(pk=workspace_id, version=version).update(
            **values, version=F("version") + 1, updated_at=now, updated_by=by.user
        )
        if not written:
            _stale(policy_of(workspace_id).etag)
    policy = policy_of(workspace_id)
    said = ", ".join(f"{name} {value}" for name, value in values.items())
    audit.record(
        by, action="policy.save", object_id=workspace_id, workspace_id=workspace_id, note=said
    )
    return policy


def _stale(etag: str) -> NoReturn:
    raise ApiError(
        412,
        "changed-meanwhile",
        "Somebody changed this meanwhile. Load it again and look at what is new.",
        headers={"ETag": etag},
        current_etag=etag,
    )


def write(proposal: Proposal, version: int, **changes: Any) -> Proposal:
    """Change a proposal if nobody did since the version given.

    Raises:
        ApiError: 412, somebody did.
    """
    changes["updated_at"] = timezone.now()
    rows = Proposal.objects.filter(pk=proposal.pk, version=version)
    if not rows.update(**changes, version=F("version") + 1):
        _stale(Proposal.objects.only("version").get(pk=proposal.pk).etag)
    for name, value in changes.items():
        setattr(proposal, name, value)
    proposal.version = version + 1
    return proposal


def record(by: Actor, action: str, proposal: Proposal, **more: str) -> None:
    audit.record(
        by, action=action, object_id=proposal.pk, workspace_id=proposal.workspace_id, **more
    )


def reviewers_of(workspace_id: str, ids: list[str]) -> list[User]:
    """Return the people asked to review.

    Raises:
        ApiError: 422, somebody is no member who may review.
    """
    may = [role for role in Role if role.covers(Role.REVIEWER)]
    members = Membership.objects.filter(workspace_id=workspace_id, user__in=ids, role__in=may)
    found = {m.user_id: m.user for m in members.select_related("user")}
    missing = [
        {
            "pointer": f"/reviewers/{i}",
            "code": "not-a-reviewer",
            "message": f"{pk} is no member who may review.",
            "nearest": None,
        }
        for i, pk in enumerate(ids)
        if pk not in found
    ]
    if missing:
        detail = "Reviewers are members of the workspace with the role reviewer or owner."
        raise ApiError(422, "not-a-reviewer", detail, errors=missing)
    return list(found.values())


def base_for(by: Actor, design: Design) -> Revision:
    """Return the newest revision if it is the draft, else keep the draft as a new one."""
    last = Revision.objects.filter(design=design).order_by("-number").first()
    if last is not None and last.document == design.document:
        return last
    return create_revision(by=by, design=design, note="Base of a proposal")


@transaction.atomic
def create(
    *,
    by: Actor,
    design: Design,
    title: str,
    description: str = "",
    document: Document | None = None,
    base: Revision | None = None,
    reviewers: list[str] | None = None,
    draft: bool = True,
) -> Proposal:
    """Return a new proposal; without a document its head is the base, to be worked on."""
    asked = reviewers_of(design.workspace_id, reviewers or [])
    locked = Design.objects.select_for_update().get(pk=design.pk)  # Numbers one after another.
    base = base or base_for(by, locked)
    start = documents.load(base.document)
    head = document or start
    last = Proposal.objects.filter(design=design).aggregate(last=Max("number"))["last"] or 0
    proposal = Proposal.objects.create(
        workspace_id=design.workspace_id,
        design=design,
        number=last + 1,
        title=title,
        description=description,
        author=by.user,
        state=State.DRAFT if draft else State.OPEN,
        base=base,
        head=documents.dump(head),
        head_hash=documents.design_hash(head),
        head_by=by.user,
        summary=documents.diff(start, head)["summary"],
    )
    proposal.reviewers.set(asked)
    record(by, "proposal.create", proposal, before=base.model_hash, after=proposal.head_hash)
    if not draft:
        record(by, "proposal.open", proposal, after=proposal.head_hash)
    return proposal


@transaction.atomic
def edit(*, by: Actor, proposal: Proposal, version: int, **values: Any) -> Proposal:
    """Change title, description or reviewers."""
    refuse_closed(proposal)
    ids = values.pop("reviewers", None)
    proposal = write(proposal, version, **values)
    if ids is not None:
        before = set(proposal.reviewers.values_list("pk", flat=True))
        asked = reviewers_of(proposal.workspace_id, ids)
        proposal.reviewers.set(asked)
        if new := [user.pk for user in asked if user.pk not in before]:
            record(by, "proposal.ask", proposal, note=" ".join(new))
    record(by, "proposal.edit", proposal)
    return proposal


@transaction.atomic
def push(*, by: Actor, proposal: Proposal, document: Document, version: int) -> Proposal:
    """Give a proposal a new head. Approvals lapse if the model changed; threads find their places.

    Raises:
        ApiError: 412, the head is not the one that was worked on; 409, merged or withdrawn, or
            an empty document would replace a drawing.
    """
    refuse_closed(proposal)
    start = documents.load(proposal.base.document)
    return put_head(by, proposal, document, version, start)


def put_head(
    by: Actor, proposal: Proposal, document: Document, version: int, start: Document, **more: Any
) -> Proposal:
    """Write a head, whatever led to it."""
    dumped = documents.dump(document)
    if dumped == proposal.head and not more and version == proposal.version:
        return proposal
    if proposal.head["model"]["nodes"] and not dumped["model"]["nodes"]:
        raise ApiError(
            409,
            "would-erase",
            "This would replace all nodes of the proposal by none. Withdraw it instead.",
            title="An empty document does not replace a drawing",
        )
    before, after = proposal.head_hash, documents.design_hash(document)
    writers = list(proposal.writers)
    if after != before and by.user.pk not in writers:
        writers.append(by.user.pk)
    proposal = write(
        proposal,
        version,
        head=dumped,
        head_hash=after,
        head_version=proposal.head_version + 1,
        head_by=by.user,
        head_at=timezone.now(),
        writers=writers,
        summary=documents.diff(start, document)["summary"],
        **more,
    )
    if after != before:
        proposal.reviews.filter(verdict=Verdict.APPROVE, lapsed_at=None).update(
            lapsed_at=timezone.now()
        )
        settle_state(proposal)
    settle_anchors(proposal, document)
    record(by, "proposal.push", proposal, before=before, after=after)
    return proposal


def settle_state(proposal: Proposal) -> None:
    """Let the reviews that count say where an open proposal stands."""
    if proposal.state not in IN_REVIEW:
        return
    active = Review.objects.filter(proposal=proposal).counting()
    verdicts = list(active.values_list("verdict", flat=True))
    needed = max(1, policy_of(proposal.workspace_id).required_approvals)
    state = State.OPEN
    if Verdict.REQUEST_CHANGES in verdicts:
        state = State.CHANGES_REQUESTED
    elif verdicts.count(Verdict.APPROVE) >= needed:
        state = State.APPROVED
    if state != proposal.state:
        Proposal.objects.filter(pk=proposal.pk, state__in=IN_REVIEW).update(state=state)
        proposal.state = state


@transaction.atomic
def open_proposal(*, by: Actor, proposal: Proposal) -> Proposal:
    """Ask for reviews: of a draft, or of what was withdrawn. An open one is answered as it is."""
    if proposal.state in IN_REVIEW:
        return proposal
    if proposal.state == State.MERGED:
        refuse_closed(proposal)
    proposal = write(proposal, proposal.version, state=State.OPEN)
    settle_state(proposal)
    record(by, "proposal.open", proposal, after=proposal.head_hash)
    return proposal


@transaction.atomic
def withdraw(*, by: Actor, proposal: Proposal) -> Proposal:
    """Close a proposal without merging it; it stays readable. Twice is no error."""
    if proposal.state == State.WITHDRAWN:
        return proposal
    refuse_closed(proposal)
    proposal = write(proposal, proposal.version, state=State.WITHDRAWN)
    record(by, "proposal.withdraw", proposal, before=proposal.head_hash)
    return proposal


def refuse_closed(proposal: Proposal) -> None:
    """Refuse to work on what is over.

    Raises:
        ApiError: 409.
    """
    if proposal.state == State.MERGED:
        when = f"{proposal.merged_at:%Y-%m-%d %H:%M} UTC" if proposal.merged_at else "before"
        raise ApiError(
            409, "already-merged", f"This proposal was merged at {when}; start a new one."
        )
    if proposal.state == State.WITHDRAWN:
        raise ApiError(409, "withdrawn", "This proposal was withdrawn; open it again first.")
