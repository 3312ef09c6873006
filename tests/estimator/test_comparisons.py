"""Comparisons over HTTP: the answer, who may ask, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.models import Estimate
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def test_this_design_against_the_same_always_on(owner: Caller, design: Any) -> None:
    body = {"left": {"design": design["id"]}, "right": {"always_on": True}, "points": 5}
    answer = owner.post("comparisons?include=charts", body)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["left"]["name"] == "Orders"
    assert found["right"]["name"] == "Orders, always on"
    assert [p["factor"] for p in found["left"]["points"]] == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert float(found["right"]["idle_cost"]) > float(found["left"]["idle_cost"])
    kinds = {n["service"]["type"] for n in found["document"]["model"]["nodes"]}
    assert "ecs_service" in kinds
    assert "lambda_function" not in kinds
    assert set(found["charts"]) == {"cost_against_load"}
    assert Estimate.objects.count() == 0


def test_two_documents(owner: Caller) -> None:
    body = {
        "left": {"document": documents.pipeline()},
        "right": {"document": documents.pipeline("Other", rate_per_s=10.0)},
        "from_factor": 0.5,
        "to_factor": 2,
        "points": 2,
    }
    found = owner.post("comparisons", body).json()
    assert found["break_even"] == []
    assert found["document"] is None
    assert [p["factor"] for p in found["right"]["points"]] == [0.5, 1.0, 2.0]


def test_a_design_of_others_is_not_there(owner: Caller, stranger: Caller, design: Any) -> None:
    body = {"left": {"design": design["id"]}, "right": {"always_on": True}}
    assert stranger.post("comparisons", body).status_code == 404


def test_a_viewer_may_ask(viewer: Caller, design: Any) -> None:
    body = {"left": {"design": design["id"]}, "right": {"always_on": True}, "points": 2}
    assert viewer.post("comparisons", body).status_code == 200


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"left": {"always_on": True}}, "/left"),
        ({"right": {}}, "/right"),
        ({"from_factor": 2, "to_factor": 1}, "/to_factor"),
        ({"points": 61}, "/points"),
        ({"pionts": 3}, "/pionts"),
    ],
)
def test_what_makes_no_sense_is_refused(owner: Caller, change: Any, place: str) -> None:
    body = {
        "left": {"document": documents.pipeline()},
        "right": {"always_on": True},
        "points": 3,
        **change,
    }
    answer = owner.post("comparisons", body)
    assert answer.status_code in (400, 422), answer.content
    assert any(e["pointer"].startswith(place) for e in answer.json()["errors"])
