"""The catalog as Markdown: docs/services.md and docs/findings.md, written by `dump_catalog`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .base import Ban, Connection, Limit, Rule, Service, Severity
from .describe import form_schema

NOTE = "Written by `python manage.py dump_catalog`; do not edit.\n"


def services_page(
    services: Mapping[str, type[Service]], connections: Mapping[str, type[Connection]]
) -> str:
    """Return the page of all services: fields, limits, connections."""
    parts = ["# Services\n", NOTE]
    for name, service in services.items():
        parts.append(f"## {service.title} (`{name}`)\n")
        resource = f" `{service.cloudformation}`." if service.cloudformation else ""
        parts.append(f"{service.summary}{resource} [AWS documentation]({service.docs_url})\n")
        parts.append(_fields(form_schema(service)))
        parts.append(_limits(service.limits))
        parts.append(_reached(name, services, connections))
    parts.append("# Connections\n")
    for name, connection in connections.items():
        parts.append(f"## {connection.title} (`{name}`)\n")
        ends = f"From {_codes(connection.sources)} to {_codes(connection.targets)}."
        resource = f" `{connection.cloudformation}`." if connection.cloudformation else ""
        parts.append(f"{connection.summary} {ends}{resource}\n")
        parts.append(_fields(form_schema(connection)))
        parts.append(_limits(connection.limits))
    return "\n".join(part for part in parts if part)


def findings_page(rules: Iterable[Rule], bans: Iterable[Ban] = ()) -> str:
    """Return the page of all findings (severity, reason, source) and of all refusals."""
    parts = ["# Findings\n", NOTE]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    for rule in sorted(rules, key=lambda r: (order[r.severity], r.id)):
        parts.append(f"## `{rule.id}`\n")
        parts.append(f"**{rule.severity.value}** · {rule.title}\n")
        checked = f"checked {rule.source.checked}"
        parts.append(f"{rule.why} [{rule.source.text}]({rule.source.url}), {checked}\n")
    parts.append("# Refusals\n")
    parts.append(
        "What AWS does not let anyone build is not estimated: the document is refused with one of "
        "these codes at the arrow. Other faults of a document have codes of their own, such as "
        "`edge-not-allowed`, `unknown-key` and `bad-config`.\n"
    )
    for ban in sorted(bans, key=lambda b: b.id):
        parts.append(f"## `{ban.id}`\n")
        parts.append(f"**refused** · {ban.title}\n")
        checked = f"checked {ban.source.checked}"
        parts.append(f"{ban.why} [{ban.source.text}]({ban.source.url}), {checked}\n")
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _fields(schema: dict[str, Any]) -> str:
    return _table(
        ("Field", "Default", "Unit", "Meaning"),
        [
            [f"`{name}`", _default(field), field.get("x-unit", ""), _meaning(field)]
            for name, field in schema["properties"].items()
        ],
    )


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    if value is None or value == "" or isinstance(value, dict | list):
        return "" if not isinstance(value, list) else "by hour"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(field: dict[str, Any]) -> str:
    text = str(field["description"])
    if field.get("x-assumed"):
        text += " *Assumption.*"
    source = field.get("x-source")
    return f"{text} ([source]({source['url']}), {source['checked']})" if source else text


def _limits(limits: Sequence[Limit]) -> str:
    return _table(
        ("Limit", "Value", "Source"),
        [
            [
                f"{limit.title}{' (adjustable)' if limit.adjustable else ''}",
                _value(limit),
                f"[{limit.source.text}]({limit.source.url}), {limit.source.checked}",
            ]
            for limit in limits
        ],
    )


def _value(limit: Limit) -> str:
    shown = f"{limit.value:,.10g} {limit.unit}"
    regions = ", ".join(f"{region} {value:,.10g}" for region, value in limit.by_region.items())
    return f"{shown}; {regions}" if regions else shown


def _reached(
    name: str, services: Mapping[str, type[Service]], connections: Mapping[str, type[Connection]]
) -> str:
    ways = list(_ways(name, services, connections))
    return f"Reaches: {', '.join(ways)}.\n" if ways else "Sends nothing on.\n"


def _ways(
    name: str, services: Mapping[str, type[Service]], connections: Mapping[str, type[Connection]]
) -> Iterator[str]:
    for target, service in services.items():
        kinds = [
            c.title.lower()
            for c in connections.values()
            if name in c.sources and target in c.targets
        ]
        if kinds:
            yield f"{service.title} ({', '.join(kinds)})"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in sorted(names))
