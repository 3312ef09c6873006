"""HTTP face of people, workspaces and API tokens."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.api.pagination import PageQuery, page
from designer.api.views import ApiView

from . import actions
from . import serializers as s
from .models import ApiToken, Membership, Role, Scope, User, Workspace

TAGS = ["People"]


def person(user: User) -> dict[str, str]:
    """Return who somebody is."""
    return {"id": user.pk, "name": user.name, "email": user.email}


def self_body(user: User) -> dict[str, Any]:
    return {**person(user), "email_notices": user.email_notices}


def member_body(member: Membership) -> dict[str, Any]:
    return {
        "id": member.pk,
        "user": person(member.user),
        "role": member.role,
        "created_at": member.created_at,
    }


def token_body(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "hint": token.hint,
        "workspace": token.workspace_id,
        "user": person(token.user),
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "created_at": token.created_at,
    }


class MeView(ApiView):
    @extend_schema(
        operation_id="me",
        summary="Who am I, and where do I belong",
        tags=TAGS,
        request=None,
        responses={200: s.MeBody},
    )
    def get(self, request: Request) -> Response:
        names = Workspace.objects.in_bulk(list(self.actor.roles))
        workspaces = [
            {"id": pk, "name": names[pk].name, "role": role.value}
            for pk, role in self.actor.roles.items()
        ]
        csrf = None if self.actor.token else get_token(request._request)
        return Response(
            {"user": self_body(self.actor.user), "workspaces": workspaces, "csrf_token": csrf}
        )

    @extend_schema(
        operation_id="me_change",
        summary="Change my name, or whether notices come by mail",
        description="In the browser only, not with a token.",
        tags=TAGS,
        request=s.SelfChange,
        responses={200: s.SelfBody},
    )
    def patch(self, request: Request) -> Response:
        asked = self.read(s.SelfChange)
        return Response(self_body(actions.change_self(by=self.actor, **asked)))


class PasswordView(ApiView):
    @extend_schema(
        operation_id="me_password",
        summary="Set my password",
        tags=TAGS,
        description="Needs the current password when there is one. Other sessions end.",
        request=s.NewPassword,
        responses={204: None},
    )
    def put(self, request: Request) -> Response:
        asked = self.read(s.NewPassword)
        actions.set_password(
            by=self.actor,
            request=request._request,
            current=asked.get("current_password", ""),
            new=asked["new_password"],
        )
        return Response(status=204)


class WorkspacesView(ApiView):
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="workspaces_list",
        summary="My workspaces",
        tags=TAGS,
        request=None,
        responses={200: s.WorkspaceList},
    )
    def get(self, request: Request) -> Response:
        roles = self.actor.roles
        return page(
            request,
            Workspace.objects.filter(pk__in=list(roles)),
            self.query,
            lambda rows: [{"id": w.pk, "name": w.name, "role": roles[w.pk].value} for w in rows],
            order="created_at",
        )


def people(workspace_id: str) -> QuerySet[Membership]:
    """Return the members who are persons."""
    return Membership.objects.filter(
        workspace_id=workspace_id, user__service_of=None
    ).select_related("user")


class MembersView(ApiView):
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="members_list",
        summary="Members of a workspace",
        tags=TAGS,
        request=None,
        responses={200: s.MemberList},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.VIEWER)
        rows = people(workspace_id)
        return page(
            request,
            rows,
            self.query,
            lambda found: [member_body(m) for m in found],
            order="created_at",
        )


class MemberView(ApiView):
    scopes = {"PATCH": Scope.MEMBERS_ADMIN, "DELETE": Scope.MEMBERS_ADMIN}

    def _member(self, workspace_id: str, member_id: str, needed: Role) -> Membership:
        self.actor.require(workspace_id, needed)
        return get_object_or_404(people(workspace_id), pk=member_id)

    @extend_schema(
        operation_id="members_get",
        summary="One member",
        tags=TAGS,
        request=None,
        responses={200: s.MemberBody},
    )
    def get(self, request: Request, workspace_id: str, member_id: str) -> Response:
        return Response(member_body(self._member(workspace_id, member_id, Role.VIEWER)))

    @extend_schema(
        operation_id="members_change",
        summary="Change a member's role",
        tags=TAGS,
        request=s.RoleChange,
        responses={200: s.MemberBody},
    )
    def patch(self, request: Request, workspace_id: str, member_id: str) -> Response:
        member = self._member(workspace_id, member_id, Role.OWNER)
        role = self.read(s.RoleChange)["role"]
        return Response(member_body(actions.change_role(by=self.actor, member=member, role=role)))

    @extend_schema(
        operation_id="members_remove",
        summary="Remove a member",
        tags=TAGS,
        description="Their tokens for this workspace end with it.",
        request=None,
        responses={204: OpenApiResponse(description="Removed.")},
    )
    def delete(self, request: Request, workspace_id: str, member_id: str) -> Response:
        member = self._member(workspace_id, member_id, Role.OWNER)
        actions.remove_member(by=self.actor, member=member)
        return Response(status=204)


class TokensView(ApiView):
    scopes = {"GET": Scope.TOKENS_ADMIN, "POST": Scope.TOKENS_ADMIN}
    queries = {"GET": s.TokenQuery}

    @extend_schema(
        operation_id="tokens_list",
        summary="API tokens",
        tags=TAGS,
        description="One's own; an owner of the workspace sees everybody's. Never the secrets.",
        request=None,
        responses={200: s.TokenList},
    )
    def get(self, request: Request) -> Response:
        workspace_id = self.actor.workspace(self.query.get("workspace"), Role.VIEWER)
        rows = ApiToken.objects.filter(workspace_id=workspace_id, revoked_at=None)
        if not self.actor.may(workspace_id, Role.OWNER):
            rows = rows.filter(user=self.actor.user)
        return page(
            request,
            rows.select_related("user"),
            self.query,
            lambda found: [token_body(t) for t in found],
        )

    @extend_schema(
        operation_id="tokens_create",
        summary="Make an API token",
        tags=TAGS,
        description="The answer holds the secret, once.",
        request=s.NewToken,
        responses={201: s.NewTokenBody},
    )
    def post(self, request: Request) -> Response:
        asked = self.read(s.NewToken)
        workspace_id = self.actor.workspace(asked.pop("workspace", None), Role.VIEWER)
        token, secret = actions.create_token(by=self.actor, workspace_id=workspace_id, **asked)
        return Response({**token_body(token), "token": secret}, status=201)


class TokenView(ApiView):
    scopes = {"DELETE": Scope.TOKENS_ADMIN}

    @extend_schema(
        operation_id="tokens_revoke",
        summary="Revoke an API token",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="Revoked.")},
    )
    def delete(self, request: Request, token_id: str) -> Response:
        token = get_object_or_404(
            ApiToken, pk=token_id, revoked_at=None, workspace_id__in=list(self.actor.roles)
        )
        if token.user_id != self.actor.user.pk and not self.actor.may(
            token.workspace_id, Role.OWNER
        ):
            raise Http404
        actions.revoke_token(by=self.actor, token=token)
        return Response(status=204)
