"""Opaque ids with a prefix that tells what they name, and the URL converters that know them.

An id of the wrong kind does not match a route, so it is a plain 404 and never reaches a query.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.urls import register_converter

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
LENGTH = 20  # 103 bits: cannot be guessed, and two will not meet.
MAX_LENGTH = 32

KINDS = {
    "usr": "person",
    "wsp": "workspace",
    "mbr": "membership",
    "inv": "invitation",
    "tok": "API token",
    "aud": "audit entry",
    "dsn": "design",
    "rev": "revision",
    "shr": "share link",
    "rmk": "remark",
    "ntc": "notice",
    "whk": "webhook",
    "dlv": "delivery",
    "prp": "proposal",
    "rvw": "review",
    "thr": "thread",
    "cmt": "comment",
    "est": "estimate",
    "sim": "simulation",
    "wif": "what-if",
}

#: How the OpenAPI document describes each kind of id in a path.
PATH_SCHEMAS: dict[str, dict[str, Any]] = {
    kind: {"type": "string", "pattern": f"^{kind}_[0-9a-z]{{{LENGTH}}}$"} for kind in KINDS
}


def new_id(kind: str) -> str:
    """Return a fresh id such as ``dsn_3k0…``."""
    if kind not in KINDS:
        raise KeyError(kind)
    return f"{kind}_{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


class _Converter:
    """A path segment that is an id of one kind."""

    regex: str

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register_id_converters() -> None:
    """Make ``<dsn:design_id>`` and its like usable in routes."""
    for kind in KINDS:
        regex = f"{kind}_[0-9a-z]{{{LENGTH}}}"
        register_converter(type(f"{kind.title()}Id", (_Converter,), {"regex": regex}), kind)
