"""A simulation as a run: any worker takes its parts, and the answer is the same whoever did."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.models import Simulation, SimulationPart
from estimator.simulations import tasks
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

SHORT = {"duration_s": 60, "replications": 3}


def _ask(owner: Caller, options: Any = SHORT, **body: Any) -> Simulation:
    body = body or {"document": documents.pipeline()}
    answer = owner.post("simulations", {**body, "options": options})
    assert answer.status_code in (200, 202), answer.content
    return Simulation.objects.get(pk=answer.json()["id"])


def _work(simulation: Simulation) -> None:
    """Hear as many bells as were rung for it."""
    for _ in range(simulation.replications):
        tasks.run_part(simulation.pk)


def test_workers_take_its_parts_to_the_end(
    owner: Caller, design: Any, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post("simulations", {"design": design["id"], "options": SHORT})
    body = answer.json()
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/simulations/{body['id']}"
    assert (body["status"], body["parts"]) == ("queued", {"total": 3, "done": 0})
    assert rung == [body["id"]] * 3
    tasks.run_part(body["id"])
    body = owner.get(f"simulations/{body['id']}").json()
    assert (body["status"], body["parts"]["done"]) == ("running", 1)
    assert body["progress"] == pytest.approx(1 / 3)
    for _ in range(2):
        tasks.run_part(body["id"])
    body = owner.get(f"simulations/{body['id']}").json()
    assert (body["status"], body["progress"], body["attempt"]) == ("succeeded", 1.0, 1)
    assert body["parts"] == {"total": 3, "done": 3}
    assert body["result"]["replications"] == 3
    assert body["result"]["design_name"] == "Orders"
    assert body["headline"] == body["result"]["headline"]
    assert not SimulationPart.objects.exclude(outcome=None).exists()
