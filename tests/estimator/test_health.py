"""Health tells whether, not why, and says nothing to strangers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def test_a_ready_server_says_so() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}


@pytest.mark.parametrize("name", ["database", "broker", "prices"])
def test_what_fails_is_named_and_nothing_more(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail() -> None:
        raise ConnectionError("redis://user:secret@10.0.0.7:6379 refused")

    monkeypatch.setitem(__import__("estimator.health").health.CHECKS, name, fail)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][name] == "failing"
    assert b"secret" not in answer.content
    assert b"10.0.0.7" not in answer.content


def test_the_front_door_leads_everywhere(owner: Caller) -> None:
    body = owner.get("/api/v1/").json()
    assert body["price_date"] >= "2026-11-21"
    for path in body["links"].values():
        assert owner.get(path).status_code in (200, 405), path


def test_limits_are_those_in_force(owner: Caller, settings: Any) -> None:
    body = owner.get("limits").json()
    assert body["body_bytes"] == settings.MAX_BODY_BYTES
    assert body["nodes"] >= 1000


@pytest.mark.parametrize("path", ["catalog", "schemas/design.json", "openapi.json", "problems"])
def test_fixed_descriptions_answer_304_to_who_has_them(owner: Caller, path: str) -> None:
    first = owner.get(path)
    assert first.status_code == 200
    again = owner.get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
