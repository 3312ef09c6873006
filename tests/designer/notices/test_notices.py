"""Notices in the app and by mail; webhooks after Standard Webhooks, and where they may not go."""

from __future__ import annotations

import ipaddress
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from designer.notices import actions, outbound
from designer.notices.models import Delivery, Notice, Webhook
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


class Receiver(BaseHTTPRequestHandler):
    """A receiver that remembers, and answers as it is told."""

    heard: list[tuple[dict[str, str], bytes, str]] = []
    answers: list[tuple[int, dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(({k.lower(): v for k, v in self.headers.items()}, body, self.path))
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def receiver(settings: Any) -> Iterator[str]:
    """A real receiver on this machine, which this installation lets through."""
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    Receiver.heard, Receiver.answers = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/in?x=1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hook(owner: Caller, workspace: Any, receiver: str) -> dict[str, Any]:
    wanted = {"url": receiver, "events": ["design.created", "webhook.test"]}
    answer = owner.post(f"workspaces/{workspace.pk}/webhooks", wanted)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def _deliver_all() -> None:
    for pk in Delivery.objects.filter(status="pending").values_list("pk", flat=True):
        actions.deliver(pk)


def test_the_official_verifier_takes_our_messages_and_no_changed_byte(
    owner: Caller, hook: dict[str, Any]
) -> None:
    design = owner.post("designs", {"name": "Orders"}).json()
    _deliver_all()
    ((headers, body, path),) = Receiver.heard
    assert path == "/in?x=1"
    said = Verifier(hook["secret"]).verify(body, headers)
    assert said["type"] == "design.created"
    assert said["data"]["object"] == design["id"]
    assert len(body) < 20_000
    with pytest.raises(WebhookVerificationError):
        Verifier(hook["secret"]).verify(body.replace(b"design", b"desigm"), headers)
    (kept,) = owner.get(f"webhooks/{hook['id']}/deliveries").json()["items"]
    assert (kept["status"], kept["attempts"][0]["status"]) == ("succeeded", 204)


def test_after_a_rotation_both_secrets_verify_for_a_day(
    owner: Caller, hook: dict[str, Any]
) -> None:
    fresh = owner.post(f"webhooks/{hook['id']}/secret").json()["secret"]
    assert fresh != hook["secret"]
    owner.post(f"webhooks/{hook['id']}/test")
    _deliver_all()
    headers, body, _ = Receiver.heard[0]
    for secret in (fresh, hook["secret"]):
        Verifier(secret).verify(body, headers)
    Webhook.objects.update(rotated_at=timezone.now() - timedelta(days=2))
    owner.post(f"webhooks/{hook['id']}/test")
    _deliver_all()
    headers, body, _ = Receiver.heard[1]
    with pytest.raises(WebhookVerificationError):
        Verifier(hook["secret"]).verify(body, headers)


def test_no_secret_is_in_the_database(owner: Caller, hook: dict[str, Any]) -> None:
    assert hook["secret"].removeprefix("whsec_") not in str(Webhook.objects.get().__dict__)


def test_a_failure_is_tried_again_later_under_the_same_id(
    owner: Caller, hook: dict[str, Any]
) -> None:
    Receiver.answers = [(500, {}), (429, {"Retry-After": "120"}), (204, {})]
    sent = owner.post(f"webhooks/{hook['id']}/test").json()
    for wait_s in (5, 300):
        _deliver_all()
        row = Delivery.objects.get()
        assert row.status == "pending"
        ahead = (row.next_at - timezone.now()).total_seconds()
        assert 0.8 * wait_s < ahead < 1.2 * wait_s
        actions.deliver(row.pk)  # Not due: nothing happens.
        Delivery.objects.update(next_at=timezone.now())
    _deliver_all()
    assert len({headers["webhook-id"] for headers, _, _ in Receiver.heard}) == 1
    done = owner.get(f"deliveries/{sent['id']}").json()
    assert [one["status"] for one in done["attempts"]] == [500, 429, 204]
    assert done["status"] == "succeeded"
    again = owner.post(f"deliveries/{sent['id']}/redeliver").json()
    assert (again["message"], again["status"]) == (done["message"], "pending")


def test_a_receiver_that_asks_for_time_gets_it(owner: Caller, hook: dict[str, Any]) -> None:
    Receiver.answers = [(503, {"Retry-After": "900"})]
    owner.post(f"webhooks/{hook['id']}/test")
    _deliver_all()
    assert (Delivery.objects.get().next_at - timezone.now()).total_seconds() > 890


def test_a_redirect_is_a_failure_and_is_not_followed(owner: Caller, hook: dict[str, Any]) -> None:
    Receiver.answers = [(302, {"Location": "http://169.254.169.254/"})]
    owner.post(f"webhooks/{hook['id']}/test")
    _deliver_all()
    assert len(Receiver.heard) == 1
    assert "not followed" in Delivery.objects.get().log[0]["error"]


def test_gone_switches_the_webhook_off(owner: Caller, hook: dict[str, Any]) -> None:
    Receiver.answers = [(410, {})]
    owner.post(f"webhooks/{hook['id']}/test")
    _deliver_all()
    state = owner.get(f"webhooks/{hook['id']}").json()
    assert (state["enabled"], "410" in state["disabled_why"]) == (False, True)
    owner.post("designs", {"name": "x"})
    assert Delivery.objects.filter(status="pending").count() == 0
    assert owner.patch(f"webhooks/{hook['id']}", {"enabled": True}).json()["enabled"] is True


def test_two_workers_deliver_once(owner: Caller, hook: dict[str, Any]) -> None:
    owner.post(f"webhooks/{hook['id']}/test")
    (pk,) = Delivery.objects.values_list("pk", flat=True)
    assert actions.claim(pk) is not None
    assert actions.claim(pk) is None
    assert actions.sweep() == 0
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=5))
    assert actions.sweep() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1:8080/",
        "http://localhost:6379/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0:8000/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://user:pass@192.0.43.8/",
        "http://192.0.43.8:22/",
        "http://192.0.43.8/\r\nX: y",
        "http://",
        "nonsense",
    ],
)
def test_an_address_inside_is_refused(owner: Caller, workspace: Any, url: str) -> None:
    body = {"url": url, "events": ["webhook.test"]}
    answer = owner.post(f"workspaces/{workspace.pk}/webhooks", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "refused-address")
    assert answer.json()["errors"][0]["pointer"] == "/url"
    assert not outbound.post(url, b"{}", {}).ok


def test_a_name_that_turns_private_later_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it was stored, private when it is called, or both at once."""

    def answers(*addresses: str) -> None:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)

    called: list[Any] = []

    def connect(address: Any, **k: Any) -> Any:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    answers("192.0.43.8")
    outbound.check("http://trap.example/")
    for addresses in (("127.0.0.1",), ("192.0.43.8", "10.0.0.1")):
        answers(*addresses)
        answer = outbound.post("http://trap.example/", b"{}", {})
        assert answer.final
        assert "private" in answer.error
    assert called == []
    answers("192.0.43.8")
    assert outbound.post("http://trap.example/", b"{}", {}).status is None
    assert called == [("192.0.43.8", 80)]  # The very address that was checked.


def test_people_are_told_in_the_app_and_by_mail(
    owner: Caller, commenter: Caller, owner_user: Any, workspace: Any, design: dict[str, Any]
) -> None:
    owner.post(f"designs/{design['id']}/revisions", {"note": "First"})
    assert owner.get("notices").json()["items"] == []  # One's own deeds are no news.
    commenter.post(f"designs/{design['id']}/remarks", {"text": "Why?"})
    listed = owner.get("notices").json()
    (notice,) = listed["items"]
    assert notice["title"] == f"Commenter commented on {design['name']}"
    assert (notice["path"], listed["unread"]) == (f"/d/{design['id']}", 1)
    _deliver_all()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([owner_user.email], notice["title"])
    assert owner.patch(f"notices/{notice['id']}", {"read": True}).json()["read_at"]
    assert owner.get("notices?unread=true").json()["items"] == []
    assert owner.patch("me", {"email_notices": False}).json()["email_notices"] is False
    commenter.post(f"designs/{design['id']}/remarks", {"text": "And why?"})
    _deliver_all()
    assert len(mail.outbox) == 1
    assert owner.post("notices/read").status_code == 204
    assert owner.get("notices").json()["unread"] == 0


def test_who_left_reads_no_more_notices_of_it(
    owner: Caller, editor: Caller, editor_user: Any, workspace: Any, design: dict[str, Any]
) -> None:
    Notice.objects.create(user=editor_user, workspace=workspace, event="e", title="Secret")
    member = editor_user.memberships.get().pk
    assert owner.delete(f"workspaces/{workspace.pk}/members/{member}").status_code == 204
    assert editor.get("notices").json() == {"items": [], "next": None, "unread": 0}


def test_a_refused_write_tells_nobody(
    owner: Caller, hook: dict[str, Any], design: dict[str, Any]
) -> None:
    Delivery.objects.all().delete()
    answer = owner.put(f"designs/{design['id']}", {"document": documents.chain(2)}, If_Match='"77"')
    assert answer.status_code == 412
    assert Delivery.objects.count() == 0


def test_a_message_names_ids_and_holds_no_document(owner: Caller, hook: dict[str, Any]) -> None:
    owner.post("designs", {"document": documents.chain(30)})
    body = json.loads(Delivery.objects.get(event="design.created").body)
    assert set(body) == {"type", "timestamp", "data"}
    assert set(body["data"]) == {"workspace", "object", "actor", "title", "path"}
