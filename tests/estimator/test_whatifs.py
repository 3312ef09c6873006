"""A what-if as a run: any worker takes its parts, and the answer is that of the engine."""

from __future__ import annotations

from typing import Any

import pytest

from designer.document import load
from estimator.engine import whatif
from estimator.models import Status, WhatIf, WhatIfPart
from estimator.prices import book
from estimator.whatifs import tasks
from estimator.whatifs.parts import PART_POINTS, WHATIFS
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

RATE = "/model/nodes/0/service/rate_per_s"
MEMORY = "/model/nodes/2/service/memory_mb"
SWEEP = {"inputs": [{"pointer": RATE, "from": 1, "to": 120, "steps": 120}]}
OPTIMISE = {
    "inputs": [{"pointer": MEMORY, "from": 128, "to": 2048}],
    "target": {"output": "completion_p99_s", "at_most": 5},
    "points": 30,
}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several parts, also of what one pass would answer at once."""
    monkeypatch.setattr("estimator.whatifs.actions.TOGETHER_POINTS", 50)


def ask(owner: Caller, kind: str, spec: Any, **more: Any) -> Any:
    body = {"document": documents.pipeline(), "kind": kind, "spec": spec, **more}
    return owner.post("whatifs", body)


def expected(kind: str, spec: Any) -> dict[str, Any]:
    design = load(documents.pipeline())
    return whatif.run(whatif.prepare(design, book(design.model.region), kind, spec))


def shown(owner: Caller, whatif_id: str, query: str = "") -> dict[str, Any]:
    body: dict[str, Any] = owner.get(f"whatifs/{whatif_id}{query}").json()
    return body


def test_workers_take_its_parts_to_the_end_and_the_answer_is_the_engine_s(
    owner: Caller, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(owner, "sweep", SWEEP)
    body = answer.json()
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == f"/api/v1/whatifs/{body['id']}"
    assert (body["kind"], body["status"], body["points"]) == (
        "sweep", "queued", {"total": 121, "done": 0},
    )  # fmt: skip
    assert rung == [body["id"]] * 3
    tasks.run_part(body["id"])
    half = shown(owner, body["id"])
    assert (half["status"], half["points"]["done"]) == ("running", 50)
    assert half["progress"] == pytest.approx(50 / 121)
    for _ in range(2):
        tasks.run_part(body["id"])
    done = shown(owner, body["id"], "?include=charts")
    assert (done["status"], done["progress"]) == ("succeeded", 1.0)
    assert done["result"] == expected("sweep", SWEEP)
    assert set(done["charts"]) == {o["name"] for o in done["result"]["outputs"]}
    assert not WhatIfPart.objects.exclude(found=None).exists()


def test_an_optimisation_asks_for_further_parts_until_it_has_enough(
    owner: Caller, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(owner, "optimise", OPTIMISE).json()
    while rung:
        rung.pop()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.run_part(run["id"])
    done = shown(owner, run["id"], "?include=charts")
    assert done["status"] == "succeeded", done["error"]
    assert done["result"] == expected("optimise", OPTIMISE)
    assert done["result"]["best"] is not None
    assert done["charts"]["front"]["meta"]["table"]["rows"]


def test_a_part_that_lost_its_worker_is_run_again_to_the_same_answer(owner: Caller) -> None:
    run = ask(owner, "sweep", SWEEP).json()
    WhatIfPart.objects.filter(whatif=run["id"], number=0).update(
        status=Status.RUNNING, attempt=1, lease_until="2020-01-01T00:00:00Z"
    )
    for _ in range(3):
        tasks.run_part(run["id"])
    done = shown(owner, run["id"])
    assert done["result"] == expected("sweep", SWEEP)
    tasks.run_part(run["id"])  # A bell too many.
    assert shown(owner, run["id"]) == done


def test_what_is_cancelled_keeps_the_points_that_are_known(owner: Caller) -> None:
    run = ask(owner, "sweep", SWEEP).json()
    tasks.run_part(run["id"])
    answer = owner.post(f"whatifs/{run['id']}/cancel", {})
    assert (answer.json()["status"], answer.json()["reporting"]) == ("cancelled", True)
    tasks.run_part(run["id"])
    kept = shown(owner, run["id"])
    assert kept["result"]["stopped"] == "cancelled"
    assert kept["result"]["points"] == expected("sweep", SWEEP)["points"][:49]
    assert owner.post(f"whatifs/{run['id']}/cancel", {}).status_code == 200
    again = ask(owner, "sweep", SWEEP).json()
    assert again["cached"] is False  # Half an answer is nobody else's.


def test_cancelling_before_anything_is_known_leaves_no_answer(owner: Caller) -> None:
    run = ask(owner, "sweep", SWEEP).json()
    owner.post(f"whatifs/{run['id']}/cancel", {})
    tasks.run_part(run["id"])
    assert shown(owner, run["id"])["result"] is None


def test_the_same_question_is_answered_from_the_store(owner: Caller) -> None:
    first = ask(owner, "sensitivity", {}).json()
    for _ in range(PART_POINTS["flow"]):
        tasks.run_part(first["id"])
        if shown(owner, first["id"])["status"] == "succeeded":
            break
    second = ask(owner, "sensitivity", {})
    assert second.status_code == 200
    assert second.json()["cached"] is True
    assert ask(owner, "sensitivity", {"change": 0.1}).status_code == 202


def test_a_break_even_needs_no_points(owner: Caller) -> None:
    run = ask(owner, "breakeven", {"right": {"always_on": True}}).json()
    tasks.run_part(run["id"])
    done = shown(owner, run["id"], "?include=charts")
    assert done["status"] == "succeeded"
    assert done["result"]["left"]["points"]
    assert done["charts"]["cost_against_load"]["data"]


def test_a_simulated_sweep_takes_a_part_for_each_point(owner: Caller) -> None:
    spec = {"inputs": [{"pointer": RATE, "values": [5, 10]}], "outputs": ["completion_p99_s"]}
    options = {"duration_s": 30, "replications": 1}
    run = ask(owner, "sweep", spec, engine="simulation", options=options).json()
    assert WhatIfPart.objects.filter(whatif=run["id"]).count() == 3
    for _ in range(3):
        tasks.run_part(run["id"])
    points = shown(owner, run["id"])["result"]["points"]
    assert all(p["outputs"]["completion_p99_s"] > 0 for p in points)


@pytest.mark.parametrize(
    ("kind", "spec", "pointer", "word"),
    [
        ("sweep", {"inputs": [{"pointer": "/model/x", "values": [1]}]}, "/spec/inputs/0", "no num"),
        ("sweep", {"inputs": [{"pointer": MEMORY, "values": [64]}]}, "/spec/inputs/0", "128 MB"),
        (
            "sweep",
            {"inputs": [{"pointer": RATE, "from": 1, "to": 9, "steps": 10_000_000}]},
            "/spec/inputs",
            "20,000",
        ),
        ("optimise", {"inputs": []}, "/spec/inputs", "at least 1"),
    ],
)
def test_what_cannot_be_answered_is_refused_at_once(
    owner: Caller, kind: str, spec: Any, pointer: str, word: str
) -> None:
    answer = ask(owner, kind, spec)
    assert answer.status_code == 422
    first = answer.json()["errors"][0]
    assert first["pointer"].startswith(pointer)
    assert word in first["message"]
    assert not WhatIf.objects.exists()


def test_the_numbers_of_a_design_are_listed_with_titles_and_units(
    owner: Caller, design: Any
) -> None:
    answer = owner.post("whatifs/inputs", {"design": design["id"]}).json()
    by_pointer = {one["pointer"]: one for one in answer["inputs"]}
    assert by_pointer[MEMORY]["unit"] == "MB"
    assert by_pointer[MEMORY]["title"].endswith("Memory")
    assert {"monthly_cost", "completion_p99_s"} <= {o["name"] for o in answer["outputs"]}


def test_a_lost_bell_is_rung_again_and_a_part_that_kills_workers_is_given_up(
    owner: Caller, settings: Any
) -> None:
    run = ask(owner, "sweep", SWEEP).json()
    WhatIf.objects.update(rung_at="2020-01-01T00:00:00Z")
    rung: list[tuple[str, int]] = []
    assert WHATIFS.sweep(ring=lambda pk, times: rung.append((pk, times))) == (1, 0)
    assert rung == [(run["id"], 3)]
    WhatIfPart.objects.filter(number=1).update(
        status=Status.RUNNING, attempt=settings.MAX_ATTEMPTS, lease_until="2020-01-01T00:00:00Z"
    )
    assert WHATIFS.sweep(ring=lambda pk, times: None)[1] == 1
    assert shown(owner, run["id"])["error"]["code"] == "worker-lost"
