"""The gallery shows every part of the palette at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer import catalog
from designer.document import Design, loads

FOLDER = Path(__file__).parents[2] / "designer" / "examples"
EXAMPLES: dict[str, Design] = {
    path.name.removesuffix(".design.json"): loads(path.read_text())
    for path in sorted(FOLDER.glob("*.design.json"))
}


@pytest.mark.parametrize("category", sorted({s.category for s in catalog.SERVICES.values()}))
def test_every_family_of_services_has_a_card(category: str) -> None:
    shown = {
        name
        for name, design in EXAMPLES.items()
        if any(node.service.category == category for node in design.model.nodes)
    }
    assert shown, f"draw an example with a service of the family {category}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_card_tells_what_it_shows_and_has_a_place_for_every_node(name: str) -> None:
    design = EXAMPLES[name]
    assert len(design.description) > 40
    assert set(design.layout.positions) == {node.id for node in design.model.nodes}


def test_a_workflow_card_waits_for_a_token_maps_tries_again_and_undoes() -> None:
    text = (FOLDER / "order_saga.design.json").read_text()
    for word in (".waitForTaskToken", '"Map"', '"Retry"', '"Catch"', '"TimeoutSeconds"'):
        assert word in text
