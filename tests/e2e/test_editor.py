"""The editor's promises in a real browser, on one running installation."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import (
    NARROW,
    chromium,
    connect,
    drop,
    fill,
    node_ids,
    page,
    saved,
    sign_in,
)
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def blank(tab: Page, live: Live) -> None:
    sign_in(tab, live.login_link())
    tab.get_by_test_id("new-design").click()
    tab.get_by_test_id("canvas").wait_for()


def figures(tab: Page) -> str:
    return tab.get_by_test_id("headline-cost").inner_text()


def test_the_gallery_opens_an_example_with_its_estimate_already_there(
    browser: Browser, live: Live
) -> None:
    with page(browser) as tab:
        sign_in(tab, live.login_link())
        cards = tab.locator("[data-testid^=gallery-card-]").filter(has_text="Serverless reminder")
        expect(cards.last).to_contain_text("Cost a month")  # The example stands after copies of it.
        tab.get_by_text("Serverless reminder").last.click()
        expect(tab.get_by_text(re.compile("Stored estimate"))).to_be_visible()
        expect(tab.get_by_test_id("headline-cost")).to_contain_text("$")
        expect(tab.get_by_test_id("headline-bottleneck")).to_contain_text("Sending rate")


def test_the_exported_picture_needs_nothing_else_and_has_icons(
    browser: Browser, live: Live
) -> None:
    with page(browser) as tab:
        sign_in(tab, live.login_link())
        tab.get_by_text("Order pipeline").last.click()
        expect(tab.locator("[data-testid^=node-]").first).to_be_visible()
        shown = {*tab.locator(".card-icon").evaluate_all("all => all.map(i => i.src)")}
        tab.get_by_test_id("export-menu").click()
        with tab.expect_download() as picture:
            tab.get_by_test_id("export-svg").click()
        svg = picture.value.path().read_text()
        found = ElementTree.fromstring(svg).findall(".//{*}image")
        assert len(found) == len(shown) > 3
        for icon in found:
            kind, _, data = icon.attrib["href"].partition(";base64,")
            assert kind == "data:image/svg+xml"
            assert ElementTree.fromstring(b64decode(data)).tag.endswith("svg")


def test_the_minimap_stands_while_part_of_the_drawing_is_out_of_view(
    browser: Browser, live: Live
) -> None:
    with page(browser) as tab:
        sign_in(tab, live.login_link())
        tab.get_by_text("Order pipeline").last.click()
        last = tab.locator(".react-flow__node").filter(has_text="Order archive")
        expect(last).to_be_visible()
        minimap = tab.locator(".react-flow__minimap")
        expect(minimap).to_have_count(0)
        for _ in range(7):
            tab.keyboard.press("Control+Equal")
        expect(minimap).to_be_visible()
        box = minimap.bounding_box()
        assert box is not None
        expect(last).not_to_be_in_viewport()
        minimap.click(position={"x": box["width"] * 0.8, "y": box["height"] * 0.6})
        expect(last).to_be_in_viewport()
        tab.keyboard.press("m")
        expect(minimap).to_have_count(0)


def test_an_arrow_that_aws_does_not_have_is_refused_with_its_reason(
    browser: Browser, live: Live
) -> None:
    with page(browser) as tab:
        blank(tab, live)
        queue = drop(tab, "sqs_queue", 160, 120)
        topic = drop(tab, "sns_topic", 520, 120)
        connect(tab, queue, topic)
        expect(tab.get_by_text("A queue does not push")).to_be_visible()
        expect(tab.get_by_text("Put a Lambda function between")).to_be_visible()
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(0)


def test_undo_and_redo_walk_through_every_step(browser: Browser, live: Live) -> None:
    with page(browser) as tab:
        blank(tab, live)
        client = drop(tab, "client", 160, 120)
        queue = drop(tab, "sqs_queue", 460, 120)
        connect(tab, client, queue)
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(1)
        tab.get_by_test_id(f"node-{queue}").click()
        tab.keyboard.press("Delete")
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(0)
        assert node_ids(tab) == [client]
        undo, redo = tab.get_by_test_id("undo"), tab.get_by_test_id("redo")
        undo.click()
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(1)
        for _ in range(3):
            undo.click()
        expect(tab.locator("[data-testid^=node-]")).to_have_count(0)
        expect(undo).to_be_disabled()
        for _ in range(3):
            redo.click()
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(1)
        saved(tab)
        tab.reload()
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(1)


def test_the_figures_follow_an_edit_without_a_run(browser: Browser, live: Live) -> None:
    with page(browser) as tab:
        blank(tab, live)
        client = drop(tab, "client", 160, 120)
        queue = drop(tab, "sqs_queue", 460, 120)
        connect(tab, client, queue)
        expect(tab.get_by_text(re.compile("Live preview"))).to_be_visible()
        expect(tab.get_by_test_id("headline-cost")).to_contain_text("$10.5")
        tab.get_by_test_id(f"node-{client}").click()
        fill(tab, "rate_per_s", "20")
        expect(tab.get_by_test_id("headline-cost")).to_contain_text("$21.0")


def test_a_value_out_of_bounds_is_refused_at_its_field_and_nothing_is_saved(
    browser: Browser, live: Live
) -> None:
    with page(browser) as tab:
        blank(tab, live)
        drop(tab, "sqs_queue", 160, 120)
        saved(tab)
        fill(tab, "visibility_timeout_s", "99999")
        expect(tab.get_by_test_id("field-visibility_timeout_s")).to_contain_text("43")
        expect(tab.locator(".provenance")).to_have_text("not up to date")
        tab.reload()
        expect(tab.locator("[data-testid^=node-]")).to_have_count(1)


def test_the_second_of_two_tabs_is_told_and_overwrites_nothing(
    browser: Browser, live: Live
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    first = context.new_page()
    blank(first, live)
    drop(first, "client", 160, 120)
    saved(first)
    second = context.new_page()
    second.goto(first.url)
    expect(second.locator("[data-testid^=node-]")).to_have_count(1)
    drop(first, "sqs_queue", 460, 120)
    saved(first)
    drop(second, "sns_topic", 460, 260)
    expect(second.get_by_test_id("conflict-take-theirs")).to_be_visible()
    second.get_by_test_id("conflict-take-theirs").click()
    expect(second.locator("[data-testid=node-queue]")).to_be_visible()
    first.reload()
    expect(first.locator("[data-testid=node-queue]")).to_be_visible()
    context.close()


def test_a_pipeline_can_be_built_by_keyboard_alone(browser: Browser, live: Live) -> None:
    with page(browser) as tab:
        blank(tab, live)
        for word in ("client", "queue"):
            tab.get_by_test_id("palette-search").fill(word)
            tab.get_by_test_id("palette-search").press("Enter")
        expect(tab.locator("[data-testid^=node-]")).to_have_count(2)
        tab.get_by_test_id("palette-search").fill("")
        tab.locator(".react-flow__node").first.focus()
        tab.keyboard.press("Enter")
        tab.keyboard.press("e")
        tab.keyboard.type("queue")
        tab.keyboard.press("Enter")
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_every_screen_fits_and_the_console_is_quiet(
    browser: Browser, live: Live, scheme: str, width: str
) -> None:
    context = {"color_scheme": scheme, **({"viewport": NARROW} if width == "narrow" else {})}
    with page(browser, **context) as tab:
        sign_in(tab, live.login_link())
        for address in ("/", "/settings"):
            tab.goto(live.url + address)
            tab.wait_for_load_state("networkidle")
            wide = tab.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
            assert wide, address
        tab.goto(live.url)
        tab.get_by_text("Order pipeline").last.click()
        expect(tab.get_by_test_id("headline-cost")).to_contain_text("$")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
