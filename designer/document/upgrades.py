"""Documents outlive code: each step lifts a document by one version, then older names go.

To change the shape, raise VERSION in `design.py`, add the step from the old version here, and keep
a file of the old shape in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from designer.errors import DesignError, Problem

from . import older_names
from .design import VERSION

Document = dict[str, Any]


def _from_0(document: Document) -> Document:
    """Version 0 kept the model's parts at the top level and positions on the nodes."""
    positions: dict[str, Any] = {}
    nodes = []
    for node in document.get("nodes", []):
        kept = dict(node)
        if "x" in kept and "y" in kept:
            positions[str(kept.get("id"))] = {"x": kept.pop("x"), "y": kept.pop("y")}
        if "label" in kept:
            kept["name"] = kept.pop("label")
        nodes.append(kept)
    return {
        "version": 1,
        "name": document.get("name", "Untitled"),
        "model": {
            "region": document.get("region", "us-east-1"),
            "nodes": nodes,
            "edges": document.get("edges", []),
        },
        "layout": {"positions": positions},
    }


STEPS: dict[int, Callable[[Document], Document]] = {0: _from_0}


def upgrade(document: Document) -> Document:
    """Return the document at the present version.

    Raises:
        DesignError: The version is missing, unknown, or newer than this program.
    """
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        message = f'"version" must be a whole number from 0 to {VERSION}; this is not a design'
        raise DesignError([Problem("/version", "version", message)])
    if version > VERSION:
        message = (
            f"the document has version {version}, this program reads up to {VERSION}; "
            "open it with a newer Weir"
        )
        raise DesignError([Problem("/version", "version", message)])
    while version < VERSION:
        document = STEPS[version](document)
        version = int(document["version"])
    return older_names.modern(document)
