"""For load balancers: does the process answer, and can it do its work. Tells strangers no more."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from estimator.prices import book, regions

from .celery import app

log = logging.getLogger(__name__)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user LIMIT 1")


def _broker() -> None:
    if settings.REDIS_URL:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2, interval_start=0)
            broker.default_channel.client.ping()
        return
    folder = app.conf.broker_transport_options["data_folder_out"]
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(folder)


def _prices() -> None:
    for region in regions():
        book(region)


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "prices": _prices,
}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that a request or a run needs is there."""
    found = {}
    for name, check in CHECKS.items():
        try:
            check()
            found[name] = "ok"
        except Exception:  # Whatever it is, the answer is the same; the log has the reason.
            log.warning("not ready: %s", name, exc_info=True)
            found[name] = "failing"
    ready = all(state == "ok" for state in found.values())
    return JsonResponse(
        {"status": "ok" if ready else "failing", "checks": found}, status=200 if ready else 503
    )


urlpatterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
