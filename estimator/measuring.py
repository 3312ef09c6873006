"""Answers what proposals ask about their numbers (see designer.proposals.measures)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from designer.api.problems import user_error_body
from designer.designs.actions import model_key
from designer.document import Design as Document
from designer.errors import UserError
from estimator.engine import ENGINE_VERSION, estimate
from estimator.engine.deltas import Side, about, deltas
from estimator.prices import PriceBook, book

from .actions import result_key
from .models import Result

#: Changes when what `deltas` answers changes, so that nothing older is answered.
SHAPE = "2"
SIDES = ("before", "after")


def measured(workspace_id: str, before: Document, after: Document) -> dict[str, Any]:
    """Return the deltas of two documents, from the store where they were asked for before.

    Where a side has no estimate the answer is {"problem": …, "side": which}, with what is known of
    the other one, and it is kept nowhere.
    """
    books = [book(document.model.region) for document in (before, after)]
    key = _key(before, after, books)
    stored = Result.objects.filter(workspace_id=workspace_id, key=key).first()
    if stored is not None:
        return dict(stored.report)
    sides: dict[str, Side] = {}
    failed: dict[str, UserError] = {}
    for name, document, prices in zip(SIDES, (before, after), books, strict=True):
        try:
            sides[name] = Side(document, prices, report_of(workspace_id, document, prices))
        except UserError as error:
            failed[name] = error
    if failed:
        return _without(failed, sides)
    found = deltas(*sides.values())
    answer = {"problem": None, **found}
    Result.objects.get_or_create(
        workspace_id=workspace_id,
        key=key,
        defaults={"report": answer, "headline": found["after"]["headline"]},
    )
    return answer


def _without(failed: dict[str, UserError], sides: dict[str, Side]) -> dict[str, Any]:
    """Return why there are no deltas, and the figures of the side that has some."""
    side = next(iter(failed))
    known = {name: about(one.reported()) for name, one in sides.items()}
    return {"problem": user_error_body(failed[side]), "side": side, **known}


def _key(before: Document, after: Document, books: list[PriceBook]) -> str:
    parts = ["deltas", SHAPE, ENGINE_VERSION, *(str(prices.date) for prices in books)]
    parts += [model_key(before), model_key(after)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def report_of(
    workspace_id: str, document: Document, prices: PriceBook | None = None
) -> dict[str, Any]:
    """Return the report of a document: one that a run left behind, or a new one that is kept.

    Raises:
        Unstable: It has no steady state.
    """
    prices = prices or book(document.model.region)
    key = result_key(document, str(prices.date))
    stored = Result.objects.filter(workspace_id=workspace_id, key=key).first()
    if stored is not None:
        return dict(stored.report)
    report = estimate(document, prices)
    Result.objects.get_or_create(
        workspace_id=workspace_id,
        key=key,
        defaults={"report": report, "headline": report["headline"]},
    )
    return report
