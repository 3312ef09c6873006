"""Addresses of people, workspaces and tokens, under /api/v1/."""

from django.urls import path

from . import team, trail, views

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
    path(
        "workspaces/<wsp:workspace_id>/invitations",
        team.InvitationsView.as_view(),
        name="invitations",
    ),
    path(
        "workspaces/<wsp:workspace_id>/invitations/<inv:invitation_id>",
        team.InvitationView.as_view(),
        name="invitation",
    ),
    path("invitations/accept", team.AcceptView.as_view(), name="invitation-accept"),
    path(
        "workspaces/<wsp:workspace_id>/service-accounts",
        team.AccountsView.as_view(),
        name="service-accounts",
    ),
    path(
        "workspaces/<wsp:workspace_id>/service-accounts/<usr:account_id>",
        team.AccountView.as_view(),
        name="service-account",
    ),
    path(
        "workspaces/<wsp:workspace_id>/service-accounts/<usr:account_id>/tokens",
        team.AccountTokensView.as_view(),
        name="service-account-tokens",
    ),
    path("workspaces/<wsp:workspace_id>/audit", trail.AuditView.as_view(), name="audit"),
    path("workspaces/<wsp:workspace_id>/audit.csv", trail.AuditCsvView.as_view(), name="audit-csv"),
    path(
        "workspaces/<wsp:workspace_id>/audit.json", trail.AuditJsonView.as_view(), name="audit-json"
    ),
    path("tokens", views.TokensView.as_view(), name="tokens"),
    path("tokens/<tok:token_id>", views.TokenView.as_view(), name="token"),
]
