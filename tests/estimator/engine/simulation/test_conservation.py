"""Nothing is lost and nothing comes from nowhere; time in the node is backlog over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document import Design
from estimator.engine.errors import Unstable
from estimator.engine.simulation import OptionsError, ledger, prepare, reference, replicate
from estimator.engine.simulation.histogram import UNIT
from estimator.engine.simulation.ledger import mark
from estimator.engine.simulation.record import Outcome, StageCounts
from estimator.engine.simulation.run import Job

from .random_designs import designs, troubles


def balanced(job: Job, outcome: Outcome) -> None:
    """Check each arrow's counts, and each node's backlog."""
    for i, c in enumerate(outcome.edges):
        assert c.arrived == c.passed + c.dead + c.refused + c.inside, job.names[1][i]
        assert c.delivered == c.arrived + c.again, job.names[1][i]
    for node in job.network.nodes:
        stage = outcome.stages[node.index]
        zero = np.zeros(1, np.int64)
        came = int(stage.lines.get("arrived", zero).sum())
        went = int(stage.lines.get("left", zero).sum())
        arrived = stage.produced + sum(outcome.edges[i].arrived for i in node.ins)
        assert came == arrived, node.id
        assert came - went == sum(outcome.edges[i].inside for i in node.ins), node.id


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_every_message_is_somewhere(data: st.DataObject) -> None:
    drawn = data.draw(designs())
    options = {
        "duration_s": 30,
        "drain": data.draw(st.booleans()),
        "faults": data.draw(troubles(drawn)),
    }
    try:
        job = prepare(drawn, options)
    except (Unstable, OptionsError):
        return
    outcome = replicate(job, 0)
    balanced(job, outcome)
    poisoned = any(f["kind"] == "poison" for f in options["faults"])  # May come back without end.
    if options["drain"] and outcome.stopped is None and not poisoned:
        assert all(c.inside == 0 and c.underway == 0 for c in outcome.edges)


def in_system_s(times: dict[str, list[Any]]) -> float:
    """Return the integral of how many are in a node over time: events one after another."""
    come = np.concatenate([*times["arrived"], np.empty(0)])
    gone = np.concatenate([*times["left"], np.empty(0)])
    assert come.size == gone.size
    t = np.concatenate((come, gone))
    order = np.argsort(t, kind="stable")
    there = np.cumsum(np.concatenate((np.ones(come.size), -np.ones(gone.size)))[order])
    return float((there[:-1] * np.diff(t[order])).sum()) if t.size else 0.0


@settings(max_examples=8, deadline=None)
@given(designs())
def test_little_s_law_holds_at_every_node(drawn: Design) -> None:
    """The number in a node, integrated over time at every event, is the sum of the times there.

    So its mean is the rate times the mean time, exactly but for the unit in which times are added.
    """
    try:
        job = prepare(drawn, {"duration_s": 30, "drain": True})
    except (Unstable, OptionsError):
        return
    seen: dict[int, dict[str, list[Any]]] = {}

    def noted(stage: StageCounts, name: str, t: Any) -> None:
        seen.setdefault(id(stage), {"arrived": [], "left": []}).setdefault(name, []).append(t)
        mark(stage, name, t)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "mark", noted)
        outcome = reference.run(job.plan, job.names, seed=1, duration_s=30, drain=True)
    for node in job.network.nodes:
        stage = outcome.stages[node.index]
        if stage.left and outcome.stopped is None:
            area = in_system_s(seen[id(stage)])
            assert area == pytest.approx(stage.sojourn / UNIT, abs=1e-6 * stage.left + 1e-9)


@settings(max_examples=8, deadline=None)
@given(designs())
def test_the_backlog_that_is_shown_is_the_time_in_the_node(drawn: Design) -> None:
    """The backlog's integral is the sum of the times in the node, to a bucket's width.

    Every message stands in the count of the buckets that begin while it is there: within one
    bucket of its time in the node, and without bias.
    """
    try:
        job = prepare(drawn, {"duration_s": 30, "drain": True})
    except (Unstable, OptionsError):
        return
    outcome = replicate(job, 0)
    for node in job.network.nodes:
        stage = outcome.stages[node.index]
        arrived, left = stage.lines.get("arrived"), stage.lines.get("left")
        if arrived is None or left is None or left[-1] > 0:
            continue  # What leaves after the last bucket is counted in it.
        area = float(np.cumsum(arrived - left).sum()) * stage.width_s
        assert abs(area - stage.sojourn / UNIT) <= stage.width_s * stage.left
