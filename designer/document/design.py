"""The shape of a design: `model` is estimated, `layout` is only looked at."""

from __future__ import annotations

import functools
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from designer.catalog import ConnectionUnion, ServiceUnion
from designer.catalog.base import BILLED_SERVICES, REGIONS, Connection, Service

VERSION = 1
MAX_NODES = 2_000
MAX_EDGES = 5_000
ID = r"^[a-z][a-z0-9_]{0,47}$"

Region = Literal[
    "us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"
]
Id = Annotated[str, Field(pattern=ID)]
SERVICE_NAMES: list[JsonValue] = [*sorted(BILLED_SERVICES)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Node(Part):
    """One drawn resource."""

    id: Id
    name: str = Field(default="", max_length=80, description="Shown on the card.")
    service: ServiceUnion

    @functools.cached_property
    def canonical(self) -> str:
        """Its JSON text for hashes."""
        return canonical(self.model_dump(mode="json", exclude={"service"}), service=self.service)


class Edge(Part):
    """One drawn arrow."""

    id: Id
    source: Id
    target: Id
    connection: ConnectionUnion

    @functools.cached_property
    def canonical(self) -> str:
        """Its JSON text for hashes."""
        plain = self.model_dump(mode="json", exclude={"connection"})
        return canonical(plain, connection=self.connection)


def config(part: Service | Connection) -> dict[str, Any]:
    """Return a configuration as JSON values; what equals its default is left out."""
    stated = part.model_dump(mode="json", exclude_defaults=True, exclude={"type"})
    return {"type": part.type, **stated}


def canonical(plain: dict[str, Any], **parts: Service | Connection) -> str:
    """Return the one text of JSON values and configurations whatever the order of their keys."""
    whole = {**plain, **{name: config(part) for name, part in parts.items()}}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Workload(Part):
    """What all producers share."""

    scale: float = Field(default=1.0, gt=0, le=1e6, description="Multiplies every producer's rate.")


class Assumptions(Part):
    """Design-wide conventions and account limits."""

    month_hours: Literal[720, 730, 744] = Field(
        default=730, description="Hours of a month: 730 as in AWS's calculator."
    )
    free_tier: bool = Field(default=False, description="Subtract the always-free allowances.")
    quotas: dict[str, Annotated[float, Field(gt=0, le=1e12)]] = Field(
        default_factory=dict, description="Own values of adjustable account limits, by limit id."
    )
    discounts: dict[str, Percent] = Field(
        default_factory=dict,
        description="Percent off the list prices, as agreed with AWS, by billed service.",
        json_schema_extra={"propertyNames": {"enum": SERVICE_NAMES}},
    )


class Model(Part):
    """Everything that an estimate depends on."""

    region: Region = "us-east-1"
    workload: Workload = Workload()
    assumptions: Assumptions = Assumptions()
    nodes: tuple[Node, ...] = Field(default=(), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field(default=(), max_length=MAX_EDGES)

    def node(self, node_id: str) -> Node:
        return next(n for n in self.nodes if n.id == node_id)


class Position(Part):
    x: Coordinate
    y: Coordinate


class Group(Part):
    id: Id
    title: str = Field(default="", max_length=80)
    nodes: tuple[Id, ...] = ()


class Note(Part):
    id: Id
    x: Coordinate
    y: Coordinate
    text: str = Field(default="", max_length=2000)


class Layout(Part):
    """Where things stand on the canvas; never part of the hash or the estimate."""

    positions: dict[Id, Position] = Field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    notes: tuple[Note, ...] = ()


class Design(Part):
    """One document: what a revision stores."""

    version: Literal[1] = 1
    name: str = Field(default="Untitled", min_length=1, max_length=120)
    description: str = Field(default="", max_length=2000)
    model: Model = Model()
    layout: Layout = Layout()


__all__ = [
    "MAX_EDGES",
    "MAX_NODES",
    "REGIONS",
    "VERSION",
    "Assumptions",
    "Design",
    "Edge",
    "Layout",
    "Model",
    "Node",
    "Workload",
]
