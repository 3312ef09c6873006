"""A template in its two spellings: YAML with short functions for people, JSON for programs."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, TaggedScalar
from ruamel.yaml.scalarstring import LiteralScalarString, SingleQuotedScalarString

# CloudFormation reads YAML 1.1, where `on` is true, `1_0` ten and `12:30` a number. Whatever is
# not plainly a word is quoted.
PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./:@*-]*(?: [A-Za-z0-9_./@*-]+)*")
YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@dataclass(frozen=True)
class Template:
    """A CloudFormation template.

    Attributes:
        body: The template in the long form of its functions.
        notes: What it leaves out or leaves to people, and why.
    """

    body: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def resources(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["Resources"]
        return found

    def to_json(self) -> str:
        return json.dumps(self.body, indent=2, ensure_ascii=False) + "\n"

    def to_yaml(self) -> str:
        writer = YAML()
        writer.width = 10_000  # Folded lines are harder to read and to compare.
        writer.indent(mapping=2, sequence=4, offset=2)
        writer.representer.ignore_aliases = lambda _: True
        out = io.StringIO()
        body = _written(self.body)
        for section in list(body)[1:]:
            body.yaml_set_comment_before_after_key(section, before="\n")
        for section in ("Resources", "Outputs", "Parameters"):
            for key in list(body.get(section, {}))[1:]:
                body[section].yaml_set_comment_before_after_key(key, before="\n")
        writer.dump(body, out)
        return re.sub(r"^[ #]*#[ ]*$", "", out.getvalue(), flags=re.MULTILINE)


def _written(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == "Ref":
                return _tagged("!Ref", inner)
            if key == "Fn::GetAtt":
                return _tagged("!GetAtt", ".".join(inner))
            if key == "Fn::Sub":
                return _tagged("!Sub", inner)
        return CommentedMap((_written(key), _written(item)) for key, item in value.items())
    if isinstance(value, list):
        return [_written(item) for item in value]
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> Any:
    if "\n" in text:
        return LiteralScalarString(text)
    if PLAIN.fullmatch(text) and text.lower() not in YAML_WORDS and not text.endswith(":"):
        return text
    return SingleQuotedScalarString(text)


def _tagged(tag: str, text: str) -> TaggedScalar:
    style = "|" if "\n" in text else None
    return TaggedScalar(value=text, style=style, tag=tag)
