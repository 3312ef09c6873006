"""What every room is: a Service (node) and the Connections (edges) that it owns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import ComputedFieldInfo, FieldInfo

from .fields import quantity, title_from_name
from .findings import Ban, Finding, Refused, Rule
from .flow import CallWait, EdgeFlow, Hop, Item, Kind, Lognormal, NodeFlow, Role, Station, Usage
from .limits import Context, Limit, Source
from .resources import (
    Access,
    Address,
    Delivery,
    Grant,
    Link,
    Parameter,
    Patch,
    Placed,
    Resource,
    Site,
    get_att,
    ref,
)
from .statuses import Cause, Status


def _title(name: str, info: FieldInfo | ComputedFieldInfo) -> str:
    extra = info.json_schema_extra
    unit = extra.get("x-unit") if isinstance(extra, dict) else None
    return title_from_name(name, unit if isinstance(unit, str) else None)


class Config(BaseModel):
    """Frozen, strict about names: an unknown key is refused, never ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, field_title_generator=_title, allow_inf_nan=False
    )


@dataclass(frozen=True)
class EdgeView:
    """An edge as findings see it: both configurations and the traffic.

    Attributes:
        peers: All edges that leave the same source, for edges that come in.
    """

    id: str
    source: Service
    target: Service
    connection: Connection
    flow: EdgeFlow
    source_name: str
    target_name: str
    peers: Sequence[EdgeView] = ()


@dataclass(frozen=True)
class NodeView:
    """A node as findings see it.

    Attributes:
        utilisation: Load over limit of each cap, by limit id, at the busiest hour.
    """

    id: str
    name: str
    service: Service
    flow: NodeFlow
    inbound: Sequence[EdgeView]
    outbound: Sequence[EdgeView]
    utilisation: Mapping[str, float] = field(default_factory=dict)
    throttled_per_s: float = 0.0
    backlog_growth_per_h: float = 0.0


class Service(Config):
    """A resource that can be drawn. Fields are the form, methods are the knowledge.

    Class attributes:
        title, aliases, category, summary: How people find it.
        role: Its part in the flow.
        cloudformation: Resource type; None where AWS has no resource (a client).
        id_base: Beginning of the ids of new nodes.
        limits, rules, bans: Everything sourced, checked or refused here, for the docs.
        principal: Service principal of its role; None where it needs no role.
        calls_per_batch: Its calls carry a whole batch, instead of one call for each event.
        statuses: What its callers get over HTTP, by cause; empty where no status is known.
    """

    type: str
    title: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    category: ClassVar[str]
    summary: ClassVar[str]
    docs_url: ClassVar[str]
    pricing_url: ClassVar[str | None] = None
    role: ClassVar[Role]
    cloudformation: ClassVar[str | None] = None
    id_base: ClassVar[str]
    limits: ClassVar[tuple[Limit, ...]] = ()
    rules: ClassVar[tuple[Rule, ...]] = ()
    bans: ClassVar[tuple[Ban, ...]] = ()
    principal: ClassVar[str | None] = None
    calls_per_batch: ClassVar[bool] = False
    statuses: ClassVar[Mapping[Cause, Status]] = {}

    def station(self, ctx: Context) -> Station:
        """Return how the node treats requests."""
        return Station()

    @property
    def follows_load(self) -> bool:
        """Whether `station` asks for the load, so that the flow is solved twice."""
        return False

    def takes(self) -> Mapping[str, float]:
        """Return what the node keeps for itself of account-wide limits, by limit id."""
        return {}

    def service_s(self, own_s: float, calls: Sequence[CallWait]) -> float:
        """Return the mean time of one request with its calls, in seconds: one after another."""
        return own_s + sum(c.calls * c.answer_s for c in calls)

    def reach_items(self, edge: str, task: str | None, calls: Sequence[CallWait]) -> list[Item]:
        """Return what passes inside the node before the call on `edge` starts, beyond `service`."""
        return []

    def calls_per_event(self, task: str | None) -> float:
        """Return how often the step `task` runs per event; 1 where the node has no steps."""
        return 1.0

    def measures(self, calls: Sequence[CallWait]) -> dict[str, float]:
        """Return further figures for `usage` and the report."""
        return {}

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        """Yield the month's metered quantities (no price)."""
        return ()

    def closed_to(self, source: Service) -> str | Refused | None:
        """Return why nothing of this source comes in, whatever the connection; else None."""
        return None

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Yield (path, message) for what the schema alone cannot refuse."""
        return ()

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        """Yield what deserves attention about this node."""
        return ()

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        """Yield the CloudFormation resources of the node."""
        return ()

    def grants(self, site: Site) -> Iterable[Grant]:
        """Yield what the node's role needs for itself, whatever is drawn: its logs."""
        return ()

    def parameters(self, site: Site) -> Iterable[Parameter]:
        """Yield what must be asked for at deployment."""
        return ()

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Yield (path in the config, message) for what no template can build."""
        return ()

    def remarks(self, site: Site) -> Iterable[str]:
        """Yield what the template leaves out or leaves to people, and why."""
        return ()

    def files(self, site: Site) -> Iterable[tuple[str, Any]]:
        """Yield (ending, JSON values) of further files that say what the node is."""
        return ()

    def arn(self, logical_id: str) -> Any:
        """Return the expression of the node's ARN."""
        return get_att(logical_id, "Arn")

    def address(self, logical_id: str) -> Address:
        """Return how callers name the node."""
        return Address("NAME", ref(logical_id), f"Name of the {self.title}")

    def entrances(self, logical_id: str) -> Iterable[Address]:
        """Yield what people outside need to reach the node: the stack's outputs."""
        yield self.address(logical_id)

    def access(self, logical_id: str, operation: str) -> Access:
        """Return what a caller must be granted to "write" or "read"."""
        return Access((), ())


class Connection(Config):
    """A way for one resource to reach another, by one AWS mechanism.

    Class attributes:
        sources, targets: Type names of the legal ends.
        cloudformation: The resource that makes it; None where code calls an API.
        itself: Why no node reaches itself by it; None where it may.
        second_choice: Offered after the others where several lead from one type to another.
        guards: It asks whether a request may pass, and carries none of its work.
        statuses: What its callers get over HTTP, by cause, where the arrow itself is the front.
    """

    type: str
    title: ClassVar[str]
    summary: ClassVar[str]
    sources: ClassVar[frozenset[str]]
    targets: ClassVar[frozenset[str]]
    cloudformation: ClassVar[str | None] = None
    docs_url: ClassVar[str | None] = None
    second_choice: ClassVar[bool] = False
    guards: ClassVar[bool] = False
    statuses: ClassVar[Mapping[Cause, Status]] = {}
    limits: ClassVar[tuple[Limit, ...]] = ()
    rules: ClassVar[tuple[Rule, ...]] = ()
    bans: ClassVar[tuple[Ban, ...]] = ()
    itself: ClassVar[str | None] = None

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        """Return what the edge does to the flow."""
        raise NotImplementedError

    @property
    def refused_share(self) -> float:
        """Share of the requests that a guard turns away."""
        return 0.0

    @property
    def step(self) -> str | None:
        """The step of the source that makes the call, where the source has steps."""
        return None

    def refusal(self, source: Service, target: Service) -> str | Refused | None:
        """Return why these two configurations cannot be joined, or None."""
        return None

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        return ()

    def findings(self, view: EdgeView, ctx: Context) -> Iterable[Finding]:
        return ()

    # ---- The template ----

    def resources(self, link: Link) -> Iterable[Resource]:
        """Yield the CloudFormation resources of the edge itself."""
        return ()

    def patches(self, link: Link) -> Iterable[Patch]:
        """Yield what the edge adds to the resources of its ends."""
        return ()

    def grants(self, link: Link) -> Iterable[Grant]:
        """Yield what the role of one end may do to the other."""
        return ()

    def delivery(self, link: Link) -> Delivery | None:
        """Return what the target's own policy must let in; None where a role's grant is enough."""
        return None

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Yield (path in the config, message) for what no template can build."""
        return ()

    def remarks(self, link: Link) -> Iterable[str]:
        """Yield what the template leaves out or leaves to people, and why."""
        return ()


def latency_fields(
    p50_ms: float,
    p99_ms: float,
    what: str,
    source: Source | None = None,
    *,
    title: str = "Latency",
    le: float = 9e6,
) -> tuple[Any, Any]:
    """Return the two fields (median, 99th percentile) by which a time is known."""

    def field(of: str, at: str, value_ms: float) -> Any:
        help, name = f"{of} {what}.", f"{title}, {at}"
        shared: dict[str, Any] = {"group": "Latency", "assumed": True, "source": source}
        return quantity("ms", value_ms, help, title=name, ge=0, le=le, **shared)

    return (
        field("Median time", "median", p50_ms),
        field("99th percentile of the time", "p99", p99_ms),
    )


def call_fields(p50_ms: float, p99_ms: float, call: str, source: Source | None) -> tuple[Any, Any]:
    """Return the two fields of the time in which a call is answered."""
    return latency_fields(p50_ms, p99_ms, f"of {call}", source, title="Call")


def call_law(p50_ms: float, p99_ms: float) -> Lognormal:
    """Return the law of a time known by its two percentiles."""
    return Lognormal(p50_ms / 1000, max(p50_ms, p99_ms) / 1000)


def latency_item(
    kind: Kind, label: str, p50_ms: float, p99_ms: float, source: Source | None
) -> Item:
    """Return the latency line of a hop known by its two percentiles."""
    return Item(kind, label, call_law(p50_ms, p99_ms), source, source is None)


__all__ = [
    "Config",
    "Connection",
    "EdgeView",
    "NodeView",
    "Placed",
    "Service",
    "latency_fields",
    "latency_item",
]
