"""Every write to designs and revisions: atomic, audited, and never on top of unseen work."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.shortcuts import get_object_or_404
from django.utils import timezone

from designer import document as documents
from designer.accounts import audit
from designer.accounts.access import Actor
from designer.api.problems import ApiError
from designer.document import Design as Document

from .cards import card
from .models import Design, DraftVersion, Revision

#: How many saved-over drafts are kept: someone who typed on while others saved so often merges by
#: hand.
KEPT_DRAFTS = 30


def model_key(document: Document) -> str:
    """Return the hash of what an estimate reads, in the order in which it stands.

    The model hash is blind to the order of nodes; a report's pointers (``/model/nodes/3/…``) are
    not. Reports are therefore found again by this key.
    """
    model = documents.dump(document)["model"]
    return hashlib.sha256(json.dumps(model, sort_keys=True).encode()).hexdigest()


def _columns(document: Document) -> dict[str, Any]:
    """Return what a row keeps of a document."""
    return {
        "name": document.name,
        "description": document.description,
        "document": documents.dump(document),
        "model_hash": documents.design_hash(document),
        "model_key": model_key(document),
        "node_count": len(document.model.nodes),
        "card": card(document),
    }


def content_hash(document: dict[str, Any]) -> str:
    """Return the hash of a whole document, layout included."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def create_design(
    *, by: Actor | None, workspace_id: str, document: Document, **more: Any
) -> Design:
    """Return a new design with its first draft."""
    design = Design.objects.create(
        workspace_id=workspace_id,
        updated_by=by.user if by else None,
        **_columns(document),
        **more,
    )
    audit.record(
        by,
        action="design.create",
        object_id=design.pk,
        workspace_id=workspace_id,
        after=design.model_hash,
    )
    return design


def draft_of(design: Design, version: int) -> dict[str, Any] | None:
    """Return the draft that had a version, if it is the present one or still kept."""
    if version == design.version:
        return dict(design.document)
    kept = DraftVersion.objects.filter(design=design, version=version).first()
    return kept.document if kept else None


def base_draft(design: Design, etag: str) -> Document:
    """Return the draft of a tag.

    Raises:
        ApiError: 409 when it is too old to be kept.
    """
    version = etag.strip().removeprefix("W/").strip('"')
    kept = draft_of(design, int(version)) if version.isdecimal() and len(version) < 10 else None
    if kept is None:
        raise ApiError(
            409,
            "base-gone",
            f"The draft {etag[:40]} is not kept any more; send base_document instead.",
        )
    return documents.load(kept)


def _keep_draft(design: Design) -> None:
    """Keep the draft that is about to be saved over, and the few before it."""
    DraftVersion.objects.get_or_create(
        design=design, version=design.version, defaults={"document": design.document}
    )
    oldest = design.version - KEPT_DRAFTS
    DraftVersion.objects.filter(design=design, version__lte=oldest).delete()


def _refuse_stale(design_id: str, version: int, *, whole: bool = False) -> NoReturn:
    """Say who was faster and with which version; on request also what a merge needs.

    Raises:
        ApiError: 412. `base_document` is the draft that the caller started from, null when it is
            too old to be kept; `current_document` is the one that stands now.
    """
    rows = Design.objects.select_related("updated_by").filter(pk=design_id, deleted_at=None)
    current = get_object_or_404(rows if whole else rows.defer("document"))
    who = current.updated_by.name if current.updated_by else "somebody"
    more: dict[str, Any] = {}
    if whole:
        more = {
            "base_etag": f'"{version}"',
            "base_document": draft_of(current, version),
            "current_document": current.document,
        }
    raise ApiError(
        412,
        "changed-meanwhile",
        f"{who} changed this design at {current.updated_at:%Y-%m-%d %H:%M:%S} UTC. "
        "Load it again, join both, or keep your version as a copy.",
        title="The design was changed meanwhile",
        headers={"ETag": current.etag},
        current_etag=current.etag,
        updated_at=current.updated_at.isoformat().replace("+00:00", "Z"),
        updated_by=current.updated_by.name if current.updated_by else None,
        **more,
    )


@transaction.atomic
def save_draft(
    *, by: Actor | None, design: Design, document: Document, version: int, allow_empty: bool = False
) -> Design:
    """Return the design with a new draft, if nobody changed it since the version given.

    Saving the draft it already holds is no change: the same version is answered, so that a repeated
    request does no harm.

    Raises:
        ApiError: 412 when it was changed since; 409 when nothing would replace something.
    """
    columns = _columns(document)
    if design.version != version:
        _refuse_stale(design.pk, version, whole=True)
    if design.node_count and not columns["node_count"] and not allow_empty:
        raise ApiError(
            409,
            "would-erase",
            f"This would replace {design.node_count} nodes by none. If that is meant, repeat it "
            "with allow_empty=true.",
            title="An empty document does not replace a drawing",
        )
    if columns["document"] == design.document:
        return design
    if design.node_count and not columns["node_count"] and by is not None:
        create_revision(by=by, design=design, note="Before the drawing was emptied")
    now = timezone.now()
    # The condition is the lock: of two writers with the same tag, the database lets one through.
    written = Design.objects.filter(pk=design.pk, version=version, deleted_at=None).update(
        **columns, version=F("version") + 1, updated_at=now, updated_by=by.user if by else None
    )
    if not written:
        _refuse_stale(design.pk, version, whole=True)
    _keep_draft(design)
    audit.record(
        by,
        action="design.save",
        object_id=design.pk,
        workspace_id=design.workspace_id,
        before=design.model_hash,
        after=columns["model_hash"],
    )
    for name, value in columns.items():
        setattr(design, name, value)
    design.version, design.updated_at = version + 1, now
    design.updated_by = by.user if by else None
    return design


@transaction.atomic
def trash_design(*, by: Actor, design: Design, version: int) -> None:
    """Put a design into the trash, where it stays for TRASH_DAYS.

    Raises:
        ApiError: 412 when it was changed since the version given.
    """
    gone = Design.objects.filter(pk=design.pk, version=version, deleted_at=None).update(
        deleted_at=timezone.now()
    )
    if not gone:
        _refuse_stale(design.pk, version)
    audit.record(
        by,
        action="design.trash",
        object_id=design.pk,
        workspace_id=design.workspace_id,
        before=design.model_hash,
    )


@transaction.atomic
def restore_design(*, by: Actor, design: Design) -> Design:
    """Take a design out of the trash; one that is not in it is answered as it is."""
    if Design.objects.filter(pk=design.pk, deleted_at__isnull=False).update(deleted_at=None):
        audit.record(
            by,
            action="design.restore",
            object_id=design.pk,
            workspace_id=design.workspace_id,
            after=design.model_hash,
        )
    design.deleted_at = None
    return design


def copy_design(*, by: Actor, design: Design, name: str | None = None) -> Design:
    """Return a copy in the same workspace, no longer an example."""
    copied = {**design.document, "name": name or f"{design.name[:112]} (copy)"}
    return create_design(by=by, workspace_id=design.workspace_id, document=documents.load(copied))


@transaction.atomic
def create_revision(
    *, by: Actor, design: Design, note: str, restored_from: Revision | None = None
) -> Revision:
    """Keep the draft as it is now, for ever, with a note."""
    # Locked, so that the number and the document belong together.
    locked = Design.objects.select_for_update().get(pk=design.pk)
    last = Revision.objects.filter(design=locked).aggregate(last=Max("number"))["last"] or 0
    revision = Revision.objects.create(
        design=locked,
        number=last + 1,
        note=note,
        author=by.user,
        document=locked.document,
        model_hash=locked.model_hash,
        restored_from=restored_from,
    )
    audit.record(
        by,
        action="revision.create",
        object_id=revision.pk,
        workspace_id=locked.workspace_id,
        after=locked.model_hash,
    )
    return revision


@transaction.atomic
def restore_revision(*, by: Actor, revision: Revision, design: Design, version: int) -> Revision:
    """Return a new revision that is the old one again; the draft becomes it too.

    A draft that no revision holds is kept as one first, so restoring loses nothing.

    Raises:
        ApiError: 412 when the design was changed since the version given.
    """
    if design.version != version:
        _refuse_stale(design.pk, version)
    last = Revision.objects.filter(design=design).order_by("-number").first()
    if design.node_count and (last is None or last.document != design.document):
        create_revision(by=by, design=design, note=f"Before restoring revision {revision.number}")
    document = documents.load(revision.document)
    save_draft(by=by, design=design, document=document, version=version, allow_empty=True)
    note = f"Revision {revision.number} again"
    if revision.note:
        note = f"{note}: {revision.note}"[:500]
    return create_revision(by=by, design=design, note=note, restored_from=revision)


@transaction.atomic
def put_example(*, workspace_id: str, key: str, document: Document) -> tuple[Design, bool]:
    """Return the example design of a workspace and whether it was created or brought up to date.

    One that somebody changed or threw away is theirs and stays as it is.
    """
    shipped = content_hash(documents.dump(document))
    design = Design.objects.filter(workspace_id=workspace_id, example_key=key).first()
    if design is None:
        design = create_design(
            by=None,
            workspace_id=workspace_id,
            document=document,
            is_example=True,
            example_key=key,
            example_hash=shipped,
        )
        return design, True
    touched = content_hash(design.document) != design.example_hash
    if touched or design.deleted_at or design.example_hash == shipped:
        return design, False
    design = save_draft(
        by=None, design=design, document=document, version=design.version, allow_empty=True
    )
    Design.objects.filter(pk=design.pk).update(example_hash=shipped)
    return design, True


def purge_trash() -> int:
    """Delete for good what lay in the trash for TRASH_DAYS; return how many.

    Examples are kept there, or the next start would bring them back.
    """
    limit = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    doomed = Design.objects.filter(deleted_at__lt=limit, is_example=False)
    with transaction.atomic():
        rows = list(doomed.values_list("pk", "workspace_id", "model_hash"))
        for pk, workspace_id, model_hash in rows:
            audit.record(
                None,
                action="design.purge",
                object_id=pk,
                workspace_id=workspace_id,
                before=model_hash,
            )
        Design.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return len(rows)
