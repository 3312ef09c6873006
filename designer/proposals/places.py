"""Where threads hang: by id, so that moving and renaming keep them, deleting orphans them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q

from designer import catalog
from designer.api.problems import ApiError
from designer.document import Design as Document

from .models import Anchor, Proposal, Thread

SETTINGS = ("region", "workload", "assumptions")
MOST_POINTS = 500
_ON_ELEMENTS = Q(anchor__in=(Anchor.NODE, Anchor.EDGE)) | Q(part__in=("nodes", "edges"))


def tell(proposal_id: str, threads: list[str]) -> int:
    """Count that something happened in threads, so that who reads them asks for these again.

    The row of the proposal stays locked until the transaction ends: counts become visible in order.
    Locks are taken proposal first, threads after it; call this before a thread is written.
    """
    rows = Proposal.objects.filter(pk=proposal_id)
    rows.update(talk=F("talk") + 1)
    talk = rows.values_list("talk", flat=True).get()
    Thread.objects.filter(pk__in=threads).update(talk=talk)
    return talk


def busy(proposal_id: str) -> dict[str, Any]:
    """Return how many threads there are, and where the open ones hang: nodes, edges, points."""
    resolved, orphaned = Q(resolved_at__isnull=False), Q(orphaned=True)
    counts = Thread.objects.filter(proposal_id=proposal_id).aggregate(
        open=Count("pk", filter=~resolved),
        resolved=Count("pk", filter=resolved),
        orphaned=Count("pk", filter=orphaned),
    )
    rows = Thread.objects.filter(proposal_id=proposal_id, resolved_at=None, orphaned=False)
    found: dict[str, Any] = {"nodes": {}, "edges": {}}
    on = rows.filter(_ON_ELEMENTS).values("anchor", "part", "element").order_by()
    for row in on.annotate(n=Count("pk")):
        at = found[{"node": "nodes", "edge": "edges"}.get(row["anchor"], row["part"])]
        at[row["element"]] = at.get(row["element"], 0) + row["n"]
    points = rows.filter(anchor=Anchor.POINT).order_by("created_at", "pk")
    there = list(points.values("id", "x", "y")[: MOST_POINTS + 1])
    return {
        **found,
        "counts": counts,
        "points": there[:MOST_POINTS],
        "more_points": len(there) > MOST_POINTS,
    }


def settle_anchors(proposal: Proposal, document: Document) -> None:
    """Mark the threads whose place is gone, and those whose place came back."""
    threads = proposal.threads.exclude(anchor__in=(Anchor.PROPOSAL, Anchor.POINT))
    turned: dict[bool, list[str]] = {True: [], False: []}
    for thread in threads.only("pk", "anchor", "part", "element", "field", "orphaned"):
        gone = name_of(document, thread) is None
        if gone != thread.orphaned:
            turned[gone].append(thread.pk)
    for gone, ids in turned.items():
        if ids:
            proposal.talk = tell(proposal.pk, ids)
            Thread.objects.filter(pk__in=ids).update(orphaned=gone)


def name_of(document: Document, thread: Thread) -> str | None:
    """Return what a thread's place is called now, or None where it is gone."""
    if thread.anchor in (Anchor.PROPOSAL, Anchor.POINT):
        return thread.name
    model = document.model
    part = {"node": "nodes", "edge": "edges"}.get(thread.anchor, thread.part)
    if part == "settings":
        known = any(thread.field.startswith(f"/{key}") for key in SETTINGS)
        return thread.field if known else None
    if part == "nodes":
        node = next((n for n in model.nodes if n.id == thread.element), None)
        if node is None or not _has(node.service.type, catalog.SERVICES, "service", thread.field):
            return None
        return node.name or node.id
    edge = next((e for e in model.edges if e.id == thread.element), None)
    kinds = catalog.CONNECTIONS
    if edge is None or not _has(edge.connection.type, kinds, "connection", thread.field):
        return None
    names = {n.id: n.name or n.id for n in model.nodes}
    return f"{names[edge.source]} → {names[edge.target]}"


def _has(kind: str, known: Any, part: str, field: str) -> bool:
    """Return whether a service or connection has a field ("" is the element itself)."""
    steps = field.split("/")[1:]
    if not steps or steps[0] in ("name", "source", "target"):
        return True
    if steps[0] != part:
        return False
    return len(steps) == 1 or steps[1] in known[kind].model_fields


def anchored(proposal: Proposal, document: Document, asked: dict[str, Any]) -> Thread:
    """Return a thread at the place asked for, not yet stored.

    Raises:
        ApiError: 422, what is asked for is no place; 409, the head has no such place (any more).
    """
    kind = asked["on"]
    needs = {"node": ("id",), "edge": ("id",), "field": ("part", "field"), "point": ("x", "y")}
    missing = [name for name in needs.get(kind, ()) if asked.get(name) in (None, "")]
    if kind == Anchor.FIELD and asked.get("part") in ("nodes", "edges") and not asked.get("id"):
        missing.append("id")
    if missing:
        errors = [
            {
                "pointer": f"/anchor/{name}",
                "code": "missing",
                "message": f"A thread on a {kind} needs {name}.",
                "nearest": None,
            }
            for name in missing
        ]
        detail = f"A thread on a {kind} needs {', '.join(missing)}."
        raise ApiError(422, "bad-anchor", detail, errors=errors)
    # Only what belongs to a place of this kind; the rest of what was sent says nothing.
    part = asked.get("part", "") if kind == Anchor.FIELD else ""
    named = kind in (Anchor.NODE, Anchor.EDGE) or part in ("nodes", "edges")
    thread = Thread(
        proposal=proposal,
        anchor=kind,
        part=part,
        element=asked["id"] if named else "",
        field=asked["field"] if kind == Anchor.FIELD else "",
        x=asked["x"] if kind == Anchor.POINT else None,
        y=asked["y"] if kind == Anchor.POINT else None,
    )
    name = name_of(document, thread)
    if name is None:
        raise ApiError(
            409,
            "anchor-gone",
            f'The proposal as it is now has no {kind} "{thread.element}{thread.field}"; '
            "load it again.",
        )
    thread.name = name[:120]
    return thread
