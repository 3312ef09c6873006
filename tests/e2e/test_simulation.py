"""Simulating in a real browser: a fault, progress, cancelling, the player over the canvas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium, node, page, saved, sign_in
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]

COLD_MS = 240_000  # The first simulation on a machine also compiles the kernels.
DAY = "1 d"


def opened_copy(tab: Page, live: Live, example: str) -> None:
    sign_in(tab, live.login_link())
    tab.get_by_text(example).last.click()
    tab.get_by_role("button", name="Copy to my designs").first.click()
    expect(tab.get_by_test_id("palette-search")).to_be_visible()
    saved(tab)


def scenarios_saved(tab: Page) -> None:
    tab.wait_for_timeout(900)  # An edit is sent a moment later.
    expect(tab.get_by_test_id("scenarios-saved")).to_have_text("Saved with the design")


def played(tab: Page, node_id: str) -> float:
    return float(node(tab, node_id).get_attribute("data-played") or "nan")


def test_a_fault_is_simulated_and_played_over_the_canvas(live: Live, tmp_path: Path) -> None:
    with chromium() as browser, page(browser) as tab:
        opened_copy(tab, live, "Order pipeline")
        tab.keyboard.press("Control+Shift+Enter")
        panel = tab.get_by_test_id("simulation-panel")
        expect(panel.get_by_test_id("scenario-name")).to_be_focused()
        tab.get_by_test_id("sim-duration").fill("10 min")
        tab.get_by_test_id("sim-replications").fill("2")
        tab.get_by_test_id("fault-add").click()
        tab.get_by_test_id("fault-1-node").select_option("process")
        tab.get_by_test_id("fault-1-begin").fill("5 min")
        tab.get_by_test_id("fault-1-end").fill("2 min")
        expect(panel.get_by_text("Later than its beginning")).to_be_visible()
        expect(tab.get_by_test_id("simulation-run")).to_be_disabled()
        tab.get_by_test_id("fault-1-begin").fill("2 min")
        tab.get_by_test_id("fault-1-end").fill("5 min")
        scenarios_saved(tab)

        tab.get_by_test_id("simulation-run").click()
        bar = tab.get_by_test_id("simulation-progress").get_by_role("progressbar").first
        expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^\d+$"))
        overview = tab.get_by_test_id("simulation-overview")
        expect(overview).to_be_visible(timeout=COLD_MS)
        expect(bar).not_to_be_visible()
        # Three minutes at 120 orders a second stand before what has stopped.
        expect(overview.get_by_test_id("sim-backlog")).to_contain_text("Orders")
        figure = overview.get_by_test_id("sim-backlog").locator("dd").first.inner_text()
        assert 18_000 < int(re.sub(r"\D", "", figure)) < 25_000

        tab.get_by_test_id("simulation-view-charts").click()
        backlog = tab.get_by_test_id("chart-backlog")
        expect(backlog.locator(".main-svg").first).to_be_visible()
        backlog.get_by_role("button", name=re.compile("Show as a table")).click()
        expect(backlog.get_by_role("columnheader", name="Orders", exact=True)).to_be_visible()
        with tab.expect_download() as saving:
            backlog.get_by_role("button", name=re.compile("Save as CSV")).click()
        saving.value.save_as(tmp_path / "backlog.csv")
        assert "Orders" in (tmp_path / "backlog.csv").read_text()

        tab.get_by_test_id("simulation-play").click()
        slider = tab.get_by_test_id("player-slider")
        assert played(tab, "orders") < 0.6
        slider.press("End")
        slider.fill(str(int(slider.get_attribute("max") or 0) * 48 // 100))
        expect(tab.get_by_test_id("player-time")).to_contain_text("04:4")
        expect(tab.get_by_test_id("player-fault")).to_contain_text("Process order: stops")
        expect(tab.get_by_test_id("played-orders")).to_contain_text(re.compile(r"backlog [12]\d"))
        assert played(tab, "orders") > 0.9
        slider.press("Home")
        expect(tab.get_by_test_id("player-fault")).to_be_empty()
        assert played(tab, "orders") < 0.6
        before = slider.input_value()
        tab.keyboard.press("p")
        expect(slider).not_to_have_value(before)
        tab.keyboard.press("p")
        tab.keyboard.press("Escape")
        expect(tab.get_by_test_id("player")).not_to_be_visible()
        expect(tab.get_by_test_id("simulation-play")).to_be_focused()
        assert node(tab, "orders").get_attribute("data-played") is None


def test_a_simulation_is_cancelled_and_scenarios_stay_with_the_design(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        opened_copy(tab, live, "Image upload")
        tab.get_by_test_id("simulate-button").click()
        tab.get_by_test_id("sim-duration").fill("2 min")
        tab.get_by_test_id("sim-replications").fill("1")
        tab.get_by_test_id("simulation-run").click()
        overview = tab.get_by_test_id("simulation-overview")
        expect(overview).to_be_visible(timeout=COLD_MS)

        tab.get_by_test_id("scenario-menu").click()
        tab.get_by_test_id("scenario-copy").click()
        tab.get_by_test_id("scenario-name").fill("A whole day")
        tab.get_by_test_id("sim-duration").fill(DAY)
        tab.get_by_test_id("sim-replications").fill("200")
        scenarios_saved(tab)
        tab.get_by_test_id("simulation-run").click()
        row = tab.locator("[data-testid^=simulation-sim_]").filter(has_text="A whole day")
        expect(row).to_have_attribute("data-status", "running", timeout=60_000)
        tab.get_by_test_id("simulation-cancel").first.click()
        expect(row).to_have_attribute("data-status", "cancelled", timeout=20_000)
        stopped = tab.get_by_test_id("simulation-stopped").or_(
            tab.get_by_test_id("simulation-ended")
        )
        expect(stopped).to_contain_text("Cancelled", timeout=20_000)

        tab.get_by_test_id("sim-duration").fill("4 min")
        tab.get_by_test_id("sim-replications").fill("1")
        tab.get_by_test_id("simulation-run").click()
        expect(overview).to_be_visible(timeout=60_000)
        tab.get_by_test_id("simulation-view-compare").click()
        table = tab.get_by_test_id("simulation-compare").get_by_role("table")
        expect(table.get_by_role("row")).to_have_count(3)
        expect(table).to_contain_text("As drawn")
        expect(table).to_contain_text("A whole day")
        scenarios_saved(tab)

        tab.reload()
        tab.get_by_test_id("simulate-button").click()
        expect(tab.get_by_test_id("scenario-2")).to_have_text("A whole day")
        tab.get_by_test_id("tab-simulation").click()
        expect(tab.locator("[data-testid^=simulation-sim_]")).to_have_count(3)
