"""Becoming a member: invitations by link, and service accounts."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.utils import timezone

from designer.api.problems import ApiError

from . import audit
from .access import Actor
from .models import ApiToken, Invitation, Membership, Role, User, Workspace, digest

INVITATION_LIFE = timedelta(days=7)
MAX_INVITATION_LIFE = timedelta(days=30)
MAX_OPEN_INVITATIONS = 200
MAX_ACCOUNTS = 100
#: Addresses of service accounts; RFC 2606 keeps .invalid from ever being anybody's.
SERVICE_DOMAIN = "service.invalid"


@transaction.atomic
def invite(
    *,
    by: Actor,
    workspace_id: str,
    role: str,
    email: str = "",
    expires_at: datetime | None = None,
) -> tuple[Invitation, str]:
    """Return a new invitation and the secret of its link, which is not kept.

    Nothing is looked up: whether somebody has an account here is not the inviter's to know.

    Raises:
        ApiError: 409 with too many open ones, or for a member of this workspace.
    """
    email = email.strip().lower()
    now = timezone.now()
    if email and Membership.objects.filter(workspace_id=workspace_id, user__email=email).exists():
        raise ApiError(409, "already-a-member", f"{email} is a member of this workspace.")
    waiting = Invitation.objects.filter(
        workspace_id=workspace_id, accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    if waiting.count() >= MAX_OPEN_INVITATIONS:
        raise ApiError(
            409, "too-many", f"{MAX_OPEN_INVITATIONS} invitations are open; revoke some first."
        )
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        workspace_id=workspace_id,
        role=role,
        email=email,
        digest=digest(secret),
        created_by=by.user,
        expires_at=expires_at or now + INVITATION_LIFE,
    )
    audit.record(
        by,
        action="invitation.create",
        object_id=invitation.pk,
        workspace_id=workspace_id,
        after=role,
        note=email,
    )
    return invitation, secret


@transaction.atomic
def revoke_invitation(*, by: Actor, invitation: Invitation) -> None:
    """Make a link worthless from now on.

    Raises:
        ApiError: 409 when it was accepted.
    """
    gone = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not gone:
        invitation.refresh_from_db(fields=["accepted_at"])
        if invitation.accepted_at is not None:
            raise ApiError(
                409, "already-accepted", "The invitation was accepted; remove the member instead."
            )
        return
    audit.record(
        by,
        action="invitation.revoke",
        object_id=invitation.pk,
        workspace_id=invitation.workspace_id,
    )


def find_open(secret: str) -> Invitation | None:
    """Return the invitation of a link that can still be accepted."""
    return (
        Invitation.objects.select_related("workspace", "created_by")
        .filter(
            digest=digest(secret),
            accepted_at=None,
            revoked_at=None,
            expires_at__gt=timezone.now(),
        )
        .first()
    )


def _spent() -> NoReturn:
    raise ApiError(
        410, "invitation-spent", "This invitation was used, withdrawn or has expired. Ask anew."
    )


@transaction.atomic
def accept(*, secret: str, user: User, route: str) -> Membership:
    """Return the membership that an invitation gives; a member of the workspace stays as they are.

    Raises:
        ApiError: 410 when the link gives nothing any more; 403 when it is for another address.
    """
    invitation = find_open(secret)
    if invitation is None:
        _spent()
    if invitation.email and invitation.email != user.email:
        raise ApiError(
            403, "other-address", "This invitation is for another address; sign in with that one."
        )
    # One after another for one person: of several links at once the first one counts.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    present = Membership.objects.filter(workspace=invitation.workspace, user=user).first()
    if present is not None:
        return present
    # Claimed by a conditional update: of two who click at once, one joins.
    claimed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    ).update(accepted_at=timezone.now(), accepted_by=user)
    if not claimed:
        _spent()
    member = Membership.objects.create(
        workspace=invitation.workspace, user=user, role=invitation.role
    )
    actor = Actor(user=user, roles={invitation.workspace_id: Role(member.role)}, route=route)
    audit.record(
        actor,
        action="invitation.accept",
        object_id=invitation.pk,
        workspace_id=invitation.workspace_id,
        after=member.role,
    )
    return member


@transaction.atomic
def accept_as_new(*, secret: str, email: str, name: str, route: str) -> User | None:
    """Return a new person who accepted an invitation, or None when the address is taken.

    Raises:
        ApiError: 410 when the link gives nothing any more; 403 when it is for another address.
    """
    email = email.strip().lower()
    if email.endswith("@" + SERVICE_DOMAIN):
        return None
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name.strip())
    except IntegrityError:
        return None
    accept(secret=secret, user=user, route=route)
    return user


@transaction.atomic
def create_account(*, by: Actor, workspace_id: str, name: str, role: str) -> Membership:
    """Return the membership of a new service account.

    Raises:
        ApiError: 409 with too many of them.
    """
    if User.objects.filter(service_of_id=workspace_id).count() >= MAX_ACCOUNTS:
        raise ApiError(409, "too-many", f"A workspace has at most {MAX_ACCOUNTS} service accounts.")
    address = f"{secrets.token_hex(10)}@{SERVICE_DOMAIN}"
    user = User.objects.create_user(address, name)
    User.objects.filter(pk=user.pk).update(service_of=Workspace.objects.get(pk=workspace_id))
    member = Membership.objects.create(workspace_id=workspace_id, user=user, role=role)
    audit.record(
        by, action="account.create", object_id=user.pk, workspace_id=workspace_id, after=role
    )
    return member


@transaction.atomic
def change_account(
    *, by: Actor, member: Membership, name: str | None = None, role: str | None = None
) -> Membership:
    """Return the account with another name or role; its tokens follow the role."""
    before = member.role
    if name is not None:
        member.user.name = name
        member.user.save(update_fields=["name"])
    if role is not None:
        member.role = role
        member.save(update_fields=["role"])
    audit.record(
        by,
        action="account.change",
        object_id=member.user_id,
        workspace_id=member.workspace_id,
        before=before,
        after=member.role,
    )
    return member


@transaction.atomic
def delete_account(*, by: Actor, member: Membership) -> None:
    """End a service account and its tokens; what it did keeps its id in the audit log."""
    now = timezone.now()
    ApiToken.objects.filter(user_id=member.user_id, revoked_at=None).update(revoked_at=now)
    User.objects.filter(pk=member.user_id).update(is_active=False)
    member.delete()
    audit.record(
        by,
        action="account.delete",
        object_id=member.user_id,
        workspace_id=member.workspace_id,
        before=member.role,
    )
