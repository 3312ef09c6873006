"""The traps that the courses on event-driven AWS warn of: each is seen, by a name that stays.

A trap is a finding where AWS lets people build it, and a refusal where AWS does not. Either says
what is wrong here, why, where that is written, and the nearest thing that works.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from designer import catalog, findings
from designer.errors import DesignError
from tests.designer.finding_cases import Edge, Nodes, arrow, caller, collected, node
from tests.estimator.engine.designs import design, report

ROOT = Path(__file__).parents[2]
RULES = {rule.id: rule for rule in (*catalog.all_rules(), *findings.RULES)}
BANS = {ban.id: ban for ban in catalog.all_bans()}
CASES = collected()

# Trap, then the findings and refusals that name it.
TRAPS: dict[str, tuple[str, ...]] = {
    "payload over the limit": (
        "sqs-payload-over-limit",
        "sns-payload-over-limit",
        "events-payload-over-limit",
        "lambda-payload-over-limit",
        "apigw-payload-over-limit",
        "sfn-payload-over-limit",
        "kinesis-record-over-limit",
        "firehose-record-over-limit",
        "dynamodb-item-over-limit",
    ),
    "visibility timeout below the function's": ("sqs-visibility-below-timeout",),
    "delay of single messages on a FIFO queue": ("sqs-message-delay-on-fifo",),
    "dead letters kept shorter than the source": ("sqs-dlq-retention-shorter",),
    "dead-letter queue of another type": (
        "sqs-dead-letter-type-mismatch",
        "sns-dead-letter-type-mismatch",
        "events-dead-letter-fifo",
    ),
    "standard topic to a FIFO queue": ("sns-standard-topic-to-fifo-queue",),
    ".fifo suffix": ("sqs-fifo-suffix", "sns-fifo-suffix"),
    "integration slower than the gateway waits": ("apigw-integration-over-timeout",),
    "work over fifteen minutes in a function": ("lambda-work-over-fifteen-minutes",),
    "short polling": ("worker-short-polling",),
    "Firehose taken for real time": ("firehose-holds-records",),
    "more than five targets on a rule": ("events-targets-per-rule", "events-schedule-targets"),
    "retries without idempotence": ("lambda-retries-need-idempotence",),
    "function in a VPC without a way out": ("lambda-vpc-no-way-out",),
    "no dead letters": (
        "sqs-no-dead-letter-queue",
        "lambda-async-without-destination",
        "sns-no-dead-letter-queue",
        "events-no-dead-letter-queue",
    ),
    "Express workflow that waits over five minutes": ("sfn-express-over-five-minutes",),
    "hot shard": ("kinesis-hot-shard",),
    "retry loop without an end": ("sfn-unbounded-retry-loop",),
    "concurrency starved by a neighbour": ("lambda-starves-neighbours",),
}

QUEUE, FIFO = node("sqs_queue"), node("sqs_queue", fifo=True)
TOPIC, ORDERED = node("sns_topic"), node("sns_topic", fifo=True)
# Documents that are refused, by the code of the refusal.
REFUSED: dict[str, tuple[Nodes, list[Edge]]] = {
    "sqs-dead-letter-type-mismatch": (
        {"c": caller(), "q": FIFO, "dead": QUEUE},
        [arrow("q", "dead", "sqs_redrive")],
    ),
    "sns-dead-letter-type-mismatch": (
        {"c": caller(), "t": TOPIC, "dead": FIFO},
        [arrow("t", "dead", "sns_dead_letters")],
    ),
    "events-dead-letter-fifo": (
        {"b": node("events_bus"), "dead": FIFO},
        [arrow("b", "dead", "events_dead_letters")],
    ),
    "sns-standard-topic-to-fifo-queue": (
        {"c": caller(), "t": TOPIC, "q": FIFO},
        [arrow("t", "q", "sns_subscription")],
    ),
    "sns-fifo-topic-to-queues-only": (
        {"c": caller(), "t": ORDERED, "f": node("lambda_function")},
        [arrow("t", "f", "sns_subscription")],
    ),
    "sns-large-messages-inside-only": (
        {"t": node("sns_topic", max_message_kib="1024"), "m": node("email_recipient")},
        [arrow("t", "m", "sns_subscription")],
    ),
}
SEEN = [(trap, one) for trap, ids in TRAPS.items() for one in ids]


def refusal_of(code: str) -> Any:
    with pytest.raises(DesignError) as caught:
        design(*REFUSED[code])
    return next(p for p in caught.value.problems if p.code == code)


def test_all_nineteen_are_listed() -> None:
    assert len(TRAPS) == 19


@pytest.mark.parametrize(("trap", "name"), SEEN, ids=[f"{t}: {n}" for t, n in SEEN])
def test_a_trap_is_seen_by_its_name(trap: str, name: str) -> None:
    if name in BANS:
        refused = refusal_of(name)
        assert refused.pointer == "/model/edges/0/connection"
        return
    nodes, edges, model = CASES[name].bad
    found = [f for f in report(nodes, edges, **model)["findings"] if f["id"] == name]
    assert found, trap
    assert found[0]["message"].endswith(".")
    assert found[0]["fix"].endswith(".")
    assert found[0]["source"]["url"].startswith("https://docs.aws.amazon.com/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found[0]["source"]["checked"])
    assert RULES[name].why.endswith(".")


@pytest.mark.parametrize("code", sorted(BANS))
def test_a_refusal_says_what_works_and_where_that_is_written(code: str) -> None:
    refused = refusal_of(code)
    source = BANS[code].source
    assert source.url in refused.message
    assert source.checked in refused.message
    # What to change stands behind a colon, or as what is allowed "only".
    assert re.search(r": (switch|make|put|set|use) |, or use ", refused.message), refused.message


def test_the_page_of_findings_lists_both_kinds() -> None:
    page = (ROOT / "docs" / "findings.md").read_text()
    for name in [one for _, one in SEEN] + sorted(BANS):
        assert f"## `{name}`\n" in page
