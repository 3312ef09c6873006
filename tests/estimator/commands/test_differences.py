"""`diff` on the command line: what it tells, and when a CI run stops at it."""

import copy
import json
from decimal import Decimal

import pytest

from tests.estimator.test_main import PIPELINE, run

BASE = json.loads(PIPELINE.read_text())


def service(document, node_id):
    return next(n["service"] for n in document["model"]["nodes"] if n["id"] == node_id)


def changed(**fields):
    """Return the pipeline with another memory of "accept", and other fields of it."""
    document = copy.deepcopy(BASE)
    service(document, "accept").update({"memory_mb": 3008, **fields})
    return document


def overloaded():
    document = copy.deepcopy(BASE)
    service(document, "shop")["rate_per_s"] = 900
    return document


def endless():
    """Return a design without a steady state: a function that calls itself."""
    document = copy.deepcopy(BASE)
    arrow = {"id": "again", "source": "accept", "target": "accept"}
    document["model"]["edges"].append({**arrow, "connection": {"type": "lambda_call"}})
    return document


def compare(document, *options):
    return run("diff", str(PIPELINE), "-", *options, given=json.dumps(document))


def test_fields_money_times_and_findings_are_told():
    document = changed()
    document["layout"]["positions"]["shop"] = {"x": -900.0, "y": 0.0}
    gone = document["model"]["nodes"].pop()
    edges = document["model"]["edges"]
    document["model"]["edges"] = [e for e in edges if gone["id"] not in (e["source"], e["target"])]
    document["layout"]["positions"].pop(gone["id"])
    done = compare(document)
    assert done.returncode == 2, done.stderr  # The stream has no destination any more.
    text = done.stdout.decode()
    assert "Memory: 512 MB → 3,008 MB" in text
    assert "> Web shop · Client (moved)" in text
    assert f"- {gone['name']} · S3 bucket (removed)" in text
    assert "+ error firehose-no-destination · archive_stream" in text
    assert "Broken: 1 new findings of severity error: firehose-no-destination" in text
    before, after = (
        json.loads(run("estimate", "-", "--format", "json", given=json.dumps(d)).stdout)
        for d in (BASE, document)
    )
    totals = [Decimal(report["bill"]["total"]) for report in (before, after)]
    assert f"{totals[1] - totals[0]:+,.2f}" in text
    for total in totals:
        assert f"{total:,.2f}" in text


def test_the_same_design_is_the_same():
    done = compare(BASE)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert "The two designs are the same." in text
    assert "Findings: 0 appeared, 0 vanished" in text


def test_json_has_the_diff_the_deltas_and_the_limits():
    done = compare(changed(), "--json", "--fail-on", "cost=10", "--fail-on", "new-errors")
    answer = json.loads(done.stdout)
    (node,) = answer["diff"]["nodes"]
    assert [(f["label"], f["before"], f["after"]) for f in node["fields"]] == [
        ("Memory", 512, 3008)
    ]
    cost = answer["deltas"]["cost"]
    steps = sum(Decimal(step["amount"]) for step in cost["steps"])
    assert steps == Decimal(cost["difference"]) == Decimal(cost["after"]) - Decimal(cost["before"])
    assert [(one["id"], one["broken"]) for one in answer["limits"]] == [
        ("cost", cost["percent"] > 10),
        ("new-errors", False),
    ]
    assert compare(changed(), "--format", "json").stdout.startswith(b"{")


@pytest.mark.parametrize(
    ("document", "limits", "code"),
    [
        (changed(), ["cost=0"], 2),
        (changed(), ["cost=1000"], 0),
        (changed(), [], 0),
        (changed(duration_ms=4000), ["latency=1"], 2),
        (changed(duration_ms=4000), ["latency=100000"], 0),
        (overloaded(), [], 2),
        (overloaded(), ["never"], 0),
        (overloaded(), ["rate=0"], 0),  # More is drawn; no less is carried.
        (changed(reserved_concurrency=2), ["rate=20"], 2),
        (BASE, ["cost=0", "latency=0", "rate=0", "new-warnings", "new-errors"], 0),
    ],
)
def test_limits_decide_the_exit_code(document, limits, code):
    options = [part for limit in limits for part in ("--fail-on", limit)]
    done = compare(document, *options)
    assert done.returncode == code, (done.stdout.decode(), done.stderr)


def test_a_cost_that_is_not_known_is_not_within_a_limit():
    """Nothing on the bill before: a growth in percent does not exist."""
    empty = {"version": 1, "name": "Empty", "model": {"nodes": [], "edges": []}}
    done = run("diff", "-", str(PIPELINE), "--fail-on", "cost=50", given=json.dumps(empty))
    assert done.returncode == 2, done.stderr
    assert "from 0.00 to" in done.stdout.decode()


def test_a_design_without_a_steady_state_is_compared_all_the_same():
    done = compare(endless())
    assert done.returncode == 1
    text = done.stdout.decode()
    assert "Accept order → Accept order" in text
    assert "No numbers" in text
    answer = json.loads(compare(endless(), "--json").stdout)
    assert answer["deltas"]["problem"]["code"] == "unstable"
    assert answer["diff"]["edges"][0]["change"] == "added"


@pytest.mark.parametrize(
    ("arguments", "given", "word"),
    [
        (["-", "-"], "{}", "one design only"),
        ([str(PIPELINE), "nowhere.json"], "", "nowhere.json"),
        ([str(PIPELINE), "-"], '{"version": 1, "modle": {}}', "-: unknown key"),
        ([str(PIPELINE), str(PIPELINE), "--fail-on", "cost"], "", "cost=PERCENT"),
        ([str(PIPELINE), str(PIPELINE), "--fail-on", "cost=nan"], "", "cost=PERCENT"),
        ([str(PIPELINE), str(PIPELINE), "--fail-on", "kost=3"], "", 'not "kost=3"'),
        ([str(PIPELINE), str(PIPELINE), "--fail-on", "never=3"], "", 'not "never=3"'),
    ],
)
def test_what_cannot_be_compared_is_named(arguments, given, word):
    done = run("diff", *arguments, given=given)
    assert done.returncode == 1
    assert word in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
