"""Whatever is drawn, a template refers to what it holds and waits for nothing in a circle."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from designer.errors import DesignError, ExportError
from designer.interchange import cloudformation
from designer.interchange.cloudformation.graph import circle, reaches, references
from tests.designer.interchange import drawings

PAIRS = drawings.legal_pairs()
PSEUDO = "AWS::"
# Those between which arrows go both ways; functions twice as often, for they close most circles.
KINDS = (
    "lambda_function",
    "lambda_function",
    "s3_bucket",
    "sqs_queue",
    "sns_topic",
    "events_bus",
    "sfn_state_machine",
)
TO_ITSELF = ("lambda_call", "lambda_async_invoke", "sfn_task")  # The others are refused.


def _resources(**waits: str) -> dict[str, Any]:
    return {
        key: {"Type": "X", "Properties": [{"Ref": name} for name in names.split()]}
        for key, names in waits.items()
    }


def test_a_circle_is_named_in_the_order_of_waiting() -> None:
    assert circle(_resources(a="b", b="c", c="b", d="a")) == ["b", "c"]
    assert circle(_resources(a="a")) == ["a"]
    assert circle(_resources(a="b c", b="c", c="")) == []


def test_waiting_goes_along() -> None:
    chain = _resources(a="b", b="c", c="")
    assert reaches(chain, "a", "c")
    assert not reaches(chain, "c", "a")


def test_references_are_found_in_every_function() -> None:
    value = {
        "x": [{"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}],
        "y": {"Fn::Sub": "${C}/${D.Arn}/${AWS::Region}"},
    }
    assert list(references(value)) == ["A", "B", "C", "D"]


@st.composite
def _drawn(draw: st.DrawFn) -> dict[str, Any]:
    """Few nodes and many arrows among them, so that circles are common."""
    chosen = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    nodes = [{"id": f"n{i}", "service": {"type": kind}} for i, kind in enumerate(chosen)]
    ways = [
        (source["id"], target["id"], connection)
        for source in nodes
        for target in nodes
        for a, b, connection in PAIRS
        if (a, b) == (source["service"]["type"], target["service"]["type"])
        and (source is not target or connection in TO_ITSELF)
    ]
    taken = (
        draw(st.lists(st.sampled_from(ways), unique=True, min_size=3, max_size=12))
        if len(ways) > 2
        else []
    )
    edges = []
    for i, (source, target, connection) in enumerate(taken):
        config: dict[str, Any] = {"type": connection}
        if connection in drawings.PATHS:
            config["path"] = f"/{target}"
        if connection == "s3_notification":
            config["prefix"] = f"{target}/"
        edges.append({"id": f"e{i}", "source": source, "target": target, "connection": config})
    return {"version": 1, "name": "Any", "model": {"nodes": nodes, "edges": edges}}


@settings(max_examples=300, deadline=None)
@given(_drawn())
def test_every_template_holds_together(document: dict[str, Any]) -> None:
    try:
        design = drawings.load(document)
        body = cloudformation.export(design).body
    except (DesignError, ExportError):
        return
    known = {*body["Resources"], *body.get("Parameters", {})}
    named = {name for name in references(body) if not name.startswith(PSEUDO)}
    assert named <= known
    waited = {d for one in body["Resources"].values() for d in one.get("DependsOn", ())}
    assert waited <= set(body["Resources"])
    assert circle(body["Resources"]) == []
