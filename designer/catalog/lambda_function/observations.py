"""What deserves attention about a function."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..base import Context, Finding, Mechanism, NodeView, number
from . import export, streams
from .rules import (
    ACCOUNT_CONCURRENCY,
    ASYNC_AGE,
    ASYNC_LOSS,
    ASYNC_TOO_OLD,
    BURST,
    BURST_AT_ONCE,
    BURST_GROWTH,
    DEPRECATED_RUNTIME,
    ESM_BURST,
    ESM_RAMP,
    HOG,
    IDLE_PROVISIONED,
    NEAR_LIMIT,
    NO_WAY_OUT,
    PAYLOAD,
    PAYLOAD_ASYNC,
    PAYLOAD_SYNC,
    POLICY_KIB,
    POLICY_TOO_LARGE,
    PROVISIONED_OVER_ACCOUNT,
    PROVISIONED_OVER_RESERVED,
    RESERVED,
    RESERVED_TOO_MUCH,
    RETRY_NOT_IDEMPOTENT,
    RPS_PER_CONCURRENCY,
    RUN_OVER_MAX,
    SCALING,
    SPILL,
    THROTTLED,
    TIMEOUT_MAX,
    TIMEOUT_NEAR,
    TOO_LONG,
    UNRESERVED_MIN,
    VPC_INTERFACES,
    VPC_ROLE,
)
from .runtimes import DEPRECATED

if TYPE_CHECKING:
    from .room import LambdaFunction

PUSHED = (Mechanism.PUSH, Mechanism.SCHEDULE)
SPILLED_MUCH = 0.05  # From here a warning: one run in twenty is on demand.
USED_LITTLE = 0.6  # On-demand and provisioned cost the same at this use.
MOST = 0.5  # Of the account's concurrency.
FIRST_BATCHES = 5  # At once, when a mapping begins.
STATEMENT_KIB = 0.35  # Assumption: one statement of a resource policy, with its ARNs.
CALLED_BY_ROLE = (  # Their roles, not the function's policy, let them in.
    "lambda_call",
    "lambda_async_invoke",
    "client_call",
    "sfn_task",
)


def findings(function: LambdaFunction, view: NodeView, ctx: Context) -> Iterable[Finding]:
    """Yield what deserves attention about a function."""
    yield from _time(function, view)
    yield from _load(function, view)
    yield from _concurrency(function, view, ctx)
    yield from _provisioned(function, view)
    yield from _bursts(function, view, ctx)
    yield from _inputs(function, view)
    yield from _setup(function, view)
    yield from _network(function, view)
    yield from _policy(view)
    yield from streams.dropped(view)


def _time(function: LambdaFunction, view: NodeView) -> Iterable[Finding]:
    run_s = view.flow.service_s
    if run_s > TIMEOUT_MAX.value:
        yield RUN_OVER_MAX.found(
            f"{view.name} runs {number(run_s)} s on average; Lambda ends every run after 900 s.",
            "Split the work, or run it in Step Functions, Fargate or Batch.",
        )
    if run_s > function.timeout_s:
        longer = math.ceil(run_s * 2)
        fits = longer <= TIMEOUT_MAX.value
        yield TOO_LONG.found(
            f"{view.name} runs {number(run_s)} s on average, with the calls it waits for; its "
            f"timeout is {number(function.timeout_s)} s.",
            f"Raise the timeout to {longer} s or shorten the work."
            if fits
            else "Lambda ends after 900 s: split the work, or use Step Functions or Fargate.",
            field="timeout_s",
            value=longer if fits else None,
        )
    elif run_s > function.timeout_s / 2:
        yield TIMEOUT_NEAR.found(
            f"{view.name} runs {number(run_s)} s on average; its timeout is "
            f"{number(function.timeout_s)} s.",
            "Raise the timeout above the slowest run you accept.",
            field="timeout_s",
            value=min(TIMEOUT_MAX.value, math.ceil(run_s * 4)),
        )


def _load(function: LambdaFunction, view: NodeView) -> Iterable[Finding]:
    key = RESERVED.id if function.reserved_concurrency else ACCOUNT_CONCURRENCY.id
    used = max(view.utilisation.get(key, 0.0), view.utilisation.get(RPS_PER_CONCURRENCY.id, 0.0))
    if used > 1:
        yield THROTTLED.found(
            f"{view.name} needs {number(used * 100)} % of the concurrency it has.",
            "Raise the reserved or account concurrency, or shorten the run time.",
            field="reserved_concurrency" if function.reserved_concurrency else None,
        )
    elif used > 0.8:
        yield NEAR_LIMIT.found(
            f"{view.name} uses {number(used * 100)} % of its concurrency at the busiest hour.",
            "Raise the concurrency or shorten the run time before the next growth.",
            field="reserved_concurrency" if function.reserved_concurrency else None,
        )


def _inputs(function: LambdaFunction, view: NodeView) -> Iterable[Finding]:
    for edge in view.flow.inbound:
        pushed = edge.mechanism in PUSHED
        most = PAYLOAD_ASYNC if pushed else PAYLOAD_SYNC
        if edge.request_kib > most.value:
            yield PAYLOAD.found(
                f"Requests of {number(edge.request_kib)} KiB from {edge.peer}; Lambda takes "
                f"{number(most.value)} KiB.",
                "Send a smaller payload or batch, or pass an S3 key.",
            )
    pushed_in = any(e.flow.mechanism in PUSHED for e in view.inbound)
    caught = any(e.connection.type in export.CATCHES for e in view.outbound)
    if pushed_in and not caught:
        yield ASYNC_LOSS.found(
            f"Events that {view.name} cannot handle after {function.async_retries} retries are "
            "dropped.",
            "Draw an on-failure or a dead-letter arrow to a queue.",
        )
    repeated = pushed_in or any(e.flow.mechanism is Mechanism.POLL for e in view.inbound)
    if repeated:
        yield RETRY_NOT_IDEMPOTENT.found(
            f"{view.name} may see an event more than once.",
            "Make the handler idempotent, for instance by a conditional write on an id.",
        )
    waits_s = (0, 60, 180)[int(function.async_retries)]
    if pushed_in and function.async_max_age_s < waits_s + function.timeout_s:
        longer = math.ceil(min(ASYNC_AGE.value, waits_s + 3 * function.timeout_s))
        yield ASYNC_TOO_OLD.found(
            f"{view.name} gives events up after {function.async_max_age_s} s; "
            f"{function.async_retries} retries alone wait {waits_s} s.",
            f"Raise the age to {longer} s, or ask for fewer retries.",
            field="async_max_age_s",
            value=longer,
        )


def _concurrency(function: LambdaFunction, view: NodeView, ctx: Context) -> Iterable[Finding]:
    account = ctx.value(ACCOUNT_CONCURRENCY)
    own = function.reserved_concurrency
    peak = max(view.flow.busy_by_hour, default=view.flow.busy)
    left = account - UNRESERVED_MIN.value
    if own is None and peak > MOST * account:
        reserve = int(min(left, math.ceil(peak * 1.2)))
        yield HOG.found(
            f"{view.name} takes {number(peak)} of the account's {number(account)} executions at "
            "the busiest hour, without a reservation.",
            f"Reserve {reserve} for it, so that it can take no more, and ask AWS for a higher "
            "account concurrency.",
            field="reserved_concurrency",
            value=reserve if reserve > peak else None,
        )
    if own is not None and ctx.taken.get(ACCOUNT_CONCURRENCY.id, own) > left:
        yield RESERVED_TOO_MUCH.found(
            f"{view.name} reserves {own}; all reservations together may take {number(left)} of "
            f"the account's {number(account)} executions.",
            "Reserve less, or state the account's higher quota under the assumptions.",
            field="reserved_concurrency",
            value=int(left) if own > left else None,
        )
    kept = function.provisioned_concurrency
    free = ctx.left(ACCOUNT_CONCURRENCY) - UNRESERVED_MIN.value
    if kept is not None and own is None and kept > free:
        yield PROVISIONED_OVER_ACCOUNT.found(
            f"{view.name} provisions {kept} environments; the account has {number(free)} left.",
            "Provision fewer, or state the account's higher quota under the assumptions.",
            field="provisioned_concurrency",
            value=int(free) if free >= 1 else None,
        )
    if kept is not None and own is not None and kept > own:
        yield PROVISIONED_OVER_RESERVED.found(
            f"{view.name} provisions {kept} environments of {own} reserved ones.",
            f"Reserve at least {kept}, or provision {own}.",
            field="provisioned_concurrency",
            value=own,
        )


def _provisioned(function: LambdaFunction, view: NodeView) -> Iterable[Finding]:
    kept, flow = function.provisioned_concurrency, view.flow
    if kept is None or not flow.busy_by_hour:
        return
    spilled = function.spilled_ratio(flow)
    if spilled > SPILLED_MUCH:
        needed = math.ceil(max(flow.busy_by_hour) + 3 * math.sqrt(max(flow.busy_by_hour)))
        yield SPILL.found(
            f"{number(round(spilled * 100, 1))} % of the runs of {view.name} find none of the "
            f"{kept} provisioned environments and run on demand.",
            f"Provision {needed} environments, through the hours that are busy.",
            field="provisioned_concurrency",
            value=needed if needed > kept else None,
        )
    used = flow.busy * (1 - spilled) / (kept * function.provisioned_length_h / 24)
    if used < USED_LITTLE and flow.busy > 0:
        yield IDLE_PROVISIONED.found(
            f"The provisioned environments of {view.name} work {number(round(used * 100, 1))} % of "
            "the time they are kept.",
            "Keep them for the busy hours only, or fewer of them, unless the cold starts they "
            "save are worth it.",
            field="provisioned_concurrency",
        )


def _bursts(function: LambdaFunction, view: NodeView, ctx: Context) -> Iterable[Finding]:
    by_hour = view.flow.busy_by_hour or (view.flow.busy,)
    steps = [
        after - before for before, after in zip(by_hour, (*by_hour[1:], by_hour[0]), strict=True)
    ]
    jump = max(*steps, 0.0, max(by_hour) * (function.burst_factor - 1))
    polled = [e for e in view.inbound if e.connection.type == "lambda_sqs_mapping"]
    direct = [e for e in view.inbound if e.flow.mechanism is not Mechanism.POLL]
    at_once, every_s = SCALING.value, 10.0
    more, pace = at_once, f"{number(SCALING.value)} in 10 s"
    if function.scaling == "region":
        at_once, more, every_s = ctx.value(BURST_AT_ONCE), BURST_GROWTH.value, 60.0
        pace = f"{number(at_once)} and then {number(more)} a minute for the whole region"
    if direct and jump > at_once:
        late_s = (jump - at_once) / more * every_s
        yield BURST.found(
            f"{view.name} needs {number(round(jump))} more environments at once; Lambda adds "
            f"{pace}, so {number(math.ceil(late_s))} s of the burst are throttled.",
            "Put a queue in front, provision the concurrency before the burst, or spread it.",
            field="burst_factor" if function.burst_factor > 1 else None,
        )
    slow = [e for e in polled if getattr(e.connection, "pollers_min", None) is None]
    growth = min((getattr(e.connection, "growth", ESM_RAMP.value) for e in slow), default=1.0)
    minutes = (jump - FIRST_BATCHES) / growth
    if slow and minutes > 1:
        yield ESM_BURST.found(
            f"A burst needs {number(round(jump))} more batches at once from {slow[0].source_name}; "
            f"the mapping has them after {number(round(minutes, 1))} minutes.",
            "Accept the wait, or give the mapping provisioned pollers.",
        )


def _setup(function: LambdaFunction, view: NodeView) -> Iterable[Finding]:
    if function.package == "Zip" and function.runtime in DEPRECATED:
        since, follows = DEPRECATED[function.runtime]
        yield DEPRECATED_RUNTIME.found(
            f"{view.name} runs {function.runtime}, deprecated on {since}.",
            f"Move to {follows}.",
            field="runtime",
            value=follows,
        )
    calls = [e for e in view.outbound if e.flow.mechanism is Mechanism.CALL]
    drawn = any(e.connection.type == "ec2_nat_egress" for e in view.outbound)
    if function.vpc and function.way_out == "none" and calls and not drawn:
        yield NO_WAY_OUT.found(
            f"{view.name} is in a VPC and calls {calls[0].target_name}, without a NAT gateway or "
            "endpoints.",
            "Add endpoints for the services it calls or a NAT gateway, or take it out of the VPC.",
            field="vpc",
            value=False,
        )


def _network(function: LambdaFunction, view: NodeView) -> Iterable[Finding]:
    if not function.vpc:
        return
    yield VPC_INTERFACES.found(
        f"{view.name} has one network interface in each of its {function.vpc_subnets} subnets for "
        "its set of security groups.",
        "Give functions of one VPC the same subnets and security groups, so that they share them.",
    )
    yield VPC_ROLE.found(
        f"The role of {view.name} may make and delete network interfaces.",
        "Add a Deny of these calls with the condition lambda:SourceFunctionArn to the role.",
    )


def _policy(view: NodeView) -> Iterable[Finding]:
    """Yield a finding where more services invoke the function than its policy can name."""
    callers = [
        e
        for e in view.inbound
        if e.flow.mechanism is not Mechanism.POLL and e.connection.type not in CALLED_BY_ROLE
    ]
    if len(callers) * STATEMENT_KIB > POLICY_KIB.value:
        yield POLICY_TOO_LARGE.found(
            f"{len(callers)} arrows invoke {view.name} by its resource policy: about "
            f"{number(round(len(callers) * STATEMENT_KIB, 1))} KiB of {number(POLICY_KIB.value)}.",
            "Let several rules or routes share one permission, or split the function.",
        )
