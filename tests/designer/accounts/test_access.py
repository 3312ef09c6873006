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

READ, COMMENT, WRITE, REVIEW, OWN = "viewer", "commenter", "editor", "reviewer", "owner"

MINE = "mine"  # Only the one whose it is; the owner in these tests.
HOLDER = "holder"  # Whoever holds the link, signed in or not, of whatever workspace.

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
    ("me", "PATCH"): (None, {"email_notices": True}),
    ("me-password", "PUT"): (None, {"new_password": "correct horse battery"}),
    ("workspaces", "GET"): (None, None),
    ("members", "GET"): (READ, None),
    ("invitations", "GET"): (OWN, None),
    ("invitations", "POST"): (OWN, {"role": "viewer"}),
    ("invitation", "GET"): (OWN, None),
    ("invitation", "DELETE"): (OWN, None),
    ("invitation-accept", "POST"): (None, {"secret": "INVITATION"}),
    ("service-accounts", "GET"): (OWN, None),
    ("service-accounts", "POST"): (OWN, {"name": "CI", "role": "editor"}),
    ("service-account", "GET"): (OWN, None),
    ("service-account", "PATCH"): (OWN, {"role": "viewer"}),
    ("service-account", "DELETE"): (OWN, None),
    ("service-account-tokens", "GET"): (OWN, None),
    ("service-account-tokens", "POST"): (
        OWN,
        {"name": "t", "scopes": ["designs:read"], "expires_at": "2099-01-01T00:00:00Z"},
    ),
    ("audit", "GET"): (OWN, None),
    ("audit-csv", "GET"): (OWN, None),
    ("audit-json", "GET"): (OWN, None),
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
    ("design-merge", "POST"): (
        WRITE,
        {"base_document": documents.pipeline(), "document": documents.pipeline("Joined")},
    ),
    ("design-picture", "GET"): (READ, None),
    ("revision-restore", "POST"): (WRITE, {}),
    ("revision-picture", "GET"): (READ, None),
    ("shares", "GET"): (WRITE, None),
    ("shares", "POST"): (WRITE, {"role": "view"}),
    ("share", "GET"): (WRITE, None),
    ("share", "PATCH"): (WRITE, {"name": "For the board"}),
    ("share", "DELETE"): (WRITE, None),
    ("remarks", "GET"): (READ, None),
    ("remarks", "POST"): (COMMENT, {"text": "Why a queue?"}),
    ("shared", "GET"): (HOLDER, None),
    ("shared-catalog", "GET"): (HOLDER, None),
    ("shared-picture", "GET"): (HOLDER, None),
    ("shared-report", "GET"): (HOLDER, None),
    ("shared-remarks", "GET"): (HOLDER, None),
    ("shared-remarks", "POST"): (HOLDER, {"text": "Why a queue?", "name": "Somebody"}),
    ("presence", "GET"): (READ, None),
    ("presence", "PUT"): (READ, {"tab": "a"}),
    ("presence", "DELETE"): (READ, None),
    ("presence-events", "GET"): (READ, None),
    ("notices", "GET"): (None, None),
    ("notices-read", "POST"): (None, {}),
    ("notice", "PATCH"): (MINE, {"read": True}),
    ("webhooks", "GET"): (OWN, None),
    ("webhooks", "POST"): (OWN, {"url": "https://192.0.43.8/in", "events": ["design.created"]}),
    ("webhook", "GET"): (OWN, None),
    ("webhook", "PATCH"): (OWN, {"name": "Chat"}),
    ("webhook", "DELETE"): (OWN, None),
    ("webhook-secret", "GET"): (OWN, None),
    ("webhook-secret", "POST"): (OWN, {}),
    ("webhook-test", "POST"): (OWN, {}),
    ("deliveries", "GET"): (OWN, None),
    ("delivery", "GET"): (OWN, None),
    ("delivery-again", "POST"): (OWN, {}),
    ("design-diff", "GET"): (READ, None),
    ("proposals", "GET"): (None, None),
    ("design-proposals", "POST"): (WRITE, {"title": "Longer", "draft": False}),
    ("proposal", "GET"): (READ, None),
    ("proposal", "PATCH"): (WRITE, {"title": "Much longer"}),
    ("proposal-head", "PUT"): (WRITE, {"document": documents.pipeline("Pushed")}),
    ("proposal-diff", "GET"): (READ, None),
    ("proposal-deltas", "GET"): (READ, None),
    ("proposal-places", "GET"): (READ, None),
    ("proposal-presence", "GET"): (READ, None),
    ("proposal-presence", "PUT"): (READ, {"tab": "a"}),
    ("proposal-presence", "DELETE"): (READ, None),
    ("proposal-events", "GET"): (READ, None),
    ("proposal-report", "GET"): (READ, None),
    ("revision-report", "GET"): (READ, None),
    ("design-comparison", "GET"): (READ, None),
    ("proposal-open", "POST"): (WRITE, {}),
    ("proposal-withdraw", "POST"): (WRITE, {}),
    ("proposal-merge", "GET"): (READ, None),
    ("proposal-merge", "POST"): (WRITE, {}),
    ("head-merge", "POST"): (
        WRITE,
        {"base_document": documents.pipeline(), "document": documents.pipeline("Mine")},
    ),
    ("proposal-update", "POST"): (WRITE, {}),
    ("reviews", "GET"): (READ, None),
    ("reviews", "POST"): (REVIEW, {"verdict": "approve", "head_version": 1}),
    ("review-dismiss", "POST"): (OWN, {"reason": "They left."}),
    ("threads", "GET"): (READ, None),
    ("threads", "POST"): (COMMENT, {"anchor": {"on": "proposal"}, "body": "Why?"}),
    ("thread", "GET"): (READ, None),
    ("thread", "PATCH"): (COMMENT, {"resolved": True}),
    ("comments", "GET"): (READ, None),
    ("comments", "POST"): (COMMENT, {"body": "Because."}),
    ("comment", "PATCH"): (COMMENT, {"body": "Why, please?"}),
    ("comment-apply", "POST"): (WRITE, {}),
    ("review-policy", "GET"): (READ, None),
    ("review-policy", "PUT"): (OWN, {"required_approvals": 0}),
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
ORDER = [READ, COMMENT, WRITE, REVIEW, OWN]
PAGES = {"gallery", "settings", "compare", "editor", "proposals-page", "proposal-page", "head-page"}
PUBLIC = {"healthz", "readyz", "login", "login-link", "logout", "invite", "shared-page"}
#: Need a session; a token may not whatever its scopes.
SESSION_ONLY = {"me", "me-password", "invitation-accept"}
#: What a reading token may write: its person's own list, and that they are here.
ANY_TOKEN = {"notice", "notices-read", "presence", "proposal-presence"}


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


def _shared(owner: Caller, design_id: str) -> dict[str, str]:
    """Make a link; its secret is a path parameter too."""
    link = owner.post(f"designs/{design_id}/shares", {"role": "comment"}).json()
    return {"share_id": link["id"], "secret": link["link"].rsplit("/", 1)[1]}


def _team(owner: Caller, workspace_id: str) -> dict[str, str]:
    """Make what belongs to a workspace; the secret of a link under its own name."""
    base = f"workspaces/{workspace_id}"
    invitation = owner.post(f"{base}/invitations", {"role": "viewer"}).json()
    RULES["invitation-accept", "POST"][1]["secret"] = invitation["link"].rsplit("/", 1)[1]
    account = owner.post(f"{base}/service-accounts", {"name": "CI", "role": "editor"}).json()
    hook = owner.post(f"{base}/webhooks", RULES["webhooks", "POST"][1]).json()
    delivery = owner.post(f"webhooks/{hook['id']}/test").json()
    return {
        "invitation_id": invitation["id"],
        "account_id": account["id"],
        "webhook_id": hook["id"],
        "delivery_id": delivery["id"],
        "notice_id": _notice(owner, workspace_id),
    }


def _notice(owner: Caller, workspace_id: str) -> str:
    from designer.notices.models import Notice

    me = owner.get("me").json()["user"]["id"]
    made = Notice.objects.create(user_id=me, workspace_id=workspace_id, event="e", title="t")
    return str(made.pk)


def _proposed(owner: Caller, reviewer: Caller, design_id: str) -> dict[str, str]:
    """Make a proposal with a review, a thread and a suggestion."""
    made = owner.post(f"designs/{design_id}/proposals", {"title": "Longer", "draft": False}).json()
    base = f"proposals/{made['id']}"
    review = {"verdict": "comment", "head_version": 1}
    change = {"op": "set", "part": "nodes", "id": "queue0", "field": "/service/delay_s", "value": 5}
    thread = {"anchor": {"on": "proposal"}, "body": "Why?", "suggestion": [change]}
    started = reviewer.post(f"{base}/threads", thread).json()
    return {
        "proposal_id": made["id"],
        "review_id": reviewer.post(f"{base}/reviews", review).json()["id"],
        "thread_id": started["id"],
        "comment_id": started["comments"][0]["id"],
    }


def _as_before(caller: Caller) -> int:
    """Put proposals back to where every role may go on; return their version."""
    from designer.proposals.models import Comment, Policy, Proposal

    user = caller.client.session.get("_auth_user_id") if caller.client.session else None
    Policy.objects.update(required_approvals=0, version=1)
    Comment.objects.update(applied_at=None, **({"author_id": user} if user else {}))
    fresh = {"state": "open", "version": 1, "head_version": 1, "author": None, "writers": []}
    Proposal.objects.update(**fresh)
    return 1


#: Routes whose If-Match names a proposal or a policy.
REVIEWED = ("proposal", "comment", "review")


@pytest.fixture
def paths(
    owner: Caller, reviewer: Caller, design: dict[str, Any], workspace: Any, viewer_user: Any
) -> dict[str, str]:
    """An existing object behind every route."""
    policy = f"workspaces/{workspace.pk}/review-policy"
    owner.put(policy, {"required_approvals": 0}, If_Match='"0"')
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
        **_team(owner, workspace.pk),
        **_shared(owner, design["id"]),
        **_proposed(owner, reviewer, design["id"]),
    }
    from django.urls import reverse

    found: dict[str, str] = {}
    for name in {name for name, _ in RULES}:
        (route,) = [r for r in routes() if r.name == name]
        keys = route.pattern.converters
        found[name] = reverse(name, kwargs={key: given[key] for key in keys})
    return found


def _send(caller: Caller, paths: dict[str, str], name: str, method: str) -> Any:
    from designer.designs.models import Design

    body, version = RULES[name, method][1], Design.objects.earliest("created_at").version
    leaves = method == "DELETE" and name.endswith("presence")
    path = f"{paths[name]}?tab=a" if leaves else paths[name]
    if name.startswith(REVIEWED):
        version = _as_before(caller)
    if name in ("design-diff", "design-comparison"):
        path += "?base=" + re.findall(r"rev_[0-9a-z]{20}", paths["revision"])[0]
    return caller.send(method, path, body, If_Match=f'"{version}"')


#: Routes that name a workspace and one thing in it.
UNDER_A_WORKSPACE = {
    str(route.name)
    for route in routes()
    if "workspace_id" in route.pattern.converters and len(route.pattern.converters) > 1
}


@pytest.fixture(autouse=True)
def _short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("designer.designs.presence.STREAM_S", 0.01)
    monkeypatch.setattr("designer.designs.presence.LOOK_EVERY_S", 0.01)


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
        allowed = lowest in (None, HOLDER) or ORDER.index(role) >= ORDER.index(
            OWN if lowest == MINE else lowest
        )
        if allowed:
            assert answer.status_code < 300, (role, answer.content)
            if method == "DELETE":
                return  # Gone; the roles above are not asked any more.
        elif name == "token" or lowest == MINE:
            assert answer.status_code == 404, role  # Other people's tokens do not exist for them.
        else:
            assert answer.status_code == 403, (role, answer.content)


@pytest.mark.parametrize(("name", "method"), sorted(RULES))
def test_a_stranger_of_any_role_finds_nothing_of_ours(
    stranger: Caller, stranger_user: Any, paths: dict[str, str], name: str, method: str
) -> None:
    if name == "invitation-accept" or RULES[name, method][0] == HOLDER:
        return  # A link is for strangers; see the tests of links.
    ours = paths[name].count("_") > 0
    for role in ORDER:
        stranger_user.memberships.update(role=role)
        answer = _send(stranger, paths, name, method)
        if ours:
            assert answer.status_code == 404, (role, answer.content)
            continue
        content = answer.getvalue()
        for mine in re.findall(r"[a-z]{3}_[0-9a-z]{20}", " ".join(paths.values())):
            assert mine.encode() not in content, role


@pytest.mark.parametrize(
    ("name", "method"), sorted(rule for rule in RULES if rule[0] in UNDER_A_WORKSPACE)
)
def test_our_things_are_not_found_under_another_workspace(
    stranger: Caller, paths: dict[str, str], elsewhere: Any, workspace: Any, name: str, method: str
) -> None:
    path = paths[name].replace(workspace.pk, elsewhere.pk)
    answer = stranger.send(method, path, RULES[name, method][1])
    assert answer.status_code == 404, answer.content


def test_what_is_not_there_and_what_is_not_theirs_answer_the_same(
    stranger: Caller, paths: dict[str, str]
) -> None:
    for name, method in sorted(RULES):
        ids = re.findall(r"[a-z]{3}_[0-9a-z]{20}", paths[name])
        if not ids:
            continue
        nowhere = paths[name]
        for one in ids:
            nowhere = nowhere.replace(one, f"{one[:4]}{'0' * 20}")
        answers = [
            stranger.send(method, path, RULES[name, method][1], If_Match='"1"').json()
            for path in (paths[name], nowhere)
        ]
        for answer in answers:
            del answer["instance"], answer["request_id"]
        assert answers[0] == answers[1], (name, method)


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
    if RULES[name, method][0] == HOLDER:
        assert answer.status_code < 300, answer.content
        return
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("name", "method"), sorted(r for r in RULES if RULES[r][0] == HOLDER))
def test_a_revoked_link_opens_nothing_for_anybody(
    owner: Caller, nobody: Caller, stranger: Caller, paths: dict[str, str], name: str, method: str
) -> None:
    assert owner.delete(paths["share"]).status_code == 204
    for caller in (owner, stranger, nobody):
        answer = _send(caller, paths, name, method)
        assert (answer.status_code, answer.json()["code"]) == (410, "link-gone")


@pytest.mark.parametrize(
    "path",
    ["/", "/settings", "/compare", "/d/dsn_00000000000000000000", "/p/prp_00000000000000000000"],
)
def test_pages_send_nobody_to_the_login(nobody: Caller, path: str) -> None:
    answer = nobody.client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/login?next={path}")


@pytest.mark.parametrize(("name", "method"), sorted(RULES))
def test_a_reading_token_cannot_write(
    token_caller: Any, paths: dict[str, str], name: str, method: str
) -> None:
    if method == "GET" or name in SESSION_ONLY | ANY_TOKEN or RULES[name, method][0] == HOLDER:
        return
    answer = _send(token_caller("designs:read"), paths, name, method)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
    assert answer.json()["required_scope"] in answer.json()["detail"]
