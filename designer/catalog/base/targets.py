"""What the kinds of EventBridge rule and schedule share: targets, retries, dead letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .findings import Finding, Rule, Severity
from .limits import Limit, Source
from .resources import Delivery, Grant, Link, Placed
from .service import EdgeView, Service

PRINCIPAL = "events.amazonaws.com"
# EventBridge reaches these by a role; all others by the target's own policy.
BY_ROLE = frozenset(
    {
        "sfn_state_machine",
        "kinesis_stream",
        "firehose_stream",
        "events_bus",
        "events_api_destination",
    }
)
TARGETS_PER_RULE = 5
DEAD_LETTER_TYPE = "events_dead_letters"
RETRIES = Source(
    "EventBridge user guide, retry policy and dead-letter queues",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html",
    "2026-11-21",
)
RETRY_ATTEMPTS = Limit("eb.retry_attempts", "Retries of a delivery", 185, "retries", RETRIES)
RETRY_AGE = Limit(
    "eb.retry_age",
    "Age until which a delivery is retried",
    86_400,
    "s",
    RETRIES,
    note="Exponential back-off with jitter; a missing target or permission is not retried.",
)

NO_DEAD_LETTERS = Rule(
    "events-no-dead-letter-queue",
    Severity.NOTE,
    "Events that cannot be delivered are lost",
    "A delivery is tried for 24 hours at most; one whose target or permission is missing is given "
    "up at once. Without a dead-letter queue either vanishes.",
    RETRIES,
)


def without_dead_letters(
    name: str, kind: str, outbound: Sequence[EdgeView], kinds: frozenset[str]
) -> Iterable[Finding]:
    """Yield a note where targets have no dead-letter queue.

    Args:
        kind: What the targets belong to: "rules", "schedule".
        kinds: Types of the arrows that lead to targets.
    """
    # An API destination is asked for its own queue.
    targets = [
        e
        for e in outbound
        if e.connection.type in kinds and e.target.type != "events_api_destination"
    ]
    named = {
        getattr(e.connection, "rule_name", "")
        for e in outbound
        if e.connection.type == DEAD_LETTER_TYPE
    }
    bare = [e for e in targets if not {"", getattr(e.connection, "rule_name", "") or None} & named]
    if bare:
        yield NO_DEAD_LETTERS.found(
            f"What the {kind} of {name} cannot deliver to {bare[0].target_name} is gone.",
            f"Draw a dead-letter arrow from {name} to a standard queue.",
        )


def rule_target(link: Link) -> dict[str, Any]:
    """Return the entry of a rule's Targets for an edge."""
    target: dict[str, Any] = {"Id": link.target.logical_id, "Arn": link.target.arn}
    if link.target.service.type in BY_ROLE:
        target["RoleArn"] = link.source.role_arn
    if is_fifo(link) and link.target.service.type == "sqs_queue":
        target["SqsParameters"] = {"MessageGroupId": link.source.id}
    template = getattr(link.connection, "input_template", "")
    if template:
        target["InputTransformer"] = {
            "InputPathsMap": dict(getattr(link.connection, "input_paths", {})),
            "InputTemplate": template,
        }
    return target | retry_properties(link)


def retry_properties(link: Link) -> dict[str, Any]:
    """Return the retry policy and the dead-letter queue of a delivery, where they are stated."""
    retried: dict[str, Any] = {}
    found = _retried_by(link)
    attempts, age_s = getattr(found, "retry_attempts", 185), getattr(found, "max_age_s", 86_400)
    if (attempts, age_s) != (RETRY_ATTEMPTS.value, RETRY_AGE.value):
        retried["RetryPolicy"] = {
            "MaximumEventAgeInSeconds": round(age_s),
            "MaximumRetryAttempts": attempts,
        }
    dead = dead_letter_queue(link)
    if dead is not None:
        retried["DeadLetterConfig"] = {"Arn": dead.arn}
    return retried


def _retried_by(link: Link) -> Any:
    """Return the arrow that states the retries: an API destination's call states its own."""
    calls = [e for e in link.onward if e.connection.type == "events_api_destination_call"]
    through = link.target.service.type == "events_api_destination"
    return calls[0].connection if through and calls else link.connection


def dead_letter_queue(link: Link) -> Placed | None:
    """Return where what cannot be delivered goes: the rule's own queue before the common one."""
    own = link.onward if link.target.service.type == "events_api_destination" else ()
    queues = [e for e in (*own, *link.siblings) if e.connection.type == DEAD_LETTER_TYPE]
    rule = getattr(link.connection, "rule_name", "")
    for one in queues:
        if rule and getattr(one.connection, "rule_name", "") == rule:
            return one.target
    return next((e.target for e in queues if not getattr(e.connection, "rule_name", "")), None)


def rule_grants(link: Link) -> Iterable[Grant]:
    if link.target.service.type in BY_ROLE:
        access = link.target.service.access(link.target.logical_id, "start")
        yield Grant("source", access.actions, access.resources)


def rule_delivery(link: Link, rule_arn: Any) -> Delivery | None:
    if link.target.service.type in BY_ROLE:
        return None
    if link.target.service.type == "sns_topic":
        # EventBridge sends no context to SNS: a condition on the rule would refuse every event.
        return Delivery(PRINCIPAL)
    return Delivery(PRINCIPAL, rule_arn)


def rule_refusal(target: Service) -> str | None:
    """Return why a rule or a schedule cannot deliver to this configuration."""
    if target.type == "sns_topic" and getattr(target, "fifo", False):
        return (
            "EventBridge cannot deliver to a FIFO topic: make it a standard topic, or target a "
            "FIFO queue."
        )
    return None


def rule_remarks(link: Link) -> Iterable[str]:
    if is_fifo(link) and link.target.service.type == "sqs_queue":
        yield (
            f"All events of {link.source.label} enter {link.target.label} as one message group "
            f'"{link.source.id}": a rule knows no group per event.'
        )


def is_fifo(link: Link) -> bool:
    return bool(getattr(link.target.service, "fifo", False))
