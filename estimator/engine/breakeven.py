"""Cost against load: what a design costs idle, at multiples of its load, and where two break even.

Every point is the month's bill of the same flow that an estimate solves; nothing is interpolated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from designer.document import Design
from designer.errors import Problem
from estimator.prices import PriceBook

from .amounts import money
from .errors import TooLarge
from .estimate import month, settled
from .flow import Flow

PRECISION = 1e-5  # of a break-even point's factor
LOST = 1e-9  # share of the events below which nothing counts as refused
SAME_RATE = 0.01
MOST_WORK = 12_000  # nodes and arrows times points; some seconds


@dataclass(frozen=True)
class Point:
    """A design at one multiple of its load.

    Attributes:
        cost: USD a month, exact: what lines cross by.
        total: USD a month as the bill shows it, each line rounded to the cent.
        carried: Nothing is refused and no backlog grows; else the cost is that of less work.
        complete: Every usage has a price.
    """

    factor: float
    rate_per_s: float
    cost: Decimal
    total: Decimal
    carried: bool
    complete: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "factor": self.factor,
            "rate_per_s": self.rate_per_s,
            "cost": money(self.total),
            "carried": self.carried,
            "complete": self.complete,
        }


@dataclass
class Curve:
    """The cost of a design as a function of a factor of its load; each point is computed once."""

    design: Design
    book: PriceBook
    known: dict[float, Point] = field(default_factory=dict)

    def at(self, factor: float) -> Point:
        """Return the design at `factor` times its drawn load; 0 is idle."""
        if factor not in self.known:
            self.known[factor] = self._compute(factor)
        return self.known[factor]

    def _compute(self, factor: float) -> Point:
        network, flow, _ = settled(self.design, factor)
        _, _, paid = month(self.design, network, flow, self.book)
        rate = float(sum(p[0].mean() for p in flow.produced))
        cost = sum((line.charge.amount_exact for line in paid.lines), Decimal(0))
        return Point(factor, rate, cost, paid.total, _carried(flow), paid.complete)


def _carried(flow: Flow) -> bool:
    return all(
        float(np.max(lost[0])) <= LOST * max(1.0, float(np.max(offered[0])))
        for kind in (flow.throttled, flow.backlog)
        for lost, offered in zip(kind, flow.offered, strict=True)
    )


@dataclass(frozen=True)
class BreakEven:
    """A load at which two designs cost the same, or change places by a step.

    Attributes:
        below: Which of the two is cheaper just below: "left" or "right".
    """

    factor: float
    left: Point
    right: Point
    below: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "factor": self.factor,
            "rate_per_s": self.left.rate_per_s,
            "cost": money(max(self.left.cost, self.right.cost)),
            "cheaper_below": self.below,
            "carried": self.left.carried and self.right.carried,
        }


def grid(low: float, high: float, points: int) -> list[float]:
    """Return factors at equal ratios, both ends and 1 (the drawn load) included.

    >>> grid(0.1, 10, 3)
    [0.1, 1.0, 10.0]
    """
    factors = {float(f"{x:.6g}") for x in np.geomspace(low, high, points)}
    if low < 1 < high:
        factors.add(1.0)
    return sorted(factors)


def crossings(left: Curve, right: Curve, factors: Sequence[float]) -> Iterator[BreakEven]:
    """Yield where the cheaper one changes, in the order of the load, by bisection.

    Two changes between neighbouring factors of the grid stay unseen.
    """

    def dearer(factor: float) -> Decimal:
        return left.at(factor).cost - right.at(factor).cost

    known = [(f, d) for f in factors if (d := dearer(f)) != 0]
    for (low, before), (high, after) in pairwise(known):
        if (before > 0) == (after > 0):
            continue
        while high / low - 1 > PRECISION:
            middle = math.sqrt(low * high)
            if (dearer(middle) > 0) == (before > 0):
                low = middle
            else:
                high = middle
        at = math.sqrt(low * high)
        yield BreakEven(at, left.at(at), right.at(at), "right" if before > 0 else "left")


def compare(
    left: tuple[Design, PriceBook],
    right: tuple[Design, PriceBook],
    *,
    low: float,
    high: float,
    points: int,
) -> dict[str, Any]:
    """Return both curves with their idle costs and break-even points, as JSON values.

    Args:
        left, right: A design with the prices of its region.
        low, high: Factors of the drawn load, 0 < low < high.

    Raises:
        TooLarge: The designs are too large for so many points.
        Unstable: One of the designs has no steady state.
    """
    parts = sum(len(d.model.nodes) + len(d.model.edges) for d, _ in (left, right))
    if parts * points > MOST_WORK:
        fewer = max(2, MOST_WORK // parts) if parts <= MOST_WORK // 2 else 0
        way_out = f"ask for {fewer} points" if fewer else "compare smaller designs"
        message = f"{points} points of {parts:,} nodes and arrows take too long: {way_out}"
        raise TooLarge([Problem("/points", "too-large", message)])
    curves = Curve(*left), Curve(*right)
    factors = grid(low, high, points)
    found = list(crossings(*curves, factors))
    rates = [curve.at(1.0).rate_per_s for curve in curves]
    notes = []
    if abs(rates[0] - rates[1]) > SAME_RATE * max(rates):
        notes.append(
            f"The two are drawn for different loads, {rates[0]:,.4g}/s and {rates[1]:,.4g}/s: a "
            "factor multiplies each one's own."
        )
    if not all(curve.at(f).carried for curve in curves for f in factors):
        notes.append(
            "Where a design does not carry the load it refuses part of it or falls behind, and "
            "costs less than the work would."
        )
    return {
        "currency": left[1].currency,
        "left": _curve(curves[0], factors),
        "right": _curve(curves[1], factors),
        "break_even": [one.to_dict() for one in found],
        "notes": notes,
    }


def _curve(curve: Curve, factors: Sequence[float]) -> dict[str, Any]:
    return {
        "name": curve.design.name,
        "region": curve.design.model.region,
        "idle_cost": money(curve.at(0.0).total),
        "drawn": curve.at(1.0).to_dict(),
        "points": [curve.at(factor).to_dict() for factor in factors],
    }
