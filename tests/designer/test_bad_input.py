"""What cannot be: reason, limit, where the limit is written, and the nearest thing that works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from designer.errors import DesignError, Problem
from estimator.prices.errors import OfferError
from estimator.prices.importer import import_offers
from tests.designer.finding_cases import Edge, Nodes, arrow, caller, collected, node
from tests.estimator.engine.designs import design, finding, report
from tests.estimator.prices.price_list import offer, requests, step


def problem(nodes: Nodes, edges: list[Edge], **model: object) -> Problem:
    with pytest.raises(DesignError) as caught:
        design(nodes, edges, **model)
    (only,) = caught.value.problems
    return only


def test_a_region_without_a_price_names_regions_that_have_one() -> None:
    nodes, edges, model = collected()["price-missing"].bad
    found = report(nodes, edges, **model)
    assert not found["bill"]["complete"]
    said = finding(found, "price-missing")
    assert said is not None
    assert "has no stored price in sa-east-1; it has one in " in said["message"]
    assert "us-east-1" in said["message"]
    assert "import the region's price list" in said["fix"]
    assert said["source"]["url"].startswith("https://")


def test_a_region_without_a_book_names_the_nearest_and_all_that_work() -> None:
    refused = problem({"c": caller()}, [], region="us-west-1")
    assert refused.pointer == "/model/region"
    assert refused.nearest == "us-east-1"
    for word in ("prices differ by region", "eu-central-1 (Frankfurt)", "prices/README.md"):
        assert word in refused.message


def test_a_connection_that_aws_does_not_have_names_the_way_round() -> None:
    nodes = {"q": node("sqs_queue"), "t": node("sns_topic")}
    refused = problem(nodes, [arrow("q", "t", "lambda_call")])
    assert refused.code == "edge-not-allowed"
    assert "A queue does not push" in refused.message
    assert "Put a Lambda function between" in refused.message
    assert "https://docs.aws.amazon.com/" in refused.message


def test_a_connection_of_the_wrong_kind_names_the_right_one() -> None:
    nodes = {"q": node("sqs_queue"), "f": node("lambda_function")}
    refused = problem(nodes, [arrow("q", "f", "client_call")])
    assert refused.nearest == "lambda_sqs_mapping"


@pytest.mark.parametrize(
    ("config", "works"),
    [
        ({"visibility_timeout_s": 43_201}, "the nearest that works is 43200 s"),
        ({"delay_s": 901}, "the nearest that works is 900 s"),
        ({"retention_s": 59}, "the nearest that works is 60 s"),
        ({"max_message_kib": 2_048}, "the nearest that works is 1024 KiB"),
    ],
)
def test_a_setting_outside_a_quota_names_the_limit_its_source_and_what_works(
    config: dict[str, float], works: str
) -> None:
    refused = problem({"q": node("sqs_queue", **config)}, [])
    (name, value) = next(iter(config.items()))
    assert refused.pointer == f"/model/nodes/0/service/{name}"
    assert f"{value}" in refused.message
    assert "is refused: input should be" in refused.message
    assert works in refused.message
    assert "message quotas, checked 2026-11-21: https://docs.aws.amazon.com/" in refused.message


def test_a_setting_that_must_stay_under_its_bound_says_so() -> None:
    refused = problem({"c": caller(0)}, [])
    assert "the nearest that works is more than 0" in refused.message


def test_an_offer_file_cut_short_names_the_byte_and_asks_for_the_whole(tmp_path: Path) -> None:
    text = json.dumps(offer("AWSQueueService", requests(step("0", "Inf", "0.0000004"))))
    file = tmp_path / "offer.json"
    for share in (0.3, 0.6, 0.95):
        file.write_text(text[: int(len(text) * share)])
        with pytest.raises(OfferError) as caught:
            import_offers([file], tmp_path / "own")
        message = caught.value.problems[0].message
        assert "not JSON at byte" in message
        assert "the file ends too early" in message
        assert "nothing was imported: download it again, whole" in message
        assert "https://docs.aws.amazon.com/" in message
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("states", "place", "words"),
    [
        (
            {"A": {"Type": "Tsak", "End": True}},
            "/States/A/Type",
            '"Tsak" is no type of state; did you mean "Task"?',
        ),
        (
            {"A": {"Type": "Pass", "Next": "Stroe"}, "Store": {"Type": "Succeed"}},
            "/States/A/Next",
            '"A" goes on to "Stroe", which is not a state here; did you mean "Store"?',
        ),
    ],
)
def test_a_workflow_with_an_unknown_state_names_the_nearest(
    states: dict[str, object], place: str, words: str
) -> None:
    definition = {"StartAt": "A", "States": states}
    with pytest.raises(DesignError) as caught:
        design({"m": node("sfn_state_machine", definition=definition)}, [])
    found = {p.pointer: p.message for p in caught.value.problems}
    message = found[f"/model/nodes/0/service/definition{place}"]
    assert words in message
    assert "https://states-language.net/spec.html" in message


def test_a_start_that_is_no_state_names_the_nearest() -> None:
    definition = {"StartAt": "Frist", "States": {"First": {"Type": "Succeed"}}}
    refused = problem({"m": node("sfn_state_machine", definition=definition)}, [])
    assert 'StartAt names "Frist"; did you mean "First"?' in refused.message
