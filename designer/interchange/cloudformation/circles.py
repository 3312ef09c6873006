"""Adds to resources what edges say, and keeps resources from waiting for each other in a circle.

A function may be told by an environment variable how to reach what, in the end, waits for the
function: a bucket that notifies it, a workflow that calls it. CloudFormation refuses such circles.
Then the address is kept in a parameter of Systems Manager, whose name is known beforehand, and the
function reads it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from designer.catalog.base import Link, Patch, arn, sub

from .graph import reaches, references

VARIABLES = ("Properties", "Environment", "Variables")


def apply(resource: dict[str, Any], patch: Patch) -> None:
    """Add a patch: lists are appended to, mappings merged."""
    at = resource
    for key in patch.path[:-1]:
        at = at.setdefault(key, {})
    last = patch.path[-1]
    if isinstance(patch.value, list):
        known = at.get(last, [])
        at[last] = [*known, *(item for item in patch.value if item not in known)]
    elif isinstance(patch.value, dict):
        at[last] = {**at.get(last, {}), **patch.value}
    else:
        at[last] = patch.value


def apply_soft(
    resources: dict[str, dict[str, Any]], soft: Sequence[tuple[Link, Patch]]
) -> list[str]:
    """Add what makes no circle, by a detour what would; return notes about the detours.

    What waits (DependsOn) comes last: it may be left out, an address may not.
    """
    notes: list[str] = []
    for link, patch in sorted(soft, key=lambda one: one[1].path == ("DependsOn",)):
        needed = patch.value if patch.path == ("DependsOn",) else list(references(patch.value))
        closes = any(
            name in resources and reaches(resources, name, patch.logical_id) for name in needed
        )
        if not closes:
            apply(resources[patch.logical_id], patch)
        elif patch.path == VARIABLES:
            notes.append(_by_parameter(resources, link, patch))
    return notes


def _by_parameter(resources: dict[str, dict[str, Any]], link: Link, patch: Patch) -> str:
    """Keep an address in Systems Manager and name the place in the variable."""
    ((variable, value),) = patch.value.items()
    name = f"/${{AWS::StackName}}/{link.source.id}/{link.target.id}"
    resources[f"{link.logical_id}Address"] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Name": sub(name), "Value": value},
    }
    renamed = {f"{variable}_PARAMETER": sub(name)}
    apply(resources[patch.logical_id], Patch(patch.logical_id, patch.path, renamed))
    statement = {
        "Effect": "Allow",
        "Action": ["ssm:GetParameter"],
        "Resource": arn("ssm", f"parameter{name}"),
    }
    path = ("Properties", "PolicyDocument", "Statement")
    policy_id = link.source.policy_id
    apply(resources[policy_id], Patch(policy_id, path, [statement]))
    return (
        f"{link.source.label} and {link.target.label} wait for each other, so the address of "
        f"{link.target.label} is no environment variable: {variable}_PARAMETER names the "
        "parameter of Systems Manager that holds it."
    )
