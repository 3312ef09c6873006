"""Every rule of the catalog is provoked by a small design and absent in its mended twin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from designer import catalog, findings
from designer.document import load
from estimator.engine import estimate
from estimator.prices import book
from tests.designer.finding_cases import Case, collected
from tests.estimator.engine.designs import design, report

RULES = {rule.id: rule for rule in (*catalog.all_rules(), *findings.RULES)}
CASES = collected()


def _found(drawn: tuple[Any, Any, Any], rule: str) -> list[dict[str, Any]]:
    nodes, edges, model = drawn
    return [one for one in report(nodes, edges, **model)["findings"] if one["id"] == rule]


def test_no_case_is_of_a_rule_that_is_gone() -> None:
    assert sorted(set(CASES) - set(RULES)) == []


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_is_found_where_it_is_broken_and_not_where_it_is_kept(rule: str) -> None:
    assert rule in CASES, f"add a case of {rule} to tests/designer/finding_cases/<room>.py"
    case: Case = CASES[rule]
    found = _found(case.bad, rule)
    assert found, f"{rule} is not found in the design that should provoke it"
    assert found[0]["severity"] == RULES[rule].severity.value
    assert found[0]["message"].endswith(".")
    assert found[0]["fix"].endswith(".")
    assert _found(case.good, rule) == []


@pytest.mark.parametrize("rule", sorted(CASES))
def test_an_offered_fix_mends_what_it_was_offered_for(rule: str) -> None:
    nodes, edges, model = CASES[rule].bad
    patches = [one["patch"] for one in _found(CASES[rule].bad, rule) if one["patch"]]
    if not patches:
        return  # Only people can mend it.
    document = json.loads(json.dumps(design(nodes, edges, **model).model_dump(mode="json")))
    for patch in patches:
        for change in patch:
            *path, last = change["pointer"].strip("/").split("/")
            place: Any = document
            for key in path:
                place = place[int(key)] if isinstance(place, list) else place[key]
            assert last in place, f"{rule} mends a field that is not there: {last}"
            place[last] = change["value"]
    mended = load(document)
    left = estimate(mended, book(mended.model.region))["findings"]
    assert [one["message"] for one in left if one["id"] == rule] == []
