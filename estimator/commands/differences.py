"""What a change of a design changes, and whether a CI run shall stop at it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from designer.document import Design, diff
from designer.errors import Problem, UserError

from .inputs import ERROR, FOUND, OK, design_of, print_json

NEVER, NEW_ERRORS = "never", "new-errors"
HELP = (
    "end with 2 when this is broken; may be repeated. "
    "new-errors, new-warnings: a finding appears; cost=PERCENT, latency=PERCENT: grows by more; "
    "rate=PERCENT: the sustainable rate falls by more; never. new-errors when absent"
)
ROUNDING = 1e-9  # In percent; the last digits of two equal results may differ.
Limit = dict[str, Any]


def add_arguments(command: argparse.ArgumentParser) -> None:
    text = 'a JSON file, or "-" for standard input'
    command.add_argument("before", metavar="BEFORE", help=text)
    command.add_argument("after", metavar="AFTER", help=text)
    command.add_argument("--fail-on", metavar="LIMIT", action="append", default=[], help=HELP)
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.add_argument("--json", dest="format", action="store_const", const="json")


def compare(options: argparse.Namespace) -> int:
    """Print what differs. Without numbers on one side the elements are told all the same."""
    limits = [_limit(text) for text in options.fail_on or [NEW_ERRORS]]
    if options.before == options.after == "-":
        raise UserError([Problem("", "bad-argument", "standard input holds one design only")])
    before, after = _side(options.before), _side(options.after)
    changed = diff(before, after)
    try:
        found: dict[str, Any] = {"problem": None, **_measured(before, after)}
    except UserError as error:
        problems = [problem.to_dict() for problem in error.problems]
        found = {"problem": {"code": error.code, "title": error.title, "errors": problems}}
    broken = [] if found["problem"] else [_held(one, found) for one in limits]
    if options.format == "json":
        print_json({"diff": changed, "deltas": found, "limits": broken})
    else:
        _print(before, after, changed, found, broken)
    if found["problem"]:
        return ERROR
    return FOUND if any(one["broken"] for one in broken) else OK


def _side(name: str) -> Design:
    try:
        return design_of(argparse.Namespace(file=name))
    except UserError as error:  # With two files, say in which.
        error.problems = tuple(
            p if name in p.message else replace(p, message=f"{name}: {p.message}")
            for p in error.problems
        )
        raise


def _measured(before: Design, after: Design) -> dict[str, Any]:
    from estimator.engine.deltas import Side, deltas
    from estimator.prices import book

    return deltas(*(Side(one, book(one.model.region)) for one in (before, after)))


def _print(before: Design, after: Design, changed: Any, found: Any, broken: list[Limit]) -> None:
    from estimator.engine.delta_tables import deltas_table, diff_table

    parts = [diff_table(changed, before, after)]
    if found["problem"]:
        told = [one["message"] for one in found["problem"]["errors"]]
        parts.append("\n  ".join([f"No numbers: {found['problem']['title']}", *told]))
    else:
        about = found["after"]
        head = f"{after.name} · {about['region']} · prices of {about['price_date']}"
        parts = [head, *parts, deltas_table(found)]
        parts += [one["text"] for one in broken if one["broken"]]
    print("\n\n".join(parts))


# ---- Limits --------------------------------------------------------------------------------------


def _limit(text: str) -> tuple[str, float]:
    """Return a limit by its name and number.

    Raises:
        UserError: There is no such limit, or its number is none.
    """
    name, equals, number = text.partition("=")
    try:
        if name not in RULES or bool(equals) != (name in NUMBERED):
            raise ValueError
        percent = float(number or 0)
        if not 0 <= percent < float("inf"):
            raise ValueError
        return name, percent
    except ValueError:
        known = ", ".join(f"{rule}=PERCENT" if rule in NUMBERED else rule for rule in RULES)
        message = f'--fail-on takes {known}; not "{text}"'
        raise UserError([Problem("", "bad-argument", message)]) from None


def _held(limit: tuple[str, float], found: dict[str, Any]) -> Limit:
    name, percent = limit
    broken, text = RULES[name](found, percent)
    entry = {"id": name, "limit": percent if name in NUMBERED else None, "broken": broken}
    return {**entry, "text": f"{'Broken' if broken else 'Kept'}: {text}"}


def _appeared(severity: str) -> Callable[[dict[str, Any], float], tuple[bool, str]]:
    def rule(found: dict[str, Any], _: float) -> tuple[bool, str]:
        new = [f for f in found["findings"]["appeared"] if f["severity"] == severity]
        names = ", ".join(dict.fromkeys(f["id"] for f in new))
        text = f"{len(new)} new findings of severity {severity}"
        return bool(new), f"{text}: {names}" if new else text

    return rule


def _cost(found: dict[str, Any], percent: float) -> tuple[bool, str]:
    """A limit on a number that cannot be had is broken: nobody can say that it is kept."""
    cost = found["cost"]
    what, limit = "monthly cost", f"the limit is {percent:+g} %"
    if not cost["complete"]:
        return True, f"{what} is not known, prices are missing; {limit}"
    if cost["percent"] is None:
        return Decimal(cost["after"]) > 0, f"{what} from 0.00 to {cost['after']} USD; {limit}"
    return cost["percent"] > percent, f"{what} {cost['percent']:+,.2f} %; {limit}"


def _latency(found: dict[str, Any], percent: float) -> tuple[bool, str]:
    said, broken = [], False
    for kind, change in found["latency"].items():
        old, new = change["before"], change["after"]
        reason = found["after"]["headline"][f"{kind}_reason"]
        if new is None:  # "no …": nobody waits; else a backlog without end.
            broken |= not reason.startswith("no ")
            said.append(f"{kind} time: {reason}")
        elif old is None:
            said.append(f"p99 of {kind} time had no value before")
        else:
            growth = (new["p99_s"] / old["p99_s"] - 1) * 100 if old["p99_s"] else 0.0
            broken |= growth > percent + ROUNDING
            said.append(f"p99 of {kind} time {growth:+,.2f} %")
    return broken, f"{', '.join(said)}; the limit is {percent:+g} %"


def _rate(found: dict[str, Any], percent: float) -> tuple[bool, str]:
    rate, limit = found["rate"], f"the limit is -{percent:g} %"
    old, new = rate["before"], rate["after"]
    if new is None:  # Either nothing gives way any more, or there is nothing that could grow.
        nothing = old is not None and rate["reason_after"].startswith("no producer")
        return nothing, f"sustainable rate: {rate['reason_after']}; {limit}"
    if old is None:
        return True, f"sustainable rate {new:,.6g}/s, before: {rate['reason_before']}; {limit}"
    fall = (1 - new / old) * 100 if old else 0.0
    return fall > percent + ROUNDING, f"sustainable rate {-fall:+,.2f} %; {limit}"


RULES: dict[str, Callable[[dict[str, Any], float], tuple[bool, str]]] = {
    NEW_ERRORS: _appeared("error"),
    "new-warnings": _appeared("warning"),
    "cost": _cost,
    "latency": _latency,
    "rate": _rate,
    NEVER: lambda found, percent: (False, "never"),
}
NUMBERED = ("cost", "latency", "rate")
