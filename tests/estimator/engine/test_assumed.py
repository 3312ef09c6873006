"""Assumptions name the place of what assumes, also where it was met elsewhere before."""

from __future__ import annotations

from designer.catalog.base import Service
from designer.document import Design, Model, Node, load
from estimator.engine.assumed import assumptions
from estimator.prices import book


def _function(node: str) -> Node:
    service = {"type": "lambda_function", "duration_ms": 250}
    design = load({"version": 1, "model": {"nodes": [{"id": node, "service": service}]}})
    return design.model.nodes[0]


def _places(*nodes: Node) -> set[tuple[str, str]]:
    rows = assumptions(Model(nodes=nodes), book("us-east-1"))
    return {(row["pointer"].rpartition("/")[0], row["node"]) for row in rows}


def test_a_node_that_moves_in_the_document_is_named_at_its_new_place():
    one, other = _function("one"), _function("other")
    assert _places(one, other) == {
        ("/model/nodes/0/service", "one"),
        ("/model/nodes/1/service", "other"),
    }
    assert _places(other, one) == {
        ("/model/nodes/0/service", "other"),
        ("/model/nodes/1/service", "one"),
    }


def test_a_renamed_node_with_the_same_service_is_named_anew():
    one = _function("one")
    renamed = one.model_copy(update={"id": "renamed"})
    assert isinstance(renamed.service, Service)
    assert renamed.service is one.service
    assert _places(one) == {("/model/nodes/0/service", "one")}
    assert _places(renamed) == {("/model/nodes/0/service", "renamed")}


def test_a_value_of_its_own_is_told_from_a_default():
    design = Design(model=Model(nodes=(_function("one"),)))
    rows = {r["title"]: r for r in assumptions(design.model, book("us-east-1"))}
    assert (rows["Handler duration"]["value"], rows["Handler duration"]["default"]) == (250, False)
    assert rows["CPU-bound part"]["default"] is True
