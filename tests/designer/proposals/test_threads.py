"""Threads stay where they hang, through moves and renames, and say when their place is gone."""

from __future__ import annotations

import copy
import gc
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designer import memory
from designer.notices.models import Notice
from designer.proposals.models import Comment, Thread
from estimator.models import Result
from tests import documents
from tests.conftest import Caller
from tests.designer.proposals.test_proposals import edited, fresh, propose, push

pytestmark = pytest.mark.django_db

NODE = {"on": "node", "id": "queue0"}


@pytest.fixture
def proposal(editor: Caller, design: dict[str, Any]) -> dict[str, Any]:
    return propose(editor, design)


def start(caller: Caller, proposal: dict[str, Any], anchor: Any = None, **more: Any) -> Any:
    body = {"anchor": anchor or NODE, "body": "Is this long enough?", **more}
    return caller.post(f"proposals/{proposal['id']}/threads", body)


def listed(caller: Caller, proposal: dict[str, Any]) -> list[dict[str, Any]]:
    return list(caller.get(f"proposals/{proposal['id']}/threads").json()["items"])


def without_queue(document: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(document)
    model = found["model"]
    model["nodes"] = [n for n in model["nodes"] if n["id"] != "queue0"]
    model["edges"] = []
    found["layout"]["positions"].pop("queue0")
    return found


def test_a_thread_survives_moves_and_renames_and_is_orphaned_by_deletion(
    editor: Caller, commenter: Caller, proposal: dict[str, Any]
) -> None:
    assert start(commenter, proposal).status_code == 201
    field = {"on": "field", "part": "nodes", "id": "queue0", "field": "/service/delay_s"}
    assert start(commenter, proposal, field).status_code == 201
    assert start(commenter, proposal, {"on": "edge", "id": "a0"}).status_code == 201
    assert start(commenter, proposal, {"on": "point", "x": 1.0, "y": 2.0}).status_code == 201
    renamed = copy.deepcopy(proposal["document"])
    renamed["model"]["nodes"][1]["name"] = "Inbox"
    renamed["layout"]["positions"]["queue0"] = {"x": 9.0, "y": 9.0}
    push(editor, proposal, renamed)
    assert [t["orphaned"] for t in listed(editor, proposal)] == [False] * 4
    push(editor, proposal, without_queue(renamed))
    assert [t["orphaned"] for t in listed(editor, proposal)] == [True, True, True, False]
    assert listed(editor, proposal)[0]["anchor"]["name"] == "Queue 0"
    reply = commenter.post(f"threads/{listed(editor, proposal)[0]['id']}/comments", {"body": "Oh"})
    assert reply.status_code == 201
    push(editor, proposal, renamed)
    assert [t["orphaned"] for t in listed(editor, proposal)] == [False] * 4


@pytest.mark.parametrize(
    ("anchor", "status", "code"),
    [
        ({"on": "node", "id": "nobody"}, 409, "anchor-gone"),
        ({"on": "edge", "id": "queue0"}, 409, "anchor-gone"),
        (
            {"on": "field", "part": "nodes", "id": "queue0", "field": "/service/memory_mb"},
            409,
            "anchor-gone",
        ),
        ({"on": "node"}, 422, "bad-anchor"),
        ({"on": "field", "part": "nodes", "field": "/name"}, 422, "bad-anchor"),
        ({"on": "point", "x": 1.0}, 422, "bad-anchor"),
    ],
)
def test_a_place_that_is_not_there_is_a_clear_answer(
    commenter: Caller, proposal: dict[str, Any], anchor: Any, status: int, code: str
) -> None:
    answer = start(commenter, proposal, anchor)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Thread.objects.exists()


def test_a_suggestion_is_applied_with_one_click_and_once(
    editor: Caller, commenter: Caller, proposal: dict[str, Any]
) -> None:
    change = {"op": "set", "part": "nodes", "id": "queue0", "field": "/service/delay_s"}
    said = start(commenter, proposal, suggestion=[{**change, "before": 0.0, "value": 5.0}]).json()
    path = f"comments/{said['comments'][0]['id']}/apply"
    tag = fresh(editor, proposal)["etag"]
    assert commenter.post(path, {}, If_Match=tag).status_code == 403
    after = editor.post(path, {}, If_Match=tag)
    assert after.status_code == 200, after.content
    assert after.json()["document"]["model"]["nodes"][1]["service"]["delay_s"] == 5.0
    again = editor.post(path, {}, If_Match=after.json()["etag"])
    assert (again.status_code, again.json()["code"]) == (409, "already-applied")
    assert listed(editor, proposal)[0]["comments"][0]["applied_at"]


def test_a_suggestion_that_no_longer_fits_says_why_and_can_be_tried_again(
    editor: Caller, commenter: Caller, proposal: dict[str, Any]
) -> None:
    change = {"op": "set", "part": "nodes", "id": "queue0", "field": "/service/delay_s"}
    said = start(commenter, proposal, suggestion=[{**change, "before": 0.0, "value": 5.0}]).json()
    tag = push(editor, proposal, edited(proposal["document"], delay_s=2.0)).json()["etag"]
    path = f"comments/{said['comments'][0]['id']}/apply"
    answer = editor.post(path, {}, If_Match=tag)
    assert (answer.status_code, answer.json()["code"]) == (422, "change-does-not-fit")
    assert Comment.objects.get().applied_at is None


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"op": "burn"}, "change-does-not-fit"),
        ({"op": "remove", "part": "nodes", "id": "nobody"}, "change-does-not-fit"),
        (
            {"op": "set", "part": "nodes", "id": "queue0", "field": "/service/colour", "value": 1},
            "invalid-design",
        ),
        (
            {"op": "set", "part": "document", "field": "/model", "value": {}},
            "change-does-not-fit",
        ),
    ],
)
def test_a_suggestion_must_fit_when_it_is_made(
    commenter: Caller, proposal: dict[str, Any], operation: Any, code: str
) -> None:
    answer = start(commenter, proposal, suggestion=[operation])
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_suggestions_add_and_remove(editor: Caller, proposal: dict[str, Any]) -> None:
    topic = {"id": "news", "name": "News", "service": {"type": "sns_topic"}}
    arrow = {"id": "n1", "source": "handler0", "target": "news"}
    operations = [
        {"op": "add", "part": "nodes", "value": topic},
        {"op": "add", "part": "edges", "value": {**arrow, "connection": {"type": "lambda_call"}}},
        {"op": "remove", "part": "nodes", "id": "client"},
        {"op": "set", "part": "settings", "field": "/region", "value": "eu-west-1"},
    ]
    said = start(editor, proposal, suggestion=operations).json()["comments"][0]
    tag = fresh(editor, proposal)["etag"]
    model = editor.post(f"comments/{said['id']}/apply", {}, If_Match=tag).json()["document"][
        "model"
    ]
    assert {n["id"] for n in model["nodes"]} == {"queue0", "handler0", "news"}
    assert {e["id"] for e in model["edges"]} == {"b0", "n1"}
    assert model["region"] == "eu-west-1"


def test_threads_are_resolved_and_only_authors_rewrite(
    commenter: Caller, editor: Caller, viewer: Caller, proposal: dict[str, Any]
) -> None:
    thread = start(commenter, proposal).json()
    path = f"threads/{thread['id']}"
    assert viewer.patch(path, {"resolved": True}).status_code == 403
    assert editor.patch(path, {"resolved": True}).json()["resolved_by"]["name"] == "Editor"
    assert editor.get(f"proposals/{proposal['id']}/threads?resolved=false").json()["items"] == []
    assert editor.patch(path, {"resolved": False}).json()["resolved_at"] is None
    comment = f"comments/{thread['comments'][0]['id']}"
    refused = editor.patch(comment, {"body": "No"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-yours")
    assert commenter.patch(comment, {"body": "Yes"}).json()["edited_at"]


def test_mentions_are_members_and_are_told(
    commenter: Caller,
    reviewer: Caller,
    proposal: dict[str, Any],
    reviewer_user: Any,
    editor_user: Any,
    stranger_user: Any,
) -> None:
    refused = start(commenter, proposal, mentions=[stranger_user.pk])
    assert (refused.status_code, refused.json()["code"]) == (422, "not-a-member")
    Notice.objects.all().delete()
    thread = start(commenter, proposal, mentions=[reviewer_user.pk]).json()
    told = Notice.objects.filter(event="comment.created")
    assert set(told.values_list("user_id", flat=True)) == {reviewer_user.pk, editor_user.pk}
    there = f"/p/{proposal['id']}?thread={thread['id']}"
    assert set(told.values_list("path", flat=True)) == {there}
    reviewer.post(f"threads/{thread['id']}/comments", {"body": "Fine."})
    assert told.filter(user__email="commenter@example.com").count() == 1


def test_a_changed_comment_tells_whom_it_mentions_for_the_first_time(
    commenter: Caller,
    editor: Caller,
    proposal: dict[str, Any],
    reviewer_user: Any,
    viewer_user: Any,
    stranger_user: Any,
) -> None:
    thread = start(commenter, proposal, mentions=[reviewer_user.pk]).json()
    path = f"comments/{thread['comments'][0]['id']}"
    Notice.objects.all().delete()

    def told(*mentions: Any, body: str = "See") -> set[str]:
        answer = commenter.patch(path, {"body": body, "mentions": [m.pk for m in mentions]})
        assert answer.status_code == 200, answer.content
        return set(Notice.objects.values_list("user_id", flat=True))

    assert told(reviewer_user, body="Told before") == set()
    assert told(reviewer_user, viewer_user) == {viewer_user.pk}
    [notice] = Notice.objects.all()
    assert (notice.event, notice.path) == (
        "comment.mentioned",
        f"/p/{proposal['id']}?thread={thread['id']}",
    )
    told()  # Taken out, and put in again: nobody is told twice.
    told(reviewer_user, viewer_user)
    assert Notice.objects.count() == 1
    assert commenter.patch(path, {"body": "Only words"}).status_code == 200
    refused = commenter.patch(path, {"body": "x", "mentions": [stranger_user.pk]})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-a-member")
    body = {"body": "x", "mentions": [viewer_user.pk]}
    assert editor.patch(path, body).status_code == 403
    assert Notice.objects.count() == 1


def big(nodes: int) -> dict[str, Any]:
    return documents.chain(nodes // 2, "Big", 1.0)


def fill(proposal_id: str, user: Any, threads: int, each: int) -> None:
    made = Thread.objects.bulk_create(
        Thread(proposal_id=proposal_id, anchor="node", element=f"queue{i % 90}", created_by=user)
        for i in range(threads)
    )
    Comment.objects.bulk_create(
        Comment(thread=thread, author=user, body=f"Comment {i} of many, with some words in it")
        for thread in made
        for i in range(each)
    )


#: What the page of a proposal asks for, in its order -> most queries of each.
PAGE = {"": 8, "/diff": 4, "/threads?limit=100": 6, "/places": 7, "/reviews": 5, "/presence": 7}
LATER = {"/deltas?include=charts": 19, "/merge": 8}


def crowded(owner: Caller, editor: Caller, editor_user: Any, workspace: Any) -> dict[str, Any]:
    """Return a proposal over 200 nodes with 500 comments, in a workspace that sets limits."""
    limits = {"budget_per_month": "100000", "no_error_findings": True}
    owner.put(f"workspaces/{workspace.pk}/review-policy", limits, If_Match='"0"')
    design = editor.post("designs", {"document": big(200)}).json()
    document = copy.deepcopy(design["document"])
    for node in document["model"]["nodes"][1::2]:
        node["service"]["visibility_timeout_s"] = 60.0
    proposal = propose(editor, design, document=document)
    fill(proposal["id"], editor_user, 100, 5)
    return proposal


def opened(caller: Caller, base: str, paths: dict[str, int]) -> tuple[float, dict[str, Any]]:
    """Ask for parts of a page; return the time of the processor and the answers."""
    answers, took = {}, 0.0
    for path, most in paths.items():
        with CaptureQueriesContext(connection) as asked:
            began = time.process_time()
            answer = caller.get(base + path)
            took += time.process_time() - began
        assert answer.status_code == 200, answer.content
        assert len(asked) <= most, (
            path,
            [query["sql"][:60] + "…" + query["sql"][-90:] for query in asked],
        )
        answers[path] = answer.json()
    return took, answers


@pytest.fixture
def settled() -> Iterator[None]:
    """Leave what other tests made alone, as a server leaves what it has loaded."""
    before = gc.get_threshold()
    memory.settle()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("settled")
def test_200_nodes_and_500_comments_open_within_a_second(
    owner: Caller, editor: Caller, editor_user: Any, workspace: Any
) -> None:
    """For the first who opens it: nothing was estimated before. What comes later is counted too."""
    proposal = crowded(owner, editor, editor_user, workspace)
    editor.get("me")  # Routes and the catalog are loaded.
    base = f"proposals/{proposal['id']}"
    first, page = opened(editor, base, PAGE)
    assert page[""]["threads"] == {"open": 100, "resolved": 0, "orphaned": 0, "comments": 500}
    assert len(page["/diff"]["nodes"]) == 100
    assert sum(len(t["comments"]) for t in page["/threads?limit=100"]["items"]) == 500
    assert not Result.objects.exists()  # The page does not wait for an estimate.
    later, rest = opened(editor, base, LATER)
    assert rest["/deltas?include=charts"]["problem"] is None
    assert len(rest["/merge"]["guardrails"]) == 2
    assert first < 0.5, f"{first:.2f} s"
    assert first + later < 1.0, f"{first:.2f} s and {later:.2f} s"
    again, _ = opened(editor, base, {**PAGE, "/deltas?include=charts": 5, "/merge": 8})
    assert again < 0.7, f"{again:.2f} s"


def test_the_number_of_queries_does_not_grow_with_the_comments(
    editor: Caller, editor_user: Any, proposal: dict[str, Any]
) -> None:
    counts = []
    for threads in (2, 40):
        fill(proposal["id"], editor_user, threads, 3)
        with CaptureQueriesContext(connection) as asked:
            editor.get(f"proposals/{proposal['id']}")
            editor.get(f"proposals/{proposal['id']}/threads?limit=100")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_ten_thousand_comments_are_paged(
    editor: Caller, editor_user: Any, proposal: dict[str, Any]
) -> None:
    fill(proposal["id"], editor_user, 1, 10_000)
    (thread,) = listed(editor, proposal)
    assert (thread["comment_count"], len(thread["comments"])) == (10_000, 20)
    began, seen, path = time.perf_counter(), set(), f"threads/{thread['id']}/comments?limit=100"
    following = path
    for _ in range(3):
        answer = editor.get(following).json()
        seen |= {comment["id"] for comment in answer["items"]}
        following = f"{path}&cursor={answer['next']}"
    assert len(seen) == 300
    assert time.perf_counter() - began < 1.0
    assert editor.get(f"{path}&limit=101").status_code == 400


@pytest.mark.parametrize(
    ("anchor", "kept"),
    [
        ({"on": "proposal", "id": "queue0", "x": 3.0}, {"id": None, "x": None}),
        ({"on": "point", "x": 1.0, "y": 2.0, "id": "queue0"}, {"id": None, "x": 1.0}),
        ({"on": "field", "part": "settings", "id": "queue0", "field": "/region"}, {"id": None}),
        ({"on": "node", "id": "queue0", "field": "/service/none", "y": 1.0}, {"field": None}),
    ],
)
def test_what_does_not_belong_to_a_place_is_not_kept(
    commenter: Caller, proposal: dict[str, Any], anchor: dict[str, Any], kept: dict[str, Any]
) -> None:
    made = start(commenter, proposal, anchor).json()["anchor"]
    assert {name: made[name] for name in kept} == kept
    places = commenter.get(f"proposals/{proposal['id']}/places")
    assert places.status_code == 200, places.content
    assert sum(places.json()["nodes"].values()) == (1 if anchor["on"] == "node" else 0)
