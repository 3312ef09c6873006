"""Delete for good what nobody can ask back."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from designer.accounts.actions import purge_login_links
from designer.api.idempotency import KEPT
from designer.api.models import IdempotencyRecord
from designer.designs.actions import purge_trash


class Command(BaseCommand):
    help = "Delete what lay in the trash for 30 days, and expired links, sessions and replays."

    def handle(self, *args: Any, **options: Any) -> None:
        designs = purge_trash()
        links = purge_login_links()
        replays, _ = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        call_command("clearsessions")
        self.stdout.write(f"{designs} designs, {links} sign-in links, {replays} kept answers")
