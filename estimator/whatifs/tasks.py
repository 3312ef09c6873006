"""The task of a what-if: work out some points, or sum up."""

from __future__ import annotations

import functools
import logging
from typing import Any

from designer import document as documents
from estimator.celery import app
from estimator.engine.whatif import Study, evaluate, prepare
from estimator.models import WhatIf, WhatIfPart
from estimator.prices import book
from estimator.runs import life, parted

from .parts import WHATIFS, ask_more, points

log = logging.getLogger(__name__)


def ring(whatif_id: str, times: int = 1) -> None:
    """Tell workers that there are parts to take."""
    life.ring(run_part, whatif_id, min(times, parted.MOST_BELLS))


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
    WHATIFS.take_and_work(whatif_id, _run, _sum_up)


def _run(part: WhatIfPart) -> None:
    """Work out the points of one part that is held."""

    def answer(told: parted.Told) -> dict[str, Any] | None:
        found = evaluate(_study(part.run_id).setting, part.asked, told)
        return {"found": [p.to_dict() for p in found]} if len(found) == part.size else None

    WHATIFS.work(part, answer)


def _sum_up(whatif_id: str) -> None:
    """Ask for further points or answer, if all parts are done or it was stopped with some."""
    whatif = WHATIFS.take_summing(whatif_id)
    if whatif is None:
        return
    with WHATIFS.hold_summing(whatif):
        study, known = _study(whatif_id), points(whatif)
        why = WHATIFS.why_partial(whatif)
        ahead = study.more(known) if why is None else []
        answer = None if ahead else study.result(known, why)
    if answer is None:
        kept = ask_more(whatif, ahead)
    else:
        kept = WHATIFS.finish(whatif, answer, {"base": answer.get("base")}, found=None, asked=[])
    if not kept:
        log.info("what-if %s is no longer ours to sum up", whatif_id)
