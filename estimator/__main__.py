"""The command line: an estimate without a server, a database or a network.

Exit codes: 0 answered, 1 error, 2 answered with a finding of severity error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from designer.document import Design, dump, loads, older_names_in
from designer.errors import Problem, UserError

OK, ERROR, FOUND = 0, 1, 2
MAX_BYTES = 20 * 1024 * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return ERROR
    try:
        code: int = options.run(options)
    except UserError as error:
        _complain(error, options.format)
        return ERROR
    except BrokenPipeError:
        return OK
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m estimator",
        description=(
            "Estimate, check, sweep and export a design; price metered quantities; import prices."
        ),
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], help: str) -> Any:
        command = commands.add_parser(name, help=help, description=help)
        command.add_argument("file", metavar="FILE", help='a JSON file, or "-" for standard input')
        command.add_argument("--format", choices=("table", "json"), default="table")
        command.set_defaults(run=run)
        return command

    told = add(
        "estimate", _estimate, "What a design carries, how long an event takes, what it costs."
    )
    _add_assumptions(told)
    add("check", _check, "What deserves attention in a design.")
    export = add("export", _export, "Write the templates that build a design.")
    export.add_argument("--to", choices=("cloudformation", "asl"), default="cloudformation")
    export.add_argument(
        "--syntax", choices=("yaml", "json"), default="yaml", help="of the CloudFormation template"
    )
    export.add_argument("--out", metavar="FOLDER", help="write files here, not to the screen")
    sweep = add("sweep", _sweep, "The answers of a design with other numbers in it.")
    sweep.add_argument(
        "--input",
        metavar="POINTER=VALUES",
        action="append",
        required=True,
        help="a number by its JSON pointer, with values a,b,c or a grid low:high:steps",
    )
    sweep.add_argument(
        "--output", metavar="NAME", action="append", default=[], help="monthly_cost, ..."
    )
    sweep.add_argument("--engine", choices=("flow", "simulation"), default="flow")
    sweep.add_argument("--log", action="store_true", help="grids have steps of equal ratio")
    _add_simulate(add("simulate", _simulate, "What happens over time: bursts, backlogs, faults."))
    add("quote", _quote, "Price a list of metered quantities, without a design.")
    _add_import(commands)
    return parser


def _add_simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument("--duration", metavar="S", type=float, help="simulated seconds, 3600")
    command.add_argument("--replications", metavar="N", type=int, help="repetitions, 4")
    command.add_argument("--seed", metavar="N", type=int, help="of the random numbers, 1")
    command.add_argument("--drain", action="store_true", help="go on until nothing is left")
    command.add_argument(
        "--options", metavar="FILE", help="all options as JSON, faults and recorded traces too"
    )


def _add_assumptions(command: argparse.ArgumentParser) -> None:
    """Add what may be said in place of the design's own assumptions."""
    command.add_argument(
        "--free-tier",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="subtract the always-free allowances, or not, whatever the design says",
    )
    command.add_argument(
        "--discount",
        metavar="SERVICE=PERCENT",
        action="append",
        default=[],
        help="off the list prices of a service, as lambda=10; may be repeated",
    )


def _add_import(commands: Any) -> None:
    text = "Write a new price book from files of AWS's Price List."
    command = commands.add_parser("import-prices", help=text, description=text)
    add_import_arguments(command)
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.set_defaults(run=_import)


def add_import_arguments(command: argparse.ArgumentParser) -> None:
    """Add what an import takes; `manage.py import_prices` takes the same."""
    command.add_argument("files", metavar="FILE", nargs="+", type=Path, help="offers, or folders")
    command.add_argument(
        "--into", metavar="FOLDER", type=Path, help="folder of books; WEIR_PRICES_DIR when absent"
    )
    command.add_argument("--date", help="of the book; when absent, the newest of the offers")
    command.add_argument(
        "--partial", action="store_true", help="leave out products that cannot be read"
    )
    command.add_argument(
        "--far-off", action="store_true", help="take prices ten times off or with fewer steps too"
    )
    command.add_argument("--dry-run", action="store_true", help="tell what would change")


def _import(options: argparse.Namespace) -> int:
    from estimator.engine.tables import import_table
    from estimator.prices.importer import import_offers

    done = import_offers(
        options.files,
        options.into,
        date=options.date,
        partial=options.partial,
        far_off=options.far_off,
        dry_run=options.dry_run,
    ).to_dict()
    if options.format == "json":
        _print_json(done)
    else:
        print(import_table(done))
    return OK


def _read(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UserError([Problem("", "no-file", f"{name}: {error.strerror}")]) from error
    if len(raw) > MAX_BYTES:
        message = f"{name} has {len(raw):,} bytes; at most {MAX_BYTES:,} are read"
        raise UserError([Problem("", "too-large", message)])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{name} is not UTF-8 text (byte {error.start})"
        raise UserError([Problem("", "malformed-json", message)]) from error


def _design(options: argparse.Namespace) -> Design:
    text = _read(options.file)
    design = loads(_assumed(text, options))
    for note in older_names_in(json.loads(text)):
        print(f"note: {note}", file=sys.stderr)
    return design


def _assumed(text: str, options: argparse.Namespace) -> str:
    """Return the document with the assumptions that the command line states."""
    free_tier, discounts = getattr(options, "free_tier", None), getattr(options, "discount", [])
    if free_tier is None and not discounts:
        return text
    document = dump(loads(text))
    assumptions = document["model"].setdefault("assumptions", {})
    if free_tier is not None:
        assumptions["free_tier"] = free_tier
    for one in discounts:
        service, _, percent = one.partition("=")
        try:
            assumptions.setdefault("discounts", {})[service] = float(percent)
        except ValueError:
            message = f'--discount takes a service and its percent, as lambda=10, not "{one}"'
            raise UserError([Problem("", "discount", message)]) from None
    return json.dumps(document)


def _report(options: argparse.Namespace) -> dict[str, Any]:
    from estimator.engine import estimate
    from estimator.prices import book

    design = _design(options)
    return estimate(design, book(design.model.region))


def _estimate(options: argparse.Namespace) -> int:
    report = _report(options)
    if options.format == "json":
        _print_json(report)
    else:
        from estimator.engine.tables import estimate_table

        print(estimate_table(report))
    return _verdict(report)


def _simulate(options: argparse.Namespace) -> int:
    from estimator.engine.simulation import simulate
    from estimator.prices import book

    design = _design(options)
    asked = _json(options.options) if options.options else {}
    if not isinstance(asked, dict):
        raise UserError([Problem("", "not-an-object", "the options are a JSON object")])
    given = {"duration_s": options.duration, "replications": options.replications}
    given |= {"seed": options.seed, "drain": options.drain or None}
    asked |= {name: value for name, value in given.items() if value is not None}
    report = simulate(design, book(design.model.region), asked, _tell())
    if options.format == "json":
        _print_json(report)
    else:
        from estimator.engine.simulation.text import simulation_table

        print(simulation_table(report))
    return _verdict(report)


def _tell() -> Callable[[float], bool] | None:
    """Return what shows progress to a person at a terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(share: float) -> bool:
        print(f"\r{share:6.1%}", end="\r", file=sys.stderr, flush=True)
        return True

    return tell


def _check(options: argparse.Namespace) -> int:
    report = _report(options)
    if options.format == "json":
        _print_json({"findings": report["findings"]})
    else:
        from estimator.engine.tables import findings_table

        print(findings_table(report))
    return _verdict(report)


def _verdict(report: dict[str, Any]) -> int:
    return FOUND if any(f["severity"] == "error" for f in report["findings"]) else OK


def _export(options: argparse.Namespace) -> int:
    files = _exported(options, _design(options))
    if options.out:
        folder = Path(options.out)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            print(folder / name)
    elif options.format == "json":
        _print_json({"files": [{"path": n, "content": t} for n, t in files.items()]})
    else:
        for name, text in files.items():
            print(f"# {name}" if len(files) > 1 else "", text, sep="\n" if len(files) > 1 else "")
    return OK


def _exported(options: argparse.Namespace, design: Design) -> dict[str, str]:
    if options.to == "asl":
        from designer.interchange import asl

        return {
            name: json.dumps(body, indent=2, ensure_ascii=False)
            for name, body in asl.export(design).items()
        }
    from designer.interchange import cloudformation

    template = cloudformation.export(design)
    for note in template.notes:
        print(f"note: {note}", file=sys.stderr)
    if options.syntax == "json":
        return {"template.json": template.to_json()}
    return {"template.yaml": template.to_yaml()}


def _json(name: str) -> Any:
    """Return the JSON of a file."""
    try:
        return json.loads(_read(name))
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise UserError([Problem("", "malformed-json", message)]) from error


def _quote(options: argparse.Namespace) -> int:
    from estimator.engine.quote import quote

    answer = quote(_json(options.file))
    if options.format == "json":
        _print_json(answer)
    else:
        from estimator.engine.tables import quote_table

        print(quote_table(answer))
    return OK


def _sweep(options: argparse.Namespace) -> int:
    from estimator.engine import whatif
    from estimator.engine.tables import sweep_table
    from estimator.prices import book

    design = _design(options)
    spec = {
        "inputs": [_values(text, options.log) for text in options.input],
        "outputs": [name for text in options.output for name in text.split(",")],
    }
    prices = book(design.model.region)
    answer = whatif.run(whatif.prepare(design, prices, "sweep", spec, engine=options.engine))
    if options.format == "json":
        _print_json(answer)
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


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _complain(error: UserError, shape: str) -> None:
    if shape == "json":
        problems = [p.to_dict() for p in error.problems]
        _print_json({"code": error.code, "title": error.title, "errors": problems})
        return
    print(error.title, file=sys.stderr)
    for problem in error.problems:
        print(f"  {problem.pointer or '(document)'}: {problem.message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
