"""What an import finds in offers, and what it tells of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from designer.errors import Problem

from .offers import Offer, Product, Term

Steps = list[tuple[Decimal | None, Decimal]]


@dataclass(frozen=True)
class Rule:
    """Which products of an offer a meter is."""

    offer: str
    meter: str
    unit: str
    match: Mapping[str, str]
    seen: str | None


class Found(NamedTuple):
    """A product that has become the price of a meter."""

    steps: Steps
    offer: Offer
    product: Product
    term: Term
    rule: Rule


@dataclass
class Imported:
    """What an import did, or would do.

    Attributes:
        date: Date of the new book.
        folder: Where it was written; None when nothing was.
        regions: Region -> meter -> change: "new", "same" or "old -> new" in words.
        mapped: SKUs that became a price.
        unmapped: Offer -> usage types of products that no rule maps, in the book's regions.
        elsewhere: SKUs of regions that the book does not have.
        left: Products that were left out because they cannot be read (`partial` only).
        unverified: Meters whose usage type was never seen in a source.
    """

    date: str
    folder: Path | None = None
    regions: dict[str, dict[str, str]] = field(default_factory=dict)
    mapped: int = 0
    unmapped: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: int = 0
    left: list[Problem] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {
            "date": self.date,
            "folder": None if self.folder is None else str(self.folder),
            "regions": self.regions,
            "mapped": self.mapped,
            "unmapped": self.unmapped,
            "elsewhere": self.elsewhere,
            "left": [problem.to_dict() for problem in self.left],
            "unverified": self.unverified,
        }
