"""Links, pictures, comments, drafts that join, revisions that come back."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from designer.designs.actions import KEPT_DRAFTS
from designer.designs.models import DraftVersion, ShareLink
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _built(settings: Any, tmp_path: Any) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>Weir</title>")
    settings.FRONTEND_DIR = tmp_path


def _share(owner: Caller, design: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    made = owner.post(f"designs/{design['id']}/shares", {"role": "view", **more})
    assert made.status_code == 201, made.content
    return made.json()["link"].rsplit("/", 1)[1], made.json()


def _addresses(secret: str) -> list[str]:
    api = f"/api/v1/shared/{secret}"
    parts = ["", "/catalog", "/picture.svg", "/report", "/remarks"]
    return [f"/s/{secret}", *[api + part for part in parts]]


def test_a_link_shows_the_design_and_nothing_of_the_workspace(
    owner: Caller, nobody: Caller, design: dict[str, Any], workspace: Any, owner_user: Any
) -> None:
    secret, _ = _share(owner, design)
    for path in _addresses(secret):
        answer = nobody.get(path)
        assert answer.status_code == 200, path
        assert "no-store" in answer["Cache-Control"], path
        assert answer["Referrer-Policy"] == "no-referrer"
        for ours in (workspace.pk, design["id"], owner_user.email, owner_user.pk):
            assert ours.encode() not in answer.getvalue(), path
    body = nobody.get(f"shared/{secret}").json()
    assert body["document"] == design["document"]


@pytest.mark.parametrize("how", ["revoked", "expired", "trashed"])
def test_a_dead_link_is_dead_at_once_pictures_too(
    owner: Caller, nobody: Caller, design: dict[str, Any], how: str
) -> None:
    secret, link = _share(owner, design)
    if how == "revoked":
        assert owner.delete(f"shares/{link['id']}").status_code == 204
    elif how == "expired":
        ShareLink.objects.update(expires_at=timezone.now())
    else:
        owner.delete(f"designs/{design['id']}", If_Match=design["etag"])
    for path in _addresses(secret):
        assert nobody.get(path).status_code == 410, path
    for path in _addresses("x" * 43):
        assert nobody.get(path).status_code == 404, path


def test_only_the_origins_of_a_link_may_frame_its_page(
    owner: Caller, nobody: Caller, design: dict[str, Any]
) -> None:
    plain, _ = _share(owner, design)
    page = nobody.get(f"/s/{plain}")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    framed, _ = _share(owner, design, embed_origins=["https://Wiki.example.com/"])
    page = nobody.get(f"/s/{framed}")
    assert "frame-ancestors 'self' https://wiki.example.com" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    picture = nobody.get(f"shared/{framed}/picture.svg")
    assert picture["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    "origin",
    [
        "wiki.example.com",
        "https://a.example.com/path",
        "*",
        "https://x; script-src *",
        "https://a b",
    ],
)
def test_an_origin_is_scheme_and_host_and_cannot_add_a_policy(
    owner: Caller, design: dict[str, Any], origin: str
) -> None:
    answer = owner.post(
        f"designs/{design['id']}/shares", {"role": "view", "embed_origins": [origin]}
    )
    assert answer.status_code == 422


def test_a_viewing_link_takes_no_comment_and_a_commenting_one_does(
    owner: Caller, nobody: Caller, design: dict[str, Any]
) -> None:
    node = design["document"]["model"]["nodes"][0]["id"]
    said = {"name": "Ann", "text": "Is this enough?", "node": node}
    viewing, _ = _share(owner, design)
    refused = nobody.post(f"shared/{viewing}/remarks", said)
    assert (refused.status_code, refused.json()["code"]) == (403, "link-only-shows")
    commenting, _ = _share(owner, design, role="comment")
    assert nobody.post(f"shared/{commenting}/remarks", said).status_code == 201
    gone = nobody.post(f"shared/{commenting}/remarks", {**said, "node": "nowhere"})
    assert (gone.status_code, gone.json()["code"]) == (422, "no-such-node")
    owner.post(f"designs/{design['id']}/remarks", {"text": "Among ourselves"})
    seen = owner.get(f"designs/{design['id']}/remarks").json()["items"]
    assert [(one["author_name"], one["member"]) for one in seen] == [
        ("Owner", True),
        ("Ann", False),
    ]
    through = nobody.get(f"shared/{commenting}/remarks").json()["items"]
    assert [one["text"] for one in through] == ["Is this enough?"]


def test_a_link_gives_no_way_to_write(
    owner: Caller, nobody: Caller, design: dict[str, Any]
) -> None:
    secret, _ = _share(owner, design, role="comment")
    for method in ("PUT", "PATCH", "DELETE"):
        answer = nobody.send(method, f"shared/{secret}", {"document": documents.chain(2)})
        assert answer.status_code == 405


def test_a_link_is_changed_and_says_when_it_was_used(
    owner: Caller, nobody: Caller, design: dict[str, Any]
) -> None:
    secret, link = _share(owner, design)
    assert link["last_used_at"] is None
    nobody.get(f"shared/{secret}")
    end = (timezone.now() + timedelta(hours=1)).isoformat()
    changed = owner.patch(f"shares/{link['id']}", {"role": "comment", "expires_at": end}).json()
    assert changed["role"] == "comment"
    assert changed["last_used_at"] is not None
    past = owner.patch(f"shares/{link['id']}", {"expires_at": "2001-01-01T00:00:00Z"})
    assert past.status_code == 422
    assert secret not in str(ShareLink.objects.get().__dict__)


def test_a_picture_is_svg_whatever_the_names(owner: Caller) -> None:
    document = documents.pipeline("<script>alert(1)</script> & Co")
    document["model"]["nodes"][0]["name"] = '"><script>'
    design = owner.post("designs", {"document": document}).json()
    picture = owner.get(f"designs/{design['id']}/picture.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    tree = ElementTree.fromstring(picture.content)
    tags = {element.tag.rsplit("}", 1)[-1] for element in tree.iter()}
    assert tags <= {"svg", "title", "style", "rect", "path", "g", "text", "defs", "image", "use"}
    links = [element.get("href", "#") for element in tree.iter()]
    assert all(link.startswith(("#", "data:image/svg+xml;base64,")) for link in links)
    empty = owner.post("designs", {"name": "Nothing"}).json()
    ElementTree.fromstring(owner.get(f"designs/{empty['id']}/picture.svg").content)


def test_a_picture_has_the_icons_of_the_interface_if_it_was_built(
    owner: Caller, design: dict[str, Any], settings: Any, tmp_path: Path
) -> None:
    settings.FRONTEND_DIR = tmp_path
    path = f"designs/{design['id']}/picture.svg"
    assert b"<image" not in owner.get(path).content
    icons = {"": "<svg>other</svg>", "sqs_queue": "<svg>queue</svg>"}
    (tmp_path / "icons.json").write_text(json.dumps(icons))
    tree = ElementTree.fromstring(owner.get(path).content)
    drawn = [e.get("href", "") for e in tree.iter() if e.tag.endswith("}image")]
    found = {base64.b64decode(link.partition(",")[2]) for link in drawn}
    assert found == {b"<svg>other</svg>", b"<svg>queue</svg>"}
    assert "img-src data:" in owner.get(path)["Content-Security-Policy"]


def test_the_slower_one_gets_what_a_merge_needs_and_both_changes_stand(
    owner: Caller, editor: Caller, design: dict[str, Any]
) -> None:
    path, seen = f"designs/{design['id']}", design["etag"]
    theirs = documents.pipeline()
    theirs["description"] = "Said by the editor"
    mine = documents.pipeline("Named by the owner")
    assert editor.put(path, {"document": theirs}, If_Match=seen).status_code == 200
    problem = owner.put(path, {"document": mine}, If_Match=seen).json()
    assert problem["base_etag"] == seen
    assert problem["base_document"] == design["document"]
    assert problem["current_document"]["description"] == "Said by the editor"
    joined = owner.post(f"{path}/merge", {"base_etag": seen, "document": mine}).json()
    assert (joined["clean"], joined["current_etag"]) == (True, problem["current_etag"])
    saved = owner.put(path, {"document": joined["document"]}, If_Match=joined["current_etag"])
    found = saved.json()["document"]
    assert (found["name"], found["description"]) == ("Named by the owner", "Said by the editor")


def test_old_drafts_are_few_and_one_too_old_is_said_to_be(
    owner: Caller, design: dict[str, Any]
) -> None:
    path, tag = f"designs/{design['id']}", design["etag"]
    for number in range(KEPT_DRAFTS + 3):
        document = documents.pipeline(f"Draft {number}")
        tag = owner.put(path, {"document": document}, If_Match=tag).json()["etag"]
    assert DraftVersion.objects.count() <= KEPT_DRAFTS
    asked = {"base_etag": design["etag"], "document": documents.pipeline("Mine")}
    answer = owner.post(f"{path}/merge", asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "base-gone")
    late = owner.put(path, {"document": documents.pipeline("Mine")}, If_Match=design["etag"])
    assert late.json()["base_document"] is None


def test_restoring_makes_a_new_revision_and_loses_nothing(
    owner: Caller, design: dict[str, Any]
) -> None:
    path = f"designs/{design['id']}"
    first = owner.post(f"{path}/revisions", {"note": "As reviewed"}).json()
    changed = owner.put(path, {"document": documents.chain(3)}, If_Match=design["etag"]).json()
    stale = owner.post(f"revisions/{first['id']}/restore", If_Match=design["etag"])
    assert stale.status_code == 412
    assert owner.post(f"revisions/{first['id']}/restore").status_code == 428
    made = owner.post(f"revisions/{first['id']}/restore", If_Match=changed["etag"])
    body = made.json()
    assert made.status_code == 201
    assert (body["number"], body["restored_from"]) == (3, first["id"])
    assert body["document"] == owner.get(path).json()["document"] == first["document"]
    notes = [one["note"] for one in owner.get(f"{path}/revisions").json()["items"]]
    assert notes == ["Revision 1 again: As reviewed", "Before restoring revision 1", "As reviewed"]


def test_emptying_a_drawing_on_purpose_keeps_it_as_a_revision(
    owner: Caller, design: dict[str, Any]
) -> None:
    path = f"designs/{design['id']}"
    nothing = documents.pipeline()
    nothing["model"] = {"nodes": [], "edges": []}
    nothing["layout"] = {}
    refused = owner.put(path, {"document": nothing}, If_Match=design["etag"])
    assert (refused.status_code, refused.json()["code"]) == (409, "would-erase")
    meant = owner.put(f"{path}?allow_empty=true", {"document": nothing}, If_Match=design["etag"])
    assert meant.status_code == 200, meant.content
    (kept,) = owner.get(f"{path}/revisions").json()["items"]
    assert owner.get(f"revisions/{kept['id']}").json()["document"] == design["document"]


def test_shared_pages_take_few_queries(
    owner: Caller, design: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    secret, _ = _share(owner, design)
    nobody = Caller(Client(), {})
    nobody.get(f"shared/{secret}")
    with django_assert_max_num_queries(1):
        assert nobody.get(f"shared/{secret}").status_code == 200
    with django_assert_max_num_queries(5):
        assert owner.get(f"designs/{design['id']}/shares").status_code == 200
