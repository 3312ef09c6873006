"""Who holds a row: one worker at a time, by a lease and the number of its attempt.

Each step is one conditional update, so it happens once or not at all. Whoever lost the lease may go
on computing, but can no longer write: every update names the attempt it belongs to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from estimator.models import Leased, Status

Row = TypeVar("Row", bound=Leased)


def lease_until() -> datetime:
    """Return when a lease that is given now runs out."""
    return timezone.now() + timedelta(seconds=settings.LEASE_S)


def claimable() -> Q:
    """Return the condition under which a worker may take a row.

    On the row alone, so that a database judges it anew under the lock of the row.
    """
    abandoned = Q(status=Status.RUNNING, lease_until__lt=timezone.now())
    return (Q(status=Status.QUEUED) | abandoned) & Q(attempt__lt=settings.MAX_ATTEMPTS)


@transaction.atomic
def claim(model: type[Row], pk: Any, **also: Any) -> Row | None:
    """Return the row, now held by the caller under a fresh attempt number, or None."""
    rows = model._default_manager
    taken = rows.filter(claimable(), pk=pk).update(
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        progress=0.0,
        lease_until=lease_until(),
        **also,
    )
    # The row stays locked until this transaction ends, so the number read is the one just given.
    return rows.get(pk=pk) if taken else None


def held(row: Row) -> QuerySet[Row]:
    """Return the row, as long as it is held as it was taken."""
    rows = type(row)._default_manager
    return rows.filter(pk=row.pk, attempt=row.attempt, status=Status.RUNNING)


def renew(row: Leased, progress: float | None = None) -> bool:
    """Keep the lease; return False when the row was cancelled or is somebody else's by now."""
    changes: dict[str, Any] = {"lease_until": lease_until()}
    if progress is not None:
        changes["progress"] = min(max(progress, 0.0), 1.0)
    return bool(held(row).update(**changes))
