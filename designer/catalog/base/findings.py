"""Findings: what was answered and deserves attention. Bans: what AWS does not let people build."""

from __future__ import annotations

from collections.abc import Mapping
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
        instead: A whole configuration to put in place of the node's, where another type mends it.
    """

    rule: Rule
    message: str
    fix: str
    field: str | None = None
    value: Any = None
    instead: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Rule:
    """The identity of a finding: its id is stable for ever."""

    id: str
    severity: Severity
    title: str
    why: str
    source: Source

    def found(
        self,
        message: str,
        fix: str,
        *,
        field: str | None = None,
        value: Any = None,
        instead: Mapping[str, Any] | None = None,
    ) -> Finding:
        return Finding(self, message, fix, field, value, instead)


@dataclass(frozen=True)
class Refused:
    """One refusal: what is wrong here, and the nearest thing that works."""

    ban: Ban
    message: str


@dataclass(frozen=True)
class Ban:
    """The identity of a refusal of two configurations: its id is stable for ever."""

    id: str
    title: str
    why: str
    source: Source

    def refused(self, message: str) -> Refused:
        return Refused(self, message)
