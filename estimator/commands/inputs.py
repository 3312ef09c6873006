"""What every command reads and writes: files, designs, JSON, exit codes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from designer.document import Design, dump, loads, older_names_in
from designer.errors import Problem, UserError

OK, ERROR, FOUND = 0, 1, 2
MAX_BYTES = 20 * 1024 * 1024


def read_text(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UserError([Problem("", "no-file", f"{name}: {error.strerror}")]) from error
    if len(raw) > MAX_BYTES:
        message = f"{name} has {len(raw):,} bytes; at most {MAX_BYTES:,} are read"
        raise UserError([Problem("", "too-large", message)])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{name} is not UTF-8 text (byte {error.start})"
        raise UserError([Problem("", "malformed-json", message)]) from error


def json_of(name: str) -> Any:
    """Return the JSON of a file."""
    try:
        return json.loads(read_text(name))
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise UserError([Problem("", "malformed-json", message)]) from error


def design_of(options: argparse.Namespace) -> Design:
    text = read_text(options.file)
    design = loads(_assumed(text, options))
    for note in older_names_in(json.loads(text)):
        print(f"note: {note}", file=sys.stderr)
    return design


def _assumed(text: str, options: argparse.Namespace) -> str:
    """Return the document with the assumptions that the command line states."""
    free_tier, discounts = getattr(options, "free_tier", None), getattr(options, "discount", [])
    if free_tier is None and not discounts:
        return text
    document = dump(loads(text))
    assumptions = document["model"].setdefault("assumptions", {})
    if free_tier is not None:
        assumptions["free_tier"] = free_tier
    for one in discounts:
        service, _, percent = one.partition("=")
        try:
            assumptions.setdefault("discounts", {})[service] = float(percent)
        except ValueError:
            message = f'--discount takes a service and its percent, as lambda=10, not "{one}"'
            raise UserError([Problem("", "discount", message)]) from None
    return json.dumps(document)


def verdict(report: dict[str, Any]) -> int:
    return FOUND if any(f["severity"] == "error" for f in report["findings"]) else OK


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
