"""Arrivals as they were measured: a wrong line is named, a right recording is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import chromium, page
from tests.e2e.test_simulation import COLD_MS, opened_copy, scenarios_saved
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]

ARRIVALS = [i * 0.125 for i in range(237)]


def test_a_recording_is_read_kept_and_simulated(live: Live, tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("time,path\n0,/\n12.5,/\n11,/\n")
    right.write_text("time,path\n" + "".join(f"{t},/orders\n" for t in ARRIVALS))
    with chromium() as browser, page(browser) as tab:
        opened_copy(tab, live, "Order pipeline")
        tab.get_by_test_id("simulate-button").click()
        tab.get_by_test_id("sim-duration").fill("1 min")
        tab.get_by_test_id("sim-replications").fill("1")
        tab.get_by_test_id("recording-add").click()
        tab.get_by_test_id("recording-node").select_option("shop")
        tab.get_by_test_id("recording-file").set_input_files(wrong)
        problem = tab.get_by_test_id("recording-problem")
        expect(problem).to_have_text(
            "wrong.csv, line 4: the time goes back from 12.5 s to 11 s; sort the times"
        )
        tab.get_by_test_id("recording-file").set_input_files(right)
        card = tab.get_by_test_id("recording-shop")
        expect(card).to_contain_text("29.5 s")
        expect(card).to_contain_text("8/s")
        count = tab.get_by_test_id("recording-shop-count")
        expect(count).to_have_text(str(len(ARRIVALS)))
        scenarios_saved(tab)
        tab.reload()
        tab.get_by_test_id("simulate-button").click()
        expect(count).to_have_text(str(len(ARRIVALS)))

        tab.get_by_test_id("simulation-run").click()
        overview = tab.get_by_test_id("simulation-overview")
        expect(overview).to_be_visible(timeout=COLD_MS)
        messages = overview.get_by_test_id("sim-messages").locator("dd").first
        expect(messages).to_have_text(str(len(ARRIVALS)))
        expect(overview.get_by_test_id("recorded-shop")).to_have_text(
            f"Web shop: {len(ARRIVALS)} recorded arrivals"
        )
        listed = tab.get_by_role("navigation", name="Simulations")
        expect(listed).to_contain_text("recorded arrivals: Web shop")
        tab.get_by_test_id("simulation-view-compare").click()
        compared = tab.get_by_test_id("simulation-compare")
        expect(compared.locator("table")).to_contain_text("recorded arrivals: Web shop")

        tab.get_by_test_id("recording-shop-remove").click()
        scenarios_saved(tab)
        tab.reload()
        tab.get_by_test_id("simulate-button").click()
        expect(tab.get_by_test_id("recording-add")).to_be_visible()
        expect(card).not_to_be_visible()
