"""A diff says what changed, once, in words that a drawing can show."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings

from designer import document as documents
from designer.document import Design, design_hash, diff
from tests.designer.document.drawing import BASE, base_document, work


def changed(**edits: Any) -> Design:
    doc = copy.deepcopy(base_document())
    for node_id, config in edits.items():
        node = next(n for n in doc["model"]["nodes"] if n["id"] == node_id)
        node["service"] |= config
    return documents.load(doc)


def test_a_field_that_leaves_its_default_is_shown_with_both_values_and_its_unit() -> None:
    (node,) = diff(BASE, changed(queue={"visibility_timeout_s": 60.0}))["nodes"]
    assert (node["id"], node["change"], node["moved"]) == ("queue", "changed", False)
    assert node["fields"] == [
        {
            "pointer": "/service/visibility_timeout_s",
            "label": "Visibility timeout",
            "unit": "s",
            "change": "changed",
            "before": 30.0,
            "after": 60.0,
        }
    ]


def test_moving_a_box_is_no_change_of_the_model() -> None:
    doc = base_document()
    doc["layout"]["positions"]["table"]["x"] = 7.0
    found = diff(BASE, documents.load(doc))
    assert [(n["id"], n["change"]) for n in found["nodes"]] == [("table", "moved")]
    assert (found["model_changed"], found["same"]) == (False, False)
    assert found["summary"]["layout"] == 1


def test_another_service_in_the_same_place_is_one_change_not_twenty() -> None:
    doc = base_document()
    doc["model"]["nodes"][4]["service"] = {"type": "s3_bucket"}
    doc["model"]["edges"].pop()
    found = diff(BASE, documents.load(doc))
    (field,) = found["nodes"][0]["fields"]
    assert (field["pointer"], field["before"]["type"]) == ("/service", "dynamodb_table")
    assert [(e["id"], e["change"]) for e in found["edges"]] == [("e3", "removed")]


def test_settings_say_what_they_are() -> None:
    doc = base_document()
    doc["model"] |= {"region": "eu-west-1", "assumptions": {"discounts": {"lambda": 5.0}}}
    found = diff(BASE, documents.load(doc))["settings"]
    assert [(f["pointer"], f["label"], f["before"], f["after"], f["unit"]) for f in found] == [
        ("/region", "Region", "us-east-1", "eu-west-1", None),
        ("/assumptions/discounts/lambda", "Discount: lambda", None, 5.0, "%"),
    ]


@settings(max_examples=80, deadline=None)
@given(work(), work())
def test_it_agrees_with_the_hash_and_reads_the_same_backwards(one: Design, other: Design) -> None:
    there, back = diff(one, other), diff(other, one)
    json.dumps(there, allow_nan=False)
    assert there["model_changed"] == (design_hash(one) != design_hash(other))
    assert there["same"] == (one == other) or sorted(map(str, one.model.nodes)) == sorted(
        map(str, other.model.nodes)
    )
    opposite = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    for part in ("nodes", "edges"):
        turned = {(e["id"], opposite[e["change"]]) for e in back[part]}
        assert {(e["id"], e["change"]) for e in there[part]} == turned
