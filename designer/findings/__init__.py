"""Findings about the whole graph; what concerns one resource or arrow lives in its room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from designer.catalog.base import Finding, Role, Rule, Severity, Source
from designer.document import Design

WELL_ARCHITECTED = Source(
    "AWS Well-Architected, Serverless Applications Lens",
    "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/welcome.html",
    "2026-11-21",
)
PRICE_LIST = Source(
    "AWS Price List",
    "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html",
    "2026-11-21",
)

UNCONNECTED = Rule(
    "design-node-unconnected",
    Severity.WARNING,
    "Not connected",
    "A resource without arrows gets no events; only its standing cost is counted.",
    WELL_ARCHITECTED,
)
NO_PRODUCER = Rule(
    "design-without-producer",
    Severity.WARNING,
    "Nothing produces events",
    "Without a client or a schedule every rate is zero, and so is every usage.",
    WELL_ARCHITECTED,
)
PRICE_MISSING = Rule(
    "price-missing",
    Severity.WARNING,
    "A price is missing",
    "The total leaves out what has no stored price in this region.",
    PRICE_LIST,
)
RULES = (UNCONNECTED, NO_PRODUCER, PRICE_MISSING)


def check(
    design: Design, missing_prices: Sequence[tuple[str, Sequence[str]]] = ()
) -> Iterator[tuple[str | None, Finding]]:
    """Yield (node id or None, finding) for what only the whole design shows.

    Args:
        missing_prices: What has no price in the design's region, and the regions where it has one.
    """
    model = design.model
    touched = {e.source for e in model.edges} | {e.target for e in model.edges}
    for node in model.nodes:
        if node.id not in touched:
            yield (
                node.id,
                UNCONNECTED.found(
                    f"{node.name or node.id} has no arrow.", "Draw an arrow, or delete it."
                ),
            )
    if model.nodes and not _producers(design):
        yield (
            None,
            NO_PRODUCER.found(
                "The design has no producer.", "Add a client or a schedule and connect it."
            ),
        )
    for title, elsewhere in missing_prices:
        known = f"it has one in {', '.join(elsewhere)}" if elsewhere else "it has none anywhere yet"
        fix = f"Choose {elsewhere[0]}, or import" if elsewhere else "Import"
        yield (
            None,
            PRICE_MISSING.found(
                f"{title} has no stored price in {model.region}; {known}.",
                f"{fix} the region's price list (estimator/prices/README.md).",
            ),
        )


def _producers(design: Design) -> Iterable[str]:
    return [n.id for n in design.model.nodes if n.service.role is Role.PRODUCER]


__all__ = ["RULES", "check"]
