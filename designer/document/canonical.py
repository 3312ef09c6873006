"""One canonical form per design, and its hash."""

from __future__ import annotations

import hashlib
import operator
from typing import Any

from .design import Design, canonical, config


def dump(design: Design) -> dict[str, Any]:
    """Return the document as JSON values; what equals its default is left out of configs.

    So are discounts where there are none: hashes from before they existed stay the same.
    """
    document = design.model_dump(mode="json")
    _leave_out_no_discounts(document["model"])
    for nodes, parts in (("nodes", "service"), ("edges", "connection")):
        for plain, typed in zip(
            document["model"][nodes], getattr(design.model, nodes), strict=True
        ):
            plain[parts] = config(getattr(typed, parts))
    return document


def design_hash(design: Design) -> str:
    """Return the hash of what is estimated.

    Equal for documents that differ only in layout, names of the document, order of keys, order of
    nodes or edges, or in defaults written out.
    """
    model = design.model
    plain = model.model_dump(mode="json", exclude={"nodes", "edges"})
    _leave_out_no_discounts(plain)
    texts = {name: canonical({name: value})[1:-1] for name, value in plain.items()}
    nodes = sorted(model.nodes, key=operator.attrgetter("id"))
    edges = sorted(model.edges, key=operator.attrgetter("id"))
    texts["nodes"] = f'"nodes":[{",".join(node.canonical for node in nodes)}]'
    texts["edges"] = f'"edges":[{",".join(edge.canonical for edge in edges)}]'
    text = "{" + ",".join(texts[name] for name in sorted(texts)) + "}"
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _leave_out_no_discounts(model: dict[str, Any]) -> None:
    """Write documents without discounts as they were before there were any."""
    if not model["assumptions"]["discounts"]:
        del model["assumptions"]["discounts"]


def empty(name: str = "Untitled") -> Design:
    return Design(name=name)
