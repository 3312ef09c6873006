"""Tokens, sign-in links, sessions and members."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from designer.accounts import actions
from designer.accounts.models import ApiToken, AuditEntry, LoginLink, Membership, User
from tests import documents
from tests.conftest import Caller, signed_in

pytestmark = pytest.mark.django_db


def _expiry(**later: int) -> str:
    return (timezone.now() + timedelta(**later)).isoformat()


def _new(**changes: Any) -> dict[str, Any]:
    return {"name": "CI", "scopes": ["designs:read"], "expires_at": _expiry(days=30), **changes}


def test_the_secret_is_shown_once_and_kept_as_a_hash(owner: Caller) -> None:
    made = owner.post("tokens", _new()).json()
    assert made["token"].startswith("weir_")
    (listed,) = owner.get("tokens").json()["items"]
    assert "token" not in listed
    row = ApiToken.objects.get()
    assert made["token"] not in str(row.__dict__)
    assert made["token"].startswith(row.hint)


def test_a_token_works_until_it_is_revoked(owner: Caller) -> None:
    made = owner.post("tokens", _new()).json()
    bearer = Caller(Client(), {"Authorization": f"Bearer {made['token']}"})
    assert bearer.get("designs").status_code == 200
    assert owner.get("tokens").json()["items"][0]["last_used_at"] is not None
    assert owner.delete(f"tokens/{made['id']}").status_code == 204
    assert bearer.get("designs").status_code == 401
    assert owner.delete(f"tokens/{made['id']}").status_code == 404


def test_an_expired_token_is_refused(owner: Caller) -> None:
    made = owner.post("tokens", _new()).json()
    ApiToken.objects.update(expires_at=timezone.now())
    bearer = Caller(Client(), {"Authorization": f"Bearer {made['token']}"})
    answer = bearer.get("designs")
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic YTpi", "Token weir_x", "Bearer  "])
def test_a_bad_credential_is_refused_and_not_ignored(owner: Caller, header: str) -> None:
    assert owner.get("designs", Authorization=header).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_at": "2001-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00Z"},
        {"expires_at": None},
    ],
)
def test_a_token_has_scopes_and_a_last_day(owner: Caller, changes: dict[str, Any]) -> None:
    assert owner.post("tokens", _new(**changes)).status_code == 422


def test_nobody_gives_away_more_than_they_have(viewer: Caller, token_caller: Any) -> None:
    assert viewer.post("tokens", _new(scopes=["designs:write"])).status_code == 403
    maker = token_caller("tokens:admin")
    assert maker.post("tokens", _new(scopes=["designs:write"])).status_code == 403


def test_a_token_loses_what_its_owner_loses(
    owner: Caller, editor_user: Any, token_caller: Any
) -> None:
    from designer.accounts.models import Role

    token = token_caller("designs:write", "designs:read", user=editor_user, role=Role.EDITOR)
    assert token.post("designs", {"name": "x"}).status_code == 201
    member = editor_user.memberships.get()
    path = f"workspaces/{member.workspace_id}/members/{member.pk}"
    assert owner.patch(path, {"role": "viewer"}).status_code == 200
    assert token.post("designs", {"name": "x"}).status_code == 403
    assert owner.delete(path).status_code == 204
    assert token.get("designs").status_code == 401


def test_a_session_needs_the_csrf_token_and_a_bearer_does_not(
    owner_user: Any, token_caller: Any
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner_user)
    caller = Caller(client, {})
    refused = caller.post("designs", {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
    csrf = caller.get("me").json()["csrf_token"]
    assert caller.post("designs", {"name": "x"}, X_CSRFToken=csrf).status_code == 201
    assert token_caller("designs:write").post("designs", {"name": "x"}).status_code == 201


def test_a_link_signs_in_once_and_looking_at_it_does_not_burn_it(owner_user: Any) -> None:
    secret = actions.make_login_link(user=owner_user)
    path, client = f"/login/link/{secret}", Client()
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 302
    assert client.get("/api/v1/me").json()["user"]["email"] == owner_user.email
    again = Client().post(path)
    assert again.status_code == 410
    assert "was used or has expired" in again.content.decode()


def test_a_link_expires(owner_user: Any) -> None:
    secret = actions.make_login_link(user=owner_user)
    LoginLink.objects.update(expires_at=timezone.now())
    assert Client().post(f"/login/link/{secret}").status_code == 410
    assert Client().post("/login/link/nonsense").status_code == 410


def test_login_link_makes_the_owner_once(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("login_link", base_url="http://weir.test")
    call_command("login_link", base_url="http://weir.test")
    first, second = capsys.readouterr().out.split()
    assert first.startswith("http://weir.test/login/link/")
    assert first != second
    assert [user.email for user in User.objects.all()] == [settings.OWNER_EMAIL]
    assert Membership.objects.get().role == "owner"


def test_a_password_signs_in_whatever_the_capitals_of_the_address(owner_user: Any) -> None:
    owner_user.set_password("correct horse battery")
    owner_user.save()
    form = {"email": "OWNER@example.com", "password": "correct horse battery", "next": "/settings"}
    answer = Client().post("/login", form)
    assert (answer.status_code, answer["Location"]) == (302, "/settings")
    wrong = Client().post("/login", {**form, "password": "wrong"})
    assert wrong.status_code == 401
    assert b"do not match" in wrong.content


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_signing_in_never_leads_off_the_site(owner_user: Any, target: str) -> None:
    owner_user.set_password("correct horse battery")
    owner_user.save()
    form = {"email": owner_user.email, "password": "correct horse battery", "next": target}
    assert Client().post("/login", form)["Location"] == "/"


def test_guessing_passwords_is_slowed_down(owner_user: Any, settings: Any) -> None:
    settings.LOGINS_PER_MIN = 2
    form = {"email": owner_user.email, "password": "wrong"}
    statuses = [Client().post("/login", form).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_a_first_password_needs_no_old_one_and_a_second_does(owner: Caller) -> None:
    assert owner.put("me/password", {"new_password": "short"}).status_code == 422
    assert owner.put("me/password", {"new_password": "correct horse battery"}).status_code == 204
    other = {"new_password": "another good password"}
    assert owner.put("me/password", other).status_code == 403
    given = {**other, "current_password": "correct horse battery"}
    assert owner.put("me/password", given).status_code == 204
    assert owner.get("me").status_code == 200


def test_signing_out_ends_the_session(owner: Caller) -> None:
    assert owner.client.get("/logout").status_code == 405
    assert owner.client.post("/logout").status_code == 302
    assert owner.get("me").status_code == 401


def test_a_workspace_keeps_an_owner(owner: Caller, owner_user: Any) -> None:
    member = owner_user.memberships.get()
    path = f"workspaces/{member.workspace_id}/members/{member.pk}"
    for answer in (owner.patch(path, {"role": "viewer"}), owner.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (409, "last-owner")


def test_me_tells_who_and_where(viewer: Caller, workspace: Any, token_caller: Any) -> None:
    body = viewer.get("me").json()
    assert body["user"]["name"] == "Viewer"
    assert body["workspaces"] == [{"id": workspace.pk, "name": "Ours", "role": "viewer"}]
    assert token_caller("designs:read").get("me").json()["csrf_token"] is None


def test_a_token_knows_its_own_workspace_only(
    owner_user: Any, elsewhere: Any, token_caller: Any, stranger_user: Any
) -> None:
    Membership.objects.create(workspace=elsewhere, user=owner_user, role="owner")
    theirs = signed_in(stranger_user).post("designs", {"name": "Theirs"}).json()["id"]
    assert signed_in(owner_user).get(f"designs/{theirs}").status_code == 200
    assert token_caller("designs:read").get(f"designs/{theirs}").status_code == 404


def test_each_write_leaves_a_trace(owner: Caller, token_caller: Any, design: Any) -> None:
    token = token_caller("designs:write", "designs:read")
    path = f"designs/{design['id']}"
    saved = token.put(path, {"document": documents.chain(2)}, If_Match=design["etag"])
    entry = AuditEntry.objects.get(action="design.save")
    assert entry.object_id == design["id"]
    assert entry.token_id.startswith("tok_")
    assert entry.route == "PUT /api/v1/designs/<dsn:design_id>"
    assert entry.request_id == saved["X-Request-Id"]
    assert entry.before_hash == design["model_hash"]
    assert entry.after_hash == saved.json()["model_hash"]
    refused = AuditEntry.objects.count()
    token.put(path, {"document": documents.chain(3)}, If_Match=design["etag"])
    assert AuditEntry.objects.count() == refused


@pytest.mark.parametrize("path", ["tokens", "workspaces", "members"])
def test_people_lists_take_few_queries(
    owner: Caller, workspace: Any, path: str, django_assert_max_num_queries: Any
) -> None:
    for i in range(5):
        owner.post("tokens", _new(name=f"t{i}"))
    url = f"workspaces/{workspace.pk}/members" if path == "members" else path
    with django_assert_max_num_queries(4):
        assert owner.get(url).status_code == 200
