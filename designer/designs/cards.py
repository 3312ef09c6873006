"""What a list shows of a design without opening its document."""

from __future__ import annotations

from typing import Any

from designer.catalog import SERVICES
from designer.document import Design

MAX_DRAWN = 120  # A thumbnail of more boxes is a grey smear; it would only make lists heavy.


def card(design: Design) -> dict[str, Any]:
    """Return the service types and a thumbnail: boxes by position, arrows by box number."""
    nodes = design.model.nodes[:MAX_DRAWN]
    index = {node.id: number for number, node in enumerate(nodes)}
    boxes = []
    for number, node in enumerate(nodes):
        # A document without a layout is drawn as a row; the editor lays it out properly.
        place = design.layout.positions.get(node.id)
        boxes.append(
            {
                "x": place.x if place else number * 240.0,
                "y": place.y if place else 0.0,
                "type": node.service.type,
                "role": SERVICES[node.service.type].role.value,
            }
        )
    return {
        "services": list(dict.fromkeys(node.service.type for node in design.model.nodes)),
        "thumbnail": {
            "nodes": boxes,
            "edges": [
                [index[edge.source], index[edge.target]]
                for edge in design.model.edges
                if edge.source in index and edge.target in index
            ],
        },
    }
