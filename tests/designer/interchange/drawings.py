"""Drawings of everything that the catalog allows, made from the catalog itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from designer import catalog
from designer.document import Design, load

Pair = tuple[str, str, str]  # source type, target type, connection type
# The connection joins both, and refuses these whatever is set on them.
NEVER = {("kinesisanalytics_application", "s3_bucket")}
DEFAULT_BUS_ONLY = ("s3_bucket", "cloudwatch_alarm", "connect_instance")
SQL_SOURCE = "kinesisanalytics_firehose_source"
PATHS = ("apigatewayv2_integration", "apigateway_integration")


def legal_pairs() -> list[Pair]:
    """Every (source, target, connection) of the matrix."""
    return [
        (source, target, connection)
        for source in catalog.SERVICES
        for target in catalog.SERVICES
        for connection in catalog.connections_between(source, target)
        if (source, target) not in NEVER
    ]


def some_pairs() -> list[Pair]:
    """Pairs with every connection and every service at each end; one template can hold them."""
    seen: set[str] = set()
    found: list[Pair] = []
    for source, target, connection in legal_pairs():
        shown = {connection, f"from {source}", f"to {target}"}
        if shown - seen:
            found.append((source, target, connection))
            seen |= shown
    return found


def sources() -> list[str]:
    return sorted({source for source, _, _ in legal_pairs()})


def _service(kind: str, fifo: bool) -> dict[str, Any]:
    config: dict[str, Any] = {"type": kind}
    if fifo and "fifo" in catalog.SERVICES[kind].model_fields:
        config["fifo"] = True
    return config


def _refused(pair: Pair, source: dict[str, Any], target: dict[str, Any], edge: Any) -> bool:
    ends = [catalog.SERVICES[end["type"]].model_validate(end) for end in (source, target)]
    return catalog.CONNECTIONS[pair[2]].model_validate(edge).refusal(*ends) is not None


def draw(pairs: list[Pair], *, fifo: bool = False, read: bool = False) -> Design:
    """Return one design with each pair apart, and what the pair needs to be built.

    Args:
        fifo: Make queues and topics FIFO where the connection allows it.
        read: Read instead of write where the connection allows it.
    """
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for i, pair in enumerate(pairs):
        source, target = _service(pair[0], fifo), _service(pair[1], fifo)
        edge: dict[str, Any] = {"type": pair[2]}
        if pair[0] == "cloudwatch_alarm":  # Watches something that is not drawn.
            source |= {"namespace": "Weir", "metric_name": "Latency"}
            if pair[1] == "cloudwatch_alarm":
                target["kind"] = "composite"
        if pair[1] == "events_bus" and pair[0] in DEFAULT_BUS_ONLY:
            target["kind"] = "default"
        if pair[2] == "pipes_enrichment" and pair[1] == "sfn_state_machine":
            target["kind"] = "EXPRESS"
        if pair[:2] == ("rekognition_streamprocessor", "kinesis_stream"):
            source["kind"] = "faces"
        if pair[2] == "firehose_backup":
            edge["records"] = "all"  # Its stream delivers to a bucket: see `_complete`.
        if pair[2] in PATHS:
            edge["path"] = "/things/{id}"
        if read and "operation" in catalog.CONNECTIONS[pair[2]].model_fields:
            edge["operation"] = "read"
            if _refused(pair, source, target, edge):
                edge["operation"] = "write"
        if _refused(pair, source, target, edge):
            target.pop("fifo", None)
        if _refused(pair, source, target, edge):
            source.pop("fifo", None)
        ends = f"{pair[0]}_{i}", f"{pair[1]}_{i}_target"
        nodes += [{"id": ends[0], "service": source}, {"id": ends[1], "service": target}]
        edges.append({"id": f"e{i}", "source": ends[0], "target": ends[1], "connection": edge})
    _complete(nodes, edges)
    _complete_pipes(nodes, edges)
    _complete_vision(nodes, edges)
    _complete_sql(nodes, edges)
    return load({"version": 1, "name": "Pairs", "model": {"nodes": nodes, "edges": edges}})


def _complete(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
    """Add what no template can do without: a stream's bucket, a REST API's integration."""
    needs = {
        "firehose_stream": ("s3_bucket", {"type": "firehose_destination"}),
        "apigateway_rest_api": ("lambda_function", {"type": "apigateway_integration"}),
        "events_api_destination": ("http_endpoint", {"type": "events_api_destination_call"}),
        "scheduler_schedule": ("sqs_queue", {"type": "scheduler_target"}),
    }
    # What goes there beside what is delivered.
    aside = (
        "events_dead_letters",
        "firehose_transform",
        "firehose_backup",
        "apigateway_authorizer",
        SQL_SOURCE,
        "cloudwatch_watch",
        "xray_tracing",
    )
    leaving = {e["source"] for e in edges if e["connection"]["type"] not in aside}
    for node in list(nodes):
        kind, own_id = node["service"]["type"], node["id"]
        if kind in needs and own_id not in leaving:
            target, connection = needs[kind]
            nodes.append({"id": f"{own_id}_end", "service": {"type": target}})
            edges.append(
                {
                    "id": f"{own_id}_out",
                    "source": own_id,
                    "target": f"{own_id}_end",
                    "connection": connection,
                }
            )


def _complete_pipes(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
    """Give every pipe a source and a target."""
    has = {(e["connection"]["type"], e[end]) for e in edges for end in ("source", "target")}
    for node in list(nodes):
        own_id = node["id"]
        if node["service"]["type"] != "pipes_pipe":
            continue
        for kind, ends in (("source", ("{}", own_id)), ("target", (own_id, "{}"))):
            if (f"pipes_{kind}", own_id) not in has:
                other = f"{own_id}_{kind}"
                nodes.append({"id": other, "service": {"type": "sqs_queue"}})
                first, last = (end.format(other) for end in ends)
                connection = {"type": f"pipes_{kind}"}
                edges.append(
                    {"id": other, "source": first, "target": last, "connection": connection}
                )


def _complete_vision(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
    """Add the video that a processor looks at, its topic and its bucket."""
    kinds = {node["id"]: node["service"]["type"] for node in nodes}
    for own_id in [key for key, kind in kinds.items() if kind == "rekognition_streamprocessor"]:
        ends = {kinds[e["target"]] for e in edges if e["source"] == own_id}
        ways = [
            (own_id, kind, "rekognition_results")
            for kind in ("sns_topic", "s3_bucket")
            if kind not in ends and "kinesis_stream" not in ends
        ]
        if not any(e["target"] == own_id for e in edges):
            ways.append(("", "kinesisvideo_stream", "rekognition_video_source"))
        for source, kind, connection in ways:
            other = f"vision_{len(nodes)}"
            nodes.append({"id": other, "service": {"type": kind}})
            ends_of = (source, other) if source else (other, own_id)
            way = {"source": ends_of[0], "target": ends_of[1]}
            edges.append({"id": f"{other}_way", **way, "connection": {"type": connection}})


def _complete_sql(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
    """Add the stream that a SQL application reads."""
    read = {edge["target"] for edge in edges}
    for own_id in [
        n["id"] for n in nodes if n["service"]["type"] == "kinesisanalytics_application"
    ]:
        if own_id not in read:
            other = f"{own_id}_input"
            nodes.append({"id": other, "service": {"type": "kinesis_stream"}})
            connection = {"type": "flink_kinesis_source"}
            way = {"source": other, "target": own_id, "connection": connection}
            edges.append({"id": f"{other}_way", **way})


def one(nodes: dict[str, Any], *edges: tuple[Any, ...], name: str = "Drawing") -> Design:
    """Return a design from {id: service type or config} and (source, target, connection)."""
    return load(
        {
            "version": 1,
            "name": name,
            "model": {
                "nodes": [
                    {"id": key, "service": {"type": s} if isinstance(s, str) else s}
                    for key, s in nodes.items()
                ],
                "edges": [
                    {
                        "id": f"e{i}",
                        "source": source,
                        "target": target,
                        "connection": {"type": c} if isinstance(c, str) else c,
                    }
                    for i, (source, target, c) in enumerate(edges)
                ],
            },
        }
    )


def examples() -> list[Path]:
    """The gallery's designs."""
    return sorted((Path(__file__).parents[3] / "designer" / "examples").glob("*.design.json"))
