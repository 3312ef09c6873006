"""Several people of one workspace, each with a browser, and the API as their browser has it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.e2e.browser import page
from tests.servers import Live

JOIN = """
from designer.accounts.models import Membership, User, Workspace
space = Workspace.objects.order_by("created_at").first()
if {apart}: space = Workspace.objects.create(name="Elsewhere")
user = User.objects.create_user("{email}", "{name}")
Membership.objects.create(workspace=space, user=user, role="{role}")
"""


def login_of(live: Live, name: str, role: str, *, apart: bool = False) -> str:
    """Make a member, or somebody of another workspace, and return their sign-in link."""
    email = f"{name.split()[0].lower()}{time.time_ns()}@example.com"
    live.installation.python(JOIN.format(email=email, name=name, role=role, apart=apart))
    manage = live.installation.manage
    return manage("login_link", "--email", email, "--base-url", live.url).strip()


@contextmanager
def member(
    browser: Browser, live: Live, name: str, role: str, *, apart: bool = False, **context: object
) -> Iterator[Page]:
    """Yield the page of somebody who is signed in."""
    link = login_of(live, name, role, apart=apart)
    with page(browser, **context) as tab:
        tab.goto(link)
        tab.locator("#main").wait_for()
        yield tab


def call(
    tab: Page, method: str, path: str, body: Any = None, tag: str | None = None
) -> tuple[int, Any]:
    """Ask the API as the one who is signed in in this browser; return status and answer."""
    origin = tab.url.split("/", 3)
    base = f"{origin[0]}//{origin[2]}/api/v1/"
    token = tab.context.request.get(base + "me").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Content-Type": "application/json", "Referer": base}
    if tag:
        headers["If-Match"] = tag
    data = None if body is None else json.dumps(body)
    answer = tab.context.request.fetch(base + path, method=method, data=data, headers=headers)
    text = answer.text()
    kind = answer.headers.get("content-type", "")
    return answer.status, json.loads(text) if "json" in kind and text else text


def example(tab: Page, name: str) -> dict[str, Any]:
    """Copy an example and return the design."""
    status, found = call(tab, "GET", "designs?example=true&limit=100")
    assert status == 200, found
    one = next(card for card in found["items"] if card["name"] == name)
    status, copy = call(tab, "POST", f"designs/{one['id']}/copy", {})
    assert status == 201, copy
    return dict(copy)
