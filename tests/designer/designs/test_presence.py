"""Who is here, in the database and as server-sent events."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from designer.designs import presence
from designer.designs.models import Here
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "STREAM_S", 3.0)
    monkeypatch.setattr(presence, "LOOK_EVERY_S", 0.001)


def _events(answer: Any) -> Any:
    """Yield events as (name, data)."""
    for part in answer.streaming_content:
        lines = dict(line.split(": ", 1) for line in part.decode().strip().split("\n"))
        if "event" in lines:
            yield lines["event"], json.loads(lines["data"])


def test_people_come_select_and_go(owner: Caller, viewer: Caller, design: dict[str, Any]) -> None:
    path = f"designs/{design['id']}/presence"
    assert owner.put(path, {"tab": "one"}).json()["people"][0]["user"]["name"] == "Owner"
    viewer.put(path, {"tab": "two", "selection": ["queue"]})
    seen = owner.get(path).json()["people"]
    assert [(one["tab"], one["selection"]) for one in seen] == [("one", []), ("two", ["queue"])]
    assert viewer.delete(f"{path}?tab=two").status_code == 204
    assert len(owner.get(path).json()["people"]) == 1
    Here.objects.update(seen_at=timezone.now() - presence.SILENT - timedelta(seconds=1))
    assert owner.get(path).json()["people"] == []


def test_a_stream_tells_who_comes_and_that_the_draft_changed(
    owner: Caller, viewer: Caller, design: dict[str, Any]
) -> None:
    answer = owner.get(f"designs/{design['id']}/presence/events")
    assert answer["Content-Type"] == "text/event-stream"
    assert "Content-Encoding" not in answer
    events = _events(answer)
    assert next(events) == ("people", [])
    assert next(events) == ("draft", {"etag": design["etag"], "updated_by": "Owner"})
    viewer.put(f"designs/{design['id']}/presence", {"tab": "two", "selection": ["queue"]})
    name, people = next(events)
    assert (name, people[0]["selection"]) == ("people", ["queue"])
    saved = owner.put(
        f"designs/{design['id']}", {"document": documents.chain(2)}, If_Match=design["etag"]
    )
    assert next(events) == ("draft", {"etag": saved["ETag"], "updated_by": "Owner"})
    answer.close()


def test_a_stream_ends_for_who_is_no_longer_a_member(
    owner: Caller, viewer: Caller, viewer_user: Any, design: dict[str, Any]
) -> None:
    events = _events(viewer.get(f"designs/{design['id']}/presence/events"))
    next(events), next(events)
    viewer_user.memberships.all().delete()
    assert next(events) == ("gone", {})
    assert list(events) == []


def test_streams_are_bounded_and_give_their_place_back(
    owner: Caller, design: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(presence, "_streams", threading.BoundedSemaphore(1))
    path = f"designs/{design['id']}/presence/events"
    first = owner.get(path)
    refused = owner.get(path)
    assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
    assert refused["Retry-After"] == "5"
    first.close()
    second = owner.get(path)
    assert second.status_code == 200
    names = [name for name, _ in _events(second)]  # To its end: the place is free again.
    assert names[0] == "people"
    owner.get(path).close()


def test_tabs_at_one_design_are_bounded(
    owner: Caller, design: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "MAX_TABS", 2)
    path = f"designs/{design['id']}/presence"
    statuses = [owner.put(path, {"tab": tab}).status_code for tab in ("a", "b", "c", "a")]
    assert statuses == [200, 200, 409, 200]
