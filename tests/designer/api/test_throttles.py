"""Limits are told in every answer, and one caller's noise leaves others alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def test_every_answer_tells_the_policy_and_what_is_left(owner: Caller, settings: Any) -> None:
    first, second = owner.get("me"), owner.get("me")
    quota = settings.REQUESTS_PER_MIN
    assert first["RateLimit-Policy"] == f'"default";q={quota};w=60'
    assert first["RateLimit"].startswith(f'"default";r={quota - 1};t=')
    assert second["RateLimit"].startswith(f'"default";r={quota - 2};t=')


def test_over_the_limit_answers_429_with_the_time_to_wait(
    owner: Caller, viewer: Caller, settings: Any
) -> None:
    settings.REQUESTS_PER_MIN = 2
    owner.get("me")
    owner.get("me")
    response = owner.get("me")
    assert (response.status_code, response.json()["code"]) == (429, "rate-limited")
    reset_s = int(response["RateLimit"].rpartition("=")[2])
    assert int(response["Retry-After"]) >= reset_s
    assert viewer.get("me").status_code == 200


def test_a_token_and_its_owner_are_counted_apart(
    owner: Caller, token_caller: Any, settings: Any
) -> None:
    settings.REQUESTS_PER_MIN = 1
    token = token_caller("designs:read")
    assert (owner.get("me").status_code, token.get("me").status_code) == (200, 200)
    assert (owner.get("me").status_code, token.get("me").status_code) == (429, 429)


def test_previews_have_a_limit_of_their_own(owner: Caller, settings: Any) -> None:
    settings.PREVIEWS_PER_MIN = 1
    body = {"document": documents.pipeline()}
    assert owner.post("previews", body).status_code == 200
    response = owner.post("previews", body)
    assert response.status_code == 429
    assert '"previews";r=0' in response["RateLimit"]
    assert owner.get("me").status_code == 200
