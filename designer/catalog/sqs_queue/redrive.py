"""The redrive of what consumers give up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Connection,
    Context,
    Finding,
    Hop,
    Link,
    Mechanism,
    Outcome,
    Patch,
    Refused,
    Service,
    number,
    quantity,
)
from . import export
from .facts import (
    BACK_TAKES_LONG,
    DEAD_LETTER_TYPE,
    DLQ_DOCS,
    DLQ_RETENTION,
    REDRIVE_BACK,
    RETENTION_MAX,
)

LONG_BACK_S = 3_600.0  # From here moving a day's dead letters back is worth a word.


class Redrive(Connection):
    type: Literal["sqs_redrive"] = "sqs_redrive"
    title: ClassVar = "Dead-letter redrive"
    summary: ClassVar = "After too many receives a message moves to the dead-letter queue."
    sources: ClassVar = frozenset({"sqs_queue"})
    targets: ClassVar = frozenset({"sqs_queue"})
    cloudformation: ClassVar = "AWS::SQS::Queue"
    docs_url: ClassVar = DLQ_DOCS.url
    limits: ClassVar = (REDRIVE_BACK,)
    rules: ClassVar = (DLQ_RETENTION, BACK_TAKES_LONG)
    bans: ClassVar = (DEAD_LETTER_TYPE,)
    itself: ClassVar = "A queue cannot be its own dead-letter queue: draw a second queue."

    max_receive_count: int = quantity(
        "receives",
        5,
        "Deliveries of a message before it is moved.",
        ge=1,
        le=1000,
        source=DLQ_DOCS,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        receives = float(self.max_receive_count)
        return Hop(Mechanism.FAILURE, outcome=Outcome.DEAD, op="dead", attempts_max=receives)

    def refusal(self, source: Service, target: Service) -> Refused | None:
        if _fifo(source) != _fifo(target):
            kind, switch = ("FIFO", "on") if _fifo(source) else ("standard", "off")
            return DEAD_LETTER_TYPE.refused(
                f"The dead-letter queue of a {kind} queue must be a {kind} queue too: switch its "
                f"FIFO {switch}."
            )
        return None

    def findings(self, view: Any, ctx: Context) -> Iterable[Finding]:
        source_s, target_s = view.source.retention_s, view.target.retention_s
        if not _fifo(view.source) and target_s <= source_s and target_s < RETENTION_MAX.value:
            yield DLQ_RETENTION.found(
                f"{view.target_name} keeps messages {number(target_s)} s, {view.source_name} "
                f"{number(source_s)} s.",
                f"Raise the retention of {view.target_name} above {number(source_s)} s, best to "
                f"{number(RETENTION_MAX.value)} s.",
            )
        dead_per_day = view.flow.events_per_s * 86_400
        back_s = dead_per_day / REDRIVE_BACK.value
        if back_s > LONG_BACK_S:
            yield BACK_TAKES_LONG.found(
                f"A day leaves {number(round(dead_per_day))} dead letters in {view.target_name}; "
                f"moving them back to {view.source_name} takes {number(round(back_s / 3_600, 1))} "
                f"h at {number(REDRIVE_BACK.value)} messages/s.",
                "Mend the consumer first, or read the dead-letter queue by a function of its own.",
            )

    def patches(self, link: Link) -> Iterable[Patch]:
        yield export.redrive_patch(link, self.max_receive_count)


def _fifo(queue: Service) -> bool:
    return bool(getattr(queue, "fifo", False))
