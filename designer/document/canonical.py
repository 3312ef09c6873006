"""One canonical form per design, and its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .design import Design


def dump(design: Design) -> dict[str, Any]:
    """Return the document as JSON values; what equals its default is left out of configs.

    So are discounts where there are none: hashes from before they existed stay the same.
    """
    document = design.model_dump(mode="json")
    if not design.model.assumptions.discounts:  # As in documents from before there were any.
        del document["model"]["assumptions"]["discounts"]
    for nodes, parts in (("nodes", "service"), ("edges", "connection")):
        for plain, typed in zip(
            document["model"][nodes], getattr(design.model, nodes), strict=True
        ):
            part = getattr(typed, parts)
            plain[parts] = {
                "type": part.type,
                **part.model_dump(mode="json", exclude_defaults=True, exclude={"type"}),
            }
    return document


def design_hash(design: Design) -> str:
    """Return the hash of what is estimated.

    Equal for documents that differ only in layout, names of the document, order of keys, order of
    nodes or edges, or in defaults written out.
    """
    model = dump(design)["model"]
    model["nodes"].sort(key=lambda n: n["id"])
    model["edges"].sort(key=lambda e: e["id"])
    text = json.dumps(model, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def empty(name: str = "Untitled") -> Design:
    return Design(name=name)
