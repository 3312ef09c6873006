"""The tasks: take an id, hold the row, compute, store. Running one twice does no harm."""

from __future__ import annotations

import logging
import os
import threading
import time
from types import TracebackType
from typing import Any

from celery.signals import worker_ready
from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connection

from designer import document as documents
from designer.errors import UserError
from estimator.engine import estimate as compute
from estimator.prices import book

from . import actions
from .celery import app
from .models import Estimate

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.25


class StoppedError(Exception):
    """The run was cancelled, or another worker has it by now."""


class Hold:
    """Holds a run while it computes: renews the lease, tells the progress, notices the loss.

    A thread renews, because the engine may be silent for longer than the lease; the progress
    callback renews as well and is where a lost run stops computing.
    """

    def __init__(self, estimate: Estimate) -> None:
        self.estimate = estimate
        self.lost = False
        self._parent = os.getppid()
        self._ended = threading.Event()
        self._told_at = 0.0
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Hold:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(timeout=settings.LEASE_S)

    def _keep(self) -> None:
        try:
            while not self._ended.wait(settings.LEASE_S / 3):
                if os.getppid() != self._parent:
                    # The worker that owns this process died; let the run go.
                    self.lost = True
                    return
                self._renew(None)
                if self.lost:
                    return
        finally:
            connection.close()  # Each thread has its own.

    def _renew(self, progress: float | None) -> None:
        pk, attempt = self.estimate.pk, self.estimate.attempt
        try:
            if not actions.renew(estimate_id=pk, attempt=attempt, progress=progress):
                self.lost = True
        except Exception:
            # A database that is away for a moment is no reason to drop the work; the lease decides.
            log.warning("cannot renew the lease of %s", pk, exc_info=True)
            connection.close()

    def progress(self, share: float) -> None:
        """Tell how far the engine is.

        Raises:
            StoppedError: The run is no longer held.
        """
        if self.lost:
            raise StoppedError
        now = time.monotonic()
        if now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            self._renew(share)
            if self.lost:
                raise StoppedError


def ring(estimate_id: str) -> None:
    """Tell the workers that there is a run to take; if that fails, the sweeper tells them later."""
    try:
        run_estimate.apply_async(args=[estimate_id], retry=False)
    except Exception:
        log.warning("cannot ring for %s; the sweeper will", estimate_id, exc_info=True)


@app.task(name="estimator.tasks.run_estimate")  # type: ignore[untyped-decorator]
def run_estimate(estimate_id: str) -> None:
    """Carry out a run that is waiting or was abandoned; any other is left alone."""
    estimate = actions.claim(estimate_id=estimate_id)
    if estimate is None:
        return
    log.info("run %s, attempt %d", estimate.pk, estimate.attempt)
    try:
        with Hold(estimate) as hold:
            design = documents.load(estimate.document)
            prices = book(design.model.region, estimate.price_date)
            report = compute(design, prices, progress=hold.progress)
        if not actions.succeed(estimate=estimate, report=report):
            log.info("run %s is no longer ours; its result is dropped", estimate.pk)
    except StoppedError:
        log.info("run %s stopped: cancelled or taken over", estimate.pk)
    except UserError as error:
        actions.fail(estimate=estimate, error=actions.problem_for_user(error))
    except Exception:
        log.exception("run %s failed", estimate.pk)
        actions.fail(
            estimate=estimate,
            error=actions.neutral_problem(
                "internal-error",
                "Something went wrong on the server. Quote the id of this run when you report it.",
            ),
        )
        raise


@app.task(name="estimator.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ring for runs that were forgotten."""
    rung, gave_up = actions.sweep(ring=ring)
    if rung or gave_up:
        log.info("swept: rang for %d runs, gave up %d", rung, gave_up)


@app.task(name="estimator.tasks.purge")  # type: ignore[untyped-decorator]
def purge() -> None:
    """Delete, once a night, what nobody can ask back."""
    call_command("purge_trash")
    log.info("purged %d old runs", actions.purge_runs())


@worker_ready.connect  # type: ignore[untyped-decorator]
def sweep_at_start(**_: Any) -> None:
    """Look for work that was left while no worker was there."""
    close_old_connections()
    sweep()
    connection.close()
