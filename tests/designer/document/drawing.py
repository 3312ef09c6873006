"""Designs, and changes that people make to them, for property tests."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from designer import document as documents
from designer.document import Design
from designer.errors import DesignError

Document = dict[str, Any]
NAMES = ("Orders", "Payments", "Mail", "Audit")
TYPES = ("sqs_queue", "lambda_function", "sns_topic", "dynamodb_table")
#: Ways between two types that the catalog has, one each.
WAYS = {
    ("client", "sqs_queue"): "client_call",
    ("client", "lambda_function"): "client_call",
    ("sqs_queue", "lambda_function"): "lambda_sqs_mapping",
    ("lambda_function", "sqs_queue"): "lambda_call",
    ("lambda_function", "sns_topic"): "lambda_call",
    ("lambda_function", "dynamodb_table"): "lambda_call",
    ("lambda_function", "lambda_function"): "lambda_call",
    ("sns_topic", "sqs_queue"): "sns_subscription",
}
CONFIGS: dict[str, dict[str, tuple[Any, ...]]] = {
    "client": {"rate_per_s": (1.0, 10.0, 40.0)},
    "sqs_queue": {"visibility_timeout_s": (30.0, 60.0, 120.0), "delay_s": (0.0, 5.0)},
    "lambda_function": {"memory_mb": (128, 512, 1024), "timeout_s": (3.0, 30.0)},
    "sns_topic": {},
    "dynamodb_table": {},
}


def base_document() -> Document:
    nodes = [
        ("client", "client"),
        ("queue", "sqs_queue"),
        ("handler", "lambda_function"),
        ("topic", "sns_topic"),
        ("table", "dynamodb_table"),
    ]
    arrows = [("client", "queue"), ("queue", "handler"), ("handler", "topic"), ("handler", "table")]
    types = dict(nodes)
    return {
        "version": 1,
        "name": "Base",
        "model": {
            "nodes": [
                {"id": key, "name": key.title(), "service": {"type": kind}} for key, kind in nodes
            ],
            "edges": [
                {
                    "id": f"e{i}",
                    "source": a,
                    "target": b,
                    "connection": {"type": WAYS[types[a], types[b]]},
                }
                for i, (a, b) in enumerate(arrows)
            ],
        },
        "layout": {
            "positions": {key: {"x": 240.0 * i, "y": 0.0} for i, (key, _) in enumerate(nodes)},
            "groups": [{"id": "inner", "title": "Inner", "nodes": ["handler", "table"]}],
            "notes": [{"id": "why", "x": 0.0, "y": -90.0, "text": "Because"}],
        },
    }


BASE = documents.load(base_document())


def _change_field(draw: Any, doc: Document) -> None:
    node = draw(st.sampled_from(doc["model"]["nodes"]))
    known = CONFIGS[node["service"]["type"]]
    if known and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(known)))
        node["service"][name] = draw(st.sampled_from(known[name]))
    else:
        node["name"] = draw(st.sampled_from(NAMES))


def _add_node(draw: Any, doc: Document) -> None:
    kind = draw(st.sampled_from(TYPES))
    taken = {n["id"] for n in doc["model"]["nodes"]}
    key = next(f"{kind}{i}" for i in range(2, 99) if f"{kind}{i}" not in taken)
    service = {"type": kind}
    doc["model"]["nodes"].append(
        {"id": key, "name": draw(st.sampled_from(NAMES)), "service": service}
    )
    doc["layout"]["positions"][key] = {"x": draw(st.sampled_from((0.0, 50.0))), "y": 200.0}
    _add_edge(draw, doc)


def _add_edge(draw: Any, doc: Document) -> None:
    nodes, edges = doc["model"]["nodes"], doc["model"]["edges"]
    drawn = {(e["source"], e["target"]) for e in edges}
    ways = [
        (a["id"], b["id"], way)
        for a in nodes
        for b in nodes
        if (way := WAYS.get((a["service"]["type"], b["service"]["type"])))
        and a["id"] != b["id"]
        and (a["id"], b["id"]) not in drawn
    ]
    if ways:
        source, target, way = draw(st.sampled_from(ways))
        taken = {e["id"] for e in edges}
        key = next(f"e{i}" for i in range(99) if f"e{i}" not in taken)
        edges.append({"id": key, "source": source, "target": target, "connection": {"type": way}})


def _remove_node(draw: Any, doc: Document) -> None:
    nodes = doc["model"]["nodes"]
    if len(nodes) < 2:
        return
    gone = draw(st.sampled_from([n["id"] for n in nodes]))
    doc["model"]["nodes"] = [n for n in nodes if n["id"] != gone]
    doc["model"]["edges"] = [
        e for e in doc["model"]["edges"] if gone not in (e["source"], e["target"])
    ]
    doc["layout"]["positions"].pop(gone, None)


def _remove_edge(draw: Any, doc: Document) -> None:
    if doc["model"]["edges"]:
        doc["model"]["edges"].remove(draw(st.sampled_from(doc["model"]["edges"])))


def _tune_edge(draw: Any, doc: Document) -> None:
    edges = [e for e in doc["model"]["edges"] if e["connection"]["type"] == "lambda_sqs_mapping"]
    if edges:
        edge = draw(st.sampled_from(edges))
        edge["connection"]["batch_size"] = draw(st.sampled_from((1, 5)))


def _move(draw: Any, doc: Document) -> None:
    node = draw(st.sampled_from(doc["model"]["nodes"]))
    doc["layout"]["positions"][node["id"]] = {"x": draw(st.sampled_from((1.0, 2.0))), "y": 3.0}


def _settings(draw: Any, doc: Document) -> None:
    model = doc["model"]
    what = draw(st.sampled_from(("region", "scale", "discounts", "free_tier", "name")))
    if what == "region":
        model["region"] = draw(st.sampled_from(("us-east-1", "eu-west-1")))
    elif what == "scale":
        model["workload"] = {"scale": draw(st.sampled_from((1.0, 2.0)))}
    elif what == "free_tier":
        model.setdefault("assumptions", {})["free_tier"] = draw(st.booleans())
    elif what == "discounts":
        given = model.setdefault("assumptions", {}).setdefault("discounts", {})
        given[draw(st.sampled_from(("lambda", "sqs")))] = draw(st.sampled_from((5.0, 10.0)))
    else:
        doc["name"] = draw(st.sampled_from(NAMES))


def _note(draw: Any, doc: Document) -> None:
    notes = doc["layout"]["notes"]
    text = draw(st.sampled_from(("One", "Two")))
    if draw(st.booleans()):
        notes.append({"id": f"note{len(notes)}", "x": 0.0, "y": 0.0, "text": text})
    elif notes:
        notes[0]["text"] = text


CHANGES = (
    _change_field,
    _change_field,
    _add_node,
    _add_edge,
    _remove_node,
    _remove_edge,
    _tune_edge,
    _move,
    _settings,
    _note,
)


@st.composite
def work(draw: Any, most: int = 5) -> Design:
    """Return the base after somebody worked on it."""
    doc = copy.deepcopy(base_document())
    for change in draw(st.lists(st.sampled_from(CHANGES), max_size=most)):
        before = copy.deepcopy(doc)
        change(draw, doc)
        try:
            documents.load(doc)
        except DesignError:
            doc = before
    return documents.load(doc)
