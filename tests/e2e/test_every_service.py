"""Every service, in a real browser: dragged, connected, configured, estimated, exported."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from designer import catalog
from designer.catalog.describe import form_schema, instance
from tests.e2e.browser import chromium, connect, drop, fill, page, saved, sign_in
from tests.servers import Live

HUGE = {"width": 2560, "height": 1700}
COLUMNS = 9
# What cannot be built without somewhere to send to.
NEEDS = {
    "firehose_stream": ("s3_bucket",),
    "apigateway_rest_api": ("lambda_function",),
    "apigatewayv2_api": ("lambda_function",),
    "apigatewayv2_websocket": ("lambda_function",),
    "events_rule": ("sqs_queue",),
    "scheduler_schedule": ("sqs_queue",),
    "events_api_destination": ("http_endpoint",),
    "pipes_pipe": ("sns_topic",),
    "rekognition_streamprocessor": ("sns_topic", "s3_bucket"),
}
# Fields whose other values ask for more: a second subnet, a batching window.
NOT_ALONE = {"gateways", "batch_size"}
# Resources only for what another choice asks for: faces that are searched.
OPTIONAL = {"AWS::Rekognition::Collection"}
# Without it the template has nothing of the service.
FIRST = {"cloudwatch_metrics": "dashboards"}
# Where two of the same source would take each other's requests.
BEFORE = {"autoscaling_group": "sqs_queue"}
# A Firehose stream has one destination: each of these gets a stream of its own.
OWN_SOURCE = {"redshift_cluster", "glue_table", "splunk_endpoint", "snowflake_table"}
# Services whose resource is in the template only where the form asks for it: a collection of faces.
ONLY_ASKED = {"rekognition_image"}


def legal(source: str, target: str) -> bool:
    """Return whether the usual connection takes both ends with their defaults."""
    types = catalog.connections_between(source, target)
    if not types:
        return False
    ends = [instance(catalog.SERVICES[t]) for t in (source, target)]
    return instance(catalog.CONNECTIONS[types[0]]).refusal(*ends) is None


def plan() -> list[tuple[str, str | None]]:
    """Return (service, the service before it) so that each is reached from one drawn earlier."""
    producers = [t for t, s in catalog.SERVICES.items() if s.role == "producer"]
    drawn: list[tuple[str, str | None]] = [(t, None) for t in producers]
    found = list(producers)
    waiting = [t for t in catalog.SERVICES if t not in found]
    while waiting:
        step = next(
            ((t, s) for t in waiting for s in found if BEFORE.get(t, s) == s and legal(s, t)),
            (waiting[0], None),
        )
        drawn.append(step)
        found.append(step[0])
        waiting.remove(step[0])
    return drawn


def missing(drawn: list[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """Return the (source, target) that a template needs and the plan did not draw."""
    return [
        (source, target)
        for source, targets in NEEDS.items()
        for target in targets
        if (target, source) not in drawn
    ]


def first_number(service: str) -> tuple[str, float] | None:
    """Return a number field that is always shown, and a value beside its default."""
    for name, field in form_schema(catalog.SERVICES[service])["properties"].items():
        plain = field.get("type") in ("number", "integer") and "enum" not in field
        if not plain or "x-show-if" in field or field.get("default") is None:
            continue
        if field.get("x-unit") == "ratio" or name in NOT_ALONE or name != FIRST.get(service, name):
            continue
        value = float(field["default"])
        most = field.get("maximum", field.get("exclusiveMaximum", value + 2))
        return name, value + 1 if value + 1 < most else value - 1
    return None


def stored(tab: Page) -> dict[str, Any]:
    design = tab.url.rstrip("/").rsplit("/", 1)[1].split("?")[0]
    answer = tab.request.get(f"{tab.url.split('/d/')[0]}/api/v1/designs/{design}")
    return dict(answer.json()["document"])


@pytest.mark.e2e
@pytest.mark.services
def test_every_service_goes_the_whole_way(live: Live) -> None:
    with chromium() as browser, page(browser, viewport=HUGE) as tab:
        sign_in(tab, live.login_link())
        tab.get_by_test_id("new-design").click()
        tab.get_by_test_id("canvas").wait_for()
        ids: dict[str, str] = {}
        set_to: dict[str, tuple[str, float]] = {}
        edges = 0
        places = ((130 + 212 * (n % COLUMNS), 60 + 118 * (n // COLUMNS)) for n in count())
        for service, before in plan():
            source = ids[before] if before else ""
            if before and service in OWN_SOURCE:
                source = drop(tab, before, *next(places))
            ids[service] = drop(tab, service, *next(places))
            change = first_number(service)
            if change:
                fill(tab, change[0], f"{change[1]:g}")
                set_to[service] = change
            if before:
                connect(tab, source, ids[service])
                edges += 1
                expect(tab.locator("[data-testid^=edge-]")).to_have_count(edges)
        for service, target in missing(plan()):
            connect(tab, ids[service], ids[target])
            edges += 1
            expect(tab.locator("[data-testid^=edge-]")).to_have_count(edges)
        saved(tab)
        document = stored(tab)
        services = {n["id"]: n["service"] for n in document["model"]["nodes"]}
        assert {s["type"] for s in services.values()} == set(catalog.SERVICES)
        for service, (name, value) in set_to.items():
            assert services[ids[service]][name] == value, service
        tab.get_by_test_id("estimate-button").click()
        expect(tab.get_by_text(re.compile("Stored estimate"))).to_be_visible()
        expect(tab.get_by_test_id("headline-cost")).to_contain_text("$")
        with tab.expect_download() as download:
            tab.get_by_test_id("export-menu").click()
            tab.get_by_test_id("export-template-yaml").click()
        text = download.value.path().read_text()
        for service in catalog.SERVICES.values():
            if service.cloudformation and service.cloudformation not in OPTIONAL:
                assert service.cloudformation in text, service.title
