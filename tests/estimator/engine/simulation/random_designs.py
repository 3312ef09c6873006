"""Random small designs for properties: producers, APIs, queues, topics, streams, functions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from designer.document import Design

from ..designs import client, design

NEXT = {
    "client": ("apigatewayv2_api", "sqs_queue", "sns_topic", "lambda_function", "kinesis_stream",
               "firehose_stream"),
    "apigatewayv2_api": ("lambda_function", "sqs_queue"),
    "lambda_function": ("sqs_queue", "sns_topic", "lambda_function", "dynamodb_table",
                        "kinesis_stream", "firehose_stream"),
    "sqs_queue": ("lambda_function",),
    "sns_topic": ("sqs_queue", "lambda_function", "firehose_stream"),
    "kinesis_stream": ("lambda_function",),
    "dynamodb_table": ("lambda_function",),
    "firehose_stream": ("s3_bucket",),
}  # fmt: skip
HOW = {
    "client": "client_call",
    "apigatewayv2_api": "apigatewayv2_integration",
    "lambda_function": "lambda_call",
    "sqs_queue": "lambda_sqs_mapping",
    "sns_topic": "sns_subscription",
    "kinesis_stream": "lambda_kinesis_mapping",
    "dynamodb_table": "lambda_dynamodb_mapping",
    "firehose_stream": "firehose_destination",
}
ONE_WAY = {"sqs_queue", "apigatewayv2_api", "firehose_stream"}  # These lead to one target here.
MOST_NODES = 9


class Sketch:
    """A design that grows node by node."""

    def __init__(self, draw: Any, *, calm: bool) -> None:
        self.draw, self.calm = draw, calm
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: list[tuple[str, str, dict[str, Any]]] = []

    def pick(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def add(self, kind: str) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes[name] = getattr(self, kind)()
        return name

    # ---- Rooms ----

    def client(self) -> dict[str, Any]:
        more = {} if self.calm else self.pick({}, {"burst_factor": 4, "burst_every_s": 20})
        return client(self.pick(2.0, 10.0, 40.0), payload_kib=self.pick(0.5, 3, 70), **more)

    def apigatewayv2_api(self) -> dict[str, Any]:
        return {"type": "apigatewayv2_api"} | (
            {} if self.calm else self.pick({}, {"throttle_per_s": 15, "throttle_burst": 20})
        )

    def sqs_queue(self) -> dict[str, Any]:
        return {
            "type": "sqs_queue",
            "visibility_timeout_s": self.pick(6, 30),
            "delay_s": self.pick(0, 0, 3),
        }

    def sns_topic(self) -> dict[str, Any]:
        return {"type": "sns_topic"}

    def kinesis_stream(self) -> dict[str, Any]:
        return {"type": "kinesis_stream", "capacity": "provisioned", "shards": self.pick(1, 3)}

    def firehose_stream(self) -> dict[str, Any]:
        return {"type": "firehose_stream", "record_spread": self.pick(0.0, 0.5),
                "buffer_interval_s": self.pick(5, 60), "buffer_size_mib": 1}  # fmt: skip

    def s3_bucket(self) -> dict[str, Any]:
        return {"type": "s3_bucket"}

    def dynamodb_table(self) -> dict[str, Any]:
        return {"type": "dynamodb_table"}

    def lambda_function(self) -> dict[str, Any]:
        room = {"type": "lambda_function", "duration_ms": self.pick(20, 100, 700), "timeout_s": 5,
                "run_law": "usual" if self.calm else self.pick("usual", "constant")}  # fmt: skip
        if self.calm:
            return room | {"cold_start_ratio": 0.0, "provisioned_concurrency": 500}
        if self.draw(st.booleans()):
            room["reserved_concurrency"] = self.pick(2, 6, 30)
        room["idle_kept_s"] = self.pick(1, 600)
        room["error_ratio"] = self.pick(0.0, 0.0, 0.05, 0.4)
        room["extra_per_event_ms"] = self.pick(0, 5)
        return room

    # ---- Arrows ----

    def connect(self, source: str, target: str) -> None:
        kind = self.nodes[source]["type"]
        more: dict[str, Any] = {}
        if kind == "lambda_function" and not self.calm:
            more = {"calls_per_event": self.pick(1.0, 0.3, 1.5, 2.0)}
        elif kind == "apigatewayv2_api":
            more = {"path": f"/{target}"}
        elif kind == "sqs_queue":
            more = {"batch_size": self.pick(1, 4, 10), "window_s": self.pick(0, 1, 2)}
        elif kind == "sns_topic":
            more = {"pass_ratio": self.pick(1.0, 0.4)}
        elif kind in ("kinesis_stream", "dynamodb_table"):
            more = {"batch_size": self.pick(10, 100), "window_s": self.pick(0, 2),
                    "retry_attempts": self.pick(1, 3)}  # fmt: skip
        self.edges.append((source, target, {"type": HOW[kind], **more}))

    def grow(self) -> None:
        """Add what a node that was not visited yet sends to."""
        todo = [self.add("client") for _ in range(self.pick(1, 1, 2))]
        while todo:
            source = todo.pop(0)
            kind = self.nodes[source]["type"]
            most = 1 if kind in ONE_WAY else 2
            least = 0 if kind in ("lambda_function", "dynamodb_table") else 1
            count = self.draw(st.integers(least, most))
            if len(self.nodes) >= MOST_NODES:
                count = least
            for _ in range(count):
                wanted = self.pick(*NEXT[kind])
                known = [
                    n for n, room in self.nodes.items() if self._joins(source, n, wanted, room)
                ]
                if known and (self.draw(st.booleans()) or len(self.nodes) >= MOST_NODES):
                    self.connect(source, known[-1])
                    continue
                target = self.add(wanted)
                self.connect(source, target)
                if wanted != "s3_bucket":
                    todo.append(target)
            if kind == "sqs_queue" and self.draw(st.booleans()):
                dead = self.add("sqs_queue")
                self.edges.append((source, dead, {"type": "sqs_redrive", "max_receive_count": 3}))

    def _joins(self, source: str, name: str, wanted: str, room: dict[str, Any]) -> bool:
        """Tell whether an arrow may lead to a node that is there: only onward, and only one."""
        if room["type"] != wanted or int(name[1:]) <= int(source[1:]):
            return False
        return not any(s == source and t == name for s, t, _ in self.edges)


@st.composite
def designs(draw: Any, *, calm: bool = False) -> Design:
    """Return a random design; a calm one has no cold starts, errors, bursts or limits."""
    sketch = Sketch(draw, calm=calm)
    sketch.grow()
    return design(sketch.nodes, sketch.edges)


@st.composite
def troubles(draw: Any, known: Design) -> list[dict[str, Any]]:
    """Return random faults of a design, over a run of a minute."""
    ids = [n.id for n in known.model.nodes if n.service.type != "client"]
    found = []
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(("stop", "errors", "slow", "places", "surge", "poison")))
        begin = draw(st.sampled_from((0.0, 5.0, 12.5, 20.0)))
        one: dict[str, Any] = {"kind": kind, "begin_s": begin}
        if kind == "surge":
            one["value"] = draw(st.sampled_from((0.0, 3.0)))
        else:
            one["node"] = draw(st.sampled_from(ids))
        if kind in ("errors", "places"):
            one["value"] = draw(st.sampled_from((0.0, 0.3, 1.0)))
        if kind == "slow":
            one["value"] = draw(st.sampled_from((0.5, 3.0)))
        if kind != "poison":
            one["end_s"] = begin + draw(st.sampled_from((3.0, 10.0, 25.0)))
        found.append(one)
    return found
