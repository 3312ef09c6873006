"""The command line: an estimate without a server, a database or a network.

Exit codes: 0 answered, 1 error, 2 answered with a finding of severity error, or a limit of `diff`
is broken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from designer.errors import UserError

from . import answers, differences, files
from .inputs import ERROR, OK, print_json


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
            "Estimate, check, sweep, compare and export designs; price metered quantities; "
            "import prices."
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
        "estimate",
        answers.estimate,
        "What a design carries, how long an event takes, what it costs.",
    )
    _add_assumptions(told)
    add("check", answers.check, "What deserves attention in a design.")
    export = add("export", files.export, "Write the templates that build a design.")
    export.add_argument("--to", choices=("cloudformation", "asl"), default="cloudformation")
    export.add_argument(
        "--syntax", choices=("yaml", "json"), default="yaml", help="of the CloudFormation template"
    )
    export.add_argument("--out", metavar="FOLDER", help="write files here, not to the screen")
    sweep = add("sweep", answers.sweep, "The answers of a design with other numbers in it.")
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
    _add_simulate(
        add("simulate", answers.simulate, "What happens over time: bursts, backlogs, faults.")
    )
    add("quote", answers.quote, "Price a list of metered quantities, without a design.")
    text = "What a change of a design changes: elements, cost, times, rates, findings."
    diff = commands.add_parser("diff", help=text, description=text)
    differences.add_arguments(diff)
    diff.set_defaults(run=differences.compare)
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
    files.add_import_arguments(command)
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.set_defaults(run=files.import_prices)


def _complain(error: UserError, shape: str) -> None:
    if shape == "json":
        problems = [p.to_dict() for p in error.problems]
        print_json({"code": error.code, "title": error.title, "errors": problems})
        return
    print(error.title, file=sys.stderr)
    for problem in error.problems:
        print(f"  {problem.pointer or '(document)'}: {problem.message}", file=sys.stderr)
