"""What a workflow is in CloudFormation: its definition with the drawn targets filled in."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..base import (
    LOG_DAYS,
    Grant,
    Link,
    Parameter,
    Patch,
    Resource,
    Site,
    get_att,
    log_group,
    pascal,
    ref,
    sub,
)
from . import language, tasks

if TYPE_CHECKING:
    from .room import SfnStateMachine
    from .task import SfnTask

TASK = "sfn_task"
PLACEHOLDER = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\}")
# What Step Functions needs to write logs; none of these can be asked on a single log group.
LOG_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
MAX_STATE_NAME = 80


def machine_resources(machine: SfnStateMachine, site: Site) -> Iterable[Resource]:
    """Yield log group and state machine."""
    text = json.dumps(definition(machine, site), indent=2, ensure_ascii=False)
    properties: dict[str, Any] = {
        "StateMachineType": machine.kind,
        "RoleArn": site.placed.role_arn,
        "DefinitionString": text,
    }
    named = dict(_substitutions(site, text))
    if named:
        properties["DefinitionSubstitutions"] = named
    if machine.logging != "OFF":
        # Names that begin like this keep AWS's own log policy within its size.
        name = sub(f"/aws/vendedlogs/states/${{AWS::StackName}}-{site.logical_id}")
        yield log_group("Logs", LOG_DAYS, name)
        group = {"LogGroupArn": get_att(f"{site.logical_id}Logs", "Arn")}
        properties["LoggingConfiguration"] = {
            "Level": machine.logging,
            "IncludeExecutionData": machine.logging == "ALL",
            "Destinations": [{"CloudWatchLogsLogGroup": group}],
        }
    yield Resource("AWS::StepFunctions::StateMachine", properties)


def machine_grants(machine: SfnStateMachine) -> Iterable[Grant]:
    if machine.logging != "OFF":
        yield Grant("source", LOG_ACTIONS, ("*",))


def _substitutions(site: Site, text: str) -> Iterator[tuple[str, Any]]:
    """Yield the value of each placeholder in the order of its first use."""
    drawn = {link.target.id: link for link in _task_links(site)}
    for name in dict.fromkeys(PLACEHOLDER.findall(text)):
        if name not in drawn:
            yield name, ref(_parameter_name(site, name))
        elif drawn[name].target.service.type == "lambda_function":
            yield name, drawn[name].target.arn  # A task's Resource takes no function name.
        else:
            yield name, drawn[name].target.address.value


def _parameter_name(site: Site, name: str) -> str:
    return f"{site.logical_id}{pascal(name)}Value"


def machine_parameters(machine: SfnStateMachine, site: Site) -> Iterable[Parameter]:
    """Yield a parameter for each placeholder that no arrow explains."""
    text = json.dumps(definition(machine, site))
    drawn = {link.target.id for link in _task_links(site)}
    for name in dict.fromkeys(PLACEHOLDER.findall(text)):
        if name not in drawn:
            described = f"Value of ${{{name}}} in the definition of {site.placed.label}."
            yield Parameter(_parameter_name(site, name), described)


def machine_obstacles(
    machine: SfnStateMachine, site: Site
) -> Iterable[tuple[tuple[str | int, ...], str]]:
    own = f"${{{site.placed.id}}}"
    if own in json.dumps(definition(machine, site)):
        message = (
            f"{site.placed.label} names itself by {own}, but a template cannot refer to what it "
            f'is just defining: use "StateMachineArn.$": "{tasks.OWN_ARN}".'
        )
        yield ("definition",), message


def machine_remarks(machine: SfnStateMachine, site: Site) -> Iterable[str]:
    label = site.placed.label
    if machine.definition is None:
        yield f"{label} runs one task per arrow, one after another: it has no definition yet."
        return
    drawn = {getattr(link.connection, "state", "") for link in _task_links(site)}
    for name, state in language.all_states(machine.definition):
        if state["Type"] == "Task" and name not in drawn:
            yield f'The role of {label} has no grant for the task "{name}": it has no arrow.'
    text = json.dumps(machine.definition)
    for link in _task_links(site):
        if link.target.service.type == "ses_identity" and "Destination" not in text:
            yield f"{label} writes to the mailbox simulator of SES: put the real recipients there."


# ---- The definition ----------------------------------------------------------------------------


def definition(machine: SfnStateMachine, site: Site) -> dict[str, Any]:
    """Return the definition that is deployed: drawn targets filled in, ids still in ${...}."""
    links = list(_task_links(site))
    if machine.definition is None:
        return _generated(links)
    filled = copy.deepcopy(machine.definition)
    by_state: dict[str, list[Link]] = {}
    for link in links:
        by_state.setdefault(getattr(link.connection, "state", ""), []).append(link)
    spoken = str(filled.get("QueryLanguage", "JSONPath"))
    for name, state in language.all_states(filled):
        if state["Type"] == "Task" and name in by_state and isinstance(state, dict):
            _fill(state, _meant(state, by_state[name]), spoken)
    return filled


def _task_links(site: Site) -> Iterator[Link]:
    return (link for link in site.outbound if link.connection.type == TASK)


def _operation(link: Link) -> str:
    return str(getattr(link.connection, "operation", "write"))


def _generated(links: Sequence[Link]) -> dict[str, Any]:
    names = state_names(links)
    machine = language.sequence(names)
    for name, link in zip(names, links, strict=True):
        state = machine["States"][name]
        state["Resource"] = tasks.resource(link, _operation(link))
        state["Parameters"] = tasks.parameters(link, _operation(link))
        if link.target.service.type == "lambda_function":
            state["Retry"] = [tasks.LAMBDA_RETRY]
        if "Next" in state:
            state["ResultPath"] = None  # Every task gets the input of the execution.
        elif link.target.service.type == "lambda_function":
            state["OutputPath"] = "$.Payload"
    return machine


def state_names(links: Sequence[Link]) -> list[str]:
    """Return one name per arrow: what people call the target, with its id where two are alike."""
    labels = [link.target.label[:MAX_STATE_NAME].replace("${", "{") for link in links]
    return [
        label if labels.count(label) == 1 else f"{label[: MAX_STATE_NAME - 51]} ({link.target.id})"
        for label, link in zip(labels, links, strict=True)
    ]


def _meant(state: Mapping[str, Any], links: Sequence[Link]) -> Link:
    """Return which of several arrows of a state its text names; else the first."""
    text = json.dumps(state)
    return next((link for link in links if tasks.placeholder(link) in text), links[0])


def _fill(state: dict[str, Any], link: Link, language: str) -> None:
    usual = tasks.resource(link, _operation(link))
    if state.get("Resource") == tasks.placeholder(link):
        if link.target.service.type == "lambda_function":
            return  # A function's ARN is a Resource by itself.
        state["Resource"] = usual
    if state.get("Resource") != usual or {"Parameters", "Arguments"} & set(state):
        return
    parameters = tasks.parameters(link, _operation(link))
    if state.get("QueryLanguage", language) == "JSONata":
        state["Arguments"] = tasks.as_jsonata(parameters)
    else:
        state["Parameters"] = parameters


# ---- The arrows --------------------------------------------------------------------------------


def task_grants(connection: SfnTask, link: Link) -> Iterable[Grant]:
    stated = getattr(link.source.service, "definition", None)
    states = dict(language.all_states(stated)) if stated else {}
    resource = states.get(connection.state, {}).get("Resource")
    return tasks.grants(link, connection.operation, resource)


def task_patches(link: Link) -> Iterable[Patch]:
    # An execution may start as soon as the machine stands: its grants should stand before.
    yield Patch(link.source.logical_id, ("DependsOn",), [link.source.policy_id], soft=True)
