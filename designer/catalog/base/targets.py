"""What the two kinds of EventBridge rule share: targets, and who lets EventBridge in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .resources import Delivery, Grant, Link

PRINCIPAL = "events.amazonaws.com"
# EventBridge reaches these by a role; all others by the target's own policy.
BY_ROLE = frozenset({"sfn_state_machine", "kinesis_stream", "firehose_stream", "events_bus"})
TARGETS_PER_RULE = 5


def rule_target(link: Link) -> dict[str, Any]:
    """Return the entry of a rule's Targets for an edge."""
    target: dict[str, Any] = {"Id": link.target.logical_id, "Arn": link.target.arn}
    if link.target.service.type in BY_ROLE:
        target["RoleArn"] = link.source.role_arn
    if is_fifo(link) and link.target.service.type == "sqs_queue":
        target["SqsParameters"] = {"MessageGroupId": link.source.id}
    return target


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


def rule_obstacles(link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
    if is_fifo(link) and link.target.service.type == "sns_topic":
        yield (
            (),
            (
                f"EventBridge cannot deliver to the FIFO topic {link.target.label}: make it a "
                "standard topic, or target a FIFO queue."
            ),
        )


def rule_remarks(link: Link) -> Iterable[str]:
    if is_fifo(link) and link.target.service.type == "sqs_queue":
        yield (
            f"All events of {link.source.label} enter {link.target.label} as one message group "
            f'"{link.source.id}": a rule knows no group per event.'
        )


def is_fifo(link: Link) -> bool:
    return bool(getattr(link.target.service, "fifo", False))
