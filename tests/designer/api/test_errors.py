"""Whatever is sent, the answer is a problem document that says what to mend."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from designer.api.meanings import MEANINGS
from designer.api.problems import CODES
from designer.errors import DesignError, ExportError, UserError
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


def check(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    problem = json.loads(response.content)
    assert set(problem) >= {"type", "title", "status", "detail", "instance", "code", "errors"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == response["X-Request-Id"]
    return dict(problem)


def test_malformed_json_is_told_with_line_and_column(owner: Caller) -> None:
    response = owner.send("POST", "designs", raw=b'{\n  "name": "x",,\n}')
    problem = check(response, 400, "malformed-json")
    assert (problem["line"], problem["column"]) == (2, 15)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": -Infinity}',
        b'{"name": 1e999}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"name": 1, "name": 2}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"{",
    ],
)
def test_what_cannot_be_kept_is_refused_before_it_is_read(owner: Caller, raw: bytes) -> None:
    check(owner.send("POST", "designs", raw=raw), 400, "malformed-json")


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_the_body_is_an_object(owner: Caller, raw: bytes) -> None:
    check(owner.send("POST", "designs", raw=raw), 400, "not-an-object")


def test_a_body_of_20_mb_answers_413(owner: Caller) -> None:
    raw = b'{"name": "' + b"x" * 20_000_000 + b'"}'
    problem = check(owner.send("POST", "designs", raw=raw), 413, "body-too-large")
    assert problem["limit_bytes"] == 5 * 1024 * 1024


def test_a_body_without_a_length_is_not_taken_for_an_empty_one(owner: Caller) -> None:
    sent = owner.send("POST", "designs", raw=b"{}", Content_Length="", Transfer_Encoding="chunked")
    check(sent, 411, "length-required")


def test_every_code_has_a_meaning() -> None:
    root = Path(__file__).parents[3]
    files = [*root.glob("designer/**/*.py"), *root.glob("estimator/**/*.py")]
    text = "\n".join(file.read_text() for file in files)
    codes = set(re.findall(r'ApiError\(\s*\d{3},\s*"([a-z-]+)"', text))
    codes |= set(re.findall(r'neutral_problem\(\s*"([a-z-]+)"', text))
    codes |= {kind.code for kind in (UserError, DesignError, ExportError)}
    codes |= set(CODES.values())
    assert len(codes) > 30
    assert codes <= set(MEANINGS)


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "x"])
def test_another_content_type_answers_415(owner: Caller, content_type: str) -> None:
    response = owner.client.post("/api/v1/designs", data=b"{}", content_type=content_type)
    check(response, 415, "unsupported-media-type")


def test_a_wrong_method_answers_405_with_those_that_exist(owner: Caller) -> None:
    response = owner.send("PATCH", "designs", {})
    check(response, 405, "method-not-allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}


def test_options_lists_methods_and_head_equals_get(owner: Caller) -> None:
    assert "POST" in owner.send("OPTIONS", "designs")["Allow"]
    get, head = owner.get("designs"), owner.send("HEAD", "designs")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Type"] == get["Content-Type"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml"])
def test_only_json_is_answered(owner: Caller, accept: str) -> None:
    check(owner.get("designs", Accept=accept), 406, "not-acceptable")


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "designs/",
        "designs/rev_00000000000000000000",
        "designs/dsn_0000000000000000000Z",
        "designs/dsn_00000000000000000000",
        "designs/%00",
        "estimates/dsn_00000000000000000000",
        "problems/..%2f..",
    ],
)
def test_an_unknown_address_answers_404_and_never_a_page(owner: Caller, path: str) -> None:
    check(owner.get(path), 404, "not-found")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "cursor=nonsense", "cursor=WyIiLDEsMl0", "limt=5", "q=%00"],
)
def test_a_bad_parameter_answers_400(owner: Caller, query: str) -> None:
    assert owner.get(f"designs?{query}").status_code == 400


def test_an_unknown_parameter_names_the_nearest(owner: Caller) -> None:
    problem = check(owner.get("designs?limt=5"), 400, "bad-parameter")
    assert "'limit'" in problem["detail"]


def test_an_unknown_field_names_the_nearest(owner: Caller) -> None:
    problem = check(owner.post("designs", {"nmae": "x"}), 422, "invalid-body")
    assert problem["errors"][0]["pointer"] == "/nmae"
    assert "'name'" in problem["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [{"name": ""}, {"name": "x" * 121}, {"name": 7.5e10, "x": 1}, {"name": None}, {"document": 3}],
)
def test_wrong_fields_answer_422_with_their_places(owner: Caller, body: dict[str, Any]) -> None:
    response = owner.post("designs", body)
    assert response.status_code == 422
    assert all(error["message"] for error in response.json()["errors"])


def test_an_unexpected_error_tells_the_request_id_and_nothing_else(
    owner: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret: SELECT * FROM accounts_user in /srv/weir/file.py")

    monkeypatch.setattr("designer.designs.views.cards", explode)
    response = owner.get("designs", X_Request_Id="my-own-request-7")
    problem = check(response, 500, "internal-error")
    assert problem["request_id"] == "my-own-request-7"
    for inner in ("secret", "SELECT", "/srv", "RuntimeError", "Traceback"):
        assert inner not in response.content.decode()
    assert "RuntimeError: secret" in caplog.text


def test_a_harmful_request_id_is_replaced(owner: Caller) -> None:
    assert owner.get("me", X_Request_Id="a b\tc")["X-Request-Id"].startswith("req_")


def test_a_host_we_are_not_answers_400_in_json_under_the_api(owner: Caller) -> None:
    check(owner.get("me", Host="evil.example"), 400, "bad-request")


def test_the_problem_type_leads_to_a_page_that_explains_it(owner: Caller) -> None:
    problem = check(owner.get("nope"), 404, "not-found")
    page, _, code = problem["type"].partition("#")
    assert code in owner.get(page).json()["problems"]


def test_answers_carry_the_security_headers(owner: Caller) -> None:
    response = owner.get("me")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self';" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in response


def test_answers_are_compressed_when_asked(owner: Caller) -> None:
    response = owner.get("catalog", Accept_Encoding="gzip")
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]


def test_a_document_nested_through_lists_is_refused(owner: Caller) -> None:
    document = documents.empty()
    deep: Any = []
    for _ in range(70):
        deep = [deep]
    document["model"] = deep
    assert owner.post("designs", {"document": document}).status_code == 400
