"""CloudFormation as rooms say it: resources, references, grants, patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .service import Connection, Service


def ref(logical_id: str) -> dict[str, Any]:
    return {"Ref": logical_id}


def get_att(logical_id: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, attribute]}


def sub(template: str) -> dict[str, Any]:
    return {"Fn::Sub": template}


@dataclass(frozen=True)
class Resource:
    """One CloudFormation resource.

    Attributes:
        suffix: Added to the node's (or edge's) logical id; empty for the main resource.
        attributes: DependsOn, DeletionPolicy and other attributes beside Properties.
    """

    type: str
    properties: Mapping[str, Any]
    suffix: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Patch:
    """A value that a connection adds to a resource of another room.

    Lists are appended to, mappings are merged.
    """

    logical_id: str
    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class Grant:
    """Actions that one end's role may do on some resources.

    Attributes:
        to: "source" or "target": whose role gets it.
    """

    to: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]


@dataclass(frozen=True)
class Placed:
    """A node in its template."""

    id: str
    name: str
    logical_id: str
    service: Service

    @property
    def ref(self) -> dict[str, Any]:
        return ref(self.logical_id)

    @property
    def arn(self) -> Any:
        return self.service.arn(self.logical_id)

    @property
    def role_id(self) -> str:
        return f"{self.logical_id}Role"

    @property
    def role_arn(self) -> dict[str, Any]:
        return get_att(self.role_id, "Arn")


@dataclass(frozen=True)
class Link:
    """An edge with both its ends.

    Attributes:
        logical_id: Stable id for the resources of the edge: both ends' ids, then the edge's kind.
        siblings: Edges out of the same source with the same connection type, in document order.
    """

    id: str
    logical_id: str
    source: Placed
    target: Placed
    connection: Connection
    siblings: tuple[Link, ...] = ()
    inbound: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Site:
    """A node with its edges, as `Service.resources` sees it."""

    placed: Placed
    inbound: tuple[Link, ...] = ()
    outbound: tuple[Link, ...] = ()

    @property
    def logical_id(self) -> str:
        return self.placed.logical_id
