"""Every address of the server against every role: nothing is open to strangers.

The routes are read off the URLconf, so a route that is added without an entry here fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

READ, WRITE, OWN = "viewer", "editor", "owner"

#: (route name, method) -> (lowest role that may, body). None: any person who is signed in.
SWEEP = {
    "kind": "sweep",
    "spec": {"inputs": [{"pointer": "/model/workload/scale", "values": [1, 2]}]},
}
RULES: dict[tuple[str, str], tuple[str | None, Any]] = {
    ("root", "GET"): (None, None),
    ("problems", "GET"): (None, None),
    ("limits", "GET"): (None, None),
    ("catalog", "GET"): (None, None),
    ("design-schema", "GET"): (None, None),
    ("openapi", "GET"): (None, None),
    ("me", "GET"): (None, None),
    ("me-password", "PUT"): (None, {"new_password": "correct horse battery"}),
    ("workspaces", "GET"): (None, None),
    ("members", "GET"): (READ, None),
    ("members", "POST"): (OWN, {"email": "new@example.com", "role": "viewer"}),
    ("member", "GET"): (READ, None),
    ("member", "PATCH"): (OWN, {"role": "editor"}),
    ("member", "DELETE"): (OWN, None),
    ("tokens", "GET"): (None, None),
    ("tokens", "POST"): (
        None,
        {"name": "t", "scopes": ["designs:read"], "expires_at": "2099-01-01T00:00:00Z"},
    ),
    ("token", "DELETE"): (OWN, None),
    ("designs", "GET"): (None, None),
    ("designs", "POST"): (WRITE, {"name": "n"}),
    ("design", "GET"): (READ, None),
    ("design", "PUT"): (WRITE, {"document": documents.pipeline("Changed")}),
    ("design", "DELETE"): (WRITE, None),
    ("design-restore", "POST"): (WRITE, {}),
    ("design-copy", "POST"): (WRITE, {}),
    ("revisions", "GET"): (READ, None),
    ("revisions", "POST"): (WRITE, {}),
    ("revision", "GET"): (READ, None),
    ("export-yaml", "GET"): (READ, None),
    ("export-json", "GET"): (READ, None),
    ("export-bundle", "GET"): (READ, None),
    ("exports", "POST"): (None, {"document": documents.pipeline(), "to": "cloudformation"}),
    ("estimates", "GET"): (None, None),
    ("estimates", "POST"): (WRITE, {"document": documents.pipeline("Inline")}),
    ("estimate", "GET"): (READ, None),
    ("estimate-cancel", "POST"): (WRITE, {}),
    ("simulations", "GET"): (None, None),
    ("simulations", "POST"): (WRITE, {"document": documents.pipeline("Inline")}),
    ("simulation", "GET"): (READ, None),
    ("simulation-cancel", "POST"): (WRITE, {}),
    ("simulation-series", "GET"): (READ, None),
    ("simulation-paths", "GET"): (READ, None),
    ("whatifs", "GET"): (None, None),
    ("whatifs", "POST"): (WRITE, {"document": documents.pipeline("Inline"), **SWEEP}),
    ("whatif-inputs", "POST"): (WRITE, {"document": documents.pipeline("Inline")}),
    ("whatif", "GET"): (READ, None),
    ("whatif-cancel", "POST"): (WRITE, {}),
    ("scenarios", "GET"): (READ, None),
    ("scenarios", "PUT"): (WRITE, {"items": []}),
    ("comparisons", "POST"): (
        None,
        {
            "left": {"document": documents.pipeline()},
            "right": {"always_on": True},
            "points": 3,
        },
    ),
    ("previews", "POST"): (None, {"document": documents.pipeline()}),
    ("quotes", "POST"): (
        None,
        {"region": "us-east-1", "lines": [{"meter": "lambda.requests", "quantity": 1}]},
    ),
}
ORDER = [READ, WRITE, OWN]
PAGES = {"gallery", "settings", "compare", "editor"}
PUBLIC = {"healthz", "readyz", "login", "login-link", "logout"}


def routes(patterns: Any = None) -> Iterator[URLPattern]:
    """Yield every route of the server."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def _methods() -> set[tuple[str, str]]:
    found = set()
    for route in routes():
        view = getattr(route.callback, "view_class", None)
        if view is not None:
            names = ("get", "post", "put", "patch", "delete")
            found |= {(str(route.name), n.upper()) for n in names if hasattr(view, n)}
    return found


def test_every_route_and_method_has_a_rule() -> None:
    assert _methods() == set(RULES)
    plain = {r.name for r in routes() if not hasattr(r.callback, "view_class")}
    assert plain == PAGES | PUBLIC


def _give_partial_result(simulation_id: str, workspace: Any) -> None:
    """Leave a simulation as one that was cancelled: with a result, and open to a second cancel."""
    from estimator.models import Result, Simulation, Status

    report = {
        "design_name": "Orders",
        "paths": [],
        "series": {"width_s": 1.0, "buckets": 0, "nodes": {}},
    }
    result = Result.objects.create(
        workspace=workspace, key=simulation_id, report=report, headline={}
    )
    Simulation.objects.filter(pk=simulation_id).update(status=Status.CANCELLED, result=result)


@pytest.fixture
def paths(
    owner: Caller, design: dict[str, Any], workspace: Any, viewer_user: Any
) -> dict[str, str]:
    """An existing object behind every route."""
    revision = owner.post(f"designs/{design['id']}/revisions").json()
    estimate = owner.post("estimates", {"design": design["id"]}).json()
    simulation = owner.post("simulations", {"design": design["id"]}).json()
    _give_partial_result(simulation["id"], workspace)
    whatif = owner.post("whatifs", {"design": design["id"], **SWEEP}).json()
    token = owner.post("tokens", RULES["tokens", "POST"][1]).json()
    given = {
        "design_id": design["id"],
        "revision_id": revision["id"],
        "estimate_id": estimate["id"],
        "simulation_id": simulation["id"],
        "whatif_id": whatif["id"],
        "workspace_id": workspace.pk,
        "member_id": viewer_user.memberships.get().pk,
        "token_id": token.get("id", ""),
    }
    from django.urls import reverse

    found = {}
    for name in {name for name, _ in RULES}:
        (route,) = [r for r in routes() if r.name == name]
        keys = route.pattern.converters
        found[name] = reverse(name, kwargs={key: given[key] for key in keys})
    return found


def _send(caller: Caller, paths: dict[str, str], name: str, method: str) -> Any:
    from designer.designs.models import Design

    body, version = RULES[name, method][1], Design.objects.earliest("created_at").version
    return caller.send(method, paths[name], body, If_Match=f'"{version}"')


@pytest.fixture(autouse=True)
def _far_expiry(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    monkeypatch.setattr("designer.accounts.serializers.MAX_TOKEN_LIFE", timedelta(days=40_000))


@pytest.mark.parametrize(("name", "method"), sorted(RULES))
def test_a_role_may_what_its_rule_says(
    request: pytest.FixtureRequest, paths: dict[str, str], name: str, method: str
) -> None:
    lowest = RULES[name, method][0]
    for role in ORDER:
        answer = _send(request.getfixturevalue(role), paths, name, method)
        allowed = lowest is None or ORDER.index(role) >= ORDER.index(lowest)
        if allowed:
            assert answer.status_code < 300, (role, answer.content)
            if method == "DELETE":
                return  # Gone; the roles above are not asked any more.
        elif name == "token":
            assert answer.status_code == 404, role  # Other people's tokens do not exist for them.
        else:
            assert answer.status_code == 403, (role, answer.content)


@pytest.mark.parametrize(("name", "method"), sorted(RULES))
def test_a_stranger_finds_nothing_of_ours(
    stranger: Caller, paths: dict[str, str], name: str, method: str
) -> None:
    ours = paths[name].count("_") > 0
    answer = _send(stranger, paths, name, method)
    if ours:
        assert answer.status_code == 404, answer.content
    else:
        for mine in re.findall(r"[a-z]{3}_[0-9a-z]{20}", " ".join(paths.values())):
            assert mine.encode() not in answer.content


@pytest.mark.parametrize("name", ["designs", "estimates", "simulations", "whatifs", "tokens"])
def test_a_stranger_cannot_name_our_workspace_or_design(
    stranger: Caller, paths: dict[str, str], workspace: Any, design: dict[str, Any], name: str
) -> None:
    assert stranger.get(f"{name}?workspace={workspace.pk}").status_code == 404
    bodies = {
        "designs": {"name": "x", "workspace": workspace.pk},
        "estimates": {"design": design["id"]},
        "simulations": {"design": design["id"]},
        "whatifs": {"design": design["id"], **SWEEP},
        "tokens": {**RULES["tokens", "POST"][1], "workspace": workspace.pk},
    }
    assert stranger.post(name, bodies[name]).status_code == 404
    assert stranger.post("exports", {"design": design["id"], "to": "asl"}).status_code == 404


@pytest.mark.parametrize(("name", "method"), sorted(RULES))
def test_nobody_gets_anything_without_signing_in(
    nobody: Caller, paths: dict[str, str], name: str, method: str
) -> None:
    answer = _send(nobody, paths, name, method)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/settings", "/compare", "/d/dsn_00000000000000000000"])
def test_pages_send_nobody_to_the_login(nobody: Caller, path: str) -> None:
    answer = nobody.client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/login?next={path}")


@pytest.mark.parametrize(("name", "method"), sorted(RULES))
def test_a_reading_token_cannot_write(
    token_caller: Any, paths: dict[str, str], name: str, method: str
) -> None:
    if method == "GET" or name == "me-password":
        return
    answer = _send(token_caller("designs:read"), paths, name, method)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
    assert answer.json()["required_scope"] in answer.json()["detail"]
