"""A tiny simulation that calls every kernel, so that none is compiled in the middle of a run."""

from __future__ import annotations

import functools
from typing import Any

from designer.document import Design, load

SECONDS = 20


def _node(id: str, type: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "service": {"type": type, **fields}}


def _edge(source: str, target: str, type: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"{source}_{target}",
        "source": source,
        "target": target,
        "connection": {"type": type, **fields},
    }


@functools.cache
def design() -> Design:
    """Return a design with one of each kind of treatment."""
    return load(
        {
            "version": 1,
            "name": "Warm",
            "model": {
                "nodes": [
                    _node("clicks", "client", rate_per_s=20, profile="daily"),
                    _node("stream", "kinesis_stream", capacity="provisioned", shards=2),
                    _node("count", "lambda_function", error_ratio=0.2),
                    _node("files", "firehose_stream", buffer_interval_s=1),
                    _node("lake", "s3_bucket"),
                    _node("shop", "client", rate_per_s=20),
                    _node("api", "apigatewayv2_api", throttle_per_s=15, throttle_burst=5),
                    _node("api_2", "apigatewayv2_api"),
                    _node("answer", "lambda_function", reserved_concurrency=5),
                    _node("other", "lambda_function"),
                    _node("work", "client", rate_per_s=20),
                    _node("queue", "sqs_queue", call_p50_ms=0, call_p99_ms=0),
                    _node("one", "ecs_service", duration_ms=20, spread="exponential",
                          min_tasks=1, max_tasks=1, requests_in_parallel=1),
                    _node("queue_2", "sqs_queue", call_p50_ms=0, call_p99_ms=0),
                    _node("two", "ecs_service", duration_ms=20, spread="exponential",
                          min_tasks=1, max_tasks=1, requests_in_parallel=1),
                    _node("changes", "sqs_queue"),
                    _node("pipe", "pipes_pipe", batch_size=5, window_s=1),
                    _node("bus", "events_bus"),
                    _node("orders", "client", rate_per_s=20),
                    _node("fifo", "sqs_queue", fifo=True),
                    _node("batches", "lambda_function", error_ratio=0.2),
                    _node("jobs", "sqs_queue"),
                    _node("slow", "lambda_function", duration_ms=200, reserved_concurrency=1),
                    _node("table", "dynamodb_table"),
                ],
                "edges": [
                    _edge("clicks", "stream", "client_call", batch_size=5),
                    _edge("stream", "count", "lambda_kinesis_mapping", batch_size=10, window_s=1,
                          pass_ratio=0.5, retry_attempts=2, bisect_on_error=True),
                    _edge("stream", "files", "firehose_kinesis_source"),
                    _edge("files", "lake", "firehose_destination"),
                    _edge("shop", "api", "client_call"),
                    _edge("api", "answer", "apigatewayv2_integration", share=0.5),
                    _edge("api", "other", "apigatewayv2_integration", path="/other", share=0.5),
                    _edge("shop", "api_2", "client_call"),
                    _edge("api_2", "other", "apigatewayv2_integration"),
                    _edge("work", "queue", "client_call"),
                    _edge("queue", "one", "ecs_sqs_poll", batch_size=1, latency_p50_ms=0,
                          latency_p99_ms=0),
                    _edge("one", "queue_2", "ecs_call"),
                    _edge("queue_2", "two", "ecs_sqs_poll", batch_size=1, latency_p50_ms=0,
                          latency_p99_ms=0),
                    _edge("two", "changes", "ecs_call"),
                    _edge("changes", "pipe", "pipes_source"),
                    _edge("pipe", "bus", "pipes_target"),
                    _edge("orders", "fifo", "client_call"),
                    _edge("fifo", "batches", "lambda_sqs_mapping", batch_size=5),
                    _edge("work", "jobs", "client_call"),
                    _edge("jobs", "slow", "lambda_sqs_mapping", batch_size=5),
                    _edge("slow", "table", "lambda_call"),
                ],
            },
        }
    )  # fmt: skip


FAULTS = (
    {"kind": "errors", "node": "answer", "begin_s": 5, "end_s": 10, "value": 0.5},
    {"kind": "slow", "node": "one", "begin_s": 5, "end_s": 10, "value": 2},
    {"kind": "places", "node": "answer", "begin_s": 10, "end_s": 12, "value": 0.5},
)


def warm() -> None:
    """Load every kernel from the cache of this machine; compile and keep those it lacks."""
    from .run import prepare, replicate

    for faults in ((), FAULTS):
        replicate(prepare(design(), {"duration_s": SECONDS, "faults": faults}), 0)


if __name__ == "__main__":
    warm()
