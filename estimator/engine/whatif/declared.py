"""One network for many scenarios: what the changed numbers declare, carried as `Many`.

The rooms' own code runs once with a value for each scenario in place of the numbers that change.
What the solver can take as a column stays a `Many`; what it asks one number for (most events of a
batch, shares of errors) parts the scenarios by its values.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from designer.catalog.base import Cap, Hop
from designer.catalog.base.flow import Station
from designer.document import Design

from ..flow import Array
from ..following import Follow, Shape, follows
from ..network import Network, compile_design
from .many import CannotFollow, Many, mapped, single

SCALE = "/model/workload/scale"
LONG_S = 3_600.0  # Requests that last into the next hour are spread over it, each by its own time.


@dataclass(frozen=True)
class Place:
    """A number on a node or an arrow: which, and the name of its field."""

    part: str
    index: int
    field: str


def place_of(design: Design, pointer: str) -> Place | None:
    """Return where a pointer leads; None where it is no plain number of a node or an arrow."""
    steps = pointer.split("/")[1:]
    if len(steps) != 5 or steps[0] != "model" or steps[1] not in ("nodes", "edges"):
        return None
    parts: Any = design.model.nodes if steps[1] == "nodes" else design.model.edges
    inner = "service" if steps[1] == "nodes" else "connection"
    if steps[3] != inner or steps[4] not in type(getattr(parts[int(steps[2])], inner)).model_fields:
        return None
    return Place(steps[1], int(steps[2]), steps[4])


def with_values(design: Design, values: Mapping[Place, Array]) -> Design:
    """Return the design with a value for each scenario; a plain number where all have the same."""
    changed: dict[tuple[str, int], dict[str, Any]] = {}
    for place, column in values.items():
        changed.setdefault((place.part, place.index), {})[place.field] = column
    model = design.model
    parts: dict[str, list[Any]] = {"nodes": list(model.nodes), "edges": list(model.edges)}
    for (part, index), columns in changed.items():
        inner = "service" if part == "nodes" else "connection"
        item = parts[part][index]
        config = getattr(item, inner)
        fields = {name: _figure(config, name, column) for name, column in columns.items()}
        config = config.model_copy(update=fields)
        parts[part][index] = item.model_copy(update={inner: config})
    _refuse(parts["nodes"], parts["edges"])
    new = {name: tuple(items) for name, items in parts.items()}
    return design.model_copy(update={"model": model.model_copy(update=new)})


def _refuse(nodes: list[Any], edges: list[Any]) -> None:
    """Leave values that do not go together to the way on which each design is checked."""
    services = {node.id: node.service for node in nodes}
    for service in services.values():
        if next(iter(service.problems()), None) is not None:
            raise CannotFollow("some values do not go together")
    for edge in edges:
        source, target = services[edge.source], services[edge.target]
        if edge.connection.refusal(source, target) or target.closed_to(source):
            raise CannotFollow("some values do not go with an arrow")


def _figure(config: Any, name: str, column: Array) -> Any:
    if (column == column[0]).all():
        whole = isinstance(getattr(config, name), int) and float(column[0]).is_integer()
        return int(column[0]) if whole else float(column[0])
    return Many(column)


@dataclass(frozen=True)
class Declared:
    """The network of some scenarios, as rooms see it and as the solver does.

    Attributes:
        count: Scenarios.
        rooms: With `Many` where they differ.
        columns: With arrays over (scenarios, 1) there.
    """

    count: int
    rooms: Network
    columns: Network

    def narrow(self, which: Any) -> Network:
        """Return the network as the rooms see it, of some of the scenarios."""
        if len(which) == self.count:
            return self.rooms
        return _mapped(self.rooms, lambda many: Many(many.values[which]))


def declare(design: Design, values: Mapping[Place, Array], count: int) -> Declared:
    """Return the network of scenarios that differ in some numbers.

    Raises:
        Split: The scenarios are built differently; each way has to be declared by itself.
        CannotFollow: They cannot be declared together.
        Unstable: A loop multiplies its events, or synchronous calls go round in a circle.
    """
    rooms = compile_design(with_values(design, values))
    follows(rooms)  # Once for all networks that are made of this one.
    return Declared(count, rooms, _columns(rooms))


def _mapped(network: Network, how: Any) -> Network:
    nodes = [copy.copy(node) for node in network.nodes]
    for node in nodes:
        for name in ("service", "station", "request_s", "event_s", "answer_s", "calls"):
            setattr(node, name, mapped(getattr(node, name), how))
    edges = [copy.copy(edge) for edge in network.edges]
    for edge in edges:
        for name in ("connection", "hop", "share", "give_up"):
            setattr(edge, name, mapped(getattr(edge, name), how))
    return replace(network, nodes=nodes, edges=edges, lean=None, follows=None)


# ---- For the solver ------------------------------------------------------------------------------


def _columns(network: Network) -> Network:
    nodes = [copy.copy(node) for node in network.nodes]
    for node in nodes:
        for name in ("request_s", "event_s", "answer_s"):
            value = getattr(node, name)
            if network.hours > 1 and isinstance(value, Many) and value.values.max() >= LONG_S:
                raise CannotFollow("requests last into the next hour")
            setattr(node, name, _column(value))
        node.station = _station(node.station)
    edges = [copy.copy(edge) for edge in network.edges]
    for edge in edges:
        edge.share, edge.give_up = _column(edge.share), single(edge.give_up)
        edge.hop = _hop(edge.hop)
    after = {i: tuple(map(_plain, ones)) for i, ones in follows(network).items()}
    return replace(network, nodes=nodes, edges=edges, lean=None, follows=after)


def _plain(one: Follow) -> Follow:
    shape = Shape(*(_column(value) for value in one.shape))
    return Follow(one.before, shape, *(_column(value) for value in one[2:]))


def _column(value: Any) -> Any:
    return value.values[:, None] if isinstance(value, Many) else value


def _station(station: Station) -> Station:
    plain = replace(
        station,
        sources=(0.0,) * len(station.sources),  # What is produced is given to the solver.
        error_ratio=single(station.error_ratio),
        caps=tuple(_cap(cap) for cap in station.caps),
        drains=tuple(_cap(cap) for cap in station.drains),
        payload_kib=_column(station.payload_kib),
        servers=mapped(station.servers, single),
        buffer=mapped(station.buffer, single),
    )
    if station.cold is not None and isinstance(station.cold.mean_s, Many):
        cold = replace(station.cold)
        cold.__dict__["mean_s"] = _column(station.cold.mean_s)
        plain = replace(plain, cold=cold)
    return plain


def _cap(cap: Cap) -> Cap:
    value = _column(cap.value)
    plain: Cap = mapped(replace(cap, value=0.0), single)
    return replace(plain, value=value)


def _hop(hop: Hop) -> Hop:
    ratio, kib, factor = hop.ratio, hop.payload_kib, hop.payload_factor
    rest: Hop = replace(
        hop, ratio=1.0, payload_kib=None, payload_factor=1.0, caps=(), latency=(), accept=None,
        share=None, retry_wait_s=0.0, pollers=0.0, poll_wait_s=0.0,
    )  # fmt: skip
    rest = mapped(rest, single)
    return replace(
        rest,
        ratio=_column(ratio),
        payload_kib=_column(kib),
        payload_factor=single(factor) if hop.buffered else _column(factor),
        caps=tuple(_cap(cap) for cap in hop.caps),
    )


def same_hour(total: Array) -> int:
    """Return the busiest hour of scenarios, given what they produce by hour; all have the same."""
    hours = np.argmax(total, axis=1).astype(float)
    return int(single(Many(hours)))
