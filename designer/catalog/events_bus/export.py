"""What a bus and its rules are in CloudFormation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..base import TARGETS_PER_RULE, Link, Resource, Site, ref, rule_target, sub
from .rule import BusRule, rule_id

if TYPE_CHECKING:
    from .room import EventsBus

PARTNERS = {"prefix": "aws.partner/"}


def bus_resources(bus: EventsBus, site: Site) -> Iterable[Resource]:
    """Yield the bus, its rules and its archive."""
    if bus.kind == "custom":
        name = sub(f"${{AWS::StackName}}-{site.placed.id}")  # A bus has no name of its own.
        yield Resource("AWS::Events::EventBus", {"Name": name})
    elif bus.kind == "partner":
        source = ref(f"{site.logical_id}EventSource")
        yield Resource("AWS::Events::EventBus", {"Name": source, "EventSourceName": source})
    rules: dict[str, list[Link]] = {}
    for link in _rules(site):
        rules.setdefault(rule_id(link), []).append(link)
    for logical_id, links in rules.items():
        properties: dict[str, Any] = {
            "EventPattern": _pattern(bus, site, links),
            "State": "ENABLED",
            "Targets": [rule_target(link) for link in links],
        }
        if bus.kind != "default":
            properties = {"EventBusName": site.placed.ref, **properties}
        yield Resource("AWS::Events::Rule", properties, logical_id=logical_id)
    if bus.archive:
        kept = {"SourceArn": site.placed.arn, "RetentionDays": math.ceil(bus.archive_days)}
        yield Resource("AWS::Events::Archive", kept, "Archive")


def _rules(site: Site) -> list[Link]:
    return [link for link in site.outbound if isinstance(link.connection, BusRule)]


def _pattern(bus: EventsBus, site: Site, links: Sequence[Link]) -> dict[str, Any]:
    detail_type = getattr(links[0].connection, "detail_type", "")
    notified = [e for e in site.inbound if e.connection.type == "s3_notification"]
    if notified and len(notified) == len(site.inbound):
        return {
            "source": ["aws.s3"],
            "detail-type": [detail_type or "Object Created"],
            "detail": _objects(notified),
        } | _further(links)
    # What another bus passes on keeps the source that it had there.
    names: list[Any] = []
    for one in (bus, *(e.source.service for e in site.inbound)):
        named = PARTNERS if getattr(one, "kind", "") == "partner" else _source_of(one)
        if named and named not in names:
            names.append(named)
    pattern: dict[str, Any] = {"source": [*names, *(["aws.s3"] if notified else [])]}
    if detail_type:
        pattern["detail-type"] = [detail_type]
    return pattern | _further(links)


def _further(links: Sequence[Link]) -> dict[str, Any]:
    """Return the conditions that the arrows of a rule state themselves."""
    return dict(getattr(links[0].connection, "pattern", {}))


def _source_of(service: Any) -> str:
    return str(getattr(service, "source_name", ""))


def _objects(notified: Sequence[Link]) -> dict[str, Any]:
    """Return the part of a pattern that asks for the buckets' new objects."""
    detail: dict[str, Any] = {"bucket": {"name": [e.source.ref for e in notified]}}
    if len(notified) == 1:
        prefix = getattr(notified[0].connection, "prefix", "")
        suffix = getattr(notified[0].connection, "suffix", "")
        if prefix and suffix:
            detail["object"] = {"key": [{"wildcard": f"{prefix}*{suffix}"}]}
        elif prefix or suffix:
            asked = {"prefix": prefix} if prefix else {"suffix": suffix}
            detail["object"] = {"key": [asked]}
    return detail


def bus_obstacles(site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """Yield what EventBridge refuses about rules that several arrows share."""
    shared: dict[str, list[BusRule]] = {}
    for link in _rules(site):
        if isinstance(link.connection, BusRule) and link.connection.rule_name:
            shared.setdefault(rule_id(link), []).append(link.connection)
    for rules in shared.values():
        name = rules[0].rule_name
        if len(rules) > TARGETS_PER_RULE:
            message = (
                f"Rule {name} of {site.placed.label} has {len(rules)} targets; a rule "
                f"takes {TARGETS_PER_RULE}. Give some of the arrows another rule name."
            )
            yield (), message
        if any(rule.pattern != rules[0].pattern for rule in rules):
            message = (
                f"The arrows of rule {name} of {site.placed.label} state different patterns, but a "
                "rule has one: give them different rule names."
            )
            yield (), message
        asked = list(dict.fromkeys(rule.detail_type for rule in rules))
        if len(asked) > 1:
            shown = " and ".join(f'"{one}"' if one else "any" for one in asked)
            message = (
                f"The arrows of rule {name} of {site.placed.label} ask for different "
                f"detail types ({shown}), but a rule has one pattern: give them different "
                "rule names."
            )
            yield (), message
