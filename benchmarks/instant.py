"""What is answered while one draws: flow, whole estimates, many scenarios; and parts on workers."""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

from designer import document, memory
from estimator.engine import estimate
from estimator.engine.closed import settle
from estimator.engine.network import compile_design
from estimator.engine.simulation import prepare, replicate
from estimator.engine.simulation.record import Outcome
from estimator.engine.simulation.report import write
from estimator.engine.whatif import prepare as ask
from estimator.engine.whatif import run as answer
from estimator.prices import book

from .product import text_of

Row = dict[str, Any]
PARTS = 8
LONGEST_S = 20.0  # Scenarios beyond this are not run, but counted from those that were.


def drawn(count: int) -> Row:
    """Return a document of `count` nodes: queues, functions and tables, every fifth step a loop.

    Each function calls the next queue; every third also writes to a table of its own; every fifth
    sends one event in fifty back to the queue three steps before.
    """
    nodes = [_node("client", {"type": "client", "rate_per_s": 2})]
    edges: list[Row] = []
    before, step = "client", 0
    while len(nodes) < count:
        queue, function = f"queue{step}", f"function{step}"
        how = "client_call" if before == "client" else "lambda_call"
        nodes.append(_node(queue, {"type": "sqs_queue"}))
        edges.append(_edge(before, queue, {"type": how}))
        if len(nodes) < count:
            nodes.append(_node(function, {"type": "lambda_function"}))
            edges.append(_edge(queue, function, {"type": "lambda_sqs_mapping"}))
            before = function
        if step % 3 == 0 and len(nodes) < count:
            nodes.append(_node(f"table{step}", {"type": "dynamodb_table"}))
            edges.append(_edge(function, f"table{step}", {"type": "lambda_call"}))
        if step % 5 == 4 and before == function:
            back = {"type": "lambda_call", "calls_per_event": 0.02}
            edges.append(_edge(function, f"queue{step - 3}", back))
        step += 1
    return {"version": 1, "name": f"{count} nodes", "model": {"nodes": nodes, "edges": edges}}


def _node(name: str, service: Row) -> Row:
    return {"id": name, "name": name, "service": service}


def _edge(source: str, target: str, connection: Row) -> Row:
    name = f"{source}_{target}"
    return {"id": name, "source": source, "target": target, "connection": connection}


def timed(
    call: Callable[..., Any],
    given: Callable[[], Any] | None = None,
    seconds: float = 2.0,
    least: int = 7,
) -> Row:
    """Return the medians of wall and CPU time of a call, in seconds, after one unmeasured call.

    Args:
        given: Makes the call's argument, each time anew and unmeasured.
    """

    def arguments() -> tuple[Any, ...]:
        return () if given is None else (given(),)

    begin = time.perf_counter()
    call(*arguments())
    wall, cpu = [], []
    if time.perf_counter() - begin > 5 * seconds:
        least = 1
    begin = time.perf_counter()
    while len(wall) < least or (time.perf_counter() - begin < seconds and len(wall) < 2_000):
        ready = arguments()
        spent, start = time.process_time(), time.perf_counter()
        call(*ready)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - spent)
    return {
        "seconds": statistics.median(wall),
        "cpu_s": statistics.median(cpu),
        "calls": len(wall),
    }


def flow(count: int) -> Row:
    """Time the flow solver on a compiled network."""
    network = compile_design(document.load(drawn(count)))
    return timed(lambda: settle(network))


def request(count: int) -> Row:
    """Time a whole estimate: a document's text in, a report's text out, as the server does it.

    The design is never the same twice: `cpu_s` is that of a design in which one rate changed,
    `new_cpu_s` of one in which every function's duration did, so that no time was seen before.
    """
    memory.settle()
    drawing, steps = drawn(count), itertools.count(1)
    nodes = drawing["model"]["nodes"]

    def changed() -> str:
        nodes[0]["service"]["rate_per_s"] = 2 + next(steps) * 1e-4
        return json.dumps(drawing)

    def new() -> str:
        step = next(steps)
        for place, node in enumerate(nodes):
            if node["service"]["type"] == "lambda_function":
                node["service"]["duration_ms"] = 100 + step * 1e-2 + place * 1e-5
        return json.dumps(drawing)

    def answered(text: str) -> bytes:
        design = document.load(json.loads(text))
        return to_json(estimate(design, book(design.model.region)))

    size, answer = len(json.dumps(drawing)), len(answered(changed()))
    found = timed(answered, changed) | {"request_kib": size / 1024, "answer_kib": answer / 1024}
    return found | {"new_cpu_s": timed(answered, new)["cpu_s"]}


def scenarios(count: int) -> Row:
    """Time `count` scenarios of 30 nodes: three uncertain inputs, carried to cost and times."""
    design = document.load(drawn(30))
    inputs = [
        {"pointer": "/model/workload/scale", "low": 0.5, "expected": 1.0, "high": 2.0},
        _range(design, "function0", "duration_ms", 50.0, 100.0, 400.0),
        _range(design, "function3", "memory_mb", 256.0, 512.0, 1024.0),
    ]

    def run(samples: int) -> float:
        spec = {"inputs": inputs, "samples": samples}
        start = time.perf_counter()
        answer(ask(design, book(design.model.region), "ranges", spec))
        return time.perf_counter() - start

    run(20)
    asked = count
    expected = run(200) / 200 * count
    if expected > LONGEST_S:
        asked = max(200, int(LONGEST_S / expected * count))
    spent = time.process_time()
    took = run(asked)
    cpu = time.process_time() - spent
    return {"seconds": took * count / asked, "cpu_s": cpu * count / asked, "calls": asked}


def _range(design: Any, node: str, field: str, low: float, expected: float, high: float) -> Row:
    at = next(i for i, n in enumerate(design.model.nodes) if n.id == node)
    pointer = f"/model/nodes/{at}/service/{field}"
    return {"pointer": pointer, "low": low, "expected": expected, "high": high}


def workers(messages: int) -> Row:
    """Time by CPU the parts of a run of W2: each replication, and what only one worker can do."""
    text, options = text_of("w2"), {"drain": True, "replications": PARTS}
    options["duration_s"] = 1.02 * messages / 1_000 + 60

    def prepared() -> Any:
        return prepare(document.load(json.loads(text)), options)

    replicate(prepared(), 0, messages=20_000)
    spent = time.process_time()
    job = prepared()
    ready = time.process_time() - spent
    parts, dumps = [], []
    for number in range(PARTS):
        spent = time.process_time()
        dumps.append(json.dumps(replicate(job, number, messages=messages).dump()))
        parts.append(time.process_time() - spent)
    spent = time.process_time()
    outcomes = (Outcome.load(json.loads(dump)) for dump in dumps)
    json.dumps(write(job, outcomes, book(job.design.model.region)))
    alone = ready + time.process_time() - spent
    whole = alone + sum(parts)
    return {"seconds": whole, "cpu_s": whole, "serial_s": alone, "parts_s": parts}
