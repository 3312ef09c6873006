"""The main job in a real browser: draw, keep, run on a separate worker, read, export, reload."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium, connect, drop, fill, page, saved, sign_in, switch_on
from tests.servers import Installation

# Where each card is dropped: column and row of a grid on the canvas.
CARDS = {
    "client": ("client", 0, 0),
    "api": ("apigatewayv2_api", 1, 0),
    "accept": ("lambda_function", 2, 0),
    "orders": ("sqs_queue", 3, 0),
    "process": ("lambda_function", 3, 1),
    "dead": ("sqs_queue", 4, 0),
    "topic": ("sns_topic", 2, 1),
    "ledger": ("sqs_queue", 1, 1),
    "post": ("lambda_function", 0, 1),
    "archive": ("sqs_queue", 1, 2),
    "writer": ("lambda_function", 2, 2),
    "stream": ("firehose_stream", 3, 2),
    "bucket": ("s3_bucket", 4, 2),
}
ARROWS = [
    ("client", "api"),
    ("api", "accept"),
    ("accept", "orders"),
    ("orders", "process"),
    ("orders", "dead"),
    ("process", "topic"),
    ("topic", "ledger"),
    ("topic", "archive"),
    ("ledger", "post"),
    ("archive", "writer"),
    ("writer", "stream"),
    ("stream", "bucket"),
]
ROOMY = {"width": 1720, "height": 1080}


def draw(tab: Page) -> dict[str, str]:
    """Draw the pipeline with the mouse and return the ids of its nodes."""
    ids: dict[str, str] = {}
    for name, (service, column, row) in CARDS.items():
        ids[name] = drop(tab, service, 120 + 216 * column, 60 + 150 * row)
        if name == "client":
            fill(tab, "rate_per_s", "400")
        if name in ("topic", "ledger"):
            switch_on(tab, "fifo")
        if name in ("orders", "ledger", "archive"):
            fill(tab, "visibility_timeout_s", "180")
        if name == "stream":
            fill(tab, "buffer_size_mib", "128")
    for number, (source, target) in enumerate(ARROWS, 1):
        connect(tab, ids[source], ids[target])
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(number)
    return ids


def stored(tab: Page) -> None:
    """Wait until the figures on the page are those of a finished run, not of the preview."""
    expect(tab.get_by_text(re.compile("Stored estimate"))).to_be_visible()


def read(tab: Page) -> dict[str, str]:
    """Return what the page says, and check the two findings that the drawing is about."""
    tab.get_by_test_id("tab-findings").click()
    fifo = tab.get_by_test_id("finding-sqs-fifo-throughput").first
    hold = tab.get_by_test_id("finding-firehose-holds-records").first
    expect(fifo).to_contain_text("capped at 300 calls/s")
    expect(hold).to_contain_text("up to 60 s")
    said = {"fifo": fifo.inner_text(), "hold": hold.inner_text()}
    tab.get_by_test_id("tab-latency").click()
    expect(tab.get_by_text("Completion: until the last effect")).to_be_visible()
    tab.get_by_test_id("tab-bill").click()
    said["total"] = tab.get_by_test_id("bill-total").inner_text()
    for figure in ("cost", "response", "max-rate", "bottleneck"):
        said[figure] = tab.get_by_test_id(f"headline-{figure}").inner_text()
    assert "FIFO API calls" in said["bottleneck"]
    assert "300/s" in said["max-rate"]
    return said


@pytest.mark.e2e
@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_the_order_pipeline_from_an_empty_canvas(
    kind: str, install: Callable[..., Installation], tmp_path: Path
) -> None:
    weir = install(kind)
    weir.start_worker()
    url = weir.start_web()
    link = weir.manage("login_link", "--base-url", url).strip()
    with chromium() as browser, page(browser, viewport=ROOMY) as tab:
        sign_in(tab, link)
        tab.get_by_test_id("new-design").click()
        tab.get_by_test_id("canvas").wait_for()
        draw(tab)
        saved(tab)
        tab.get_by_test_id("estimate-button").click()
        stored(tab)
        first = read(tab)
        assert re.search(r"\d", first["total"])
        with tab.expect_download() as download:
            tab.get_by_test_id("export-menu").click()
            tab.get_by_test_id("export-template-yaml").click()
        template = tmp_path / "template.yaml"
        download.value.save_as(template)
        text = template.read_text()
        assert text.count("AWS::SQS::Queue\n") == 4
        assert "AWS::KinesisFirehose::DeliveryStream" in text
        tab.reload()
        stored(tab)
        assert read(tab) == first
        expect(tab.locator("[data-testid^=edge-]")).to_have_count(len(ARROWS))
