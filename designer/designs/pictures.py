"""A design as SVG: boxes with icons, names and arrows, drawn on the server, without any script."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from designer.catalog import SERVICES

from .icons import icon

WIDTH, HEIGHT, MARGIN = 184.0, 64.0, 32.0
ICON, TEXT_X = 32.0, 54.0
LINE = 16  # Characters of a name that fit beside the icon.
ROLE_COLOURS = {
    "producer": "#0f766e",
    "router": "#6d28d9",
    "consumer": "#b45309",
    "store": "#475569",
}
STYLE = (
    ".weir text{font:11px Inter,system-ui,sans-serif;fill:#475569}.weir .bg{fill:#fff}"
    ".weir .box{fill:#fff;stroke:#cbd5e1}.weir .name{font-weight:600;font-size:13px;fill:#0f172a}"
    ".weir .note{font-size:10px}.weir .edge{fill:none;stroke:#64748b;stroke-width:1.5}"
    ".weir .tip{fill:#64748b}.weir .halo{stroke:#fff;stroke-width:4;paint-order:stroke}"
    ".weir .tag{font-size:10px;font-weight:600;fill:#fff}"
    ".weir .added{stroke:#16703c;stroke-width:3}.weir .changed{stroke:#8a5a00;stroke-width:1.5}"
    ".weir .wide{stroke:#8a5a00;stroke-width:7}.weir .gap{fill:none;stroke:#fff;stroke-width:4}"
    ".weir .removed{stroke:#b3261e;stroke-width:2;stroke-dasharray:7 5}"
    ".weir .ghost{fill:none;stroke:#1d5fb8;stroke-width:1.5;stroke-dasharray:2 4}"
    ".weir .gone{text-decoration:line-through}"
)
DARK = (
    "@media(prefers-color-scheme:dark){.weir .bg{fill:#0b1220}.weir .box{fill:#111a2b;"
    "stroke:#334155}.weir .name{fill:#e2e8f0}.weir text{fill:#94a3b8}.weir .edge{stroke:#94a3b8}"
    ".weir .tip{fill:#94a3b8}.weir .halo{stroke:#0b1220}.weir .tag{fill:#fff}}"
)
#: Word of a change -> its sign and the colour of its tag.
TAGS = {
    "added": ("+", "#16703c"),
    "removed": ("−", "#b3261e"),
    "changed": ("~", "#8a5a00"),
    "moved": ("↔", "#1d5fb8"),
}
Place = tuple[float, float]


@dataclass(frozen=True)
class Marks:
    """What a picture says beyond names and arrows, by id.

    Attributes:
        nodes, edges: added, removed, changed or moved.
        was: Where a box that moved stood before.
        under, on: A few words under a box, and at the middle of an arrow.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[str, str] = field(default_factory=dict)
    was: Mapping[str, Place] = field(default_factory=dict)
    under: Mapping[str, str] = field(default_factory=dict)
    on: Mapping[str, str] = field(default_factory=dict)


def svg(document: dict[str, Any], marks: Marks | None = None, *, dark: bool = True) -> bytes:
    """Return the picture of a document; `dark`: it follows the reader's colour scheme."""
    marks = marks or Marks()
    places = _places(document)
    left, top, width, height = _frame([*places.values(), *marks.was.values()])
    nodes = document["model"]["nodes"]
    arrows = [
        _arrow(places[edge["source"]], places[edge["target"]], edge["id"], marks)
        for edge in document["model"]["edges"]
        if edge["source"] in places and edge["target"] in places
    ]
    ghosts = [_ghost(marks.was[key], places[key]) for key in places if key in marks.was]
    boxes = [_box(node, places[node["id"]], marks) for node in nodes]
    title = _text(document["name"])
    return (
        f'<svg class="weir" xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} '
        f'{width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{title}"><title>{title}</title><style>{STYLE}{DARK if dark else ""}</style>'
        f"<defs>{''.join(_icons(nodes))}</defs>"
        f'<rect class="bg" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"/>'
        f"{''.join(ghosts)}{''.join(arrows)}{''.join(boxes)}</svg>"
    ).encode()


def _text(text: str) -> str:
    return escape("".join(c for c in text if c.isprintable()))


def _places(document: dict[str, Any]) -> dict[str, Place]:
    """Return the corner of each box; what was never placed stands in a row."""
    positions = document.get("layout", {}).get("positions", {})
    places = {}
    for number, node in enumerate(document["model"]["nodes"]):
        at = positions.get(node["id"]) or {"x": number * 240.0, "y": 0.0}
        places[node["id"]] = (float(at["x"]), float(at["y"]))
    return places


def _frame(places: list[Place]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in places] or [0.0], [y for _, y in places] or [0.0]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    return left, top, max(xs) + WIDTH + MARGIN - left, max(ys) + HEIGHT + MARGIN - top


def _icons(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for kind in dict.fromkeys(node["service"]["type"] for node in nodes):
        if address := icon(kind):
            yield f'<image id="icon-{kind}" width="{ICON:g}" height="{ICON:g}" href="{address}"/>'


def _second_line(word: str) -> str:
    """Return the outer line of a changed box: changed is a double line, added a thick one."""
    if word != "changed":
        return ""
    size = f'width="{WIDTH + 7:g}" height="{HEIGHT + 7:g}"'
    return f'<rect class="changed" x="-3.5" y="-3.5" {size} rx="9" fill="none"/>'


def _use(kind: str) -> str:
    y = (HEIGHT - ICON) / 2
    return f'<use href="#icon-{kind}" x="12" y="{y:g}"/>' if icon(kind) else ""


def _arrow(start: Place, end: Place, edge_id: str, marks: Marks) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT / 2
    x2, y2 = end[0], end[1] + HEIGHT / 2
    bend = max(40.0, (x2 - x1) / 2)  # An arrow that goes back stays within the frame.
    path = f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2 - 6:g} {y2:g}"
    tip = f"M{x2:g} {y2:g}l-7 -4v8z"
    word, note = marks.edges.get(edge_id, ""), marks.on.get(edge_id, "")
    drawn = f'<path class="edge {word}" d="{path}"/><path class="tip" d="{tip}"/>'
    if word == "changed":  # A double line.
        drawn = f'<path class="edge wide" d="{path}"/><path class="gap" d="{path}"/>{drawn}'
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    if word:
        drawn += _tag(word, x - 34, y - 20)
    if note:
        text = f'<text class="note halo" x="{x:g}" y="{y + 12:g}" text-anchor="middle">'
        drawn += f"{text}{_text(note)}</text>"
    return drawn


def _tag(word: str, x: float, y: float) -> str:
    sign, colour = TAGS[word]
    return (
        f'<g transform="translate({x:g} {y:g})"><rect width="68" height="15" rx="7.5" '
        f'fill="{colour}"/><text class="tag" x="34" y="11" text-anchor="middle">{sign} {word}'
        "</text></g>"
    )


def _ghost(was: Place, now: Place) -> str:
    """Return the outline of where a box stood, and the way it took."""
    x, y = was
    half = WIDTH / 2, HEIGHT / 2
    way = f"M{x + half[0]:g} {y + half[1]:g}L{now[0] + half[0]:g} {now[1] + half[1]:g}"
    box = f'<rect class="ghost" x="{x:g}" y="{y:g}" width="{WIDTH:g}" height="{HEIGHT:g}" rx="6"/>'
    return f'{box}<path class="ghost" d="{way}"/>'


def _box(node: dict[str, Any], at: Place, marks: Marks) -> str:
    service = SERVICES[node["service"]["type"]]
    colour = ROLE_COLOURS.get(service.role.value, "#475569")
    word, note = marks.nodes.get(node["id"], ""), marks.under.get(node["id"], "")
    name = node.get("name") or node["id"]
    lines = textwrap.wrap(name, LINE, max_lines=2, placeholder="…") or [name[:LINE]]
    gone = " gone" if word == "removed" else ""
    y = 28 if len(lines) == 1 else 20
    texts = [
        f'<text class="name{gone}" x="{TEXT_X:g}" y="{y + 15 * i}">{_text(line)}</text>'
        for i, line in enumerate(lines)
    ]
    return (
        f'<g transform="translate({at[0]:g} {at[1]:g})"><title>{_text(name)}</title>'
        f'<rect class="box {word}" width="{WIDTH:g}" height="{HEIGHT:g}" rx="6"/>'
        f'<rect width="3" height="{HEIGHT:g}" rx="1.5" fill="{colour}"/>'
        f"{_second_line(word)}"
        f"{_use(node['service']['type'])}{''.join(texts)}"
        f'<text x="{TEXT_X:g}" y="{y + 15 * len(lines) + 3}">{_text(service.title)}</text>'
        + (f'<text class="note" x="4" y="{HEIGHT + 13:g}">{_text(note)}</text>' if note else "")
        + (_tag(word, WIDTH - 60, -8) if word else "")
        + "</g>"
    )
