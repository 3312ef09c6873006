"""Three-way merge: nobody's work is lost, whoever merges whom."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designer import document as documents
from designer.document import Design, design_hash, merge
from designer.document.tree import plain
from tests.designer.document.drawing import BASE, base_document, work

OTHER = {"current": "incoming", "incoming": "current"}
many = settings(max_examples=80, deadline=None)


def elements(tree: dict[str, Any], part: str) -> dict[str, Any]:
    return {element["id"]: element for element in tree["model"][part]}


def edited(change: Any) -> Design:
    doc = base_document()
    change(doc)
    return documents.load(doc)


@many
@given(work())
def test_merging_the_same_twice_or_with_nothing_is_that(x: Design) -> None:
    for current, incoming in ((x, x), (BASE, x), (x, BASE)):
        merged = merge(BASE, current, incoming)
        assert merged.clean
        assert merged.design == x
        assert merged.renamed == ()


@many
@given(work(), work())
def test_what_only_one_side_touched_is_as_that_side_has_it(x: Design, y: Design) -> None:
    merged = merge(BASE, x, y)
    names = {(one.part, one.id): one.to for one in merged.renamed}
    for part in ("nodes", "edges"):
        base, out = elements(plain(BASE), part), elements(merged.document, part)
        sides = elements(plain(x), part), elements(plain(y), part)
        disputed = {c.id for c in merged.conflicts if c.part == part}
        for side, (mine, other) in enumerate((sides, sides[::-1])):
            for key, element in mine.items():
                if key in disputed or element == base.get(key):
                    continue
                if other.get(key) == base.get(key):  # Only this side touched it.
                    ends = {
                        end: names.get(("nodes", element[end]), element[end])
                        for end in ("source", "target")
                        if part == "edges" and side == 1
                    }
                    assert out[key] == element | ends
                elif key not in base and side == 1:  # Both added one of this id.
                    assert names.get((part, key), key) in out
                else:
                    assert key in out


@many
@given(work(), work())
def test_nothing_that_both_sides_have_goes_and_nothing_comes_from_nowhere(
    x: Design, y: Design
) -> None:
    merged = merge(BASE, x, y)
    for part in ("nodes", "edges"):
        mine, yours = elements(plain(x), part), elements(plain(y), part)
        out = elements(merged.document, part)
        assert set(mine) & set(yours) <= set(out)
        assert set(out) <= set(mine) | set(yours) | {r.to for r in merged.renamed}


@many
@given(work(), work(), st.sampled_from(("current", "incoming")))
def test_it_is_symmetric_up_to_the_sides_of_conflicts(x: Design, y: Design, side: Any) -> None:
    there, back = merge(BASE, x, y), merge(BASE, y, x)
    assume(not there.renamed)  # Which of two additions takes the new id depends on who came later.
    assert not back.renamed
    assert {c.key: (c.kind, str(c.current), str(c.incoming)) for c in there.conflicts} == {
        c.key: (c.kind, str(c.incoming), str(c.current)) for c in back.conflicts
    }
    one = merge(BASE, x, y, {c.key: side for c in there.conflicts})
    other = merge(BASE, y, x, {c.key: OTHER[side] for c in back.conflicts})
    assert (one.design is None) == (other.design is None)
    if one.design and other.design:
        assert design_hash(one.design) == design_hash(other.design)


@many
@given(work(), work())
def test_renamed_additions_are_the_same_things_either_way(x: Design, y: Design) -> None:
    there, back = merge(BASE, x, y), merge(BASE, y, x)
    assert len(there.renamed) == len(back.renamed)

    def things(document: dict[str, Any]) -> Counter[str]:
        return Counter(str((n["name"], n["service"]["type"])) for n in document["model"]["nodes"])

    if not there.conflicts:
        assert things(there.document) == things(back.document)


@many
@given(work(), work(), st.randoms(use_true_random=False))
def test_every_conflict_can_be_decided_and_the_result_loads_or_says_what_does_not(
    x: Design, y: Design, random: Any
) -> None:
    merged = merge(BASE, x, y)
    decisions = {c.key: random.choice(("current", "incoming")) for c in merged.conflicts}
    decided = merge(BASE, x, y, decisions)
    assert not decided.conflicts
    assert set(decided.decided) == set(decisions)
    for one in (merged, decided):
        assert (one.design is None) == bool(one.problems)
        assert all(problem.message for problem in one.problems)
        if one.design:
            assert documents.load(documents.dump(one.design)) == one.design


def test_a_deleted_box_that_somebody_else_wired_stays_until_it_is_decided() -> None:
    def delete_table(doc: Any) -> None:
        doc["model"]["nodes"].pop()
        doc["model"]["edges"].pop()
        doc["layout"]["positions"].pop("table")

    def wire_table(doc: Any) -> None:
        doc["model"]["nodes"].append({"id": "fn2", "service": {"type": "lambda_function"}})
        arrow = {"id": "e9", "source": "fn2", "target": "table"}
        doc["model"]["edges"].append({**arrow, "connection": {"type": "lambda_call"}})

    current, incoming = edited(delete_table), edited(wire_table)
    merged = merge(BASE, current, incoming)
    (conflict,) = merged.conflicts
    assert (conflict.kind, conflict.id, conflict.edges) == ("removed-changed", "table", ("e9",))
    assert {"e3", "e9"} <= set(elements(merged.document, "edges"))
    kept = merge(BASE, current, incoming, {conflict.key: "incoming"})
    assert kept.clean
    assert {"e3", "e9"} <= set(elements(kept.document, "edges"))
    gone = merge(BASE, current, incoming, {conflict.key: "current"})
    assert gone.clean
    assert set(elements(gone.document, "nodes")) == {"client", "queue", "handler", "topic", "fn2"}
    assert not {"e3", "e9"} & set(elements(gone.document, "edges"))


def test_two_fields_of_one_box_join_and_one_field_is_a_conflict() -> None:
    def timeout(value: float) -> Any:
        return lambda doc: doc["model"]["nodes"][1]["service"].update(visibility_timeout_s=value)

    def delay(doc: Any) -> None:
        doc["model"]["nodes"][1]["service"]["delay_s"] = 5.0

    joined = merge(BASE, edited(timeout(60.0)), edited(delay))
    assert joined.clean
    assert elements(joined.document, "nodes")["queue"]["service"]["delay_s"] == 5.0
    assert elements(joined.document, "nodes")["queue"]["service"]["visibility_timeout_s"] == 60.0
    (conflict,) = merge(BASE, edited(timeout(60.0)), edited(timeout(90.0))).conflicts
    shown = conflict.to_dict()
    assert [shown[key] for key in ("label", "unit", "base", "current", "incoming")] == [
        "Visibility timeout", "s", 30.0, 60.0, 90.0,
    ]  # fmt: skip


def test_two_people_who_add_different_things_of_one_id_keep_both() -> None:
    def add(name: str, kind: str) -> Any:
        def change(doc: Any) -> None:
            doc["model"]["nodes"].append({"id": "n1", "name": name, "service": {"type": kind}})
            doc["layout"]["positions"]["n1"] = {"x": 1.0, "y": 1.0}

        return change

    merged = merge(BASE, edited(add("A", "sqs_queue")), edited(add("B", "sns_topic")))
    assert merged.clean
    assert [(r.id, r.to) for r in merged.renamed] == [("n1", "n1_2")]
    found = elements(merged.document, "nodes")
    assert (found["n1"]["name"], found["n1_2"]["name"]) == ("A", "B")
    assert {"n1", "n1_2"} <= set(merged.document["layout"]["positions"])


@pytest.mark.parametrize("last", ["current", "incoming"])
def test_the_later_layout_wins_and_no_note_is_lost(last: str) -> None:
    def move(x: float, text: str) -> Any:
        def change(doc: Any) -> None:
            doc["layout"]["positions"]["table"]["x"] = x
            doc["layout"]["notes"].append({"id": "new", "x": 0.0, "y": 0.0, "text": text})

        return change

    one, two = edited(move(1.0, "one")), edited(move(2.0, "two"))
    current, incoming = (two, one) if last == "current" else (one, two)
    merged = merge(BASE, current, incoming)
    assert merged.clean
    assert merged.document["layout"]["positions"]["table"]["x"] == (
        1.0 if last == "current" else 2.0
    )
    texts = [note["text"] for note in merged.document["layout"]["notes"]]
    assert sorted(texts) == ["Because", "one", "two"]


def test_an_arrow_drawn_by_both_is_named_when_it_cannot_be_drawn_twice() -> None:
    def draw(key: str) -> Any:
        arrow = {"id": key, "source": "handler", "target": "queue"}
        return lambda doc: doc["model"]["edges"].append(
            {**arrow, "connection": {"type": "lambda_call"}}
        )

    merged = merge(BASE, edited(draw("e7")), edited(draw("e8")))
    assert merged.design is None
    assert [problem.code for problem in merged.problems] == ["drawn-twice"]


def test_an_arrow_that_was_worked_on_goes_with_the_box_that_is_decided_away() -> None:
    def delete_queue(doc: Any) -> None:
        doc["model"]["nodes"].pop(1)
        del doc["model"]["edges"][:2]
        doc["layout"]["positions"].pop("queue")

    def tune_arrow(doc: Any) -> None:
        doc["model"]["edges"][1]["connection"]["batch_size"] = 5

    merged = merge(BASE, edited(delete_queue), edited(tune_arrow))
    assert [conflict.key for conflict in merged.conflicts] == ["/model/nodes/queue"]
    gone = merge(BASE, edited(delete_queue), edited(tune_arrow), {"/model/nodes/queue": "current"})
    assert gone.clean
    kept = merge(BASE, edited(delete_queue), edited(tune_arrow), {"/model/nodes/queue": "incoming"})
    assert elements(kept.document, "edges")["e1"]["connection"]["batch_size"] == 5
    assert kept.clean
