"""The trail of writes."""

from __future__ import annotations

from collections.abc import Callable

from .access import Actor
from .models import AuditEntry

Listener = Callable[[AuditEntry], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call a function with each entry, within the transaction of the write."""
    if listener not in _listeners:
        _listeners.append(listener)


def record(
    by: Actor | None,
    *,
    action: str,
    object_id: str,
    workspace_id: str = "",
    before: str = "",
    after: str = "",
    note: str = "",
    route: str = "",
) -> None:
    """Add one entry; called inside the transaction of the write itself, so neither stands alone."""
    entry = AuditEntry.objects.create(
        workspace_id=workspace_id,
        user_id=by.user.pk if by else "",
        token_id=by.token.pk if by and by.token else "",
        action=action,
        route=(by.route if by else route or "command line")[:200],
        request_id=by.request_id if by else "",
        object_id=object_id,
        before_hash=before,
        after_hash=after,
        note=note,
    )
    for listener in _listeners:
        listener(entry)
