"""Reading a JSON body strictly: what cannot be stored or answered again is refused here, once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.parsers import BaseParser

from .problems import ApiError


def _refuse(detail: str, code: str = "malformed-json", **place: Any) -> NoReturn:
    raise ApiError(400, code, detail, title="The body cannot be read", **place)


def _constant(name: str) -> NoReturn:
    _refuse(f"{name} is not a JSON number.")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _refuse(f"The number {text[:40]} is too large.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        _refuse(f"The key {twice[:80]!r} is given twice in one object.")
    return found


def _check_text(value: str) -> None:
    if "\x00" in value:
        _refuse("Text must not hold the character U+0000.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            _refuse("Text holds half of a surrogate pair, which is not a character.")


def _check(root: Any) -> None:
    """Refuse text no database takes and nesting no reader should have to follow."""
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > settings.MAX_JSON_DEPTH:
            _refuse(f"The body is nested deeper than {settings.MAX_JSON_DEPTH} levels.")
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, dict):
                for key in value:
                    _check_text(key)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = below


def parse(raw: bytes) -> dict[str, Any]:
    """Return the object that the bytes hold.

    Raises:
        ApiError: 400; with line and column where the text stops being JSON.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"The body is not UTF-8 (byte {error.start}).")
    try:
        found = json.loads(
            text, parse_constant=_constant, parse_float=_finite, object_pairs_hook=_unique
        )
    except json.JSONDecodeError as error:
        _refuse(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            line=error.lineno,
            column=error.colno,
        )
    except RecursionError:
        _refuse(f"The body is nested deeper than {settings.MAX_JSON_DEPTH} levels.")
    except ValueError:
        _refuse("The body holds a number with too many digits.")
    if not isinstance(found, dict):
        _refuse("The body must be a JSON object.", code="not-an-object")
    _check(found)
    return found


class StrictJSONParser(BaseParser):
    """``application/json`` and nothing else."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        limit = settings.MAX_BODY_BYTES
        # A chunked body announces no length, so the limit is kept while reading too.
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise ApiError(
                413,
                "body-too-large",
                f"The body is larger than {limit // 1024**2} MiB.",
                limit_bytes=limit,
            )
        return parse(raw)
