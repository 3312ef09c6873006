"""Writes each workflow as the template defines it, its targets by their ids in ${...}."""

from __future__ import annotations

from typing import Any

from designer.document import Design
from designer.interchange.placing import Names, sites


def export(design: Design) -> dict[str, dict[str, Any]]:
    """Return the definition of each workflow by file name, in the order of the document."""
    return {
        f"{site.placed.id}.{ending}": content
        for site in sites(design, Names())
        for ending, content in site.placed.service.files(site)
        if ending == "asl.json"
    }
