"""Invitations used at the same moment: one link makes one member, one person joins once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.servers import Installation

MANY = 8

#: Threads, each with a connection of its own, do what is asked of them when all are ready.
AT_ONCE = """
import json, threading
from django.db import connection
from designer.accounts import joining
from designer.accounts.access import Actor
from designer.accounts.actions import default_workspace, ensure_owner
from designer.accounts.models import AuditEntry, Invitation, Membership, Role, User
from designer.api.problems import ApiError

owner = ensure_owner()
workspace = default_workspace(owner=owner)
by = Actor(user=owner, roles={workspace.pk: Role.OWNER})
MANY = %d

def person(name):
    return User.objects.create_user(f"{name}@example.com", name)

def invite(role="viewer"):
    return joining.invite(by=by, workspace_id=workspace.pk, role=role)

def at_once(*calls):
    start, said = threading.Barrier(len(calls)), []
    def one(call):
        try:
            connection.ensure_connection()
            start.wait()
            call()
            said.append("done")
        except ApiError as error:
            said.append(error.code)
        except Exception as error:
            said.append(repr(error))
        finally:
            connection.close()
    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return said

def accept(secret, user):
    return lambda: joining.accept(secret=secret, user=user, route="web")

def members():
    return Membership.objects.filter(workspace=workspace).exclude(user=owner)

def joined():
    return AuditEntry.objects.filter(action="invitation.accept").count()
"""

ONE_LINK = """
rounds = []
for turn in range(3):
    people = [person(f"p{turn}{i}") for i in range(MANY)]
    invitation, secret = invite()
    said = at_once(*(accept(secret, user) for user in people))
    invitation.refresh_from_db()
    inside = list(members().filter(user__in=people).values_list("user_id", flat=True))
    rounds.append({"said": said, "same": inside == [invitation.accepted_by_id]})
print(json.dumps({"rounds": rounds, "joined": joined()}))
"""

ONE_PERSON = """
rounds = []
for turn in range(3):
    user = person(f"one{turn}")
    links = [invite("viewer" if i % 2 else "editor") for i in range(MANY)]
    said = at_once(*(accept(secret, user) for _, secret in links))
    used = Invitation.objects.filter(pk__in=[i.pk for i, _ in links]).exclude(accepted_at=None)
    roles = list(members().filter(user=user).values_list("role", flat=True))
    rounds.append({"said": said, "roles": roles, "used": list(used.values_list("role", flat=True))})
    for invitation, _ in links:
        if not Invitation.objects.get(pk=invitation.pk).accepted_at:
            joining.revoke_invitation(by=by, invitation=invitation)
print(json.dumps({"rounds": rounds, "joined": joined()}))
"""

WITHDRAWN = """
rounds = []
for turn in range(6):
    user, (invitation, secret) = person(f"w{turn}"), invite()
    withdraw = lambda: joining.revoke_invitation(by=by, invitation=invitation)
    said = at_once(accept(secret, user), withdraw)
    now = Invitation.objects.get(pk=invitation.pk)
    rounds.append({
        "said": sorted(said),
        "member": members().filter(user=user).exists(),
        "accepted": now.accepted_at is not None,
        "revoked": now.revoked_at is not None,
    })
print(json.dumps({"rounds": rounds, "joined": joined()}))
"""


def _run(weir: Installation, story: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(weir.python(AT_ONCE % MANY + story).splitlines()[-1])
    return told


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_links_that_are_used_at_once_make_one_member_each(kind: str, install: Any) -> None:
    weir: Installation = install(kind)
    told = _run(weir, ONE_LINK)
    for one in told["rounds"]:
        assert Counter(one["said"]) == {"done": 1, "invitation-spent": MANY - 1}
        assert one["same"], "who accepted is who joined"
    assert told["joined"] == 3

    told = _run(weir, ONE_PERSON)
    for one in told["rounds"]:
        assert set(one["said"]) == {"done"}
        assert len(one["roles"]) == 1
        assert one["used"] == one["roles"], "a member spends no further link"
    assert told["joined"] == 3 + 3

    told = _run(weir, WITHDRAWN)
    for one in told["rounds"]:
        assert one["accepted"] is one["member"] is not one["revoked"]
        lost = "already-accepted" if one["accepted"] else "invitation-spent"
        assert one["said"] == sorted([lost, "done"]), one
