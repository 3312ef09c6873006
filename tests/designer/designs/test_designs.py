"""Designs: saved without losing anybody's work, listed in pages, deleted with a way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from designer.designs.models import Design
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def test_a_new_design_answers_201_with_its_address_and_tag(owner: Caller, workspace: Any) -> None:
    response = owner.post("designs", {"name": "Orders", "workspace": workspace.pk})
    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/designs/{body['id']}"
    assert response["ETag"] == body["etag"]
    assert body["document"]["name"] == "Orders"
    assert owner.get(response["Location"]).json() == body


def test_of_two_tabs_the_slower_one_learns_who_was_faster(
    owner: Caller, editor: Caller, design: dict[str, Any]
) -> None:
    path, seen = f"designs/{design['id']}", design["etag"]
    first = editor.put(path, {"document": documents.pipeline("Editor's")}, If_Match=seen)
    second = owner.put(path, {"document": documents.pipeline("Owner's")}, If_Match=seen)
    assert first.status_code == 200
    problem = second.json()
    assert second.status_code == 412
    assert problem["current_etag"] == first["ETag"] == second["ETag"]
    assert problem["updated_by"] == "Editor"
    assert problem["updated_at"] == first.json()["updated_at"]
    assert owner.get(path).json()["name"] == "Editor's"


def test_a_weakened_tag_is_taken_as_the_same_version(owner: Caller, design: dict[str, Any]) -> None:
    """Proxies that compress send the tag on as weak."""
    body = {"document": documents.pipeline("Changed")}
    response = owner.put(f"designs/{design['id']}", body, If_Match=f"W/{design['etag']}")
    assert response.status_code == 200


@pytest.mark.parametrize("tag", ["*", '"99"', '"x"', "garbage", '"' + "9" * 40 + '"'])
def test_a_tag_we_did_not_give_out_never_overwrites(
    owner: Caller, design: dict[str, Any], tag: str
) -> None:
    body = {"document": documents.pipeline("Changed")}
    assert owner.put(f"designs/{design['id']}", body, If_Match=tag).status_code == 412


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_without_if_match_nothing_is_changed(
    owner: Caller, design: dict[str, Any], method: str
) -> None:
    body = {"document": documents.pipeline("Changed")}
    response = owner.send(method, f"designs/{design['id']}", body)
    assert response.status_code == 428
    assert owner.get(f"designs/{design['id']}").json()["etag"] == design["etag"]


def test_saving_the_same_document_again_is_no_new_version(
    owner: Caller, design: dict[str, Any]
) -> None:
    path, body = f"designs/{design['id']}", {"document": documents.pipeline("Changed")}
    first = owner.put(path, body, If_Match=design["etag"])
    again = owner.put(path, body, If_Match=first["ETag"])
    assert first["ETag"] != design["etag"]
    assert again["ETag"] == first["ETag"]


def test_an_empty_document_replaces_a_drawing_only_when_asked_to(
    owner: Caller, design: dict[str, Any]
) -> None:
    path, body = f"designs/{design['id']}", {"document": documents.empty()}
    refused = owner.put(path, body, If_Match=design["etag"])
    assert (refused.status_code, refused.json()["code"]) == (409, "would-erase")
    assert owner.get(path).json()["document"]["model"]["nodes"]
    allowed = owner.put(f"{path}?allow_empty=true", body, If_Match=design["etag"])
    assert allowed.status_code == 200
    assert allowed.json()["document"]["model"]["nodes"] == []


def test_a_document_with_faults_is_refused_with_every_place(
    owner: Caller, design: dict[str, Any]
) -> None:
    document = documents.pipeline()
    document["model"]["nodes"][1]["service"]["visibility_timeout"] = 3
    document["model"]["edges"][0]["target"] = "nowhere"
    response = owner.put(f"designs/{design['id']}", {"document": document}, If_Match=design["etag"])
    problem = response.json()
    assert response.status_code == 422
    assert problem["code"] == "invalid-design"
    first = problem["errors"][0]
    assert first["pointer"] == "/model/nodes/1/service/visibility_timeout"
    assert first["nearest"] == "visibility_timeout_s"


def test_a_known_version_answers_304_without_a_body(owner: Caller, design: dict[str, Any]) -> None:
    response = owner.get(f"designs/{design['id']}", If_None_Match=design["etag"])
    assert (response.status_code, response.content) == (304, b"")


def test_the_tag_does_not_depend_on_who_asks_nor_on_compression(
    owner: Caller, viewer: Caller, design: dict[str, Any]
) -> None:
    path = f"designs/{design['id']}"
    tags = {
        owner.get(path)["ETag"],
        viewer.get(path)["ETag"],
        owner.get(path, Accept_Encoding="gzip")["ETag"],
    }
    assert tags == {design["etag"]}


def test_a_deleted_design_can_be_restored(owner: Caller, design: dict[str, Any]) -> None:
    path = f"designs/{design['id']}"
    assert owner.delete(path, If_Match='"7"').status_code == 412
    assert owner.delete(path, If_Match=design["etag"]).status_code == 204
    assert owner.delete(path, If_Match=design["etag"]).status_code == 404
    assert owner.get(path).status_code == 404
    assert owner.get("designs").json()["items"] == []
    assert [card["id"] for card in owner.get("designs?trash=true").json()["items"]] == [
        design["id"]
    ]
    restored = owner.post(f"{path}/restore")
    assert restored.status_code == 200
    assert restored.json()["document"] == design["document"]
    assert owner.post(f"{path}/restore").status_code == 200
    assert owner.get(path).status_code == 200


def test_the_trash_is_emptied_after_thirty_days(owner: Caller, design: dict[str, Any]) -> None:
    from django.core.management import call_command

    owner.delete(f"designs/{design['id']}", If_Match=design["etag"])
    Design.objects.update(deleted_at=timezone.now() - timedelta(days=29))
    call_command("purge_trash", verbosity=0)
    assert Design.objects.exists()
    Design.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    call_command("purge_trash", verbosity=0)
    assert not Design.objects.exists()


def test_a_copy_is_a_design_of_its_own(owner: Caller, design: dict[str, Any]) -> None:
    copy = owner.post(f"designs/{design['id']}/copy")
    assert copy.status_code == 201
    body = copy.json()
    assert body["id"] != design["id"]
    assert body["name"] == "Orders (copy)"
    assert body["model_hash"] == design["model_hash"]


def test_revisions_are_numbered_and_never_change(owner: Caller, design: dict[str, Any]) -> None:
    path = f"designs/{design['id']}"
    first = owner.post(f"{path}/revisions", {"note": "before review"}).json()
    owner.put(path, {"document": documents.chain(2)}, If_Match=design["etag"])
    second = owner.post(f"{path}/revisions").json()
    assert (first["number"], second["number"]) == (1, 2)
    assert owner.get(f"revisions/{first['id']}").json()["document"] == design["document"]
    listed = owner.get(f"{path}/revisions").json()["items"]
    assert [(r["number"], r["note"]) for r in listed] == [(2, ""), (1, "before review")]
    assert owner.put(f"revisions/{first['id']}", {}).status_code == 405


def test_a_card_tells_services_and_draws_a_thumbnail(owner: Caller, design: dict[str, Any]) -> None:
    (card,) = owner.get("designs").json()["items"]
    assert card["services"] == ["client", "sqs_queue", "lambda_function"]
    assert card["thumbnail"]["edges"] == [[0, 1], [1, 2]]
    assert [box["role"] for box in card["thumbnail"]["nodes"]] == ["producer", "router", "consumer"]
    assert card["headline"] is None


def test_moving_a_box_changes_the_version_but_not_the_model(
    owner: Caller, design: dict[str, Any]
) -> None:
    moved = documents.pipeline()
    moved["layout"]["positions"]["queue0"] = {"x": 5, "y": 6}
    response = owner.put(f"designs/{design['id']}", {"document": moved}, If_Match=design["etag"])
    assert response["ETag"] != design["etag"]
    assert response.json()["model_hash"] == design["model_hash"]


def _many(owner: Caller, number: int) -> list[str]:
    return [owner.post("designs", {"name": f"D{i:03}"}).json()["id"] for i in range(number)]


def test_a_walk_with_inserts_repeats_and_misses_nothing(owner: Caller) -> None:
    there = _many(owner, 7)
    seen: list[str] = []
    path: str | None = "/api/v1/designs?limit=3"
    while path:
        response = owner.get(path)
        seen += [card["id"] for card in response.json()["items"]]
        _many(owner, 1)
        link = response.get("Link", "")
        path = link[1 : link.index(">")] if link else None
    assert seen == there[::-1]


@pytest.mark.parametrize("sort", ["-created_at", "-updated_at", "name"])
def test_every_order_pages_through_everything(owner: Caller, sort: str) -> None:
    there = _many(owner, 5)
    seen: list[str] = []
    cursor = ""
    while True:
        page = owner.get(f"designs?limit=2&sort={sort}{cursor}").json()
        seen += [card["id"] for card in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(there)
    assert len(seen) == len(there)


def test_filters_narrow_the_list(owner: Caller, workspace: Any) -> None:
    _many(owner, 2)
    Design.objects.filter(name="D001").update(is_example=True)
    names = lambda query: [c["name"] for c in owner.get(f"designs?{query}").json()["items"]]  # noqa: E731
    assert names("example=true") == ["D001"]
    assert names("example=false") == ["D000"]
    assert names("q=d000") == ["D000"]
    assert len(names(f"workspace={workspace.pk}")) == 2
    assert names("q=nothing") == []


@pytest.mark.parametrize("number", [1, 12])
def test_a_list_takes_the_same_few_queries_however_long(
    owner: Caller, number: int, django_assert_num_queries: Any
) -> None:
    _many(owner, number)
    # Session, person, memberships, designs, what is known of them.
    with django_assert_num_queries(5):
        assert len(owner.get("designs").json()["items"]) == number


def test_documents_survive_byte_for_byte(owner: Caller) -> None:
    document = documents.pipeline("Ünïcode → 日本 🚀")
    made = owner.post("designs", {"document": document}).json()
    again = owner.get(f"designs/{made['id']}").json()["document"]
    assert again["name"] == "Ünïcode → 日本 🚀"
    assert list(again["layout"]["positions"]) == list(document["layout"]["positions"])
