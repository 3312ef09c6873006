"""The room of AWS::StepFunctions::StateMachine."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ..base import (
    Access,
    Address,
    CallWait,
    Cap,
    Config,
    Constant,
    Context,
    Finding,
    Grant,
    Item,
    Kind,
    Lognormal,
    NodeFlow,
    NodeView,
    Parameter,
    Per,
    Program,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    choice,
    flag,
    monthly,
    number,
    quantity,
    ref,
    structure,
)
from . import advice, export, language, workflow
from .program import program_of
from .rules import (
    API_P50_S,
    API_P99_S,
    DISPATCH,
    DISTRIBUTED_MOST,
    ENDLESS_RETRY,
    EXPRESS_MAX,
    EXPRESS_PATTERN,
    EXPRESS_TOO_LONG,
    HISTORY,
    HISTORY_MAX,
    HTTP_MAX_S,
    HTTP_RATE,
    HTTP_TASK,
    INLINE_MAP,
    INLINE_MOST,
    MEASURED,
    OPEN,
    PAYLOAD,
    PRICING,
    QUOTAS,
    STANDARD_DEARER,
    STANDARD_MAX,
    STANDARD_TOO_LONG,
    START_EXPRESS,
    START_S,
    START_STANDARD,
    STATE_KIB,
    STEP_WITHOUT_ARROW,
    THROTTLED,
    TOKEN_FOR_EVER,
    TRANSITION_S,
    TRANSITIONS,
    UNKNOWN_STEP,
)


class StepAssumption(Config):
    """What the user knows better about one state."""

    share: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict, description="For a Choice: share of each next state."
    )
    items: float = Field(default=1.0, gt=0, le=1e8, description="For a Map: items per execution.")
    duration_s: float | None = Field(
        default=None, ge=0, le=31_536_000, description="For a Wait or Task: its time in seconds."
    )
    error_ratio: float | None = Field(
        default=None,
        ge=0,
        lt=1,
        description="For a Task without an arrow: share of its attempts that fail.",
    )


class SfnStateMachine(Service):
    type: Literal["sfn_state_machine"] = "sfn_state_machine"
    title: ClassVar = "State machine"
    aliases: ClassVar = ("step functions", "workflow", "sfn", "orchestration", "asl")
    category: ClassVar = "Application integration"
    summary: ClassVar = "Runs a workflow of states for each start."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = PRICING.url
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::StepFunctions::StateMachine"
    principal: ClassVar = "states.amazonaws.com"
    id_base: ClassVar = "workflow"
    limits: ClassVar = (
        START_STANDARD,
        START_EXPRESS,
        TRANSITIONS,
        OPEN,
        EXPRESS_MAX,
        STANDARD_MAX,
        STATE_KIB,
        HISTORY_MAX,
        INLINE_MOST,
        DISTRIBUTED_MOST,
        DISPATCH,
        HTTP_RATE,
        HTTP_MAX_S,
    )
    rules: ClassVar = (
        EXPRESS_TOO_LONG,
        STANDARD_TOO_LONG,
        THROTTLED,
        PAYLOAD,
        STEP_WITHOUT_ARROW,
        UNKNOWN_STEP,
        EXPRESS_PATTERN,
        TOKEN_FOR_EVER,
        ENDLESS_RETRY,
        HISTORY,
        INLINE_MAP,
        HTTP_TASK,
        STANDARD_DEARER,
    )

    kind: Literal["STANDARD", "EXPRESS"] = choice(
        "STANDARD",
        "Standard runs up to a year and bills transitions; Express up to five minutes "
        "and bills time.",
        titles={"STANDARD": "Standard", "EXPRESS": "Express"},
    )
    synchronous: bool = flag(
        False, "Callers wait for the result (StartSyncExecution).", show_if=("kind", "EXPRESS")
    )
    definition: dict[str, Any] | None = structure(
        None,
        "The workflow in Amazon States Language; empty runs one task per arrow, one after another. "
        "Name an arrow's target in a task by its id in ${...}.",
        widget="asl",
        title="Definition",
    )
    steps: dict[str, StepAssumption] = structure(
        {},
        "By state: shares of a Choice's ways, items of a Map, time of a Wait or Task.",
        widget="json",
        title="Assumptions about states",
        group="Assumptions",
        assumed=True,
    )
    memory_mb: float = quantity(
        "MB",
        64,
        "Memory of an execution, billed in steps of 64 MB.",
        gt=0,
        le=10_240,
        group="Assumptions",
        assumed=True,
        show_if=("kind", "EXPRESS"),
    )
    logging: Literal["OFF", "ERROR", "ALL"] = choice(
        "ERROR",
        "Events written to CloudWatch Logs.",
        group="Logs",
        titles={"OFF": "Off", "ERROR": "Errors", "ALL": "All"},
    )

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if self.definition is None:
            return
        found = list(language.problems(self.definition))
        for path, message in found:
            yield ("definition", *path), message
        if not found:
            try:
                self._walk({})
            except ArithmeticError as error:
                yield ("definition",), f"{error}: give a Choice on it a way out"

    # ---- The workflow as numbers ----

    @functools.cached_property
    def _steps(self) -> dict[str, workflow.Step]:
        return {
            name: workflow.Step(s.share, s.items, s.duration_s, s.error_ratio)
            for name, s in self.steps.items()
        }

    def _walk(
        self,
        task_s: Mapping[str, float],
        arrows: Sequence[str] = (),
        errors: Mapping[str, float] | None = None,
    ) -> workflow.Walk:
        machine = self.definition or language.sequence(list(arrows))
        failing = errors or {}
        return workflow.walk(
            machine,
            self._steps,
            lambda name: task_s.get(name, 0.0),
            TRANSITION_S[self.kind],
            lambda name: failing.get(name, 0.0),
        )

    def visits(self, errors: Mapping[str, float]) -> Mapping[str, float]:
        """Return the mean number of entries of each state, given the errors of its tasks."""
        return self._walk({}, errors=errors).visits

    def _walk_calls(self, calls: Sequence[CallWait]) -> workflow.Walk:
        task_s: dict[str, float] = {}
        for call in calls:
            name = call.task or call.edge
            task_s[name] = task_s.get(name, 0.0) + call.answer_s
        errors = {c.task: c.error_ratio for c in calls if c.task}
        return self._walk(task_s, list(dict.fromkeys(c.task or c.edge for c in calls)), errors)

    def calls_per_event(self, task: str | None) -> float:
        if self.definition is None or not task:
            return 1.0
        return self._walk({}).visits.get(task, 0.0)

    def service_s(self, own_s: float, calls: Sequence[CallWait]) -> float:
        return own_s + self._walk_calls(calls).duration_s

    def reach_items(self, edge: str, task: str | None, calls: Sequence[CallWait]) -> list[Item]:
        p50_s, p99_s = START_S[self.kind]
        items = [Item(Kind.NETWORK, "Start of the execution", Lognormal(p50_s, p99_s), MEASURED)]
        reach_s = self._walk_calls(calls).reach_s.get(task or edge, 0.0)
        if reach_s > 0:
            label = f"States before {task}" if task else "States before the call"
            items.append(Item(Kind.HOLD, label, Constant(reach_s), None, True))
        return items

    def measures(self, calls: Sequence[CallWait]) -> dict[str, float]:
        found = self._walk_calls(calls)
        return {
            "transitions": found.transitions,
            "duration_s": found.duration_s,
            "events": found.events,
            "children": found.children,
            "children_s": found.children_s,
        }

    # ---- Flow, usage, findings ----

    def station(self, ctx: Context) -> Station:
        if self.kind == "EXPRESS":
            caps: tuple[Cap, ...] = ()
            if not self.synchronous:
                caps = (Cap(START_EXPRESS, Per.REQUEST, ctx.value(START_EXPRESS)),)
        else:
            entered = (
                self._walk({}, errors=ctx.errors).transitions
                if self.definition is not None
                else max(1, ctx.fan_out)
            )
            caps = (
                Cap(START_STANDARD, Per.REQUEST, ctx.value(START_STANDARD), pool="sfn.start"),
                Cap(TRANSITIONS, Per.REQUEST, ctx.value(TRANSITIONS) / entered),
                Cap(OPEN, Per.BUSY, ctx.value(OPEN)),
            )
        waits = self.kind == "EXPRESS" and self.synchronous
        return Station(
            service=Constant(0.0),
            service_label="Workflow",
            answer=None if waits else Lognormal(API_P50_S, API_P99_S),
            caps=caps,
            program=self._program(ctx.errors),
        )

    def _program(self, errors: Mapping[str, float]) -> Program | None:
        """Return the definition's steps; without one, the arrows follow one another."""
        if self.definition is None:
            return None
        return program_of(
            self.definition,
            self._steps,
            TRANSITION_S[self.kind],
            lambda name: errors.get(name, 0.0),
            Lognormal(*START_S[self.kind]),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        starts_per_s = flow.requests_per_s
        yield from self._child_usage(flow, ctx)
        if self.kind == "STANDARD":
            entered = flow.measures["transitions"]
            yield monthly(
                "sfn.standard.transitions",
                "state transition",
                starts_per_s * entered,
                ctx.month_s,
                f"{number(starts_per_s)} executions/s × {number(entered)} states entered",
            )
            return
        yield monthly("sfn.express.requests", "execution", starts_per_s, ctx.month_s, "Executions")
        billed_s = math.ceil(round(flow.service_s * 10, 6)) / 10  # Pricing: steps of 100 ms.
        gb = math.ceil(self.memory_mb / 64) * 64 / 1024
        yield monthly(
            "sfn.express.duration",
            "GB-second",
            starts_per_s * billed_s * gb,
            ctx.month_s,
            f"{number(starts_per_s)} executions/s × {number(billed_s)} s × {number(gb)} GB",
        )

    def _child_usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        """Yield the Express executions that distributed maps start."""
        children = flow.measures.get("children", 0.0)
        if children <= 0:
            return
        per_s = flow.requests_per_s * children
        origin = f"Executions of distributed maps, {number(children)} per execution"
        yield monthly("sfn.express.requests", "execution", per_s, ctx.month_s, origin)
        gb = math.ceil(self.memory_mb / 64) * 64 / 1024
        gb_s = flow.requests_per_s * flow.measures["children_s"] * gb
        yield monthly("sfn.express.duration", "GB-second", gb_s, ctx.month_s, origin)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        run_s = view.flow.service_s
        if self.kind == "EXPRESS" and run_s > EXPRESS_MAX.value:
            yield EXPRESS_TOO_LONG.found(
                f"{view.name} runs {number(run_s)} s on average; Express ends after 300 s.",
                "Make it a Standard workflow, or move the wait out of it.",
                field="kind",
                value="STANDARD",
            )
        if self.kind == "STANDARD" and run_s > STANDARD_MAX.value:
            yield STANDARD_TOO_LONG.found(
                f"{view.name} runs {number(run_s / 86_400)} days on average.",
                "Start a new execution before the year ends.",
            )
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} starts/s of {view.name} are refused.",
                "Use Express, put a queue in front, or ask AWS for a higher quota.",
            )
        for edge in view.flow.inbound:
            if edge.size_kib > STATE_KIB.value:
                yield PAYLOAD.found(
                    f"Inputs of {number(edge.size_kib)} KiB; a state takes 256 KiB.",
                    "Keep the payload in S3 and pass its key.",
                )
        yield from self._step_findings(view)
        yield from advice.findings(self, view, ctx)

    def _step_findings(self, view: NodeView) -> Iterable[Finding]:
        if self.definition is None:
            return
        states = dict(language.all_states(self.definition))
        drawn = {getattr(e.connection, "state", "") for e in view.outbound}
        for name, state in states.items():
            known = name in self.steps and self.steps[name].duration_s is not None
            if state["Type"] == "Task" and name not in drawn and not known:
                yield STEP_WITHOUT_ARROW.found(
                    f'The task "{name}" of {view.name} has no arrow.',
                    "Draw an arrow for it, or state its time under the assumptions.",
                    field="steps",
                )
        for name in self.steps:
            if name not in states:
                yield UNKNOWN_STEP.found(
                    f'{view.name} has no state "{name}"; there are {", ".join(states)}.',
                    "Correct the name or remove the assumption.",
                    field="steps",
                )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.machine_resources(self, site)

    def grants(self, site: Site) -> Iterable[Grant]:
        return export.machine_grants(self)

    def parameters(self, site: Site) -> Iterable[Parameter]:
        return export.machine_parameters(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return export.machine_obstacles(self, site)

    def remarks(self, site: Site) -> Iterable[str]:
        return export.machine_remarks(self, site)

    def files(self, site: Site) -> Iterable[tuple[str, Any]]:
        yield "asl.json", export.definition(self, site)

    def arn(self, logical_id: str) -> Any:
        return ref(logical_id)

    def address(self, logical_id: str) -> Address:
        return Address("ARN", ref(logical_id), "ARN of the state machine")

    def access(self, logical_id: str, operation: str) -> Access:
        waits = self.kind == "EXPRESS" and self.synchronous and operation != "start"
        action = "states:StartSyncExecution" if waits else "states:StartExecution"
        return Access((action,), (ref(logical_id),))
