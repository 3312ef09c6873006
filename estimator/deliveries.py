"""Delivering mails and webhooks, on the workers; what is delivered is known to designer.notices."""

from __future__ import annotations

from designer.notices import actions

from .celery import app
from .runs import life


def ring(delivery_id: str) -> None:
    """Tell the workers of a delivery."""
    life.ring(deliver, delivery_id)


@app.task(name="estimator.deliveries.deliver")  # type: ignore[untyped-decorator]
def deliver(delivery_id: str) -> None:
    """Make one attempt, if it is due."""
    actions.deliver(delivery_id)
