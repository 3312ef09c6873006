"""HTTP face of threads and comments."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.accounts.models import Role, Scope
from designer.accounts.views import person
from designer.api.etags import required_version
from designer.api.idempotency import idempotent
from designer.api.pagination import PageQuery, page
from designer.api.views import ApiView

from . import places, talking
from . import thread_serializers as s
from .models import Comment, Proposal, Thread
from .serializers import ProposalBody
from .views import TAGS, answer, find_proposal

OPERATIONS = (
    'A suggestion is a list of operations: {"op": "set", "part": "nodes", "id", "field", "value", '
    '"before"?}, {"op": "remove", "part", "id"} or {"op": "add", "part", "value"}; part is nodes, '
    "edges or, with set, settings or document."
)


def comment_body(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "thread": comment.thread_id,
        "author": person(comment.author) if comment.author else None,
        "body": comment.body,
        "mentions": comment.mentions,
        "suggestion": comment.suggestion,
        "applied_at": comment.applied_at,
        "created_at": comment.created_at,
        "edited_at": comment.edited_at,
    }


def thread_bodies(threads: list[Thread], most: int = s.FIRST) -> list[dict[str, Any]]:
    """Return threads with the first comments of each."""
    number = Window(RowNumber(), partition_by="thread", order_by=[F("created_at"), F("pk")])
    first = Comment.objects.filter(thread__in=[t.pk for t in threads]).annotate(number=number)
    said: dict[str, list[Comment]] = defaultdict(list)
    for comment in first.filter(number__lte=most).select_related("author").order_by("number"):
        said[comment.thread_id].append(comment)
    return [_thread_body(thread, said[thread.pk]) for thread in threads]


def _thread_body(thread: Thread, comments: list[Comment]) -> dict[str, Any]:
    count = getattr(thread, "comment_count", None)
    return {
        "id": thread.pk,
        "proposal": thread.proposal_id,
        "anchor": {
            "on": thread.anchor,
            "part": thread.part or None,
            "id": thread.element or None,
            "field": thread.field or None,
            "x": thread.x,
            "y": thread.y,
            "name": thread.name,
        },
        "talk": thread.talk,
        "orphaned": thread.orphaned,
        "resolved_at": thread.resolved_at,
        "resolved_by": person(thread.resolved_by) if thread.resolved_by else None,
        "created_by": person(thread.created_by) if thread.created_by else None,
        "created_at": thread.created_at,
        "comment_count": len(comments) if count is None else count,
        "comments": [comment_body(comment) for comment in comments],
    }


def threads_with_counts() -> QuerySet[Thread]:
    counts = (
        Comment.objects.filter(thread=OuterRef("pk"))
        .order_by()
        .values("thread")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Thread.objects.annotate(comment_count=Coalesce(Subquery(counts), 0)).select_related(
        "created_by", "resolved_by"
    )


def find_thread(view: ApiView, thread_id: str, needed: Role) -> tuple[Proposal, Thread]:
    """Return a thread that the caller may use in this way, and its proposal.

    Raises:
        Http404: It is not there or not theirs to know of.
    """
    thread = get_object_or_404(threads_with_counts(), pk=thread_id)
    return find_proposal(view, thread.proposal_id, needed), thread


def find_comment(view: ApiView, comment_id: str, needed: Role) -> tuple[Proposal, Comment]:
    """Return a comment that the caller may use in this way, and its proposal."""
    rows = Comment.objects.select_related("author", "thread")
    comment = get_object_or_404(rows, pk=comment_id)
    return find_proposal(view, comment.thread.proposal_id, needed), comment


class ThreadsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.REVIEWS_WRITE}
    queries = {"GET": s.ThreadQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="threads_list",
        summary="Threads of a proposal, oldest first",
        description=f"Each with its first {s.FIRST} comments.",
        tags=TAGS,
        request=None,
        responses={200: s.ThreadList},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        rows = threads_with_counts().filter(proposal_id=proposal_id)
        query = self.query
        if query["resolved"] is not None:
            rows = rows.filter(resolved_at__isnull=not query["resolved"])
        if query["orphaned"] is not None:
            rows = rows.filter(orphaned=query["orphaned"])
        if "element" in query:
            anchor = query["on"].removesuffix("s")
            rows = rows.filter(Q(anchor=anchor) | Q(part=query["on"]), element=query["element"])
        if "since" in query:
            rows = rows.filter(talk__gt=query["since"])
        most = query["comments"]
        return page(
            request, rows, query, lambda found: thread_bodies(found, most), order="created_at"
        )

    @extend_schema(
        operation_id="threads_create",
        summary="Start a thread at a place",
        description=(
            "On a node or edge (id), a field (part, id, field), a point (x, y) or the proposal. "
            "A place that the head does not have answers 409 (anchor-gone). " + OPERATIONS
        ),
        tags=TAGS,
        request=s.NewThread,
        responses={201: s.ThreadBody},
    )
    @idempotent
    def post(self, request: Request, proposal_id: str) -> Response:
        proposal = find_proposal(self, proposal_id, Role.COMMENTER)
        asked = self.read(s.NewThread)
        thread, comment = talking.start_thread(by=self.actor, proposal=proposal, **asked)
        location = reverse("thread", args=[thread.pk])
        return Response(_thread_body(thread, [comment]), status=201, headers={"Location": location})


class BusyView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ}

    @extend_schema(
        operation_id="threads_places",
        summary="Where the open threads of a proposal hang",
        tags=TAGS,
        request=None,
        responses={200: s.BusyBody},
    )
    def get(self, request: Request, proposal_id: str) -> Response:
        find_proposal(self, proposal_id, Role.VIEWER, whole=False)
        return Response(places.busy(proposal_id))


class ThreadView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "PATCH": Scope.REVIEWS_WRITE}

    @extend_schema(
        operation_id="threads_get",
        summary="A thread",
        tags=TAGS,
        request=None,
        responses={200: s.ThreadBody},
    )
    def get(self, request: Request, thread_id: str) -> Response:
        _, thread = find_thread(self, thread_id, Role.VIEWER)
        return Response(thread_bodies([thread])[0])

    @extend_schema(
        operation_id="threads_resolve",
        summary="Resolve a thread or open it again",
        tags=TAGS,
        request=s.ThreadChange,
        responses={200: s.ThreadBody},
    )
    def patch(self, request: Request, thread_id: str) -> Response:
        proposal, thread = find_thread(self, thread_id, Role.COMMENTER)
        asked = self.read(s.ThreadChange)
        thread = talking.resolve(by=self.actor, proposal=proposal, thread=thread, **asked)
        return Response(thread_bodies([thread])[0])


class CommentsView(ApiView):
    scopes = {"GET": Scope.DESIGNS_READ, "POST": Scope.REVIEWS_WRITE}
    queries = {"GET": PageQuery}
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="comments_list",
        summary="Comments of a thread, oldest first",
        tags=TAGS,
        request=None,
        responses={200: s.CommentList},
    )
    def get(self, request: Request, thread_id: str) -> Response:
        find_thread(self, thread_id, Role.VIEWER)
        rows = Comment.objects.filter(thread_id=thread_id).select_related("author")
        return page(
            request,
            rows,
            self.query,
            lambda found: [comment_body(c) for c in found],
            order="created_at",
        )

    @extend_schema(
        operation_id="comments_create",
        summary="Say something in a thread",
        description="Also where its place is gone: the thread stays readable. " + OPERATIONS,
        tags=TAGS,
        request=s.NewComment,
        responses={201: s.CommentBody},
    )
    @idempotent
    def post(self, request: Request, thread_id: str) -> Response:
        proposal, thread = find_thread(self, thread_id, Role.COMMENTER)
        asked = self.read(s.NewComment)
        comment = talking.say(by=self.actor, proposal=proposal, thread=thread, **asked)
        return Response(comment_body(comment), status=201)


class CommentView(ApiView):
    scopes = {"PATCH": Scope.REVIEWS_WRITE}

    @extend_schema(
        operation_id="comments_change",
        summary="Change what I said",
        description="Whoever is mentioned for the first time is told.",
        tags=TAGS,
        request=s.CommentChange,
        responses={200: s.CommentBody},
    )
    def patch(self, request: Request, comment_id: str) -> Response:
        proposal, comment = find_comment(self, comment_id, Role.COMMENTER)
        asked = self.read(s.CommentChange)
        return Response(
            comment_body(
                talking.rewrite(by=self.actor, proposal=proposal, comment=comment, **asked)
            )
        )


class ApplyView(ApiView):
    scopes = {"POST": Scope.DESIGNS_WRITE}
    versioned = ("POST",)

    @extend_schema(
        operation_id="comments_apply",
        summary="Apply what a comment suggests to the proposal",
        description="A push like any other. What no longer fits answers 422, once applied 409.",
        tags=TAGS,
        request=None,
        responses={200: ProposalBody},
    )
    def post(self, request: Request, comment_id: str) -> Response:
        proposal, comment = find_comment(self, comment_id, Role.EDITOR)
        version = required_version(request)
        proposal = talking.apply_suggestion(
            by=self.actor, proposal=proposal, comment=comment, version=version
        )
        return answer(self, proposal)
