"""Which resource waits for which: what a template refers to, and where it goes in a circle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

IN_SUB = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


def references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if "Ref" in value and len(value) == 1:
            yield value["Ref"]
        elif "Fn::GetAtt" in value and len(value) == 1:
            yield value["Fn::GetAtt"][0]
        elif "Fn::Sub" in value and len(value) == 1:
            yield from IN_SUB.findall(value["Fn::Sub"])
        else:
            for item in value.values():
                yield from references(item)


def waits_for(resources: Mapping[str, Any], logical_id: str) -> set[str]:
    """Return the resources that must stand before this one."""
    body = resources[logical_id]
    named = {*body.get("DependsOn", ()), *references(body.get("Properties", {}))}
    return named & resources.keys()


def reaches(resources: Mapping[str, Any], start: str, end: str) -> bool:
    """Tell whether `start` waits for `end`, directly or not; every resource reaches itself."""
    seen: set[str] = set()
    stack = [start]
    while stack:
        at = stack.pop()
        if at == end:
            return True
        if at not in seen:
            seen.add(at)
            stack.extend(waits_for(resources, at))
    return False


def circle(resources: Mapping[str, Any]) -> list[str]:
    """Return the ids of one circle in the order of waiting; empty where there is none."""
    done: set[str] = set()
    for start in resources:
        path: list[str] = []
        stack = [(start, iter(sorted(waits_for(resources, start))))] if start not in done else []
        path = [start] if stack else []
        while stack:
            at, ahead = stack[-1]
            step = next(ahead, None)
            if step is None:
                done.add(at)
                stack.pop()
                path.pop()
            elif step in path:
                return path[path.index(step) :]
            elif step not in done:
                stack.append((step, iter(sorted(waits_for(resources, step)))))
                path.append(step)
    return []
