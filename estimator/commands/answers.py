"""The commands that answer about one design, or about a list of quantities."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from designer.errors import Problem, UserError

from .inputs import OK, design_of, json_of, print_json, verdict


def _report(options: argparse.Namespace) -> dict[str, Any]:
    from estimator.engine import estimate
    from estimator.prices import book

    design = design_of(options)
    return estimate(design, book(design.model.region))


def estimate(options: argparse.Namespace) -> int:
    report = _report(options)
    if options.format == "json":
        print_json(report)
    else:
        from estimator.engine.tables import estimate_table

        print(estimate_table(report))
    return verdict(report)


def check(options: argparse.Namespace) -> int:
    report = _report(options)
    if options.format == "json":
        print_json({"findings": report["findings"]})
    else:
        from estimator.engine.tables import findings_table

        print(findings_table(report))
    return verdict(report)


def simulate(options: argparse.Namespace) -> int:
    from estimator.engine.simulation import simulate
    from estimator.prices import book

    design = design_of(options)
    asked = json_of(options.options) if options.options else {}
    if not isinstance(asked, dict):
        raise UserError([Problem("", "not-an-object", "the options are a JSON object")])
    given = {"duration_s": options.duration, "replications": options.replications}
    given |= {"seed": options.seed, "drain": options.drain or None}
    asked |= {name: value for name, value in given.items() if value is not None}
    report = simulate(design, book(design.model.region), asked, _tell())
    if options.format == "json":
        print_json(report)
    else:
        from estimator.engine.simulation.text import simulation_table

        print(simulation_table(report))
    return verdict(report)


def _tell() -> Callable[[float], bool] | None:
    """Return what shows progress to a person at a terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(share: float) -> bool:
        print(f"\r{share:6.1%}", end="\r", file=sys.stderr, flush=True)
        return True

    return tell


def sweep(options: argparse.Namespace) -> int:
    from estimator.engine import whatif
    from estimator.engine.tables import sweep_table
    from estimator.prices import book

    design = design_of(options)
    spec = {
        "inputs": [_values(text, options.log) for text in options.input],
        "outputs": [name for text in options.output for name in text.split(",")],
    }
    prices = book(design.model.region)
    answer = whatif.run(whatif.prepare(design, prices, "sweep", spec, engine=options.engine))
    if options.format == "json":
        print_json(answer)
    else:
        print(sweep_table(answer))
    return OK


def _values(text: str, log: bool) -> dict[str, Any]:
    """Return an input of a sweep from POINTER=1,2,3 or POINTER=low:high:steps.

    Raises:
        UserError: It is neither.
    """
    place, equals, values = text.partition("=")
    try:
        if not equals:
            raise ValueError
        if ":" in values:
            low, high, steps = values.split(":")
            grid = {"from": float(low), "to": float(high), "steps": int(steps)}
            return {"pointer": place, **grid, "log": log}
        return {"pointer": place, "values": [float(one) for one in values.split(",")]}
    except ValueError:
        message = f'"{text}" is neither POINTER=1,2,3 nor POINTER=low:high:steps'
        raise UserError([Problem("", "bad-argument", message)]) from None


def quote(options: argparse.Namespace) -> int:
    from estimator.engine.quote import quote

    answer = quote(json_of(options.file))
    if options.format == "json":
        print_json(answer)
    else:
        from estimator.engine.tables import quote_table

        print(quote_table(answer))
    return OK
