"""Large and deep designs are answered; a preview of thirty nodes is quick."""

import time

from designer.document import load
from estimator.charts import figures
from estimator.engine import estimate
from estimator.prices import book
from tests import documents


def test_a_chain_of_two_thousand_nodes_is_answered():
    design = load(documents.chain(990))
    found = estimate(design, book(design.model.region))
    assert found["headline"]["completion"] is not None
    assert len(found["nodes"]) == 1_981


def test_the_preview_of_thirty_nodes_takes_less_than_200_ms():
    document = documents.chain(15)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        design = load(document)
        figures(estimate(design, book(design.model.region)))
        times.append(time.perf_counter() - start)
    assert sorted(times)[2] < 0.2


def test_progress_only_rises_and_ends_at_one():
    design = load(documents.chain(10))
    seen: list[float] = []
    estimate(design, book(design.model.region), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
