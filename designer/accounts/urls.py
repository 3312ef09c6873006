"""Addresses of people, workspaces and tokens, under /api/v1/."""

from django.urls import path

from . import views

urlpatterns = [
    path("me", views.MeView.as_view(), name="me"),
    path("me/password", views.PasswordView.as_view(), name="me-password"),
    path("workspaces", views.WorkspacesView.as_view(), name="workspaces"),
    path("workspaces/<wsp:workspace_id>/members", views.MembersView.as_view(), name="members"),
    path(
        "workspaces/<wsp:workspace_id>/members/<mbr:member_id>",
        views.MemberView.as_view(),
        name="member",
    ),
    path("tokens", views.TokensView.as_view(), name="tokens"),
    path("tokens/<tok:token_id>", views.TokenView.as_view(), name="token"),
]
