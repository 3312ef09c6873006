"""HTTP face of merging, of the workspace's policy, and of diff and merge without a proposal."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.accounts.views import person
from designer.api.etags import required_version
from designer.api.views import ApiView
from designer.designs.models import Design
from designer.designs.serializers import MergeBody
from designer.designs.views import find_design, revision_of

from . import actions, merging
from . import serializers as s
from .models import Policy
from .views import TAGS, answer, find_proposal


def outlook_body(found: merging.Outlook) -> dict[str, Any]:
    """Return what would happen, for people who consider it."""
    codes = {blocker["code"] for blocker in found.blockers}
    return {
        "mergeable": not found.blockers,
        "blockers": found.blockers,
        "overridable": codes == {"guardrail-broken"},
        "moved_on": found.moved_on,
        "approvals": {"have": found.approvals, "required": found.required},
        "guardrails": found.guardrails,
        "merge": found.merge.to_dict(),
    }


class MergeView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.DESIGNS_WRITE}
    versioned = ("POST",)

    @extend_schema(
        operation_id="proposals_merge_outlook",
        summary="What a merge would do, and what stands in its way",
        description=(
            "`merge.conflicts` lists what the design and the proposal both changed: `current` is "
            "the design, `incoming` the proposal."
        ),
        tags=TAGS,
        request=None,
        responses={200: s.MergeOutlook},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.VIEWER)
        return Response(outlook_body(merging.outlook(proposal)))

    @extend_schema(
        operation_id="proposals_merge",
        summary="Merge the proposal into its design",
        description=(
            "`decisions` takes a side for each conflict by its key. What stands in the way answers "
            "409 with `blockers`, `conflicts`, `problems` and `guardrails`. If only guardrails do, "
            "an owner may give a written reason as `override`."
        ),
        tags=TAGS,
        request=s.Merging,
        responses={200: s.ProposalBody},
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        version = required_version(request)
        asked = self.read(s.Merging)
        proposal = merging.merge_proposal(
            by=self.actor, proposal=proposal, version=version, **asked
        )
        return answer(self, proposal)


class UpdateView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}
    versioned = ("POST",)

    @extend_schema(
        operation_id="proposals_update",
        summary="Take what changed in the design into the proposal",
        description="The base becomes the design as it is now. Conflicts answer 409.",
        tags=TAGS,
        request=s.Updating,
        responses={200: s.ProposalBody},
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        version = required_version(request)
        asked = self.read(s.Updating)
        proposal = merging.bring_up_to_date(
            by=self.actor, proposal=proposal, version=version, **asked
        )
        return answer(self, proposal)


class HeadMergeView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}

    @extend_schema(
        operation_id="proposals_head_merge",
        summary="Join a document with the head of a proposal",
        description=(
            "After a 412 on a push: three-way, against the head that the document grew from. "
            "Stores nothing; push the answer with If-Match of its `current_etag`."
        ),
        tags=TAGS,
        request=s.HeadMerge,
        responses={200: MergeBody},
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        asked = self.read(s.HeadMerge)
        current = documents.load(proposal.head)
        sides = (asked["base_document"], current, asked["document"], asked["decisions"])
        return Response({**documents.merge(*sides).to_dict(), "current_etag": proposal.etag})


class DesignDiffView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": s.DiffQuery}

    @extend_schema(
        operation_id="designs_diff",
        summary="What changed in a design",
        description="From one revision to another, or to the draft as it is.",
        tags=["Designs"],
        request=None,
        responses={200: s.DiffBody},
    )
    def get(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.VIEWER)
        before = self._document(design, self.query["base"])
        after = self._document(design, self.query.get("head"))
        return Response(documents.diff(before, after))

    def _document(self, design: Design, revision_id: str | None) -> documents.Design:
        if revision_id is None:
            return documents.load(design.document)
        return documents.load(revision_of(design, revision_id).document)


def policy_body(policy: Policy) -> dict[str, Any]:
    budget = policy.budget_per_month
    stored = policy.version > 0
    return {
        "workspace": policy.workspace_id,
        "required_approvals": policy.required_approvals,
        "own_approval": policy.own_approval,
        "budget_per_month": None if budget is None else str(budget),
        "cost_delta_percent": policy.cost_delta_percent,
        "response_p99_s": policy.response_p99_s,
        "completion_p99_s": policy.completion_p99_s,
        "headroom_ratio": policy.headroom_ratio,
        "no_error_findings": policy.no_error_findings,
        "updated_at": policy.updated_at if stored else None,
        "updated_by": person(policy.updated_by) if policy.updated_by else None,
        "etag": policy.etag,
    }


class PolicyView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "PUT": Scope.MEMBERS_ADMIN}
    versioned = ("PUT",)

    def _answer(self, policy: Policy) -> Response:
        return Response(policy_body(policy), headers={"ETag": policy.etag})

    @extend_schema(
        operation_id="policy_get",
        summary="What a workspace asks before a merge",
        tags=TAGS,
        request=None,
        responses={200: s.PolicyBody},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.VIEWER)
        return self._answer(actions.policy_of(workspace_id))

    @extend_schema(
        operation_id="policy_save",
        summary="Set what a workspace asks before a merge",
        description="What is left out goes back to its default; null is no limit.",
        tags=TAGS,
        request=s.NewPolicy,
        responses={200: s.PolicyBody},
    )
    def put(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        version = required_version(request)
        asked = self.read(s.NewPolicy)
        policy = actions.save_policy(
            by=self.actor, workspace_id=workspace_id, version=version, **asked
        )
        return self._answer(policy)
