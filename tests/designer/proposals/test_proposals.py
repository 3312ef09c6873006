"""A proposal from draft to merge: what lapses, what stays, what stands in the way."""

from __future__ import annotations

import copy
import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from designer.accounts.models import AuditEntry
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def edited(document: dict[str, Any], **config: Any) -> dict[str, Any]:
    """Return a document whose queue has other fields."""
    found = copy.deepcopy(document)
    node = next(n for n in found["model"]["nodes"] if n["id"] == "queue0")
    node["service"] |= config
    return found


def moved(document: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(document)
    found["layout"]["positions"]["queue0"] = {"x": 7.0, "y": 7.0}
    return found


def propose(caller: Caller, design: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {
        "title": "Longer timeout",
        "document": edited(design["document"], visibility_timeout_s=60.0),
        "draft": False,
        **more,
    }
    answer = caller.post(f"designs/{design['id']}/proposals", body)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def fresh(caller: Caller, proposal: dict[str, Any]) -> dict[str, Any]:
    return dict(caller.get(f"proposals/{proposal['id']}").json())


def push(caller: Caller, proposal: dict[str, Any], document: Any, tag: str | None = None) -> Any:
    tag = tag or fresh(caller, proposal)["etag"]
    return caller.put(f"proposals/{proposal['id']}/head", {"document": document}, If_Match=tag)


def review(caller: Caller, proposal: dict[str, Any], verdict: str, **more: Any) -> Any:
    body = {"verdict": verdict, "head_version": fresh(caller, proposal)["head_version"], **more}
    return caller.post(f"proposals/{proposal['id']}/reviews", body)


def merge(caller: Caller, proposal: dict[str, Any], **body: Any) -> Any:
    tag = body.pop("tag", None) or fresh(caller, proposal)["etag"]
    return caller.post(f"proposals/{proposal['id']}/merge", body, If_Match=tag)


def actions_of(proposal: dict[str, Any]) -> list[str]:
    rows = AuditEntry.objects.filter(object_id=proposal["id"]).order_by("at", "pk")
    return list(rows.values_list("action", flat=True))


def test_the_whole_story(
    editor: Caller, reviewer: Caller, viewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design, draft=True)
    assert (proposal["state"], proposal["number"]) == ("draft", 1)
    assert editor.post(f"proposals/{proposal['id']}/open").json()["state"] == "open"
    diff = viewer.get(f"proposals/{proposal['id']}/diff").json()
    assert [f["after"] for f in diff["nodes"][0]["fields"]] == [60.0]
    assert review(reviewer, proposal, "request_changes", body="Why 60?").status_code == 201
    assert fresh(viewer, proposal)["state"] == "changes_requested"
    document = edited(design["document"], visibility_timeout_s=90.0)
    assert push(editor, proposal, document).json()["head_version"] == 2
    assert review(reviewer, proposal, "approve").status_code == 201
    assert fresh(viewer, proposal)["approvals"] == {"have": 1, "required": 1}
    done = merge(editor, proposal)
    assert done.status_code == 200, done.content
    assert (done.json()["state"], done.json()["merged"]["number"]) == ("merged", 2)
    now = viewer.get(f"designs/{design['id']}").json()["document"]
    assert now["model"]["nodes"][1]["service"]["visibility_timeout_s"] == 90.0
    assert actions_of(proposal) == [
        *("proposal.create", "proposal.open", "review.request_changes", "proposal.push"),
        *("review.approve", "proposal.merge"),
    ]
    entry = AuditEntry.objects.get(action="proposal.merge")
    assert entry.before_hash != entry.after_hash


def test_an_approval_lapses_with_the_model_not_with_a_box(
    editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    review(reviewer, proposal, "approve")
    assert push(editor, proposal, moved(proposal["document"])).json()["state"] == "approved"
    changed = edited(proposal["document"], visibility_timeout_s=61.0)
    after = push(editor, proposal, changed).json()
    assert (after["state"], after["approvals"]["have"]) == ("open", 0)
    assert after["reviewers"][0]["lapsed"]
    back = push(editor, proposal, proposal["document"]).json()
    assert back["approvals"]["have"] == 0  # What lapsed stays so.


def test_one_does_not_approve_ones_own(owner: Caller, workspace: Any, design: Any) -> None:
    proposal = propose(owner, design)
    answer = review(owner, proposal, "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "own-approval")
    path = f"workspaces/{workspace.pk}/review-policy"
    tag = owner.get(path)["ETag"]
    assert owner.put(path, {"own_approval": True}, If_Match=tag).status_code == 200
    assert review(owner, proposal, "approve").status_code == 201
    assert merge(owner, proposal).status_code == 200


def test_merging_twice_a_stale_head_and_work_on_what_is_over_are_clear(
    editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    stale = push(editor, proposal, moved(design["document"]), tag='"99"')
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    assert stale.json()["current_etag"] == proposal["etag"]
    body = {"verdict": "approve", "head_version": 7}
    answer = reviewer.post(f"proposals/{proposal['id']}/reviews", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale-head")
    assert editor.post(f"proposals/{proposal['id']}/merge", {}).status_code == 428
    early = merge(editor, proposal)
    assert (early.status_code, early.json()["code"]) == (409, "approvals-missing")
    review(reviewer, proposal, "approve")
    assert merge(editor, proposal, tag=proposal["etag"]).status_code == 412
    assert merge(editor, proposal).status_code == 200
    for answer in (
        merge(editor, proposal),
        push(editor, proposal, design["document"]),
        review(reviewer, proposal, "approve"),
        editor.post(f"proposals/{proposal['id']}/withdraw"),
        editor.post(f"proposals/{proposal['id']}/open"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "already-merged")


def test_withdrawn_can_be_opened_again(editor: Caller, reviewer: Caller, design: Any) -> None:
    proposal = propose(editor, design)
    assert editor.post(f"proposals/{proposal['id']}/withdraw").json()["state"] == "withdrawn"
    assert push(editor, proposal, design["document"]).json()["code"] == "withdrawn"
    assert editor.post(f"proposals/{proposal['id']}/open").json()["state"] == "open"


def test_an_empty_head_does_not_replace_a_drawing(editor: Caller, design: Any) -> None:
    answer = push(editor, propose(editor, design), documents.empty())
    assert (answer.status_code, answer.json()["code"]) == (409, "would-erase")


def save(caller: Caller, design: dict[str, Any], document: dict[str, Any]) -> None:
    tag = caller.get(f"designs/{design['id']}")["ETag"]
    answer = caller.put(f"designs/{design['id']}", {"document": document}, If_Match=tag)
    assert answer.status_code == 200, answer.content


def test_a_design_that_moved_on_is_joined(editor: Caller, reviewer: Caller, design: Any) -> None:
    proposal = propose(editor, design)
    save(reviewer, design, edited(design["document"], delay_s=5.0))
    review(reviewer, proposal, "approve")
    outlook = editor.get(f"proposals/{proposal['id']}/merge").json()
    assert (outlook["mergeable"], outlook["moved_on"]) == (True, True)
    assert merge(editor, proposal).status_code == 200
    queue = editor.get(f"designs/{design['id']}").json()["document"]["model"]["nodes"][1]
    assert queue["service"]["delay_s"] == 5.0
    assert queue["service"]["visibility_timeout_s"] == 60.0


def test_conflicts_are_listed_field_by_field_and_decided(
    editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    save(reviewer, design, edited(design["document"], visibility_timeout_s=300.0))
    review(reviewer, proposal, "approve")
    refused = merge(editor, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "merge-conflicts")
    (conflict,) = refused.json()["conflicts"]
    assert [conflict[k] for k in ("base", "current", "incoming")] == [30.0, 300.0, 60.0]
    assert merge(editor, proposal, decisions={conflict["key"]: "incoming"}).status_code == 200
    queue = editor.get(f"designs/{design['id']}").json()["document"]["model"]["nodes"][1]
    assert queue["service"]["visibility_timeout_s"] == 60.0


def test_bringing_a_proposal_up_to_date_moves_its_base(
    editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    save(reviewer, design, edited(design["document"], delay_s=5.0))
    tag = fresh(editor, proposal)["etag"]
    answer = editor.post(f"proposals/{proposal['id']}/update", {}, If_Match=tag)
    assert answer.status_code == 200, answer.content
    after = answer.json()
    assert after["base"]["number"] == 2
    assert after["base_document"]["model"]["nodes"][1]["service"]["delay_s"] == 5.0
    assert not editor.get(f"proposals/{proposal['id']}/merge").json()["moved_on"]


def test_a_broken_guardrail_blocks_and_an_owners_reason_is_kept(
    owner: Caller, editor: Caller, reviewer: Caller, workspace: Any, design: Any
) -> None:
    path = f"workspaces/{workspace.pk}/review-policy"
    limits = {"budget_per_month": "0.01", "headroom_ratio": 0.1, "no_error_findings": False}
    assert owner.put(path, limits, If_Match=owner.get(path)["ETag"]).status_code == 200
    proposal = propose(editor, design)
    review(reviewer, proposal, "approve")
    refused = merge(editor, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "guardrail-broken")
    broken = [g for g in refused.json()["guardrails"] if g["broken"]]
    assert [g["id"] for g in broken] == ["budget-per-month"]
    assert editor.get(f"proposals/{proposal['id']}/merge").json()["overridable"]
    assert merge(editor, proposal, override="I want it").status_code == 403
    done = merge(owner, proposal, override="Black Friday; agreed with finance")
    assert done.status_code == 200, done.content
    assert done.json()["override"] == "Black Friday; agreed with finance"
    note = AuditEntry.objects.get(action="guardrail.override").note
    assert "Black Friday" in note
    assert "0.01 USD" in note


def test_an_override_does_not_stand_in_for_approvals(
    owner: Caller, editor: Caller, workspace: Any, design: Any
) -> None:
    path = f"workspaces/{workspace.pk}/review-policy"
    assert owner.put(path, {"budget_per_month": "0.01"}, If_Match='"0"').status_code == 200
    answer = merge(owner, propose(editor, design), override="I am the owner")
    assert (answer.status_code, answer.json()["code"]) == (409, "approvals-missing")
    assert not AuditEntry.objects.filter(action="guardrail.override").exists()


def test_only_who_saw_the_newest_policy_changes_it(owner: Caller, workspace: Any) -> None:
    path = f"workspaces/{workspace.pk}/review-policy"
    assert owner.put(path, {"required_approvals": 2}, If_Match='"0"')["ETag"] == '"1"'
    for stale in ('"0"', '"7"'):
        answer = owner.put(path, {"required_approvals": 0}, If_Match=stale)
        assert (answer.status_code, answer.json()["current_etag"]) == (412, '"1"')
    assert owner.get(path).json()["required_approvals"] == 2
    assert owner.put(path, {"required_approvals": 30}, If_Match='"1"').status_code == 422


def test_deltas_sum_up_and_come_from_the_store_the_second_time(
    viewer: Caller, editor: Caller, design: Any
) -> None:
    document = copy.deepcopy(design["document"])
    document["model"]["nodes"][2]["service"]["memory_mb"] = 1024
    proposal = propose(editor, design, document=document)
    first = viewer.get(f"proposals/{proposal['id']}/deltas?include=charts")
    assert first.status_code == 200, first.content
    cost = first.json()["cost"]
    assert sum(float(s["amount"]) for s in cost["steps"]) == pytest.approx(
        float(cost["difference"])
    )
    (bars,) = first.json()["charts"]["cost"]["data"]
    ends = [base + amount for base, amount in zip(bars["base"], bars["x"], strict=True)]
    assert bars["base"][1:-1] == pytest.approx(ends[:-2])
    assert ends[-2:] == pytest.approx([float(cost["after"])] * 2)
    began = time.perf_counter()
    second = viewer.get(f"proposals/{proposal['id']}/deltas")
    assert time.perf_counter() - began < 0.2
    assert second.json()["cost"] == cost


def test_a_design_without_a_steady_state_says_so_and_breaks_limits(
    owner: Caller, editor: Caller, workspace: Any, design: Any
) -> None:
    path = f"workspaces/{workspace.pk}/review-policy"
    owner.put(path, {"budget_per_month": "1000"}, If_Match='"0"')
    loop = copy.deepcopy(design["document"])
    arrow = {"id": "back", "source": "handler0", "target": "queue0"}
    loop["model"]["edges"].append({**arrow, "connection": {"type": "lambda_call"}})
    proposal = propose(editor, design, document=loop)
    answer = editor.get(f"proposals/{proposal['id']}/deltas")
    assert answer.json()["problem"]["code"] == "unstable"
    assert (answer.json()["side"], "after" in answer.json()) == ("after", False)
    assert float(answer.json()["before"]["headline"]["monthly_cost"]) > 0
    (limit,) = editor.get(f"proposals/{proposal['id']}/merge").json()["guardrails"]
    assert limit["broken"]
    assert "never ends" in limit["text"]


def test_two_pushes_from_one_head_are_joined(editor: Caller, design: Any) -> None:
    start = design["document"]
    mine, theirs = copy.deepcopy(start), copy.deepcopy(start)
    mine["model"]["nodes"][2]["service"]["memory_mb"] = 1024
    theirs["model"]["nodes"][1]["name"] = "Named by them"
    proposal = propose(editor, design, document=start)
    path = f"proposals/{proposal['id']}/head"
    pushed = editor.put(path, {"document": theirs}, If_Match=proposal["etag"])
    assert pushed.status_code == 200, pushed.content
    late = editor.put(path, {"document": mine}, If_Match=proposal["etag"])
    assert late.status_code == 412
    joined = editor.post(f"{path}/merge", {"base_document": start, "document": mine}).json()
    assert joined["clean"]
    assert joined["current_etag"] == pushed["ETag"]
    nodes = joined["document"]["model"]["nodes"]
    assert nodes[1]["name"] == "Named by them"
    assert nodes[2]["service"]["memory_mb"] == 1024
    done = editor.put(path, {"document": joined["document"]}, If_Match=joined["current_etag"])
    assert done.status_code == 200, done.content


def test_people_who_may_not_review_are_not_asked_to(
    editor: Caller, viewer_user: Any, reviewer_user: Any, stranger_user: Any, design: Any
) -> None:
    for user in (viewer_user, stranger_user):
        body = {"title": "T", "reviewers": [user.pk]}
        answer = editor.post(f"designs/{design['id']}/proposals", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not-a-reviewer")
    assert propose(editor, design, reviewers=[reviewer_user.pk])["reviewers"][0]["asked"]


def test_an_owner_dismisses_a_review_with_a_reason(
    owner: Caller, editor: Caller, reviewer: Caller, design: Any
) -> None:
    proposal = propose(editor, design)
    said = review(reviewer, proposal, "request_changes").json()
    path = f"reviews/{said['id']}/dismiss"
    assert reviewer.post(path, {"reason": "me"}).status_code == 403
    assert owner.post(path, {"reason": "on leave"}).json()["dismissed_why"] == "on leave"
    assert fresh(editor, proposal)["state"] == "open"


def test_a_write_answers_what_a_read_would_without_reading_again(
    editor: Caller, reviewer: Caller, reviewer_user: Any, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design, reviewers=[reviewer_user.pk])
    assert proposal == fresh(editor, proposal)
    path = f"proposals/{proposal['id']}"
    suggestion = [{"op": "remove", "part": "nodes", "id": "queue0"}]
    place = {"anchor": {"on": "node", "id": "queue0"}, "body": "Why?", "suggestion": suggestion}
    said = reviewer.post(f"{path}/threads", place).json()["comments"][0]
    save(editor, design, edited(design["document"], delay_s=5.0))

    def answered(send: Any) -> dict[str, Any]:
        tag = fresh(editor, proposal)["etag"]
        with CaptureQueriesContext(connection) as asked:
            answer = send(tag)
        assert answer.status_code == 200, answer.content
        heads = [q for q in asked if re.match(r'SELECT .*"proposals_proposal"."head"', q["sql"])]
        assert len(heads) == 1
        body: dict[str, Any] = answer.json()
        assert body == fresh(editor, proposal)
        assert answer["ETag"] == body["etag"]
        return body

    longer = edited(design["document"], visibility_timeout_s=90.0)
    pushed = answered(lambda tag: push(editor, proposal, longer, tag))
    assert (pushed["head_version"], pushed["head_by"]["name"]) == (2, "Editor")
    updated = answered(lambda tag: editor.post(f"{path}/update", {}, If_Match=tag))
    assert updated["base"]["number"] == 2
    suggested = f"comments/{said['id']}/apply"
    applied = answered(lambda tag: editor.post(suggested, {}, If_Match=tag))
    assert (applied["threads"]["orphaned"], applied["talk"]) == (1, 3)
    review(reviewer, proposal, "approve")
    merged = answered(lambda tag: merge(editor, proposal, tag=tag))
    assert (merged["state"], merged["merged"]["number"]) == ("merged", 3)


def test_lists_filter_and_ask_the_database_little(
    editor: Caller, viewer: Caller, editor_user: Any, design: Any
) -> None:
    for _ in range(3):
        propose(editor, design)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(viewer.get("proposals?state=open").json()["items"]) == 3
    for _ in range(3):
        propose(editor, design)
    with CaptureQueriesContext(connection) as more:
        items = viewer.get(f"proposals?author={editor_user.pk}&design={design['id']}").json()
    assert len(items["items"]) == 6
    assert len(more) <= len(few) + 1 <= 7
    assert viewer.get("proposals?state=merged").json()["items"] == []


def test_revisions_are_compared_with_each_other_and_with_the_draft(
    viewer: Caller, editor: Caller, design: dict[str, Any]
) -> None:
    ids = []
    for delay_s in (5.0, 6.0):
        save(editor, design, edited(design["document"], delay_s=delay_s))
        ids.append(editor.post(f"designs/{design['id']}/revisions").json()["id"])
    path = f"designs/{design['id']}/diff"
    (node,) = viewer.get(f"{path}?base={ids[0]}&head={ids[1]}").json()["nodes"]
    assert [(f["before"], f["after"]) for f in node["fields"]] == [(5.0, 6.0)]
    assert viewer.get(f"{path}?base={ids[1]}").json()["same"]
    assert viewer.get(f"{path}?base=rev_00000000000000000000").status_code == 404
    assert viewer.get(path).status_code == 400


def test_whoever_wrote_a_part_does_not_approve_it(
    owner: Caller, editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    proposal = propose(editor, design)
    push(owner, proposal, edited(design["document"], visibility_timeout_s=90.0))
    push(editor, proposal, edited(design["document"], visibility_timeout_s=91.0))
    answer = review(owner, proposal, "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "own-approval")
    push(reviewer, proposal, moved(edited(design["document"], visibility_timeout_s=91.0)))
    assert review(reviewer, proposal, "approve").status_code == 201  # Moving boxes is no part.


def test_a_review_and_a_merge_keep_the_figures_they_were_made_on(
    editor: Caller, reviewer: Caller, viewer: Caller, design: dict[str, Any]
) -> None:
    document = copy.deepcopy(design["document"])
    document["model"]["nodes"][2]["service"]["memory_mb"] = 2048
    proposal = propose(editor, design, document=document)
    first = review(reviewer, proposal, "approve").json()["numbers"]
    deltas = viewer.get(f"proposals/{proposal['id']}/deltas").json()
    assert first["after"]["cost"] == deltas["cost"]["after"]
    assert first["before"]["cost"] == deltas["cost"]["before"]
    head = deltas["after"]["headline"]
    assert first["after"]["completion_p99_s"] == head["completion"]["p99_s"]
    assert first["after"]["max_rate_per_s"] == head["max_rate_per_s"]
    assert first["price_date"] == deltas["after"]["price_date"]
    document["model"]["nodes"][2]["service"]["memory_mb"] = 512
    push(editor, proposal, document)
    second = review(reviewer, proposal, "approve").json()["numbers"]
    assert second["after"]["cost"] != first["after"]["cost"]
    newest, earlier = viewer.get(f"proposals/{proposal['id']}/reviews").json()["items"]
    assert (newest["numbers"], earlier["numbers"]) == (second, first)
    done = merge(editor, proposal).json()
    assert done["merged_numbers"]["after"]["cost"] == second["after"]["cost"]


def test_what_has_no_estimate_is_decided_on_with_the_reason(
    editor: Caller, reviewer: Caller, design: dict[str, Any]
) -> None:
    loop = copy.deepcopy(design["document"])
    arrow = {"id": "back", "source": "handler0", "target": "queue0"}
    loop["model"]["edges"].append({**arrow, "connection": {"type": "lambda_call"}})
    numbers = review(reviewer, propose(editor, design, document=loop), "approve").json()["numbers"]
    assert numbers["after"] is None
    assert numbers["before"]["cost"]
    assert "never ends" in numbers["problem"]


def test_reviews_count_while_their_people_may_review(
    owner: Caller, editor: Caller, reviewer: Caller, reviewer_user: Any, workspace: Any, design: Any
) -> None:
    path = f"workspaces/{workspace.pk}/members/{reviewer_user.memberships.get().pk}"
    approved, refused = propose(editor, design), propose(editor, design)
    review(reviewer, approved, "approve")
    review(reviewer, refused, "request_changes")
    assert fresh(editor, refused)["state"] == "changes_requested"
    tag = fresh(editor, approved)["etag"]
    assert owner.patch(path, {"role": "viewer"}).status_code == 200
    after = fresh(editor, approved)
    assert (after["state"], after["approvals"]["have"]) == ("open", 0)
    assert after["etag"] != tag
    (said,) = editor.get(f"proposals/{approved['id']}/reviews").json()["items"]
    assert not said["counts"]
    assert merge(editor, approved).json()["code"] == "approvals-missing"
    assert fresh(editor, refused)["state"] == "open"
    owner.patch(path, {"role": "owner"})
    assert fresh(editor, approved)["state"] == "approved"
    assert owner.delete(path).status_code == 204
    assert fresh(editor, approved)["approvals"]["have"] == 0
    assert fresh(editor, approved)["state"] == "open"
    report = owner.get(f"proposals/{approved['id']}/report.html").content
    assert b"may no longer review here" in report


def test_another_policy_says_anew_what_is_approved(
    owner: Caller, editor: Caller, reviewer: Caller, workspace: Any, design: Any
) -> None:
    proposal, path = propose(editor, design), f"workspaces/{workspace.pk}/review-policy"
    review(reviewer, proposal, "approve")
    assert fresh(editor, proposal)["state"] == "approved"
    owner.put(path, {"required_approvals": 2}, If_Match='"0"')
    assert fresh(editor, proposal)["state"] == "open"
    owner.put(path, {"required_approvals": 1}, If_Match='"1"')
    assert fresh(editor, proposal)["state"] == "approved"
