"""Write a new price book from files of AWS's Price List, as `python -m estimator import-prices`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from designer.errors import UserError
from estimator.commands.files import add_import_arguments
from estimator.engine.tables import import_table
from estimator.prices.importer import import_offers


class Command(BaseCommand):
    help = (
        "Read offers of AWS's Price List (JSON or CSV, files or folders, never the network) and "
        "write a new dated book to WEIR_PRICES_DIR. Books in use are left as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_import_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = import_offers(
                options["files"],
                options["into"],
                date=options["date"],
                partial=options["partial"],
                far_off=options["far_off"],
                dry_run=options["dry_run"],
            )
        except UserError as error:
            lines = [f"{p.pointer or 'import'}: {p.message}" for p in error.problems]
            raise CommandError("\n".join([error.title, *lines])) from error
        self.stdout.write(import_table(done.to_dict()))
