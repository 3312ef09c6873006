"""Entity tags: the version of a row, asked back before it is overwritten."""

from __future__ import annotations

import re

from rest_framework.request import Request

from .problems import ApiError

TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')


def tags(header: str) -> set[str]:
    """Return the opaque parts of a list of entity tags, weak or strong.

    Proxies that compress weaken tags on the way; ours name a version, which compression does not
    change, so both forms are taken as the same.
    """
    return set(TAG.findall(header))


def required_version(request: Request) -> int:
    """Return the version that If-Match names.

    Raises:
        ApiError: 428 without If-Match.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise ApiError(
            428,
            "if-match-required",
            "Send If-Match with the ETag of the version you changed, so that no work is lost.",
        )
    versions = {
        int(tag) for tag in tags(header) if tag.isascii() and tag.isdigit() and len(tag) < 10
    }
    # A tag we never gave out (or "*", which would overwrite anything) matches no version.
    return max(versions, default=-1)


def unchanged(request: Request, tag: str) -> bool:
    """Return whether If-None-Match says that the caller already has this version."""
    header = request.headers.get("If-None-Match", "").strip()
    return header == "*" or tag in {f'"{one}"' for one in tags(header)}
