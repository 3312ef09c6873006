"""Scenarios: options by name, kept with a design."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from designer.accounts import audit
from designer.accounts.access import Actor
from designer.api.problems import ApiError
from designer.designs.models import Design
from designer.document import Design as Document
from designer.errors import Problem
from estimator.engine.simulation import OptionsError, read_options
from estimator.models import Scenarios

from .recordings import Kept

FIRST = 1  # Version of the scenarios of a design that has none yet.


def of(design: Design) -> tuple[list[dict[str, Any]], str]:
    """Return the scenarios of a design and their entity tag."""
    row = Scenarios.objects.filter(design=design).first()
    return (row.items, f'"{row.version}"') if row else ([], f'"{FIRST}"')


def _hash(items: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()


def _read(
    items: list[dict[str, Any]], document: Document, before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the scenarios, each checked against the design.

    Raises:
        OptionsError: With pointers into the body of the request.
    """
    found, problems, kept = [], list[Problem](), Kept(lambda: before)
    for index, item in enumerate(items):
        try:
            options = read_options(kept.filled(item["options"], ""), document)
        except OptionsError as error:
            problems += [
                Problem(f"/items/{index}/options{p.pointer}", p.code, p.message, p.nearest)
                for p in error.problems
            ]
            continue
        whole = options.model_dump(mode="json", exclude_defaults=True)
        found.append({"name": item["name"], "options": {**whole, "scenario": item["name"]}})
    if problems:
        raise OptionsError(problems)
    return found


def save(
    *, by: Actor, design: Design, document: Document, items: list[dict[str, Any]], version: int
) -> tuple[list[dict[str, Any]], str]:
    """Return the new scenarios and their tag, if nobody changed them since the version given.

    Raises:
        OptionsError: One does not fit the design.
        ApiError: 412, they were changed since.
    """
    before, tag = of(design)
    if tag != f'"{version}"':
        raise _stale(tag)
    read = _read(items, document, before)
    if read == before:
        return before, tag
    try:
        with transaction.atomic():
            if not _write(design, read, version):
                raise _stale(of(design)[1])
            audit.record(
                by,
                action="scenarios.save",
                object_id=design.pk,
                workspace_id=design.workspace_id,
                before=_hash(before),
                after=_hash(read),
            )
    except IntegrityError:  # Two first writers met.
        raise _stale(of(design)[1]) from None
    return read, f'"{version + 1}"'


def _write(design: Design, items: list[dict[str, Any]], version: int) -> bool:
    now = timezone.now()
    rows = Scenarios.objects.filter(design=design)
    if version == FIRST and not rows.exists():
        Scenarios.objects.create(design=design, items=items, version=FIRST + 1, updated_at=now)
        return True
    changed = rows.filter(version=version).update(
        items=items, version=F("version") + 1, updated_at=now
    )
    return bool(changed)


def _stale(tag: str) -> ApiError:
    return ApiError(
        412,
        "changed-meanwhile",
        "Somebody changed the scenarios of this design. Load them again.",
        title="The scenarios were changed meanwhile",
        headers={"ETag": tag},
        current_etag=tag,
    )
