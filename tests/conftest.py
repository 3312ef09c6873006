"""Fixtures for everybody: three people, their callers, and (in tests.servers) real servers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests import documents

pytest_plugins = ("tests.servers",)


@dataclass
class Caller:
    """Somebody who speaks to the API, as JSON."""

    client: Client
    headers: dict[str, str]

    def send(
        self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str
    ) -> Any:
        sent = json.dumps(body).encode() if raw is None and body is not None else (raw or b"")
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = given.pop("content-type", "application/json")
        return self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            sent,
            content_type=content_type,
            headers={**self.headers, **given},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    """Start each test with unused rate limits."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_doorbell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep messages of in-process tests away from a worker of this machine; collect them."""
    rung: list[str] = []
    monkeypatch.setattr("estimator.tasks.ring", rung.append)
    monkeypatch.setattr("estimator.deliveries.ring", rung.append)
    monkeypatch.setattr(
        "estimator.simulations.tasks.ring", lambda pk, times=1: rung.extend([pk] * times)
    )
    monkeypatch.setattr(
        "estimator.whatifs.tasks.ring", lambda pk, times=1: rung.extend([pk] * times)
    )
    return rung


@pytest.fixture
def rung(_no_doorbell: list[str]) -> list[str]:
    """Ids of the runs that a worker was told of."""
    return _no_doorbell


@pytest.fixture
def workspace(db: None) -> Any:
    from designer.accounts.models import Workspace

    return Workspace.objects.create(name="Ours")


@pytest.fixture
def elsewhere(db: None) -> Any:
    """A workspace of other people."""
    from designer.accounts.models import Workspace

    return Workspace.objects.create(name="Theirs")


def _member(workspace: Any, name: str, role: str) -> Any:
    from designer.accounts.models import Membership, User

    user = User.objects.create_user(f"{name}@example.com", name.title())
    Membership.objects.create(workspace=workspace, user=user, role=role)
    return user


@pytest.fixture
def owner_user(workspace: Any) -> Any:
    return _member(workspace, "owner", "owner")


@pytest.fixture
def editor_user(workspace: Any) -> Any:
    return _member(workspace, "editor", "editor")


@pytest.fixture
def viewer_user(workspace: Any) -> Any:
    return _member(workspace, "viewer", "viewer")


@pytest.fixture
def commenter_user(workspace: Any) -> Any:
    return _member(workspace, "commenter", "commenter")


@pytest.fixture
def reviewer_user(workspace: Any) -> Any:
    return _member(workspace, "reviewer", "reviewer")


@pytest.fixture
def stranger_user(elsewhere: Any) -> Any:
    return _member(elsewhere, "stranger", "owner")


def signed_in(user: Any) -> Caller:
    """Return a caller with a session, as the browser has."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Caller(client, {})


@pytest.fixture
def owner(owner_user: Any) -> Caller:
    return signed_in(owner_user)


@pytest.fixture
def editor(editor_user: Any) -> Caller:
    return signed_in(editor_user)


@pytest.fixture
def commenter(commenter_user: Any) -> Caller:
    return signed_in(commenter_user)


@pytest.fixture
def reviewer(reviewer_user: Any) -> Caller:
    return signed_in(reviewer_user)


@pytest.fixture
def viewer(viewer_user: Any) -> Caller:
    """A colleague of a lesser role."""
    return signed_in(viewer_user)


@pytest.fixture
def stranger(stranger_user: Any) -> Caller:
    """Somebody of another workspace, who must see nothing."""
    return signed_in(stranger_user)


@pytest.fixture
def nobody() -> Caller:
    return Caller(Client(raise_request_exception=False), {})


@pytest.fixture
def token_caller(owner_user: Any, workspace: Any) -> Any:
    """Return a function that makes a caller with a token of some scopes."""
    from designer.accounts import actions
    from designer.accounts.access import Actor
    from designer.accounts.models import Role

    def make(*scopes: str, user: Any = None, role: Role = Role.OWNER) -> Caller:
        actor = Actor(user=user or owner_user, roles={workspace.pk: role})
        _, secret = actions.create_token(
            by=actor,
            workspace_id=workspace.pk,
            name="test",
            scopes=list(scopes),
            expires_at=timezone.now() + timedelta(hours=1),
        )
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        return Caller(client, {"Authorization": f"Bearer {secret}"})

    return make


@pytest.fixture
def design(owner: Caller) -> dict[str, Any]:
    """A design of the owner, as the API answered it."""
    response = owner.post("designs", {"document": documents.pipeline()})
    assert response.status_code == 201, response.content
    return dict(response.json())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden reports anew; read the diff"
    )
