"""A change from proposal to merge, by two members in two browsers; and one with conflicts."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium, node, page
from tests.e2e.people import call, example, member
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]

OPENS = 'input[type=radio][value="{}"]'


def ok(answer: tuple[int, Any]) -> Any:
    status, body = answer
    assert status < 300, (status, body)
    return body


def with_service(document: dict[str, Any], node_id: str, **config: Any) -> dict[str, Any]:
    """Return the document with other settings of a node."""
    found = copy.deepcopy(document)
    one = next(n for n in found["model"]["nodes"] if n["id"] == node_id)
    one["service"] |= config
    return found


def policy(owner: Page, **values: Any) -> None:
    """Set what the owner's workspace asks before a merge."""
    workspace = ok(call(owner, "GET", "me"))["workspaces"][0]["id"]
    path = f"workspaces/{workspace}/review-policy"
    tag = ok(call(owner, "GET", path))["etag"]
    ok(call(owner, "PUT", path, values, tag))


def proposed(author: Page, design: dict[str, Any], document: Any, **more: Any) -> dict[str, Any]:
    body = {"title": "Give the workers more memory", "document": document, "draft": False, **more}
    return dict(ok(call(author, "POST", f"designs/{design['id']}/proposals", body)))


@pytest.fixture(autouse=True)
def _no_policy(live: Live) -> Iterator[None]:
    """Leave no rule behind for the tests that follow."""
    yield
    live.installation.python(
        "from designer.proposals.models import Policy; Policy.objects.all().delete()"
    )


def visit(tab: Page, live: Live, proposal: dict[str, Any]) -> None:
    tab.goto(f"{live.url}/p/{proposal['id']}")
    tab.get_by_test_id("picture").wait_for()


def pin_is_on(tab: Page, node_id: str) -> None:
    """Expect the pin at the corner of its node."""
    pin = tab.get_by_test_id(f"pin-{node_id}").bounding_box()
    card = node(tab, node_id).bounding_box()
    assert pin
    assert card
    assert abs(pin["x"] - (card["x"] + card["width"])) < 24, (pin, card)
    assert abs(pin["y"] + pin["height"] - card["y"]) < 24, (pin, card)


def say_on(tab: Page, node_id: str, words: str) -> None:
    """Press the key, click the node and say something about it."""
    tab.keyboard.press("c")
    node(tab, node_id).click()
    box = tab.get_by_test_id("thread-begun").get_by_test_id("comment-text")
    box.fill(words)
    tab.get_by_test_id("thread-begun").get_by_test_id("comment-send").click()
    expect(tab.get_by_test_id("thread-begun")).to_have_count(0)


def review(tab: Page, verdict: str, words: str = "") -> None:
    tab.get_by_test_id("panel-decision").click()
    tab.get_by_test_id("review-open").click()
    form = tab.get_by_test_id("review-form")
    form.locator(OPENS.format(verdict)).check()
    form.get_by_test_id("review-text").fill(words)
    form.get_by_test_id("review-send").click()
    expect(form).to_have_count(0)


def state_is(tab: Page, state: str) -> None:
    expect(tab.get_by_test_id("proposal-state")).to_have_attribute("data-state", state)


def test_from_proposal_to_merge(live: Live) -> None:
    with (
        chromium() as browser,
        page(browser) as owner,
        member(browser, live, "Ann Duval", "editor") as ann,
        member(browser, live, "Rita Moreau", "reviewer") as rita,
    ):
        owner.goto(live.login_link())
        owner.get_by_test_id("new-design").wait_for()
        policy(owner, required_approvals=1)
        asked = ok(call(rita, "GET", "me"))["user"]["id"]
        design = example(ann, "Order pipeline")
        document = with_service(design["document"], "accept", memory_mb=1024)
        proposal = proposed(ann, design, document, reviewers=[asked])
        visit(ann, live, proposal)
        visit(rita, live, proposal)
        expect(ann.get_by_label(re.compile("Rita Moreau"))).to_be_visible()

        say_on(rita, "accept", "@Ann Duval why so much memory?")
        pin_is_on(rita, "accept")
        expect(ann.get_by_test_id("pin-accept")).to_be_visible()
        ann.get_by_test_id("pin-accept").click()
        expect(ann.locator(".mention.me")).to_have_text("@Ann Duval")
        review(rita, "request_changes", "Please say why.")
        state_is(rita, "changes_requested")
        state_is(ann, "changes_requested")
        push_moved_and_renamed(ann)
        thread_followed(rita)
        review(rita, "approve")
        state_is(ann, "approved")
        guardrail_and_override(owner, ann, live, proposal)
        expect(rita.get_by_test_id("merged")).to_contain_text("revision 2")
        story_in_the_audit_log(owner, proposal)
        nothing_for_strangers(browser, live, ann, proposal)


def push_moved_and_renamed(ann: Page) -> None:
    """Move the node and give it another name in the editor of the proposal's head."""
    ann.get_by_test_id("proposal-edit").click()
    card = ann.locator(".react-flow__node[data-id=accept]")
    card.click()
    ann.get_by_test_id("field-name").locator("input").fill("Take the order")
    for _ in range(6):
        card.press("ArrowUp")
    expect(ann.get_by_test_id("save-state")).to_have_attribute("data-state", "unpushed")
    ann.get_by_test_id("push").click()
    expect(ann.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    ann.go_back()
    ann.get_by_test_id("picture").wait_for()


def thread_followed(rita: Page) -> None:
    """Expect the page to show the push, and the thread where it was: on its node."""
    expect(node(rita, "accept")).to_contain_text("Take the order")
    rita.get_by_test_id("panel-threads").click()
    thread = rita.locator("[data-testid^=thread-thr_]")
    expect(thread).to_contain_text("Take the order")
    expect(thread).to_contain_text("was called Accept order")
    rita.wait_for_timeout(400)
    pin_is_on(rita, "accept")


def guardrail_and_override(owner: Page, ann: Page, live: Live, proposal: dict[str, Any]) -> None:
    owner.goto(f"{live.url}/settings")
    form = owner.get_by_test_id("review-policy")
    form.get_by_test_id("policy-budget_per_month").fill("one dollar")
    form.get_by_test_id("policy-save").click()
    expect(form.get_by_text("is not a number")).to_be_visible()
    form.get_by_test_id("policy-budget_per_month").fill("1")
    form.get_by_test_id("policy-no_error_findings").check(force=True)
    form.get_by_test_id("policy-save").click()
    expect(form).to_contain_text("Last changed")
    ann.reload()
    budget = ann.get_by_test_id("guardrail-budget-per-month")
    expect(budget).to_contain_text("broken")
    expect(ann.get_by_test_id("guardrail-no-error-findings")).to_contain_text("kept")
    expect(ann.get_by_test_id("merge")).to_be_disabled()
    expect(ann.get_by_test_id("merge-box")).to_contain_text("An owner of the workspace may")
    expect(ann.get_by_test_id("override-open")).to_have_count(0)
    visit(owner, live, proposal)
    owner.get_by_test_id("override-open").click()
    expect(owner.get_by_test_id("override-merge")).to_be_disabled()
    owner.get_by_test_id("override-reason").fill("Agreed with finance for this quarter")
    owner.get_by_test_id("override-merge").click()
    expect(owner.get_by_test_id("merged")).to_contain_text("Agreed with finance")
    state_is(ann, "merged")
    owner.get_by_test_id("merged").get_by_role("link").click()
    expect(node(owner, "accept")).to_contain_text("Take the order")


def story_in_the_audit_log(owner: Page, proposal: dict[str, Any]) -> None:
    workspace = proposal["workspace"]
    threads = ok(call(owner, "GET", f"proposals/{proposal['id']}/threads"))["items"]
    about = {proposal["id"], *(c["id"] for t in threads for c in t["comments"])}
    rows = ok(call(owner, "GET", f"workspaces/{workspace}/audit?limit=100"))["items"]
    told = [(r["actor"]["name"], r["action"], r["note"]) for r in rows if r["object"] in about]
    story = [(who, what) for who, what, _ in reversed(told)]
    assert story == [
        ("Ann Duval", "proposal.create"),
        ("Ann Duval", "proposal.open"),
        ("Rita Moreau", "comment.create"),
        ("Rita Moreau", "review.request_changes"),
        ("Ann Duval", "proposal.push"),
        ("Rita Moreau", "review.approve"),
        (story[-1][0], "guardrail.override"),
        (story[-1][0], "proposal.merge"),
    ]
    reason = next(note for _, action, note in told if action == "guardrail.override")
    assert "Agreed with finance for this quarter" in reason
    assert "Budget per month" in reason


KEYS = re.compile(r"\{(proposal|thread|comment|review)_id\}")


def nothing_for_strangers(browser: Any, live: Live, ann: Page, proposal: dict[str, Any]) -> None:
    """Ask every address of the contract that names the proposal or a part of it."""
    threads = ok(call(ann, "GET", f"proposals/{proposal['id']}/threads"))["items"]
    reviews = ok(call(ann, "GET", f"proposals/{proposal['id']}/reviews"))["items"]
    given = {
        "proposal": proposal["id"],
        "thread": threads[0]["id"],
        "comment": threads[0]["comments"][0]["id"],
        "review": reviews[0]["id"],
    }
    contract = ok(call(ann, "GET", "openapi.json"))
    with member(browser, live, "Sten Rand", "owner", apart=True, quiet=False) as stranger:
        asked = 0
        for path, operations in contract["paths"].items():
            if not KEYS.search(path):
                continue
            address = KEYS.sub(lambda m: given[m[1]], path).removeprefix("/api/v1/")
            for method in operations:
                query = "?tab=a" if method == "delete" else ""
                status, answer = call(stranger, method.upper(), address + query, {}, '"1"')
                assert status == 404, (method, address, status, answer)
                asked += 1
        assert asked >= 20, asked
        stranger.goto(f"{live.url}/p/{proposal['id']}")
        expect(stranger.get_by_text("does not exist, or you may not see it")).to_be_visible()
        expect(stranger.get_by_test_id("review-panel")).to_have_count(0)


def test_a_merge_with_conflicts_decided_in_the_browser(live: Live) -> None:
    with (
        chromium() as browser,
        page(browser) as owner,
        member(browser, live, "Ben Falk", "editor") as ann,
    ):
        owner.goto(live.login_link())
        owner.get_by_test_id("new-design").wait_for()
        policy(owner, required_approvals=0)
        design = example(ann, "Order pipeline")
        start = design["document"]
        proposal = proposed(ann, design, with_service(start, "accept", memory_mb=1024))
        visit(ann, live, proposal)
        expect(ann.get_by_test_id("merge")).to_be_enabled()
        theirs = with_service(start, "accept", memory_mb=256)
        theirs = with_service(theirs, "orders", visibility_timeout_s=200)
        now = ok(call(owner, "GET", f"designs/{design['id']}"))
        ok(call(owner, "PUT", f"designs/{design['id']}", {"document": theirs}, now["etag"]))

        # The open page hears of it by itself.
        expect(ann.get_by_test_id("blockers")).to_contain_text("1 conflict")
        expect(ann.get_by_test_id("merge")).to_be_disabled()
        ann.get_by_test_id("conflicts-open").click()
        view = ann.get_by_test_id("conflict-view")
        expect(view.get_by_test_id("joins-by-itself")).to_contain_text("Visibility timeout")
        expect(view.get_by_test_id("merge-decided")).to_be_disabled()
        choice = view.get_by_label(re.compile("Proposed"))
        choice.focus()
        ann.keyboard.press("Space")
        expect(view.get_by_test_id("conflicts-left")).to_have_text("All decided")

        ann.reload()  # A decision is kept until it is used.
        ann.get_by_test_id("conflicts-open").click()
        expect(view.get_by_label(re.compile("Proposed"))).to_be_checked()
        expect(view.get_by_test_id("merge-decided")).to_be_enabled()
        view.get_by_test_id("merge-decided").click()
        expect(ann.get_by_test_id("merged")).to_be_visible()
        merged = ok(call(ann, "GET", f"designs/{design['id']}"))["document"]["model"]["nodes"]
        found = {n["id"]: n["service"] for n in merged}
        assert found["accept"]["memory_mb"] == 1024
        assert found["orders"]["visibility_timeout_s"] == 200


def test_a_proposal_is_brought_up_to_date_with_what_both_removed_and_changed(live: Live) -> None:
    with (
        chromium() as browser,
        page(browser) as owner,
        member(browser, live, "Cleo Marsh", "editor") as ann,
    ):
        owner.goto(live.login_link())
        owner.get_by_test_id("new-design").wait_for()
        design = example(ann, "Order pipeline")
        start = design["document"]
        removed = copy.deepcopy(with_service(start, "accept", memory_mb=1024))
        model = removed["model"]
        model["nodes"] = [n for n in model["nodes"] if n["id"] != "orders_dead"]
        model["edges"] = [e for e in model["edges"] if e["target"] != "orders_dead"]
        del removed["layout"]["positions"]["orders_dead"]
        proposal = proposed(ann, design, removed)
        theirs = with_service(start, "orders_dead", retention_s=600)
        theirs = with_service(theirs, "orders", visibility_timeout_s=200)
        now = ok(call(owner, "GET", f"designs/{design['id']}"))
        ok(call(owner, "PUT", f"designs/{design['id']}", {"document": theirs}, now["etag"]))
        visit(ann, live, proposal)
        expect(ann.locator(".proposal-about")).to_contain_text("based on revision 1")
        ann.get_by_test_id("conflicts-open").click()
        view = ann.get_by_test_id("conflict-view")
        expect(view).to_contain_text("removed on one side, changed on the other")
        expect(view.get_by_label(re.compile("In the design now: kept, with"))).to_be_visible()
        view.get_by_label("Proposed: removed").check()
        view.get_by_test_id("update-from-design").click()
        expect(view).to_have_count(0)
        expect(ann.locator(".proposal-about")).to_contain_text("based on revision 2")
        expect(ann.get_by_test_id("change-list")).to_contain_text("Orders dead letters")
        expect(ann.get_by_test_id("conflicts-open")).to_have_count(0)
        head = ok(call(ann, "GET", f"proposals/{proposal['id']}"))["document"]["model"]["nodes"]
        found = {n["id"]: n["service"] for n in head}
        assert "orders_dead" not in found
        assert found["orders"]["visibility_timeout_s"] == 200
        assert found["accept"]["memory_mb"] == 1024
