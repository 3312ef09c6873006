"""Documents in names that AWS has given up are read, and say on the canvas what was replaced."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from designer.document import design_hash, dump, load, older_names_in
from designer.document.older_names import CONNECTIONS, SERVICES
from designer.interchange.cloudformation import export

OLD: dict[str, Any] = {
    "version": 1,
    "name": "Nightly",
    "model": {
        "nodes": [
            {
                "id": "night",
                "service": {
                    "type": "cloudwatch_events_rule",
                    "schedule_expression": "rate(1 day)",
                },
            },
            {"id": "shop", "service": {"type": "client", "rate_per_s": 1}},
            {"id": "bus", "service": {"type": "cloudwatch_events"}},
            {"id": "work", "service": {"type": "lambda_function"}},
        ],
        "edges": [
            {
                "id": "e1",
                "source": "night",
                "target": "work",
                "connection": {"type": "cloudwatch_events_target"},
            },
            {
                "id": "e2",
                "source": "bus",
                "target": "work",
                "connection": {"type": "cloudwatch_events_rule", "detail_type": "Order"},
            },
            {
                "id": "e3",
                "source": "shop",
                "target": "bus",
                "connection": {"type": "client_call"},
            },
        ],
    },
    "layout": {"positions": {"night": {"x": 40, "y": 10}}},
}


def new() -> dict[str, Any]:
    document = copy.deepcopy(OLD)
    nodes, edges = document["model"]["nodes"], document["model"]["edges"]
    nodes[0]["service"] = {"type": "events_rule", "schedule": "rate(1 day)"}
    nodes[2]["service"] = {"type": "events_bus", "kind": "default"}
    edges[0]["connection"]["type"] = "events_schedule_target"
    edges[1]["connection"]["type"] = "events_rule_target"
    return document


def test_older_names_become_todays_and_the_estimate_is_the_same() -> None:
    assert design_hash(load(OLD)) == design_hash(load(new()))


def test_what_was_given_is_left_alone() -> None:
    given = copy.deepcopy(OLD)
    load(given)
    assert given == OLD


def test_a_note_on_the_canvas_says_what_was_replaced() -> None:
    (note,) = load(OLD).layout.notes
    assert '"cloudwatch_events" (CloudWatch Events) is now the default bus' in note.text
    assert note.y < 10
    assert load(new()).layout.notes == ()


def test_a_document_once_read_is_not_told_again() -> None:
    written = dump(load(OLD))
    assert older_names_in(OLD)
    assert older_names_in(written) == []
    assert dump(load(written)) == written


def test_a_partner_source_makes_it_a_partner_bus() -> None:
    document = copy.deepcopy(OLD)
    source = "aws.partner/example.com/orders"
    document["model"]["nodes"][2]["service"] |= {"event_source_name": source}
    bus = load(document).model.node("bus").service
    assert (bus.kind, bus.source_name) == ("partner", source)  # type: ignore[union-attr]
    assert any("partner bus" in said for said in older_names_in(document))


@pytest.mark.parametrize("name", SERVICES)
def test_every_older_service_is_read(name: str) -> None:
    document = {"version": 1, "model": {"nodes": [{"id": "a", "service": {"type": name}}]}}
    assert load(document).model.nodes[0].service.type == SERVICES[name].type


def test_no_older_name_is_a_present_one() -> None:
    from designer import catalog

    assert not set(SERVICES) & set(catalog.SERVICES)
    assert not {name for name, _ in CONNECTIONS} & set(catalog.CONNECTIONS)
    assert {o.type for o in SERVICES.values()} <= set(catalog.SERVICES)
    assert {o.type for o in CONNECTIONS.values()} <= set(catalog.CONNECTIONS)


def test_the_template_is_the_same_under_either_name() -> None:
    assert export(load(OLD)).to_json() == export(load(new())).to_json()


@pytest.mark.parametrize("wild", [[], None, 3, {"nodes": 3}, {"nodes": [3, {"service": 4}]}])
def test_nonsense_is_left_to_the_validation(wild: object) -> None:
    assert older_names_in({"version": 1, "model": wild}) == []
