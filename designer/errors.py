"""Errors that a person can act on.

UserError                 the reader of the message can mend it; never our bug
├── DesignError           a document that cannot be read as a design
├── ExportError           a design that cannot be written as a template
└── (estimator.engine.errors) Unstable, PriceMissing

Built-in exceptions mean our own bug. Every error carries all problems at once, each with the
place (a JSON pointer) and what to change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        pointer: JSON pointer (RFC 6901) to the place; "" is the whole document.
        code: Stable slug, for programs.
        message: What is wrong and what to change, for people.
        nearest: The nearest valid name, where a name was unknown.
    """

    pointer: str
    code: str
    message: str
    nearest: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "pointer": self.pointer,
            "code": self.code,
            "message": self.message,
            "nearest": self.nearest,
        }


class UserError(Exception):
    """Something the user can mend; shown as it is."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request cannot be answered"

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = (Problem("", self.code, problems),)
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(p.message for p in self.problems))


class DesignError(UserError):
    """The document is not a valid design."""

    code = "invalid-design"
    title = "The design is not valid"


class ExportError(UserError):
    """The design cannot be written in the format asked for."""

    code = "cannot-export"
    title = "The design cannot be exported"


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer of a path, escaped as RFC 6901 asks."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
