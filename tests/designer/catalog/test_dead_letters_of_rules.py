"""Dead letters of rules: one queue for all, one for a rule, one for an API destination."""

from __future__ import annotations

from typing import Any

from designer.interchange.cloudformation import export
from tests.designer.finding_cases import Edge, arrow, caller, node
from tests.estimator.engine.designs import design, report

QUEUE, LOGIC = node("sqs_queue", alarm=True), node("lambda_function")
PUT = arrow("c", "bus", "client_call")


def rule(target: str, name: str, **config: Any) -> Edge:
    return arrow("bus", target, "events_rule_target", rule_name=name, **config)


def dead(queue: str, name: str = "", source: str = "bus") -> Edge:
    return arrow(source, queue, "events_dead_letters", **({"rule_name": name} if name else {}))


def nodes(**more: dict[str, Any]) -> dict[str, dict[str, Any]]:
    both = {"f": LOGIC, "g": LOGIC, "one": QUEUE, "two": QUEUE}
    return {"c": caller(), "bus": node("events_bus"), **both, **more}


def ids(*edges: Edge, **more: dict[str, Any]) -> set[str]:
    return {f["id"] for f in report(nodes(**more), [PUT, *edges])["findings"]}


def test_each_rule_may_have_a_queue_of_its_own() -> None:
    edges = [PUT, rule("f", "A"), rule("g", "B"), dead("one", "A"), dead("two")]
    found = ids(*edges[1:])
    assert "events-two-dead-letter-queues" not in found
    assert "events-no-dead-letter-queue" not in found
    resources = export(design(nodes(), edges)).resources
    rules = {
        key: r["Properties"]["Targets"][0]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        for key, r in resources.items()
        if r["Type"] == "AWS::Events::Rule"
    }
    assert rules == {"BusARule": "One", "BusBRule": "Two"}


def test_two_queues_for_the_same_rule_are_found() -> None:
    found = ids(rule("f", "A"), rule("g", "B"), dead("one", "A"), dead("two", "A"))
    assert "events-two-dead-letter-queues" in found
    assert "events-no-dead-letter-queue" in found  # Rule B has none.


def test_an_api_destination_has_its_own_queue_or_that_of_its_source() -> None:
    web = {"d": node("events_api_destination"), "web": node("http_endpoint")}
    way = [rule("d", "A"), arrow("d", "web", "events_api_destination_call")]
    assert "events-no-dead-letter-queue" in ids(*way, **web)
    assert "events-no-dead-letter-queue" not in ids(*way, dead("one"), **web)
    assert "events-no-dead-letter-queue" not in ids(*way, dead("one", source="d"), **web)
