"""HTTP face of proposals and their reviews. Views parse, permit, delegate and answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role, Scope
from designer.accounts.views import person
from designer.api.etags import required_version
from designer.api.idempotency import idempotent
from designer.api.pagination import PageQuery, page
from designer.api.views import ApiView
from designer.designs.models import Revision
from designer.designs.views import find_design, revision_of

from . import actions, reviewing
from . import serializers as s
from .models import Proposal, Review, Verdict

TAGS = ["Proposals"]


def find_proposal(view: ApiView, proposal_id: str, needed: Role, *, whole: bool = True) -> Proposal:
    """Return a proposal that the caller may use in this way.

    Raises:
        Http404: It is not there, its design is in the trash, or it is not theirs to know of.
    """
    people = ("author", "head_by", "merged_by")
    rows = Proposal.objects.select_related("design", "base", "merged", *people)
    rows = rows.defer("design__document", "merged__document")
    if not whole:
        rows = rows.defer("head", "base__document")
    proposal = get_object_or_404(rows, pk=proposal_id, design__deleted_at=None)
    view.actor.require(proposal.workspace_id, needed)
    return proposal


def _who(user: Any) -> dict[str, str] | None:
    return person(user) if user else None


def _ref(revision: Revision | None) -> dict[str, Any] | None:
    return {"id": revision.pk, "number": revision.number} if revision else None


def item(proposal: Proposal) -> dict[str, Any]:
    """Return what lists show."""
    return {
        "id": proposal.pk,
        "number": proposal.number,
        "workspace": proposal.workspace_id,
        "design": {"id": proposal.design_id, "name": proposal.design.name},
        "title": proposal.title,
        "state": proposal.state,
        "author": _who(proposal.author),
        "summary": proposal.summary,
        "etag": proposal.etag,
        "head_version": proposal.head_version,
        "model_hash": proposal.head_hash,
        "created_at": proposal.created_at,
        "updated_at": proposal.updated_at,
        "merged_at": proposal.merged_at,
    }


def body(view: ApiView, proposal: Proposal) -> dict[str, Any]:
    """Return a proposal with both documents."""
    reviews = list(
        Review.objects.filter(proposal=proposal, superseded_at=None, dismissed_at=None)
        .with_rights()
        .exclude(verdict=Verdict.COMMENT)
        .select_related("reviewer")
        .order_by("created_at", "pk")
    )
    counting = [r for r in reviews if r.verdict == Verdict.APPROVE and r.counts]
    policy = actions.policy_of(proposal.workspace_id)
    return {
        **item(proposal),
        "description": proposal.description,
        "role": view.actor.roles[proposal.workspace_id].value,
        "base": _ref(proposal.base),
        "base_document": proposal.base.document,
        "document": proposal.head,
        "head_at": proposal.head_at,
        "head_by": _who(proposal.head_by),
        "reviewers": _reviewers(proposal, reviews),
        "approvals": {"have": len(counting), "required": policy.required_approvals},
        "talk": proposal.talk,
        "threads": _threads(proposal),
        "merged": _ref(proposal.merged),
        "merged_by": _who(proposal.merged_by),
        "merged_numbers": proposal.merged_numbers,
        "override": proposal.override,
    }


def _reviewers(proposal: Proposal, reviews: list[Review]) -> list[dict[str, Any]]:
    asked = {user.pk: user for user in proposal.reviewers.order_by("name", "pk")}
    said = {r.reviewer_id: r for r in reviews if r.reviewer}
    found = []
    for pk in dict.fromkeys((*asked, *said)):
        review = said.get(pk)
        user = asked.get(pk or "") or (review.reviewer if review else None)
        found.append(
            {
                "user": _who(user),
                "asked": pk in asked,
                "verdict": review.verdict if review else None,
                "lapsed": bool(review and review.lapsed_at),
                "review": review.pk if review else None,
            }
        )
    return found


def _threads(proposal: Proposal) -> dict[str, int]:
    return proposal.threads.aggregate(
        open=Count("pk", filter=Q(resolved_at=None), distinct=True),
        resolved=Count("pk", filter=Q(resolved_at__isnull=False), distinct=True),
        orphaned=Count("pk", filter=Q(orphaned=True), distinct=True),
        comments=Count("comments"),
    )


def answer(view: ApiView, proposal: Proposal, status: int = 200) -> Response:
    """Return a proposal with its tag."""
    headers = {"ETag": proposal.etag}
    if status == 201:
        headers["Location"] = reverse("proposal", args=[proposal.pk])
    return Response(body(view, proposal), status=status, headers=headers)


class ProposalsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}
    queries = {"GET": s.ProposalQuery}

    def _rows(self) -> QuerySet[Proposal]:
        query = self.query
        asked = query.get("workspace")
        if asked:
            self.actor.require(asked, Role.VIEWER)
        rows = Proposal.objects.filter(
            workspace_id__in=[asked] if asked else list(self.actor.roles), design__deleted_at=None
        )
        if "design" in query:
            design = find_design(self, query["design"], Role.VIEWER, whole=False)
            rows = rows.filter(design=design)
        if "state" in query:
            rows = rows.filter(state=query["state"])
        if "q" in query:
            rows = rows.filter(title__icontains=query["q"])
        if "author" in query:
            mine = query["author"] == "me"
            rows = rows.filter(author=self.actor.user.pk if mine else query["author"])
        return rows.defer("head", "description", "design__document").select_related(
            "design", "author"
        )

    @extend_schema(
        operation_id="proposals_list",
        summary="Proposals",
        tags=TAGS,
        request=None,
        responses={200: s.ProposalList},
    )
    def get(self, request: Request) -> Response:
        rows = self._rows()
        order = self.query["sort"]
        return page(request, rows, self.query, lambda got: [item(p) for p in got], order=order)


class DesignProposalsView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="proposals_create",
        summary="Propose a change of a design",
        description=(
            "The base is a revision, or the draft as it is (kept as a revision if it is none); the "
            "head is the document given, or the base, to be worked on."
        ),
        tags=TAGS,
        request=s.NewProposal,
        responses={201: s.ProposalBody},
    )
    @idempotent
    def post(self, request: Request, design_id: str) -> Response:
        design = find_design(self, design_id, Role.EDITOR, whole=False)
        asked = self.read(s.NewProposal)
        if named := asked.pop("base", None):
            asked["base"] = revision_of(design, named)
        proposal = actions.create(by=self.actor, design=design, **asked)
        return answer(self, proposal, 201)


class ProposalView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "PATCH": Scope.DESIGNS_WRITE}
    versioned = ("PATCH",)

    @extend_schema(
        operation_id="proposals_get",
        summary="A proposal with both documents",
        tags=TAGS,
        request=None,
        responses={200: s.ProposalBody},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        return answer(self, find_proposal(self, proposal_id, Role.VIEWER))

    @extend_schema(
        operation_id="proposals_change",
        summary="Change title, description or reviewers",
        tags=TAGS,
        request=s.ProposalChange,
        responses={200: s.ProposalBody},
    )
    def patch(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        version = required_version(request)
        asked = self.read(s.ProposalChange)
        proposal = actions.edit(by=self.actor, proposal=proposal, version=version, **asked)
        return answer(self, proposal)


class HeadView(ApiView):
    scopes = {"PUT": Scope.DESIGNS_WRITE}
    versioned = ("PUT",)

    @extend_schema(
        operation_id="proposals_push",
        summary="Give a proposal a new head",
        description=(
            "Approvals lapse if the model changed, not if boxes moved. Threads stay on what they "
            "hang on by id; those whose place is gone are marked as orphaned."
        ),
        tags=TAGS,
        request=s.NewHead,
        responses={200: s.ProposalBody},
    )
    def put(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        version = required_version(request)
        document = self.read(s.NewHead)["document"]
        proposal = actions.push(
            by=self.actor, proposal=proposal, document=document, version=version
        )
        return answer(self, proposal)


class DiffView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}

    @extend_schema(
        operation_id="proposals_diff",
        summary="What the proposal changes",
        description="Elements by id, fields by pointer with label and unit, moved boxes apart.",
        tags=TAGS,
        request=None,
        responses={200: s.DiffBody},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.VIEWER)
        base, head = documents.load(proposal.base.document), documents.load(proposal.head)
        return Response(documents.diff(base, head))


class OpenView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}

    @extend_schema(
        operation_id="proposals_open",
        summary="Ask for reviews",
        description="Of a draft, or of a proposal that was withdrawn. Twice is no error.",
        tags=TAGS,
        request=None,
        responses={200: s.ProposalBody},
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        return answer(self, actions.open_proposal(by=self.actor, proposal=proposal))


class WithdrawView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}

    @extend_schema(
        operation_id="proposals_withdraw",
        summary="Close without merging",
        description="It stays readable and can be opened again. Twice is no error.",
        tags=TAGS,
        request=None,
        responses={200: s.ProposalBody},
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.EDITOR)
        return answer(self, actions.withdraw(by=self.actor, proposal=proposal))


def review_body(review: Review) -> dict[str, Any]:
    return {
        "id": review.pk,
        "proposal": review.proposal_id,
        "reviewer": _who(review.reviewer),
        "verdict": review.verdict,
        "body": review.body,
        "head_version": review.head_version,
        "model_hash": review.model_hash,
        "numbers": review.numbers,
        "counts": review.counts,
        "created_at": review.created_at,
        "lapsed_at": review.lapsed_at,
        "superseded_at": review.superseded_at,
        "dismissed_at": review.dismissed_at,
        "dismissed_why": review.dismissed_why,
    }


class ReviewsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.REVIEWS_WRITE}
    queries = {"GET": PageQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="reviews_list",
        summary="What reviewers said, newest first",
        tags=TAGS,
        request=None,
        responses={200: s.ReviewList},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        rows = Review.objects.filter(proposal_id=proposal_id).with_rights()
        rows = rows.select_related("reviewer")
        return page(request, rows, self.query, lambda found: [review_body(r) for r in found])

    @extend_schema(
        operation_id="reviews_create",
        summary="Review a proposal",
        description=(
            "`head_version` is what was looked at: 409 (stale-head) if it is another one by now. "
            "Approving one's own is refused unless the workspace allows it."
        ),
        tags=TAGS,
        request=s.NewReview,
        responses={201: s.ReviewBody},
    )
    @idempotent
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.REVIEWER)
        asked = self.read(s.NewReview)
        return Response(
            review_body(reviewing.review(by=self.actor, proposal=proposal, **asked)), status=201
        )


class DismissView(ApiView):
    scopes = {"POST": Scope.REVIEWS_WRITE}

    @extend_schema(
        operation_id="reviews_dismiss",
        summary="Take a review out of the count",
        description="For owners; the reason is kept in the audit log.",
        tags=TAGS,
        request=s.Dismissal,
        responses={200: s.ReviewBody},
    )
    def post(self, request: Request, review_id: str) -> Response:
        rows = Review.objects.with_rights().select_related("reviewer", "proposal")
        rows = rows.defer("proposal__head")
        review = get_object_or_404(rows, pk=review_id, proposal__design__deleted_at=None)
        self.actor.require(review.proposal.workspace_id, Role.OWNER)
        reason = self.read(s.Dismissal)["reason"]
        return Response(review_body(reviewing.dismiss(by=self.actor, review=review, reason=reason)))
