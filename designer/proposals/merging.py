"""Taking a proposal over into its design: what stands in the way, and the merge itself.

What a merge needs is worked out first, without a lock (an estimate may take a while); then both
rows are locked, and if either changed meanwhile the merge is refused rather than done on a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from designer import document as documents
from designer.accounts.access import Actor
from designer.accounts.models import Role
from designer.api.problems import ApiError
from designer.designs.actions import create_revision, save_draft
from designer.designs.models import Design
from designer.document import Merge

from . import guardrails, measures
from .actions import base_for, policy_of, put_head, record, refuse_closed, write
from .models import IN_REVIEW, Proposal, Review, State, Verdict
from .places import tell

Decisions = dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """What would happen if a proposal were merged now.

    Attributes:
        design: The design as it was looked at.
        moved_on: Whether the design changed since the base.
        merge: The joined document and its conflicts.
        guardrails: Each limit of the workspace, kept or broken.
        approvals, required: How many approvals count, and how many are asked for.
        blockers: Why it cannot be merged, as {code, text}; empty when it can.
    """

    design: Design
    moved_on: bool
    merge: Merge
    guardrails: list[dict[str, Any]]
    approvals: int
    required: int
    blockers: list[dict[str, str]]

    @property
    def broken(self) -> list[dict[str, Any]]:
        return [one for one in self.guardrails if one["broken"]]


def outlook(proposal: Proposal, decisions: Decisions | None = None) -> Outlook:
    """Return what a merge would do and what stands in its way."""
    design = Design.objects.get(pk=proposal.design_id)
    base = documents.load(proposal.base.document)
    current, head = documents.load(design.document), documents.load(proposal.head)
    merge = documents.merge(base, current, head, decisions)
    policy = policy_of(proposal.workspace_id)
    result = merge.design if merge.clean else None
    limits: list[dict[str, Any]] = []
    if proposal.state != State.MERGED:
        measured = _measured(proposal, policy, base, current, head, result)
        limits = guardrails.check(policy, measured)
    approvals = _approvals(proposal)
    found = Outlook(
        design,
        documents.dump(base) != design.document,
        merge,
        limits,
        approvals,
        policy.required_approvals,
        [],
    )
    found.blockers.extend(_blockers(proposal, found))
    return found


def _measured(
    proposal: Proposal, policy: Any, base: Any, current: Any, head: Any, result: Any
) -> dict[str, Any] | None:
    """Return what the merged design was measured to be, if any limit asks for it."""
    asked = (
        policy.budget_per_month,
        policy.cost_delta_percent,
        policy.response_p99_s,
        policy.completion_p99_s,
        policy.headroom_ratio,
    )
    if all(limit is None for limit in asked) and not policy.no_error_findings:
        return None
    if result is None:  # Not joined yet: what the proposal itself would be.
        return measures.of(proposal.workspace_id, base, head)
    return measures.of(proposal.workspace_id, current, result)


def _approvals(proposal: Proposal) -> int:
    approvals = Review.objects.filter(proposal=proposal, verdict=Verdict.APPROVE)
    return approvals.counting().count()


def _blockers(proposal: Proposal, found: Outlook) -> list[dict[str, str]]:
    texts: list[tuple[str, str]] = []
    if proposal.state == State.MERGED:
        return [{"code": "already-merged", "text": "It was merged before."}]
    if proposal.state not in IN_REVIEW:
        texts.append(("not-open", "It is not open for review."))
    if proposal.state == State.CHANGES_REQUESTED:
        texts.append(("changes-requested", "A reviewer asks for changes."))
    if found.approvals < found.required:
        text = f"{found.approvals} of {found.required} approvals that are asked for."
        texts.append(("approvals-missing", text))
    if found.merge.conflicts:
        text = f"{len(found.merge.conflicts)} conflicts with what changed in the design since."
        texts.append(("merge-conflicts", text))
    elif found.merge.problems:
        texts.append(("merge-invalid", found.merge.problems[0].message))
    if found.design.deleted_at is not None:
        texts.append(("design-in-trash", "The design is in the trash."))
    texts += [("guardrail-broken", one["text"]) for one in found.broken]
    return [{"code": code, "text": text} for code, text in texts]


def merge_proposal(
    *, by: Actor, proposal: Proposal, version: int, decisions: Decisions, override: str | None
) -> Proposal:
    """Merge a proposal into its design and keep the result as a revision.

    Raises:
        ApiError: 409 with everything that stands in the way, or because it was merged before;
            412, the proposal changed since the version given; 403, only owners override.
    """
    refuse_closed(proposal)
    if override is not None:
        by.require(proposal.workspace_id, Role.OWNER)
    found = outlook(proposal, decisions)
    overridden = override is not None and bool(found.broken)
    blockers = [b for b in found.blockers if not (overridden and b["code"] == "guardrail-broken")]
    if version == proposal.version and blockers:
        _refuse(found, blockers)
    numbers = _numbers(proposal, found)
    with transaction.atomic():
        note = f"Proposal {proposal.number}: {proposal.title}"
        proposal = write(
            proposal,
            version,
            state=State.MERGED,
            merged_at=timezone.now(),
            merged_by=by.user,
            merged_numbers=numbers,
            override=override if overridden and override else "",
        )
        design = Design.objects.select_for_update().get(pk=proposal.design_id)
        if design.version != found.design.version:
            raise ApiError(
                409,
                "design-moved-on",
                "Somebody saved the design in this very moment; try again.",
            )
        assert found.merge.design is not None  # Else it is blocked.
        before = design.model_hash
        save_draft(by=by, design=design, document=found.merge.design, version=design.version)
        revision = create_revision(by=by, design=design, note=note[:500])
        Proposal.objects.filter(pk=proposal.pk).update(merged=revision)
        proposal.merged = revision
        if overridden:
            broken = "; ".join(one["text"] for one in found.broken)
            record(by, "guardrail.override", proposal, note=f"{override} — {broken}")
        record(by, "proposal.merge", proposal, before=before, after=revision.model_hash)
    return proposal


def _numbers(proposal: Proposal, found: Outlook) -> dict[str, Any] | None:
    """Return the figures of the design before and after the merge, to be kept with it."""
    if found.merge.design is None:
        return None
    current = documents.load(found.design.document)
    return measures.numbers(proposal.workspace_id, current, found.merge.design)


def _refuse(found: Outlook, blockers: list[dict[str, str]]) -> None:
    codes = {one["code"] for one in blockers}
    first = blockers[0]
    title = "The proposal cannot be merged"
    if codes == {"guardrail-broken"}:
        title = "A guardrail is broken; an owner may merge with a written reason"
    raise ApiError(
        409,
        first["code"],
        " ".join(one["text"] for one in blockers),
        title=title,
        blockers=blockers,
        conflicts=[conflict.to_dict() for conflict in found.merge.conflicts],
        problems=[problem.to_dict() for problem in found.merge.problems],
        guardrails=found.guardrails,
    )


def bring_up_to_date(
    *, by: Actor, proposal: Proposal, version: int, decisions: Decisions
) -> Proposal:
    """Take what changed in the design into the proposal, whose base becomes the design as it is.

    Raises:
        ApiError: 409 with the conflicts that are not decided, or what the result lacks; 412.
    """
    refuse_closed(proposal)
    with transaction.atomic():
        # In the order of a merge: the proposal first, so that the two never wait for each other.
        Proposal.objects.select_for_update().only("pk").get(pk=proposal.pk)
        design = Design.objects.select_for_update().get(pk=proposal.design_id)
        base, head = documents.load(proposal.base.document), documents.load(proposal.head)
        current = documents.load(design.document)
        merge = documents.merge(base, current, head, decisions)
        if merge.design is None or merge.conflicts:
            raise ApiError(
                409,
                "merge-conflicts" if merge.conflicts else "merge-invalid",
                f"{len(merge.conflicts)} conflicts with what changed in the design since."
                if merge.conflicts
                else merge.problems[0].message,
                conflicts=[conflict.to_dict() for conflict in merge.conflicts],
                problems=[problem.to_dict() for problem in merge.problems],
            )
        follow = {(one.part, one.id): one.to for one in merge.renamed}
        for thread in proposal.threads.exclude(element="") if follow else ():
            part = {"node": "nodes", "edge": "edges"}.get(thread.anchor, thread.part)
            if (part, thread.element) in follow:
                proposal.talk = tell(proposal.pk, [thread.pk])
                thread.element = follow[part, thread.element]
                thread.save(update_fields=["element"])
        revision = base_for(by, design)
        return put_head(by, proposal, merge.design, version, current, base=revision)
