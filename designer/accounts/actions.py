"""Every write to people, workspaces, tokens and sign-in links."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from designer.api.problems import ApiError

from . import audit
from .access import Actor
from .authentication import PREFIX
from .models import (
    ApiToken,
    Invitation,
    LoginLink,
    Membership,
    Role,
    Scope,
    User,
    Workspace,
    digest,
)

LINK_LIFE = timedelta(minutes=15)
LOCAL_LINK_LIFE = timedelta(days=1)
MAX_TOKEN_LIFE = timedelta(days=366)

#: The role that a scope is worth nothing without.
SCOPE_ROLES = {
    Scope.DESIGNS_READ: Role.VIEWER,
    Scope.DESIGNS_WRITE: Role.EDITOR,
    Scope.ESTIMATES_RUN: Role.VIEWER,  # Previews; stored runs ask for the editor's role as well.
    Scope.EXPORTS_READ: Role.VIEWER,
    Scope.TOKENS_ADMIN: Role.VIEWER,
    Scope.MEMBERS_ADMIN: Role.OWNER,
    Scope.AUDIT_READ: Role.OWNER,
    Scope.SHARES_ADMIN: Role.EDITOR,
    Scope.REVIEWS_WRITE: Role.COMMENTER,
    Scope.WEBHOOKS_ADMIN: Role.OWNER,
}


@transaction.atomic
def ensure_owner(*, email: str = "") -> User:
    """Return the person who owns the first workspace, made when missing."""
    email = (email or settings.OWNER_EMAIL).strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name="Owner")
        audit.record(None, action="user.create", object_id=user.pk)
    if not Membership.objects.filter(user=user).exists():
        workspace = Workspace.objects.create(name="Workspace")
        Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
        audit.record(
            None, action="workspace.create", object_id=workspace.pk, workspace_id=workspace.pk
        )
    return user


def default_workspace(*, owner: User) -> Workspace:
    """Return the first workspace a person owns."""
    return (
        Workspace.objects.filter(memberships__user=owner, memberships__role=Role.OWNER)
        .order_by("created_at", "pk")
        .first()
    ) or _own_workspace(owner)


def _own_workspace(owner: User) -> Workspace:
    workspace = Workspace.objects.create(name=f"{owner.name}'s workspace")
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    return workspace


def make_login_link(*, user: User, life: timedelta = LINK_LIFE) -> str:
    """Return the secret of a link that signs a person in once."""
    secret = secrets.token_urlsafe(32)
    LoginLink.objects.create(user=user, digest=digest(secret), expires_at=timezone.now() + life)
    return secret


@transaction.atomic
def use_login_link(*, secret: str) -> User | None:
    """Burn a link and return whom it signs in, or None when it is used, expired or unknown."""
    now = timezone.now()
    link = LoginLink.objects.filter(digest=digest(secret)).select_related("user").first()
    # Claimed by a conditional update: of two clicks at once, one wins.
    burnt = LoginLink.objects.filter(
        digest=digest(secret), used_at=None, expires_at__gt=now
    ).update(used_at=now)
    if not burnt or link is None or not link.user.is_active:
        return None
    return link.user


@transaction.atomic
def create_token(
    *,
    by: Actor,
    workspace_id: str,
    name: str,
    scopes: list[str],
    expires_at: datetime,
    account: Membership | None = None,
) -> tuple[ApiToken, str]:
    """Return a new token and its secret, which is not kept.

    It is the token of the person who asks, or of a service account.

    Raises:
        ApiError: 403 for a scope beyond the person's role, or beyond the token that asks.
    """
    role = Role(account.role) if account else by.roles[workspace_id]
    whose = f"{account.user.name} has" if account else "yours is"
    for scope in scopes:
        if not role.covers(SCOPE_ROLES[Scope(scope)]):
            raise ApiError(
                403,
                "role-too-low",
                f"The scope {scope} needs the role {SCOPE_ROLES[Scope(scope)].value}; "
                f"{whose} {role.value}.",
            )
        if by.token is not None and scope not in by.token.scopes:
            raise ApiError(
                403, "scope-missing", f"A token cannot give the scope {scope}, which it lacks."
            )
    if by.token is not None:
        expires_at = min(expires_at, by.token.expires_at)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=account.user if account else by.user,
        workspace_id=workspace_id,
        name=name,
        hint=secret[:12],
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    audit.record(by, action="token.create", object_id=token.pk, workspace_id=workspace_id)
    return token, secret


@transaction.atomic
def revoke_token(*, by: Actor, token: ApiToken) -> None:
    """Make a token worthless from the next request on."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(by, action="token.revoke", object_id=token.pk, workspace_id=token.workspace_id)


def _keep_an_owner(member: Membership) -> None:
    """Refuse to take the last owner's rights away.

    Owners are locked in one order first, so that two owners who step down together do not leave
    none behind.
    """
    owners = Membership.objects.select_for_update().filter(
        workspace_id=member.workspace_id, role=Role.OWNER, user__service_of=None
    )
    left = [one for one in owners.order_by("pk") if one.pk != member.pk]
    if member.role == Role.OWNER and not left:
        raise ApiError(
            409,
            "last-owner",
            "A workspace keeps at least one owner; make somebody else owner first.",
        )


def _withdraw_invitations(member: Membership) -> None:
    """End the open links of somebody who may invite no more, or they could let themselves in."""
    Invitation.objects.filter(
        workspace_id=member.workspace_id,
        created_by_id=member.user_id,
        accepted_at=None,
        revoked_at=None,
    ).update(revoked_at=timezone.now())


@transaction.atomic
def change_role(*, by: Actor, member: Membership, role: str) -> Membership:
    """Return the membership with another role."""
    if role != Role.OWNER:
        _keep_an_owner(member)
        _withdraw_invitations(member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    audit.record(
        by,
        action="member.role",
        object_id=member.pk,
        workspace_id=member.workspace_id,
        before=before,
        after=role,
    )
    return member


@transaction.atomic
def remove_member(*, by: Actor, member: Membership) -> None:
    """End a membership and, with it, the person's tokens for the workspace.

    The tokens of service accounts stay: they are the workspace's.
    """
    _keep_an_owner(member)
    _withdraw_invitations(member)
    ApiToken.objects.filter(
        workspace_id=member.workspace_id, user_id=member.user_id, revoked_at=None
    ).update(revoked_at=timezone.now())
    Membership.objects.filter(pk=member.pk).delete()
    audit.record(
        by,
        action="member.remove",
        object_id=member.pk,
        workspace_id=member.workspace_id,
        before=member.role,
    )


@transaction.atomic
def change_self(*, by: Actor, **changes: Any) -> User:
    """Return a person with another name, or other wishes about mail.

    Raises:
        ApiError: 403 for a token.
    """
    if by.token is not None:
        raise ApiError(403, "session-only", "A token cannot change a person; sign in to do so.")
    for name, value in changes.items():
        setattr(by.user, name, value)
    if changes:
        by.user.save(update_fields=list(changes))
        audit.record(by, action="user.change", object_id=by.user.pk)
    return by.user


@transaction.atomic
def set_password(*, by: Actor, request: HttpRequest, current: str, new: str) -> None:
    """Set a person's own password and keep this session signed in.

    Raises:
        ApiError: 403 for a token, or a wrong current password; 422 for a weak new one.
    """
    user = by.user
    if by.token is not None:
        raise ApiError(403, "session-only", "A token cannot set a password; sign in to do so.")
    if user.has_usable_password() and not user.check_password(current):
        raise ApiError(403, "wrong-password", "The current password is not right.")
    try:
        validate_password(new, user)
    except DjangoValidationError as error:
        raise ValidationError({"new_password": error.messages}) from None
    user.set_password(new)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    audit.record(by, action="user.password", object_id=user.pk)


def purge_login_links() -> int:
    """Delete links that can no longer sign anybody in; return how many."""
    return LoginLink.objects.filter(expires_at__lt=timezone.now()).delete()[0]
