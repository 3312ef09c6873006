"""Several people at one design, in real browsers: joining, presence, merging, links."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import NARROW, chromium, page, saved, sign_in
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]


def copy_of(tab: Page, live: Live, example: str) -> str:
    """Sign in, copy an example and return the address of the copy."""
    sign_in(tab, live.login_link())
    tab.get_by_text(example).last.click()
    tab.get_by_role("button", name="Copy to my designs").first.click()
    expect(tab.get_by_test_id("palette-search")).to_be_visible()
    saved(tab)
    return tab.url


def menu(tab: Page, entry: str) -> None:
    tab.get_by_test_id("export-menu").click()
    tab.get_by_test_id(entry).click()


def invite(tab: Page, live: Live) -> str:
    tab.goto(f"{live.url}/settings")
    tab.get_by_role("button", name="Make a link").click()
    return tab.get_by_test_id("invitation-link").inner_text()


def test_two_people_meet_see_each_other_and_join_their_work(live: Live) -> None:
    # The second save answers 412, which the console tells.
    with chromium() as browser, page(browser) as ann, page(browser, quiet=False) as rita:
        design = copy_of(ann, live, "Image upload")
        link = invite(ann, live)
        rita.goto(link)
        rita.get_by_label("E-mail").fill(f"rita{time.time_ns()}@example.com")
        rita.get_by_label("Your name").fill("Rita Moreau")
        rita.get_by_role("button", name="Join").click()
        rita.get_by_test_id("new-design").wait_for()
        for tab in (ann, rita):
            tab.goto(design)
            tab.locator(".react-flow__node").first.wait_for()
        present = ann.get_by_test_id("presence")
        expect(present.get_by_label("Rita Moreau is here")).to_be_visible()
        start = time.monotonic()
        rita.locator(".react-flow__node").nth(1).click()
        expect(present.get_by_label(re.compile("Rita Moreau has selected"))).to_be_visible()
        assert time.monotonic() - start < 8  # Within a second; on a busy machine, some more.
        rita.keyboard.press("Escape")
        rita.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
        ann.locator("#design-scale").fill("2")
        saved(ann)
        ann.wait_for_timeout(1500)
        rita.locator("#design-scale").fill("3")
        rita.locator("#design-description").fill("Said by Rita")
        join = rita.get_by_test_id("join")
        expect(join.get_by_text("Scale of the load")).to_be_visible()
        expect(rita.get_by_test_id("conflict-join")).to_be_disabled()
        join.get_by_label(re.compile(": 2")).check()
        rita.get_by_test_id("conflict-join").click()
        saved(rita)
        rita.wait_for_timeout(1500)
        ann.reload()
        expect(ann.locator("#design-scale")).to_have_value("2")
        expect(ann.locator("#design-description")).to_have_value("Said by Rita")


def _look(browser: Browser, link: str, **context: object) -> None:
    with page(browser, **context) as guest:
        guest.goto(link)
        guest.locator(".react-flow__node").first.wait_for()
        guest.locator(".headline").get_by_text("$").first.wait_for()
        for control in ("undo", "palette-search", "export-menu", "estimate", "design-name"):
            expect(guest.get_by_test_id(control)).to_have_count(0)
        before = guest.locator(".react-flow__node").count()
        guest.locator(".react-flow__node").first.click()
        guest.keyboard.press("Delete")
        assert guest.locator(".react-flow__node").count() == before


def test_a_link_shows_everything_changes_nothing_and_dies_at_once(live: Live) -> None:
    with chromium() as browser, page(browser) as ann:
        copy_of(ann, live, "Image upload")
        menu(ann, "share")
        ann.get_by_label("The holder").select_option("comment")
        ann.get_by_test_id("share-make").click()
        link = ann.get_by_test_id("share-link").inner_text()
        _look(browser, link)
        _look(browser, link, viewport=NARROW, color_scheme="dark")
        with page(browser, quiet=False) as guest:
            guest.goto(link)
            guest.get_by_label("Your name").fill("The board")
            guest.get_by_test_id("remark-text").fill("Is this enough?")
            guest.get_by_role("button", name="Comment", exact=True).click()
            expect(guest.get_by_text("Is this enough?")).to_be_visible()
            ann.get_by_role("button", name="Revoke").click()
            expect(ann.get_by_role("button", name="Revoke")).to_have_count(0)
            answer = guest.goto(link)
            assert answer is not None
            assert answer.status == 410
            picture = guest.goto(link.replace("/s/", "/api/v1/shared/") + "/picture.svg")
            assert picture is not None
            assert picture.status == 410
        ann.keyboard.press("Escape")
        menu(ann, "comments")
        expect(ann.get_by_text("Is this enough?")).to_be_visible()


def test_going_back_to_a_revision_keeps_the_draft(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        copy_of(tab, live, "Image upload")
        menu(tab, "revisions")
        tab.get_by_test_id("revision-note").fill("As reviewed")
        tab.get_by_test_id("revision-keep").click()
        expect(tab.get_by_alt_text("Picture of revision 1")).to_be_visible()
        tab.keyboard.press("Escape")
        tab.locator("#design-scale").fill("5")
        saved(tab)
        tab.wait_for_timeout(1500)
        menu(tab, "revisions")
        tab.get_by_test_id("revision-restore-1").click()
        expect(tab.locator("#design-scale")).to_have_value("1")
        menu(tab, "revisions")
        expect(tab.get_by_test_id("revision-3")).to_contain_text("Revision 1 again: As reviewed")
        expect(tab.get_by_test_id("revision-2")).to_contain_text("Before restoring revision 1")
