"""Put the examples into the first workspace, each with an estimate."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from designer import document as documents
from designer.accounts.actions import default_workspace, ensure_owner
from designer.designs.actions import put_example
from designer.errors import UserError
from estimator.actions import request_estimate
from estimator.outlook import known

SUFFIX = ".design.json"


class Command(BaseCommand):
    help = (
        "Create the example designs, or bring them up to date, and ask for their estimates. "
        "Repeating it changes nothing; examples that somebody edited or deleted stay so."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = default_workspace(owner=ensure_owner())
        files = sorted(settings.EXAMPLES_DIR.glob(f"*{SUFFIX}"))
        written = asked = 0
        for file in files:
            try:
                document = documents.loads(file.read_bytes())
            except UserError as error:
                raise CommandError(f"{file.name}: {error}") from error
            design, changed = put_example(
                workspace_id=workspace.pk, key=file.name.removesuffix(SUFFIX), document=document
            )
            written += changed
            if design.deleted_at is None and not known([design.pk])[design.pk].estimate:
                request_estimate(
                    by=None,
                    workspace_id=workspace.pk,
                    document=documents.load(design.document),
                    design=design,
                )
                asked += 1
        self.stdout.write(f"{len(files)} examples, {written} written, {asked} estimates requested")
