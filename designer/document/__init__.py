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
]
