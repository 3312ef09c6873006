"""Icons of services for pictures: what the build of the interface put down, if it did."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FILE = "icons.json"  # Service type -> SVG; "" is the icon of whatever has none.


def icon(service_type: str) -> str | None:
    """Return the icon of a type of service as a data: address, or None without a build."""
    path: Path = settings.FRONTEND_DIR / FILE
    try:
        known = _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return None
    return known.get(service_type) or known.get("")


@lru_cache(maxsize=2)
def _read(path: Path, changed_ns: int) -> dict[str, str]:
    icons: dict[str, str] = json.loads(path.read_bytes())
    return {
        name: f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"
        for name, text in icons.items()
    }
