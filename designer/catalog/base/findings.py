"""Findings: what was answered and deserves attention."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .limits import Source


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One observation about a node or an edge.

    Attributes:
        field: Config field that mends it.
        value: Value for `field` that mends it, where the change is mechanical.
    """

    rule: Rule
    message: str
    fix: str
    field: str | None = None
    value: Any = None


@dataclass(frozen=True)
class Rule:
    """The identity of a finding: its id is stable for ever."""

    id: str
    severity: Severity
    title: str
    why: str
    source: Source

    def found(
        self, message: str, fix: str, *, field: str | None = None, value: Any = None
    ) -> Finding:
        return Finding(self, message, fix, field, value)
