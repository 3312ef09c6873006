"""What-ifs: every point is the estimate of the changed document, and answers are what they say."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from designer.document import dump, load
from estimator.engine import estimate
from estimator.engine.simulation import OptionsError
from estimator.engine.whatif import OUTPUTS, WhatIfError, evaluate, figures, numbers, prepare, run
from estimator.engine.whatif.numbers import changed
from estimator.prices import book
from tests import documents

EXAMPLES = sorted(Path("designer/examples").glob("*.design.json"))
RATE = "/model/nodes/0/service/rate_per_s"
MEMORY = "/model/nodes/2/service/memory_mb"
BATCH = "/model/edges/1/connection/batch_size"


def pipeline(rate_per_s: float = 50.0) -> Any:
    document = documents.chain(1, rate_per_s=rate_per_s)
    document["model"]["nodes"][2]["service"] |= {"measured_at_mb": 1024, "cpu_bound_ratio": 1.0}
    return load(document)


def ask(kind: str, spec: Any, design: Any = None, **more: Any) -> dict[str, Any]:
    design = design or pipeline()
    return run(prepare(design, book(design.model.region), kind, spec, **more))


def problems(kind: str, spec: Any, **more: Any) -> list[Any]:
    with pytest.raises(WhatIfError) as caught:
        ask(kind, spec, **more)
    return list(caught.value.problems)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name.split(".")[0])
def test_the_light_way_gives_the_figures_of_the_report(path: Path) -> None:
    design = load(json.loads(path.read_text()))
    prices = book(design.model.region)
    report = estimate(design, prices)
    headline = report["headline"]
    names = [n for n, o in OUTPUTS.items() if "flow" in o.engines]
    found = figures(design, prices, names)
    assert f"{found['monthly_cost']:.2f}" == headline["monthly_cost"]
    assert found["max_rate_per_s"] == headline["max_rate_per_s"]
    assert found["offered_per_s"] == pytest.approx(headline["offered_rate_per_s"])
    for kind in ("completion", "response"):
        for key in ("mean_s", "p50_s", "p90_s", "p99_s"):
            assert found[f"{kind}_{key}"] == (headline[kind] or {}).get(key)
    caps = [c["utilisation"] for n in report["nodes"].values() for c in n["caps"]]
    assert found["utilisation"] >= max(caps) - 1e-12
    assert found["throttled_per_s"] == pytest.approx(
        sum(e["throttled_per_s"] for e in report["edges"].values())
    )


def test_a_point_of_a_sweep_is_the_estimate_of_the_changed_document() -> None:
    spec = {
        "inputs": [
            {"pointer": RATE, "from": 10, "to": 1000, "steps": 3, "log": True},
            {"pointer": MEMORY, "values": [128, 512]},
        ],
        "outputs": ["monthly_cost", "completion_p99_s"],
    }
    answer = ask("sweep", spec)
    assert [p["values"] for p in answer["points"]] == [
        [10, 128], [10, 512], [100, 128], [100, 512], [1000, 128], [1000, 512]
    ]  # fmt: skip
    for point in answer["points"]:
        document = dump(pipeline())
        document["model"]["nodes"][0]["service"]["rate_per_s"] = point["values"][0]
        document["model"]["nodes"][2]["service"]["memory_mb"] = int(point["values"][1])
        design = load(document)
        headline = estimate(design, book(design.model.region))["headline"]
        assert f"{point['outputs']['monthly_cost']:.2f}" == headline["monthly_cost"]
        assert point["outputs"]["completion_p99_s"] == headline["completion"]["p99_s"]


def test_a_changed_document_leaves_the_drawn_one_as_it_is() -> None:
    base = dump(pipeline())
    before = copy.deepcopy(base)
    other = changed(base, {MEMORY: 256.0, BATCH: 5.0})
    assert base == before
    assert other["model"]["nodes"][2]["service"]["memory_mb"] == 256
    assert load(other).model.edges[1].connection.batch_size == 5  # type: ignore[union-attr]


def test_numbers_carry_the_titles_units_and_bounds_of_the_form() -> None:
    memory = next(n for n in numbers(pipeline()) if n.pointer == MEMORY)
    assert (memory.title, memory.unit, memory.low, memory.high, memory.integer, memory.lever) == (
        "Handler 0: Memory", "MB", 128, 10_240, True, True
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "spec", "code", "words"),
    [
        (
            "sweep",
            {"inputs": [{"pointer": "/model/nodes/2/service/memory", "values": [128]}]},
            "unknown-pointer",
            "memory_mb",
        ),
        (
            "sweep",
            {"inputs": [{"pointer": MEMORY, "values": [512, 20480]}]},
            "less-than-equal",
            "10240 MB",
        ),
        (
            "sweep",
            {"inputs": [{"pointer": RATE, "from": 1, "to": 2, "steps": 10_000_000}]},
            "too-many-points",
            "at most 20,000 values",
        ),
        ("sweep", {"inputs": [{"pointer": MEMORY, "values": [512.5]}]}, "not-whole", "whole"),
        (
            "sweep",
            {"inputs": [{"pointer": RATE, "from": 5, "to": 1, "steps": 3}]},
            "invalid",
            "below",
        ),
        ("sweep", {"inputs": []}, "invalid", "at least 1"),
        (
            "sweep",
            {"inputs": [{"pointer": RATE, "values": [1]}], "outputs": ["cost"]},
            "unknown-output",
            "monthly_cost",
        ),
        (
            "ranges",
            {"inputs": [{"pointer": RATE, "low": 1, "expected": 5, "high": 3}]},
            "invalid",
            "between",
        ),
        (
            "ranges",
            {"inputs": [{"pointer": RATE, "low": 1, "expected": 2, "high": 3}], "samples": 10**7},
            "too-many-points",
            "lower",
        ),
        (
            "optimise",
            {"inputs": [{"pointer": MEMORY, "from": 128, "to": 512}], "points": 10**7},
            "too-many-points",
            "lower",
        ),
    ],
)
def test_bad_questions_are_refused_with_the_way_out(
    kind: str, spec: Any, code: str, words: str
) -> None:
    first = problems(kind, spec)[0]
    assert first.code == code
    assert words in first.message
    assert first.pointer.startswith("/spec")


def test_simulated_points_are_fewer() -> None:
    spec = {"inputs": [{"pointer": RATE, "from": 1, "to": 9, "steps": 501}]}
    assert 'the engine "flow"' in problems("sweep", spec, engine="simulation")[0].message


def test_a_point_that_cannot_be_answered_says_why_and_the_others_are_answered() -> None:
    document = documents.chain(1)
    again = {"type": "lambda_call", "calls_per_event": 0.5}
    document["model"]["edges"].append(
        {"id": "back", "source": "handler0", "target": "queue0", "connection": again}
    )
    calls = "/model/edges/2/connection/calls_per_event"
    answer = ask("sweep", {"inputs": [{"pointer": calls, "values": [0.2, 1.5]}]}, load(document))
    fine, endless = answer["points"]
    assert fine["error"] is None
    assert "loop" in endless["error"]["code"]
    assert endless["outputs"] == {}


def test_sensitivity_puts_what_moves_the_cost_most_on_top() -> None:
    answer = ask("sensitivity", {"change": 0.2})
    top = [row["pointer"] for row in answer["rows"][:3]]
    assert {"/model/workload/scale", RATE} <= set(top)
    row = next(r for r in answer["rows"] if r["pointer"] == RATE)
    assert (row["low_value"], row["high_value"]) == (40.0, 60.0)
    assert row["low"]["monthly_cost"] < row["base"]["monthly_cost"] < row["high"]["monthly_cost"]
    assert answer["unmoved"] > 0


def test_ranges_meet_every_stratum_once_and_repeat_with_their_seed() -> None:
    spec = {
        "inputs": [{"pointer": RATE, "law": "uniform", "low": 10, "high": 110}],
        "outputs": ["offered_per_s"],
        "samples": 200,
    }
    answer = ask("ranges", spec)
    spread = answer["distributions"]["offered_per_s"]
    assert spread["mean"] == pytest.approx(60.0, abs=0.05)  # An ordinary sample strays by 2.
    assert spread["p5"] == pytest.approx(15.0, abs=0.6)
    assert spread["p95"] == pytest.approx(105.0, abs=0.6)
    assert sum(b["count"] for b in spread["histogram"]) == 200
    assert spread["drivers"][0]["correlation"] == pytest.approx(1.0)
    assert ask("ranges", spec) == answer
    assert ask("ranges", {**spec, "seed": 2}) != answer


def test_a_triangular_range_has_the_mean_of_its_three_corners() -> None:
    spec = {
        "inputs": [{"pointer": RATE, "low": 10, "expected": 20, "high": 60}],
        "outputs": ["offered_per_s"],
        "samples": 400,
    }
    assert ask("ranges", spec)["distributions"]["offered_per_s"]["mean"] == pytest.approx(
        30.0, rel=0.005
    )


def test_the_front_holds_what_nothing_beats_and_the_best_is_its_cheapest_that_meets() -> None:
    spec = {
        "inputs": [
            {"pointer": MEMORY, "from": 128, "to": 3008},
            {"pointer": BATCH, "values": [1, 10]},
        ],
        "target": {"output": "completion_p99_s", "at_most": 0.6},
        "points": 60,
    }
    answer = ask("optimise", spec)
    points = answer["points"]
    assert len(points) <= 61
    pairs = [(p["outputs"]["monthly_cost"], p["outputs"]["completion_p99_s"]) for p in points]
    usable = [i for i, p in enumerate(points) if p["carries"]]
    for i in answer["front"]:
        assert not any(
            pairs[j][0] <= pairs[i][0] and pairs[j][1] < pairs[i][1] for j in usable if j != i
        )
    assert len(answer["front"]) > 2
    best = points[answer["best"]]
    assert best["outputs"]["completion_p99_s"] <= 0.6
    assert best["outputs"]["monthly_cost"] == min(
        p["outputs"]["monthly_cost"] for p in points if p["meets"]
    )
    assert {c["pointer"] for c in best["patch"]} == {MEMORY, BATCH}


def test_a_setting_that_refuses_events_is_never_the_best() -> None:
    function = {"id": "f", "service": {"type": "lambda_function", "duration_ms": 500}}
    client = {"id": "client", "service": {"type": "client", "rate_per_s": 100}}
    call = {"id": "a", "source": "client", "target": "f", "connection": {"type": "client_call"}}
    design = load({"version": 1, "model": {"nodes": [client, function], "edges": [call]}})
    reserved = "/model/nodes/1/service/reserved_concurrency"
    spec = {
        "inputs": [{"pointer": reserved, "values": [5, 200]}],
        "target": {"output": "response_p99_s", "at_most": 60},
    }
    answer = ask("optimise", spec, design)
    assert [p["carries"] for p in answer["points"]] == [True, False, True]
    assert answer["best"] in (0, 2)


def test_breaking_even_is_asked_the_same_way() -> None:
    answer = ask("breakeven", {"right": {"always_on": True}})
    assert answer["kind"] == "breakeven"
    assert answer["left"]["points"]
    assert answer["document"]["model"]["nodes"]


def test_parts_of_any_size_answer_the_same() -> None:
    design = pipeline()
    spec = {"inputs": [{"pointer": RATE, "from": 1, "to": 500, "steps": 9}]}
    study = prepare(design, book(design.model.region), "sweep", spec)
    ahead = study.first()
    whole = evaluate(study.setting, ahead)
    parts = [p for i in range(0, len(ahead), 4) for p in evaluate(study.setting, ahead[i : i + 4])]
    assert parts == whole


def test_stopping_keeps_the_points_that_are_known() -> None:
    design = pipeline()
    spec = {"inputs": [{"pointer": RATE, "from": 1, "to": 500, "steps": 5}]}
    study = prepare(design, book(design.model.region), "sweep", spec)
    answer = run(study, lambda share: share < 0.5)
    assert answer["stopped"] == "cancelled"
    assert 0 < len(answer["points"]) < 5


def test_points_are_simulated_with_one_seed() -> None:
    spec = {
        "inputs": [{"pointer": RATE, "values": [20, 40]}],
        "outputs": ["monthly_cost", "completion_p99_s", "backlog_peak"],
    }
    options = {"duration_s": 60, "replications": 1, "seed": 7}
    answer = ask("sweep", spec, engine="simulation", options=options)
    again = ask("sweep", spec, engine="simulation", options=options)
    assert answer == again
    less, more = (p["outputs"] for p in answer["points"])
    assert 0 < less["monthly_cost"] < more["monthly_cost"]
    assert less["completion_p99_s"] > 0


def test_a_simulated_point_is_stopped_in_its_middle() -> None:
    design = pipeline()
    spec = {"inputs": [{"pointer": RATE, "values": [400, 500]}]}
    options = {"duration_s": 3_600, "replications": 2}
    study = prepare(
        design, book(design.model.region), "sweep", spec, engine="simulation", options=options
    )
    asked: list[float] = []

    def tell(share: float) -> bool:
        asked.append(share)
        return share < 0.5 / 3

    assert len(evaluate(study.setting, study.first(), tell)) <= 1
    assert any(0 < share < 1 / 3 for share in asked)


def test_work_for_hours_is_refused_with_what_can_be_answered() -> None:
    long = {"duration_s": 86_400, "replications": 10}
    spec = {"inputs": [{"pointer": RATE, "from": 1, "to": 100, "steps": 99}]}
    found = problems("sweep", spec, engine="simulation", options=long)[0]
    assert found.code == "too-many-messages"
    drawn = documents.chain(400)
    drawn["model"]["assumptions"] = {"quotas": {"lambda.concurrency.account": 1_000}}
    large = load(drawn)
    quota = "/model/assumptions/quotas/lambda.concurrency.account"
    spec = {"inputs": [{"pointer": quota, "from": 128, "to": 10_000, "steps": 5_000}]}
    with pytest.raises(WhatIfError, match="take too long"):
        ask("sweep", spec, large)
    assert prepare(large, book(large.model.region), "sweep", {
        "inputs": [{"pointer": RATE, "from": 1, "to": 100, "steps": 5_000}],
        "outputs": ["monthly_cost"],
    }).setting.together is not None  # fmt: skip


def test_problems_of_the_simulation_point_into_its_options() -> None:
    design = pipeline()
    with pytest.raises(OptionsError) as caught:
        prepare(
            design,
            book(design.model.region),
            "sensitivity",
            {},
            engine="simulation",
            options={"duration_s": -1},
        )
    assert caught.value.problems[0].pointer == "/options/duration_s"
