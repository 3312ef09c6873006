"""The task of a what-if: its message names the what-if; who hears it takes a part."""

from __future__ import annotations

import functools
import logging
import time

from django.conf import settings

from designer import document as documents
from designer.errors import UserError
from estimator.actions import neutral_problem, problem_for_user
from estimator.celery import app
from estimator.engine.whatif import Study, evaluate, prepare
from estimator.hold import Hold
from estimator.models import Status, WhatIf, WhatIfPart
from estimator.prices import book
from estimator.simulations.tasks import worker_name

from . import actions, parts

log = logging.getLogger(__name__)

# Messages for one what-if at a time; who takes one of more parts rings again. Few where
# files carry them: those of a cancelled run are in the way of the next.
MOST_BELLS = 64 if settings.REDIS_URL else 6


def ring(whatif_id: str, times: int = 1) -> None:
    """Tell workers that there are parts to take; if that fails, the sweeper tells them later."""
    try:
        for _ in range(min(times, MOST_BELLS)):
            run_part.apply_async(args=[whatif_id], retry=False)
    except Exception:
        log.warning("cannot ring for %s; the sweeper will", whatif_id, exc_info=True)


@functools.lru_cache(maxsize=4)
def _study(whatif_id: str) -> Study:
    """Return what all parts of a what-if have in common; the row never changes in this."""
    row = WhatIf.objects.get(pk=whatif_id)
    design = documents.load(row.document)
    prices = book(design.model.region, row.price_date)
    return prepare(
        design, prices, row.question, row.spec, engine=row.engine, options=row.options or None
    )


@app.task(name="estimator.whatifs.tasks.run_part")  # type: ignore[untyped-decorator]
def run_part(whatif_id: str) -> None:
    """Work out one part that waits or was abandoned, and sum up when it was the last."""
    part = parts.take(whatif_id=whatif_id, worker=worker_name())
    try:
        if part is not None:
            _run(part)
        _sum_up(whatif_id)
    except UserError as error:
        actions.stop(whatif_id, Status.FAILED, problem_for_user(error))
    except Exception:
        log.exception("what-if %s failed", whatif_id)
        problem = neutral_problem(
            "internal-error",
            "Something went wrong on the server. Quote the id of this run when you report it.",
            "The what-if failed",
        )
        actions.stop(whatif_id, Status.FAILED, problem)
        raise


def _run(part: WhatIfPart) -> None:
    """Work out the points of one part that is held."""
    log.info("what-if %s, part %d, attempt %d", part.whatif_id, part.number, part.attempt)
    begun = time.monotonic()
    with Hold(f"{part.whatif_id} part {part.number}", lambda s: parts.renew(part, s)) as hold:
        found = evaluate(_study(part.whatif_id).setting, part.asked, hold.told)
    if hold.lost or len(found) < part.size:
        log.info("what-if %s, part %d stopped", part.whatif_id, part.number)
    elif not parts.keep(part, found, time.monotonic() - begun):
        log.info("what-if %s, part %d is no longer ours", part.whatif_id, part.number)
    waiting = WhatIfPart.objects.filter(whatif=part.whatif_id, status=Status.QUEUED)
    if part.number >= MOST_BELLS // 2 and waiting.exists():
        ring(part.whatif_id)


def _sum_up(whatif_id: str) -> None:
    """Ask for further points or answer, if all parts are done or it was stopped with some."""
    whatif = parts.take_summing(whatif_id=whatif_id)
    if whatif is None:
        return
    with Hold(whatif.pk, lambda _: parts.renew_summing(whatif)):
        study, known = _study(whatif_id), parts.points(whatif)
        why = None
        if whatif.report_due:
            why = "some points failed" if whatif.status == Status.FAILED else "cancelled"
        ahead = study.more(known) if why is None else []
        answer = None if ahead else study.result(known, why)
    kept = parts.ask_more(whatif, ahead) if answer is None else parts.finish(whatif, answer)
    if not kept:
        log.info("what-if %s is no longer ours to sum up", whatif_id)
