"""What a caller over HTTP gets when things go wrong: a status for each cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a front door does not answer with what was asked for."""

    TOO_LARGE = "too large"  # the request is over the payload limit
    THROTTLED = "throttled"  # over a throttle or a quota of the front door itself
    DENIED = "denied"  # the authorizer says no
    NOT_CHECKED = "not checked"  # the authorizer was throttled or failed
    NO_CAPACITY = "no capacity"  # the function behind it was throttled
    REFUSED = "refused"  # another service behind it was throttled
    FAILED = "failed"  # the function ended with an error or at its timeout
    TIMEOUT = "timeout"  # the answer came later than the front door waits


@dataclass(frozen=True)
class Status:
    """An HTTP status and what it means here.

    Attributes:
        assumed: AWS does not document it for this kind of front door.
    """

    code: int
    why: str
    assumed: bool = False


Statuses = dict[Cause, Status]
