"""A design as rooms see it when they say what they are elsewhere: nodes and edges with names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from designer.catalog.base import Link, Placed, Site, pascal
from designer.document import Design

Owner = tuple[str, str]  # ("node" or "edge", id)


@dataclass(frozen=True)
class Names:
    """Logical ids, from ids alone: renaming or moving a node changes none.

    Attributes:
        set_apart: How often an owner's name had to be told apart from another's.
    """

    set_apart: Mapping[Owner, int] = field(default_factory=Counter)

    def node(self, node_id: str) -> str:
        return pascal(node_id) + "Node" * self.set_apart.get(("node", node_id), 0)

    def edge(self, edge_id: str, source: str, target: str) -> str:
        ends = f"{self.node(source)}To{self.node(target)}"
        return ends + "Edge" * self.set_apart.get(("edge", edge_id), 0)


def sites(design: Design, names: Names) -> list[Site]:
    """Return every node with its edges, in the order of the document."""
    model = design.model
    placed = {n.id: Placed(n.id, n.name, names.node(n.id), n.service) for n in model.nodes}
    short = [
        Link(
            e.id,
            names.edge(e.id, e.source, e.target),
            placed[e.source],
            placed[e.target],
            e.connection,
        )
        for e in model.edges
    ]
    leaving = {node: tuple(s for s in short if s.source.id == node) for node in placed}
    links = [replace(s, siblings=leaving[s.source.id], onward=leaving[s.target.id]) for s in short]
    return [
        Site(
            placed[n.id],
            tuple(link for link in links if link.target.id == n.id),
            tuple(link for link in links if link.source.id == n.id),
        )
        for n in model.nodes
    ]
