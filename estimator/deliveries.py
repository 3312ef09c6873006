"""Delivering mails and webhooks, on the workers; what is delivered is known to designer.notices."""

from __future__ import annotations

import logging

from designer.notices import actions

from .celery import app

log = logging.getLogger(__name__)


def ring(delivery_id: str) -> None:
    """Tell the workers of a delivery; if that fails, the sweeper tells them later."""
    try:
        deliver.apply_async(args=[delivery_id], retry=False)
    except Exception:
        log.warning("cannot ring for %s; the sweeper will", delivery_id, exc_info=True)


@app.task(name="estimator.deliveries.deliver")  # type: ignore[untyped-decorator]
def deliver(delivery_id: str) -> None:
    """Make one attempt, if it is due."""
    actions.deliver(delivery_id)
