"""The document: what a team draws, keeps, reviews and exports. Pure: no web, no estimate."""

from .canonical import design_hash, dump, empty
from .design import (
    REGIONS,
    VERSION,
    Assumptions,
    Design,
    Edge,
    Layout,
    Model,
    Node,
    Workload,
)
from .load import json_schema, load, loads
from .older_names import notes as older_names_in

__all__ = [
    "REGIONS",
    "VERSION",
    "Assumptions",
    "Design",
    "Edge",
    "Layout",
    "Model",
    "Node",
    "Workload",
    "design_hash",
    "dump",
    "empty",
    "json_schema",
    "load",
    "loads",
    "older_names_in",
]
