"""The commands that write files: templates of a design, and price books."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from designer.document import Design

from .inputs import OK, design_of, print_json


def export(options: argparse.Namespace) -> int:
    files = _exported(options, design_of(options))
    if options.out:
        folder = Path(options.out)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            print(folder / name)
    elif options.format == "json":
        print_json({"files": [{"path": n, "content": t} for n, t in files.items()]})
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


def import_prices(options: argparse.Namespace) -> int:
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
        print_json(done)
    else:
        print(import_table(done))
    return OK


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
