"""Quotes over HTTP: the engine's answer, its problems, its permission and its limit."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.engine.quote import quote
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {
    "region": "us-east-1",
    "lines": [
        {"meter": "lambda.requests", "quantity": 5_000_000},
        {"meter": "sqs.requests.standard", "quantity": "3000000"},
    ],
}


def test_it_answers_what_the_engine_says(owner: Caller) -> None:
    answer = owner.post("quotes", {**BODY, "discounts": {"lambda": 12.5}})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body == quote({**BODY, "discounts": {"lambda": 12.5}})
    first, second = body["lines"]
    # 5 M x 0.20 per million is 1.00, less 12.5 % is 0.875, on the invoice 0.88; 3 M x 0.40.
    assert (first["list_amount"], first["amount"], first["amount_exact"]) == (
        "1.00",
        "0.88",
        "0.875",
    )
    assert first["discount"] == {"percent": "12.5", "amount": "0.12"}
    assert (second["amount"], second["discount"]) == ("1.20", None)
    assert (body["list_total"], body["discount"], body["total"]) == ("2.20", "0.12", "2.08")


def test_every_problem_has_a_pointer_into_the_body(owner: Caller) -> None:
    wrong = {
        "region": "us-east-11",
        "discounts": {"lamda": 5},
        "lines": [{"meter": "lambda.request", "quantity": 1}],
    }
    answer = owner.post("quotes", wrong)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "invalid-quote"
    assert {e["pointer"]: e["nearest"] for e in body["errors"]} == {
        "/region": "us-east-1",
        "/discounts/lamda": "lambda",
        "/lines/0/meter": "lambda.requests",
    }


@pytest.mark.parametrize("percent", [-1, 100.5, "many", True, None])
def test_a_discount_is_a_percentage(owner: Caller, percent: object) -> None:
    answer = owner.post("quotes", {**BODY, "discounts": {"lambda": percent}})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/discounts/lambda"]


def test_digits_of_a_long_quantity_survive_as_a_string(owner: Caller) -> None:
    lines = [{"meter": "lambda.requests", "quantity": "123456789012345678.25"}]
    body = owner.post("quotes", {"region": "us-east-1", "lines": lines}).json()
    assert body["lines"][0]["quantity"] == "123456789012345678.25"


def test_a_token_needs_the_scope_of_estimates(token_caller: Any) -> None:
    assert token_caller("estimates:run").post("quotes", BODY).status_code == 200
    refused = token_caller("designs:read").post("quotes", BODY)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


def test_quotes_share_the_limit_of_previews(owner: Caller, settings: Any) -> None:
    settings.PREVIEWS_PER_MIN = 1
    assert owner.post("quotes", BODY).status_code == 200
    answer = owner.post("quotes", BODY)
    assert answer.status_code == 429
    assert '"previews";r=0' in answer["RateLimit"]
