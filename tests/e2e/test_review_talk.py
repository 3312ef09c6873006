"""What people say on a proposal: suggestions, orphans, roles, many comments, a push meanwhile."""

from __future__ import annotations

import copy
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import NARROW, chromium, node
from tests.e2e.people import call, example, member
from tests.e2e.test_review_story import ok, proposed, say_on, visit, with_service
from tests.servers import Live

pytestmark = [pytest.mark.e2e, pytest.mark.services]


def pushed(tab: Page, proposal: dict[str, Any], document: Any) -> None:
    now = ok(call(tab, "GET", f"proposals/{proposal['id']}"))
    ok(call(tab, "PUT", f"proposals/{proposal['id']}/head", {"document": document}, now["etag"]))


def without(document: dict[str, Any], node_id: str) -> dict[str, Any]:
    found = copy.deepcopy(document)
    model = found["model"]
    model["nodes"] = [n for n in model["nodes"] if n["id"] != node_id]
    model["edges"] = [e for e in model["edges"] if node_id not in (e["source"], e["target"])]
    found["layout"]["positions"].pop(node_id, None)
    return found


def suggest_memory(tab: Page) -> None:
    """Suggest a value in the node's own form, from the menu of the picture."""
    node(tab, "accept").click(button="right")
    tab.get_by_test_id("menu-suggest").click()
    dialog = tab.get_by_role("dialog")
    box = dialog.get_by_test_id("field-memory_mb").locator("input")
    box.fill("768")
    box.press("Tab")
    expect(dialog.get_by_test_id("suggestion-steps")).to_contain_text("768 MB")
    dialog.get_by_test_id("suggest-done").click()
    begun = tab.get_by_test_id("thread-begun")
    begun.get_by_test_id("comment-text").fill("This much is enough.")
    begun.get_by_test_id("comment-send").click()
    expect(begun).to_have_count(0)


def test_suggestions_replies_and_what_is_left_of_a_deleted_place(live: Live) -> None:
    with (
        chromium() as browser,
        member(browser, live, "Dana Holm", "editor") as ann,
        member(browser, live, "Mara Lind", "reviewer") as rita,
    ):
        design = example(ann, "Order pipeline")
        start = with_service(design["document"], "accept", memory_mb=1024)
        proposal = proposed(ann, design, start)
        visit(ann, live, proposal)
        visit(rita, live, proposal)
        suggest_memory(rita)
        ann.get_by_test_id("pin-accept").click()
        expect(ann.get_by_test_id("suggestion-steps")).to_contain_text("1\u202f024 MB")
        ann.get_by_test_id("suggestion-apply").click()
        expect(ann.get_by_text("Applied")).to_be_visible()
        expect(rita.get_by_text("Applied")).to_be_visible()
        expect(rita.get_by_test_id("change-nodes/accept")).to_contain_text("768 MB")

        ann.get_by_test_id("comment-text").fill("Thank you, @mara")
        ann.get_by_role("listbox", name="People").get_by_role("option").first.click()
        ann.get_by_test_id("comment-send").click()
        expect(rita.locator(".mention.me")).to_have_text("@Mara Lind")
        ann.get_by_role("button", name="Edit", exact=True).click()
        saying = ann.get_by_label("Your comment")
        saying.fill("Thanks, @Mara Lind.")
        ann.get_by_role("button", name="Save", exact=True).click()
        expect(ann.get_by_text("Thanks, ")).to_be_visible()
        ann.get_by_test_id("thread-resolve").click()
        expect(rita.get_by_test_id("threads-resolved")).to_contain_text("1")
        expect(ann.get_by_test_id("pin-accept")).to_have_count(0)

        say_on(rita, "orders_dead", "Who reads these?")
        pushed(ann, proposal, without(start, "orders_dead"))
        expect(rita.get_by_test_id("pin-orders_dead")).to_have_count(0)
        rita.get_by_test_id("threads-orphaned").click()
        orphan = rita.locator(".thread.orphaned")
        expect(orphan).to_contain_text("Orders dead letters")
        expect(orphan).to_contain_text("deleted since")
        orphan.locator(".thread-place").click()
        orphan.get_by_test_id("comment-text").fill("Then all is well.")
        orphan.get_by_test_id("comment-send").click()
        expect(orphan.get_by_text("Then all is well.")).to_be_visible()


def test_a_push_meanwhile_has_to_be_looked_at_before_a_review(live: Live) -> None:
    with (
        chromium() as browser,
        member(browser, live, "Emil Roy", "editor") as ann,
        member(browser, live, "Nora Beck", "reviewer") as rita,
    ):
        design = example(ann, "Order pipeline")
        start = with_service(design["document"], "accept", memory_mb=1024)
        proposal = proposed(ann, design, start)
        visit(rita, live, proposal)
        rita.get_by_test_id("review-open").click()
        rita.get_by_test_id("review-text").fill("Fine by me.")
        began = time.monotonic()
        pushed(ann, proposal, with_service(start, "accept", memory_mb=2048))
        stale = rita.get_by_test_id("review-stale")
        expect(stale).to_contain_text("you looked at version 1, it is at 2 now")
        assert time.monotonic() - began < 8  # Within two seconds; on a busy machine, some more.
        expect(rita.get_by_test_id("review-send")).to_be_disabled()
        expect(rita.get_by_test_id("change-nodes/accept")).to_contain_text("2\u202f048 MB")
        stale.get_by_role("button").click()
        expect(rita.get_by_test_id("review-text")).to_have_value("Fine by me.")
        rita.get_by_test_id("review-send").click()
        expect(rita.get_by_test_id("approvals")).to_contain_text("1 of 1")
        row = rita.locator("[data-testid^=review-rvw_]")
        expect(row).to_contain_text(re.compile(r"approved version 2.*/mo", re.DOTALL))
        pushed(ann, proposal, with_service(start, "accept", memory_mb=512))
        expect(row).to_contain_text("lapsed: the model changed")
        expect(rita.locator("[data-standing=lapsed]")).to_contain_text("the model changed since")


FILL = """
from designer.proposals.models import Comment, Thread
thread = Thread.objects.get(pk="{thread}")
Comment.objects.bulk_create(
    Comment(thread=thread, author_id="{author}", body=f"Comment {{i}} of many") for i in range({n})
)
"""


def test_ten_thousand_comments_are_read_page_by_page_in_any_role(live: Live) -> None:
    with (
        chromium() as browser,
        member(browser, live, "Finn Dahl", "editor") as ann,
        member(browser, live, "Vera Lind", "viewer") as vera,
        member(browser, live, "Carl Ek", "commenter", viewport=NARROW) as carl,
    ):
        design = example(ann, "Order pipeline")
        changed = with_service(design["document"], "accept", memory_mb=1024)
        proposal = proposed(ann, design, changed)
        said = {"anchor": {"on": "node", "id": "accept"}, "body": "Why?"}
        thread = ok(call(ann, "POST", f"proposals/{proposal['id']}/threads", said))
        author = ok(call(ann, "GET", "me"))["user"]["id"]
        live.installation.python(FILL.format(thread=thread["id"], author=author, n=9_999))
        visit(vera, live, proposal)
        began = time.monotonic()
        vera.get_by_test_id("pin-accept").click()
        more = vera.get_by_test_id("more-comments")
        expect(more).to_contain_text("of 9\u202f997 comments")
        more.click()
        expect(vera.locator("article.comment")).to_have_count(50)
        more.click()
        expect(vera.locator("article.comment")).to_have_count(100)
        assert time.monotonic() - began < 10
        for control in ("comment-text", "thread-new", "thread-arm", "thread-resolve", "suggest"):
            expect(vera.get_by_test_id(control)).to_have_count(0)
        vera.get_by_test_id("panel-decision").click()
        for control in ("review-open", "merge", "override-open", "proposal-edit"):
            expect(vera.get_by_test_id(control)).to_have_count(0)

        visit(carl, live, proposal)
        expect(carl.get_by_test_id("merge")).to_have_count(0)
        expect(carl.get_by_test_id("review-open")).to_have_count(0)
        carl.get_by_test_id("panel-threads").click()
        carl.locator(".thread-place").click()
        carl.get_by_test_id("comment-text").fill("Said on a phone")
        carl.get_by_test_id("comment-send").click()
        expect(carl.get_by_text("Said on a phone")).to_be_visible()
        expect(carl.get_by_test_id("more-comments")).to_contain_text("of 9\u202f997 comments")
        assert carl.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_refusals_are_said_in_words_and_a_notice_leads_to_its_thread(live: Live) -> None:
    # What is refused answers 409 or 412, which the console tells.
    with (
        chromium() as browser,
        member(browser, live, "Gwen Ortiz", "owner", quiet=False) as gwen,
        member(browser, live, "Hugo Lam", "owner", quiet=False) as hugo,
    ):
        design = example(gwen, "Order pipeline")
        changed = with_service(design["document"], "accept", memory_mb=1024)
        proposal = proposed(gwen, design, changed)
        base = f"proposals/{proposal['id']}"
        for i in range(25):  # More than a page: the one that is named is on none that was read.
            said = {"anchor": {"on": "proposal"}, "body": f"Thread {i}"}
            last = ok(call(hugo, "POST", f"{base}/threads", said))
        gwen.reload()
        gwen.get_by_test_id("bell").click()
        gwen.get_by_role("menuitem").first.click()
        expect(gwen.get_by_test_id(f"thread-{last['id']}")).to_contain_text("Thread 24")

        # A server without a free stream is asked instead.
        gwen.route("**/events", lambda route: route.fulfill(status=503, body="{}"))
        gwen.reload()
        expect(gwen.get_by_test_id(f"thread-{last['id']}")).to_be_visible()
        ok(call(hugo, "POST", f"threads/{last['id']}/comments", {"body": "Heard all the same"}))
        expect(gwen.get_by_text("Heard all the same")).to_be_visible(timeout=8000)

        gwen.get_by_test_id("panel-decision").click()
        gwen.get_by_test_id("review-open").click()
        gwen.get_by_test_id("review-send").click()
        form = gwen.get_by_test_id("review-form")
        expect(form).to_contain_text("the workspace asks somebody else to approve it")
        form.get_by_role("button", name="Cancel").click()

        review = {"verdict": "approve", "head_version": 1}
        ok(call(hugo, "POST", f"{base}/reviews", review))
        expect(gwen.get_by_test_id("merge")).to_be_enabled()
        gwen.route("**/presence*", lambda route: route.abort())
        gwen.route("**/events", lambda route: route.abort())
        gwen.reload()  # Now nothing is heard of what others do.
        gwen.get_by_test_id("panel-decision").click()
        expect(gwen.get_by_test_id("merge")).to_be_enabled()
        tag = ok(call(hugo, "GET", base))["etag"]
        ok(call(hugo, "POST", f"{base}/merge", {}, tag))
        gwen.get_by_test_id("merge").click()
        expect(gwen.get_by_test_id("merged")).to_contain_text("Hugo Lam merged this")
