"""What a page of a proposal hears while others push, review, comment and merge."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from designer.designs import presence
from tests.conftest import Caller
from tests.designer.designs.test_presence import _events
from tests.designer.proposals.test_proposals import edited, fresh, merge, propose, push, review
from tests.designer.proposals.test_threads import listed, start, without_queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "STREAM_S", 3.0)
    monkeypatch.setattr(presence, "LOOK_EVERY_S", 0.001)


@pytest.fixture
def proposal(editor: Caller, design: dict[str, Any]) -> dict[str, Any]:
    return propose(editor, design)


def test_a_stream_tells_of_pushes_reviews_comments_and_the_merge(
    editor: Caller, reviewer: Caller, viewer: Caller, proposal: dict[str, Any]
) -> None:
    answer = viewer.get(f"proposals/{proposal['id']}/events")
    assert answer["Content-Type"] == "text/event-stream"
    events = _events(answer)
    assert next(events) == ("people", [])
    name, pulse = next(events)
    assert (name, pulse["head_version"], pulse["talk"]) == ("proposal", 1, 0)
    assert next(events)[0] == "draft"
    start(reviewer, proposal)
    assert next(events) == ("proposal", {**pulse, "talk": 1})
    pushed = push(editor, proposal, edited(proposal["document"], visibility_timeout_s=99.0)).json()
    assert next(events)[1]["head_version"] == 2
    review(reviewer, pushed, "approve")
    assert next(events)[1]["state"] == "approved"
    assert merge(editor, proposal).status_code == 200
    said = dict([next(events), next(events)])
    assert said["proposal"]["state"] == "merged"
    assert said["draft"]["updated_by"] == "Editor"
    answer.close()


def test_people_at_a_proposal_are_not_at_its_design(
    editor: Caller, viewer: Caller, proposal: dict[str, Any]
) -> None:
    path = f"proposals/{proposal['id']}/presence"
    here = viewer.put(path, {"tab": "a", "selection": ["queue0"]}).json()
    assert [(p["user"]["name"], p["selection"]) for p in here["people"]] == [("Viewer", ["queue0"])]
    at_design = f"designs/{proposal['design']['id']}/presence"
    assert editor.get(at_design).json()["people"] == []
    viewer.put(at_design, {"tab": "a"})
    assert len(editor.get(at_design).json()["people"]) == 1
    assert viewer.delete(f"{path}?tab=a").status_code == 204
    assert editor.get(path).json()["people"] == []
    assert len(editor.get(at_design).json()["people"]) == 1


def test_a_stream_ends_for_who_is_no_longer_a_member(
    viewer: Caller, viewer_user: Any, proposal: dict[str, Any]
) -> None:
    events = _events(viewer.get(f"proposals/{proposal['id']}/events"))
    [next(events) for _ in range(3)]
    viewer_user.memberships.all().delete()
    assert list(events) == [("gone", {})]


def test_threads_that_changed_since_are_asked_for_alone(
    editor: Caller, commenter: Caller, proposal: dict[str, Any]
) -> None:
    first, second = (start(commenter, proposal).json() for _ in range(2))
    assert (first["talk"], second["talk"]) == (1, 2)
    seen = fresh(editor, proposal)["talk"]
    path = f"proposals/{proposal['id']}/threads?since="
    assert editor.get(f"{path}{seen}").json()["items"] == []
    editor.post(f"threads/{first['id']}/comments", {"body": "Yes"})
    assert [t["id"] for t in editor.get(f"{path}{seen}").json()["items"]] == [first["id"]]
    seen = fresh(editor, proposal)["talk"]
    assert editor.patch(f"threads/{second['id']}", {"resolved": True}).json()["talk"] == 4
    assert [t["id"] for t in editor.get(f"{path}{seen}").json()["items"]] == [second["id"]]
    seen = fresh(editor, proposal)["talk"]
    push(editor, proposal, without_queue(proposal["document"]))
    assert all(t["orphaned"] for t in editor.get(f"{path}{seen}").json()["items"])
    assert len(editor.get(f"{path}{seen}").json()["items"]) == 2
    assert editor.get(f"{path}-1").status_code == 400


def test_pins_count_what_is_open_and_still_there(
    editor: Caller, commenter: Caller, proposal: dict[str, Any]
) -> None:
    field = {"on": "field", "part": "nodes", "id": "queue0", "field": "/service/delay_s"}
    start(commenter, proposal)
    start(commenter, proposal, field)
    done = start(commenter, proposal).json()
    editor.patch(f"threads/{done['id']}", {"resolved": True})
    start(commenter, proposal, {"on": "edge", "id": "a0"})
    point = start(commenter, proposal, {"on": "point", "x": 1.0, "y": 2.0}).json()
    path = f"proposals/{proposal['id']}/places"
    assert editor.get(path).json() == {
        "nodes": {"queue0": 2},
        "edges": {"a0": 1},
        "counts": {"open": 4, "resolved": 1, "orphaned": 0},
        "points": [{"id": point["id"], "x": 1.0, "y": 2.0}],
        "more_points": False,
    }
    push(editor, proposal, without_queue(copy.deepcopy(proposal["document"])))
    assert editor.get(path).json()["nodes"] == editor.get(path).json()["edges"] == {}


def test_threads_are_asked_for_by_place_and_with_few_comments(
    editor: Caller, commenter: Caller, proposal: dict[str, Any]
) -> None:
    field = {"on": "field", "part": "nodes", "id": "queue0", "field": "/service/delay_s"}
    start(commenter, proposal, field)
    thread = start(commenter, proposal).json()
    editor.post(f"threads/{thread['id']}/comments", {"body": "Yes"})
    start(commenter, proposal, {"on": "edge", "id": "a0"})
    base = f"proposals/{proposal['id']}/threads"
    found = editor.get(f"{base}?on=nodes&element=queue0&comments=1").json()["items"]
    assert [(len(t["comments"]), t["comment_count"]) for t in found] == [(1, 1), (1, 2)]
    assert editor.get(f"{base}?element=queue0").status_code == 400
    push(editor, proposal, without_queue(proposal["document"]))
    assert len(editor.get(f"{base}?orphaned=true").json()["items"]) == 3
    assert len(listed(editor, proposal)) == 3
