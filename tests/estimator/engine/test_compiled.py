"""A network that is built on another answers as one that was compiled anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from designer.document import load, loads
from designer.errors import DesignError
from estimator.engine import compiled as memory
from estimator.engine import estimate
from estimator.engine.network import Network
from estimator.prices import book

EXAMPLES = sorted((Path(__file__).parents[3] / "designer" / "examples").glob("*.design.json"))


@pytest.fixture(autouse=True)
def _forget():
    memory._known.clear()
    yield
    memory._known.clear()


def _changes(drawing: dict):
    """Yield the drawing with every number of every producer changed, one at a time."""
    reached = {edge["target"] for edge in drawing["model"]["edges"]}
    for node in drawing["model"]["nodes"]:
        if node["id"] in reached:
            continue
        service = node["service"]
        for name, value in list(service.items()):
            if isinstance(value, int | float) and not isinstance(value, bool):
                service[name] = value * 2
                yield drawing
                service[name] = value


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.removesuffix(".design.json"))
def test_every_change_of_a_number_gives_the_report_of_a_new_network(path, monkeypatch):
    drawing = json.loads(path.read_text())
    prices = book(drawing["model"].get("region", "us-east-1"))
    for changed in _changes(drawing):
        try:
            design = load(changed)
        except DesignError:  # Twice the value is refused.
            continue
        estimate(loads(path.read_text()), prices)
        found = estimate(design, prices)
        monkeypatch.setattr(memory, "_known", type(memory._known)(maxlen=0))
        assert found == estimate(design, prices)
        monkeypatch.undo()


def _network(**service) -> Network:
    nodes = [
        {"id": "c", "service": {"type": "client", "rate_per_s": 3, **service}},
        {"id": "q", "service": {"type": "sqs_queue"}},
    ]
    edges = [{"id": "e", "source": "c", "target": "q", "connection": {"type": "client_call"}}]
    return memory.compiled(load({"version": 1, "model": {"nodes": nodes, "edges": edges}}))


def test_another_rate_reuses_what_was_compiled():
    first, second = _network(), _network(rate_per_s=5)
    assert second is not first
    assert second.nodes[1] is first.nodes[1]
    assert second.edges is first.edges
    assert second.nodes[0].station.sources == (5.0,)
    assert first.nodes[0].station.sources == (3.0,)


def test_what_changes_more_than_a_rate_is_compiled_anew():
    first, second = _network(), _network(payload_kib=40)
    assert second.nodes[1] is not first.nodes[1]
    assert second.nodes[0].station != first.nodes[0].station


def test_users_who_wait_are_never_shared():
    first = _network(kind="users", users=5, think_s=1)
    assert first.nodes[0].station.closed is not None
    assert _network(kind="users", users=5, think_s=1).nodes[1] is not first.nodes[1]
