"""Dead letters of subscriptions: what SNS could not deliver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import Connection, Context, Delivery, Hop, Link, Mechanism, Outcome, Refused, Service
from .deliveries import DEAD_LETTER_QUEUE_TYPE, DEAD_LETTER_TYPE
from .facts import DEAD_LETTERS


class DeadLetters(Connection):
    type: Literal["sns_dead_letters"] = "sns_dead_letters"
    title: ClassVar = "Dead letters of subscriptions"
    summary: ClassVar = "What a subscription could not deliver after its last retry."
    second_choice: ClassVar = True
    sources: ClassVar = frozenset({"sns_topic"})
    targets: ClassVar = frozenset({"sqs_queue"})
    cloudformation: ClassVar = "AWS::SNS::Subscription"
    docs_url: ClassVar = DEAD_LETTERS.url
    bans: ClassVar = (DEAD_LETTER_QUEUE_TYPE,)

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        return Hop(Mechanism.FAILURE, outcome=Outcome.DEAD, op="dead", attempts_max=1.0)

    def refusal(self, source: Service, target: Service) -> Refused | None:
        if fifo(source) != fifo(target):
            kind = "FIFO" if fifo(source) else "standard"
            switch = "on" if fifo(source) else "off"
            return DEAD_LETTER_QUEUE_TYPE.refused(
                f"The dead-letter queue of a {kind} topic's subscriptions is a {kind} queue: "
                f"switch its FIFO {switch}."
            )
        return None

    def delivery(self, link: Link) -> Delivery | None:
        return Delivery("sns.amazonaws.com", link.source.ref)

    def obstacles(self, link: Link) -> Iterable[tuple[tuple[str | int, ...], str]]:
        dead = [e for e in link.siblings if e.connection.type == DEAD_LETTER_TYPE]
        if len(dead) > 1:
            yield (
                (),
                f"{link.source.label} has {len(dead)} dead-letter queues; a subscription has one.",
            )


def fifo(one: Service) -> bool:
    """Return whether a topic or a queue keeps the order."""
    return bool(getattr(one, "fifo", False))
