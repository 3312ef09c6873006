"""The same system on servers that always run: each function becomes a service of containers.

What comes in by a call gets a load balancer, what AWS pushes gets a queue that the tasks poll. What
has no such form stays as it is, and the notes say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from designer import catalog
from designer.document import Design, dump, load

from .estimate import settled
from .servers import busy, running

Document = dict[str, Any]

FUNCTION, SERVICE, QUEUE = "lambda_function", "ecs_service", "sqs_queue"
BALANCER = "elasticloadbalancingv2_loadbalancer"
APIS = frozenset({"apigatewayv2_api", "apigateway_rest_api"})
MAPPING, CALL = "lambda_sqs_mapping", "lambda_call"
CLIENT, URL = "client_call", "lambda_url_call"
TARGET, POLL, SERVICE_CALL, REDRIVE = (
    "elasticloadbalancingv2_target",
    "ecs_sqs_poll",
    "ecs_call",
    "sqs_redrive",
)
# Destinations follow what AWS does with asynchronous events; a queue has a redrive instead.
ON_FAILURE, ON_SUCCESS = "lambda_on_failure", "lambda_on_success"
LOGS = "lambda_logs"  # Tasks write to the drawn log group themselves.
LEAST_KIB = 1e-6
SIZES = ((0.25, 0.5), (0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 16.0))
TASK_GB = 2.0  # One vCPU and 2 GB: about the share of a vCPU that a function of that memory has.
LEAST = 2  # In two zones, as a function is by itself.
TARGET_RATIO = 0.6
MOST = 5_000


@dataclass
class _Rewrite:
    """A document under change.

    Attributes:
        moved: Functions that become services.
        gone: Ids of APIs that become load balancers.
    """

    design: Design
    nodes: dict[str, Document]
    edges: list[Document]
    positions: dict[str, Document]
    moved: set[str]
    notes: list[str] = field(default_factory=list)

    def type_of(self, node_id: str) -> str:
        return str(self.nodes[node_id]["service"]["type"])

    def label(self, node_id: str) -> str:
        return str(self.nodes[node_id].get("name") or node_id)

    def into(self, node_id: str) -> list[Document]:
        return [e for e in self.edges if e["target"] == node_id]

    def out_of(self, node_id: str) -> list[Document]:
        return [e for e in self.edges if e["source"] == node_id]

    def insert(self, kind: str, before: str, name: str, service: Document) -> str:
        """Add a node in front of another; return its id."""
        base = f"{before[:38]}_{kind}"
        new, number = base, 2
        while new in self.nodes:
            new, number = f"{base}{number}", number + 1
        self.nodes[new] = {"id": new, "name": name[:80], "service": service}
        at = self.positions.get(before)
        if at:
            self.positions[new] = {"x": at["x"] - 104, "y": at["y"] + 78}
        return new

    def connect(self, source: str, target: str, connection: Document) -> None:
        taken = {e["id"] for e in self.edges}
        base = f"{source[:20]}_to_{target[:20]}"
        new, number = base, 2
        while new in taken:
            new, number = f"{base}{number}", number + 1
        self.edges.append({"id": new, "source": source, "target": target, "connection": connection})


def always_on(design: Design, *, up_to: float = 1.0) -> tuple[Design, list[str]]:
    """Return the design on servers, and notes about what was added, assumed or left.

    Every service has room for the busiest hour of the load times `up_to`, and runs at least two
    tasks; a task holds as many requests as functions of the same memory fit in it.
    """
    document = dump(design)
    model = document["model"]
    work = _Rewrite(
        design,
        {n["id"]: n for n in model["nodes"]},
        list(model["edges"]),
        dict(document.get("layout", {}).get("positions", {})),
        set(),
    )
    work.moved = _movable(work)
    if not work.moved:
        work.notes.append("No function of this design has a form on servers.")
    batches = _batches(design)
    fronts = {
        e["source"] for n in work.moved for e in work.into(n) if work.type_of(e["source"]) in APIS
    }
    for api in sorted(fronts):
        _balance(work, api)
    for function in sorted(work.moved):
        _serve(work, function, batches[function])
    document["name"] = f"{design.name[:106]}, always on"
    model["nodes"] = list(work.nodes.values())
    model["edges"] = work.edges
    document.setdefault("layout", {})["positions"] = work.positions
    _set_most(work, load(document), up_to)
    return load(document), work.notes


def _movable(work: _Rewrite) -> set[str]:
    """Return the functions whose every way in has a form on servers."""
    moved = {n for n in work.nodes if work.type_of(n) == FUNCTION}
    while True:
        stay = {n for n in moved if not all(_has_form(work, e, moved) for e in work.into(n))}
        if not stay:
            return moved
        for node in sorted(stay):
            work.notes.append(
                f"{work.label(node)} stays a function: its way in has no form on servers."
            )
        moved -= stay


def _has_form(work: _Rewrite, edge: Document, moved: set[str]) -> bool:
    source, kind = work.type_of(edge["source"]), edge["connection"]["type"]
    if kind in (MAPPING, CLIENT, URL):
        return True
    if source == BALANCER:
        return True
    if source in APIS:
        return all(e["target"] in moved for e in work.out_of(edge["source"]))
    return _by_queue(source, kind)


def _by_queue(source: str, kind: str) -> bool:
    """Tell whether the same connection may lead to a queue, with nobody waiting for an answer."""
    connection = catalog.CONNECTIONS[kind]
    waits = kind in (CALL, "sfn_task", ON_FAILURE, ON_SUCCESS)
    return not waits and QUEUE in connection.targets and source in connection.sources


def _batches(design: Design) -> dict[str, float]:
    """Return the mean events per request at each node, at the drawn load."""
    network, flow, _ = settled(design)
    return {
        node.id: max((float(flow.batch[i][0].mean()) for i in node.ins), default=1.0)
        for node in network.nodes
    }


def _set_most(work: _Rewrite, roomy: Design, up_to: float) -> None:
    """Give each service as many tasks as the busiest hour of `up_to` times the load asks for."""
    network, flow, _ = settled(roomy, up_to)
    for node in network.nodes:
        declared = node.station.servers
        if node.id in work.moved and declared is not None:
            most = int(running(declared, busy(flow, node))[0].max())
            work.nodes[node.id]["service"]["max_tasks"] = most
            work.notes.append(
                f"{work.label(node.id)} runs {LEAST} to {most} tasks with "
                f"{declared.slots:g} requests in parallel each."
            )


def _balance(work: _Rewrite, api: str) -> None:
    """Put a load balancer in the place of an API whose functions all move."""
    old: Any = work.design.model.node(api).service
    work.nodes[api]["service"] = {
        "type": BALANCER,
        "response_kib": old.response_kib,
        "listener_rules": max(1, len(work.out_of(api))),
    }
    for edge in work.out_of(api):
        connection = edge["connection"]
        path = str(connection.get("path") or "/")
        target = {"type": TARGET, "path": _pattern(path)}
        if connection.get("share") is not None:
            target["share"] = connection["share"]
        edge["connection"] = target
    work.notes.append(f"{work.label(api)} becomes a load balancer; its throttle and cache go.")


def _pattern(path: str) -> str:
    """Return a route as a path pattern.

    >>> _pattern("/orders/{id}"), _pattern("/"), _pattern("$default")
    ('/orders/*', '/*', '/*')
    """
    parts = [p if "{" not in p else "*" for p in path.strip("/").split("/")]
    pattern = "/" + "/".join(parts)
    return "/*" if pattern in ("/", "/$default") or "," in pattern else pattern


def _serve(work: _Rewrite, function: str, batch: float) -> None:
    """Make a service of a function; a message takes its share of the function's batch."""
    old: Any = work.design.model.node(function).service
    name = work.label(function)
    gb, vcpu = _size(old.memory_mb)
    work.nodes[function]["service"] = {
        "type": SERVICE,
        "min_tasks": LEAST,
        "max_tasks": MOST,
        "requests_in_parallel": max(1, int(gb * 1024 // old.memory_mb)),
        "vcpu": f"{vcpu:g}",
        "memory_gb": gb,
        "architecture": old.architecture,
        "duration_ms": (old.duration_ms + old.extra_per_event_ms * (batch - 1)) / batch,
        "error_ratio": old.error_ratio,
        "target_ratio": TARGET_RATIO,
        "log_kib": old.log_kib / batch,
        "log_retention_days": old.log_retention_days,
    }
    for edge in list(work.into(function)):
        _way_in(work, function, name, edge)
    for edge in list(work.out_of(function)):
        _way_out(work, name, edge)


def _size(memory_mb: float) -> tuple[float, float]:
    """Return (GB, vCPU) of a task: the usual one, or the smallest in which the function fits."""
    needed = max(TASK_GB, memory_mb / 1024)
    vcpu, gb = next((v, g) for v, g in SIZES if g >= needed)
    return gb, vcpu


def _way_in(work: _Rewrite, function: str, name: str, edge: Document) -> None:
    connection = edge["connection"]
    kind = connection["type"]
    if kind == MAPPING:
        poll = {"type": POLL, "batch_size": min(10, connection.get("batch_size", 10))}
        if connection.get("share") is not None:
            poll["share"] = connection["share"]
        edge["connection"] = poll
    elif kind in (CLIENT, URL):
        fields = catalog.CONNECTIONS[CLIENT].model_fields
        kept = {k: v for k, v in connection.items() if k in fields}
        edge["connection"] = {**kept, "type": CLIENT}
        front = work.insert("balancer", function, f"{name} balancer", {"type": BALANCER})
        edge["target"] = front
        work.connect(front, function, {"type": TARGET})
    elif work.type_of(edge["source"]) != BALANCER:
        held = {"type": QUEUE, "visibility_timeout_s": 180.0}
        queue = work.insert("queue", function, f"{name} queue", held)
        edge["target"] = queue
        work.connect(queue, function, {"type": POLL})
        for out in work.out_of(function):
            if out["connection"]["type"] == ON_FAILURE and work.type_of(out["target"]) == QUEUE:
                work.connect(queue, out["target"], {"type": REDRIVE, "max_receive_count": 3})


def _way_out(work: _Rewrite, name: str, edge: Document) -> None:
    connection = edge["connection"]
    if connection["type"] == LOGS:
        service = work.nodes[edge["source"]]["service"]
        size_kib = max(service["log_kib"], LEAST_KIB)
        edge["connection"] = {"type": SERVICE_CALL, "payload_kib": size_kib}
        service["log_kib"] = 0.0
        return
    reached = catalog.CONNECTIONS[SERVICE_CALL].targets
    if connection["type"] == CALL and work.type_of(edge["target"]) in reached:
        kept = catalog.CONNECTIONS[SERVICE_CALL].model_fields
        connection = {k: v for k, v in connection.items() if k in kept}
        edge["connection"] = {**connection, "type": SERVICE_CALL}
    elif SERVICE in catalog.CONNECTIONS[connection["type"]].sources:
        return
    else:
        work.edges.remove(edge)
        if connection["type"] != ON_FAILURE or work.type_of(edge["target"]) != QUEUE:
            work.notes.append(f"{name}: the arrow to {work.label(edge['target'])} is left out.")
