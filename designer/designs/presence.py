"""Who is at a design or one of its proposals now, and what they have selected.

One row for each open tab, renewed by the tab and forgotten when it falls silent. Rows are in the
database, so any number of processes see the same people and nothing else has to run. Streams look
again twice a second, together once for each process and place.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from designer.accounts.models import Membership, User
from designer.api.problems import ApiError

from .models import Design, Here

SILENT = timedelta(seconds=20)  # A tab tells of itself every five.
LOOK_EVERY_S = 0.4
ALIVE_EVERY_S = 3.0  # A comment, so that a lost connection is noticed and its thread is free.
STREAM_S = 300.0  # Then the browser asks again; a stream is never for ever.
MAX_STREAMS = 20  # Of one process; its other threads answer everything else.
MAX_TABS = 60  # At one design.

#: What is to be told by name of event, and who may hear it; None when the place is gone.
State = tuple[dict[str, Any], set[str]] | None
Look = Callable[[], State]

_streams = threading.BoundedSemaphore(MAX_STREAMS)


@transaction.atomic
def come(*, design: Design, user: User, tab: str, selection: list[str], place: str = "") -> None:
    """Say that somebody is here, or still here, and what they have selected.

    Args:
        place: Id of a proposal of the design, "" for the design itself.

    Raises:
        ApiError: 409 with too many tabs at one design.
    """
    now = timezone.now()
    renewed = Here.objects.filter(design=design, place=place, user=user, tab=tab).update(
        selection=selection, seen_at=now
    )
    if renewed:
        return
    Here.objects.filter(seen_at__lt=now - SILENT).delete()
    if Here.objects.filter(design=design).count() >= MAX_TABS:
        raise ApiError(409, "too-many", f"{MAX_TABS} tabs show this design; close some.")
    Here.objects.update_or_create(
        design=design,
        place=place,
        user=user,
        tab=tab,
        defaults={"selection": selection, "seen_at": now, "since": now},
    )


def leave(*, design: Design, user: User, tab: str, place: str = "") -> None:
    """Say that a tab was closed."""
    Here.objects.filter(design=design, place=place, user=user, tab=tab).delete()


def people(design_id: str, place: str = "") -> list[dict[str, Any]]:
    """Return who is here: one entry for each tab, in the order in which they came."""
    rows = (
        Here.objects.filter(design_id=design_id, place=place, seen_at__gte=timezone.now() - SILENT)
        .select_related("user")
        .order_by("since", "pk")
    )
    return [
        {
            "tab": row.tab,
            "user": {"id": row.user_id, "name": row.user.name},
            "selection": row.selection,
            "since": row.since.isoformat().replace("+00:00", "Z"),
        }
        for row in rows
    ]


class _Looks:
    """What was last seen of each place, so that many streams ask the database once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, State]] = {}

    def at(self, place: str, look: Look) -> State:
        """Return the present state of a place, None when it is gone."""
        now = time.monotonic()
        with self._lock:
            kept = self._seen.get(place)
            if kept is not None and now - kept[0] < LOOK_EVERY_S / 2:
                return kept[1]
            state = look()
            self._seen = {k: v for k, v in self._seen.items() if now - v[0] < LOOK_EVERY_S}
            self._seen[place] = (now, state)
            return state


_looks = _Looks()


def members(workspace_id: str) -> set[str]:
    """Return the ids of who may know of a workspace."""
    rows = Membership.objects.filter(workspace_id=workspace_id)
    return set(rows.values_list("user_id", flat=True))


def at_design(design_id: str) -> State:
    """Return who is at a design and which draft it has."""
    design = (
        Design.objects.filter(pk=design_id, deleted_at=None)
        .values("workspace_id", "version", "updated_by__name")
        .first()
    )
    if design is None:
        return None
    draft = {"etag": f'"{design["version"]}"', "updated_by": design["updated_by__name"]}
    return {"people": people(design_id), "draft": draft}, members(design["workspace_id"])


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _changes(place: str, look: Look, user_id: str, alive: Callable[[], bool]) -> Iterator[bytes]:
    """Yield what changes at a place until somebody may no longer know, or time is up."""
    told: dict[str, Any] = {}
    end, quiet = time.monotonic() + STREAM_S, time.monotonic()
    yield b"retry: 1000\n\n"
    while time.monotonic() < end:
        state = _looks.at(place, look)
        if state is None or user_id not in state[1] or not alive():
            yield _event("gone", {})
            return
        for name, data in state[0].items():
            if told.get(name) != data:
                told[name] = data
                quiet = time.monotonic()
                yield _event(name, data)
        if time.monotonic() - quiet >= ALIVE_EVERY_S:
            quiet = time.monotonic()
            yield b": alive\n\n"
        time.sleep(LOOK_EVERY_S)


class Stream:
    """A stream of events that holds one of the places of this process until it is closed."""

    def __init__(self, place: str, look: Look, user_id: str, alive: Callable[[], bool]) -> None:
        if not _streams.acquire(blocking=False):
            raise ApiError(
                503,
                "too-many-streams",
                "This server has no stream left; ask GET …/presence instead.",
                headers={"Retry-After": "5"},
            )
        self._held = True
        self._events = _changes(place, look, user_id, alive)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._events)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back; the server calls this however the connection ends."""
        if self._held:
            self._held = False
            _streams.release()
            if not connection.in_atomic_block:
                connection.close()
