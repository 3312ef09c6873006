"""What if: a sweep with its table, an optimisation, its setting in the design, and undo."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium, page, saved, sign_in
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]


def copy_of(tab: Page, live: Live, example: str) -> None:
    sign_in(tab, live.login_link())
    tab.get_by_text(example).last.click()
    tab.get_by_role("button", name="Copy to my designs").first.click()
    expect(tab.get_by_test_id("palette-search")).to_be_visible()  # Now it can be edited.
    saved(tab)
    tab.get_by_test_id("tab-whatif").click()
    expect(tab.get_by_test_id("whatif-input-0")).to_be_visible()


def kind(tab: Page, name: str) -> None:
    tab.get_by_test_id("whatif-form").get_by_text(name, exact=True).click()


def memory_of(tab: Page, node: str) -> str:
    tab.get_by_test_id(f"node-{node}").click()
    box = tab.get_by_test_id("field-memory_mb").locator("input").first
    expect(box).to_be_visible()
    return box.input_value()


def test_a_setting_of_the_front_is_applied_and_undone_in_one_step(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        copy_of(tab, live, "Order pipeline")
        before = memory_of(tab, "accept")
        kind(tab, "Optimise")
        number = tab.get_by_test_id("whatif-input-0").get_by_role("combobox")
        number.select_option(label="Accept order: Memory")
        tab.get_by_test_id("whatif-from-0").fill("600")
        tab.get_by_test_id("whatif-to-0").fill("2000")
        tab.get_by_test_id("whatif-at-most").fill("100")
        tab.get_by_test_id("whatif-add").click()
        second = tab.get_by_test_id("whatif-input-1").get_by_role("combobox")
        second.select_option(label="Process order: Memory")
        tab.get_by_test_id("whatif-ask").click()
        front = tab.get_by_test_id("whatif-front")
        expect(front).to_be_visible()
        expect(tab.get_by_test_id("whatif-chart-front").locator(".main-svg").first).to_be_visible()
        others = front.get_by_role("row").filter(has_text=re.compile(r"\d MB"))
        apply = others.first.get_by_role("button", name="Apply")
        wanted = re.search(r"([\d\u202f]+) MB", others.first.inner_text())
        assert wanted
        apply.click()
        after = memory_of(tab, "accept")
        assert after != before
        assert after == wanted[1].replace("\u202f", "")
        saved(tab)
        tab.get_by_test_id("undo").click()
        assert memory_of(tab, "accept") == before
        saved(tab)


def test_a_sweep_is_drawn_and_has_a_table_and_a_file(live: Live) -> None:
    with chromium() as browser, page(browser) as tab:
        copy_of(tab, live, "Order pipeline")
        tab.get_by_test_id("whatif-ask").click()
        chart = tab.get_by_test_id("whatif-chart-monthly_cost")
        expect(chart.locator(".main-svg").first).to_be_visible()
        chart.get_by_role("button", name=re.compile("Show as a table")).click()
        expect(chart.get_by_role("row")).to_have_count(10)
        with tab.expect_download() as saving:
            chart.get_by_role("button", name=re.compile("CSV")).click()
        assert saving.value.suggested_filename.endswith(".csv")


def test_a_tornado_names_what_moves_most_and_bad_bounds_are_refused(live: Live) -> None:
    with chromium() as browser, page(browser, quiet=False) as tab:
        copy_of(tab, live, "Order pipeline")
        kind(tab, "Sensitivity")
        tab.get_by_test_id("whatif-ask").click()
        chart = tab.get_by_test_id("whatif-chart-monthly_cost")
        chart.get_by_role("button", name=re.compile("Show as a table")).click()
        expect(chart.get_by_role("row").nth(1)).to_contain_text("Load, as a multiple")
        kind(tab, "Sweep")
        tab.get_by_test_id("whatif-from-0").fill("-5")
        tab.get_by_test_id("whatif-ask").click()
        expect(tab.get_by_test_id("whatif-problem").first).to_be_visible()
