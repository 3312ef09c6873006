"""Many scenarios in one pass answer what each of them answers alone."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from designer.document import load
from estimator.engine.whatif import Study, evaluate, prepare, run
from estimator.engine.whatif.many import CannotFollow, Many, ways
from estimator.prices import book
from tests import documents

EXAMPLES = sorted(Path("designer/examples").glob("*.design.json"))
OUTPUTS = [
    "monthly_cost", "utilisation", "offered_per_s", "throttled_per_s", "backlog_growth_per_h"
]  # fmt: skip
SCALE = "/model/workload/scale"
RATE = "/model/nodes/0/service/rate_per_s"
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
    alone = object.__new__(type(asked.setting))
    alone.__dict__.update(asked.setting.__dict__, together=None)
    for a, b in zip(mine, evaluate(alone, changes), strict=True):
        assert b.error is None
        for name in OUTPUTS:
            room = 0.03 if name == "monthly_cost" else 1e-6  # Lines are rounded to the cent.
            assert a.outputs[name] == pytest.approx(b.outputs[name], rel=1e-7, abs=room), name


def test_two_rates_at_once_are_answered_in_one_pass() -> None:
    document = documents.chain(2)
    asked = study(document, grid(SCALE, 0.1, 10, 5), grid(RATE, 1, 100, 4))
    assert asked.setting.together is not None
    answer = run(asked)
    for point in answer["points"]:
        assert point["outputs"]["offered_per_s"] == pytest.approx(math.prod(point["values"]))


def test_what_enters_more_than_rates_is_worked_out_point_by_point() -> None:
    document = documents.chain(1)
    assert study(document, grid(MEMORY, 128, 2048, 10)).setting.together is None
    named = study(document, grid(SCALE, 1, 9, 9), outputs=["completion_p99_s"])
    assert named.setting.together is None


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
