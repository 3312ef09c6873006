"""Many at once: of writers with one tag one wins, of requests with one key one is carried out."""

from __future__ import annotations

import functools
import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

import pytest

from tests import documents
from tests.faults.test_broker_away import TOKEN
from tests.servers import Installation

WRITERS = 8


def _send(
    method: str, url: str, token: str, body: Any, **headers: str
) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        url,
        method=method,
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def _at_once(ask: Any) -> list[tuple[int, dict[str, Any]]]:
    """Return the answers to requests that start together."""
    start, answers = threading.Barrier(WRITERS), []

    def one(number: int) -> None:
        start.wait()
        answers.append(ask(number))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_many_at_once_lose_nothing(kind: str, install: Any) -> None:
    weir: Installation = install(kind)
    token = weir.python(TOKEN).splitlines()[-1]
    designs = weir.start_web() + "/api/v1/designs"

    def save(design: dict[str, Any], number: int) -> tuple[int, dict[str, Any]]:
        # Each a document of its own: saving what is already there is no change and no conflict.
        document = documents.pipeline(f"Writer {number} over {design['etag']}")
        url = f"{designs}/{design['id']}"
        return _send("PUT", url, token, {"document": document}, If_Match=design["etag"])

    _, design = _send("POST", designs, token, {"document": documents.pipeline()})
    for _ in range(3):
        answers = _at_once(functools.partial(save, design))
        assert Counter(status for status, _ in answers) == {200: 1, 412: WRITERS - 1}
        (design,) = [body for status, body in answers if status == 200]
        assert {b["current_etag"] for s, b in answers if s == 412} == {design["etag"]}

    answers = _at_once(
        lambda i: _send("POST", designs, token, {"name": "Once"}, Idempotency_Key="the-key")
    )
    assert {status for status, _ in answers} <= {201, 409}
    assert len({body["id"] for status, body in answers if status == 201}) == 1

    answers = _at_once(
        lambda i: _send("POST", f"{designs}/{design['id']}/revisions", token, {"note": str(i)})
    )
    assert sorted(body["number"] for _, body in answers) == list(range(1, WRITERS + 1))

    _merge_at_once(token, designs, design)
    _talk_at_once(token, designs, design)


def _talk_at_once(token: str, designs: str, design: dict[str, Any]) -> None:
    """Pushes that take a place away, replies and resolving at once: clear answers, all counted."""
    api = designs.removesuffix("/designs")
    there = documents.pipeline("Talk", 10.0)
    gone = json.loads(json.dumps(there))
    node = there["model"]["nodes"][1]["id"]
    model = gone["model"]
    model["nodes"] = [n for n in model["nodes"] if n["id"] != node]
    model["edges"] = [e for e in model["edges"] if node not in (e["source"], e["target"])]
    gone["layout"]["positions"].pop(node, None)
    body = {"title": "Talk", "document": there, "draft": False}
    _, proposal = _send("POST", f"{designs}/{design['id']}/proposals", token, body)
    mine = f"{api}/proposals/{proposal['id']}"
    said = {"anchor": {"on": "node", "id": node}, "body": "Why?"}
    threads = [_send("POST", f"{mine}/threads", token, said)[1] for _ in range(WRITERS)]

    def act(number: int) -> tuple[int, dict[str, Any]]:
        thread = f"{api}/threads/{threads[number]['id']}"
        for turn in range(6):
            if number % 3 == 0:
                _, now = _send("GET", mine, token, None)
                head = {"document": gone if turn % 2 else there}
                answer = _send("PUT", f"{mine}/head", token, head, If_Match=now["etag"])
            elif number % 3 == 1:
                answer = _send("PATCH", thread, token, {"resolved": turn % 2 == 0})
            else:
                answer = _send("POST", f"{thread}/comments", token, {"body": f"Turn {turn}"})
            if answer[0] not in (200, 201, 412):
                return answer
        return answer

    answers = _at_once(act)
    assert {status for status, _ in answers} <= {200, 201, 412}, answers
    _, after = _send("GET", mine, token, None)
    _, listed = _send("GET", f"{mine}/threads?limit=100", token, None)
    replies = sum(t["comment_count"] for t in listed["items"])
    assert replies == WRITERS + 6 * sum(1 for i in range(WRITERS) if i % 3 == 2)
    assert max(t["talk"] for t in listed["items"]) == after["talk"]


def _merge_at_once(token: str, designs: str, design: dict[str, Any]) -> None:
    """One of many who merge a proposal merges it, and it is in the design once."""
    api, workspace = designs.removesuffix("/designs"), design["workspace"]
    policy = f"{api}/workspaces/{workspace}/review-policy"
    assert _send("PUT", policy, token, {"required_approvals": 0}, If_Match='"0"')[0] == 200
    body = {"title": "Faster", "document": documents.pipeline("Faster", 20.0), "draft": False}
    answers = _at_once(lambda i: _send("POST", f"{designs}/{design['id']}/proposals", token, body))
    assert sorted(made["number"] for _, made in answers) == list(range(1, WRITERS + 1))
    _, proposal = answers[0]
    merge = f"{api}/proposals/{proposal['id']}/merge"
    answers = _at_once(lambda i: _send("POST", merge, token, {}, If_Match=proposal["etag"]))
    statuses = Counter(status for status, _ in answers)
    assert statuses[200] == 1
    assert set(statuses) <= {200, 409, 412}, [body for _, body in answers]
    status, again = _send("POST", merge, token, {}, If_Match=proposal["etag"])
    assert (status, again["code"]) == (409, "already-merged")
