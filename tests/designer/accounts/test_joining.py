"""Invitations, service accounts and the audit log."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from designer.accounts.models import ApiToken, AuditEntry, Invitation, Membership, User
from tests import documents
from tests.conftest import Caller, signed_in

pytestmark = pytest.mark.django_db


def _invite(owner: Caller, workspace: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """Return the path of a new link, and the invitation."""
    answer = owner.post(f"workspaces/{workspace.pk}/invitations", {"role": "commenter", **more})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    return made["link"].replace("http://testserver", ""), made


def test_a_link_makes_one_new_person_a_member_once(owner: Caller, workspace: Any) -> None:
    path, _ = _invite(owner, workspace)
    first, second = Client(), Client()
    assert b"Ours" in first.get(path).content
    form = {"email": "New@Example.com", "name": "New"}
    assert first.post(path, form)["Location"] == "/"
    assert first.get("/api/v1/me").json()["workspaces"][0]["role"] == "commenter"
    assert second.post(path, {"email": "late@example.com", "name": "Late"}).status_code == 410
    assert not User.objects.filter(email="late@example.com").exists()
    (listed,) = owner.get(f"workspaces/{workspace.pk}/invitations").json()["items"]
    assert (listed["state"], listed["accepted_by"]["email"]) == ("accepted", "new@example.com")


def test_a_known_person_joins_by_signing_in(
    owner: Caller, workspace: Any, stranger: Caller, stranger_user: Any
) -> None:
    path, made = _invite(owner, workspace)
    taken = Client().post(path, {"email": stranger_user.email, "name": "Not me"})
    assert taken.status_code == 422
    answer = stranger.post("invitations/accept", {"secret": path.rsplit("/", 1)[1]})
    assert (answer.status_code, answer.json()["role"]) == (201, "commenter")
    assert Membership.objects.filter(user=stranger_user, workspace=workspace).exists()
    entry = AuditEntry.objects.get(action="invitation.accept")
    assert (entry.object_id, entry.user_id) == (made["id"], stranger_user.pk)


def test_an_invitation_by_name_is_for_that_address_only(
    owner: Caller, workspace: Any, stranger: Caller
) -> None:
    path, _ = _invite(owner, workspace, email="Somebody@Example.com")
    refused = stranger.post("invitations/accept", {"secret": path.rsplit("/", 1)[1]})
    assert (refused.status_code, refused.json()["code"]) == (403, "other-address")
    client = Client()
    assert client.post(path, {"email": "else@example.com", "name": "Some"}).status_code == 302
    assert client.get("/api/v1/me").json()["user"]["email"] == "somebody@example.com"


@pytest.mark.parametrize("how", ["revoked", "expired", "unknown"])
def test_a_dead_link_gives_nothing(
    owner: Caller, workspace: Any, stranger: Caller, how: str
) -> None:
    path, made = _invite(owner, workspace)
    if how == "revoked":
        one = f"workspaces/{workspace.pk}/invitations/{made['id']}"
        assert owner.delete(one).status_code == 204
        assert owner.get(one).json()["state"] == "revoked"
    elif how == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    else:
        path = "/invite/nonsense"
    assert Client().get(path).status_code == 410
    assert Client().post(path, {"email": "a@example.com", "name": "A"}).status_code == 410
    answer = stranger.post("invitations/accept", {"secret": path.rsplit("/", 1)[1]})
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation-spent")


def test_an_accepted_invitation_cannot_be_withdrawn(
    owner: Caller, workspace: Any, stranger: Caller
) -> None:
    path, made = _invite(owner, workspace)
    stranger.post("invitations/accept", {"secret": path.rsplit("/", 1)[1]})
    answer = owner.delete(f"workspaces/{workspace.pk}/invitations/{made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "already-accepted")


def test_inviting_does_not_tell_who_has_an_account(
    owner: Caller, workspace: Any, stranger_user: Any, viewer_user: Any
) -> None:
    path = f"workspaces/{workspace.pk}/invitations"
    known = owner.post(path, {"role": "viewer", "email": stranger_user.email})
    unknown = owner.post(path, {"role": "viewer", "email": "nobody@example.com"})
    assert known.json().keys() == unknown.json().keys()
    assert (known.status_code, unknown.status_code) == (201, 201)
    ours = owner.post(path, {"role": "viewer", "email": viewer_user.email})
    assert (ours.status_code, ours.json()["code"]) == (409, "already-a-member")


def test_a_service_account_works_and_outlives_who_made_it(
    owner: Caller, owner_user: Any, workspace: Any
) -> None:
    base = f"workspaces/{workspace.pk}/service-accounts"
    account = owner.post(base, {"name": "CI", "role": "viewer"}).json()
    wanted = {
        "name": "t",
        "scopes": ["designs:write"],
        "expires_at": (timezone.now() + timedelta(days=1)).isoformat(),
    }
    refused = owner.post(f"{base}/{account['id']}/tokens", wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-too-low")
    assert owner.patch(f"{base}/{account['id']}", {"role": "editor"}).status_code == 200
    made = owner.post(f"{base}/{account['id']}/tokens", wanted).json()
    robot = Caller(Client(), {"Authorization": f"Bearer {made['token']}"})
    owner_user.is_active = False
    owner_user.save()
    assert robot.post("designs", {"name": "From CI"}).status_code == 201
    entry = AuditEntry.objects.get(action="design.create")
    assert (entry.user_id, entry.token_id) == (account["id"], made["id"])


def test_a_service_account_is_no_member_and_no_last_owner(
    owner: Caller, owner_user: Any, workspace: Any
) -> None:
    base = f"workspaces/{workspace.pk}"
    account = owner.post(f"{base}/service-accounts", {"name": "CI", "role": "owner"}).json()
    people = owner.get(f"{base}/members").json()["items"]
    assert [one["user"]["id"] for one in people] == [owner_user.pk]
    path = f"{base}/members/{owner_user.memberships.get().pk}"
    assert owner.patch(path, {"role": "viewer"}).json()["code"] == "last-owner"
    assert owner.delete(f"{base}/service-accounts/{account['id']}").status_code == 204
    assert owner.get(f"{base}/service-accounts/{account['id']}").status_code == 404
    assert not ApiToken.objects.filter(user_id=account["id"], revoked_at=None).exists()


def test_the_audit_log_tells_the_story_in_pages(
    owner: Caller, editor: Caller, editor_user: Any, workspace: Any, design: dict[str, Any]
) -> None:
    path, base = f"designs/{design['id']}", f"workspaces/{workspace.pk}/audit"
    editor.put(path, {"document": documents.chain(2)}, If_Match=design["etag"])
    first = owner.get(f"{base}?limit=1").json()
    assert first["items"][0]["action"] == "design.save"
    assert first["items"][0]["actor"]["name"] == "Editor"
    assert first["items"][0]["before"] == design["model_hash"]
    rest = owner.get(f"{base}?limit=1&cursor={first['next']}").json()["items"]
    assert [one["action"] for one in rest] == ["design.create"]
    for query, count in [
        ("action=design", 2),
        ("action=design.save", 1),
        (f"actor={editor_user.pk}", 1),
        (f"object={design['id']}", 2),
        ("action=desi", 0),
        ("since=2999-01-01T00:00:00Z", 0),
    ]:
        assert len(owner.get(f"{base}?{query}").json()["items"]) == count, query


def test_the_audit_log_exports_what_the_filter_lets_through(
    owner: Caller, workspace: Any, design: dict[str, Any]
) -> None:
    base = f"workspaces/{workspace.pk}/audit"
    AuditEntry.objects.create(
        workspace_id=workspace.pk, action="design.save", object_id="x", note='=HYPERLINK("x")'
    )
    rows = list(csv.DictReader(io.StringIO(owner.get(f"{base}.csv").getvalue().decode())))
    assert [row["action"] for row in rows] == ["design.save", "design.create"]
    assert rows[0]["note"].startswith("'=")  # No spreadsheet runs it.
    assert rows[1]["actor_email"] == "owner@example.com"
    found = owner.get(f"{base}.json?action=design.create")
    assert [one["object"] for one in found_items(found)] == [design["id"]]


def found_items(answer: Any) -> list[dict[str, Any]]:
    import json

    assert answer["Content-Disposition"] == 'attachment; filename="audit.json"'
    return list(json.loads(answer.getvalue())["items"])


def test_audit_pages_take_few_queries(
    owner: Caller, workspace: Any, design: Any, django_assert_max_num_queries: Any
) -> None:
    for name in "abcdef":
        owner.post("designs", {"name": name})
    with django_assert_max_num_queries(5):
        assert len(owner.get(f"workspaces/{workspace.pk}/audit").json()["items"]) == 7


def test_a_person_removed_keeps_their_name_in_the_trail_only_by_id(
    owner: Caller, editor_user: Any, workspace: Any
) -> None:
    signed_in(editor_user).post("designs", {"name": "x"})
    gone = editor_user.pk
    editor_user.delete()
    (entry,) = owner.get(f"workspaces/{workspace.pk}/audit?actor={gone}").json()["items"]
    assert entry["actor"] == {"id": gone, "name": "", "email": ""}


@pytest.mark.parametrize("how", ["removed", "demoted"])
def test_who_may_invite_no_more_leaves_no_open_door(
    owner: Caller, editor: Caller, editor_user: Any, workspace: Any, how: str
) -> None:
    member = f"workspaces/{workspace.pk}/members/{editor_user.memberships.get().pk}"
    owner.patch(member, {"role": "owner"})
    path, _ = _invite(editor, workspace)
    answer = owner.delete(member) if how == "removed" else owner.patch(member, {"role": "viewer"})
    assert answer.status_code < 300
    assert Client().get(path).status_code == 410
