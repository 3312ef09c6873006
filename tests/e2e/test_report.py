"""Reports in a real browser: kept as a file, opened without a network, printed on paper."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, WIDE, chromium, page, saved, sign_in
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]

POINTS_PER_MM = 72 / 25.4


def made(tab: Page, live: Live, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Ask the API as the person of a tab."""
    token = tab.request.get(f"{live.url}/api/v1/me").json()["csrf_token"]
    given = {"X-CSRFToken": token, "Content-Type": "application/json", **headers}
    answer = tab.request.fetch(
        f"{live.url}/api/v1/{path}", method=method, data=json.dumps(body or {}), headers=given
    )
    assert answer.ok, answer.text()
    return answer.json()


def propose(tab: Page, live: Live) -> str:
    """Propose a change of an example, with a comment; return the proposal's id."""
    cards = tab.request.get(f"{live.url}/api/v1/designs?example=true&limit=100").json()["items"]
    example = next(card for card in cards if card["name"] == "Order pipeline")
    design = made(tab, live, "POST", f"designs/{example['id']}/copy")
    document = design["document"]
    document["model"]["workload"] = {"scale": 1.5}
    gone = document["model"]["nodes"].pop()["id"]
    edges = document["model"]["edges"]
    document["model"]["edges"] = [e for e in edges if gone not in (e["source"], e["target"])]
    document["layout"]["positions"].pop(gone, None)
    body = {"title": "<b>More</b> orders", "document": document, "draft": False}
    proposal = made(tab, live, "POST", f"designs/{design['id']}/proposals", body)
    thread = {"anchor": {"on": "proposal"}, "body": "<img src=x onerror=alert(1)>"}
    made(tab, live, "POST", f"proposals/{proposal['id']}/threads", thread)
    return str(proposal["id"])


def read_offline(browser: Browser, file: Path, size: dict[str, int]) -> dict[str, Any]:
    """Open a kept report without a network and without scripts; return what was seen."""
    with page(browser, viewport=size, offline=True, java_script_enabled=False) as tab:
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("dialog", lambda dialog: pytest.fail(dialog.message))
        tab.goto(file.as_uri())
        expect(tab.get_by_role("heading", name="Assumptions")).to_be_visible()
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        return {"text": tab.inner_text("body"), "pdf": tab.pdf(prefer_css_page_size=True)}


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Return the sizes of a PDF's pages, in mm."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(float(w) / POINTS_PER_MM, float(h) / POINTS_PER_MM) for w, h in boxes]


def test_a_report_opens_without_a_network_and_prints_on_a4(live: Live, tmp_path: Path) -> None:
    with chromium() as browser, page(browser) as tab:
        sign_in(tab, live.login_link())
        proposal = propose(tab, live)
        tab.goto(f"{live.url}/p/{proposal}")
        with tab.context.expect_page() as opened:
            tab.get_by_test_id("report-link").click()
        report = opened.value
        expect(report.get_by_role("heading", level=1)).to_have_text("<b>More</b> orders")
        assert report.url.endswith(f"/proposals/{proposal}/report.html")
        width = report.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
        answer = tab.request.get(f"{report.url}?download=true")
        assert answer.headers["content-disposition"].startswith("attachment")
        kept = tmp_path / "report.html"
        kept.write_bytes(answer.body())
        for size in (WIDE, NARROW):
            seen = read_offline(browser, kept, size)
            for said in ("<img src=x onerror=alert(1)>", "Scale of the load", "Findings that"):
                assert said in seen["text"], said
        sheets = pages_of(seen["pdf"])
        assert 4 <= len(sheets) <= 20
        assert all((round(w), round(h)) == (210, 297) for w, h in sheets), sheets


def test_a_revision_is_reported_from_the_panel(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        sign_in(tab, live.login_link())
        tab.get_by_test_id("new-design").click()
        expect(tab.get_by_test_id("palette-search")).to_be_visible()
        saved(tab)
        tab.get_by_test_id("export-menu").click()
        tab.get_by_test_id("revisions").click()
        tab.get_by_test_id("revision-note").fill("Nothing yet")
        tab.get_by_test_id("revision-keep").click()
        with tab.context.expect_page() as opened:
            tab.get_by_test_id("revision-report-1").click()
        expect(opened.value.get_by_text("Nothing yet")).to_be_visible()
        tab.keyboard.press("Escape")
        tab.get_by_test_id("palette-item-sqs_queue").press("Enter")
        saved(tab)
        tab.get_by_test_id("export-menu").click()
        tab.get_by_test_id("revisions").click()
        tab.get_by_test_id("revision-choose-1").check()
        with tab.context.expect_page() as opened:
            tab.get_by_test_id("revision-compare").click()
        expect(opened.value.get_by_role("heading", level=1)).to_contain_text("revision 1 → draft")
        expect(opened.value.get_by_text("+ added").first).to_be_visible()
        opened.value.close()
