"""The document: what a team draws, keeps, reviews and exports. Pure: no web, no estimate."""

from .canonical import design_hash, dump, empty
from .changes import apply as apply_changes
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
from .diff import diff
from .load import json_schema, load, loads
from .merge import Conflict, Merge, merge
from .older_names import notes as older_names_in

__all__ = [
    "REGIONS",
    "VERSION",
    "Assumptions",
    "Conflict",
    "Design",
    "Edge",
    "Layout",
    "Merge",
    "Model",
    "Node",
    "Workload",
    "apply_changes",
    "design_hash",
    "diff",
    "dump",
    "empty",
    "json_schema",
    "load",
    "loads",
    "merge",
    "older_names_in",
]
