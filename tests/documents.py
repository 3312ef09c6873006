"""Documents that tests draw, from nothing to thousands of nodes."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def empty(name: str = "Empty") -> Document:
    return {"version": 1, "name": name}


def pipeline(name: str = "Orders", rate_per_s: float = 10.0) -> Document:
    """Client → queue → function."""
    return chain(1, name, rate_per_s)


def chain(length: int, name: str = "Chain", rate_per_s: float = 10.0) -> Document:
    """Return a client and `length` pairs of queue and function, one after the other."""
    nodes: list[Document] = [
        {"id": "client", "name": "Client", "service": {"type": "client", "rate_per_s": rate_per_s}}
    ]
    edges: list[Document] = []
    previous, how = "client", "client_call"
    for i in range(length):
        queue, function = f"queue{i}", f"handler{i}"
        nodes += [
            {"id": queue, "name": f"Queue {i}", "service": {"type": "sqs_queue"}},
            {"id": function, "name": f"Handler {i}", "service": {"type": "lambda_function"}},
        ]
        edges += [
            {"id": f"a{i}", "source": previous, "target": queue, "connection": {"type": how}},
            {
                "id": f"b{i}",
                "source": queue,
                "target": function,
                "connection": {"type": "lambda_sqs_mapping"},
            },
        ]
        previous, how = function, "lambda_call"
    positions = {node["id"]: {"x": 240.0 * i, "y": 0.0} for i, node in enumerate(nodes)}
    return {
        "version": 1,
        "name": name,
        "model": {"nodes": nodes, "edges": edges},
        "layout": {"positions": positions},
    }
