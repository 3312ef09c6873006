"""What happened to a proposal, told to whoever wants to pass it on (notices, mail, webhooks).

Listeners are called after the transaction, so they never hear of what was undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

KINDS = (
    "proposal.opened",
    "proposal.pushed",
    "proposal.withdrawn",
    "proposal.merged",
    "review.requested",
    "review.given",
    "comment.created",
    "suggestion.applied",
)


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: One of KINDS.
        workspace, design, proposal: Where; ids.
        title: Of the proposal.
        actor: Who did it; an id, or "".
        concerns: Ids of the people it is meant for: reviewers asked, people mentioned, the author.
        about: More, by kind: thread, comment, review, verdict.
    """

    kind: str
    workspace: str
    design: str
    proposal: str
    title: str
    actor: str
    concerns: tuple[str, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have a function called with every event."""
    if listener not in _listeners:
        _listeners.append(listener)


def say(event: Event) -> None:
    """Tell the listeners once the write is safe; one that fails stops neither it nor the others."""
    for listener in _listeners:
        transaction.on_commit(partial(listener, event), robust=True)
