"""HTTP face of becoming a member: invitations and service accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.api.pagination import PageQuery, page
from designer.api.problems import MEDIA_TYPE as PROBLEM
from designer.api.problems import ApiError
from designer.api.serializers import ProblemBody
from designer.api.views import ApiView

from . import actions, joining
from . import serializers as s
from .authentication import user_of
from .models import ApiToken, Invitation, Membership, Role, Scope
from .views import TAGS, member_body, person, token_body


def state_of(invitation: Invitation) -> str:
    """Return where an invitation is in its life."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if invitation.expires_at <= timezone.now() else "open"


def invitation_body(invitation: Invitation) -> dict[str, Any]:
    maker, taker = invitation.created_by, invitation.accepted_by
    return {
        "id": invitation.pk,
        "workspace": invitation.workspace_id,
        "role": invitation.role,
        "email": invitation.email,
        "state": state_of(invitation),
        "created_by": person(maker) if maker else None,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "accepted_at": invitation.accepted_at,
        "accepted_by": person(taker) if taker else None,
    }


def _invitations(workspace_id: str) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(workspace_id=workspace_id)
    return rows.select_related("created_by", "accepted_by")


class InvitationsView(ApiView):
    scopes = {"GET": Scope.MEMBERS_ADMIN, "POST": Scope.MEMBERS_ADMIN}
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="invitations_list",
        summary="Invitations to a workspace",
        description="Never their links.",
        tags=TAGS,
        request=None,
        responses={200: s.InvitationList},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        return page(
            request,
            _invitations(workspace_id),
            self.query,
            lambda found: [invitation_body(one) for one in found],
        )

    @extend_schema(
        operation_id="invitations_create",
        summary="Invite somebody",
        description="The answer holds the link, once. It makes one person a member, once.",
        tags=TAGS,
        request=s.NewInvitation,
        responses={201: s.NewInvitationBody},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        invitation, secret = joining.invite(
            by=self.actor, workspace_id=workspace_id, **self.read(s.NewInvitation)
        )
        return Response(
            {
                **invitation_body(invitation),
                "link": request.build_absolute_uri(reverse("invite", args=[secret])),
            },
            status=201,
            headers={"Location": reverse("invitation", args=[workspace_id, invitation.pk])},
        )


class InvitationView(ApiView):
    scopes = {"GET": Scope.MEMBERS_ADMIN, "DELETE": Scope.MEMBERS_ADMIN}

    def _invitation(self, workspace_id: str, invitation_id: str) -> Invitation:
        self.actor.require(workspace_id, Role.OWNER)
        return get_object_or_404(_invitations(workspace_id), pk=invitation_id)

    @extend_schema(
        operation_id="invitations_get",
        summary="One invitation",
        tags=TAGS,
        request=None,
        responses={200: s.InvitationBody},
    )
    def get(self, request: Request, workspace_id: str, invitation_id: str) -> Response:
        return Response(invitation_body(self._invitation(workspace_id, invitation_id)))

    @extend_schema(
        operation_id="invitations_revoke",
        summary="Withdraw an invitation",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="The link gives nothing any more.")},
    )
    def delete(self, request: Request, workspace_id: str, invitation_id: str) -> Response:
        joining.revoke_invitation(
            by=self.actor, invitation=self._invitation(workspace_id, invitation_id)
        )
        return Response(status=204)


class AcceptView(ApiView):
    @extend_schema(
        operation_id="invitations_accept",
        summary="Accept an invitation",
        description="As the person who is signed in; not with a token.",
        tags=TAGS,
        request=s.Acceptance,
        responses={
            201: s.MemberBody,
            (410, PROBLEM): OpenApiResponse(ProblemBody, description="Used, withdrawn or expired."),
        },
    )
    def post(self, request: Request) -> Response:
        secret = self.read(s.Acceptance)["secret"]
        if self.actor.token is not None:
            raise ApiError(403, "session-only", "A token cannot join a workspace; sign in.")
        member = joining.accept(secret=secret, user=user_of(request), route=self.actor.route)
        return Response(member_body(member), status=201)


def _accounts(workspace_id: str) -> QuerySet[Membership]:
    now = timezone.now()
    valid = Q(user__tokens__revoked_at=None, user__tokens__expires_at__gt=now)
    return (
        Membership.objects.filter(workspace_id=workspace_id, user__service_of_id=workspace_id)
        .select_related("user")
        .annotate(
            valid_tokens=Count("user__tokens", filter=valid & Q(user__tokens__isnull=False)),
            used_at=Max("user__tokens__last_used_at"),
        )
    )


def account_body(member: Any) -> dict[str, Any]:
    return {
        "id": member.user_id,
        "name": member.user.name,
        "role": member.role,
        "created_at": member.created_at,
        "tokens": getattr(member, "valid_tokens", 0),
        "last_used_at": getattr(member, "used_at", None),
    }


class AccountsView(ApiView):
    scopes = {"GET": Scope.MEMBERS_ADMIN, "POST": Scope.MEMBERS_ADMIN}
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="service_accounts_list",
        summary="Service accounts of a workspace",
        tags=TAGS,
        request=None,
        responses={200: s.AccountList},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        rows = _accounts(workspace_id)
        return page(
            request,
            rows,
            self.query,
            lambda found: [account_body(one) for one in found],
            order="created_at",
        )

    @extend_schema(
        operation_id="service_accounts_create",
        summary="Make a service account",
        description="For programs: it outlives every person and acts by tokens of its own.",
        tags=TAGS,
        request=s.NewAccount,
        responses={201: s.AccountBody},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        member = joining.create_account(
            by=self.actor, workspace_id=workspace_id, **self.read(s.NewAccount)
        )
        location = reverse("service-account", args=[workspace_id, member.user_id])
        return Response(account_body(member), status=201, headers={"Location": location})


class _OneAccountView(ApiView):
    def account(self, workspace_id: str, account_id: str) -> Membership:
        self.actor.require(workspace_id, Role.OWNER)
        return get_object_or_404(_accounts(workspace_id), user_id=account_id)


class AccountView(_OneAccountView):
    scopes = {
        "GET": Scope.MEMBERS_ADMIN,
        "PATCH": Scope.MEMBERS_ADMIN,
        "DELETE": Scope.MEMBERS_ADMIN,
    }

    @extend_schema(
        operation_id="service_accounts_get",
        summary="One service account",
        tags=TAGS,
        request=None,
        responses={200: s.AccountBody},
    )
    def get(self, request: Request, workspace_id: str, account_id: str) -> Response:
        return Response(account_body(self.account(workspace_id, account_id)))

    @extend_schema(
        operation_id="service_accounts_change",
        summary="Change a service account",
        tags=TAGS,
        request=s.AccountChange,
        responses={200: s.AccountBody},
    )
    def patch(self, request: Request, workspace_id: str, account_id: str) -> Response:
        member = self.account(workspace_id, account_id)
        asked = self.read(s.AccountChange)
        return Response(account_body(joining.change_account(by=self.actor, member=member, **asked)))

    @extend_schema(
        operation_id="service_accounts_delete",
        summary="End a service account",
        description="Its tokens end with it.",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="Gone.")},
    )
    def delete(self, request: Request, workspace_id: str, account_id: str) -> Response:
        joining.delete_account(by=self.actor, member=self.account(workspace_id, account_id))
        return Response(status=204)


class AccountTokensView(_OneAccountView):
    scopes = {"GET": Scope.TOKENS_ADMIN, "POST": Scope.TOKENS_ADMIN}
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="service_account_tokens_list",
        summary="Tokens of a service account",
        tags=TAGS,
        request=None,
        responses={200: s.TokenList},
    )
    def get(self, request: Request, workspace_id: str, account_id: str) -> Response:
        member = self.account(workspace_id, account_id)
        rows = ApiToken.objects.filter(user_id=member.user_id, revoked_at=None)
        return page(
            request,
            rows.select_related("user"),
            self.query,
            lambda found: [token_body(one) for one in found],
        )

    @extend_schema(
        operation_id="service_account_tokens_create",
        summary="Make a token of a service account",
        description="The answer holds the secret, once. Revoked like any token.",
        tags=TAGS,
        request=s.NewAccountToken,
        responses={201: s.NewTokenBody},
    )
    def post(self, request: Request, workspace_id: str, account_id: str) -> Response:
        member = self.account(workspace_id, account_id)
        token, secret = actions.create_token(
            by=self.actor,
            workspace_id=workspace_id,
            account=member,
            **self.read(s.NewAccountToken),
        )
        return Response({**token_body(token), "token": secret}, status=201)
