"""A workflow as graph and text, and "always-on or event-driven?", in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium, fill, page, saved, sign_in
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]


def copy_of(tab: Page, live: Live, example: str) -> None:
    sign_in(tab, live.login_link())
    tab.get_by_text(example).last.click()
    tab.get_by_role("button", name="Copy to my designs").first.click()
    expect(tab.get_by_test_id("palette-search")).to_be_visible()  # Now it can be edited.
    saved(tab)


def test_always_on_or_event_driven_is_answered_and_survives_a_reload(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        copy_of(tab, live, "Image upload")
        design = tab.url.split("/d/")[1].split("?")[0]
        tab.goto(f"{live.url}/compare?left={design}&right=always-on")
        expect(tab.get_by_text(re.compile("break", re.IGNORECASE)).first).to_be_visible()
        expect(tab.get_by_text(re.compile("idle", re.IGNORECASE)).first).to_be_visible()
        tab.reload()
        expect(tab.get_by_text(re.compile("break", re.IGNORECASE)).first).to_be_visible()


def test_a_workflow_opens_as_graph_and_text(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        copy_of(tab, live, "Serverless reminder")
        tab.get_by_test_id("node-reminder").click()
        tab.get_by_role("button", name="Edit workflow").first.click()
        dialog = tab.get_by_role("dialog")
        expect(dialog.get_by_text("Still wanted?").first).to_be_visible()
        expect(dialog.get_by_text("Withdrawn").first).to_be_visible()
        text = dialog.locator("textarea").first
        before = text.input_value()
        text.fill(before.replace('"Comment": "Wait,', '"Comment": "Sleep,'))
        dialog.get_by_role("button", name="Apply").click()
        expect(dialog).not_to_be_visible()
        saved(tab)
        tab.get_by_test_id("undo").click()
        saved(tab)


def test_an_api_says_what_its_callers_get(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        copy_of(tab, live, "Partner API")
        tab.get_by_test_id("node-api").click()
        answers = tab.get_by_test_id("answers").first
        expect(answers.get_by_test_id("answer-403")).to_contain_text("Denied by the authorizer")
        expect(answers.get_by_test_id("answer-502")).to_be_visible()
        fill(tab, "throttle_per_s", "30")
        expect(answers.get_by_test_id("answer-429")).to_contain_text("Over a throttle")
        saved(tab)
