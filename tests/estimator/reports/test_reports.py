"""Reports: the figures of the engine, the decisions as they were taken, nothing from elsewhere."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designer.designs.models import Revision
from designer.proposals.models import Comment, Thread
from estimator.reports.figures import cost_waterfall
from tests.conftest import Caller, signed_in
from tests.designer.proposals.test_proposals import edited, merge, propose, push, review, save
from tests.designer.proposals.test_threads import big, fill

pytestmark = pytest.mark.django_db

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script></style></title>&{{7*7}}'
#: What an HTML page may load, run or send with.
LOADS = {"script", "link", "iframe", "object", "embed", "img", "form", "base", "video", "audio"}


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(content.decode())
        self.close()
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(caller: Caller, kind: str, pk: str, query: str = "") -> tuple[Any, Page]:
    answer = caller.get(f"{kind}/{pk}/report.html{query}")
    assert answer.status_code == 200, answer.content
    return answer, Page(answer.content)


def signed(amount: str) -> str:
    return f"{Decimal(amount):+,.2f}".replace("-", "−")


def revise(caller: Caller, design: dict[str, Any], note: str = "") -> dict[str, Any]:
    return dict(caller.post(f"designs/{design['id']}/revisions", {"note": note}).json())


def endless(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without a steady state."""
    found = copy.deepcopy(document)
    arrow = {"id": "back", "source": "handler0", "target": "queue0"}
    found["model"]["edges"].append({**arrow, "connection": {"type": "lambda_call"}})
    return found


def test_a_revision_says_what_its_estimate_says(
    owner: Caller, viewer: Caller, design: dict[str, Any]
) -> None:
    revision = revise(owner, design, "As agreed")
    report = owner.post("previews", {"document": design["document"]}).json()["report"]
    answer, page = read(viewer, "revisions", revision["id"])
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert f"{Decimal(report['bill']['total']):,.2f} USD" in page.text
    assert report["headline"]["bottleneck"]["text"] in page.text
    for line in report["bill"]["lines"]:
        assert line["title"] in page.text
        assert f"{Decimal(line['amount']):,.2f}" in page.text
        for one in line["origins"]:
            assert one["formula"] in page.text
    for path in report["paths"]:
        assert path["title"] in page.text
    for one in report["findings"]:
        assert one["message"] in page.text
    for one in report["assumptions"]:
        assert one["title"] in page.text
    for fact in (revision["model_hash"], report["input_hash"], report["price_date"], "As agreed"):
        assert fact in page.text
    assert f"engine {report['engine_version']}" in page.text
    assert "Queue 0" in page.text


def test_marks_tell_what_we_assume_from_what_the_team_stated(owner: Caller, design: Any) -> None:
    document = copy.deepcopy(design["document"])
    document["model"]["nodes"][2]["service"]["duration_ms"] = 77.0
    save(owner, design, document)
    _, page = read(owner, "revisions", revise(owner, design)["id"])
    assert re.search(r"77 ms ● stated", page.text)
    assert "○ assumed" in page.text


def test_a_report_loads_runs_and_sends_nothing(
    owner: Caller, editor: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    for kind, pk in (("revisions", revise(owner, design)["id"]), ("proposals", proposal["id"])):
        answer, page = read(owner, kind, pk)
        assert not LOADS & set(page.tags)
        sources = [v for n, v in page.attributes if n in ("src", "href", "xlink:href", "data")]
        assert all(v.startswith(("#", "https://", "http://", "data:image/svg")) for v in sources)
        assert b"url(" not in answer.content
        assert b"@import" not in answer.content
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "script" not in answer["Content-Security-Policy"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Disposition"].startswith("inline; filename=")
        kept = owner.get(f"{kind}/{pk}/report.html?download=true")
        assert kept["Content-Disposition"].startswith("attachment; filename=")
        assert kept["Content-Disposition"].endswith('.html"')
        assert owner.get(f"{kind}/{pk}/report.html?style=dark").status_code == 400


def test_hostile_names_stay_text(
    owner: Caller, editor: Caller, reviewer: Caller, reviewer_user: Any, design: dict[str, Any]
) -> None:
    reviewer_user.name = HOSTILE[:120]
    reviewer_user.save()
    document = copy.deepcopy(design["document"])
    document["name"], document["description"] = HOSTILE, HOSTILE
    document["model"]["nodes"][1]["name"] = HOSTILE[:80]
    document["layout"]["notes"] = [{"id": "n", "x": 0, "y": 0, "text": HOSTILE}]
    save(editor, design, document)
    changed = edited(document, queue_name="q-" + "x" * 8, visibility_timeout_s=60.0)
    changed["layout"]["positions"]["queue0"] = {"x": 7.0, "y": 300.0}
    proposal = propose(editor, design, title=HOSTILE, description=HOSTILE, document=changed)
    review(reviewer, proposal, "request_changes", body=HOSTILE)
    thread = {"anchor": {"on": "node", "id": "queue0"}, "body": HOSTILE}
    reviewer.post(f"proposals/{proposal['id']}/threads", thread)
    revision = revise(editor, design, HOSTILE)
    for kind, pk in (("proposals", proposal["id"]), ("revisions", revision["id"])):
        answer, page = read(owner, kind, pk)
        assert not LOADS & set(page.tags), kind
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert "49" not in re.findall(r"&(\S*)", page.text)
        assert HOSTILE in page.text
        assert b"<script" not in answer.content.lower()


def test_a_proposal_tells_both_sides_and_what_lies_between(
    editor: Caller, viewer: Caller, design: dict[str, Any]
) -> None:
    document = copy.deepcopy(design["document"])
    document["model"]["nodes"][2]["service"]["memory_mb"] = 2048
    document["layout"]["positions"]["queue0"] = {"x": 240.0, "y": 400.0}
    document["model"]["nodes"].append(
        {"id": "late", "name": "Latecomers", "service": {"type": "sqs_queue"}}
    )
    document["layout"]["positions"]["late"] = {"x": 960.0, "y": 0.0}
    arrow = {"id": "call", "source": "handler0", "target": "late"}
    document["model"]["edges"].append({**arrow, "connection": {"type": "lambda_call"}})
    proposal = propose(editor, design, document=document)
    deltas = viewer.get(f"proposals/{proposal['id']}/deltas").json()
    answer, page = read(viewer, "proposals", proposal["id"])
    cost = deltas["cost"]
    for amount in (cost["before"], cost["after"]):
        assert f"{Decimal(amount):,.2f}" in page.text
    assert signed(cost["difference"]) in page.text
    for step in cost["steps"]:
        assert page.text.count(signed(step["amount"])) >= 2, step  # As a bar, and in the table.
    assert "MB → 2,048 MB" in page.text
    for word in ("+ added", "~ changed", "↔ moved"):
        assert page.text.count(word) >= 2, word  # In the list, and on the box.
    assert 'class="box added"' in answer.content.decode()
    assert "Latecomers" in page.text
    for one in deltas["findings"]["appeared"]:
        assert one["message"] in page.text
    for path in deltas["paths"]:
        assert path["title"] in page.text


def test_decisions_are_told_with_what_they_were_taken_on(
    owner: Caller, editor: Caller, reviewer: Caller, workspace: Any, design: dict[str, Any]
) -> None:
    limits = {"budget_per_month": "0.01", "required_approvals": 1}
    owner.put(f"workspaces/{workspace.pk}/review-policy", limits, If_Match='"0"')
    proposal = propose(editor, design)
    review(reviewer, proposal, "approve", body="Fine at this load")
    push(editor, proposal, edited(design["document"], visibility_timeout_s=90.0))
    _, page = read(owner, "proposals", proposal["id"])
    assert "no: lapsed" in page.text
    assert "an earlier model" in page.text
    assert "0 of 1 approvals" in page.text
    assert "▲ broken" in page.text
    review(reviewer, proposal, "approve", body="Still fine")
    thread = {"anchor": {"on": "node", "id": "queue0"}, "body": "Why 90?"}
    started = reviewer.post(f"proposals/{proposal['id']}/threads", thread).json()
    owner.patch(f"threads/{started['id']}", {"resolved": True})
    assert merge(owner, proposal, override="Black Friday, agreed").status_code == 200
    _, page = read(owner, "proposals", proposal["id"])
    one = owner.get(f"proposals/{proposal['id']}/reviews").json()["items"][-1]
    kept = f"{Decimal(one['numbers']['after']['cost']):,.2f} USD a month (before "
    assert kept in page.text
    assert "Merged on:" in page.text
    for said in ("Fine at this load", "Still fine", "Black Friday, agreed", "0.01 USD", "Why 90?"):
        assert said in page.text
    assert "Merged by Owner" in page.text
    assert "✓ resolved by Owner" in page.text
    assert "0 open of 1." in page.text
    merged = owner.get(f"proposals/{proposal['id']}").json()["merged"]
    _, page = read(owner, "revisions", merged["id"])
    assert "Made by the merge of proposal 1" in page.text
    assert "Black Friday, agreed" in page.text


def test_reviews_that_have_no_room_are_counted_and_never_one_that_decides(
    owner: Caller,
    editor: Caller,
    reviewer: Caller,
    design: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proposal = propose(editor, design)
    review(reviewer, proposal, "approve", body="The one that counts")
    for body in ("First words", "Second words", "Last words"):
        review(owner, proposal, "comment", body=body)
    _, page = read(owner, "proposals", proposal["id"])
    assert "not listed" not in page.text
    monkeypatch.setattr("estimator.reports.decisions.MOST_REVIEWS", 2)
    _, page = read(owner, "proposals", proposal["id"])
    assert "2 older reviews not listed; those that count are." in page.text
    for body, shown in (
        ("The one that counts", True),
        ("First words", False),
        ("Second words", False),
        ("Last words", True),
    ):
        assert (body in page.text) is shown, body


def test_two_revisions_or_one_and_the_draft_are_compared(
    editor: Caller, viewer: Caller, stranger_user: Any, design: dict[str, Any]
) -> None:
    ids = []
    for delay_s in (5.0, 6.0, 7.0):
        save(editor, design, edited(design["document"], delay_s=delay_s))
        if delay_s < 7:
            ids.append(revise(editor, design, f"Delay of {delay_s:g} s")["id"])
    path = f"designs/{design['id']}/comparison.html?base={ids[0]}"
    two = Page(viewer.get(f"{path}&head={ids[1]}").content)
    assert "5 s → 6 s" in two.text
    assert "revision 1 → revision 2" in two.text
    for note in ("Delay of 5 s", "Delay of 6 s"):
        assert note in two.text
    assert "5 s → 7 s" in Page(viewer.get(path).content).text
    assert viewer.get(f"{path}&head={ids[1]}&download=true")["Content-Disposition"] == (
        'attachment; filename="orders-1-to-2.html"'
    )
    other = editor.post("designs", {"name": "Other"}).json()
    foreign = revise(editor, other)["id"]
    for wrong in (path.replace(ids[0], foreign), f"{path}&head={foreign}"):
        assert viewer.get(wrong).status_code == 404
    assert viewer.get(path.partition("?")[0]).status_code == 400
    assert signed_in(stranger_user).get(path).status_code == 404


def test_without_an_estimate_the_rest_is_told_with_the_reason(
    editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design, document=endless(design["document"]))
    review(reviewer, proposal, "request_changes", body="This never ends")
    _, page = read(reviewer, "proposals", proposal["id"])
    assert "No comparison of figures" in page.text
    assert "never ends" in page.text.replace("This never ends", "")
    assert "Handler 0 → Queue 0" in page.text
    assert "This never ends" in page.text
    save(editor, design, endless(design["document"]))
    _, page = read(reviewer, "revisions", revise(editor, design)["id"])
    assert "No estimate" in page.text
    assert "Handler 0" in page.text


def test_what_was_kept_under_older_names_is_still_drawn_and_told(
    owner: Caller, design: dict[str, Any]
) -> None:
    revision = revise(owner, design)
    nodes = [{"id": "bus", "name": "Events", "service": {"type": "cloudwatch_events"}}]
    old = {"version": 1, "name": "Nightly", "model": {"nodes": nodes}}
    Revision.objects.filter(pk=revision["id"]).update(document=old)
    assert b"Events" in owner.get(f"revisions/{revision['id']}/picture.svg").content
    _, page = read(owner, "revisions", revision["id"])
    assert "Event bus" in page.text or "EventBridge" in page.text
    compared = owner.get(f"designs/{design['id']}/comparison.html?base={revision['id']}")
    assert compared.status_code == 200


def test_an_empty_design_has_a_report(owner: Caller) -> None:
    design = owner.post("designs", {"name": "Nothing"}).json()
    _, page = read(owner, "revisions", revise(owner, design)["id"])
    assert "0.00 USD" in page.text


def test_queries_do_not_grow_with_what_was_said(
    owner: Caller, editor_user: Any, editor: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    read(owner, "proposals", proposal["id"])  # Estimated for whoever comes first.
    counts = []
    for threads in (2, 40):
        fill(proposal["id"], editor_user, threads, 3)
        with CaptureQueriesContext(connection) as asked:
            read(owner, "proposals", proposal["id"])
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 22, counts
    revision = revise(owner, design)
    with CaptureQueriesContext(connection) as asked:
        read(owner, "revisions", revision["id"])
    assert len(asked) <= 7, len(asked)


def test_thousands_of_comments_are_counted_and_not_all_printed(
    editor: Caller, editor_user: Any, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    fill(proposal["id"], editor_user, 120, 25)
    assert (Thread.objects.count(), Comment.objects.count()) == (120, 3000)
    _, page = read(editor, "proposals", proposal["id"])
    assert "120 open of 120." in page.text
    assert "20 more threads." in page.text
    assert page.text.count("5 more comments.") == 100


def test_a_large_design_is_reported_whole(editor: Caller) -> None:
    design = editor.post("designs", {"document": big(200)}).json()
    answer, page = read(editor, "revisions", revise(editor, design)["id"])
    assert page.text.count("Handler 99") >= 2
    assert len(answer.content) < 3_000_000


def test_a_holder_of_a_link_gets_no_report(
    owner: Caller, nobody: Caller, stranger_user: Any, design: dict[str, Any]
) -> None:
    revision = revise(owner, design)
    link = owner.post(f"designs/{design['id']}/shares", {"role": "comment"}).json()["link"]
    secret = link.rsplit("/", 1)[1]
    assert nobody.get(f"shared/{secret}").status_code == 200
    assert nobody.get(f"shared/{secret}/report.html").status_code == 404
    bearer = {"Authorization": f"Bearer {secret}"}
    for headers in ({}, bearer):
        answer = nobody.send("GET", f"revisions/{revision['id']}/report.html", **headers)
        assert answer.status_code == 401, answer.content
    assert (
        signed_in(stranger_user).get(f"revisions/{revision['id']}/report.html").status_code == 404
    )


def test_a_design_in_the_trash_has_none(owner: Caller, design: dict[str, Any]) -> None:
    proposal, revision = propose(owner, design), revise(owner, design)
    tag = owner.get(f"designs/{design['id']}")["ETag"]
    assert owner.delete(f"designs/{design['id']}", If_Match=tag).status_code == 204
    for path in (f"proposals/{proposal['id']}", f"revisions/{revision['id']}"):
        assert owner.get(f"{path}/report.html").status_code == 404


def test_the_bars_lead_from_one_bill_to_the_other() -> None:
    """Each bar begins where the one above ends, and their lengths are to scale."""
    amounts = [("node-added", "a<b", "20.00"), ("node-removed", "gone", "-60.00")]
    steps = [{"kind": k, "name": n, "amount": a} for k, n, a in amounts]
    drawn = cost_waterfall({"before": "100.00", "after": "60.00", "steps": steps})
    tree = ElementTree.fromstring(drawn)
    bars = [(float(e.get("x", 0)), float(e.get("width", 0))) for e in tree.iter("rect")]
    unit = bars[0][1] / 100
    spans = [(round((x - bars[0][0]) / unit), round(width / unit)) for x, width in bars]
    assert spans == [(0, 100), (40, 60), (40, 20), (0, 60)]
    texts = [e.text for e in tree.iter("text")]
    assert "▼ −60.00" in texts
    assert "a<b added" in texts
