"""Why one bill is not the other: steps that sum to the difference to the cent.

Between the two bills stands a third one: what the later design uses, at the terms of the earlier
one (prices, free tier, discounts). From the first to the second only quantities change, from the
second to the third only prices. Each bill hands its total to the nodes in whole cents, so the
differences are whole cents as well, and nothing is left over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from .amounts import CENT, EXACT, money, plain

Bill = dict[str, Any]  # The `bill` of a report.
ADDED, REMOVED = "node-added", "node-removed"
QUANTITY, PRICE = "quantity-changed", "price-changed"
ORDER = (REMOVED, ADDED, QUANTITY, PRICE)
#: Why a price changed although nobody changed the node.
TERMS, VOLUME, ROUNDING = "terms", "volume", "rounding"


@dataclass
class _Meter:
    """What a node uses of one meter, and what it pays for that."""

    title: str = ""
    unit: str = ""
    quantity: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


@dataclass
class _Node:
    """A node's part of a bill: whole cents, and its meters exactly."""

    cents: Decimal = Decimal("0.00")
    meters: dict[str, _Meter] = field(default_factory=lambda: defaultdict(_Meter))


def waterfall(
    before: Bill,
    after: Bill,
    between: Bill,
    names: dict[str, str],
    replaced: Collection[str] = (),
) -> dict[str, Any]:
    """Return the steps from one bill to another, as JSON values.

    Args:
        between: The later usage at the earlier terms; `after` itself where the terms are equal.
        names: What to call the nodes.
        replaced: Nodes that kept their id but became another service: one went, one came.
    """
    first, last, middle = _nodes(before), _nodes(after), _nodes(between)
    steps: list[dict[str, Any]] = []
    for node in dict.fromkeys((*first, *last)):
        old, new = first.get(node), last.get(node)
        if old is not None and new is not None and node not in replaced:
            steps += _changes(node, old, middle.get(node, _Node()), new)
            continue
        if old is not None:
            steps.append(_step(REMOVED, node, -old.cents, None, old.meters, {}))
        if new is not None:
            steps.append(_step(ADDED, node, new.cents, None, {}, new.meters))
    steps = [step for step in steps if Decimal(step["amount"])]
    for step in steps:
        step["name"] = names.get(step["node"], step["node"])
    steps.sort(key=lambda s: (ORDER.index(s["kind"]), -abs(Decimal(s["amount"])), s["node"]))
    return {**_totals(before, after), "steps": steps, "by_kind": _by_kind(steps)}


def _totals(before: Bill, after: Bill) -> dict[str, Any]:
    was, now = Decimal(before["total"]), Decimal(after["total"])
    with localcontext(EXACT):
        difference = now - was
    return {
        "currency": after["currency"],
        "before": before["total"],
        "after": after["total"],
        "difference": money(difference),
        "percent": float(difference / was * 100) if was else None,
        "complete": before["complete"] and after["complete"],
    }


def _by_kind(steps: list[dict[str, Any]]) -> dict[str, str]:
    sums = dict.fromkeys(ORDER, Decimal("0.00"))
    with localcontext(EXACT):
        for step in steps:
            sums[step["kind"]] += Decimal(step["amount"])
    return {kind: money(amount) for kind, amount in sums.items()}


def _nodes(bill: Bill) -> dict[str, _Node]:
    """Return each node's part of a bill."""
    found = {node: _Node(Decimal(amount)) for node, amount in bill["by_node"].items()}
    with localcontext(EXACT):
        for line in bill["lines"]:
            for origin in line["origins"]:
                meter = found[origin["node"]].meters[line["meter"]]
                meter.title, meter.unit = line["title"], line["unit"]
                meter.quantity += Decimal(origin["quantity"])
                meter.amount += Decimal(origin["amount"])
    return found


def _changes(node: str, old: _Node, middle: _Node, new: _Node) -> Iterator[dict[str, Any]]:
    """Yield the steps of a node that is on both bills.

    A node that uses no more than before may still pay another price for it: the graduated price
    and the allowance are shared by the whole design.
    """
    used = {m for m in (*old.meters, *middle.meters) if not _same_quantity(m, old, middle)}
    with localcontext(EXACT):
        moved, repriced = middle.cents - old.cents, new.cents - middle.cents
        shared = sum(
            (_amount(middle, m) - _amount(old, m) for m in old.meters if m not in used), Decimal(0)
        )
        by_volume = shared.quantize(CENT, ROUND_HALF_UP) if used else moved
        by_use = moved - by_volume
    unused = {m for m in old.meters if m not in used}
    yield _step(QUANTITY, node, by_use, None, _only(old, used), _only(middle, used))
    cause = VOLUME if shared else ROUNDING
    yield _step(PRICE, node, by_volume, cause, _only(old, unused), _only(middle, unused))
    yield _step(PRICE, node, repriced, TERMS, middle.meters, new.meters)


def _amount(node: _Node, meter: str) -> Decimal:
    return node.meters[meter].amount if meter in node.meters else Decimal(0)


def _same_quantity(meter: str, one: _Node, other: _Node) -> bool:
    if meter not in one.meters or meter not in other.meters:
        return False
    return one.meters[meter].quantity == other.meters[meter].quantity


def _only(node: _Node, meters: set[str]) -> dict[str, _Meter]:
    return {key: value for key, value in node.meters.items() if key in meters}


def _step(
    kind: str,
    node: str,
    amount: Decimal,
    cause: str | None,
    before: dict[str, _Meter],
    after: dict[str, _Meter],
) -> dict[str, Any]:
    """Return one step; its meters have exact amounts, which cents only round."""
    meters = []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key, _Meter()), after.get(key, _Meter())
        if (old.quantity, old.amount) != (new.quantity, new.amount):
            meters.append(
                {
                    "meter": key,
                    "title": old.title or new.title,
                    "unit": old.unit or new.unit,
                    "quantity_before": plain(old.quantity),
                    "quantity_after": plain(new.quantity),
                    "amount_before": plain(old.amount),
                    "amount_after": plain(new.amount),
                }
            )
    return {"kind": kind, "node": node, "amount": money(amount), "cause": cause, "meters": meters}
