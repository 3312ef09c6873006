"""A request that is sent twice does its work once."""

from __future__ import annotations

from typing import Any

import pytest

from designer.api.models import IdempotencyRecord
from designer.designs.models import Design
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def test_the_second_answer_is_the_first_one_again(owner: Caller) -> None:
    first = owner.post("designs", {"name": "Once"}, Idempotency_Key="k1")
    second = owner.post("designs", {"name": "Once"}, Idempotency_Key="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (first["Location"], first["ETag"]) == (second["Location"], second["ETag"])
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Design.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(owner: Caller) -> None:
    owner.post("designs", {"name": "Once"}, Idempotency_Key="k1")
    response = owner.post("designs", {"name": "Other"}, Idempotency_Key="k1")
    assert (response.status_code, response.json()["code"]) == (422, "idempotency-key-reused")
    assert Design.objects.count() == 1


def test_while_the_first_runs_the_second_waits(owner: Caller) -> None:
    owner.post("designs", {"name": "Once"}, Idempotency_Key="k1")
    IdempotencyRecord.objects.update(status=None)
    response = owner.post("designs", {"name": "Once"}, Idempotency_Key="k1")
    assert (response.status_code, response.json()["code"]) == (409, "idempotency-key-in-use")
    assert response["Retry-After"] == "1"


def test_a_refused_request_may_be_corrected_under_the_same_key(owner: Caller) -> None:
    assert owner.post("designs", {"nmae": "x"}, Idempotency_Key="k1").status_code == 422
    assert owner.post("designs", {"name": "x"}, Idempotency_Key="k1").status_code == 201


def test_keys_of_two_callers_and_two_routes_do_not_meet(
    owner: Caller, editor: Caller, design: dict[str, Any]
) -> None:
    path = f"designs/{design['id']}/copy"
    assert owner.post("designs", {}, Idempotency_Key="k1").status_code == 201
    assert editor.post("designs", {"name": "y"}, Idempotency_Key="k1").status_code == 201
    assert owner.post(path, {"name": "z"}, Idempotency_Key="k1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ü"])
def test_a_key_is_short_and_visible(owner: Caller, key: str) -> None:
    assert owner.post("designs", {"name": "x"}, Idempotency_Key=key).status_code == 400


def test_an_estimate_asked_twice_is_one_run(owner: Caller, design: dict[str, Any]) -> None:
    body = {"design": design["id"]}
    first = owner.post("estimates", body, Idempotency_Key="k1")
    second = owner.post("estimates", body, Idempotency_Key="k1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
