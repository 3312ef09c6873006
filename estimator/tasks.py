"""The tasks: take an id, hold the row, compute, store. Running one twice does no harm."""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import worker_ready
from django.core.management import call_command
from django.db import close_old_connections, connection

from designer import document as documents
from designer.api.problems import user_error_body
from designer.errors import UserError
from designer.notices import actions as notices
from estimator.engine import estimate as compute
from estimator.prices import book

from . import actions
from .celery import app
from .models import Estimate
from .runs import leases, life
from .runs.hold import Hold, StoppedError
from .simulations.parts import SIMULATIONS
from .whatifs.parts import WHATIFS

log = logging.getLogger(__name__)


def ring(estimate_id: str) -> None:
    """Tell the workers that there is a run to take."""
    life.ring(run_estimate, estimate_id)


def _tell(estimate: Estimate, event: str) -> None:
    """Tell the webhooks of a run that ended; a receiver's trouble is none of the run's."""
    data = {"estimate": estimate.pk, "design": estimate.design_id}
    try:
        notices.tell(workspace_id=estimate.workspace_id, event=event, data=data)
    except Exception:
        log.exception("cannot tell of %s", estimate.pk)


@app.task(name="estimator.tasks.run_estimate")  # type: ignore[untyped-decorator]
def run_estimate(estimate_id: str) -> None:
    """Carry out a run that is waiting or was abandoned; any other is left alone."""
    estimate = actions.claim(estimate_id=estimate_id)
    if estimate is None:
        return
    log.info("run %s, attempt %d", estimate.pk, estimate.attempt)
    try:
        with Hold(estimate.pk, lambda share: leases.renew(estimate, share)) as hold:
            design = documents.load(estimate.document)
            prices = book(design.model.region, estimate.price_date)
            report = compute(design, prices, progress=hold.progress)
        if actions.succeed(estimate=estimate, report=report):
            _tell(estimate, "estimate.completed")
        else:
            log.info("run %s is no longer ours; its result is dropped", estimate.pk)
    except StoppedError:
        log.info("run %s stopped: cancelled or taken over", estimate.pk)
    except UserError as error:
        if actions.fail(estimate=estimate, error=user_error_body(error)):
            _tell(estimate, "estimate.failed")
    except Exception:
        log.exception("run %s failed", estimate.pk)
        actions.fail(estimate=estimate, error=life.our_problem())
        raise


@app.task(name="estimator.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ring for runs that were forgotten and deliveries that are due."""
    notices.sweep()
    swept = [actions.sweep(ring=ring), SIMULATIONS.sweep(), WHATIFS.sweep()]
    rung, gave_up = (sum(counts) for counts in zip(*swept, strict=True))
    if rung or gave_up:
        log.info("swept: rang for %d runs, gave up %d", rung, gave_up)


@app.task(name="estimator.tasks.purge")  # type: ignore[untyped-decorator]
def purge() -> None:
    """Delete, once a night, what nobody can ask back."""
    call_command("purge_trash")
    log.info("purged %d old runs", actions.purge_runs())
    log.info("purged %d old notices and deliveries", notices.purge())


@worker_ready.connect  # type: ignore[untyped-decorator]
def sweep_at_start(**_: Any) -> None:
    """Look for work that was left while no worker was there."""
    close_old_connections()
    sweep()
    connection.close()
