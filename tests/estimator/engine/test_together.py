"""Many scenarios in one pass answer what each of them answers alone."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from designer.document import Design, dump, load
from designer.errors import UserError
from estimator.engine.queueing import erlang_b
from estimator.engine.whatif import Study, evaluate, prepare, run
from estimator.engine.whatif.declared import place_of
from estimator.engine.whatif.many import CannotFollow, Many, ways
from estimator.engine.whatif.numbers import Number, numbers
from estimator.engine.whatif.points import Setting
from estimator.engine.whatif.vector import Together
from estimator.prices import book
from tests import documents

EXAMPLES = sorted(Path("designer/examples").glob("*.design.json"))
OUTPUTS = [
    "monthly_cost", "utilisation", "offered_per_s", "throttled_per_s", "backlog_growth_per_h"
]  # fmt: skip
SCALE = "/model/workload/scale"
RATE = "/model/nodes/0/service/rate_per_s"
TIMES = ["completion_p99_s", "completion_mean_s", "response_p99_s", "response_p50_s"]
DURATION = "/model/nodes/2/service/duration_ms"
BATCH = "/model/edges/1/connection/batch_size"
MEMORY = "/model/nodes/2/service/memory_mb"


def study(document: dict[str, Any], *inputs: dict[str, Any], outputs: Any = OUTPUTS) -> Study:
    design = load(document)
    spec = {"inputs": list(inputs), "outputs": outputs}
    return prepare(design, book(design.model.region), "sweep", spec)


def grid(pointer: str, low: float, high: float, steps: int) -> dict[str, Any]:
    return {"pointer": pointer, "from": low, "to": high, "steps": steps, "log": True}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.split(".")[0])
@pytest.mark.parametrize("free_tier", [False, True])
def test_every_example_is_swept_over_its_load_in_one_pass(path: Path, free_tier: bool) -> None:
    document = json.loads(path.read_text())
    document["model"].setdefault("assumptions", {})["free_tier"] = free_tier
    asked = study(document, grid(SCALE, 0.001, 100, 40))
    assert asked.setting.together is not None
    changes = asked.first()
    mine = asked.setting.together.evaluate(changes)
    alone = replace(asked.setting, together=None)
    for a, b in zip(mine, evaluate(alone, changes), strict=True):
        assert b.error is None
        assert_alike(a.outputs, b.outputs)


def assert_alike(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert mine.keys() == theirs.keys()
    for name, expected in theirs.items():
        room = 0.06 if name == "monthly_cost" else 1e-9  # Lines are rounded to the cent.
        if expected is None:
            assert mine[name] is None, name
            continue
        assert mine[name] == pytest.approx(expected, rel=1e-7, abs=room), name


def some_numbers(path: Path, count: int) -> tuple[Design, list[Number]]:
    """Return a design with some of its numbers, the same ones each time."""
    design = load(json.loads(path.read_text()))
    known = [n for n in numbers(design) if n.value and place_of(design, n.pointer) is not None]
    order = np.random.Generator(np.random.PCG64(len(known))).permutation(len(known))
    return design, [known[i] for i in order[:count]]


@pytest.mark.parametrize("outputs", [OUTPUTS, TIMES, ["max_rate_per_s"]], ids=lambda o: o[0])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.split(".")[0])
def test_any_number_of_an_example_is_swept_as_each_point_alone(
    path: Path, outputs: list[str]
) -> None:
    design, chosen = some_numbers(path, 8)
    document, prices = dump(design), book(design.model.region)
    setting = Setting(document, design, prices, tuple(outputs))
    for number in chosen:
        values = {
            number.fit((number.value or 1.0) * factor) for factor in (0.4, 0.9, 1.0, 1.7, 3.0)
        }
        changes = [{number.pointer: value} for value in sorted(values)]
        place = place_of(design, number.pointer)
        assert place is not None
        try:
            mine = Together(setting, {number.pointer: place}).points(changes)
        except (CannotFollow, UserError):
            continue
        for a, b in zip(mine, evaluate(setting, changes), strict=True):
            assert b.error is None
            assert_alike(a.outputs, b.outputs)


def test_two_rates_at_once_are_answered_in_one_pass() -> None:
    document = documents.chain(2)
    asked = study(document, grid(SCALE, 0.1, 10, 5), grid(RATE, 1, 100, 4))
    assert asked.setting.together is not None
    answer = run(asked)
    for point in answer["points"]:
        assert point["outputs"]["offered_per_s"] == pytest.approx(math.prod(point["values"]))


def test_numbers_of_nodes_and_arrows_are_answered_in_one_pass() -> None:
    inputs = [grid(SCALE, 0.5, 2, 3), grid(MEMORY, 128, 2048, 4), grid(BATCH, 1, 10, 4)]
    outputs = [*OUTPUTS, *TIMES, "max_rate_per_s"]
    asked = study(documents.chain(2), *inputs, outputs=outputs)
    assert asked.setting.together is not None
    changes = asked.first()
    alone = evaluate(replace(asked.setting, together=None), changes)
    for a, b in zip(evaluate(asked.setting, changes), alone, strict=True):
        assert_alike(a.outputs, b.outputs)


def test_batching_windows_are_followed_over_the_load() -> None:
    document = documents.chain(2)
    document["model"]["edges"][1]["connection"] |= {"window_s": 2, "batch_size": 10}
    asked = study(document, grid(SCALE, 0.1, 5, 9), outputs=[*TIMES, "max_rate_per_s"])
    assert asked.setting.together is not None
    changes = asked.first()
    alone = evaluate(replace(asked.setting, together=None), changes)
    for a, b in zip(evaluate(asked.setting, changes), alone, strict=True):
        assert_alike(a.outputs, b.outputs)


def test_what_cannot_be_followed_is_worked_out_point_by_point() -> None:
    document = json.loads(Path("designer/examples/web_shop_always_on.design.json").read_text())
    asked = study(document, grid(SCALE, 0.5, 2, 9), outputs=["response_p99_s"])
    assert asked.setting.together is None
    assert all(p["error"] is None for p in run(asked)["points"])


def test_a_scenario_that_never_ends_says_so_beside_the_others() -> None:
    document = documents.chain(3)
    back = {"type": "lambda_call", "calls_per_event": 0.1}
    edges = document["model"]["edges"]
    edges.append({"id": "back", "source": "handler2", "target": "queue0", "connection": back})
    pointer = f"/model/edges/{len(edges) - 1}/connection/calls_per_event"
    answer = run(study(document, grid(pointer, 0.1, 1.5, 9), outputs=["offered_per_s"]))
    errors = [point["error"] for point in answer["points"]]
    assert errors[0] is None
    assert errors[-1]["code"] == "loop"


def test_three_uncertain_numbers_in_ten_thousand_scenarios_take_seconds() -> None:
    inputs = [
        {"pointer": SCALE, "low": 0.5, "expected": 1.0, "high": 2.0},
        {"pointer": MEMORY, "low": 256, "expected": 512, "high": 1024},
        {"pointer": DURATION, "low": 50, "expected": 100, "high": 400},
    ]
    design = load(documents.chain(15))
    spec = {"inputs": inputs, "samples": 10_000}
    begun = time.process_time()
    found = run(prepare(design, book(design.model.region), "ranges", spec))
    assert found["failed"] == 0
    assert time.process_time() - begun < 8.0  # A hundred point by point.


def test_ten_thousand_scenarios_of_thirty_nodes_take_less_than_a_second() -> None:
    asked = study(documents.chain(15), grid(SCALE, 0.05, 50, 10_000))
    changes, times = asked.first(), []
    for _ in range(3):
        begun = time.process_time()
        assert len(evaluate(asked.setting, changes)) == 10_001
        times.append(time.process_time() - begun)
    assert min(times) < 1.0


def test_each_scenario_takes_the_way_that_it_would_take_alone() -> None:
    def fare(km: Any) -> Any:
        if km > 100:
            return max(50, km * 0.4)
        return math.ceil(km / 10) * 2

    values = np.array([1.0, 55.0, 100.0, 101.0, 130.0, 500.0])
    found = np.zeros(len(values))
    for which, result in ways(len(values), lambda w: fare(Many(values[w]))):
        found[which] = result.values if isinstance(result, Many) else result
    assert found.tolist() == [fare(v) for v in values]


def test_code_that_wants_one_number_is_not_followed() -> None:
    with pytest.raises(CannotFollow):
        ways(2, lambda which: math.sqrt(Many(np.array([1.0, 4.0])[which])))  # type: ignore[arg-type]


@pytest.mark.parametrize("servers", [1, 10, 150, 1_000])
def test_blocking_of_many_loads_is_that_of_each(servers: int) -> None:
    loads = np.geomspace(1e-3, 0.99 * servers, 25)
    for some in (loads, loads[:5], loads[-1:]):
        found = Many(some).erlang_b(servers).values
        alone = [erlang_b(servers, load) for load in some.tolist()]
        np.testing.assert_allclose(found, alone, rtol=1e-10, atol=1e-290)
