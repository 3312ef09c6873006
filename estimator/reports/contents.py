"""What the pages of a report are filled with."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString, mark_safe

from designer import document as documents
from designer.designs import pictures
from designer.designs.models import Design, Revision
from designer.document import Design as Document
from designer.document import diff as difference
from designer.proposals.models import Proposal
from designer.proposals.pictures import changes_svg
from estimator.engine import wording
from estimator.measuring import measured

from . import decisions, numbers
from .figures import cost_waterfall


def of_revision(revision: Revision) -> dict[str, Any]:
    """Return everything that the report of a revision shows."""
    (document,) = numbers.loaded(revision.document)
    report, problem = numbers.estimated(revision.design.workspace_id, document)
    marks = pictures.Marks(under=_costs(report), on=_rates(report))
    return {
        "revision": revision,
        "document": document,
        "settings": numbers.model_settings(document),
        "picture": _svg(pictures.svg(documents.dump(document), marks, dark=False)),
        "problem": problem,
        "made_by": decisions.of_revision(revision),
        "hashes": [("Model", revision.model_hash)],
        **_side(report, document),
    }


def of_proposal(proposal: Proposal) -> dict[str, Any]:
    """Return everything that the report of a proposal shows: both sides, deltas, decisions."""
    return {
        "proposal": proposal,
        "hashes": _hashes(proposal),
        **decisions.of_proposal(proposal),
        **between(proposal.workspace_id, proposal.base.document, proposal.head),
    }


def between(workspace_id: str, base: dict[str, Any], head: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of any two documents: what differs, both sides, what lies between."""
    before, after = numbers.loaded(base, head)
    drawn = documents.dump(before), documents.dump(after)
    changed = difference(before, after)
    found = measured(workspace_id, before, after)
    old, _ = numbers.estimated(workspace_id, before)
    report, problem = numbers.estimated(workspace_id, after)
    return {
        "document": after,
        "changes": wording.changes(changed, wording.names_of(before, after)),
        "settings": numbers.model_settings(after),
        "picture": _svg(changes_svg(*drawn, changed, _both_costs(old, report))),
        "problem": problem,
        "deltas": None if found["problem"] else _deltas(found, before, after),
        "no_deltas": (found["problem"] or {}).get("detail", ""),
        "failed_side": {"before": "earlier design", "after": "later design"}.get(
            found.get("side", "")
        ),
        "both": numbers.both_bills(old["bill"], report["bill"]) if old and report else [],
        **_side(report, after),
    }


def of_comparison(design: Design, base: Revision, head: Revision | None) -> dict[str, Any]:
    """Return what changed in a design from one revision to another, or to the draft."""
    later = head or design
    return {
        "design": design,
        "base": base,
        "head": head,
        "hashes": [("Before", base.model_hash), ("After", later.model_hash)],
        **between(design.workspace_id, base.document, later.document),
    }


def _side(report: dict[str, Any] | None, document: Document) -> dict[str, Any]:
    return numbers.numbers(report, document) if report else {"report": None}


def _deltas(found: dict[str, Any], before: Document, after: Document) -> dict[str, Any]:
    sides = (before, after)
    return {
        **found,
        "waterfall": _svg(cost_waterfall(found["cost"]).encode()),
        "appeared": numbers.places(found["findings"]["appeared"], *sides),
        "vanished": numbers.places(found["findings"]["vanished"], *sides),
    }


def _hashes(proposal: Proposal) -> list[tuple[str, str]]:
    found = [("Base", proposal.base.model_hash), ("Proposed", proposal.head_hash)]
    return [*found, ("Merged", proposal.merged.model_hash)] if proposal.merged else found


def _svg(text: bytes) -> SafeString:
    """Return a picture to be put into the page; its writer escaped whatever people typed."""
    return mark_safe(text.decode())


def _costs(report: dict[str, Any] | None) -> dict[str, str]:
    if report is None:
        return {}
    return {
        node: f"{about['cost']} USD a month" + _load(about["utilisation"])
        for node, about in report["nodes"].items()
        if not about["reason"]
    }


def _load(utilisation: float | None) -> str:
    return "" if utilisation is None else f" · load {100 * utilisation:.3g} %"


def _rates(report: dict[str, Any] | None) -> dict[str, str]:
    rates = {key: one["events_per_s"] for key, one in report["edges"].items()} if report else {}
    return {key: wording.rate(rate) for key, rate in rates.items() if rate > wording.NEVER_PER_S}


def _both_costs(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, str]:
    """Return what each box costs, before and after where it differs."""
    was, now = (one["bill"]["by_node"] if one else {} for one in (old, new))
    found = {}
    for node in {**was, **now}:
        sides = [side.get(node, "–") for side in (was, now)]
        found[node] = sides[0] if sides[0] == sides[1] else " → ".join(sides)
    return {node: f"{text} USD a month" for node, text in found.items()}
