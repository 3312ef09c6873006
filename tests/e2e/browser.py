"""A real Chromium and the gestures that the journeys share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
PATIENCE_MS = 20_000

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(browser: Browser, *, quiet: bool = True, **context: object) -> Iterator[Page]:
    """Yield a page; at its end the console must have been free of errors and warnings."""
    opened = browser.new_context(**{"viewport": WIDE, "accept_downloads": True, **context})
    tab = opened.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    said: list[str] = []
    tab.on(
        "console",
        lambda m: said.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None,
    )
    tab.on("pageerror", lambda error: said.append(f"exception: {error}"))
    try:
        yield tab
        assert not quiet or not said, said
    finally:
        opened.close()


def sign_in(tab: Page, link: str) -> None:
    tab.goto(link)
    tab.get_by_test_id("new-design").wait_for()


def node(tab: Page, node_id: str) -> Locator:
    return tab.get_by_test_id(f"node-{node_id}")


def node_ids(tab: Page) -> list[str]:
    found = tab.locator("[data-testid^=node-]").evaluate_all(
        "all => all.map(e => e.dataset.testid)"
    )
    return [name.removeprefix("node-") for name in found]


def drop(tab: Page, service: str, x: float, y: float) -> str:
    """Drag a service from the palette to a place on the canvas with the mouse; return its id."""
    before = node_ids(tab)
    item = tab.get_by_test_id(f"palette-item-{service}")
    item.scroll_into_view_if_needed()
    item.drag_to(tab.get_by_test_id("canvas"), target_position={"x": x, "y": y})
    expect(tab.locator("[data-testid^=node-]")).to_have_count(len(before) + 1)
    return next(name for name in node_ids(tab) if name not in before)


def connect(tab: Page, source: str, target: str) -> None:
    """Draw an arrow from one card's right handle to another's left one, with the mouse."""
    out = tab.locator(f"[data-testid=node-{source}] .react-flow__handle.source")
    into = tab.locator(f"[data-testid=node-{target}] .react-flow__handle.target")
    start, end = out.bounding_box(), into.bounding_box()
    assert start
    assert end
    tab.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    tab.mouse.down()
    tab.mouse.move((start["x"] + end["x"]) / 2, (start["y"] + end["y"]) / 2, steps=6)
    tab.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    tab.mouse.up()
    tab.wait_for_timeout(60)
    ways = tab.get_by_role("listbox", name="Connect by").get_by_role("option")
    if ways.count():  # Several ways lead there: take the usual one.
        ways.first.click()


def fill(tab: Page, field: str, value: str) -> None:
    """Type into a field of the inspector."""
    box = tab.get_by_test_id(f"field-{field}").locator("input, textarea").first
    box.fill(value)
    box.press("Tab")


def saved(tab: Page) -> None:
    expect(tab.get_by_test_id("save-state")).to_have_text(re.compile("Saved"))


def switch_on(tab: Page, field: str) -> None:
    """Switch a yes-or-no field of the inspector on."""
    box = tab.get_by_test_id(f"field-{field}").locator("input[type=checkbox]")
    box.set_checked(True, force=True)
    expect(box).to_be_checked()
