"""Write the pages that are generated from the catalog, or check that they are fresh."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from designer import catalog, findings
from designer.catalog.docs import findings_page, services_page


class Command(BaseCommand):
    help = "Write docs/services.md and docs/findings.md; with --check, fail when they are stale."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, compare")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        pages = {
            "services.md": services_page(catalog.SERVICES, catalog.CONNECTIONS),
            "findings.md": findings_page(
                [*catalog.all_rules(), *findings.RULES], catalog.all_bans()
            ),
        }
        for name, text in pages.items():
            path = folder / name
            if not check:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"docs/{name} is stale: run python manage.py dump_catalog")
