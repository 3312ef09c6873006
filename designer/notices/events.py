"""What is told to whom: the audit log is listened to, so nothing that is recorded can be forgotten.

To tell of more, add the action here; whoever writes the action need not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from designer.accounts.models import AuditEntry, Membership, Role, User
from designer.designs.models import Design, Remark, Revision

from . import actions, proposals


@dataclass(frozen=True)
class Told:
    """Something that happened, for people.

    Attributes:
        title: One line.
        path: Where it leads.
        people: Ids of those it concerns; whoever did it is left out.
    """

    title: str
    path: str = ""
    people: Iterable[str] = ()


def _who(entry: AuditEntry) -> str:
    user = User.objects.filter(pk=entry.user_id).first() if entry.user_id else None
    return user.name if user else "Somebody"


def _owners(workspace_id: str) -> list[str]:
    rows = Membership.objects.filter(workspace_id=workspace_id, role=Role.OWNER)
    return list(rows.filter(user__service_of=None).values_list("user_id", flat=True))


def involved(design: Design) -> set[str]:
    """Return the members who drew a design, kept a state of it, shared it or spoke about it."""
    found = {design.updated_by_id}
    found |= set(Revision.objects.filter(design=design).values_list("author_id", flat=True))
    found |= set(Remark.objects.filter(design=design).values_list("author_id", flat=True))
    found |= set(design.share_links.values_list("created_by_id", flat=True))
    rows = Membership.objects.filter(workspace_id=design.workspace_id, user__service_of=None)
    return set(rows.filter(user_id__in=found - {None}).values_list("user_id", flat=True))


def _joined(entry: AuditEntry) -> Told:
    return Told(
        f"{_who(entry)} joined as {entry.after_hash}", "/settings", _owners(entry.workspace_id)
    )


def _remark(entry: AuditEntry) -> Told:
    remark = Remark.objects.select_related("design").get(pk=entry.object_id)
    title = f"{remark.author_name} commented on {remark.design.name}"
    return Told(title, f"/d/{remark.design_id}", involved(remark.design))


def _revision(entry: AuditEntry) -> Told:
    revision = Revision.objects.select_related("design").get(pk=entry.object_id)
    title = f"{_who(entry)} kept revision {revision.number} of {revision.design.name}"
    return Told(title, f"/d/{revision.design_id}", involved(revision.design))


def _trashed(entry: AuditEntry) -> Told:
    design = Design.objects.get(pk=entry.object_id)
    return Told(f"{_who(entry)} put {design.name} into the trash", "/", involved(design))


def _silent(entry: AuditEntry) -> Told:
    return Told("")


def _proposed(entry: AuditEntry) -> Told:
    title, path, people = proposals.HEARD[entry.action][1](entry, _who(entry))
    return Told(title, path, people)


#: Action of the audit log -> name of the event, and what people are told of it.
HEARD: dict[str, tuple[str, Callable[[AuditEntry], Told]]] = {
    "invitation.accept": ("member.joined", _joined),
    "remark.create": ("comment.created", _remark),
    "revision.create": ("design.revision.created", _revision),
    "design.create": ("design.created", _silent),
    "design.trash": ("design.trashed", _trashed),
    "design.restore": ("design.restored", _silent),
    "share.create": ("share.created", _silent),
    "share.revoke": ("share.revoked", _silent),
    **{action: (event, _proposed) for action, (event, _) in proposals.HEARD.items()},
}
#: Events that no write of a person makes.
OTHERS = ("estimate.completed", "estimate.failed", "webhook.test")


def names() -> list[str]:
    """Return every event that a webhook may listen to."""
    return sorted({event for event, _ in HEARD.values()} | set(OTHERS))


def heard(entry: AuditEntry) -> None:
    """Tell of a write, within its transaction."""
    known = HEARD.get(entry.action)
    if known is None or not entry.workspace_id:
        return
    event, describe = known
    told = describe(entry)
    actions.tell(
        workspace_id=entry.workspace_id,
        event=event,
        data={
            "object": entry.object_id,
            "actor": entry.user_id or None,
            "title": told.title or None,
            "path": told.path or None,
        },
        title=told.title,
        path=told.path,
        people=set(told.people) - {entry.user_id},
    )
