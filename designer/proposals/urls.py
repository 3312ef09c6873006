"""Addresses of proposals, under /api/v1/."""

from django.urls import path

from . import live, merge_views, thread_views, views

urlpatterns = [
    path("proposals", views.ProposalsView.as_view(), name="proposals"),
    path(
        "designs/<dsn:design_id>/proposals",
        views.DesignProposalsView.as_view(),
        name="design-proposals",
    ),
    path("proposals/<prp:proposal_id>", views.ProposalView.as_view(), name="proposal"),
    path("proposals/<prp:proposal_id>/head", views.HeadView.as_view(), name="proposal-head"),
    path(
        "proposals/<prp:proposal_id>/head/merge",
        merge_views.HeadMergeView.as_view(),
        name="head-merge",
    ),
    path("proposals/<prp:proposal_id>/diff", views.DiffView.as_view(), name="proposal-diff"),
    path("proposals/<prp:proposal_id>/open", views.OpenView.as_view(), name="proposal-open"),
    path(
        "proposals/<prp:proposal_id>/withdraw",
        views.WithdrawView.as_view(),
        name="proposal-withdraw",
    ),
    path("proposals/<prp:proposal_id>/reviews", views.ReviewsView.as_view(), name="reviews"),
    path("reviews/<rvw:review_id>/dismiss", views.DismissView.as_view(), name="review-dismiss"),
    path("proposals/<prp:proposal_id>/threads", thread_views.ThreadsView.as_view(), name="threads"),
    path(
        "proposals/<prp:proposal_id>/places",
        thread_views.BusyView.as_view(),
        name="proposal-places",
    ),
    path(
        "proposals/<prp:proposal_id>/presence",
        live.ProposalPresenceView.as_view(),
        name="proposal-presence",
    ),
    path(
        "proposals/<prp:proposal_id>/events",
        live.ProposalEventsView.as_view(),
        name="proposal-events",
    ),
    path("threads/<thr:thread_id>", thread_views.ThreadView.as_view(), name="thread"),
    path("threads/<thr:thread_id>/comments", thread_views.CommentsView.as_view(), name="comments"),
    path("comments/<cmt:comment_id>", thread_views.CommentView.as_view(), name="comment"),
    path("comments/<cmt:comment_id>/apply", thread_views.ApplyView.as_view(), name="comment-apply"),
    path(
        "proposals/<prp:proposal_id>/merge", merge_views.MergeView.as_view(), name="proposal-merge"
    ),
    path(
        "proposals/<prp:proposal_id>/update",
        merge_views.UpdateView.as_view(),
        name="proposal-update",
    ),
    path(
        "workspaces/<wsp:workspace_id>/review-policy",
        merge_views.PolicyView.as_view(),
        name="review-policy",
    ),
    path("designs/<dsn:design_id>/diff", merge_views.DesignDiffView.as_view(), name="design-diff"),
]
