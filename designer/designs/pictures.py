"""A design as SVG: boxes with names and arrows, drawn on the server, without any script."""

from __future__ import annotations

from html import escape
from typing import Any

from designer.catalog import SERVICES

WIDTH, HEIGHT, MARGIN = 184.0, 64.0, 24.0
MAX_NAME = 26
ROLE_COLOURS = {
    "producer": "#0f766e",
    "router": "#6d28d9",
    "consumer": "#b45309",
    "store": "#475569",
}
STYLE = (
    ".bg{fill:#fff}.box{fill:#fff;stroke:#cbd5e1}.name{font:600 13px Inter,system-ui,sans-serif;"
    "fill:#0f172a}.type{font:11px Inter,system-ui,sans-serif;fill:#475569}"
    ".edge{fill:none;stroke:#64748b;stroke-width:1.5}.tip{fill:#64748b}"
    "@media(prefers-color-scheme:dark){.bg{fill:#0b1220}.box{fill:#111a2b;stroke:#334155}"
    ".name{fill:#e2e8f0}.type{fill:#94a3b8}.edge{stroke:#94a3b8}.tip{fill:#94a3b8}}"
)


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def _places(document: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the corner of each box; what was never placed stands in a row."""
    positions = document.get("layout", {}).get("positions", {})
    places = {}
    for number, node in enumerate(document["model"]["nodes"]):
        at = positions.get(node["id"]) or {"x": number * 240.0, "y": 0.0}
        places[node["id"]] = (float(at["x"]), float(at["y"]))
    return places


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT / 2
    x2, y2 = end[0], end[1] + HEIGHT / 2
    bend = max(40.0, abs(x2 - x1) / 2)
    path = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2 - 6:g} {y2:g}"
    tip = f"M{x2:g} {y2:g}l-7 -4v8z"
    return f'<path class="edge" d="{path}"/><path class="tip" d="{tip}"/>'


def _box(node: dict[str, Any], at: tuple[float, float]) -> str:
    service = SERVICES[node["service"]["type"]]
    x, y = at
    colour = ROLE_COLOURS.get(service.role.value, "#475569")
    name = escape(_short(node.get("name") or node["id"]))
    return (
        f'<g transform="translate({x:g} {y:g})">'
        f'<rect class="box" width="{WIDTH:g}" height="{HEIGHT:g}" rx="6"/>'
        f'<rect width="3" height="{HEIGHT:g}" rx="1.5" fill="{colour}"/>'
        f'<text class="name" x="14" y="28">{name}</text>'
        f'<text class="type" x="14" y="46">{escape(_short(node["service"]["type"]))}</text></g>'
    )


def svg(document: dict[str, Any]) -> bytes:
    """Return the picture of a document."""
    places = _places(document)
    xs = [x for x, _ in places.values()] or [0.0]
    ys = [y for _, y in places.values()] or [0.0]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    width = max(xs) + WIDTH + MARGIN - left
    height = max(ys) + HEIGHT + MARGIN - top
    arrows = [
        _arrow(places[edge["source"]], places[edge["target"]])
        for edge in document["model"]["edges"]
        if edge["source"] in places and edge["target"] in places
    ]
    boxes = [_box(node, places[node["id"]]) for node in document["model"]["nodes"]]
    title = escape(document["name"])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{title}">'
        f"<title>{title}</title><style>{STYLE}</style>"
        f'<rect class="bg" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"/>'
        f"{''.join(arrows)}{''.join(boxes)}</svg>"
    ).encode()
