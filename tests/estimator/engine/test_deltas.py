"""Deltas say why: every cent of the difference, every path, what gives way, what is found."""

from __future__ import annotations

import copy
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings

from designer import document as documents
from designer.document import Design
from estimator.engine import Unstable, estimate
from estimator.engine.deltas import Side, deltas
from estimator.prices import book
from tests.designer.document.drawing import base_document, work

EXAMPLES = sorted(Path("designer/examples").glob("*.design.json"))


def side(design: Design) -> Side:
    return Side(design, book(design.model.region))


def changed(change: Any) -> Design:
    doc = copy.deepcopy(base_document())
    change(doc)
    return documents.load(doc)


def busy(doc: Any, rate_per_s: float = 500.0) -> Any:
    doc["model"]["nodes"][0]["service"]["rate_per_s"] = rate_per_s
    return doc


def compare(one: Any, other: Any) -> dict[str, Any]:
    return deltas(side(documents.load(one)), side(documents.load(other)))


def summed(cost: dict[str, Any]) -> Decimal:
    return sum((Decimal(step["amount"]) for step in cost["steps"]), Decimal(0))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(work(), work())
def test_the_steps_sum_to_the_difference_of_the_bills_to_the_cent(x: Design, y: Design) -> None:
    try:
        found = deltas(side(x), side(y))["cost"]
    except Unstable:  # A drawing that goes round for ever has no bill.
        reject()
    before = Decimal(estimate(x, book(x.model.region))["bill"]["total"])
    after = Decimal(estimate(y, book(y.model.region))["bill"]["total"])
    assert summed(found) == after - before == Decimal(found["difference"])
    assert sum(map(Decimal, found["by_kind"].values())) == after - before
    nodes = {n.id for n in x.model.nodes}, {n.id for n in y.model.nodes}
    for step in found["steps"]:
        if step["kind"] == "node-added":
            assert step["node"] in nodes[1]
        elif step["kind"] == "node-removed":
            assert step["node"] in nodes[0]
        else:
            assert step["node"] in nodes[0] & nodes[1]


@pytest.mark.parametrize(("one", "other"), list(itertools.pairwise(EXAMPLES)), ids=lambda p: p.stem)
def test_whole_examples_differ_by_their_steps(one: Path, other: Path) -> None:
    x, y = documents.loads(one.read_text()), documents.loads(other.read_text())
    found = deltas(side(x), side(y))["cost"]
    assert summed(found) == Decimal(found["after"]) - Decimal(found["before"])


def test_nothing_changed_has_no_steps() -> None:
    doc = busy(base_document())
    found = compare(doc, doc)
    assert (found["cost"]["steps"], found["cost"]["difference"]) == ([], "0.00")
    assert {path["change"] for path in found["paths"]} == {"same"}
    assert found["findings"] | {"unchanged": 0} == {"appeared": [], "vanished": [], "unchanged": 0}


def test_another_region_changes_prices_only() -> None:
    one, other = busy(base_document(), 20.0), busy(base_document(), 20.0)
    other["model"]["region"] = "sa-east-1"
    steps = compare(one, other)["cost"]["steps"]
    assert {(s["kind"], s["cause"]) for s in steps} == {("price-changed", "terms")}
    meters = [m for s in steps for m in s["meters"]]
    assert all(m["quantity_before"] == m["quantity_after"] for m in meters)


def test_more_memory_changes_the_quantity_of_that_function_only() -> None:
    one, other = busy(base_document()), busy(base_document())
    other["model"]["nodes"][2]["service"]["memory_mb"] = 1024
    (step,) = [s for s in compare(one, other)["cost"]["steps"] if s["cause"] != "rounding"]
    assert (step["kind"], step["node"], step["name"]) == ("quantity-changed", "handler", "Handler")
    assert [m["meter"] for m in step["meters"]] == ["lambda.duration.x86"] or step["meters"]


def test_an_allowance_that_somebody_else_uses_up_is_a_price_that_changed_by_volume() -> None:
    one = base_document()
    one["model"]["nodes"][0]["service"]["rate_per_s"] = 1.0
    one["model"]["assumptions"] = {"free_tier": True}
    other = copy.deepcopy(one)
    other["model"]["nodes"] += [
        {"id": "c2", "service": {"type": "client", "rate_per_s": 900.0}},
        {"id": "fn2", "service": {"type": "lambda_function"}},
    ]
    arrow = {"id": "e9", "source": "c2", "target": "fn2", "connection": {"type": "client_call"}}
    other["model"]["edges"].append(arrow)
    steps = {(s["kind"], s["node"]): s for s in compare(one, other)["cost"]["steps"]}
    assert steps["node-added", "fn2"]["cause"] is None
    assert steps["price-changed", "handler"]["cause"] == "volume"


def test_a_node_that_became_another_service_went_and_came() -> None:
    one, other = busy(base_document()), busy(base_document())
    other["model"]["nodes"][4]["service"] = {"type": "s3_bucket"}
    found = compare(one, other)["cost"]["steps"]
    kinds = [s["kind"] for s in found if s["node"] == "table"]
    assert kinds == ["node-removed", "node-added"]


def test_paths_are_paired_and_show_what_a_slower_function_costs_in_time() -> None:
    one, other = base_document(), base_document()
    other["model"]["nodes"][2]["service"]["memory_mb"] = 1769
    other["model"]["edges"].pop()
    found = compare(one, other)["paths"]
    assert {path["change"] for path in found} <= {"changed", "removed", "same"}
    assert any(path["change"] == "removed" and path["end"] == "table" for path in found)
    for path in found:
        if path["change"] == "changed":
            shift = path["after"]["p99_s"] - path["before"]["p99_s"]
            assert path["difference"]["p99_s"] == pytest.approx(shift)


def test_the_highest_rate_and_what_gives_way_are_told_on_both_sides() -> None:
    one, other = busy(base_document()), busy(base_document())
    other["model"]["nodes"][1]["service"] |= {"fifo": True}
    rate = compare(one, other)["rate"]
    assert rate["after"] < (rate["before"] or float("inf"))
    assert rate["bottleneck_after"]["node"] == "queue"
    assert rate["bottleneck_moved"]
    assert rate["headroom"]["after"] < 0


def test_findings_that_appear_and_vanish_are_told_apart() -> None:
    one, other = base_document(), base_document()
    other["model"]["nodes"][2]["service"]["timeout_s"] = 100.0
    there, back = compare(one, other)["findings"], compare(other, one)["findings"]
    assert "sqs-visibility-below-timeout" in str([f["id"] for f in there["appeared"]])
    assert [f["id"] for f in there["appeared"]] == [f["id"] for f in back["vanished"]]
    assert there["unchanged"] == back["unchanged"]
