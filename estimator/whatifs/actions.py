"""Asking what if. Its life is that of every run in parts."""

from __future__ import annotations

from typing import Any, Unpack

from django.db import transaction

from designer.accounts.access import Actor
from designer.designs.actions import model_key
from designer.document import Design as Document
from estimator.engine import ENGINE_VERSION
from estimator.engine.whatif import prepare
from estimator.models import WhatIf
from estimator.prices import book
from estimator.runs.life import Subject, digest

from .parts import PART_POINTS, WHATIFS, add_points

TOGETHER_POINTS = 2_000  # Of a part, where one pass answers them.


def result_key(document: Document, question: list[Any], price_date: str) -> str:
    """Return the hash of everything that an answer depends on."""
    known = ["whatif", document.name, model_key(document), question, ENGINE_VERSION, price_date]
    # Pointers name nodes by their place, which the model's key does not tell.
    order = [[n.id for n in document.model.nodes], [e.id for e in document.model.edges]]
    return digest(known, order)


@transaction.atomic
def request_whatif(
    *,
    by: Actor | None,
    kind: str,
    spec: dict[str, Any],
    engine: str = "flow",
    options: dict[str, Any] | None = None,
    **subject: Unpack[Subject],
) -> WhatIf:
    """Return a new what-if: waiting for workers, or done at once if this was asked before.

    Raises:
        WhatIfError: It cannot be answered as asked; with pointers into the body.
        ApiError: 409, too many of the workspace wait already.
    """
    document = subject["document"]
    prices = book(document.model.region)
    study = prepare(document, prices, kind, spec, engine=engine, options=options)
    whatif = WHATIFS.ask(
        by=by,
        subject=subject,
        price_date=str(prices.date),
        key=result_key(document, [kind, spec, engine, options or {}], str(prices.date)),
        question=kind,
        engine=engine,
        spec=spec,
        options=options or {},
        points=study.most,
    )
    if not whatif.cached:
        size = TOGETHER_POINTS if study.setting.together else PART_POINTS[engine]
        add_points(whatif, study.first(), size)
    return whatif
