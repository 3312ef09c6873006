"""The task by which a workflow calls a drawn target."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    Connection,
    Context,
    Excess,
    Grant,
    Hop,
    Link,
    Mechanism,
    Patch,
    Service,
    Waits,
    choice,
    quantity,
    ratio,
    text,
)
from . import attempts, export, language
from .room import SfnStateMachine


class SfnTask(Connection):
    type: Literal["sfn_task"] = "sfn_task"
    title: ClassVar = "Task"
    summary: ClassVar = "A Task state of the workflow calls the target."
    sources: ClassVar = frozenset({"sfn_state_machine"})
    targets: ClassVar = frozenset(
        {
            "lambda_function",
            "sqs_queue",
            "sns_topic",
            "events_bus",
            "dynamodb_table",
            "ses_identity",
            "sfn_state_machine",
            "s3_bucket",
            "kinesis_stream",
            "firehose_stream",
        }
    )
    docs_url: ClassVar = (
        "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html"
    )

    state: str = text(
        "",
        "Name of the Task state that makes the call; empty for a workflow without a definition.",
        title="State",
        max_length=80,
    )
    operation: Literal["write", "read"] = choice(
        "write",
        "Whether the task writes or reads (tables and buckets).",
        titles={"write": "Write, send or start", "read": "Read"},
    )
    payload_kib: float | None = quantity(
        "KiB",
        None,
        "Size of the call; empty keeps the size that came in.",
        title="Payload",
        gt=0,
        le=256,
    )
    share: float | None = ratio(
        None,
        "Share of the visits of the state that make the call; empty is all.",
        title="Share of visits",
        group="Behaviour",
        gt=0,
    )

    @property
    def step(self) -> str | None:
        return self.state or None

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        visits, tries, waits_s, whole = 1.0, 0, 0.0, False
        if isinstance(source, SfnStateMachine) and source.definition is not None and self.state:
            visits = source.visits(ctx.errors).get(self.state, 0.0)
            state = dict(language.all_states(source.definition)).get(self.state, {})
            tries = attempts.retries(state)
            error = ctx.errors.get(self.state, 0.0)
            found = attempts.of_state(state, error)
            waits_s = found.wait_s / (found.mean - 1) if found.mean > 1 else 0.0
            whole = ".sync" in str(state.get("Resource", ""))
        return Hop(
            Mechanism.CALL,
            waits=Waits.ANSWER,
            ratio=visits * (self.share or 1.0),
            op="call" if target.type == "lambda_function" else self.operation,
            payload_kib=self.payload_kib,
            task=self.state or None,
            attempts_max=1.0 + tries,
            retry_wait_s=waits_s,
            until_done=whole,
            excess=Excess.REFUSE,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if not isinstance(source, SfnStateMachine) or source.definition is None:
            if self.state:
                return f'The workflow has no definition, so there is no state "{self.state}".'
            return None
        if any(True for _ in language.problems(source.definition)):
            return None  # Reported at the definition itself.
        tasks = [n for n, s in language.all_states(source.definition) if s["Type"] == "Task"]
        if self.state not in tasks:
            shown = ", ".join(tasks) or "none"
            return f'Name the Task state that makes the call: "{self.state}" is not one of {shown}.'
        return None

    def grants(self, link: Link) -> Iterable[Grant]:
        return export.task_grants(self, link)

    def patches(self, link: Link) -> Iterable[Patch]:
        return export.task_patches(link)
