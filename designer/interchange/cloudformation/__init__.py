"""CloudFormation: a design as a template that can be deployed."""

from .template import Template
from .write import export

__all__ = ["Template", "export"]
