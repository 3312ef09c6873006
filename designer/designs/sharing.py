"""Links that show a design to whoever holds them, and what is said through them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from designer.accounts import audit
from designer.accounts.access import Actor
from designer.accounts.models import digest
from designer.api.problems import ApiError

from .models import Design, Remark, ShareLink, ShareRole

MAX_LINKS = 100
MAX_REMARKS = 1000
TOUCH_EVERY = timedelta(minutes=1)  # How exact last_used_at is; not a write per request.


@transaction.atomic
def create_link(
    *,
    by: Actor,
    design: Design,
    role: str,
    name: str = "",
    expires_at: datetime | None = None,
    embed_origins: list[str] | None = None,
) -> tuple[ShareLink, str]:
    """Return a new link and its secret, which is not kept.

    Raises:
        ApiError: 409 with too many links in force.
    """
    if ShareLink.objects.filter(design=design, revoked_at=None).count() >= MAX_LINKS:
        raise ApiError(409, "too-many", f"A design has at most {MAX_LINKS} links; revoke some.")
    secret = secrets.token_urlsafe(32)
    link = ShareLink.objects.create(
        design=design,
        role=role,
        name=name,
        hint=secret[:6],
        digest=digest(secret),
        embed_origins=embed_origins or [],
        created_by=by.user,
        expires_at=expires_at,
    )
    audit.record(
        by, action="share.create", object_id=link.pk, workspace_id=design.workspace_id, after=role
    )
    return link, secret


@transaction.atomic
def change_link(*, by: Actor, link: ShareLink, **changes: Any) -> ShareLink:
    """Return the link with another name, role, end or list of origins."""
    before = link.role
    for name, value in changes.items():
        setattr(link, name, value)
    if changes:
        link.save(update_fields=list(changes))
        audit.record(
            by,
            action="share.change",
            object_id=link.pk,
            workspace_id=link.design.workspace_id,
            before=before,
            after=link.role,
            note=", ".join(sorted(changes)),
        )
    return link


@transaction.atomic
def revoke_link(*, by: Actor, link: ShareLink) -> None:
    """Make a link worthless from the next request on; nothing that it showed is cached."""
    if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record(
            by, action="share.revoke", object_id=link.pk, workspace_id=link.design.workspace_id
        )


def find_link(secret: str) -> ShareLink:
    """Return the link that a secret opens.

    Raises:
        Http404: There never was such a link.
        ApiError: 410, it was revoked, has expired, or its design is in the trash.
    """
    link = get_object_or_404(ShareLink.objects.select_related("design"), digest=digest(secret))
    now = timezone.now()
    over = link.expires_at is not None and link.expires_at <= now
    if link.revoked_at is not None or over or link.design.deleted_at is not None:
        raise ApiError(410, "link-gone", "This link was revoked or has expired. Ask for a new one.")
    if link.last_used_at is None or link.last_used_at < now - TOUCH_EVERY:
        ShareLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link


@transaction.atomic
def remark(
    *,
    design: Design,
    text: str,
    node: str = "",
    by: Actor | None = None,
    link: ShareLink | None = None,
    name: str = "",
) -> Remark:
    """Return what a member, or the holder of a link, said about a design.

    Raises:
        ApiError: 403 through a link that only shows; 422 about a node that is not there; 409 when
            there are too many.
    """
    if link is not None and link.role != ShareRole.COMMENT:
        raise ApiError(403, "link-only-shows", "This link shows the design; it takes no comments.")
    if node and all(one["id"] != node for one in design.document["model"]["nodes"]):
        raise ApiError(422, "no-such-node", f"The design has no node {node!r}; it may be deleted.")
    if Remark.objects.filter(design=design).count() >= MAX_REMARKS:
        raise ApiError(409, "too-many", f"A design takes {MAX_REMARKS} comments.")
    made = Remark.objects.create(
        design=design,
        link=link,
        author=by.user if by else None,
        author_name=by.user.name if by else name,
        node=node,
        text=text,
    )
    audit.record(
        by,
        action="remark.create",
        object_id=made.pk,
        workspace_id=design.workspace_id,
        note=f"through the link {link.pk}" if link else "",
        route="POST /api/v1/shared/<secret>/remarks",
    )
    return made
