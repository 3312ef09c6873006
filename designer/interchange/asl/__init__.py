"""Amazon States Language: the definitions of a design's workflows, one file each."""

from .write import export

__all__ = ["export"]
